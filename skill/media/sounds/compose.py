"""A cadence becomes sound, each of its marks at its moment, to the sample; and the tones that need no language.

Five tones and a soft bed, always the same samples. All lie between 200 and 800 Hz, where small speakers are at ease
and ears that have lost the high notes still hear. Up, level and down are told apart by where the pitch goes; the tick
by being short and quiet; the end by being a chord that rings. Each starts within a few milliseconds, so that a moment
is a moment, but never so fast that it clicks.
"""

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from skill.coaching.cadence import Cadence, Tone
from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, decibels, lay, silence
from skill.media.sounds.vocabulary import Vocabulary

LOW_HZ, LEVEL_HZ, HIGH_HZ = 330.0, 392.0, 494.0
"""E, G and B: a lift glides from low to high, a lower comes back, and a hold stays between them."""

BED_SECONDS = 6
"""Length of the bed's loop; every frequency in it is a whole number of cycles long, so it repeats without a
seam."""

BED_FADE_MS = 400
"""The bed comes and goes this slowly."""


@dataclass(frozen=True, slots=True)
class Partial:
    """One sine of a sound: its pitch relative to the sound's own, and how loud it is."""

    ratio: float
    weight: float


@dataclass(frozen=True, slots=True)
class Timbre:
    """How a tone sounds: pitches in hertz, level in decibels below the loudest, times in milliseconds.

    `decay_ms` is the time to fall to a third; without it the tone keeps its level until the release.
    """

    begin_hz: float
    end_hz: float
    length_ms: int
    level: float
    partials: tuple[Partial, ...]
    attack_ms: float = 5
    release_ms: float = 120
    decay_ms: float | None = None


_WARM = (Partial(1, 1.0), Partial(2, 0.25), Partial(3, 0.08))
_WOOD = (Partial(1, 1.0), Partial(2, 0.2))
_CHORD = (Partial(1, 1.0), Partial(1.25, 0.7), Partial(1.5, 0.8), Partial(2, 0.2))

_TIMBRES = {
    Tone.LIFT: Timbre(LOW_HZ, HIGH_HZ, 520, -12, _WARM),
    Tone.HOLD: Timbre(LEVEL_HZ, LEVEL_HZ, 420, -12, _WARM),
    Tone.LOWER: Timbre(HIGH_HZ, LOW_HZ, 520, -12, _WARM),
    Tone.TICK: Timbre(523.25, 523.25, 90, -18, _WOOD, attack_ms=2, release_ms=20, decay_ms=22),
    Tone.END: Timbre(392.0, 392.0, 950, -8, _CHORD, attack_ms=4, release_ms=200, decay_ms=300),
}


@cache
def tone(kind: Tone) -> Samples:
    """The samples of a tone. Shared: copy before changing."""
    timbre = _TIMBRES[kind]
    count = timbre.length_ms * RATE // 1000
    loudness = _envelope(timbre, count)
    pitch = _phase(timbre, count)
    total = sum(partial.weight for partial in timbre.partials)

    def wave(phase: float) -> float:
        return sum(partial.weight * math.sin(phase * partial.ratio) for partial in timbre.partials)

    peak = LOUDEST * decibels(timbre.level) / total
    return array("h", [round(peak * loudness(i) * wave(pitch(i))) for i in range(count)])


@cache
def soft_bed() -> Samples:
    """One turn of the soft bed, to be repeated as long as it is needed. Shared: copy before changing."""
    peak = LOUDEST * decibels(-34) / 3
    count = BED_SECONDS * RATE
    turn = 2 * math.pi / count
    # Cycles in one turn of the loop, and how often each of the three notes swells in it.
    notes = [(196 * BED_SECONDS, 1), (294 * BED_SECONDS, 2), (392 * BED_SECONDS, 3)]
    swelling = [
        [math.sin(turn * i * cycles) * (0.65 + 0.35 * math.sin(turn * i * swells)) for i in range(count)]
        for cycles, swells in notes
    ]
    return array("h", [round(peak * sum(at)) for at in zip(*swelling, strict=True)])


def _phase(timbre: Timbre, count: int) -> Callable[[int], float]:
    """The running phase of a pitch that glides evenly from the first to the last sample."""
    slope = (timbre.end_hz - timbre.begin_hz) / count

    def at(i: int) -> float:
        return 2 * math.pi / RATE * (timbre.begin_hz * i + slope * i * i / 2)

    return at


def _envelope(timbre: Timbre, count: int) -> Callable[[int], float]:
    attack = timbre.attack_ms * RATE / 1000
    release = timbre.release_ms * RATE / 1000
    decay = timbre.decay_ms and timbre.decay_ms * RATE / 1000

    def at(i: int) -> float:
        level = min(1.0, i / attack, (count - 1 - i) / release)
        smooth = (1 - math.cos(math.pi * level)) / 2
        return smooth * math.exp(-i / decay) if decay else smooth

    return at


def compose(cadence: Cadence, vocabulary: Vocabulary) -> Samples:
    """The samples of a cadence, exactly as long as it says.

    Raises:
        KeyError: the vocabulary lacks one of its words.
    """
    count = count_of(cadence.length_ms)
    samples = _bed(count) if cadence.bed else silence(count)
    for mark in cadence.marks:
        if mark.word is not None:
            lay(samples, count_of(mark.at_ms), vocabulary.words[mark.word])
        elif mark.tone is not None:
            lay(samples, count_of(mark.at_ms), tone(mark.tone))
    return samples


def _bed(count: int) -> Samples:
    loop = soft_bed()
    samples = (loop * (count // len(loop) + 1))[:count]
    fade = min(BED_FADE_MS * RATE // 1000, count // 2)
    samples[:fade] = array("h", [sample * i // fade for i, sample in enumerate(samples[:fade])])
    samples[count - fade :] = array("h", [s * (fade - i) // fade for i, s in enumerate(samples[count - fade :])])
    return samples
