"""Hearing a sound again: decoded by ffmpeg, its frames walked, and the starts of things in it found.

It knows nothing of how the sounds are made except the cadence that was asked for, so it can be their judge.
"""

import json
import shutil
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from skill.coaching.cadence import Cadence, Mark, Tone

RATE = 24_000
FLOOR = 1_000
"""What starts rises above this; 30 decibels below the loudest sample, and above the bed."""

QUIET_MS = 25
"""Only after so much quiet can something start."""

NEAR_MS = 100
"""Where a mark's start is looked for: this far on either side."""


def has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


def decode(mp3: bytes) -> "array[int]":
    """The samples of an MP3, as ffmpeg hears them."""
    command = ["ffmpeg", "-v", "error", "-xerror", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "pipe:1"]
    done = subprocess.run(command, input=mp3, capture_output=True, check=True, timeout=60)
    if done.stderr:
        raise ValueError(done.stderr.decode())
    samples = array("h")
    samples.frombytes(done.stdout)
    return samples


@dataclass(frozen=True)
class Probe:
    """What ffprobe says of a file."""

    codec: str
    sample_rate: int
    channels: int
    bit_rate: int
    seconds: float


def probe(path: Path) -> Probe:
    """Ask ffprobe about a file."""
    shown = "stream=codec_name,sample_rate,channels,bit_rate:format=duration"
    command = ["ffprobe", "-v", "error", "-show_entries", shown, "-of", "json", str(path)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    (stream,) = said["streams"]
    rates = int(stream["sample_rate"]), stream["channels"], int(stream["bit_rate"])
    return Probe(stream["codec_name"], *rates, float(said["format"]["duration"]))


def frames(mp3: bytes) -> Iterator[tuple[str, int, int]]:
    """Version and layer, bits a second and samples a second of every frame.

    ValueError if anything lies between frames. The version is in the header's fourth and fifth bit after the
    sync word; ffprobe does not print it.
    """
    rates = {0: 22_050, 1: 24_000, 2: 16_000}
    at = 0
    while at < len(mp3):
        one, two, three = mp3[at : at + 3]
        if one != 0xFF or two >> 5 != 7:
            raise ValueError(f"no frame at {at}")
        version = {0: "MPEG-2.5", 2: "MPEG-2", 3: "MPEG-1"}[two >> 3 & 3]
        layer = 4 - (two >> 1 & 3)
        kilobits = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[three >> 4]
        rate = rates[three >> 2 & 3]
        yield f"{version} layer {layer}", kilobits * 1000, rate
        at += 72 * kilobits * 1000 // rate + (three >> 1 & 1)
    if at != len(mp3):
        raise ValueError("the last frame is cut off")


def onsets(samples: "array[int]") -> list[float]:
    """The moments, in milliseconds, at which something rises out of quiet."""
    found = []
    step = RATE // 1000
    quiet = QUIET_MS
    for at in range(0, len(samples), step):
        block = samples[at : at + step]
        if max(block) < FLOOR and min(block) > -FLOOR:
            quiet += 1
            continue
        if quiet >= QUIET_MS:
            first = next(i for i, sample in enumerate(block) if abs(sample) >= FLOOR)
            found.append((at + first) * 1000 / RATE)
        quiet = 0
    return found


def delivered(heard: Cadence, mp3: bytes, delay_ms: float) -> dict[Mark, float]:
    """When each mark of a cadence is really heard, in milliseconds, the decoder's delay taken off.

    A mark under which something else still sounds cannot be found this way, and is left out.

    Raises:
        ValueError: something that should be heard is not, or a tone is heard that was not asked for.
    """
    found = [at - delay_ms for at in onsets(decode(mp3))]
    times = {}
    for mark in heard.marks:
        near = min(found, key=lambda at: abs(at - mark.at_ms), default=float("inf"))
        if abs(near - mark.at_ms) < NEAR_MS:
            times[mark] = near
        elif not _covered(heard, mark):
            raise ValueError(f"{heard.name}: nothing is heard for {mark}")
    if strange := [at for at in found if not _explained(heard, at)]:
        raise ValueError(f"{heard.name}: heard at {strange}, where nothing was asked for")
    return times


def spoken_near(heard: Cadence, at_ms: float) -> bool:
    """Whether a word was begun within the second before: words have starts inside, such as the t of eight."""
    return any(mark.word and mark.at_ms - NEAR_MS < at_ms < mark.at_ms + 1000 for mark in heard.marks)


def _covered(heard: Cadence, mark: Mark) -> bool:
    return any(other.word and 0 < mark.at_ms - other.at_ms < 1000 for other in heard.marks)


def _explained(heard: Cadence, at_ms: float) -> bool:
    near = any(abs(mark.at_ms - at_ms) < NEAR_MS for mark in heard.marks)
    return near or spoken_near(heard, at_ms)


@dataclass(frozen=True)
class Held:
    """A hold or rep, asked and delivered, in milliseconds."""

    what: str
    asked: float
    heard: float

    @property
    def error(self) -> float:
        return abs(self.heard - self.asked)


def lengths(heard: Cadence, times: dict[Mark, float]) -> Iterator[Held]:
    """Every hold (from its tone to the next) and every rep (from lift to lift) of a cadence."""
    tones = [mark for mark in heard.marks if mark.tone in {Tone.LIFT, Tone.HOLD, Tone.LOWER, Tone.END}]
    for begin, end in pairwise(tones):
        if begin.tone is Tone.HOLD:
            yield Held("hold", end.at_ms - begin.at_ms, times[end] - times[begin])
    lifts = [mark for mark in tones if mark.tone is Tone.LIFT]
    for begin, end in pairwise(lifts):
        yield Held("rep", end.at_ms - begin.at_ms, times[end] - times[begin])


def steps(heard: Cadence, times: dict[Mark, float]) -> Iterator[Held]:
    """The time from each count (tick or number) to the next; half-way is no count."""
    counts = [mark for mark in heard.marks if _counts(mark) and mark in times]
    for begin, end in pairwise(counts):
        yield Held("count", end.at_ms - begin.at_ms, times[end] - times[begin])


def _counts(mark: Mark) -> bool:
    return mark.tone is Tone.TICK or (mark.word is not None and mark.word != "halfway")
