"""What was worked out from files, kept for the next start, and found again while not a byte of those files has changed.

Kept values are pickles, in a folder of this user's own. Nothing but the classes that are asked for comes out of one, so
even a file that somebody else has put there could at worst be a wrong value of the right kind.
"""

import hashlib
import io
import logging
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from skill.media.sounds import files

log = logging.getLogger(__name__)

T = TypeVar("T")

OLD = 8
"""Values that are kept beside the newest one: of other content folders, or of releases that are gone."""


def fingerprint(parts: Iterable[Path]) -> str:
    """A short name for files, and for all the files in folders: it changes when a byte or a name of them does.

    Raises:
        OSError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for part in parts:
        for path in sorted(part.rglob("*")) if part.is_dir() else (part,):
            if path.is_file() and path.suffix != ".pyc":
                written = path.read_bytes()
                digest.update(f"{path.relative_to(part)}\0{len(written)}\0".encode(errors="surrogateescape"))
                digest.update(written)
    return digest.hexdigest()[:24]


def kept_or_made(folder: Path | None, name: str, modules: frozenset[str], make: Callable[[], T]) -> T:
    """The value that was kept under a name; where there is none that can be read, it is made, and kept.

    Args:
        folder: where values are kept; None keeps nothing.
        name: names the value, and everything that it was made from.
        modules: the modules whose classes may be in it.
        make: makes it; what it raises is raised here.
    """
    path = folder and folder / f"{name}.pickle"
    if path is None:
        return make()
    try:
        found: T = _Reader(io.BytesIO(path.read_bytes()), modules).load()
        return found
    except FileNotFoundError:
        pass
    except Exception as fault:  # a damaged pickle may raise anything
        log.warning("what was kept in %s cannot be read (%s), and is made anew", path, type(fault).__name__)
    value = make()
    _keep(path, value)
    return value


def _keep(path: Path, value: object) -> None:
    try:
        files.write(path, pickle.dumps(value, protocol=5))
        others = sorted(path.parent.glob("*.pickle"), key=lambda other: other.stat().st_mtime, reverse=True)
        for old in others[OLD + 1 :]:
            old.unlink()
    except OSError as fault:
        log.info("nothing can be kept in %s (%s), so the next start takes a little longer", path.parent, fault)


class _Reader(pickle.Unpickler):
    """Reads a pickle that may hold the classes of some modules, and no others."""

    def __init__(self, file: io.BytesIO, modules: frozenset[str]) -> None:
        super().__init__(file)
        self._modules = modules

    def find_class(self, module: str, name: str) -> Any:
        if module not in self._modules or "." in name:
            raise pickle.UnpicklingError(f"{module}.{name} is not expected there")
        return super().find_class(module, name)
