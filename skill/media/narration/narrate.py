"""A whole routine as one sound: sentences, pauses and sounds one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import assert_never

from skill.coaching.cadence import Cadence, Tone
from skill.dialogue.prompt import Part, Say, Silence, Sound
from skill.media.narration import speech
from skill.media.narration.voices import Voice
from skill.media.sounds import files
from skill.media.sounds.catalogue import sound_named
from skill.media.sounds.compose import compose
from skill.media.sounds.encode import encode
from skill.media.sounds.samples import RATE, Samples, count_of, silence
from skill.media.sounds.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold inside a narration: from the tone that begins it to the one that ends it."""

    start_ms: float
    end_ms: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end_ms - self.start_ms) / 1000


@dataclass(frozen=True, slots=True)
class Narration:
    """Samples, and where in them the holds lie."""

    samples: Samples
    holds: tuple[Hold, ...]


def narrate(parts: Iterable[Part], voice: Voice, vocabulary: Vocabulary) -> Narration:
    """Speak and compose all parts, in order.

    Args:
        parts: what is heard, in order, as prompts have it. A sound need not be in the catalogue.
        voice: who speaks the sentences; the sounds keep the vocabulary's own voice.
        vocabulary: the recorded words, in the language of the sounds.

    Raises:
        VoiceError: the voice did not speak.
        ValueError: a sound's name means nothing, or a sentence is silent.
        KeyError: the vocabulary lacks a word.
    """
    samples = silence(0)
    holds: list[Hold] = []
    for part in parts:
        match part:
            case Say(text):
                samples += speech.level(voice.say(text))
            case Silence(seconds):
                samples += silence(count_of(seconds * 1000))
            case Sound(name, _):
                heard = _heard(name)
                holds += _holds(heard, len(samples) * 1000 / RATE)
                samples += compose(heard, vocabulary)
            case _:
                assert_never(part)
    return Narration(samples, tuple(holds))


def write_mp3(narration: Narration, path: Path) -> None:
    """Write a narration as one MP3, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    files.write(path, encode(narration.samples))


def _heard(name: str) -> Cadence:
    found = sound_named(name)
    if found is None:
        raise ValueError(f"no sound is called {name!r}")
    return found[1]


def _holds(heard: Cadence, start_ms: float) -> Iterator[Hold]:
    tones = [mark for mark in heard.marks if mark.tone in {Tone.HOLD, Tone.LOWER, Tone.END}]
    for begin, end in pairwise(tones):
        if begin.tone is Tone.HOLD:
            yield Hold(start_ms + begin.at_ms, start_ms + end.at_ms)
