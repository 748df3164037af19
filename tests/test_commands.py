"""The command line: what it makes is fresh, what it refuses it says, and a routine can be rehearsed whole."""

import io
import shutil
import socket
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from scenes import CONTENT, all_sounds, library

from skill import __version__
from skill.__main__ import main
from skill.alexa import build
from skill.dialogue.diagram import diagram
from skill.dialogue.prompt import Say, Sound, seconds_of
from skill.media.narration import narration_parts, rehearse
from skill.media.sounds.samples import Samples, silence

ROOT = Path(__file__).parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What is generated, to be spoilt."""
    for name in ("content", "interaction_model", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_everything_that_is_made_is_fresh() -> None:
    assert build.check_all(CONTENT, ROOT) == ()
    assert main(["build", "--check"]) == 0


def test_what_is_stale_is_named_and_made_anew(copy: Path) -> None:
    for file in ("interaction_model/en-US.json", "content/schemas/exercise.json", "interaction_model/xx-YY.json"):
        (copy / file).write_text("{}")
    (copy / "content" / "schemas" / "routine.json").unlink()
    tour = copy / "docs" / "tour.md"
    tour.write_text(tour.read_text().replace("stateDiagram-v2", "stateDiagram-v1"))
    stale = build.check_all(copy / "content", copy)
    names = ("en-US.json", "exercise.json", "routine.json", "tour.md", "xx-YY.json")
    assert [line.split()[0].rpartition("/")[2] for line in stale] == list(names)
    assert all("make build" in line for line in stale)
    assert sorted(file.name for file in build.write_all(copy / "content", copy)) == sorted(names)
    assert not (copy / "interaction_model" / "xx-YY.json").exists()
    assert build.check_all(copy / "content", copy) == ()


def test_a_stale_file_fails_the_check(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("skill.__main__.ROOT", copy)
    (copy / "interaction_model" / "en-US.json").write_text("{}")
    assert main(["build", "--check", "--content", str(copy / "content")]) == 1
    assert "interaction_model/en-US.json" in capsys.readouterr().err
    assert main(["build", "--content", str(copy / "content")]) == 0
    assert "wrote interaction_model/en-US.json" in capsys.readouterr().out


def test_the_model_of_every_locale_is_written_where_it_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "notes.json").write_text("{}")
    assert main(["build", "--models", str(tmp_path / "models")]) == 0
    out = capsys.readouterr().out
    kept = (ROOT / "interaction_model" / "en-US.json").read_text(encoding="utf-8")
    for locale in ("en-US", "en-GB", "en-AU", "en-CA", "en-IN"):
        assert (tmp_path / "models" / f"{locale}.json").read_text(encoding="utf-8") == kept
        assert f"wrote {tmp_path / 'models' / locale}.json" in out
    assert (tmp_path / "models" / "notes.json").read_text() == "{}"


def test_the_picture_shows_every_phase() -> None:
    picture = diagram(library())
    for way in ("choosing --> positioning", "positioning --> moving", "moving --> paused", "hurting --> [*]"):
        assert way in picture


@pytest.mark.parametrize("sounds", [True, False], ids=["sounds", "aloud"])
@pytest.mark.parametrize("name", [*library().routines, "figure-4"])
def test_a_plan_can_be_rehearsed_to_its_end(name: str, sounds: bool) -> None:
    turns = list(rehearse(library(), name, all_sounds() if sounds else frozenset()))
    assert not turns[-1].prompt.listen
    assert all(seconds_of(turn.prompt.parts, "en") <= 240 for turn in turns)
    minutes = sum(seconds_of(turn.prompt.parts, "en") for turn in turns) / 60
    assert 2 < minutes < 25


def test_a_recording_asks_nothing() -> None:
    parts = narration_parts(library(), "hip-mobility", all_sounds())
    spoken = " ".join(part.text for part in parts if isinstance(part, Say))
    assert "Say go on" not in spoken
    assert "That was the mobility routine." in spoken
    assert any(isinstance(part, Sound) for part in parts)


class Whisper:
    """A voice that says nothing, quickly."""

    name, licence = "silence", None

    def say(self, text: str) -> Samples:
        tone = silence(2400)
        tone[100] = tone[200] = 12000
        return tone


def test_a_routine_is_written_as_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("skill.media.recording.Hibari", Whisper)
    to, picture = tmp_path / "one.mp3", tmp_path / "one.svg"
    assert main(["narrate", "sit-to-stand", "--to", str(to), "--picture", str(picture)]) == 0
    assert to.stat().st_size > 100_000
    assert picture.read_text().startswith("<svg")
    assert main(["narrate", "yoga", "--to", str(to)]) == 1
    assert "hip-routine" in capsys.readouterr().err


def test_the_size_of_the_sounds_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sounds", "--size"]) == 0
    assert "336 sounds" in capsys.readouterr().out


LOCAL = {"HIP_COACH_VERIFY": "off"}


@pytest.mark.parametrize(
    ("words", "environment", "named"),
    [
        ("--host 0.0.0.0", LOCAL, "HIP_COACH_SKILL_ID"),
        ("", {}, "HIP_COACH_SKILL_ID is not set"),
        ("--workers 2", LOCAL | {"HIP_COACH_STORE": "memory:"}, "HIP_COACH_STORE"),
        ("--workers 2", LOCAL | {"HIP_COACH_STORE": "sqlite:///people.sqlite3"}, "--workers"),
    ],
    ids=["local elsewhere", "no skill id", "workers that share no store", "a system that does not fork"],
)
def test_what_cannot_be_served_is_not_and_the_cure_is_named(
    words: str,
    environment: dict[str, str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HIP_COACH_VERIFY", "HIP_COACH_SKILL_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if named == "--workers":
        monkeypatch.delattr("os.fork")
    assert main(["serve", *words.split()]) == 1
    assert named in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HIP_COACH_VERIFY", "off")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port]) == 1
    said = capsys.readouterr().err
    assert f"port {port}" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_without_the_server_it_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HIP_COACH_VERIFY", "off")
    monkeypatch.setitem(sys.modules, "waitress", None)
    monkeypatch.delitem(sys.modules, "skill.web.serving", raising=False)
    monkeypatch.delattr("skill.web.serving", raising=False)
    assert main(["serve"]) == 1
    assert "waitress is not installed: pip install 'hip-coach[serve]'" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["--port 70000", "--port http", "--workers 0", "--threads -1"])
def test_numbers_that_cannot_be_are_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *words.split()]) == 2
    assert words.split()[0] in capsys.readouterr().err


def test_talking_in_haste_leaves_nobodys_history_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time is made up; so it remembers in memory only, unless told otherwise."""
    monkeypatch.delenv("HIP_COACH_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("open hip coach\nstart hip routine\nready\nstop\n"))
    assert main(["talk", "--fast", "--transcript", str(tmp_path / "talk.md")]) == 0
    assert "fire hydrant" in (tmp_path / "talk.md").read_text()
    assert not list(tmp_path.rglob("*.sqlite3"))


@pytest.mark.parametrize(
    "name", ["talk", "serve", "check", "build", "new", "sounds", "voice", "narrate", "people"], ids=str
)
def test_every_command_says_what_it_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "-h"]) == 0
    short = capsys.readouterr().out
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out == short
    assert "--content FOLDER" in short


@pytest.mark.parametrize("words", ["", "dance", "new song x", "narrate", "check --loud"])
def test_words_that_are_not_understood_end_with_two(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    said = capsys.readouterr().err
    assert "Error: " in said
    assert "-h' for help" in said


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("skill.library.load.load", Mock(side_effect=KeyboardInterrupt))
    assert main(["check"]) == 130
    assert capsys.readouterr().out == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
