"""The sounds, each composed once and kept on disk by any number of processes; without a disk, in memory."""

import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from threading import BoundedSemaphore, Lock

from skill.coaching.cadence import Cadence
from skill.media.sounds import files
from skill.media.sounds.catalogue import sound_named
from skill.media.sounds.compose import compose
from skill.media.sounds.samples import count_of, encode, is_whole
from skill.media.sounds.vocabulary import Vocabulary

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
    """Every sound that may be asked for, by name."""

    def __init__(self, folder: Path | None, names: Iterable[str], vocabularies: Mapping[str, Vocabulary]) -> None:
        """Nothing is composed or looked at yet, and the folder need not exist.

        Args:
            folder: where composed sounds are kept; None keeps them in memory only. Sounds of another release
                lie in a folder of their own inside it, so a new voice or tone is heard at once.
            names: the catalogue; nothing else exists.
            vocabularies: the recorded words, by language; looked at when a sound is first asked for.
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
        return frozenset(name for name in self._catalogue if self._has_words(name))

    @cached_property
    def _folder(self) -> Path | None:
        """Where sounds of this release are kept, tidied of what processes that died have left."""
        if self._within is None:
            return None
        folder = self._within / recipe(self._vocabularies.values())
        files.sweep(folder)
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

    def _has_words(self, name: str) -> bool:
        language, heard = sound_named(name) or ("", None)
        recorded = self._vocabularies.get(language)
        return (
            heard is not None
            and recorded is not None
            and all(mark.word is None or mark.word in recorded.words for mark in heard.marks)
        )

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
        return mp3 if is_whole(mp3, count_of(self._heard(name)[1].length_ms)) else None

    def _made(self, name: str) -> bytes | None:
        language, heard = self._heard(name)
        try:
            with self._composing:
                mp3 = encode(compose(heard, self._vocabularies[language]))
        except Exception:  # whatever it is: a turn must not fail, she can count aloud
            log.exception("the sound %s cannot be composed", name)
            self._faulty.add(name)
            return None
        self._keep(name, mp3)
        return mp3

    def _keep(self, name: str, mp3: bytes) -> None:
        try:
            if self._folder is not None:
                files.write(self._folder / f"{name}.mp3", mp3)
                return
        except OSError as error:
            log.warning("sounds cannot be kept on disk, so memory serves them: %s", error)
        with self._shared:
            self._memory[name] = mp3
            while sum(map(len, self._memory.values())) > MEMORY_BYTES and len(self._memory) > 1:
                self._memory.popitem(last=False)

    def _heard(self, name: str) -> tuple[str, Cadence]:
        found = sound_named(name)
        assert found is not None, "only names of the catalogue get here"
        return found


def recipe(vocabularies: Iterable[Vocabulary]) -> str:
    """A short name for how sounds are made; it changes with the recordings, the tones and the cadences."""
    package = resources.files("skill")
    parts = [package.joinpath(source).read_bytes() for source in _RECIPE]
    parts += sorted(f"{one.language} {one.fingerprint}".encode() for one in vocabularies)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
