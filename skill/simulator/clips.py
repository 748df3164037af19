"""What a sound's name says of what is inside it: how long it is, and what goes on when.

en-hold-20-ticks        a hold of 20 seconds, with ticks; a second more for its end
en-left-10-quiet        what is left of a longer hold
en-reps-2-2-3-2-8       8 reps: 2 seconds up, 2 held, 3 down, 2 of rest; a second before, and one after
en-bed-60               60 seconds of soft sound
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

EDGE_SECONDS = 1.0
"""Before the first rep, and after the last of anything."""

_PATTERN = re.compile(r"(?:[a-z]{2,3}-)?(hold|left|reps|bed)((?:-\d+)+)(?:-(ticks|quiet))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beat:
    """What is going on from one second to another."""

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Contents:
    """What is inside a clip: how many seconds, in words, and beat by beat from its start."""

    seconds: float
    words: str
    beats: tuple[Beat, ...]


def contents(name: str) -> Contents | None:
    """What is inside a clip of this name, or None where the name does not say."""
    found = _PATTERN.fullmatch(name)
    if found is None:
        return None
    numbers = [int(number) for number in found[2].split("-")[1:]]
    ticking = ", ticking" if found[3] == "ticks" else ""
    match found[1], numbers:
        case "hold", [seconds]:
            return Contents(seconds + EDGE_SECONDS, f"hold for {seconds} seconds{ticking}", _hold(seconds))
        case "left", [seconds]:
            return Contents(seconds + EDGE_SECONDS, f"hold for the last {seconds} seconds{ticking}", _hold(seconds))
        case "bed", [seconds]:
            return Contents(seconds, f"{seconds} seconds of soft sound", (Beat("soft sound", 0.0, seconds),))
        case "reps", [lift, hold, lower, relax, count]:
            beats = tuple(_reps(lift, hold, lower, relax, count))
            words = f"{count} reps, each {lift} s up, {hold} s held, {lower} s down"
            return Contents(beats[-1].end + EDGE_SECONDS, words, beats)
        case _:
            return None


def _hold(seconds: int) -> tuple[Beat, ...]:
    return (Beat("hold", 0.0, seconds),)


def _reps(lift: int, hold: int, lower: int, relax: int, count: int) -> Iterator[Beat]:
    at = EDGE_SECONDS
    yield Beat("get ready", 0.0, at)
    for rep in range(1, count + 1):
        for label, seconds in (("lift", lift), ("hold", hold), ("lower", lower), ("relax", relax)):
            if rep < count or label != "relax":
                yield Beat(f"rep {rep} of {count}: {label}", at, at + seconds)
            at += seconds
