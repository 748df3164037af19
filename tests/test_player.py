"""The terminal device can play the sounds: the right one, at the right moment, and nothing stays behind."""

import shutil
import subprocess
from pathlib import Path

import pytest

from skill.simulator.playback import PROGRAMS, Clip, Playback, Player, Sentence

HOLD = Clip("https://localhost/sounds/en-hold-20-ticks.mp3", "en-hold-20-ticks", 21.0)
SPEECH = Playback((Sentence("Ease in.", 2.0), HOLD, Sentence("And release.", 2.0)))


class Program:
    """Stands in for a program that plays."""

    def __init__(self) -> None:
        self.began: list[list[str]] = []
        self.ended = 0

    def start(self, command: list[str]) -> "Program":
        self.began.append(command)
        assert Path(command[-1]).read_bytes() == b"mp3"
        return self

    def terminate(self) -> None:
        self.ended += 1

    def wait(self) -> int:
        return 0


def player(program: Program, found: str = "ffplay") -> Player:
    return Player(lambda url: b"mp3", which=lambda name: name if name == found else None, start=program.start)


def test_a_clip_sounds_when_the_device_is_in_it() -> None:
    program = Program()
    with player(program) as playing:
        for position in (0.0, 1.9, 2.0, 2.1, 22.9):
            playing.follow(SPEECH, position)
        assert len(program.began) == 1
        assert program.began[0][0] == "ffplay"
        playing.follow(SPEECH, 23.5)
        assert program.ended == 1


def test_an_interruption_silences_it_and_a_jump_begins_in_the_middle() -> None:
    program = Program()
    with player(program) as playing:
        playing.follow(SPEECH, 12.0)
        assert program.began[0][program.began[0].index("-ss") + 1] == "10.00"
        playing.follow(Playback(), 0.0)
        assert program.ended == 1
    assert program.ended == 1


def test_without_a_program_it_is_silent() -> None:
    with Player(lambda url: b"mp3", which=lambda name: None) as playing:
        playing.follow(SPEECH, 5.0)
        assert playing.program is None
    assert {program[0] for program in PROGRAMS} >= {"ffplay", "mpg123", "afplay"}


def test_a_real_program_starts_and_ends(tmp_path: Path) -> None:
    if shutil.which("ffplay") is None:
        pytest.skip("ffplay is not installed: it comes with ffmpeg")
    with Player(lambda url: b"\0" * 6000) as playing:
        playing.follow(SPEECH, 3.0)
        playing.stop()
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "hip-coach-" not in listed
