"""A routine as it is really done, turn by turn: the requests that a device sends, each at its own time."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from benchmarks.contestants import SKILL_ID
from skill.alexa.intents import INTENTS, Slot
from skill.coaching.fitting import BEGINS_AFTER
from skill.coaching.timeline import speaking_seconds
from skill.hearing.words import Spoken
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids

Json = dict[str, Any]
Send = Callable[[Json], Json]

USER = "amzn1.ask.account." + "U" * 189
"""As long as Amazon's; `user_id` and `as_user` put another in its place."""

IDENTITY = Identity(skill=SKILL_ID, user=USER, device="amzn1.ask.device." + "D" * 180)
TOKEN = "t" * 900
"""Ours: stands for the token that rides in every request of a device, with about its length."""

ENDPOINT = "https://api.alexa.example"
"""None of Amazon's, so nobody is asked for the device's time zone: a network is not what is measured."""

ANSWERING_SECONDS = 4
"""How long someone takes to answer once everything has been heard."""

LAUNCH = "LaunchRequest"


@dataclass(frozen=True)
class Step:
    """Something said.

    Attributes:
        kind: what it is called in a table.
        intent: what Alexa takes it for, or LAUNCH.
        named: the id of the exercise or routine that is named in it; "?" for one that nobody knows.
        after: seconds into the last answer; None when all of it was heard first.
    """

    kind: str
    intent: str
    named: str = ""
    after: float | None = None


READY = Step("Ready", "ReadyIntent")

ROUTINE = (
    Step("Open", LAUNCH),
    Step("Start routine", "StartRoutineIntent", "hip-routine"),
    READY,
    READY,
    Step("Explain", "ExplainIntent", "fire-hydrant"),
    READY,
    Step("Pause", "AMAZON.PauseIntent", after=20),
    Step("Go on", "AMAZON.ResumeIntent"),
    READY,
    Step("Repeat", "AMAZON.RepeatIntent"),
    READY,
    READY,
    Step("Harder", "HarderIntent"),
    READY,
    Step("How long left", "HowLongLeftIntent", after=14),
    READY,
    READY,
    Step("How long left", "HowLongLeftIntent", after=14),
    *(READY,) * 11,
)
"""The whole hip routine as somebody new to it does it, with a question here and there, to its end."""

SHOWN = ("Ready", "How long left", "Repeat", "Pause", "Harder", "Explain")
"""The kinds of turn that have a row of their own; the whole routine has one too."""


@dataclass(frozen=True)
class Spoke:
    """One turn as it was played: what was said, the request, the answer, and when."""

    step: Step
    request: Json
    answer: Json
    at: datetime


def play(
    steps: Sequence[Step], send: Send, begin: datetime, user: str = USER, names: Mapping[str, str] | None = None
) -> Iterator[Spoke]:
    """Say one step after the other, each when its time has come.

    Args:
        steps: what is said.
        send: takes a request, gives the answer.
        begin: when the first of them is said.
        user: who says it.
        names: how an exercise or routine is named aloud, by its id; an id that is not among them by itself.

    Raises:
        ValueError: the session was over before the last step, or something could not be answered.
    """
    envelopes = Envelopes(replace(IDENTITY, user=user), numbered_ids())
    session, now = envelopes.session(), begin
    heard = 0.0
    for number, step in enumerate(steps):
        if number:
            wait = BEGINS_AFTER + heard + ANSWERING_SECONDS if step.after is None else step.after
            now += timedelta(seconds=round(wait))
        request = _request(envelopes, session, now, step, names or {})
        answer = send(copy.deepcopy(request))
        _check(answer, step)
        yield Spoke(step, request, answer, now)
        response = answer["response"]
        heard = seconds_of(response["outputSpeech"]["ssml"])
        if response["shouldEndSession"] and number + 1 < len(steps):
            raise ValueError(f"the session was over after step {number}, {step.kind}")
        session = Conversation(session.id, new=False, attributes=answer.get("sessionAttributes", {}))


def _request(envelopes: Envelopes, session: Conversation, now: datetime, step: Step, names: Mapping[str, str]) -> Json:
    if step.intent == LAUNCH:
        made = envelopes.launch(session, now)
    else:
        slots = _SLOTS[step.intent]
        types = {slot.value: slot.type for slot in slots}
        said = {slot.value: _spoken(slot, step.named, names) for slot in slots[:1] if step.named}
        made = envelopes.intent(session, now, step.intent, types, said)
    made["context"]["System"] |= {"apiAccessToken": TOKEN, "apiEndpoint": ENDPOINT}
    return made


_SLOTS = {intent.name: tuple(intent.slots.values()) for intent in INTENTS}


def _spoken(slot: Slot, named: str, names: Mapping[str, str]) -> Spoken:
    if named == "?":
        return Spoken(slot.type, "purple elephant")
    name = names.get(named, named.replace("-", " "))
    return Spoken(slot.type, name, named, name)


def _check(answer: Json, step: Step) -> None:
    spoken = answer["response"].get("outputSpeech", {})
    if spoken.get("type") != "SSML":
        raise ValueError(f"{step.kind} was not answered as it should be: {json.dumps(answer)[:200]}")


def seconds_of(ssml: str) -> float:
    """How long an answer lasts, its speech estimated."""
    seconds = 0.0
    for node in ElementTree.fromstring(ssml).iter():
        if node.tag == "break":
            seconds += float(node.attrib["time"].removesuffix("ms")) / 1000
        seconds += sum(speaking_seconds(text) for text in (node.text, node.tail) if text and node.tag != "audio")
    return seconds


def body_of(request: Json) -> bytes:
    """A request as the bytes that are posted."""
    return json.dumps(request, separators=(",", ":")).encode()


def user_id(number: int) -> str:
    """The id of one of many users."""
    return f"{USER[:-10]}{number:010d}"


def as_user(body: bytes, number: int) -> bytes:
    """The same request of USER's from another."""
    return body.replace(USER.encode(), user_id(number).encode())
