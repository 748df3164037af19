"""How far a long command has come: a bar where rich is installed and someone watches, else plain lines."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

Item = TypeVar("Item")

Progress = Callable[[Sequence[str], str], Iterable[str]]
"""Hands out the same items one by one, telling how far it is; `steps` below is one."""

LINES = 10
"""How many plain lines a whole run prints at most."""


def steps(items: Sequence[Item], what: str, out: TextIO | None = None) -> Iterator[Item]:
    """The same items one by one, telling how many are done.

    Args:
        items: what is worked through.
        what: what is being done, for the person who waits.
        out: where to tell it; standard error when not given.
    """
    to = sys.stderr if out is None else out
    try:
        from rich.console import Console
        from rich.progress import track
    except ImportError:
        return _lines(items, what, to)
    if not to.isatty():
        return _lines(items, what, to)
    return iter(track(items, description=what, console=Console(file=to)))


def _lines(items: Sequence[Item], what: str, to: TextIO) -> Iterator[Item]:
    every = max(1, -(-len(items) // LINES))
    for done, item in enumerate(items, 1):
        yield item
        if done % every == 0 or done == len(items):
            to.write(f"{what}: {done} of {len(items)}\n")
            to.flush()
