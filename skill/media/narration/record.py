"""Recording a language's vocabulary anew: all its words, or nothing is changed.

Each word is made fit for a mark: cut to where the voice starts, evened out, and all equally loud.
"""

import json
import math
import tempfile
from array import array
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from skill.media.narration.voices import Voice, VoiceError
from skill.media.sounds.build import Progress, steps
from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, decibels, to_wav
from skill.media.sounds.vocabulary import LONGEST_MS, MANIFEST, RECORDED, WORDS, checksum

TEXTS = "vocabulary.yaml"
"""The file in a language's content folder that says what is spoken for each word."""

SAY_SECONDS = 60.0
"""How long a voice may take over one word."""


class RecordingError(Exception):
    """The vocabulary was not recorded; what was there is untouched."""


def texts(content: Path, language: str) -> dict[str, str]:
    """What to speak for each word of the vocabulary.

    Args:
        content: the content folder.
        language: such as `en`.

    Raises:
        RecordingError: the file is missing, or does not hold exactly the words that are needed.
    """
    path = content / language / TEXTS
    try:
        said = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise RecordingError(f"{path}: {error}") from error
    if not isinstance(said, dict) or not all(isinstance(text, str) and text for text in said.values()):
        raise RecordingError(f"{path}: every word needs its text")
    faults = [f"missing {name}" for name in WORDS if name not in said]
    faults += [f"unknown {name}" for name in said if name not in WORDS]
    if faults:
        raise RecordingError(f"{path}: {', '.join(faults)}")
    return {name: said[name] for name in WORDS}


def record(
    language: str,
    voice: Voice,
    said: Mapping[str, str],
    recorded: Path = RECORDED,
    *,
    tries: int = 3,
    timeout: float = SAY_SECONDS,
    progress: Progress = steps,
) -> Path:
    """Record a vocabulary and put it in the place of the old one, which stays until everything is there.

    Args:
        language: such as `en`; the name of the folder.
        voice: who speaks. One without a licence may record for its own person, but not into the skill itself.
        said: the text of each word.
        recorded: the folder that holds the languages' folders.
        tries: how often a word is tried.
        timeout: seconds for one try.
        progress: tells how far it is.

    Returns:
        The language's folder.

    Raises:
        RecordingError: a word could not be recorded. Nothing has changed, nothing is left behind.
    """
    if voice.licence is None and recorded.resolve() == RECORDED.resolve():
        raise RecordingError(f"{voice.name}: for a person's own use, not to be passed on with the skill")
    recorded.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{language}-", dir=recorded) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir(mode=0o755)
        words = {
            name: _recorded(fresh, name, said[name], _tried(voice, said[name], tries, timeout))
            for name in progress(list(said), f"recording {language}")
        }
        manifest = {"language": language, "voice": voice.name, "licence": voice.licence, "words": words}
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (fresh / MANIFEST).write_text(text, "utf-8")
        _swap(fresh, recorded / language, Path(scratch) / "old")
    return recorded / language


def _recorded(folder: Path, name: str, said: str, samples: Samples) -> dict[str, Any]:
    wav = to_wav(samples)
    (folder / f"{name}.wav").write_bytes(wav)
    return {"text": said, "ms": len(samples) * 1000 // RATE, "sha256": checksum(wav)}


def _tried(voice: Voice, said: str, tries: int, timeout: float) -> Samples:
    faults = []
    for _ in range(tries):
        try:
            return _fitting(_in_time(lambda: word(voice.say(said)), timeout))
        except (VoiceError, ValueError, TimeoutError, OSError) as error:
            faults.append(str(error) or f"nothing after {timeout:g} seconds")
    raise RecordingError(f"“{said}” was not recorded: {'; '.join(faults)}")


def _fitting(samples: Samples) -> Samples:
    length = len(samples) * 1000 / RATE
    if length > LONGEST_MS:
        raise ValueError(f"{length:.0f} ms long, more than {LONGEST_MS}")
    return samples


def _in_time(work: Callable[[], Samples], timeout: float) -> Samples:
    """The result, or TimeoutError; a voice that hangs is left behind and keeps no command from ending."""
    result: Future[Samples] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result.result(timeout)


def _swap(fresh: Path, place: Path, aside: Path) -> None:
    """Put a folder in the place of another; if that fails, the other is put back."""
    if place.exists():
        place.rename(aside)
    try:
        fresh.rename(place)
    except OSError:
        with suppress(OSError):
            aside.rename(place)
        raise


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
    around = [heard[max(0, at - SMOOTHED) : at + SMOOTHED + 1] for at in range(len(heard))]
    smooth = [sum(window) / len(window) for window in around]
    loudest = max(smooth)
    most = decibels(EVENED)
    return [min(most, math.sqrt(loudest / max(one, 1.0))) for one in smooth]
