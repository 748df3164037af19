"""A store in this process's memory: for tests, and for trying the skill out."""

import json
from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from uuid import uuid4

from skill.memory.people import PeopleStore
from skill.memory.shelf import Change, written

PEOPLE = 10_000
"""How many users are remembered, at about a kilobyte each; the longest unheard of are forgotten first."""


_PROCESS = uuid4().hex[:8]
"""A name for this process: what another one has had in memory is lost."""


class MemoryShelf:
    """Keeps records until the process ends, as JSON, so that nobody else can change one."""

    era = _PROCESS

    def __init__(self, most: int = PEOPLE) -> None:
        """Takes how many records may be kept."""
        self._most = most
        self._records: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str) -> object:
        with self._lock:
            return self._held(name)

    def change(self, name: str, change: Change) -> None:
        with self._lock:
            held = self._held(name)
            record = change(held)
            if record is held:
                return
            text = None if record is None else written(record)
            self._records.pop(name, None)
            if text is not None:
                self._records[name] = text
            if len(self._records) > self._most:
                self._records.popitem(last=False)

    def remove(self, name: str) -> None:
        with self._lock:
            self._records.pop(name, None)

    def scrub(self, traces: Collection[str]) -> None:
        """There are no copies."""

    def check(self) -> tuple[str, ...]:
        return ()

    def _held(self, name: str) -> object:
        return json.loads(self._records[name]) if name in self._records else None

    def close(self) -> None:
        """There is nothing to let go of."""


class MemoryStore(PeopleStore):
    """Remembers people until the process ends."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Nobody is remembered yet; `people` is how many users may be."""
        super().__init__(MemoryShelf(people))
