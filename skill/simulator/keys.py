"""What a person types while something else goes on: lines, and the one begun so far.

At a terminal prompt_toolkit edits the line, with the keys of any shell, in a thread of its own. It draws nothing:
whoever draws the rest of the screen draws the line, too, so half of one survives whatever is printed meanwhile.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from io import UnsupportedOperation
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple, TextIO


class Begun(NamedTuple):
    """A line that is not complete; the next character goes in before the one at `cursor`."""

    text: str = ""
    cursor: int = 0


class Typed:
    """Lines, as far as they have been typed."""

    def __init__(self) -> None:
        self.begun = Begun()
        self.over = False
        """Whether no line is left and none will come."""
        self._news: SimpleQueue[str | Begun | None] = SimpleQueue()

    def line(self, patience: float) -> str | None:
        """The next line. None when none comes within so many seconds, or anything else was typed meanwhile."""
        try:
            news = self._news.get(timeout=0 if self.over else patience)
        except Empty:
            return None
        self.over = news is None
        return news if isinstance(news, str) else None

    def edit(self, text: str, cursor: int) -> None:
        """The line that was begun is this by now."""
        self.begun = Begun(text, cursor)
        self._news.put(self.begun)

    def enter(self, line: str) -> None:
        """A line is complete."""
        self.begun = Begun()
        self._news.put(line)

    def end(self) -> None:
        """There will be no more."""
        self._news.put(None)


@contextmanager
def typed_lines(stdin: TextIO) -> Iterator[Typed]:
    """Lines of any input, each as soon as it is there; what is begun when the input ends counts as one."""
    typed = Typed()

    def read() -> None:
        with suppress(OSError):  # a terminal that was closed
            for line in _reader(stdin):
                typed.enter(line.rstrip("\r\n"))
        typed.end()

    # A daemon, since nothing can wake a thread that waits for a line; it ends with the program.
    Thread(target=read, daemon=True).start()
    yield typed


def _reader(stdin: TextIO) -> TextIO:
    """A reader of our own: that of `sys.stdin` holds a lock which Python wants back when the program ends."""
    try:
        return os.fdopen(stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)
    except UnsupportedOperation:  # no file, as in tests
        return stdin


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

    typed = Typed()
    unseen = KeyBindings()
    for search in ("c-r", "c-s"):  # it has a line of its own, which nobody would see
        unseen.add(search)(lambda _: None)
    keys = create_input(stdin)
    session: PromptSession[str] = PromptSession(input=keys, output=DummyOutput(), key_bindings=unseen)
    line = session.default_buffer
    for change in (line.on_text_changed, line.on_cursor_position_changed):
        change += lambda _: typed.edit(line.text, line.cursor_position)

    async def read() -> None:
        with suppress(OSError, EOFError, KeyboardInterrupt):
            while True:
                typed.enter(await session.prompt_async(handle_sigint=False))

    loop = asyncio.new_event_loop()
    reading = loop.create_task(read())

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(reading)
        typed.end()

    reader = Thread(target=run, daemon=True)
    with keys.raw_mode():  # between two lines, too
        reader.start()
        try:
            yield typed
        finally:
            loop.call_soon_threadsafe(reading.cancel)
            reader.join()
            loop.close()
