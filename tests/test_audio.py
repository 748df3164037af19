"""The sounds: what is in them, heard again by ffmpeg; how they are kept; the voices and what they record."""

import errno
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import types
import wave
from array import array
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import ANY, Mock, call
from xml.etree import ElementTree

import pytest

from skill.coaching import cadence
from skill.coaching.cadence import Cadence, Mark, Tone
from skill.coaching.plan import Place
from skill.coaching.practice import Habits, PieceKind, practice
from skill.coaching.timeline import Telling, passages
from skill.dialogue.prompt import Say, Silence, Sound
from skill.library import content_folder
from skill.library.load import load
from skill.library.models import Library, Range, Step, Wording
from skill.library.values import replace
from skill.media import recording as record
from skill.media.narration import narrate, waveform, write_mp3
from skill.media.sounds import catalogue, compose, samples, store, vocabulary
from skill.media.sounds.store import BuildError, Sounds, build_all, recipe, size
from tests import measure
from tests.measure import Held

ROOT = Path(__file__).parents[1]
LICENSED = "Apache-2.0"

MOST_SOUNDS = 400
MOST_MEGABYTES = 150

needs_ffmpeg = pytest.mark.skipif(
    not measure.has_ffmpeg(),
    reason="ffmpeg and ffprobe, the independent decoder, are not installed: apt install ffmpeg",
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load(content_folder())["en-US"]


@pytest.fixture(scope="module")
def english() -> vocabulary.Vocabulary:
    return vocabulary.load("en")


@pytest.fixture(scope="module")
def sounds(library: Library, english: vocabulary.Vocabulary) -> Sounds:
    return Sounds(None, catalogue.catalogue(library), {"en": english})


def asked_for(library: Library, ticks: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Exercise and sounds of every set of every form of every exercise, as they are done when nobody asks."""
    telling = Telling(Wording(library), ticks=ticks)
    for exercise in library.exercises.values():
        for level in exercise.forms:
            done = practice((Step(exercise.id, level),), 0, Habits(), library)
            for index, piece in enumerate(done.pieces):
                if piece.kind is PieceKind.SET:
                    told = passages(done, Place(0, index), telling)
                    yield exercise.id, tuple(catalogue.sound_name("en", one.sound) for one in told if one.sound)


def heard_in(sounds: Sounds, name: str) -> tuple[Cadence, dict[Mark, float]]:
    _, heard = catalogue.sound_named(name) or pytest.fail(f"{name} is no sound")
    mp3 = sounds.mp3(name)
    assert mp3 is not None, name
    return heard, measure.delivered(heard, mp3, samples.DELAY_MS)


Listened = dict[str, tuple[Cadence, dict[Mark, float]]]


@pytest.fixture(scope="module")
def listened(library: Library, sounds: Sounds) -> Listened:
    """Every sound that the exercises as they stand ask for, and thirty others, decoded and measured."""
    if not measure.has_ffmpeg():
        pytest.skip("ffmpeg, the independent decoder, is not installed: apt install ffmpeg")
    usual = {name for ticks in (True, False) for _, names in asked_for(library, ticks) for name in names}
    others = sorted(name for name in sounds.names - usual if "-bed-" not in name)
    return {name: heard_in(sounds, name) for name in (*sorted(usual), *random.Random(7).sample(others, 30))}


# What is heard


@pytest.mark.parametrize("ticks", [True, False], ids=["ticks", "quiet"])
def test_every_exercise_asks_for_sounds_that_exist(ticks: bool, library: Library, sounds: Sounds) -> None:
    told = list(asked_for(library, ticks))
    assert {exercise for exercise, _ in told} == set(library.exercises)
    for exercise, names in told:
        assert names, exercise
        assert all(sounds.available(name) for name in names), (exercise, names)


@needs_ffmpeg
def test_every_hold_and_every_rep_lasts_as_long_as_was_said(listened: Listened) -> None:
    lengths = {name: tuple(measure.lengths(*heard)) for name, heard in listened.items()}
    assert all(lengths.values())
    off = {(name, held) for name, all_held in lengths.items() for held in all_held if held.error > 50}
    assert not off
    # Far better than was promised; if this fails something has changed in how sounds are made.
    assert max(held.error for all_held in lengths.values() for held in all_held) < 5


@needs_ffmpeg
def test_everything_starts_where_it_should(listened: Listened) -> None:
    for name, (heard, times) in listened.items():
        assert len(times) >= len(heard.marks) - 1, name  # a tick may lie under "half way"
        for mark, at in times.items():
            assert abs(at - mark.at_ms) < 50, (name, mark, at)


@needs_ffmpeg
def test_the_delay_of_decoding_is_the_same_in_every_sound(listened: Listened) -> None:
    """What the decoder puts first never differs, so one sound follows another in step."""
    delays = [at - mark.at_ms for _, times in listened.values() for mark, at in times.items() if mark.tone]
    assert -2 < min(delays) <= max(delays) < 5


@needs_ffmpeg
def test_counts_come_evenly(listened: Listened) -> None:
    counts: list[Held] = [step for heard in listened.values() for step in measure.steps(*heard)]
    assert len(counts) > 200
    assert [step for step in counts if step.error > 20] == []


def test_a_cadence_is_composed_to_the_sample(english: vocabulary.Vocabulary) -> None:
    heard = cadence.reps(lift=2, hold=3, lower=2, relax=2, count=3)
    composed = compose.compose(heard, english)
    assert len(composed) == heard.length_ms * 24
    for mark in heard.marks:
        sound = english.words[mark.word] if mark.word else compose.tone(mark.tone or Tone.END)
        start = mark.at_ms * 24
        assert composed[start : start + len(sound)] == sound


def test_a_quiet_hold_has_a_bed_under_it_and_no_ticks(english: vocabulary.Vocabulary) -> None:
    composed = compose.compose(cadence.hold(20, ticks=False), english)
    for second in range(1, 20):
        part = composed[second * 24_000 : second * 24_000 + 24_000]
        assert max(part) > 100, second
    assert max(composed[24_000 * 3 : 24_000 * 4]) < measure.FLOOR


def test_the_bed_repeats_without_a_seam() -> None:
    loop = compose.soft_bed()
    steps = [abs(b - a) for a, b in pairwise(loop)]
    assert abs(loop[0] - loop[-1]) <= max(steps)
    assert max(map(abs, loop)) < measure.FLOOR


def test_sounds_laid_over_each_other_never_wrap_round() -> None:
    ground = array("h", [30_000, -30_000, 5])
    samples.lay(ground, 0, array("h", [10_000, -10_000, 5, 9]))
    assert ground.tolist() == [32_767, -32_767, 10]


def test_up_level_and_down_can_be_told_apart_by_ear() -> None:
    """The lift rises, the hold stays, the lower falls; a tick is short and quiet; nothing is shrill."""

    def pitch(part: "array[int]") -> float:
        crossings = sum(1 for a, b in pairwise(part) if a < 0 <= b)
        return crossings * 24_000 / len(part)

    ends = {}
    for kind in (Tone.LIFT, Tone.HOLD, Tone.LOWER):
        tone = compose.tone(kind)
        ends[kind] = (pitch(tone[:2400]), pitch(tone[-3600:-1200]))
    assert ends[Tone.LIFT][1] > 1.3 * ends[Tone.LIFT][0]
    assert ends[Tone.LOWER][0] > 1.3 * ends[Tone.LOWER][1]
    assert ends[Tone.HOLD][0] == pytest.approx(ends[Tone.HOLD][1], rel=0.06)
    tick, hold = compose.tone(Tone.TICK), compose.tone(Tone.HOLD)
    assert len(tick) <= 2400
    assert max(tick) < 0.6 * max(hold)
    assert all(pitch(compose.tone(kind)) < 1000 for kind in Tone)


# What Alexa demands


@needs_ffmpeg
def test_sounds_are_what_alexa_plays(sounds: Sounds, tmp_path: Path) -> None:
    names = sorted(sounds.names)
    longest = max(names, key=lambda name: (catalogue.sound_named(name) or ("", cadence.bed(1)))[1].length_ms)
    for name in {*random.Random(3).sample(names, 12), longest}:
        mp3 = sounds.mp3(name)
        assert mp3 is not None
        path = tmp_path / f"{name}.mp3"
        path.write_bytes(mp3)
        seen = measure.probe(path)
        assert (seen.codec, seen.sample_rate, seen.channels, seen.bit_rate) == ("mp3", 24_000, 1, 48_000)
        assert 0 < seen.seconds <= 240
        assert set(measure.frames(mp3)) == {("MPEG-2 layer 3", 48_000, 24_000)}


def test_the_length_of_a_sound_is_known_before_it_is_made() -> None:
    for count in (1, 575, 576, 577, 24_000, 24_192, 24_193, 100_001):
        mp3 = samples.encode(samples.silence(count))
        assert samples.is_whole(mp3, count)
        assert not samples.is_whole(mp3[:-1], count)
        assert not samples.is_whole(bytes(len(mp3)), count)
        assert not samples.is_whole(mp3, count + 576)
    assert 0 < samples.encoded_ms(20_000) - 20_000 <= 72


# How many there are


def test_the_sounds_are_few_enough_to_be_kept(library: Library) -> None:
    all_of_them = size(library)
    assert 100 < all_of_them.number <= MOST_SOUNDS
    assert 10 < all_of_them.megabytes <= MOST_MEGABYTES


def test_a_sound_is_named_by_what_is_in_it(library: Library) -> None:
    names = catalogue.catalogue(library)
    assert len(set(names)) == len(names)
    for name in names:
        found = catalogue.sound_named(name)
        assert found is not None
        assert catalogue.sound_name(*found) == name
        assert samples.encoded_ms(found[1].length_ms) <= 240_000
        assert not any(word in name for word in (*library.exercises, "side", "right"))


@pytest.mark.parametrize(
    "name",
    ["", "en", "en-", "-hold-20-ticks", "en-hold-20", "EN-hold-20-ticks", "en-hold-٢٠-ticks", "en-hold-20-ticks\n"],
)
def test_odd_names_mean_nothing(name: str) -> None:
    assert catalogue.sound_named(name) is None


# Words


def test_all_words_are_recorded_and_short_enough(english: vocabulary.Vocabulary) -> None:
    assert tuple(english.words) == vocabulary.WORDS
    for name, word in english.words.items():
        assert 200 < len(word) / 24 <= vocabulary.LONGEST_MS, name
        assert max(map(abs, word)) < samples.LOUDEST * 0.8, name
        start = next(i for i, sample in enumerate(word) if abs(sample) > measure.FLOOR)
        assert start / 24 < 12, name


def test_what_is_recorded_is_what_the_content_says(english: vocabulary.Vocabulary) -> None:
    folder = vocabulary.RECORDED / "en"
    manifest = json.loads((folder / vocabulary.MANIFEST).read_text("utf-8"))
    said = record.texts(content_folder(), "en")
    assert {name: word["text"] for name, word in manifest["words"].items()} == said
    assert manifest["licence"] == LICENSED
    engine, who = manifest["voice"].split(", ")
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert engine in notice
    assert f'"{who}"' in notice
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000
    assert {path.stem for path in folder.glob("*.wav")} == set(english.words)


def test_a_missing_or_damaged_word_is_counted_aloud(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    for path in (vocabulary.RECORDED / "en").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "number-12.wav").unlink()
    (folder / "halfway.wav").write_bytes((folder / "halfway.wav").read_bytes()[:-10])
    spoilt = vocabulary.load("en", tmp_path)
    assert set(vocabulary.WORDS) - set(spoilt.words) == {"number-12", "halfway"}
    there = Sounds(None, catalogue.catalogue(library), {"en": spoilt})
    assert not there.available("en-hold-20-ticks")
    assert not there.available("en-reps-2-2-2-2-12")
    assert there.available("en-left-15-ticks")
    assert there.available("en-reps-2-2-2-2-11")
    assert spoilt.fingerprint != vocabulary.load("en").fingerprint


@pytest.mark.parametrize("manifest", [None, "", "[]", "{}", '{"words": 5}', '{"words": {"halfway": 5}}'])
def test_a_language_without_recordings_is_counted_aloud(library: Library, tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "de").mkdir()
        (tmp_path / "de" / vocabulary.MANIFEST).write_text(manifest, "utf-8")
    german = vocabulary.load("de", tmp_path)
    there = Sounds(None, catalogue.catalogue(replace(library, language="de")), {"de": german})
    assert there.names == {f"de-bed-{seconds}" for seconds in range(5, 61, 5)}
    assert there.mp3("de-hold-20-ticks") is None
    assert there.mp3("en-hold-20-ticks") is None


# Keeping them

NAMES = ("en-hold-5-ticks", "en-left-5-quiet", "en-bed-5")


@pytest.fixture
def kept(english: vocabulary.Vocabulary) -> Callable[..., Sounds]:
    """Some sounds, kept in a folder, or in memory alone."""
    return lambda folder, words=english: Sounds(folder, NAMES, {"en": words})


def test_a_sound_is_composed_once(kept: Callable[..., Sounds], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composed = []
    monkeypatch.setattr(
        "skill.media.sounds.store.compose", lambda *given: (composed.append(given), compose.compose(*given))[1]
    )
    first = kept(tmp_path)
    assert first.mp3(NAMES[0]) == first.mp3(NAMES[0]) == kept(tmp_path).mp3(NAMES[0]) is not None
    assert len(composed) == 1
    assert [path.name for path in tmp_path.rglob("*.mp3")] == [f"{NAMES[0]}.mp3"]


def test_sounds_of_another_release_are_not_heard(
    kept: Callable[..., Sounds], english: vocabulary.Vocabulary, tmp_path: Path
) -> None:
    louder = {name: compose.tone(Tone.END) for name in english.words}
    other = replace(english, words=louder, fingerprint="other")
    assert recipe([english]) == recipe([english]) != recipe([other])
    assert kept(tmp_path).mp3(NAMES[0]) != kept(tmp_path, other).mp3(NAMES[0])


@pytest.mark.parametrize("damage", [lambda mp3: mp3[:-100], lambda mp3: b"", lambda mp3: bytes(len(mp3))])
def test_a_damaged_file_is_made_anew(
    kept: Callable[..., Sounds], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    whole = kept(tmp_path).mp3(NAMES[0])
    assert whole is not None
    (path,) = tmp_path.rglob("*.mp3")
    path.write_bytes(damage(whole))
    assert kept(tmp_path).mp3(NAMES[0]) == whole == path.read_bytes()


def test_without_a_disk_sounds_come_from_memory(
    kept: Callable[..., Sounds], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    nowhere = kept(tmp_path / "file")
    assert nowhere.mp3(NAMES[0]) == kept(None).mp3(NAMES[0]) is not None
    assert nowhere.mp3(NAMES[0]) is nowhere.mp3(NAMES[0])
    assert "memory serves them" in caplog.text


def test_memory_is_bounded(kept: Callable[..., Sounds], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill.media.sounds.store.MEMORY_BYTES", 80_000)
    there = kept(None)
    first = there.mp3(NAMES[0])
    assert all(there.mp3(name) for name in NAMES)
    again = there.mp3(NAMES[0])
    assert again == first
    assert again is not first


def test_a_disk_that_fills_up_at_the_last_moment_is_tidied(
    kept: Callable[..., Sounds], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    assert kept(tmp_path).mp3(NAMES[0])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def run(code: str, *arguments: object) -> "subprocess.Popen[str]":
    lines = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}"
    command = [sys.executable, "-c", lines, *map(str, arguments)]
    # Not under coverage, which could not write its own file either.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=plain)


COMPOSE_ALL = f"""
from pathlib import Path
from skill.media.sounds import vocabulary
from skill.media.sounds.store import Sounds
there = Sounds(Path(sys.argv[1]), {NAMES!r}, {{"en": vocabulary.load("en")}})
assert all(there.mp3(name) for name in {NAMES!r})
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are a thing of POSIX")
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
    process = run(limit + COMPOSE_ALL, tmp_path)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "memory serves them" in said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_several_processes_compose_side_by_side(kept: Callable[..., Sounds], tmp_path: Path) -> None:
    together = [run(COMPOSE_ALL, tmp_path) for _ in range(3)]
    for process in together:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    alone = kept(None)
    written = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {f"{name}.mp3": alone.mp3(name) for name in NAMES}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a thing of POSIX")
def test_a_process_that_is_killed_leaves_whole_files_only(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from skill.media.sounds import store
for turn in range(100_000):
    store.write(Path(sys.argv[1]) / "one.mp3", bytes([turn % 251]) * 300_000)
"""
    process = run(code, tmp_path)
    path = tmp_path / "one.mp3"
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    for _ in range(20):
        assert len(path.read_bytes()) == 300_000
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    kept = path.read_bytes()
    assert len(kept) == 300_000
    assert len(set(kept)) == 1
    for left in tmp_path.glob(f"*{store.UNFINISHED}"):
        os.utime(left, (0, 0))
    (tmp_path / f".fresh{store.UNFINISHED}").write_bytes(b"another process is at it")
    store.sweep(tmp_path)
    assert {left.name for left in tmp_path.iterdir()} == {"one.mp3", f".fresh{store.UNFINISHED}"}


def test_a_sound_that_cannot_be_made_is_counted_aloud(
    kept: Callable[..., Sounds], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lameenc", None)
    there = kept(None)
    assert there.available(NAMES[0])
    assert there.mp3(NAMES[0]) is None
    assert not there.available(NAMES[0])
    assert NAMES[0] in caplog.text


# All of them into a folder


def few(library: Library) -> Library:
    """A library with one exercise and one hold of ten seconds."""
    exercise = library.exercises["butterfly-stretch"]
    forms = {
        level: replace(form, dose=replace(form.dose, hold=Range(10, 10, 10))) for level, form in exercise.forms.items()
    }
    return replace(library, exercises={exercise.id: replace(exercise, forms=forms)})


def test_all_sounds_are_built_into_a_folder(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = build_all(few(library), tmp_path / "out")
    names = catalogue.catalogue(few(library))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{name}.mp3" for name in names}
    assert built.number == len(names)
    assert built.bytes == sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) == size(few(library)).bytes
    assert "sounds" in capsys.readouterr().err


def test_sounds_are_built_all_or_with_an_error(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BuildError, match="not recorded in xx: the words of xx-hold-10-quiet"):
        build_all(replace(few(library), language="xx"), tmp_path)
    monkeypatch.setitem(sys.modules, "lameenc", None)
    with pytest.raises(BuildError, match="cannot be composed"):
        build_all(few(library), tmp_path)
    assert list(tmp_path.iterdir()) == []


def wav_at(rate: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(bytes(100))
    return written.getvalue()


@pytest.mark.parametrize(
    ("wav", "told"),
    [
        *((wav, "not a WAV file") for wav in (b"", b"RIFF", b"no sound at all", wav_at(24_000)[:40])),
        (wav_at(44_100), "44100"),
    ],
)
def test_what_is_no_recording_is_not_read_as_one(wav: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        samples.from_wav(wav)


# Voices


class Humming:
    """A voice for tests: a short hum between silences."""

    licence: str | None = LICENSED
    name = "hum, test"

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> samples.Samples:
        self.said.append(text)
        hum = array("h", [s // 3 for s in compose.tone(Tone.HOLD)[:6000]])
        return samples.silence(1200) + hum + samples.silence(2400)


@needs_ffmpeg
def test_google_asks_again_with_time_limits_and_writes_no_file(
    english: vocabulary.Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    gone = OSError("no route")
    fetch, sleep = Mock(side_effect=[gone, b"", b"no mp3 at all", samples.encode(english.words["number-1"])]), Mock()
    voice = record.Google("en", timeout=5, tries=4, fetch=fetch, sleep=sleep)
    spoken = voice.say("one")
    assert fetch.call_args_list == [call("one", "en", 5)] * 4
    assert sleep.call_args_list == [call(1), call(2), call(4)]
    assert len(spoken) == pytest.approx(len(english.words["number-1"]), abs=2000)
    assert max(spoken) > 3000
    with pytest.raises(record.VoiceError, match="after 2 tries: no route"):
        record.Google("en", tries=2, fetch=Mock(side_effect=[gone] * 2), sleep=sleep).say("two")
    assert voice.licence is None
    assert list(tmp_path.iterdir()) == []


def test_gtts_is_never_given_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left alone, gTTS waits for ever, and leaves an empty file when it fails; it gets a time limit and no file."""
    gtts = Mock()
    gtts.return_value.write_to_fp.side_effect = ConnectionError("Failed to connect")
    monkeypatch.setitem(sys.modules, "gtts", types.SimpleNamespace(gTTS=gtts))
    with pytest.raises(record.VoiceError, match="Failed to connect"):
        record.Google("en", timeout=7, tries=1).say("hello")
    assert gtts.mock_calls == [call("hello", lang="en", timeout=7), call().write_to_fp(ANY)]
    assert isinstance(gtts.return_value.write_to_fp.call_args[0][0], io.BytesIO)


def test_a_voice_that_is_not_installed_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    monkeypatch.setitem(sys.modules, "gtts", None)
    with pytest.raises(record.VoiceError, match=r"pip install .hip-coach\[voice\]"):
        record.Hibari()
    with pytest.raises(record.VoiceError, match=r"pip install .hip-coach\[voice\]"):
        record.Google(tries=3, sleep=Mock(side_effect=AssertionError("trying again does not help"))).say("one")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(record.VoiceError, match="ffmpeg is needed"):
        record.Google(fetch=lambda *_: b"mp3", sleep=Mock(side_effect=AssertionError)).say("one")


def test_hibari_speaks_in_our_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    class Floats(list[float]):
        def __mul__(self, factor: object) -> "Floats":
            return Floats(x * factor for x in self)  # type: ignore[operator]

        def clip(self, low: float, high: float) -> "Floats":
            return Floats(max(low, min(high, x)) for x in self)

        def astype(self, kind: str) -> "array[int]":
            assert kind == "<i2"
            return array("h", [int(x) for x in self])

    class Engine:
        def __call__(self, text: str, seed: int) -> Floats:
            assert seed == 0
            return Floats([0.0, 0.5, -0.5, 1.5])

    monkeypatch.setitem(sys.modules, "hibari", types.SimpleNamespace(Hibari=Engine))
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.0")
    voice = record.Hibari()
    assert voice.say("one").tolist() == [0, 16383, -16383, 32767]
    assert (voice.name, voice.licence) == ("hibari-tts 0.0, heart", LICENSED)


def test_a_word_is_cut_to_the_voice_and_levelled() -> None:
    hum = compose.tone(Tone.HOLD)
    soft = record.word(samples.silence(10_000) + array("h", [s // 8 for s in hum]) + samples.silence(5_000))
    loud = record.word(samples.silence(100) + hum)
    for word in (soft, loud):
        start = next(i for i, sample in enumerate(word) if abs(sample) > measure.FLOOR)
        assert 2 < start / 24 < 12
        assert len(hum) * 0.7 < len(word) < len(hum) + 40 * 24
    assert max(soft) == pytest.approx(max(loud), rel=0.05)
    for nothing in (samples.silence(0), samples.silence(5000), array("h", [3, -3] * 4000)):
        with pytest.raises(ValueError, match="silent"):
            record.word(nothing)


SAID = {name: name for name in vocabulary.WORDS}


def test_a_vocabulary_is_recorded_and_can_be_read(tmp_path: Path) -> None:
    voice = Humming()
    folder = record.record("xx", voice, SAID, tmp_path)
    recorded = vocabulary.load("xx", tmp_path)
    assert tuple(recorded.words) == vocabulary.WORDS == tuple(voice.said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["xx"]
    with wave.open(str(folder / "halfway.wav")) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 24_000)
    manifest = json.loads((folder / vocabulary.MANIFEST).read_text("utf-8"))
    assert manifest["voice"] == voice.name
    wav_bytes = (folder / "halfway.wav").read_bytes()
    assert manifest["words"]["halfway"]["sha256"] == hashlib.sha256(wav_bytes).hexdigest()


class Failing(Humming):
    """Says nothing usable for one word, a number of times."""

    def __init__(self, fault: str, times: int) -> None:
        super().__init__()
        self.fault, self.times = fault, times

    def say(self, text: str) -> samples.Samples:
        if text != "number-7" or not self.times:
            return super().say(text)
        self.times -= 1
        if self.fault == "lost":
            raise record.VoiceError("lost its voice")
        if self.fault == "hanging":
            time.sleep(60)
        return samples.silence(24_000) if self.fault == "silent" else array("h", [9000, -9000] * 13_000)


@pytest.mark.parametrize("fault", ["lost", "too long", "silent", "hanging"])
def test_recording_is_all_or_nothing(tmp_path: Path, fault: str) -> None:
    """A word that fails is tried again; if it goes on failing, the old recordings stay and nothing else is left."""
    record.record("xx", Humming(), SAID, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    quick: Any = {"tries": 2, "timeout": 1.5 if fault == "hanging" else 60}
    with pytest.raises(record.RecordingError, match="“number-7” was not recorded"):
        record.record("xx", Failing(fault, 2), SAID, tmp_path, **quick)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    record.record("xx", Failing(fault, 1), SAID, tmp_path, **quick)
    assert set(vocabulary.load("xx", tmp_path).words) == set(vocabulary.WORDS)


def test_an_interrupted_swap_puts_the_old_recordings_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.record("xx", Humming(), SAID, tmp_path)
    renamed = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.name == "fresh":
            raise OSError("no space left")
        return renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="no space left"):
        record.record("xx", Humming(), SAID, tmp_path)
    assert set(vocabulary.load("xx", tmp_path).words) == set(vocabulary.WORDS)


def test_googles_voice_is_never_recorded_into_the_skill() -> None:
    fetch_fails = record.Google(fetch=Mock(side_effect=AssertionError("not even asked")))
    with pytest.raises(record.RecordingError, match="own use"):
        record.record("en", fetch_fails, SAID)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("number-1: one", "missing number-2"),
        ("- one", "every word needs its text"),
        ("number-1: 1", "every word needs its text"),
        ("a: [", "vocabulary.yaml"),
        (None, "vocabulary.yaml"),
    ],
)
def test_texts_to_record_are_checked_first(tmp_path: Path, text: str | None, fault: str) -> None:
    (tmp_path / "xx").mkdir()
    if text is not None:
        (tmp_path / "xx" / record.TEXTS).write_text(text, "utf-8")
    with pytest.raises(record.RecordingError, match=fault):
        record.texts(tmp_path, "xx")


# Narration


def test_a_routine_is_narrated_as_one_sound(english: vocabulary.Vocabulary, tmp_path: Path) -> None:
    parts = (
        Say("Ready?"),
        Silence(1.5),
        Sound("en-hold-10-ticks", 11),
        Sound("en-reps-2-3-2-2-2", 19),
    )
    voice = Humming()
    narration = narrate(parts, voice, english)
    before_sounds = len(voice.say("Ready?")) + 36_000
    assert [hold.seconds for hold in narration.holds] == [10, 3, 3]
    assert narration.holds[0].start_ms == before_sounds / 24
    assert (
        len(narration.samples)
        == before_sounds + 11_000 * 24 + cadence.reps(lift=2, hold=3, lower=2, relax=2, count=2).length_ms * 24
    )
    write_mp3(narration, tmp_path / "routine.mp3")
    assert samples.is_whole((tmp_path / "routine.mp3").read_bytes(), len(narration.samples))

    picture = ElementTree.fromstring(waveform(narration))
    svg = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{svg}rect")) == 3
    assert [text.text for text in picture.findall(f"{svg}text")] == ["0:00", "10 s", "3 s", "3 s"]
    assert [len(path.get("d", "")) > 1000 for path in picture.findall(f"{svg}path")] == [True]


def test_a_hold_over_the_end_of_a_line_is_drawn_in_both(english: vocabulary.Vocabulary) -> None:
    narration = narrate((Silence(50), Sound("en-hold-20-ticks", 21)), Humming(), english)
    picture = ElementTree.fromstring(waveform(narration))
    rects = picture.findall("{http://www.w3.org/2000/svg}rect")
    assert [float(rect.get("width", 0)) for rect in rects] == [200.0, 200.0]


def test_only_sounds_that_mean_something_are_narrated(english: vocabulary.Vocabulary) -> None:
    with pytest.raises(ValueError, match="no sound is called"):
        narrate((Sound("en-fire-hydrant-left", 3),), Humming(), english)
