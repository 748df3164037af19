"""The sounds, each composed once and kept on disk by any number of processes; without a disk, in memory.

For an object store, `build_all` writes all of them into a folder.
"""

import hashlib
import logging
import os
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from importlib import resources
from pathlib import Path
from threading import BoundedSemaphore, Lock

from skill.coaching.cadence import Cadence
from skill.library.models import Library
from skill.library.values import Value
from skill.media.sounds.catalogue import catalogue, sound_named
from skill.media.sounds.compose import compose
from skill.media.sounds.samples import count_of, encode, encoded_bytes, is_whole
from skill.media.sounds.vocabulary import Vocabulary, load

log = logging.getLogger(__name__)

MEMORY_BYTES = 16_000_000
"""How much is kept in memory when the disk takes nothing; the longest unused go first."""

_RECIPE = (
    "media/sounds/samples.py",
    "media/sounds/compose.py",
    "coaching/cadence.py",
)
"""The sources that decide how a sound sounds."""


class Sounds:
    """Every sound that may be asked for, by name. Nothing is composed before that."""

    def __init__(self, folder: Path | None, names: Iterable[str], vocabularies: Mapping[str, Vocabulary]) -> None:
        """Keep composed sounds in a folder, or in memory only where it is None.

        Sounds of each release lie in a folder of their own inside it, so a new voice or tone is heard at once.
        Only `names` exist. The vocabularies are looked at when a sound is first asked for.
        """
        self._vocabularies = vocabularies
        self._catalogue = tuple(names)
        self._within = folder
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._faulty: set[str] = set()
        self._shared = Lock()  # for what is kept in memory
        self._each: dict[str, Lock] = {}  # so that nobody composes a sound that somebody else is composing
        self._composing = BoundedSemaphore(os.cpu_count() or 1)

    @cached_property
    def names(self) -> frozenset[str]:
        """All sounds that can be had: those of the catalogue whose words are recorded."""
        return frozenset(self._offered)

    @cached_property
    def _offered(self) -> dict[str, tuple[Vocabulary, Cadence]]:
        offered = {}
        for name in self._catalogue:
            language, heard = sound_named(name) or ("", None)
            recorded = self._vocabularies.get(language)
            if heard and recorded and all(mark.word is None or mark.word in recorded.words for mark in heard.marks):
                offered[name] = (recorded, heard)
        return offered

    @cached_property
    def _folder(self) -> Path | None:
        """Where sounds of this release are kept, tidied of what processes that died have left."""
        if self._within is None:
            return None
        folder = self._within / recipe(self._vocabularies.values())
        sweep(folder)
        return folder

    def available(self, name: str) -> bool:
        """Whether a sound can be had. Cheap; where it cannot, she counts aloud."""
        return name in self.names and name not in self._faulty

    def mp3(self, name: str) -> bytes | None:
        """The MP3 of a sound, or None where it cannot be had. Never raises; any text is safe to ask."""
        if not self.available(name):
            return None
        if (mp3 := self._kept(name)) is not None:
            return mp3
        with self._each.setdefault(name, Lock()):
            return self._kept(name) or self._made(name)

    def _kept(self, name: str) -> bytes | None:
        with self._shared:
            if name in self._memory:
                self._memory.move_to_end(name)
                return self._memory[name]
        if self._folder is None:
            return None
        try:
            mp3 = (self._folder / f"{name}.mp3").read_bytes()
        except OSError:
            return None
        return mp3 if is_whole(mp3, count_of(self._offered[name][1].length_ms)) else None

    def _made(self, name: str) -> bytes | None:
        recorded, heard = self._offered[name]
        try:
            with self._composing:
                mp3 = encode(compose(heard, recorded))
        except Exception:  # whatever it is: a turn must not fail, she can count aloud
            log.exception("the sound %s cannot be composed", name)
            self._faulty.add(name)
            return None
        self._keep(name, mp3)
        return mp3

    def _keep(self, name: str, mp3: bytes) -> None:
        try:
            if self._folder is not None:
                write(self._folder / f"{name}.mp3", mp3)
                return
        except OSError as error:
            log.warning("sounds cannot be kept on disk, so memory serves them: %s", error)
        with self._shared:
            self._memory[name] = mp3
            while sum(map(len, self._memory.values())) > MEMORY_BYTES and len(self._memory) > 1:
                self._memory.popitem(last=False)


def recipe(vocabularies: Iterable[Vocabulary]) -> str:
    """A short name for how sounds are made; it changes with the recordings, the tones and the cadences."""
    package = resources.files("skill")
    parts = [package.joinpath(source).read_bytes() for source in _RECIPE]
    parts += sorted(f"{one.language} {one.fingerprint}".encode() for one in vocabularies)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


UNFINISHED = ".part"
"""What the name of a file ends in while it is being written."""

STALE_SECONDS = 3600
"""An unfinished file this old was left by a process that died."""


def write(path: Path, data: bytes) -> None:
    """Write a file so that any reader, in any process, at any time, sees either the old one or the new one.

    Raises:
        OSError: the folder cannot be written or the disk is full; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=UNFINISHED, dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove what processes that died while writing have left in a folder. Never raises."""
    with suppress(OSError):
        for path in folder.glob(f".*{UNFINISHED}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink()


class Size(Value):
    """How much the sounds of a library are."""

    number: int
    bytes: int

    @property
    def megabytes(self) -> float:
        return self.bytes / 1e6


class BuildError(Exception):
    """Some sounds could not be composed; the message names them."""


def size(library: Library) -> Size:
    """How many sounds a library has and how large they are together, without composing any."""
    found = [sound_named(name) for name in catalogue(library)]
    return Size(len(found), sum(encoded_bytes(count_of(one[1].length_ms)) for one in found if one))


def build_all(library: Library, folder: Path) -> Size:
    """Compose every sound of a library into a folder, as `<name>.mp3`; other files there stay.

    Raises:
        BuildError: words are not recorded, or a sound cannot be composed.
        OSError: the folder cannot be written.
    """
    import click  # not packed for Lambda, which builds nothing

    names = catalogue(library)
    sounds = Sounds(None, names, {library.language: load(library.language)})
    if missing := [name for name in names if not sounds.available(name)]:
        raise BuildError(f"not recorded in {library.language}: the words of {', '.join(missing)}")
    sweep(folder)
    total = 0
    with click.progressbar(names, label="sounds", file=sys.stderr) as counted:
        for name in counted:
            mp3 = sounds.mp3(name)
            if mp3 is None:
                raise BuildError(f"{name} cannot be composed")
            write(folder / f"{name}.mp3", mp3)
            total += len(mp3)
    return Size(len(names), total)
