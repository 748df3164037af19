"""What to show while she speaks: lines of text, counts, sounds and quiet, each with its time.

A caption is made from what is heard alone. Of a sound only its name is known, and what the name's pattern says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from skill.simulator.clips import Beat, contents
from skill.simulator.speech import Clip, Item, Pause, Speech, Words

SHORT = 4
"""A sentence of so many words or fewer, with a pause after it, may be a beat of a count."""

FEWEST_BEATS = 4
"""So many beats on end are a count."""

SHORTEST_QUIET_SECONDS = 4.0
"""A shorter pause is only breath."""

Timed = tuple[Item, float]
"""Something heard, and when it begins, in seconds from the beginning of the speech."""


class Kind(StrEnum):
    """What a caption is of."""

    LINE = "line"
    COUNT = "count"
    SOUND = "sound"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Caption:
    """One thing to show.

    Attributes:
        kind: what it is of.
        text: what it says, or what it is.
        start: when it begins, in seconds from the beginning of the speech.
        end: when it is over.
        beats: what goes on inside it, in order, in seconds of the speech; none for a line.
    """

    kind: Kind
    text: str
    start: float
    end: float
    beats: tuple[Beat, ...] = ()

    def beat(self, at: float) -> Beat:
        """What is going on at a moment of the speech."""
        current = (beat for beat in self.beats if beat.start <= at < beat.end)
        return next(current, Beat("", self.start, self.end))


class Subtitles:
    """Hands out the captions of what is being said as they fall due: a count at its end, all others at their start."""

    def __init__(self) -> None:
        """Nothing is being said."""
        self._coming: list[Caption] = []

    def begin(self, speech: Speech) -> None:
        """Something is being said now; what was said before is forgotten."""
        self._coming = list(captions(speech))

    def due(self, at: float) -> list[Caption]:
        """What became due up to this second of the speech."""
        due = [one for one in self._coming if (one.end if one.kind is Kind.COUNT else one.start) <= at]
        self._coming = self._coming[len(due) :]
        return due

    def cut(self, at: float) -> list[Caption]:
        """What became due when the speech breaks off: of a count, the beats that were begun."""
        due = self.due(at)
        begun = [one for one in self._coming if one.start <= at]
        self._coming = []
        return due + [replace(one, text=_begun(one, at), end=at) for one in begun]


def _begun(count: Caption, at: float) -> str:
    return " … ".join(beat.label for beat in count.beats if beat.start <= at)


def captions(speech: Speech) -> tuple[Caption, ...]:
    """All that a speech has to show, in order."""
    return tuple(_captions(tuple(zip(speech.items, speech.starts, strict=True))))


def _captions(timed: Sequence[Timed]) -> Iterator[Caption]:
    at = 0
    while at < len(timed):
        beats = _count_from(timed, at)
        if beats:
            yield _count(timed[at : at + beats])
        else:
            yield from _single(*timed[at])
        at += beats or 1


def _count_from(timed: Sequence[Timed], at: int) -> int:
    """How many items from here on are one count: short sentences, each with a pause after it. 0 where none starts."""
    end = at
    while end + 1 < len(timed) and _is_beat(timed[end][0]) and isinstance(timed[end + 1][0], Pause):
        end += 2
    return end - at if end - at >= 2 * FEWEST_BEATS else 0


def _is_beat(item: Item) -> bool:
    return isinstance(item, Words) and len(item.text.split()) <= SHORT


def _count(timed: Sequence[Timed]) -> Caption:
    said = [(item.text.rstrip(".,"), start) for item, start in timed if isinstance(item, Words)]
    last, last_start = timed[-1]
    end = last_start + last.seconds
    ends = [start for _, start in said[1:]] + [end]
    beats = tuple(Beat(text, start, until) for (text, start), until in zip(said, ends, strict=True))
    return Caption(Kind.COUNT, " … ".join(text for text, _ in said), timed[0][1], end, beats)


def _single(item: Item, start: float) -> Iterator[Caption]:
    end = start + item.seconds
    match item:
        case Words(text):
            yield Caption(Kind.LINE, text, start, end)
        case Clip():
            yield _clip(item, start, end)
        case Pause(seconds) if seconds >= SHORTEST_QUIET_SECONDS:
            yield Caption(Kind.QUIET, "quiet", start, end, (Beat("quiet", start, end),))
        case _:
            pass


def _clip(clip: Clip, start: float, end: float) -> Caption:
    inside = contents(clip.name)
    if inside is None:
        return Caption(Kind.SOUND, clip.name, start, end, (Beat(clip.name, start, end),))
    beats = tuple(replace(beat, start=start + beat.start, end=start + beat.end) for beat in inside.beats)
    return Caption(Kind.SOUND, inside.words, start, end, beats)
