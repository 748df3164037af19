"""Listens to the recorded words and to whole sounds, and writes what was understood to docs/listening.md.

Not for CI: it wants faster-whisper and a Whisper model, half a gigabyte together.

    python -m prove.listen --model FOLDER_WITH_MODEL_BIN
"""

import json
import math
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prove.page import options, rows, today, write
from skill.library.values import replace
from skill.media import recording as record
from skill.media.sounds import catalogue, compose, samples, vocabulary

_SPELT = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
FIGURES = {str(n): name for n, name in enumerate(_SPELT.split())} | {"to": "two", "too": "two"}

SOUNDS = ("en-hold-20-ticks", "en-hold-20-quiet", "en-reps-2-2-2-2-6", "en-reps-2-1-2-1-12")

TEXT = """# What a listener understands

Every recorded word, and a few whole sounds, heard by Whisper (base model, int8), which knows nothing of what
was meant. Written by `prove/listen.py` on {today}. Loudness is the root mean square of the loud
part of a word, peak its largest sample, both below full scale; the start is the first sample above -30 dB,
counted from the mark.

Voice: {voice}.

| word | text | length | loudness | peak | starts | heard alone | heard between others |
|---|---|---|---|---|---|---|---|
{words}

| sound, without its tones | words in it | heard |
|---|---|---|
{sounds}
"""


def main() -> None:
    arguments = options(__doc__)
    arguments.add_argument("--model", help="folder of a Whisper model for faster-whisper")
    model = arguments.parse_known_args()[0].model
    if model is None:
        print("Nothing was listened to: say --model FOLDER, a Whisper model for faster-whisper.")
        return
    from faster_whisper import WhisperModel

    listener = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=2)
    recorded = vocabulary.load("en")
    said = record.texts(Path("content"), "en")
    voice = json.loads((vocabulary.RECORDED / "en" / vocabulary.MANIFEST).read_text("utf-8"))["voice"]
    words, sounds = rows(_words(listener, recorded, said)), rows(_sounds(listener, recorded))
    write("listening.md", TEXT.format(today=today(), voice=voice, words=words, sounds=sounds))


def _words(listener: Any, recorded: vocabulary.Vocabulary, said: dict[str, str]) -> Iterator[tuple[str, ...]]:
    two, ten = recorded.words["number-2"], recorded.words["number-10"]
    for name in vocabulary.WORDS:
        one = recorded.words[name]
        levels = record.levels(one)
        loud = [level for level in levels if level > max(levels) / 10]
        starts = next(at for at, sample in enumerate(one) if abs(sample) > 1000) / samples.RATE * 1000
        yield (
            name,
            said[name],
            f"{len(one) / 24:.0f} ms",
            _decibels(math.sqrt(sum(level * level for level in loud) / len(loud))),
            _decibels(max(map(abs, one))),
            f"{starts:.1f} ms",
            _marked(_heard(listener, [one]), said[name]),
            _marked(_heard(listener, [two, one, ten]), f"two {said[name]} ten"),
        )


def _sounds(listener: Any, recorded: vocabulary.Vocabulary) -> Iterator[tuple[str, ...]]:
    for name in SOUNDS:
        found = catalogue.sound_named(name)
        assert found
        spoken = tuple(mark for mark in found[1].marks if mark.word)
        words = " ".join(mark.word.removeprefix("number-") for mark in spoken if mark.word)
        # Without the tones: Whisper takes them for words.
        alone = replace(found[1], marks=spoken, bed=False)
        yield name, words, _heard(listener, [compose.compose(alone, recorded)])


def _heard(listener: Any, parts: list[samples.Samples]) -> str:
    """What Whisper makes of sounds with half a second of silence around each."""
    whole = gap = samples.silence(samples.RATE // 2)
    for part in parts:
        whole = whole + part + gap
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(samples.to_wav(whole))
        file.flush()
        segments, _ = listener.transcribe(file.name, language="en", beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)


def _marked(heard: str, meant: str) -> str:
    """What was heard, with a cross where that is not what was meant."""
    plain = ["".join(FIGURES.get(w, w) for w in re.findall(r"[^\W_]+", text.lower())) for text in (heard, meant)]
    return heard if plain[0] == plain[1] else f"{heard} ✗"


def _decibels(level: float) -> str:
    return f"{20 * math.log10(level / samples.LOUDEST):.1f} dB"


if __name__ == "__main__":
    main()
