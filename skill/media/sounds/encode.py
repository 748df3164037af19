"""MP3 exactly as Alexa demands: MPEG-2 layer III, 48 kbit/s at a constant rate, 24 kHz, mono, no tags.

At 24 kHz LAME writes MPEG-2 by itself (44.1 kHz would be MPEG-1, which Alexa refuses). lameenc writes no
gapless tag, and we add none: players differ in whether they heed it, and without it they all do the same. So
every decoder delivers DELAY_MS of silence before the first sample, in every file the same; what lies between
two marks is untouched.
"""

from skill.library.limits import AUDIO_BITS_PER_SECOND
from skill.media.sounds.samples import RATE, Samples, count_of, to_bytes

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
