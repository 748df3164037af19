"""What a person types while something else goes on: lines from a thread of their own, and the one begun so far.

On a terminal the keys are read one by one, so that half a line survives whatever is printed meanwhile. Anywhere else
(a pipe, a test, a terminal that cannot do that) whole lines are read.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

BACKSPACES = "\x7f\b"
ENTERS = "\r\n"
END_OF_INPUT = "\x04"
INTERRUPT = "\x03"
CLEAR_LINE = "\x15"
CLEAR_WORD = "\x17"
ESCAPE = "\x1b"

ReadKey = Callable[[], str]
"""Waits for one key and gives it; "" at the end of the input."""


class Typed:
    """Lines, as far as they have been typed."""

    def __init__(self) -> None:
        """Nothing was typed yet."""
        self.so_far = ""
        self._lines: deque[str] = deque()
        self._ended = False
        self._news = threading.Condition()

    @property
    def over(self) -> bool:
        """Whether no line is left and none will come."""
        with self._news:
            return self._ended and not self._lines

    def line(self, patience: float) -> str | None:
        """The next line. None when none comes within so many seconds, or anything else was typed meanwhile."""
        with self._news:
            if not self._lines and not self._ended:
                self._news.wait(patience)
            return self._lines.popleft() if self._lines else None

    def key(self, key: str) -> None:
        """A key was pressed."""
        with self._news:
            if key in ENTERS:
                self._lines.append(self.so_far)
            self.so_far = _edited(self.so_far, key)
            self._news.notify_all()

    def whole_line(self, line: str) -> None:
        """A line arrived in one piece."""
        with self._news:
            self._lines.append(line)
            self._news.notify_all()

    def end(self) -> None:
        """There will be no more."""
        with self._news:
            self._ended = True
            self._news.notify_all()


def _edited(text: str, key: str) -> str:
    """A line after a key was pressed."""
    if key in ENTERS or key == CLEAR_LINE:
        return ""
    if key in BACKSPACES:
        return text[:-1]
    if key == CLEAR_WORD:
        return text.rstrip().rpartition(" ")[0]
    return text + key if key.isprintable() else text


@contextmanager
def typed_lines(stdin: TextIO) -> Iterator[Typed]:
    """Lines of any input, read whole by a thread."""
    typed = Typed()

    def read() -> None:
        for line in stdin:
            typed.whole_line(line.rstrip("\r\n"))
        typed.end()

    _in_background(read)
    yield typed


@contextmanager
def typed_keys(stdin: TextIO) -> Iterator[Typed]:
    """Keys of a terminal, read one by one by a thread; the terminal is as before afterwards."""
    typed = Typed()
    with _single_keys(stdin) as read_key:
        _in_background(lambda: _read_keys(typed, read_key))
        yield typed


def _read_keys(typed: Typed, read_key: ReadKey) -> None:
    while key := read_key():
        if key == ESCAPE:
            _skip_sequence(read_key)
        elif key == INTERRUPT or (key == END_OF_INPUT and not typed.so_far):
            break
        else:
            typed.key(key)
    typed.end()


def _skip_sequence(read_key: ReadKey) -> None:
    """Reads the rest of an arrow key and its like: ESC, [ or O, and all up to a letter or ~."""
    if read_key() in "[O":
        while (key := read_key()) and not (key.isalpha() or key == "~"):
            pass


def _in_background(read: Callable[[], None]) -> None:
    # A daemon, since nothing can wake a thread that waits for a key; it ends with the program.
    threading.Thread(target=read, daemon=True).start()


if sys.platform == "win32":

    @contextmanager
    def _single_keys(_stdin: TextIO) -> Iterator[ReadKey]:
        import msvcrt

        yield msvcrt.getwch

else:

    @contextmanager
    def _single_keys(stdin: TextIO) -> Iterator[ReadKey]:
        import termios
        import tty

        before = termios.tcgetattr(stdin)
        tty.setcbreak(stdin)
        try:
            yield lambda: stdin.read(1)
        finally:
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
