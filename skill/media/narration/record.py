"""Recording a language's vocabulary anew: all its words, or nothing is changed."""

import json
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from skill.media.narration import speech
from skill.media.narration.voices import Voice, VoiceError
from skill.media.sounds.progress import Progress, steps
from skill.media.sounds.samples import RATE, Samples, to_wav
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
            return _fitting(_in_time(lambda: speech.word(voice.say(said)), timeout))
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
