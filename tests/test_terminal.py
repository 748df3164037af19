"""Talking to a skill in the terminal: from a pipe, in a hurry, and at the keys while a hold runs."""

import io
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import pytest
from fake_skill import ANSWERS, MODEL, NOON, FakeSkill, answer, device
from flask import Flask
from rich.console import Console

from skill.simulator import terminal
from skill.simulator.device import Manners
from skill.simulator.keys import Begun
from skill.simulator.terminal import TAKEN_AS_WOKEN, talk

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def talked(*lines: str, app: Any = None, **options: Any) -> tuple[str, int]:
    """What is shown, spaces evened out, and the exit code."""
    shown = io.StringIO()
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    code = talk(app or FakeSkill(), MODEL, stdin=typed, stdout=shown, **options)
    return " ".join(shown.getvalue().split()), code


SHOWN = {
    "what is said": (
        ("open hip coach", "start hip routine", "ready", "stop"),
        "you open hip coach → LaunchRequest (exact) coach Welcome to Hip Coach.",
        "→ StartRoutineIntent routine=hip-routine (exact)",
        "♪ hold for 20 seconds, ticking (21 s)",
        "Goodbye. closed: the skill ended it",
    ),
    "how it understood": (
        ("open hip coach", "could you explain fire hydrant to me", "blue bananas"),
        "→ ExplainIntent exercise=fire-hydrant (like a sample, ",
        "→ AMAZON.FallbackIntent (not understood)",
    ),
    "why nothing was heard": (("ready",), 'say "open …" with the name of the skill first'),
    "what its own commands, which begin with a slash, do": (
        ("/help", "open hip coach", "/json", "/wait 4", "how long left", "/wait 300", "/wait", "/nonsense", "/quit"),
        "HowLongLeftIntent how long left",
        '"type": "LaunchRequest"',
        "— interrupted after 2 s",
        "coach Still there? closed: nobody answered, so the device ended the session",
        "say how many seconds: /wait 20",
        "there is no command /nonsense",
    ),
}


@pytest.mark.parametrize("case", SHOWN.values(), ids=SHOWN)
def test_lines_from_a_pipe_are_talked_through_without_waiting(case: tuple[Any, ...]) -> None:
    lines, *told = case
    began = time.monotonic()
    shown, code = talked(*lines, *(("never said",) if "/quit" in lines else ()))
    assert time.monotonic() - began < 5
    assert code == 0
    assert [one for one in told if one not in shown] == []
    assert "never said" not in shown


def test_a_refused_response_is_told_and_fails_the_run() -> None:
    shown, code = talked("open hip coach", app=FakeSkill({"LaunchRequest": answer("Salt & pepper.")}))
    assert code == 1
    assert "the device refuses this response: outputSpeech is not well-formed" in shown
    assert "There was a problem with the requested skill's response." in shown


def test_the_conversation_can_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "talk.md"
    talked("open hip coach", "stop", transcript_to=file)
    assert file.read_text(encoding="utf-8").startswith("**You:** open hip coach\n\n**Coach:** Welcome")


def test_the_device_has_the_locale_that_is_asked_for() -> None:
    skill = FakeSkill()
    talked("open hip coach", app=skill, locale="en-GB")
    assert skill.asked[0]["request"]["locale"] == "en-GB"


def test_a_flask_app_is_talked_to_directly() -> None:
    app = Flask(__name__)
    app.add_url_rule("/alexa", "alexa", lambda: ANSWERS["LaunchRequest"], methods=["POST"])
    assert "Welcome to Hip Coach." in talked("open hip coach", app=app)[0]


def test_in_real_time_a_line_from_a_file_waits_until_she_listens() -> None:
    began = time.monotonic()  # the clock runs a hundred times as fast as the real one
    shown, code = talked(
        "open hip coach",
        "ready",
        fast=False,
        clock=lambda: NOON + timedelta(seconds=(time.monotonic() - began) * 100),
    )
    assert code == 0
    assert "Say start hip routine, or help. you ready" in shown
    assert "interrupted" not in shown
    assert shown.endswith("And lower. Say ready for the other side.")


# At the keys


class Keyboard:
    """A pseudo-terminal with the device on it: keys go in, the screen comes out."""

    def __init__(self, **options: Any) -> None:
        self.skill = FakeSkill()
        self._ours, theirs = os.openpty()
        self._screen: list[bytes] = []
        self._stdin = os.fdopen(theirs, "r", encoding="utf-8", closefd=False)
        self._stdout = os.fdopen(theirs, "w", encoding="utf-8")
        self.code: int | None = None
        self._talk = threading.Thread(target=self._run, kwargs=options)
        self._watch = threading.Thread(target=self._read, daemon=True)
        self._watch.start()
        self._talk.start()

    def _run(self, **options: Any) -> None:
        stdin: TextIO = self._stdin
        self.code = talk(self.skill, MODEL, stdin=stdin, stdout=self._stdout, **options)

    def _read(self) -> None:
        try:
            while data := os.read(self._ours, 4096):
                self._screen.append(data)
        except OSError:  # the other end is closed
            pass

    @property
    def screen(self) -> str:
        """All that was ever shown, without colours."""
        return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", b"".join(self._screen).decode(errors="replace"))

    def modes(self) -> list[Any]:
        """How the terminal treats what is typed."""
        import termios

        return termios.tcgetattr(self._ours)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not until():
            assert time.monotonic() < end, self.screen[-2000:]
            time.sleep(0.02)

    def sees(self, text: str) -> None:
        self.wait(lambda: text in self.screen)

    def leave(self, key: str = "\x04") -> int | None:
        self.type(key)
        self._talk.join(10)
        assert not self._talk.is_alive()
        return self.code

    def close(self) -> None:
        self.type("\n\x04")  # wakes the thread that waits for a key
        self._stdout.close()
        self._watch.join(10)
        os.close(self._ours)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    board = Keyboard()
    yield board
    if board.code is None:
        board.leave("\x15\x04")
    board.close()


@posix
def test_a_hold_runs_as_a_countdown_and_half_a_line_survives_it(keyboard: Keyboard) -> None:
    keyboard.type("open hip coach\n")
    keyboard.sees("Welcome to Hip Coach.")
    keyboard.sees("speaking")
    keyboard.type("ready\n")
    keyboard.sees("hold for 20 seconds")
    keyboard.type("how lonx\x7f")
    keyboard.sees("18 s")
    keyboard.sees("› how lon▏")
    keyboard.type("g\x1b[D")
    keyboard.sees("› how lon▏g")
    keyboard.type("\x1b[C lefty\x17left\n")
    keyboard.wait(lambda: len(keyboard.skill.asked) == 3)
    assert keyboard.skill.last["request"]["intent"]["name"] == "HowLongLeftIntent"
    keyboard.sees("taken as said with the wake word")
    assert keyboard.leave() == 0


@posix
def test_the_status_follows_the_device(keyboard: Keyboard) -> None:
    keyboard.sees("○ closed")
    keyboard.sees("try: open hip coach")
    keyboard.type("open hip coach\n/wait 4\n")
    keyboard.sees("● listening for")
    keyboard.type("stop\n")
    keyboard.sees("closed: the skill ended it")


@posix
def test_what_was_said_before_comes_back_with_the_arrow(keyboard: Keyboard) -> None:
    keyboard.type("open hip coach\n")
    keyboard.sees("Welcome")
    keyboard.type("how long\n")
    keyboard.sees("you    how long")
    keyboard.type("\x1b[A left")
    keyboard.sees("› how long left▏")


@posix
def test_the_terminal_is_afterwards_as_it_was(keyboard: Keyboard) -> None:
    import termios

    before = keyboard.modes()
    keyboard.type("open hip coach\n")
    keyboard.sees("Welcome")
    assert not keyboard.modes()[3] & termios.ECHO
    keyboard.leave()
    assert keyboard.modes() == before


@posix
def test_without_prompt_toolkit_whole_lines_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    board = Keyboard()
    try:
        board.sees("pip install 'hip-coach[talk]'")
        board.type("open hip coach\nready\n")
        board.sees("hold for 20 seconds")
        board.type("how long left\n")
        board.wait(lambda: len(board.skill.asked) == 3)
        assert "○ closed" not in board.screen
    finally:
        board.leave()  # by the end of input, which ends the thread that reads lines, too
        board.close()


@posix
@pytest.mark.parametrize("key", ["\x04", "\x03", "/quit\n"], ids=["end of input", "interrupt", "command"])
def test_it_can_be_left_at_any_moment(keyboard: Keyboard, key: str) -> None:
    keyboard.type("open hip coach\n")
    keyboard.sees("Welcome")
    assert keyboard.leave(key) == 0


@pytest.mark.parametrize("width", [40, 80, 132])
def test_the_lines_below_are_never_wider_than_the_terminal(width: int) -> None:
    """A wrapped line would tear the display."""
    assert len(TAKEN_AS_WOKEN) < 2 * (80 - terminal.MARGIN)
    echo = device(manners=Manners(0, 0, 0))
    echo.hear("open hip coach")
    echo.hear("alexa, ready")
    for seconds in range(30):
        echo.pass_to(NOON + timedelta(seconds=seconds))
        footer = terminal.footer(echo, ["a suggestion of some words"] * 7, Begun("typed " * 40, 200), width)
        lines = footer.plain.split("\n")
        assert len(lines) == 4
        assert all(len(line) < width for line in lines)
    Console(file=io.StringIO(), width=width).print(footer)
