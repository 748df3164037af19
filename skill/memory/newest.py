"""Newest wins: who wrote a person's record last, and whether what comes now may still change it. Pure.

Requests arrive late, twice, from a session that another one has overtaken, and from one whose person was forgotten in
the meantime. None of these changes anything newer. For that a record says who wrote it last (SAVED_BY) and by which
request it was begun (BEGUN), and a session carries what it knows of the record (THREAD). Amazon's own ids are nowhere
kept: a fingerprint is enough to tell one from another.

`verdict` judges the very record that a turn was made from; as that is swapped for the next one only while it is still
there, the judgement holds at the moment of writing.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any

from skill.library.values import Value, replace

Record = dict[str, Any]

SAVED_AT = "saved_at"
"""When a record was made, in milliseconds since 1970."""

ASTRAY_MS = 86_400_000
"""A record from more than a day after what comes now was made by a clock that was wrong, and does not win for ever."""

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

HOUSEHOLD = ""
"""Stands for the speaker where the voice was not recognised: their memory is the household's."""

_DIGITS = 12
"""Of a fingerprint: one of a thousand sessions is taken for another once in a hundred million times."""

_LARGEST = 10**6
"""No session has more turns."""


class Verdict(StrEnum):
    """What becomes of what a turn would write."""

    WRITES = "writes"
    AGAIN = "again"
    """It was done before, by the same request."""
    OVERTAKEN = "overtaken"
    """Somebody has written since who is newer."""
    FORGOTTEN = "forgotten"
    """The person was forgotten since."""


class Thread(Value):
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


class Asking(Value):
    """Who sends a request, as far as the request itself tells.

    Attributes:
        user: the user of the skill, "" for none.
        voice: the speaker whom Alexa recognised, or on whom the session has settled; HOUSEHOLD for neither.
        settled: the session has settled on that speaker. A voice that is recognised half-way changes nobody's place.
        session: the session's fingerprint, "" for none.
        request: the request's.
        at: the request's own time, in milliseconds since 1970; 0 when it tells none.
        ends: it only tells that the session is over.
        thread: what the session knows.
    """

    user: str
    voice: str = HOUSEHOLD
    settled: bool = False
    session: str = ""
    request: str = ""
    at: int = 0
    ends: bool = False
    thread: Thread = Thread()


class Mark(Value):
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


def thread_of(riding: object) -> Thread:
    """What rode in a session as THREAD; nothing as it begins, and in a session of an older release."""
    if not isinstance(riding, dict):
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


def version_of(record: Record) -> str:
    """Tells a person's record from every other of theirs: by the request that wrote it, or else by its time."""
    return (mark_of(record).last or str(moment_of(record))) if record else ""


def moment_of(record: Record) -> int:
    """When a record was made, in milliseconds since 1970; 0 where it does not say."""
    at = record.get(SAVED_AT)
    return at if isinstance(at, int) and not isinstance(at, bool) else 0


def is_later(at: int, than: int) -> bool:
    """Whether one moment is after another, in milliseconds; one that is astray is not."""
    return than < at <= than + ASTRAY_MS


def verdict(
    held: Record | None, asking: Asking, attempts: tuple[str, ...] = (), era: str = "", *, damaged: bool = False
) -> Verdict:
    """What becomes of what a turn would write.

    Args:
        held: the person's record as it is now; None or empty for none.
        asking: whose turn it is.
        attempts: the requests whose work would be written with it, and which may have arrived before.
        era: what the store is now. What is missing from another store than the one where it was seen was lost there,
            and not forgotten.
        damaged: part of what the store held could not be read, so what is missing may be that.
    """
    if not asking.session and not asking.request:  # nobody in particular
        return Verdict.WRITES
    seen, lost = asking.thread.known is not None, asking.thread.era != era
    if not held:
        # An end brings nobody back; but what could never be saved before is not lost with it.
        gone = not lost if seen else asking.ends and not attempts
        return Verdict.FORGOTTEN if gone and not damaged else Verdict.WRITES
    mark = mark_of(held)
    if seen and not lost and asking.thread.known != mark.begun:
        return Verdict.FORGOTTEN
    if mark.last and mark.last in attempts:  # our own, which has arrived after all
        return Verdict.WRITES
    if asking.request and asking.request in mark.requests:
        return Verdict.AGAIN
    if mark.session == asking.session:  # within a session its own turns tell, which no clock can put back
        newest = mark.turn <= asking.thread.turn
    else:
        newest = not asking.ends and not is_later(moment_of(held), asking.at)
    return Verdict.WRITES if newest or not mark.session else Verdict.OVERTAKEN


def spared(record: Record, by: Asking) -> bool:
    """Whether a record is newer than the request that asks to forget it, which then came late, or once more."""
    if not by.at or (by.session and mark_of(record).session == by.session):
        return False
    return is_later(moment_of(record), by.at)


def marked(record: Record, held: Record | None, asking: Asking, attempts: tuple[str, ...] = ()) -> Record:
    """A record that is to take another's place, with the marks of both.

    A record that was begun elsewhere or by an older release stays that very one.
    """
    if not asking.session and not asking.request:
        return record
    before = mark_of(held)
    # What of the same session arrives after its end is late.
    by = _by(asking.session, asking.thread.turn + asking.ends, (*before.requests, *attempts, asking.request))
    begun = before.begun if held else asking.request
    return unmarked(record) | {SAVED_BY: by} | ({BEGUN: begun} if begun else {})


def added(record: Record, held: Record, attempts: tuple[str, ...]) -> Record:
    """A record with something older added to what is held: it stays that of whoever wrote last."""
    before = mark_of(held)
    by = _by(before.session, before.turn, (*before.requests, *attempts))
    return unmarked(record) | {SAVED_BY: by} | ({BEGUN: before.begun} if before.begun else {})


def _by(session: str, turn: int, requests: tuple[str, ...]) -> Record:
    latest = [request for request in dict.fromkeys(requests) if request][-REQUESTS:]
    return {"session": session, "turn": turn, "requests": latest}


def unmarked(record: Record) -> Record:
    """A record as far as it tells of the person."""
    return {key: value for key, value in record.items() if key not in MARKS}


def marks(record: Mapping[str, object]) -> Record:
    """The marks of a record, in the form that this release writes."""
    mark = mark_of(record)
    by = _by(mark.session, mark.turn, mark.requests)
    return ({SAVED_BY: by} if mark.session or mark.requests else {}) | ({BEGUN: mark.begun} if mark.begun else {})


def next_thread(thread: Thread, record: Record, era: str) -> Thread:
    """What a session knows after a turn, in which the store held this."""
    thread = replace(thread, turn=min(thread.turn + 1, _LARGEST), met=True)
    return replace(thread, known=mark_of(record).begun, era=era) if record else thread


def as_print(value: object) -> str:
    """A fingerprint or an era that has come back, or "" for what cannot be one."""
    return value if isinstance(value, str) and len(value) <= 2 * _DIGITS and value.isascii() else ""


def as_turn(value: object) -> int:
    """A number of turns that has come back, or 0 for what cannot be one."""
    return min(max(value, 0), _LARGEST) if isinstance(value, int) and not isinstance(value, bool) else 0
