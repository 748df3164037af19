"""What a store did not take: the person as they are now, and the turns that made them so, to be made again.

It rides in the session; where that is over, this process keeps it, beside what else it knows by itself while a store is
away. As long as the store still holds the record that those turns were made from, or one of their own that has arrived
after all, the person is saved as they are. Where somebody else has saved since, nothing is merged: the turns are made
again, one after the other, with what is stored now.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Annotated, Any, NamedTuple

from skill.dialogue.session import Person
from skill.library.plain import from_plain
from skill.library.values import Meta, Number, Value, field, replace
from skill.memory.newest import Asking, Thread, Verdict, spared, verdict
from skill.memory.record import (
    SAVED_AT,
    Print,
    Record,
    fingerprint,
    is_later,
    mark_of,
    moment_of,
    person_of,
    record_of,
    version_of,
)

TURNS = 60
"""How many turns can wait to be made again; a long routine has fewer. Of more, the oldest would be missing where
somebody else has saved meanwhile."""

SEEN = 300
"""How many households are kept as last seen, at some kilobytes each; the longest unseen go first."""

SEEN_SECONDS = 3_600
"""For how long. A routine takes a quarter of an hour, and whoever is forgotten elsewhere is not to be known here."""

OWED = 1_000
"""How many sessions' ends may wait for the store."""

FORGOTTEN = 1_000
"""Of how many forgotten people it is known that they are, by a fingerprint, and for SEEN_SECONDS. What was sent before
somebody was forgotten, and comes after, brings nobody back."""

NEWER = ("underway", "seen_at", "body", "up_at", "stopped_at")
"""Where somebody is, and since when. Of this a turn that was overtaken changes nothing."""


class Done(Value):
    """A turn as it was made.

    Attributes:
        request: the fingerprint of its request.
        at: the time of that, in milliseconds since 1970, until 2286.
        session: the session before it, as session attributes carry it.
        event: what happened, as JSON; empty where the turn changed nothing of the person.
    """

    request: Annotated[Print, Meta(min_length=1)]
    at: Annotated[int, Meta(ge=0, le=10**13)] = 0
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
    version: Print = ""
    turns: tuple[Done, ...] = ()
    session: Print = ""
    turn: Number = 0
    ends: bool = False
    known: Print | None = None

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests whose work it holds."""
        return tuple(turn.request for turn in self.turns)

    def after(self, done: Done, record: Record, **changes: Any) -> "Unsaved":
        """The same with one more turn, and the person after it."""
        return replace(self, turns=(*self.turns, done)[-TURNS:], record=record, **changes)

    def asking(self, user: str, speaker: str) -> Asking:
        """Whoever saves it at last, on behalf of its session."""
        return Asking(
            user,
            speaker,
            session=self.session,
            request=self.turns[-1].request if self.turns else "",
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


def unsaved_of(riding: object, sound: Callable[[Done], Done]) -> Unsaved | None:
    """What rode in a session, perhaps as an older release has put it there, perhaps damaged; None for nothing.

    `sound` mends what of a turn only the skill can read.
    """
    if not isinstance(riding, dict) or not isinstance(record := riding.get("record"), dict):
        return None
    if isinstance(base := riding.get("base"), dict):  # of an older release, which merged
        requests = riding.get("requests")
        turns = [{"request": request} for request in requests] if isinstance(requests, list) else []
        made_from = {"version": version_of(base), "known": mark_of(base).begun} if base.get(SAVED_AT) else {}
        riding = riding | {"version": ""} | made_from | {"turns": turns}
    mended = record_of(person_of(record), moment_of(record), record)
    unsaved = from_plain(Unsaved, riding | {"record": mended})
    return replace(unsaved, turns=tuple(map(sound, unsaved.turns[-TURNS:])))


class Owed(NamedTuple):
    """What the store is still to take of a speaker, and what makes its turns again."""

    user: str
    speaker: str
    unsaved: Unsaved
    again: Again


class OwnCopy:
    """What this process knows by itself: who was last seen, what is owed to the store, and who was forgotten.

    Bounded, and safe to use from several threads.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._owed: deque[Owed] = deque()
        self._forgotten: OrderedDict[tuple[str, str | None], tuple[float, int]] = OrderedDict()

    def saw(self, user: str, text: str | None) -> None:
        """The store holds this of a user's household."""
        with self._lock:
            self._seen.pop(user, None)
            if text is not None:
                self._seen[user] = self._clock(), text
            self._drop_old()

    def last(self, user: str) -> str | None:
        """What the store was last seen to hold of a household; None when that is not known."""
        with self._lock:
            self._drop_old()
            return self._seen.get(user, (0.0, None))[1]

    def owe(self, owed: Owed) -> bool:
        """Keep what is to be saved later; False when something else had to go for it, and is lost."""
        with self._lock:
            self._owed.append(owed)
            if len(self._owed) <= OWED:
                return True
            self._owed.popleft()
            return False

    def hand_over(self, user: str, speakers: set[str]) -> Unsaved | None:
        """What is still to be saved of somebody, under any of these names, and no longer kept here."""
        with self._lock:
            found = next((owed for owed in self._owed if owed.user == user and owed.speaker in speakers), None)
            if found is None:
                return None
            self._owed.remove(found)
            return found.unsaved

    def next_owed(self) -> Owed | None:
        """Whatever has been kept for longest, and no longer kept here."""
        with self._lock:
            return self._owed.popleft() if self._owed else None

    def __len__(self) -> int:
        """How many are still to be saved."""
        return len(self._owed)

    def forget(self, user: str, speaker: str | None = None, by: Asking | None = None) -> None:
        """Know nothing any more of a household, or of one speaker in it, that is not newer than who asks it."""

        def stays(owed: Owed) -> bool:
            asked = owed.user == user and speaker in (None, owed.speaker)
            return not asked or (by is not None and spared(owed.unsaved.record, by))

        with self._lock:
            self._seen.pop(user, None)
            self._owed = deque(filter(stays, self._owed))
            if by and by.at:
                self._forgotten.pop(name := (fingerprint(user), speaker), None)
                self._forgotten[name] = self._clock(), by.at
            self._drop_old()

    def forgotten_since(self, user: str, speaker: str, at: int) -> bool:
        """Whether a person was forgotten here later than that, in milliseconds since 1970."""
        if not self._forgotten:
            return False
        with self._lock:
            found = (self._forgotten.get((fingerprint(user), name), (0.0, 0))[1] for name in (None, speaker))
            return at > 0 and any(is_later(moment + 1, at) for moment in found)

    def _drop_old(self) -> None:
        oldest = self._clock() - SEEN_SECONDS
        kept: OrderedDict[Any, tuple[float, Any]]
        for kept, most in ((self._seen, SEEN), (self._forgotten, FORGOTTEN)):
            while kept and (len(kept) > most or next(iter(kept.values()))[0] < oldest):
                kept.popitem(last=False)
