"""Conversations as tests read them: left what a person says, right what they hear. Played on the core, or over HTTP.

A conversation is a YAML file; tests/conversations/README.md says how one is written.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import yaml

from skill.alexa.envelope import read
from skill.alexa.requests import event_of
from skill.coaching.cadence import named
from skill.coaching.fitting import BEGINS_AFTER
from skill.coaching.timeline import speaking_seconds
from skill.dialogue.events import Event, Said
from skill.dialogue.prompt import Part, Say, Silence, Sound
from skill.dialogue.respond import respond
from skill.dialogue.session import Forget, Listener, Person, Scene, Session
from skill.hearing.ear import Ear, Heard
from skill.library.models import Library
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids

FOLDER = Path(__file__).parent / "conversations"
BEGINNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANSWERING_SECONDS = 4
"""How long someone takes to answer once everything has been heard."""

CLOSES = "(closes)"

NOBODY = ""
"""A voice that is not recognised."""


@dataclass(frozen=True)
class Answer:
    """What came back: the words, with sounds as <name>; the reprompt; how long it lasts; whether she listens."""

    text: str
    reprompt: str
    seconds: float
    open: bool


class Room(Protocol):
    """Somewhere to have a conversation in; `voice` is whoever is recognised to speak."""

    voice: str

    def say(self, heard: Heard, now: datetime) -> Answer: ...

    def launch(self, now: datetime) -> Answer: ...

    def end(self, reason: str, now: datetime) -> None: ...


class Core:
    """The pure core: events in, prompts out, the people of one household remembered."""

    def __init__(self, library: Library, listener: Listener, ear: Ear) -> None:
        self.library, self.listener, self.ear = library, listener, ear
        self.people: dict[str, Person] = {}
        self.voice = self._speaker = NOBODY
        self.session = Session()
        self._envelopes = Envelopes(Identity(locale=library.locale), numbered_ids())

    def say(self, heard: Heard, now: datetime) -> Answer:
        """What the event brings that the device's JSON would be decoded to."""
        types = self.ear.slots[heard.intent]
        envelope = self._envelopes.intent(self._envelopes.session(), now, heard.intent, types, heard.slots)
        event = event_of(read(json.dumps(envelope))[0].request)
        assert event is not None
        return self.happen(event, now)

    def launch(self, now: datetime) -> Answer:
        return self.happen(Said.OPEN, now)

    def end(self, reason: str, now: datetime) -> None:
        ended = {"EXCEEDED_MAX_REPROMPTS": Said.TIMED_OUT, "USER_INITIATED": Said.LEFT, "ERROR": Said.FAILED}
        assert self.happen(ended[reason], now).text == ""

    def happen(self, event: Event, now: datetime) -> Answer:
        if self.session == Session():
            self._speaker = self.voice  # who speaks is fixed as a session begins
        turn = respond(self.session, event, self._scene(now))
        match turn.forget:
            case Forget.NOBODY:
                self.people[self._speaker] = turn.person
            case Forget.ME:
                self.people.pop(self._speaker, None)
            case Forget.EVERYONE:
                self.people.clear()
        self.session = turn.session if turn.prompt.listen else Session()
        prompt = turn.prompt
        return Answer(_words(prompt.parts), _words(prompt.reprompt), _seconds(prompt.parts), prompt.listen)

    def _scene(self, now: datetime) -> Scene:
        person = self.people.get(self._speaker, Person())
        here = now.astimezone(ZoneInfo(person.zone or self.library.zone))
        return Scene(person, self.library, self.listener, here, household=max(1, len(self.people)))


class Wire:
    """A device on the other end of HTTP: JSON out, JSON back, attributes carried over."""

    def __init__(self, send: Callable[[dict[str, Any]], dict[str, Any]], ear: Ear, locale: str) -> None:
        self._send, self.ear, self.voice = send, ear, NOBODY
        self._envelopes = Envelopes(Identity(locale=locale), numbered_ids())
        self.session = self._envelopes.session()

    def say(self, heard: Heard, now: datetime) -> Answer:
        types = self.ear.slots[heard.intent]
        return self._post(self._envelopes.intent(self.session, now, heard.intent, types, heard.slots))

    def launch(self, now: datetime) -> Answer:
        return self._post(self._envelopes.launch(self.session, now))

    def end(self, reason: str, now: datetime) -> None:
        answer = self.send(self._envelopes.ended(self.session, now, reason))
        assert answer["response"] == {}
        self.session = self._envelopes.session()

    def send(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """Post it, in the voice of whoever speaks."""
        if self.voice != NOBODY:
            envelope["context"]["System"]["person"] = {"personId": f"amzn1.ask.person.{self.voice}"}
        return self._send(envelope)

    def _post(self, envelope: dict[str, Any]) -> Answer:
        answer = self.send(envelope)
        response = answer["response"]
        reprompt = response.get("reprompt", {}).get("outputSpeech")
        heard, seconds = _read(response["outputSpeech"])
        listens = response["shouldEndSession"] is False
        assert listens == bool(reprompt), "an answer listens exactly when it has a reprompt"
        self.session = (
            Conversation(
                self.session.id, new=False, attributes=json.loads(json.dumps(answer.get("sessionAttributes", {})))
            )
            if listens
            else self._envelopes.session()
        )
        return Answer(heard, _read(reprompt)[0] if reprompt else "", seconds, listens)


def _words(parts: tuple[Part, ...]) -> str:
    said = [part.text if isinstance(part, Say) else f"<{part.name}>" for part in parts if not isinstance(part, Silence)]
    return _tidy(" ".join(said))


def _seconds(parts: tuple[Part, ...]) -> float:
    return sum(part.seconds if isinstance(part, Silence | Sound) else speaking_seconds(part.text) for part in parts)


def _read(spoken: Mapping[str, str]) -> tuple[str, float]:
    """The words of an output speech, and how long it takes; only an apology is plain text."""
    ssml = spoken.get("ssml") or f"<speak>{spoken['text']}</speak>"
    words: list[str] = []
    seconds = 0.0
    for node in ElementTree.fromstring(ssml).iter():
        if node.tag == "break":
            seconds += float(node.attrib["time"].removesuffix("ms")) / 1000
        if node.tag == "audio":
            name = node.attrib["src"].rsplit("/", 1)[1].removesuffix(".mp3")
            words.append(f"<{name}>")
            cadence = named(name.partition("-")[2])
            assert cadence, f"{name} is no sound of ours"
            seconds += cadence.length_ms / 1000
        for text in (node.text if node.tag == "speak" else None, node.tail):
            words.append((text or "").strip())
            seconds += speaking_seconds(text or "")
    return _tidy(" ".join(words)), seconds


def _tidy(text: str) -> str:
    return " ".join(text.split())


@dataclass
class Talk:
    """A conversation underway: the room, the clock, and what was last heard."""

    room: Room
    ear: Ear
    now: datetime = BEGINNING
    last: Answer | None = None
    lines: list[tuple[str, Answer]] = field(default_factory=list)
    _waited: float | None = None

    def wait(self, seconds: float) -> None:
        """Interrupt the last answer so many seconds into it, or let that much time pass after it closed."""
        self._waited = (self._waited or 0.0) + seconds

    def say(self, text: str) -> Answer:
        """Say something; without a wait before it, once all of the last answer has been heard."""
        self._pass_time()
        heard = self.ear.hear(text)
        opens = heard.intent == "LaunchRequest" or text == "open"
        answer = self.room.launch(self.now) if opens else self.room.say(heard, self.now)
        self.last = answer
        self.lines.append((text, answer))
        return answer

    def end(self, reason: str) -> None:
        """The session ends without another word."""
        self._pass_time(16)
        self.room.end(reason, self.now)
        self.last = None

    def _pass_time(self, more: float = 0) -> None:
        if self._waited is not None:
            self.now += timedelta(seconds=self._waited)
        elif self.last is not None:
            self.now += timedelta(seconds=BEGINS_AFTER + self.last.seconds + ANSWERING_SECONDS + more)
        self._waited = None


ENDINGS = {"nobody answers": "EXCEEDED_MAX_REPROMPTS", "walks away": "USER_INITIATED", "device fails": "ERROR"}


def play(talk: Talk, script: list[Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Play a script; gives (what was said, what should be heard, what was heard) line by line."""
    for line in script:
        ((said, expected),) = line.items()
        if said == "speaker":
            talk.room.voice = expected
        elif said == "wait":
            talk.wait(seconds_of(expected))
        elif said in ENDINGS:
            if expected:
                assert talk.last is not None
                yield said, expected, talk.last.reprompt
            talk.end(ENDINGS[said])
        else:
            answer = talk.say(said)
            yield said, expected, answer.text if answer.open else f"{answer.text} {CLOSES}"


def seconds_of(text: str) -> float:
    """`20s`, `5m`, `3h` or `2d` in seconds."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    return float(text[:-1]) * units[text[-1]]


def fits(expected: str, heard: str) -> bool:
    """Whether what was heard is what was expected, where … stands for anything."""
    pattern = ".*".join(re.escape(_tidy(part)) for part in expected.split("…"))
    return re.fullmatch(pattern.replace(r"\ .*", r"\s?.*").replace(r".*\ ", r".*\s?"), _tidy(heard)) is not None


def scripts() -> dict[str, dict[str, Any]]:
    """All conversations by file name."""
    return {path.stem: yaml.load(path.read_text(), yaml.BaseLoader) for path in sorted(FOLDER.glob("*.yaml"))}
