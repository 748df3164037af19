"""A routine as it is really done, turn by turn: the requests that a device sends, each at its own time, and signed."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import certifi
import forge
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from benchmarks.contestants import SKILL_ID
from skill.alexa.intents import INTENTS
from skill.coaching.fitting import BEGINS_AFTER
from skill.coaching.timeline import speaking_seconds
from skill.hearing.words import Spoken
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids

Json = dict[str, Any]
Send = Callable[[Json], Json]

DEVICE = "amzn1.ask.device." + "D" * 180
TOKEN = "t" * 900
"""Stands for the token that rides in every request of a device, with about its length."""

ENDPOINT = "https://api.alexa.example"
"""None of Amazon's, so nobody is asked for the device's time zone: a network is not what is measured."""

ANSWERING_SECONDS = 4
"""How long someone takes to answer once everything has been heard."""

DAYS = 28
"""Days of history that somebody has after a month."""

SOMEBODY = 9_999_999_999
"""The user whose requests are made; `as_user` puts another in their place."""


@dataclass(frozen=True)
class Step:
    """Something said.

    Attributes:
        intent: what Alexa takes it for, or "" for the launch.
        named: the id of the exercise or routine that is named in it.
        after: seconds into the last answer; None when all of it was heard first.
    """

    intent: str = "ReadyIntent"
    named: str = ""
    after: float | None = None


READY = Step()

ROUTINE = (
    Step(""),
    Step("StartRoutineIntent", "hip-routine"),
    *(READY,) * 2,
    Step("ExplainIntent", "fire-hydrant"),
    READY,
    Step("AMAZON.PauseIntent", after=20),
    Step("AMAZON.ResumeIntent"),
    READY,
    Step("AMAZON.RepeatIntent"),
    *(READY,) * 2,
    Step("HarderIntent"),
    READY,
    Step("HowLongLeftIntent", after=14),
    *(READY,) * 2,
    Step("HowLongLeftIntent", after=14),
    *(READY,) * 11,
)
"""The whole hip routine as somebody new to it does it, with a question here and there, to its end."""

_SLOTS = {intent.name: tuple(intent.slots.values()) for intent in INTENTS}


@dataclass(frozen=True)
class Turn:
    """One turn as it was played: the request, the answer, and when."""

    request: Json
    answer: Json
    at: datetime


def user_id(number: int) -> str:
    """The id of one of many users, as long as Amazon's."""
    return f"amzn1.ask.account.{'U' * 179}{number:010d}"


def play(send: Send, begin: datetime, user: int) -> Iterator[Turn]:
    """Say one step after the other, each when its time has come, until all is said or the session is over.

    Args:
        send: takes a request, gives the answer.
        begin: when the first of them is said.
        user: who says it.

    Raises:
        ValueError: something was not answered as it should be.
    """
    envelopes = Envelopes(Identity(skill=SKILL_ID, user=user_id(user), device=DEVICE), numbered_ids())
    session, now = envelopes.session(), begin
    heard = 0.0
    for number, step in enumerate(ROUTINE):
        if number:
            wait = BEGINS_AFTER + heard + ANSWERING_SECONDS if step.after is None else step.after
            now += timedelta(seconds=round(wait))
        request = _request(envelopes, session, now, step)
        answer = send(json.loads(json.dumps(request)))
        spoken = answer["response"].get("outputSpeech", {})
        if spoken.get("type") != "SSML":
            raise ValueError(f"{step} was not answered as it should be: {json.dumps(answer)[:200]}")
        yield Turn(request, answer, now)
        heard = _seconds_of(spoken["ssml"])
        if answer["response"]["shouldEndSession"]:
            return
        session = Conversation(session.id, new=False, attributes=answer.get("sessionAttributes", {}))


def _request(envelopes: Envelopes, session: Conversation, now: datetime, step: Step) -> Json:
    if step.intent:
        slots = _SLOTS[step.intent]
        name = step.named.replace("-", " ")
        said = {slot.value: Spoken(slot.type, name, step.named, name) for slot in slots[:1] if name}
        made = envelopes.intent(session, now, step.intent, {slot.value: slot.type for slot in slots}, said)
    else:
        made = envelopes.launch(session, now)
    made["context"]["System"] |= {"apiAccessToken": TOKEN, "apiEndpoint": ENDPOINT}
    return made


def _seconds_of(ssml: str) -> float:
    """How long an answer lasts, its speech estimated."""
    seconds = 0.0
    for node in ElementTree.fromstring(ssml).iter():
        if node.tag == "break":
            seconds += float(node.attrib["time"].removesuffix("ms")) / 1000
        seconds += sum(speaking_seconds(text) for text in (node.text, node.tail) if text and node.tag != "audio")
    return seconds


def bodies(send: Send, player: int) -> list[str]:
    """The bodies of all turns as of now, though they lie minutes apart, from SOMEBODY.

    The routine is played once, by a player; then each turn, with all the times that its session carries, is moved to
    this moment.

    Raises:
        ValueError: something was not answered as it should be.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    made = []
    for turn in play(send, now, player):
        request = _earlier(turn.request, round((turn.at - now).total_seconds()))
        request["request"]["timestamp"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        made.append(json.dumps(request, separators=(",", ":")).replace(user_id(player), user_id(SOMEBODY)))
    return made


def _earlier(value: Any, seconds: int) -> Any:
    """The same with all moments in it so much earlier: whole numbers that are seconds since 1970, of our time."""
    if isinstance(value, dict):
        return {key: _earlier(part, seconds) for key, part in value.items()}
    if isinstance(value, list):
        return [_earlier(part, seconds) for part in value]
    return value - seconds if isinstance(value, int) and 1_500_000_000 < value < 3_000_000_000 else value


class Signer:
    """Signs requests, by the key that `authority` wrote."""

    def __init__(self, folder: Path) -> None:
        """Reads the key."""
        key = load_pem_private_key((folder / "key.pem").read_bytes(), password=None)
        assert isinstance(key, RSAPrivateKey)
        self._key = key

    def __call__(self, body: str, user: int) -> tuple[bytes, str]:
        """The same request of SOMEBODY's from another, and its signature."""
        raw = body.replace(user_id(SOMEBODY), user_id(user)).encode()
        return raw, b64encode(self._key.sign(raw, PKCS1v15(), SHA256())).decode()


def month(send: Send, user: int, days: int = DAYS) -> None:
    """Let somebody do the whole routine on each of so many days, up to yesterday."""
    for day in range(days, 0, -1):
        for _ in play(send, datetime.now(UTC).replace(microsecond=0) - timedelta(days=day), user):
            pass


def give_all(file: Path, user: int, others: range) -> None:
    """Write what is remembered of one user in an SQLite file down for others, too."""
    with closing(sqlite3.connect(file)) as database, database:
        found = database.execute("SELECT * FROM people WHERE user = ?", (user_id(user),))
        names = [column[0] for column in found.description]
        row = dict(zip(names, found.fetchone(), strict=True))
        rows = [tuple((row | {"user": user_id(other)}).values()) for other in others]
        database.executemany(f"INSERT INTO people VALUES ({','.join('?' * len(names))})", rows)


def authority(folder: Path) -> None:
    """Write a root, beside certifi's, a chain below it, valid today, and its key: roots.pem, chain.pem, key.pem."""
    now = datetime.now(UTC)
    begin, end = now - timedelta(days=1), now + timedelta(days=30)
    wanted = replace(forge.AUTHORITY, name="Benchmark Root", key=forge.key("root"), begin=begin, end=end)
    root = forge.issue(wanted, None)
    issuer = forge.authority("Benchmark CA", root, begin=begin, end=end)
    (folder / "roots.pem").write_bytes(Path(certifi.where()).read_bytes() + b"\n" + forge.pem(root))
    (folder / "chain.pem").write_bytes(forge.pem(forge.leaf(issuer, begin=begin, end=end), issuer))
    (folder / "key.pem").write_bytes(forge.key("leaf").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
