"""Where a store keeps its records: one text under each name, read and swapped. And the simplest such place."""

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from typing import Protocol
from uuid import uuid4

LARGEST = 200_000
"""Characters of a household's record as JSON. A person has a few thousand; DynamoDB refuses an item above 400 kB. It is
the same for every store, so that none takes what another would refuse."""


class StoreFailed(Exception):
    """People cannot be remembered now, or not be given; says why."""


class Shelf(Protocol):
    """Keeps one text under each name. Every method may raise StoreFailed, and nothing else.

    Several threads use it at once, and where it outlives the process, several processes.
    """

    @property
    def era(self) -> str:
        """Another text when it had to be begun anew, so that what is missing was lost, and was not removed.

        It holds of what was last read or swapped.
        """
        ...

    def read(self, name: str) -> str | None:
        """What is kept; None for nothing. What is damaged comes as a text that is no JSON."""
        ...

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        """Put one text in another's place as one step; None is nothing.

        Returns:
            False, and nothing has changed, where the old one is not there any more: somebody else was quicker.
        """
        ...

    def scrub(self, traces: Collection[str]) -> None:
        """Leave no copy of what was replaced or removed, nor a file set aside in which one of these texts stands.

        What was removed is removed for good when this returns, also after a power cut.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; they are opened again when they are needed."""
        ...


PEOPLE = 10_000
"""How many users are remembered in memory, at about a kilobyte each; the longest unheard of are forgotten first."""

_PROCESS = uuid4().hex[:8]
"""A name for this process: what another one has had in memory is lost."""


class MemoryShelf:
    """Keeps texts in memory until the process ends: for tests, and for trying the skill out."""

    era = _PROCESS

    def __init__(self, most: int = PEOPLE) -> None:
        """Takes how many may be kept."""
        self._most = most
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str) -> str | None:
        return self._texts.get(name)

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        with self._lock:
            if self._texts.get(name) != old:
                return False
            self._texts.pop(name, None)
            if new is not None:
                self._texts[name] = new
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
            return True

    def scrub(self, traces: Collection[str]) -> None:
        """There are no copies."""

    def close(self) -> None:
        """There is nothing to let go of."""
