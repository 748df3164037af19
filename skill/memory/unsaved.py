"""What a store did not take: the person as they are now, and the turns that made them so, to be made again. Pure.

As long as the store still holds the record that those turns were made from, or one of their own that has arrived after
all, the person is saved as they are. Where somebody else has saved since, nothing is merged: the turns are made again,
one after the other, with what is stored now.
"""

from collections.abc import Callable, Mapping
from typing import Any

from skill.dialogue.session import Person
from skill.library.values import Value, field, replace
from skill.memory.newest import (
    SAVED_AT,
    Asking,
    Record,
    Thread,
    Verdict,
    as_print,
    as_turn,
    is_later,
    mark_of,
    moment_of,
    verdict,
    version_of,
)
from skill.memory.record import person_of, record_of, tidy

TURNS = 60
"""How many turns can wait to be made again; a long routine has fewer. Of more, the oldest would be missing where
somebody else has saved meanwhile."""

_LATEST = 10**13
"""Milliseconds since 1970: in the year 2286."""

NEWER = ("underway", "seen_at", "body", "up_at", "stopped_at")
"""Where somebody is, and since when. Of this a turn that was overtaken changes nothing."""


class Done(Value):
    """A turn as it was made.

    Attributes:
        request: the fingerprint of its request.
        at: the time of that, in milliseconds since 1970.
        session: the session before it, as session attributes carry it.
        event: what happened, as JSON; empty where the turn changed nothing of the person.
    """

    request: str
    at: int = 0
    session: Mapping[str, Any] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=dict)


Again = Callable[[Person, Done], Person]
"""Makes a turn once more, for a person who has changed since: that person after it."""


class Unsaved(Value):
    """What a store did not take of a person.

    Attributes:
        record: the person now.
        version: of the record that it was made from; "" where the store had given none.
        turns: the turns that it holds, the latest last. Any of them may arrive after all: a database may do what it is
            asked to, and fail to say so, or do it later.
        session: the session whose it is.
        turn: the last turn of that session whose work it holds.
        ends: it holds nothing but what the end of the session has changed.
        known: BEGUN of the record that the session knew; None for none.
    """

    record: Record
    version: str = ""
    turns: tuple[Done, ...] = ()
    session: str = ""
    turn: int = 0
    ends: bool = False
    known: str | None = None

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests whose work it holds."""
        return tuple(turn.request for turn in self.turns)

    def after(self, done: Done, record: Record, **changes: Any) -> "Unsaved":
        """The same with one more turn, and the person after it."""
        return replace(self, turns=(*self.turns, done)[-TURNS:], record=record, **changes)

    def asking(self, user: str, speaker: str) -> Asking:
        """Whoever saves it at last, on behalf of its session."""
        last = self.turns[-1].request if self.turns else ""
        return Asking(
            user,
            speaker,
            session=self.session,
            request=last,
            at=moment_of(self.record),
            ends=self.ends,
            thread=Thread(self.known, turn=self.turn),
        )

    def verdict(self, stored: Record | None) -> Verdict:
        """What becomes of it, when it comes to be saved at last."""
        if self.known is not None and (not stored or mark_of(stored).begun != self.known):
            return Verdict.FORGOTTEN
        if not stored:  # an end brings nobody back
            return Verdict.FORGOTTEN if self.ends else Verdict.WRITES
        if self.turns and self.turns[-1].request in mark_of(stored).requests:
            return Verdict.AGAIN
        # What turns have changed is added to what anybody has saved since: no field of it is newer than theirs.
        return verdict(stored, self.asking("", ""), self.requests) if self.ends else Verdict.WRITES

    def onto(self, stored: Record, again: Again) -> Record:
        """The person with all that has changed here, where this is stored now; `verdict` has let it."""
        mark = mark_of(stored)
        if not stored or mark.last in self.requests or version_of(stored) == self.version:
            return self.record
        arrived = [number for number, turn in enumerate(self.turns) if turn.request in mark.requests]
        person = before = person_of(stored)
        for turn in self.turns[arrived[-1] + 1 if arrived else 0 :]:
            person = again(person, turn) if turn.event else person
        at = max(moment_of(stored), moment_of(self.record))
        if self.overtaken(stored):
            at = moment_of(stored)
            person = replace(person, **{name: getattr(before, name) for name in NEWER})
        return record_of(person, at, stored)

    def overtaken(self, stored: Record) -> bool:
        """Whether somebody else has saved the person since, who is newer."""
        return mark_of(stored).session not in ("", self.session) and is_later(moment_of(stored), moment_of(self.record))

    def as_json(self) -> dict[str, object]:
        """As session attributes carry it."""
        turns = [
            {"request": turn.request, "at": turn.at, "session": dict(turn.session), "event": dict(turn.event)}
            for turn in self.turns
        ]
        return {
            "record": self.record,
            "version": self.version,
            "turns": turns,
            "session": self.session,
            "turn": self.turn,
            "ends": self.ends,
            "known": self.known,
        }


def unsaved_of(riding: object) -> Unsaved | None:
    """What rode in a session, perhaps as an older release has put it there, perhaps damaged; None for nothing."""
    if not isinstance(riding, dict) or not isinstance(record := riding.get("record"), dict):
        return None
    base, turns = riding.get("base"), riding.get("turns")
    version, known = riding.get("version"), riding.get("known")
    if isinstance(base, dict):  # of an older release, which merged
        version = version_of(base) if base.get(SAVED_AT) else ""
        known = mark_of(base).begun if base.get(SAVED_AT) else known
        requests = riding.get("requests")
        turns = [{"request": request} for request in requests] if isinstance(requests, list) else []
    done = filter(None, map(_done_of, turns[-TURNS:])) if isinstance(turns, list) else ()
    return Unsaved(
        tidy(record),
        as_print(version),
        tuple(done),
        session=as_print(riding.get("session")),
        turn=as_turn(riding.get("turn")),
        ends=riding.get("ends") is True,
        known=as_print(known) if isinstance(known, str) else None,
    )


def _done_of(riding: object) -> Done | None:
    if not isinstance(riding, dict) or not (request := as_print(riding.get("request"))):
        return None
    at, session, event = riding.get("at"), riding.get("session"), riding.get("event")
    return Done(
        request,
        at if isinstance(at, int) and 0 <= at <= _LATEST else 0,
        session if isinstance(session, dict) else {},
        event if isinstance(event, dict) else {},
    )
