"""Listens to the recorded words and to whole sounds, and writes what was understood to docs/listening.md.

Not for CI: it wants faster-whisper and a Whisper model, half a gigabyte together.

    python -m prove.listen --model FOLDER_WITH_MODEL_BIN
"""

import argparse
import math
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from prove.page import today, write
from skill.media.narration import record
from skill.media.sounds import catalogue, compose, samples, vocabulary

_SPELT = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
FIGURES = {str(n): name for n, name in enumerate(_SPELT.split())} | {"to": "two", "too": "two"}

SOUNDS = ("en-hold-20-ticks", "en-hold-20-quiet", "en-reps-2-2-2-2-6", "en-reps-2-1-2-1-12")

HEAD = """# What a listener understands

Every recorded word, and a few whole sounds, heard by Whisper (base model, int8), which knows nothing of what
was meant. Written by `prove/listen.py` on {today}. Loudness is the root mean square of the loud
part of a word, peak its largest sample, both below full scale; the start is the first sample above -30 dB,
counted from the mark.

Voice: {voice}.

"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--model", help="folder of a Whisper model for faster-whisper")
    model = arguments.parse_known_args()[0].model
    if model is None:
        print("Nothing was listened to: say --model FOLDER, a Whisper model for faster-whisper.")
        return
    from faster_whisper import WhisperModel

    listener = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=2)
    recorded = vocabulary.load("en")
    said = record.texts(Path("content"), "en")
    lines = [*_words(listener, recorded, said), "", *_sounds(listener, recorded)]
    voice = (vocabulary.RECORDED / "en" / vocabulary.MANIFEST).read_text("utf-8").split('"voice": "')[1].split('"')[0]
    head = HEAD.format(today=today(), voice=voice)
    write("listening.md", head + "\n".join(lines) + "\n")


def _words(listener: object, recorded: vocabulary.Vocabulary, said: dict[str, str]) -> Iterator[str]:
    yield "| word | text | length | loudness | peak | starts | heard alone | heard between others |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in vocabulary.WORDS:
        one = recorded.words[name]
        alone = _heard(listener, [one])
        between = _heard(listener, [recorded.words["number-2"], one, recorded.words["number-10"]])
        yield (
            f"| {name} | {said[name]} | {len(one) / 24:.0f} ms | {_loudness(one):.1f} dB | {_peak(one):.1f} dB "
            f"| {_start(one):.1f} ms | {_mark(alone, said[name])} | {_mark(between, f'two {said[name]} ten')} |"
        )


def _sounds(listener: object, recorded: vocabulary.Vocabulary) -> Iterator[str]:
    yield "| sound, without its tones | words in it | heard |"
    yield "|---|---|---|"
    for name in SOUNDS:
        found = catalogue.sound_named(name)
        assert found
        spoken = tuple(mark for mark in found[1].marks if mark.word)
        words = " ".join(mark.word.removeprefix("number-") for mark in spoken if mark.word)
        # Without the tones: Whisper takes them for words.
        alone = replace(found[1], marks=spoken, bed=False)
        yield f"| {name} | {words} | {_heard(listener, [compose.compose(alone, recorded)])} |"


def _heard(listener: object, parts: list["array[int]"]) -> str:
    """What Whisper makes of sounds with half a second of silence around each."""
    gap = samples.silence(samples.RATE // 2)
    whole = gap[:]
    for part in parts:
        whole += part + gap
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(samples.to_wav(whole))
        file.flush()
        segments, _ = listener.transcribe(  # type: ignore[attr-defined]
            file.name, language="en", beam_size=5, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


def _mark(heard: str, meant: str) -> str:
    return heard if _plain(heard) == _plain(meant) else f"{heard} ✗"


def _plain(text: str) -> str:
    letters = "".join(c if c.isalnum() else " " for c in text.lower())
    return "".join(FIGURES.get(word, word) for word in letters.split())


def _loudness(one: "array[int]") -> float:
    heard = record.levels(one)
    loud = [level for level in heard if level > max(heard) / 10]
    return _decibels(math.sqrt(sum(level * level for level in loud) / len(loud)))


def _peak(one: "array[int]") -> float:
    return _decibels(max(map(abs, one)))


def _decibels(level: float) -> float:
    return 20 * math.log10(level / samples.LOUDEST)


def _start(one: "array[int]") -> float:
    return next(i for i, sample in enumerate(one) if abs(sample) > 1000) / samples.RATE * 1000


if __name__ == "__main__":
    main()
