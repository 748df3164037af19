"""Sound as numbers: 16-bit mono samples, laying one sound over another, and WAV files."""

import io
import sys
import wave
from array import array
from typing import TYPE_CHECKING, TypeAlias

from skill.library.limits import AUDIO_SAMPLE_RATES

RATE = AUDIO_SAMPLE_RATES[0]
"""Samples per second of everything here; what the voices deliver too, so nothing is ever resampled."""

LOUDEST = 32_767
"""The largest sample."""

if TYPE_CHECKING:
    Samples: TypeAlias = array[int]
else:  # only from Python 3.12 on can the class be written with its kind of item at run time
    Samples = array
"""Mono samples of type code 'h', RATE of them a second. Those that a function hands out again and again are
shared: copy before changing."""


def count_of(milliseconds: float) -> int:
    """How many samples so many milliseconds take."""
    return round(milliseconds * RATE / 1000)


def silence(count: int) -> Samples:
    """So many samples of nothing."""
    return array("h", bytes(2 * count))


def decibels(level: float) -> float:
    """The factor for a level in decibels: 0 is 1.0, -20 is 0.1."""
    return float(10 ** (level / 20))


def lay(ground: Samples, start: int, sound: Samples) -> None:
    """Lay a sound over the ground, in place: added, never wrapped round, cut where the ground ends."""
    end = min(start + len(sound), len(ground))
    under = ground[start:end]
    over = sound[: end - start]
    # Most of a clip is silence, and copying there is a hundred times faster than adding.
    ground[start:end] = _added(under, over) if any(under) else over


def _added(one: Samples, other: Samples) -> Samples:
    return array("h", [max(-LOUDEST, min(LOUDEST, a + b)) for a, b in zip(one, other, strict=True)])


def from_bytes(little_endian: bytes) -> Samples:
    """Samples from 16-bit little-endian bytes, as WAV files and decoders deliver them."""
    samples = array("h")
    samples.frombytes(little_endian)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def to_bytes(samples: Samples) -> bytes:
    """16-bit little-endian bytes, as WAV files and the encoder want them."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def from_wav(data: bytes) -> Samples:
    """The samples of a WAV file.

    Raises:
        ValueError: it is no WAV file, or not 16-bit mono at RATE.
    """
    try:
        with wave.open(io.BytesIO(data)) as wav:
            shape = (wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
            frames = wav.readframes(wav.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a WAV file: {error}") from error
    if shape != (1, 2, RATE):
        raise ValueError(f"channels, bytes a sample and rate are {shape}, not {(1, 2, RATE)}")
    return from_bytes(frames)


def to_wav(samples: Samples) -> bytes:
    """A 16-bit mono WAV file."""
    data = io.BytesIO()
    with wave.open(data, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(to_bytes(samples))
    return data.getvalue()
