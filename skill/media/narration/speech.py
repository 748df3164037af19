"""Spoken words made fit for a mark: cut to where the voice starts, evened out, and all equally loud."""

import math
from array import array
from itertools import pairwise

from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, decibels

LOUDNESS = -15.0
"""Root mean square of what is loud in a word or sentence, in decibels below the loudest sample; as
broadcasting measures loudness (ffmpeg's ebur128) that is about -16 LUFS."""

PEAK, KNEE = -2.0, -7.0
"""No sample of a recording goes above the peak; from the knee on, samples are bent towards it."""

STARTS, ENDS = -30.0, -40.0
"""Decibels below a word's loudest frame at which the voice has begun, and has ended. Breath before is not the
word."""

LEAD_MS, TAIL_MS = 5, 30
"""Kept before the voice begins, and after it has ended."""

EVENED = 6.0
"""Soft consonants are raised by at most so many decibels: small speakers swallow the f of four and the th of
three."""

FRAME = RATE // 400
"""Samples in a frame of level: two and a half milliseconds."""

SMOOTHED = 6
"""Frames on either side over which a level is averaged before gain follows it."""


def word(samples: Samples) -> Samples:
    """A recorded word, ready to sit on a mark: trimmed, evened out, levelled.

    Raises:
        ValueError: there is nothing to be heard in it.
    """
    return level(_evened(_trimmed(samples)))


def level(samples: Samples) -> Samples:
    """The same, as loud as everything spoken here is, without any sample above the peak.

    Raises:
        ValueError: there is nothing to be heard in it.
    """
    heard = levels(samples)
    loudest = max(heard, default=0.0)
    if loudest < LOUDEST * decibels(-60):
        raise ValueError("the recording is silent")
    loud = [one for one in heard if one > loudest * decibels(-20)]
    rms = math.sqrt(sum(one * one for one in loud) / len(loud))
    gain = LOUDEST * decibels(LOUDNESS) / rms
    return array("h", [round(s if -_KNEE < s < _KNEE else _bent(s)) for s in (sample * gain for sample in samples)])


_KNEE = LOUDEST * decibels(KNEE)
_ROOM = LOUDEST * decibels(PEAK) - _KNEE


def _bent(sample: float) -> float:
    """A sample above the knee, kept below the peak: a few in a word are."""
    return math.copysign(_KNEE + _ROOM * math.tanh((abs(sample) - _KNEE) / _ROOM), sample)


def levels(samples: Samples) -> list[float]:
    """The root mean square of each frame."""
    starts = range(0, len(samples), FRAME)
    return [math.sqrt(sum(s * s for s in samples[at : at + FRAME]) / FRAME) for at in starts]


def _trimmed(samples: Samples) -> Samples:
    heard = levels(samples)
    loudest = max(heard, default=0.0)
    begun = [at for at, one in enumerate(heard) if one > loudest * decibels(STARTS)]
    sounding = [at for at, one in enumerate(heard) if one > loudest * decibels(ENDS)]
    if not begun:
        raise ValueError("the recording is silent")
    start = max(0, begun[0] * FRAME - count_of(LEAD_MS))
    end = (sounding[-1] + 1) * FRAME + count_of(TAIL_MS)
    return _faded(samples[start:end])


def _faded(samples: Samples) -> Samples:
    """The same without a click at either end; the fade-in lies before the voice begins."""
    fade_in, fade_out = count_of(LEAD_MS), count_of(TAIL_MS)
    last = len(samples) - 1
    return array(
        "h",
        [round(s * min(1.0, i / fade_in, (last - i) / fade_out)) for i, s in enumerate(samples)],
    )


def _evened(samples: Samples) -> Samples:
    """Soft parts raised half-way towards the loudest, so that every word starts as clearly as the others."""
    gains = _gains(levels(samples))
    steps = [a + (b - a) * i / FRAME for a, b in pairwise([*gains, gains[-1]]) for i in range(FRAME)]
    raised = [sample * step for sample, step in zip(samples, steps, strict=False)]
    # Room above for what grew; levelling comes after.
    scale = min(1.0, LOUDEST / max(1.0, max(map(abs, raised))))
    return array("h", [round(sample * scale) for sample in raised])


def _gains(heard: list[float]) -> list[float]:
    smooth = [_mean(heard[max(0, at - SMOOTHED) : at + SMOOTHED + 1]) for at in range(len(heard))]
    loudest = max(smooth)
    most = decibels(EVENED)
    return [min(most, math.sqrt(loudest / max(one, 1.0))) for one in smooth]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
