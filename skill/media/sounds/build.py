"""All sounds of a library into a folder, for an object store, telling how far it is."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from skill.library.models import Library
from skill.media.sounds import files, vocabulary
from skill.media.sounds.catalogue import catalogue, sound_named
from skill.media.sounds.samples import count_of, encoded_bytes
from skill.media.sounds.store import Sounds

Item = TypeVar("Item")

Progress = Callable[[Sequence[str], str], Iterable[str]]
"""Hands out the same items one by one, telling how far it is; `steps` below is one."""

LINES = 10
"""How many plain lines a whole run prints at most."""


def steps(items: Sequence[Item], what: str, out: TextIO | None = None) -> Iterator[Item]:
    """The same items one by one, telling how many are done.

    Args:
        items: what is worked through.
        what: what is being done, for the person who waits.
        out: where to tell it; standard error when not given.
    """
    to = sys.stderr if out is None else out
    try:
        from rich.console import Console
        from rich.progress import track
    except ImportError:
        return _lines(items, what, to)
    if not to.isatty():
        return _lines(items, what, to)
    return iter(track(items, description=what, console=Console(file=to)))


def _lines(items: Sequence[Item], what: str, to: TextIO) -> Iterator[Item]:
    every = max(1, -(-len(items) // LINES))
    for done, item in enumerate(items, 1):
        yield item
        if done % every == 0 or done == len(items):
            to.write(f"{what}: {done} of {len(items)}\n")
            to.flush()


@dataclass(frozen=True, slots=True)
class Size:
    """How much the sounds of a library are."""

    number: int
    bytes: int
    seconds: float = 0.0
    """What building them took; 0 for a size that was only worked out."""

    @property
    def megabytes(self) -> float:
        """Millions of bytes."""
        return self.bytes / 1e6


class BuildError(Exception):
    """Some sounds could not be composed; the message names them."""


def size(library: Library) -> Size:
    """How many sounds a library has and how large they are together, without composing any."""
    found = [sound_named(name) for name in catalogue(library)]
    return Size(len(found), sum(encoded_bytes(count_of(one[1].length_ms)) for one in found if one))


def build_all(library: Library, folder: Path, progress: Progress = steps) -> Size:
    """Compose every sound of a library into a folder, as `<name>.mp3`, and nothing else.

    Args:
        library: the content; its language's recorded vocabulary is used.
        folder: made if need be; files of that name in it are replaced, each in one go, others stay.
        progress: tells how far it is.

    Raises:
        BuildError: words are not recorded, or a sound cannot be composed.
        OSError: the folder cannot be written.
    """
    started = time.perf_counter()
    names = catalogue(library)
    sounds = Sounds(None, names, {library.language: vocabulary.load(library.language)})
    if missing := [name for name in names if not sounds.available(name)]:
        raise BuildError(f"not recorded in {library.language}: the words of {', '.join(missing)}")
    files.sweep(folder)
    total = 0
    for name in progress(names, "sounds"):
        mp3 = sounds.mp3(name)
        if mp3 is None:
            raise BuildError(f"{name} cannot be composed")
        files.write(folder / f"{name}.mp3", mp3)
        total += len(mp3)
    return Size(len(names), total, time.perf_counter() - started)
