"""What is heard when, inside a hold or a set of reps: the one source for the counting voice and for the sounds.

A cadence is a length and the marks inside it. The sounds are named by pattern, never by exercise or side, so a
small finite set of them serves every exercise; the name alone says what is inside:

    hold-<seconds>-<ticks|quiet>                                a hold from its start
    left-<seconds>-<ticks|quiet>                                what is left of a longer hold: no half-way in it
    reps-<lift>-<hold>-<lower>-<relax>-<count>                  the reps of a set, counted down to the last one
    bed-<seconds>                                               a soft bed, while nothing is asked of the person

Reps are counted down, so what is left of a set after an interruption is simply a shorter set.
"""

import re
from enum import StrEnum

from skill.library.values import Value

COUNT_IN_MS = 1_000
"""A rep's number is spoken this long before the rep starts: in the relax before it, or in a lead of its own."""

TAIL_MS = 1_000
"""Room for the end chime after the last mark of a hold or a set."""

HALFWAY_FROM_SECONDS = 20
"""Holds this long or longer say half-way (exercises.md, section 5)."""

LAST_COUNTED = 3
"""The last seconds of a hold, counted down aloud."""

LONG_HOLD_SECONDS = 10
"""From here on a hold is a sound of its own; shorter ones are part of their rep."""


class Tone(StrEnum):
    """The sounds that need no language."""

    LIFT = "lift"
    HOLD = "hold"
    LOWER = "lower"
    TICK = "tick"
    END = "end"


class Mark(Value):
    """Something heard at a moment, in milliseconds from the start: a tone, or a word of the recorded vocabulary.

    Words are named `number-7`, `last-one` and `halfway`; a language's recordings carry the same names.
    """

    at_ms: int
    tone: Tone | None = None
    word: str | None = None


class Cadence(Value):
    """All that is heard in one hold, set or bed. `bed` says whether a soft bed lies under it."""

    name: str
    length_ms: int
    marks: tuple[Mark, ...]
    bed: bool = False


def hold(seconds: int, *, ticks: bool, whole: bool = True) -> Cadence:
    """A hold of so many seconds, or (`whole` False) what is left of a longer one.

    The hold starts at 0 with its tone and ends exactly at `seconds` with the end tone; half-way is said when the
    hold is whole and long enough; the last three seconds are counted down.
    """
    marks = [Mark(0, tone=Tone.HOLD)]
    words = {(seconds - left) * 1000: f"number-{left}" for left in range(LAST_COUNTED, 0, -1) if seconds > left}
    if whole and seconds >= HALFWAY_FROM_SECONDS:
        words[seconds * 500] = "halfway"
    if ticks:
        clear = (s for s in range(1, seconds) if all(abs(s * 1000 - at) >= 1000 for at in words))
        marks += [Mark(s * 1000, tone=Tone.TICK) for s in clear]
    marks += [Mark(at, word=word) for at, word in words.items()]
    marks.append(Mark(seconds * 1000, tone=Tone.END))
    name = f"{'hold' if whole else 'left'}-{seconds}-{'ticks' if ticks else 'quiet'}"
    in_order = sorted(marks, key=lambda mark: mark.at_ms)
    return Cadence(name, seconds * 1000 + TAIL_MS, tuple(in_order), bed=not ticks)


def reps(lift: int, hold: int, lower: int, relax: int, count: int) -> Cadence:
    """The reps of a set: number, lift, hold, lower, relax, again and again, then the end tone.

    Arguments are seconds, each at least 1, and the number of reps. Every rep takes the same time.
    """
    period = (lift + hold + lower + relax) * 1000
    marks = []
    for left in range(count, 0, -1):
        start = COUNT_IN_MS + (count - left) * period
        marks += [
            Mark(start - COUNT_IN_MS, word="last-one" if left == 1 and count > 1 else f"number-{left}"),
            Mark(start, tone=Tone.LIFT),
            Mark(start + lift * 1000, tone=Tone.HOLD),
            Mark(start + (lift + hold) * 1000, tone=Tone.LOWER),
        ]
    end = COUNT_IN_MS + count * period - relax * 1000
    marks.append(Mark(end, tone=Tone.END))
    return Cadence(f"reps-{lift}-{hold}-{lower}-{relax}-{count}", end + TAIL_MS, tuple(marks))


def bed(seconds: int) -> Cadence:
    """So many seconds of soft bed, nothing else."""
    return Cadence(f"bed-{seconds}", seconds * 1000, (), bed=True)


_SECONDS = re.compile(r"[1-9][0-9]{0,2}")
_UP_TO_99 = re.compile(r"[1-9][0-9]?")


def named(name: str) -> Cadence | None:
    """The cadence that a name stands for, or None when the name fits no pattern. Any text is safe to ask."""
    match name.split("-"):
        case ["hold" | "left" as kind, seconds, "ticks" | "quiet" as style] if _SECONDS.fullmatch(seconds):
            return hold(int(seconds), ticks=style == "ticks", whole=kind == "hold")
        case ["bed", seconds] if _SECONDS.fullmatch(seconds):
            return bed(int(seconds))
        case ["reps", *numbers] if len(numbers) == 5 and all(map(_UP_TO_99.fullmatch, numbers)):
            return reps(*map(int, numbers))
        case _:
            return None
