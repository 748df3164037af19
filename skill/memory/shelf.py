"""What a store needs of the place where it keeps its records."""

import json
from collections.abc import Callable, Collection
from typing import Any, Protocol

from ask_sdk_core.exceptions import PersistenceException

Record = dict[str, Any]

Change = Callable[[object], object]
"""From what is kept to what is to be kept: a record, None to leave nothing, or its very argument for no change."""


LARGEST = 200_000
"""Bytes of a household's record as JSON. A person has a few thousand; DynamoDB refuses an item above 400 kB, and may
need twice what JSON needs. It is the same for every store, so that none takes what another would refuse."""


def written(record: object) -> str:
    """A record as JSON.

    Raises:
        PersistenceException: it is too large.
    """
    text = _JSON.encode(record)
    if len(text) > LARGEST:
        raise PersistenceException(
            f"a household's record of {len(text)} bytes is larger than {LARGEST}, and was not saved"
        )
    return text


_JSON = json.JSONEncoder(separators=(",", ":"))


class Shelf(Protocol):
    """Keeps one record of JSON under each name. Every method may raise PersistenceException, and nothing else.

    Several threads use it at once, and where it outlives the process, several processes.
    """

    @property
    def era(self) -> str:
        """Another text when it had to be begun anew, so that what is missing was lost, and was not removed.

        It holds of what was last read or changed.
        """
        ...

    def read(self, name: str) -> object:
        """What is kept: a record, None for nothing, or something else where it is damaged. It is the caller's own."""
        ...

    def change(self, name: str, change: Change) -> None:
        """Read and write as one step, between which nobody else writes. `change` may be called several times."""
        ...

    def remove(self, name: str) -> None:
        """Leave nothing under a name."""
        ...

    def scrub(self, traces: Collection[str]) -> None:
        """Leave no copy beside the records in which one of these texts stands, such as a file that was set aside."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong with the whole, one line for each fault."""
        ...

    def close(self) -> None:
        """Let go of files and connections; they are opened again when they are needed."""
        ...
