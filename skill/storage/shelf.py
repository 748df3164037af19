"""What a store needs of the place where it keeps its records."""

from collections.abc import Callable
from typing import Any, Protocol

Record = dict[str, Any]

Change = Callable[[object], object]
"""From what is kept to what is to be kept: a record, None to leave nothing, or its very argument for no change."""


class Shelf(Protocol):
    """Keeps one record of JSON under each name. Every method may raise PersistenceException, and nothing else.

    Several threads use it at once, and where it outlives the process, several processes.
    """

    def read(self, name: str) -> object:
        """What is kept: a record, None for nothing, or something else where it is damaged. It is the caller's own."""
        ...

    def change(self, name: str, change: Change) -> None:
        """Read and write as one step, between which nobody else writes. `change` may be called several times."""
        ...

    def remove(self, name: str) -> None:
        """Leave nothing under a name."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong with the whole, one line for each fault."""
        ...

    def close(self) -> None:
        """Let go of files and connections; they are opened again when they are needed."""
        ...
