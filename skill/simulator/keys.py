"""What a person types while something else goes on: lines, and the one begun so far.

At a terminal prompt_toolkit edits the line, with the keys of any shell (arrows, words, what was said before), in a
thread of its own. It draws nothing: whoever draws the rest of the screen draws the line, too, so half of one survives
whatever is printed meanwhile.
"""

import os
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from threading import Condition, Event, Thread
from typing import NamedTuple, TextIO


class Begun(NamedTuple):
    """A line that is not complete; the next character goes in before the one at `cursor`."""

    text: str = ""
    cursor: int = 0


class Typed:
    """Lines, as far as they have been typed."""

    def __init__(self) -> None:
        """Nothing was typed yet."""
        self.begun = Begun()
        self._lines: deque[str] = deque()
        self._ended = False
        self._news = Condition()

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

    def edit(self, text: str, cursor: int) -> None:
        """The line that was begun is this by now."""
        with self._news:
            self.begun = Begun(text, cursor)
            self._news.notify_all()

    def enter(self, line: str) -> None:
        """A line is complete."""
        with self._news:
            self._lines.append(line)
            self.begun = Begun()
            self._news.notify_all()

    def end(self) -> None:
        """There will be no more."""
        with self._news:
            self._ended = True
            self._news.notify_all()


@contextmanager
def typed_lines(stdin: TextIO) -> Iterator[Typed]:
    """Lines of any input, each as soon as it is there; what is begun when the input ends counts as one."""
    typed = Typed()

    def read() -> None:
        for line in _lines(stdin):
            typed.enter(line)
        typed.end()

    # A daemon, since nothing can wake a thread that waits for a line; it ends with the program.
    Thread(target=read, daemon=True).start()
    yield typed


def _lines(stdin: TextIO) -> Iterator[str]:
    try:
        source = stdin.fileno()
    except OSError:  # no file, as in tests
        yield from (line.rstrip("\r\n") for line in stdin)
        return
    # Not by `stdin.readline`: it would hold a lock that Python wants back when the program ends.
    decode, begun = getincrementaldecoder("utf-8")(errors="replace").decode, ""
    with suppress(OSError):  # a terminal that was closed
        while data := os.read(source, 1024):
            *whole, begun = (begun + decode(data)).split("\n")
            yield from (line.rstrip("\r") for line in whole)
    if begun:
        yield begun


def can_edit() -> bool:
    """Whether keys can be taken one by one, as `typed_keys` does: prompt_toolkit is there."""
    return find_spec("prompt_toolkit") is not None


@contextmanager
def typed_keys(stdin: TextIO) -> Iterator[Typed]:
    """Keys of a terminal as they are pressed; the terminal is as before afterwards.

    Raises:
        ImportError: prompt_toolkit is not installed.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.input import create_input
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.output import DummyOutput

    typed, left = Typed(), Event()
    unseen = KeyBindings()
    for search in ("c-r", "c-s"):  # it has a line of its own, which nobody would see
        unseen.add(search)(lambda _: None)
    keys = create_input(stdin)
    session: PromptSession[str] = PromptSession(input=keys, output=DummyOutput(), key_bindings=unseen)
    line, app = session.default_buffer, session.app
    for change in (line.on_text_changed, line.on_cursor_position_changed):
        change += lambda _: typed.edit(line.text, line.cursor_position)

    def read() -> None:
        with suppress(EOFError, KeyboardInterrupt, OSError):
            while not left.is_set():
                typed.enter(session.prompt(handle_sigint=False))
        typed.end()

    def leave() -> None:
        if app.future and not app.future.done():
            app.exit(exception=EOFError())

    reader = Thread(target=read, daemon=True)
    with keys.raw_mode():  # between two lines, too
        reader.start()
        try:
            yield typed
        finally:
            left.set()
            while reader.is_alive():  # it may just be between two lines
                if app.loop:
                    with suppress(RuntimeError):  # its loop has just been closed
                        app.loop.call_soon_threadsafe(leave)
                reader.join(0.02)
