"""What this process knows of people while the store is away: as it last saw them, and what is still to be saved."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from skill.storage.merge import SAVED_AT, Record, merge
from skill.storage.whose import Whose

SEEN = 300
"""How many people's records are kept as last seen, at some kilobytes each; the longest unseen go first."""

SEEN_SECONDS = 3_600
"""For how long. A routine takes a quarter of an hour, and whoever is forgotten elsewhere is not to be known here."""

OWED = 1_000
"""How many sessions' ends may wait for the store."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What a store did not take of a person.

    Attributes:
        record: the person now.
        base: the person as the store last gave them, from which `record` was made.
        tried: when it was last tried to save them, as SAVED_AT; 0 for never. A database may do what it is asked to,
            and fail to say so.
    """

    record: Record
    base: Record
    tried: int = 0

    def forgotten(self, stored: Record | None) -> bool:
        """Whether the person was known, and is no longer: then nothing of them may come back."""
        return not stored and bool(self.base.get(SAVED_AT))

    def onto(self, stored: Record) -> Record:
        """What is stored now, with all that has changed here; the same once more, if it was saved after all."""
        return merge(stored, self.record, stored if self._arrived(stored) else self.base)

    def tried_once_more(self) -> "Unsaved":
        """The same, after a save whose outcome is not known."""
        return replace(self, tried=self.record.get(SAVED_AT, 0))

    def _arrived(self, stored: Record) -> bool:
        if self.record.get(SAVED_AT) == self.tried:
            return stored == self.record
        return self.tried != 0 and stored.get(SAVED_AT) == self.tried


class Meanwhile:
    """Bounded, and for this process alone. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes what tells seconds."""
        self._clock = clock
        self._lock = Lock()
        self._seen: OrderedDict[Whose, tuple[float, Record]] = OrderedDict()
        self._owed: deque[tuple[Whose, Unsaved]] = deque()

    def saw(self, who: Whose, record: Record) -> None:
        """The store holds this of a person; nothing, when it is empty."""
        with self._lock:
            self._seen.pop(who, None)
            if record:
                self._seen[who] = self._clock(), record
            self._drop_old()

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

    def hand_over(self, who: Whose) -> Unsaved | None:
        """What is still to be saved of a person, and no longer kept here."""
        with self._lock:
            found = next((one for one in self._owed if one[0] == who), None)
            if found is None:
                return None
            self._owed.remove(found)
            return found[1]

    def next_owed(self) -> tuple[Whose, Unsaved] | None:
        """Whatever has been kept for longest, and no longer kept here."""
        with self._lock:
            return self._owed.popleft() if self._owed else None

    def forget(self, user: str, speaker: str | None = None) -> None:
        """Know nothing any more of a user's household, or of one speaker in it."""
        with self._lock:
            gone = [who for who in self._seen if _is(who, user, speaker)]
            for who in gone:
                del self._seen[who]
            self._owed = deque(one for one in self._owed if not _is(one[0], user, speaker))

    def __len__(self) -> int:
        """How many are still to be saved."""
        return len(self._owed)

    def _drop_old(self) -> None:
        oldest = self._clock() - SEEN_SECONDS
        while self._seen and (len(self._seen) > SEEN or next(iter(self._seen.values()))[0] < oldest):
            self._seen.popitem(last=False)


def _is(who: Whose, user: str, speaker: str | None) -> bool:
    return who.user == user and speaker in (None, who.speaker)
