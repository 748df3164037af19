"""What all sections of a run have in common."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.conversation import ROUTINE
from benchmarks.signing import Requests, authority


@dataclass(frozen=True)
class Setting:
    """Where and how a run takes place.

    Attributes:
        folder: for what is needed on the way; it has the roots and the chain.
        requests: makes requests of whole routines.
        quick: few rounds and small numbers, for a look.
        beside: a folder with another copy of the project, to be measured beside this one.
    """

    folder: Path
    requests: Requests
    quick: bool = False
    beside: Path | None = None

    def at_most(self, full: int, quick: int) -> int:
        """A count, by whether this is a quick run."""
        return quick if self.quick else full


@contextmanager
def setting(quick: bool = False, beside: Path | None = None) -> Iterator[Setting]:
    """A setting for the length of a run."""
    from skill.simulator.wire import to_app
    from skill.web import create_app
    from skill.web.settings import Settings

    with TemporaryDirectory() as name, patch.dict(os.environ, XDG_CACHE_HOME=name):
        folder = Path(name)
        authority(folder)
        yield Setting(folder, Requests(ROUTINE, to_app(create_app(Settings(verify=False)))), quick, beside)
