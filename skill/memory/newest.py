"""Newest wins: who wrote a person's record last, and whether what comes now may still change it. Pure.

Requests arrive late, twice, from a session that another one has overtaken, and from one whose person was forgotten in
the meantime. None of these changes anything newer. For that a record says who wrote it last (SAVED_BY) and by which
request it was begun (BEGUN), and a session carries what it knows of the record (THREAD). Amazon's own ids are nowhere
kept: a fingerprint is enough to tell one from another.

`verdict` is asked inside a store's step of reading and writing, so it holds of what is there at that very moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from ask_sdk_model import RequestEnvelope

from skill.memory.merge import SAVED_AT, Record, is_later

SAVED_BY = "saved_by"
"""In a record: the session that wrote it last, that session's turn, and the latest requests whose work is in it."""

BEGUN = "begun"
"""In a record: the request that began it. Somebody who was forgotten and begins anew has another."""

MARKS = (SAVED_BY, BEGUN)
"""What a record says of its writers. It is no part of the person."""

THREAD = "thread"
"""The session attribute that carries what a session knows of the record that it writes to."""

REQUESTS = 5
"""How many of the latest requests a record names. What is sent twice comes twice within seconds."""

ATTEMPTS = 200
"""How many requests' work can wait to be saved together; a long routine has fewer turns."""

_DIGITS = 12
"""Of a fingerprint: one of a thousand sessions is taken for another once in a hundred million times."""

_LARGEST = 10**6
"""No session has more turns."""


class Verdict(StrEnum):
    """What becomes of a write."""

    WRITES = "writes"
    AGAIN = "again"
    """It was done before, by the same request."""
    OVERTAKEN = "overtaken"
    """Somebody has written since who is newer."""
    FORGOTTEN = "forgotten"
    """The person was forgotten since."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a session knows of its person's record.

    Attributes:
        known: BEGUN of the record that it has seen or written, "" where that does not say; None while there was none.
        era: what the store was then (see `Shelf.era`).
        turn: how many turns of this session were completed.
        met: the store has answered in this session, so who speaks is settled.
    """

    known: str | None = None
    era: str = ""
    turn: int = 0
    met: bool = True


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wants to write: one request of one session. Without ids it is nobody in particular, who may always write.

    Attributes:
        session: the session's fingerprint; "" for none.
        request: the request's.
        at: the request's own time, in milliseconds since 1970; 0 when it tells none.
        ends: it only tells that the session is over.
        thread: what the session knows.
        attempts: the requests whose work is in what is to be written, and which may have arrived before.
    """

    session: str = ""
    request: str = ""
    at: int = 0
    ends: bool = False
    thread: Thread = Thread()
    attempts: tuple[str, ...] = ()

    @property
    def anybody(self) -> bool:
        """Nothing tells who it is."""
        return not self.session and not self.request


ANYBODY = Writer()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a record says of its last writer; all of it is empty where it says nothing."""

    session: str = ""
    turn: int = 0
    requests: tuple[str, ...] = ()
    begun: str = ""

    @property
    def last(self) -> str:
        """The latest request whose work is in the record."""
        return self.requests[-1] if self.requests else ""


def fingerprint(name: str | None) -> str:
    """A short name for an id, from which nobody gets the id; "" for none."""
    return sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS] if name else ""


def writer_of(envelope: RequestEnvelope) -> Writer:
    """Whoever sends a request."""
    session, request = envelope.session, envelope.request
    return Writer(
        session=fingerprint(session.session_id if session else None),
        request=fingerprint(request.request_id if request else None),
        at=milliseconds(request.timestamp if request else None),
        ends=request is not None and request.object_type == "SessionEndedRequest",
        thread=thread_of(envelope),
    )


def thread_of(envelope: RequestEnvelope) -> Thread:
    """What the session of a request knows; nothing as it begins, and in a session of an older release."""
    session = envelope.session
    riding = session.attributes.get(THREAD) if session and isinstance(session.attributes, dict) else None
    if session is None or session.new or not isinstance(riding, dict):
        return Thread()
    known = riding.get("known")
    return Thread(
        known=as_print(known) if isinstance(known, str) else None,
        era=as_print(riding.get("era")),
        turn=as_turn(riding.get("turn")),
        met=riding.get("met") is not False,
    )


def riding(thread: Thread) -> dict[str, object]:
    """A thread as session attributes carry it."""
    found: dict[str, object] = {"turn": thread.turn}
    if thread.known is not None:
        found |= {"known": thread.known, "era": thread.era}
    return found if thread.met else found | {"met": False}


def mark_of(record: object) -> Mark:
    """What a record says of its last writer. Whatever is damaged in it says nothing."""
    if not isinstance(record, Mapping):
        return Mark()
    found = record.get(SAVED_BY)
    by: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    requests = by.get("requests")
    return Mark(
        session=as_print(by.get("session")),
        turn=as_turn(by.get("turn")),
        requests=tuple(filter(None, map(as_print, requests[-REQUESTS:]))) if isinstance(requests, list) else (),
        begun=as_print(record.get(BEGUN)),
    )


def verdict(held: Record | None, writer: Writer, era: str = "", *, damaged: bool = False) -> Verdict:
    """What becomes of a write.

    Args:
        held: the person's record as it is now; None or empty for none.
        writer: who wants to write.
        era: what the store is now. What is missing from another store than the one where it was seen was lost there,
            and not forgotten.
        damaged: part of what the store held could not be read, so what is missing may be that.
    """
    if writer.anybody:
        return Verdict.WRITES
    seen, lost = writer.thread.known is not None, writer.thread.era != era
    if not held:
        # An end brings nobody back; but what could never be saved before is not lost with it.
        gone = not lost if seen else writer.ends and not writer.attempts
        return Verdict.FORGOTTEN if gone and not damaged else Verdict.WRITES
    mark = mark_of(held)
    if seen and not lost and writer.thread.known != mark.begun:
        return Verdict.FORGOTTEN
    if mark.last and mark.last in writer.attempts:  # our own, which has arrived after all
        return Verdict.WRITES
    if writer.request and writer.request in mark.requests:
        return Verdict.AGAIN
    return Verdict.WRITES if not mark.session or _newest(mark, held, writer) else Verdict.OVERTAKEN


def _newest(mark: Mark, held: Record, writer: Writer) -> bool:
    """Within a session its own turns tell, which no clock can put back; between two of them, the requests' times."""
    if mark.session == writer.session:
        return mark.turn <= writer.thread.turn
    return not writer.ends and not is_later(_at(held), writer.at)


def spared(record: Record, by: Writer) -> bool:
    """Whether a record is newer than the request that asks to forget it, which then came late, or once more."""
    if not by.at or (by.session and mark_of(record).session == by.session):
        return False
    return is_later(_at(record), by.at)


def marked(record: Record, held: Record | None, writer: Writer) -> Record:
    """A record that is to take another's place, with the marks of both.

    A record that was begun elsewhere or by an older release stays that very one.
    """
    person = unmarked(record)
    if writer.anybody:
        return record
    before = mark_of(held)
    requests = dict.fromkeys((*before.requests, *writer.attempts, writer.request))
    by = {
        "session": writer.session,
        # What of the same session arrives after its end is late.
        "turn": writer.thread.turn + writer.ends,
        "requests": [request for request in requests if request][-REQUESTS:],
    }
    begun = before.begun if held else writer.request
    return person | {SAVED_BY: by} | ({BEGUN: begun} if begun else {})


def added(record: Record, held: Record, attempts: tuple[str, ...]) -> Record:
    """A record with something older added to what is held: it stays that of whoever wrote last."""
    before = mark_of(held)
    requests = list(dict.fromkeys((*before.requests, *attempts)))[-REQUESTS:]
    by = {"session": before.session, "turn": before.turn, "requests": requests}
    return unmarked(record) | {SAVED_BY: by} | ({BEGUN: before.begun} if before.begun else {})


def unmarked(record: Record) -> Record:
    """A record as far as it tells of the person."""
    return {key: value for key, value in record.items() if key not in MARKS}


def marks(record: Mapping[str, object]) -> Record:
    """The marks of a record, in the form that this release writes."""
    mark = mark_of(record)
    by = {"session": mark.session, "turn": mark.turn, "requests": list(mark.requests)}
    return ({SAVED_BY: by} if mark.session or mark.requests else {}) | ({BEGUN: mark.begun} if mark.begun else {})


def next_thread(thread: Thread, record: Record, era: str) -> Thread:
    """What a session knows after a turn, in which the store held this."""
    thread = replace(thread, turn=min(thread.turn + 1, _LARGEST), met=True)
    return replace(thread, known=mark_of(record).begun, era=era) if record else thread


def milliseconds(moment: datetime | None) -> int:
    """A request's own time since 1970; one without a zone is in UTC. 0 for none, and for one outside all sense."""
    if moment is None or not 2000 <= moment.year <= 3000:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _at(record: Record) -> int:
    at = record.get(SAVED_AT)
    return at if isinstance(at, int) and not isinstance(at, bool) else 0


def as_print(value: object) -> str:
    """A fingerprint or an era that has come back, or "" for what cannot be one."""
    return value if isinstance(value, str) and len(value) <= 2 * _DIGITS and value.isascii() else ""


def as_turn(value: object) -> int:
    """A number of turns that has come back, or 0 for what cannot be one."""
    return min(max(value, 0), _LARGEST) if isinstance(value, int) and not isinstance(value, bool) else 0
