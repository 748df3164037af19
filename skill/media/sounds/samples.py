"""Sound as numbers: 16-bit mono samples, laying one over another; and as WAV and MP3 files.

The MP3 is exactly as Alexa demands: MPEG-2 layer III, 48 kbit/s at a constant rate, 24 kHz, mono, no tags. At 24 kHz
LAME writes MPEG-2 by itself (44.1 kHz would be MPEG-1, which Alexa refuses). lameenc writes no gapless tag, and we
add none: players differ in whether they heed it, and without it they all do the same. So every decoder delivers
DELAY_MS of silence before the first sample, in every file the same; what lies between two marks is untouched.
"""

import io
import sys
import wave
from array import array
from typing import TYPE_CHECKING, TypeAlias

from skill.library.limits import AUDIO_BITS_PER_SECOND, AUDIO_SAMPLE_RATES

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


DELAY_SAMPLES = 1_105
"""Samples of silence that decoding puts first: 576 from LAME's encoder and 529 from any decoder. Measured
with ffmpeg."""

DELAY_MS = DELAY_SAMPLES * 1000 / RATE
"""The same in milliseconds: 46.04."""

FRAME_SAMPLES = 576
"""Samples in a frame of MPEG-2 layer III."""

FRAME_BYTES = FRAME_SAMPLES * AUDIO_BITS_PER_SECOND // 8 // RATE
"""Bytes of such a frame: 144, never padded, because it comes out even."""

QUALITY = 2
"""LAME's most careful setting; 7 would be no faster that one could notice."""


def encode(samples: Samples) -> bytes:
    """An MP3 of the samples, always `encoded_bytes(len(samples))` long.

    Raises:
        ImportError: lameenc is not there.
        RuntimeError: LAME delivered something else than was asked for.
    """
    import lameenc

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)
    encoder.set_bit_rate(AUDIO_BITS_PER_SECOND // 1000)
    encoder.set_quality(QUALITY)
    mp3 = bytes(encoder.encode(to_bytes(samples)) + encoder.flush())
    if not is_whole(mp3, len(samples)):
        raise RuntimeError(f"{len(samples)} samples became {len(mp3)} bytes of another kind of MP3")
    return mp3


def encoded_bytes(count: int) -> int:
    """How long the MP3 of so many samples is, in bytes: two frames more than the samples fill."""
    return (-(-count // FRAME_SAMPLES) + 2) * FRAME_BYTES


def encoded_ms(length_ms: int) -> float:
    """How long the MP3 of so many milliseconds plays: up to 72 ms longer."""
    return encoded_bytes(count_of(length_ms)) * 8000 / AUDIO_BITS_PER_SECOND


def is_whole(mp3: bytes, count: int) -> bool:
    """Whether this is a whole MP3 of ours, of so many samples: its length and its outer frames are right."""
    frames = (mp3[:FRAME_BYTES], mp3[-FRAME_BYTES:])
    return len(mp3) == encoded_bytes(count) and all(_is_ours(frame) for frame in frames)


def _is_ours(frame: bytes) -> bool:
    """Sync word, MPEG-2, layer III; 48 kbit/s, 24 kHz, not padded; one channel."""
    return frame[0] == 0xFF and frame[1] & 0xFE == 0xF2 and frame[2] & 0xFE == 0x64 and frame[3] >> 6 == 3
