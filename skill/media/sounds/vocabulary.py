"""The recorded words of a language: read, checked, and what of them is missing.

A language's folder holds one WAV file a word and a manifest with the text spoken, the voice and a checksum
each. A word whose file is missing or damaged is as good as not recorded: its sounds are not offered, and she
counts aloud instead.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skill.media.sounds.samples import Samples, from_wav

log = logging.getLogger(__name__)

WORDS = (*(f"number-{n}" for n in range(1, 21)), "last-one", "halfway")
"""Every word that a language records. Sets with more reps than there are numbers are counted aloud."""

LONGEST_MS = 950
"""No word is longer: a rep's number comes a second before the rep, the last seconds are counted one a
second."""

MANIFEST = "manifest.json"

RECORDED = Path(__file__).parent / "vocabulary"
"""Where the recordings that come with the skill lie, a folder for each language."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language, as samples; `fingerprint` changes when any recording does."""

    language: str
    words: Mapping[str, Samples]
    fingerprint: str


class Recorded(Mapping[str, Vocabulary]):
    """The vocabularies of some languages, each read when it is first asked for: where no sounds are served, none is."""

    def __init__(self, languages: Iterable[str]) -> None:
        self._languages = frozenset(languages)
        self._read = cache(load)

    def __getitem__(self, language: str) -> Vocabulary:
        if language not in self._languages:
            raise KeyError(language)
        return self._read(language)

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


def load(language: str, recorded: Path = RECORDED) -> Vocabulary:
    """The vocabulary of a language: every word that is there and undamaged. Bad files never raise.

    Args:
        language: such as `en`; names a folder.
        recorded: the folder that holds the languages' folders.
    """
    folder = recorded / language
    checksums = _checksums(folder / MANIFEST)
    words = {name: _word(folder / f"{name}.wav", checksums[name]) for name in WORDS if name in checksums}
    there = {name: samples for name, samples in words.items() if samples is not None}
    if len(there) < len(WORDS):
        log.warning("no recording in %s of: %s", language, ", ".join(w for w in WORDS if w not in there))
    used = json.dumps({name: checksums[name] for name in there}, sort_keys=True)
    fingerprint = hashlib.sha256(used.encode()).hexdigest()
    return Vocabulary(language, there, fingerprint)


def checksum(wav: bytes) -> str:
    """The checksum by which the manifest knows a recording."""
    return hashlib.sha256(wav).hexdigest()


def _checksums(manifest: Path) -> dict[str, str]:
    try:
        words = json.loads(manifest.read_text("utf-8"))["words"]
        return {name: str(word["sha256"]) for name, word in words.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("%s: %s", manifest, error)
        return {}


def _word(path: Path, expected: str) -> Samples | None:
    try:
        wav = path.read_bytes()
        return from_wav(wav) if checksum(wav) == expected else None
    except (OSError, ValueError) as error:
        log.warning("%s: %s", path, error)
        return None
