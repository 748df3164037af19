"""A store in this process's memory: for tests, and for trying the skill out."""

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from uuid import uuid4

PEOPLE = 10_000
"""How many users are remembered, at about a kilobyte each; the longest unheard of are forgotten first."""

_PROCESS = uuid4().hex[:8]
"""A name for this process: what another one has had in memory is lost."""


class MemoryShelf:
    """Keeps texts until the process ends."""

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

    def remove(self, name: str) -> None:
        with self._lock:
            self._texts.pop(name, None)

    def scrub(self, traces: Collection[str]) -> None:
        """There are no copies."""

    def check(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        """There is nothing to let go of."""
