"""A store in this process's memory: for tests, and for trying the skill out."""

from collections import OrderedDict
from copy import deepcopy
from threading import Lock

from skill.storage.people import PeopleStore
from skill.storage.shelf import Change

PEOPLE = 10_000
"""How many users are remembered, at about a kilobyte each; the longest unheard of are forgotten first."""


class MemoryShelf:
    """Keeps records until the process ends."""

    def __init__(self, most: int = PEOPLE) -> None:
        """Takes how many records may be kept."""
        self._most = most
        self._records: OrderedDict[str, object] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str) -> object:
        with self._lock:
            return deepcopy(self._records.get(name))

    def change(self, name: str, change: Change) -> None:
        with self._lock:
            held = deepcopy(self._records.get(name))
            record = change(held)
            if record is held:
                return
            self._records.pop(name, None)
            if record is not None:
                self._records[name] = deepcopy(record)
            if len(self._records) > self._most:
                self._records.popitem(last=False)

    def remove(self, name: str) -> None:
        with self._lock:
            self._records.pop(name, None)

    def check(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        """There is nothing to let go of."""


class MemoryStore(PeopleStore):
    """Remembers people until the process ends."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Nobody is remembered yet; `people` is how many users may be."""
        super().__init__(MemoryShelf(people))
