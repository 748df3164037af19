"""What a store needs of the place where it keeps its records: one text under each name, read and swapped."""

from collections.abc import Collection
from typing import Protocol

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

    def remove(self, name: str) -> None:
        """Leave nothing under a name, whatever it is."""
        ...

    def scrub(self, traces: Collection[str]) -> None:
        """Leave no copy of what was replaced or removed, nor a file set aside in which one of these texts stands.

        What was removed is removed for good when this returns, also after a power cut.
        """
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong with the whole, one line for each fault."""
        ...

    def close(self) -> None:
        """Let go of files and connections; they are opened again when they are needed."""
        ...
