"""Voices, and recording a language's vocabulary with one: all its words, or nothing is changed.

`Hibari` is neural and offline; its licence allows keeping and passing on what it says. `Google` asks Google
Translate's voice over the network; what it says is for a person's own use. Running the skill needs neither, so each
imports what it needs when it is made.

Each recorded word is made fit for a mark: cut to where the voice starts, evened out, and all equally loud.
"""

import io
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import click
import yaml

from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, decibels, from_bytes, to_wav
from skill.media.sounds.vocabulary import LONGEST_MS, MANIFEST, RECORDED, WORDS, checksum


class VoiceError(Exception):
    """A voice is not installed, or did not speak; the message says what to do."""


class Voice(Protocol):
    """Something that speaks."""

    name: str
    """Who speaks, for the manifest: engine, version, voice."""
    licence: str | None
    """The licence under which what it says may be passed on, or None where it may not."""

    def say(self, text: str) -> Samples:
        """The text spoken, at RATE.

        Raises:
            VoiceError: it did not work, and trying again here would not help.
        """
        ...


class Hibari:
    """The offline neural voice of the `voice` extra: American English, the same samples every time."""

    licence: str | None = "Apache-2.0"

    def __init__(self) -> None:
        try:
            from importlib.metadata import version

            from hibari import Hibari as Engine
        except ImportError as error:
            raise VoiceError('the offline voice is not installed: pip install "hip-coach[voice]"') from error
        self.name = f"hibari-tts {version('hibari-tts')}, heart"
        self._engine: Any = Engine()

    def say(self, text: str) -> Samples:
        spoken = self._engine(text, seed=0)
        return from_bytes((spoken * 32767).clip(-32767, 32767).astype("<i2").tobytes())


def _gtts(text: str, language: str, timeout: float) -> bytes:
    """An MP3 of a text. gTTS is given no file to write, so none is left empty when it fails."""
    try:
        from gtts import gTTS
    except ImportError as error:
        raise VoiceError('gTTS is not installed: pip install "hip-coach[voice]"') from error
    spoken = io.BytesIO()
    gTTS(text, lang=language, timeout=timeout).write_to_fp(spoken)
    return spoken.getvalue()


class Google:
    """Google's voice through gTTS: needs the network, and ffmpeg to read what comes back."""

    licence: str | None = None

    def __init__(
        self,
        language: str = "en",
        *,
        timeout: float = 10,
        tries: int = 3,
        fetch: Callable[[str, str, float], bytes] = _gtts,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Speak a language that gTTS knows.

        `timeout` is in seconds, for connecting and for each answer: by itself gTTS would wait for ever. A sentence is
        asked for `tries` times; the pause between grows from one second.
        """
        self.name = f"gTTS, {language}"
        self._language, self._timeout, self._tries = language, timeout, tries
        self._fetch, self._sleep = fetch, sleep

    def say(self, text: str) -> Samples:
        attempt = 0
        while True:
            attempt += 1
            try:
                return decoded(self._fetch(text, self._language, self._timeout))
            except VoiceError:
                raise
            except Exception as error:  # gTTS raises its own, requests', and AssertionError
                if attempt >= self._tries:
                    raise VoiceError(f"gTTS did not speak after {attempt} tries: {error}") from error
                self._sleep(2 ** (attempt - 1))


def decoded(mp3: bytes, timeout: float = 30) -> Samples:
    """Any MP3 as samples at RATE, decoded by ffmpeg, which only Google's voice needs.

    Raises:
        VoiceError: there is no ffmpeg.
        ValueError: ffmpeg cannot read it, or not in time.
    """
    if not mp3:
        raise ValueError("an empty answer")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise VoiceError("ffmpeg is needed to read Google's answers, and is not on the PATH")
    command = [ffmpeg, "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "pipe:1"]
    try:
        done = subprocess.run(command, input=mp3, capture_output=True, timeout=timeout, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"ffmpeg cannot read the answer: {error}") from error
    if not done.stdout:
        raise ValueError("there is no sound in the answer")
    return from_bytes(done.stdout)


TEXTS = "vocabulary.yaml"
"""The file in a language's content folder that says what is spoken for each word."""

SAY_SECONDS = 60.0
"""How long a voice may take over one word."""


class RecordingError(Exception):
    """The vocabulary was not recorded; what was there is untouched."""


def texts(content: Path, language: str) -> dict[str, str]:
    """What to speak for each word of the vocabulary, by a language's content.

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
) -> Path:
    """Record a vocabulary into the language's folder; the old one stays until everything is there.

    Args:
        language: such as `en`; the name of the folder.
        voice: who speaks. One without a licence may record for its own person, but not into the skill itself.
        said: the text of each word.
        recorded: the folder that holds the languages' folders.
        tries: how often a word is tried.
        timeout: seconds for one try.

    Raises:
        RecordingError: a word could not be recorded. Nothing has changed, nothing is left behind.
    """
    if voice.licence is None and recorded.resolve() == RECORDED.resolve():
        raise RecordingError(f"{voice.name}: for a person's own use, not to be passed on with the skill")
    recorded.mkdir(parents=True, exist_ok=True)
    words: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix=f".{language}-", dir=recorded) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir(mode=0o755)
        with click.progressbar(said.items(), label=f"recording {language}", file=sys.stderr) as items:
            for name, text in items:
                samples = _tried(voice, text, tries, timeout)
                wav = to_wav(samples)
                (fresh / f"{name}.wav").write_bytes(wav)
                words[name] = {"text": text, "ms": len(samples) * 1000 // RATE, "sha256": checksum(wav)}
        manifest = {"language": language, "voice": voice.name, "licence": voice.licence, "words": words}
        (fresh / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        _swap(fresh, recorded / language, Path(scratch) / "old")
    return recorded / language


def _tried(voice: Voice, said: str, tries: int, timeout: float) -> Samples:
    faults = []
    for _ in range(tries):
        try:
            samples = _in_time(lambda: word(voice.say(said)), timeout)
        except (VoiceError, ValueError, TimeoutError, OSError) as error:
            faults.append(str(error) or f"nothing after {timeout:g} seconds")
            continue
        length = len(samples) * 1000 / RATE
        if length <= LONGEST_MS:
            return samples
        faults.append(f"{length:.0f} ms long, more than {LONGEST_MS}")
    raise RecordingError(f"“{said}” was not recorded: {'; '.join(faults)}")


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
    word = samples[start:end]
    # No click at either end; the fade-in lies before the voice begins.
    fade_in, fade_out, last = count_of(LEAD_MS), count_of(TAIL_MS), len(word) - 1
    return array("h", [round(s * min(1.0, i / fade_in, (last - i) / fade_out)) for i, s in enumerate(word)])


def _evened(samples: Samples) -> Samples:
    """Soft parts raised half-way towards the loudest, so that every word starts as clearly as the others."""
    heard = levels(samples)
    around = [heard[max(0, at - SMOOTHED) : at + SMOOTHED + 1] for at in range(len(heard))]
    smooth = [sum(window) / len(window) for window in around]
    loudest, most = max(smooth), decibels(EVENED)
    gains = [min(most, math.sqrt(loudest / max(one, 1.0))) for one in smooth]
    steps = [a + (b - a) * i / FRAME for a, b in pairwise([*gains, gains[-1]]) for i in range(FRAME)]
    raised = [sample * step for sample, step in zip(samples, steps, strict=False)]
    # Room above for what grew; levelling comes after.
    scale = min(1.0, LOUDEST / max(1.0, max(map(abs, raised))))
    return array("h", [round(sample * scale) for sample in raised])
