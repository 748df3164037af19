"""What a person types while something else goes on: lines, and the one begun so far.

A thread reads it, key by key on a terminal, so that half a line survives whatever is printed meanwhile.
"""

import os
import sys
import threading
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

BACKSPACES = "\x7f\b"
ENTERS = "\r\n"
END_OF_INPUT = "\x04"
INTERRUPT = "\x03"
CLEAR_LINE = "\x15"
CLEAR_WORD = "\x17"
ESCAPE = "\x1b"


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

    def end(self) -> None:
        """There will be no more; what was begun counts as a line."""
        with self._news:
            if self.so_far:
                self._lines.append(self.so_far)
            self._ended = True
            self._news.notify_all()


def _edited(text: str, key: str) -> str:
    """A line after a key was pressed."""
    if key in ENTERS or key == CLEAR_LINE:
        return ""
    if key in BACKSPACES:
        return text[:-1]
    if key == CLEAR_WORD:
        return text[: text.rstrip().rfind(" ") + 1]
    return text + key if key.isprintable() else text


@contextmanager
def typed_lines(stdin: TextIO) -> Iterator[Typed]:
    """Lines of any input."""
    yield _in_background(_characters(stdin))


@contextmanager
def typed_keys(stdin: TextIO) -> Iterator[Typed]:
    """Keys of a terminal as they are pressed; the terminal is as before afterwards."""
    with _single_keys(stdin) as keys:
        yield _in_background(keys)


def _in_background(keys: Iterator[str]) -> Typed:
    typed = Typed()
    # A daemon, since nothing can wake a thread that waits for a key; it ends with the program.
    threading.Thread(target=_read, args=(typed, keys), daemon=True).start()
    return typed


def _read(typed: Typed, keys: Iterator[str]) -> None:
    for key in keys:
        if key == ESCAPE:
            _skip_sequence(keys)
        elif key == INTERRUPT or (key == END_OF_INPUT and not typed.so_far):
            break
        else:
            typed.key(key)
    typed.end()


def _skip_sequence(keys: Iterator[str]) -> None:
    """Reads the rest of an arrow key and its like: ESC, [ or O, and all up to a letter or ~."""
    if next(keys, "") in ("[", "O"):
        next((key for key in keys if key.isalpha() or key == "~"), None)


def _characters(stdin: TextIO) -> Iterator[str]:
    """An input's characters, each as soon as it is there."""
    try:
        source = stdin.fileno()
    except OSError:  # no file, as in tests
        for line in stdin:
            yield from line
        return
    # Not by `stdin.read`: it would hold a lock that Python wants back when the program ends.
    decode = getincrementaldecoder("utf-8")(errors="replace").decode
    while data := _bytes(source):
        yield from decode(data)


def _bytes(source: int) -> bytes:
    try:
        return os.read(source, 1024)
    except OSError:  # a terminal that was closed
        return b""


if sys.platform == "win32":

    @contextmanager
    def _single_keys(_stdin: TextIO) -> Iterator[Iterator[str]]:
        import msvcrt

        yield iter(msvcrt.getwch, "")

else:

    @contextmanager
    def _single_keys(stdin: TextIO) -> Iterator[Iterator[str]]:
        import termios
        import tty

        before = termios.tcgetattr(stdin)
        tty.setcbreak(stdin, termios.TCSANOW)  # its default throws away what was typed ahead
        try:
            yield _characters(stdin)
        finally:
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
