"""What this process knows by itself: who was last seen, what is owed to the store, and who was forgotten."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from skill.memory.newest import Asking, fingerprint, is_later, spared
from skill.memory.unsaved import Again, Unsaved

SEEN = 300
"""How many households are kept as last seen, at some kilobytes each; the longest unseen go first."""

SEEN_SECONDS = 3_600
"""For how long. A routine takes a quarter of an hour, and whoever is forgotten elsewhere is not to be known here."""

OWED = 1_000
"""How many sessions' ends may wait for the store."""

FORGOTTEN = 1_000
"""Of how many forgotten people it is known that they are, by a fingerprint, and for SEEN_SECONDS. What was sent before
somebody was forgotten, and comes after, brings nobody back."""


class Owed(NamedTuple):
    """What the store is still to take of a speaker, and what makes its turns again."""

    user: str
    speaker: str
    unsaved: Unsaved
    again: Again


class OwnCopy:
    """Bounded, and for this process alone. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes what tells seconds."""
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
        with self._lock:
            found = (self._forgotten.get((fingerprint(user), name), (0.0, 0))[1] for name in (None, speaker))
            return at > 0 and any(is_later(moment + 1, at) for moment in found)

    def __len__(self) -> int:
        """How many are still to be saved."""
        return len(self._owed)

    def _drop_old(self) -> None:
        oldest = self._clock() - SEEN_SECONDS
        kept: OrderedDict[Any, tuple[float, Any]]
        for kept, most in ((self._seen, SEEN), (self._forgotten, FORGOTTEN)):
            while kept and (len(kept) > most or next(iter(kept.values()))[0] < oldest):
                kept.popitem(last=False)
