"""What this process knows of people while the store is away: as it last saw them, and what is still to be saved."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from skill.memory.merge import SAVED_AT, Record, is_later, merge
from skill.memory.newest import ANYBODY, Thread, Verdict, Writer, fingerprint, mark_of, spared, unmarked, verdict
from skill.memory.whose import Whose

SEEN = 300
"""How many people's records are kept as last seen, at some kilobytes each; the longest unseen go first."""

SEEN_SECONDS = 3_600
"""For how long. A routine takes a quarter of an hour, and whoever is forgotten elsewhere is not to be known here."""

OWED = 1_000
"""How many sessions' ends may wait for the store."""


FORGOTTEN = 1_000
"""Of how many forgotten people it is known that they are, by a fingerprint, and for SEEN_SECONDS. What was sent before
somebody was forgotten, and comes after, brings nobody back."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What a store did not take of a person.

    Attributes:
        record: the person now.
        base: the person as the store last gave them, from which `record` was made.
        tried: in what the last release left unsaved, when it was last tried to save it, as SAVED_AT; 0 for never.
        session: the session whose it is.
        turn: the last turn of that session whose work it holds.
        requests: all the requests whose work it holds. Any of them may arrive after all: a database may do what it is
            asked to, and fail to say so, or do it later.
        ends: it holds nothing but what the end of the session has changed.
        known: BEGUN of the record that the session knew, even if `base` was not given by the store; None for none.
    """

    record: Record
    base: Record
    tried: int = 0
    session: str = ""
    turn: int = 0
    requests: tuple[str, ...] = ()
    ends: bool = False
    known: str | None = None

    def forgotten(self, stored: Record | None) -> bool:
        """Whether the person was known, and is no longer: then nothing of them may come back."""
        known = mark_of(self.base).begun if self.base.get(SAVED_AT) else self.known
        return known is not None and (not stored or mark_of(stored).begun != known)

    def onto(self, stored: Record) -> Record:
        """What is stored now, with all that has changed here; the same once more, if it was saved after all."""
        base = self._base(stored)
        return merge(unmarked(stored), unmarked(self.record), base if base is None else unmarked(base))

    def tried_once_more(self) -> "Unsaved":
        """The same, after a save whose outcome is not known."""
        return self if self.requests else replace(self, tried=self.record.get(SAVED_AT, 0))

    def verdict(self, stored: Record | None) -> Verdict:
        """What becomes of it, when it comes to be saved at last."""
        if self.forgotten(stored):
            return Verdict.FORGOTTEN
        if not stored:  # an end brings nobody back
            return Verdict.FORGOTTEN if self.ends else Verdict.WRITES
        if not self.requests:
            return Verdict.WRITES
        if self.requests[-1] in mark_of(stored).requests:
            return Verdict.AGAIN
        # What turns have changed is added to what anybody has saved since: no field of it is newer than theirs.
        return verdict(stored, self.writer) if self.ends else Verdict.WRITES

    def older_than(self, stored: Record) -> bool:
        """Whether somebody else has saved the person since."""
        mark = mark_of(stored)
        return mark.session not in ("", self.session) and is_later(_at(stored), _at(self.record))

    @property
    def writer(self) -> Writer:
        """Whoever saves it at last, on behalf of its session."""
        last = self.requests[-1] if self.requests else ""
        return Writer(self.session, last, _at(self.record), self.ends, Thread(turn=self.turn), self.requests)

    def _base(self, stored: Record) -> Record | None:
        """From what `record` was made, as far as it is in what is stored; None where that cannot be told."""
        mark = mark_of(stored)
        if mark.last and mark.last in self.requests:
            return stored
        if set(mark.requests) & set(self.requests):  # part of it arrived, and somebody else came after
            return None
        return stored if self._arrived(stored) else self.base

    def _arrived(self, stored: Record) -> bool:
        if self.requests and mark_of(stored).session:  # those that this release writes are told by their requests
            return False
        if self.record.get(SAVED_AT) == self.tried:
            return unmarked(stored) == unmarked(self.record)
        return self.tried != 0 and stored.get(SAVED_AT) == self.tried


def _at(record: Record) -> int:
    at = record.get(SAVED_AT)
    return at if isinstance(at, int) and not isinstance(at, bool) else 0


class Meanwhile:
    """Bounded, and for this process alone. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes what tells seconds."""
        self._clock = clock
        self._lock = Lock()
        self._seen: OrderedDict[Whose, tuple[float, Record]] = OrderedDict()
        self._households: OrderedDict[str, tuple[float, Mapping[str, Record]]] = OrderedDict()
        self._owed: deque[tuple[Whose, Unsaved]] = deque()
        self._forgotten: OrderedDict[tuple[str, str | None], tuple[float, int]] = OrderedDict()

    def saw(self, who: Whose, record: Record, household: Mapping[str, Record] | None = None) -> None:
        """The store holds this of a person; nothing, when it is empty. And these are all in the household."""
        with self._lock:
            self._seen.pop(who, None)
            if record:
                self._seen[who] = self._clock(), record
            if household is not None:
                self._households.pop(who.user, None)
                self._households[who.user] = self._clock(), household
            self._drop_old()

    def household(self, user: str) -> Mapping[str, Record]:
        """Who was last seen in a user's household; nobody when that is not known."""
        with self._lock:
            self._drop_old()
            return self._households.get(user, (0.0, {}))[1]

    def last(self, who: Whose) -> Record:
        """What the store was last seen to hold of a person; empty when that is not known."""
        with self._lock:
            self._drop_old()
            return self._seen.get(who, (0.0, {}))[1]

    def owe(self, who: Whose, unsaved: Unsaved) -> bool:
        """Keep what is to be saved later; False when something else had to go for it, and is lost."""
        with self._lock:
            self._owed.append((who, unsaved))
            if len(self._owed) <= OWED:
                return True
            self._owed.popleft()
            return False

    def hand_over(self, who: Whose, *others: str) -> Unsaved | None:
        """What is still to be saved of a person, by this name in the household or others, and no longer kept here."""
        names = {who, *(Whose(who.user, name) for name in others)}
        with self._lock:
            found = next((one for one in self._owed if one[0] in names), None)
            if found is None:
                return None
            self._owed.remove(found)
            return found[1]

    def next_owed(self) -> tuple[Whose, Unsaved] | None:
        """Whatever has been kept for longest, and no longer kept here."""
        with self._lock:
            return self._owed.popleft() if self._owed else None

    def forget(self, user: str, speaker: str | None = None, by: Writer = ANYBODY) -> None:
        """Know nothing any more of a user's household, or of one speaker in it, that is not newer than who asks it."""
        with self._lock:
            gone = [who for who in self._seen if _is(who, user, speaker)]
            for who in gone:
                del self._seen[who]
            self._households.pop(user, None)
            self._owed = deque(one for one in self._owed if not _is(one[0], user, speaker) or spared(one[1].record, by))
            if by.at:
                self._forgotten.pop(name := (fingerprint(user), speaker), None)
                self._forgotten[name] = self._clock(), by.at
            self._drop_old()

    def forgotten_since(self, who: Whose, at: int) -> bool:
        """Whether a person was forgotten here later than that, in milliseconds since 1970."""
        with self._lock:
            user = fingerprint(who.user)
            found = (self._forgotten.get((user, name), (0.0, 0))[1] for name in (None, who.speaker))
            return at > 0 and any(is_later(moment + 1, at) for moment in found)

    def __len__(self) -> int:
        """How many are still to be saved."""
        return len(self._owed)

    def _drop_old(self) -> None:
        oldest = self._clock() - SEEN_SECONDS
        seen: tuple[tuple[OrderedDict[Any, tuple[float, Any]], int], ...] = (
            (self._seen, SEEN),
            (self._households, SEEN),
            (self._forgotten, FORGOTTEN),
        )
        for kept, most in seen:
            while kept and (len(kept) > most or next(iter(kept.values()))[0] < oldest):
                kept.popitem(last=False)


def _is(who: Whose, user: str, speaker: str | None) -> bool:
    return who.user == user and speaker in (None, who.speaker)
