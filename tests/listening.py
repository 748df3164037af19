"""Somebody who does what they hear: where their body is, by the content's own sentences alone.

It knows nothing of sessions and clocks. A change of position counts when it was told to its end, with its quiet. A
count that begins while the body is elsewhere is a fault, and so is a way down or up from where nobody is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from skill.coaching.practice import STANDING
from skill.coaching.timeline import sided, speaking_seconds
from skill.dialogue.prompt import Part, Say, Silence
from skill.library.models import Library, Side, Wording, sentences

COUNTS = re.compile(r"<en-(?:reps|hold|left)-[^>]*>")
"""Sounds in which somebody moves or holds."""

LEAST_QUIET = 0.6
"""Of the seated pause, so much has to be quiet: the rest may be calm words."""

ONLY_JUST = 12.0
"""Whoever interrupts so few seconds after a change was told may hear it once more: that is the safe side to err on."""

SENTENCE_PAUSE = 0.5


@dataclass(frozen=True)
class Change:
    """A change of position as it is heard: what is said first, the quiet, what is said then; once more, standing."""

    start: str
    end: str
    before: str
    pause: int
    after: str
    standing: int
    then: str


@dataclass
class Listener:
    """Somebody on the mat: where they are, each change that was told to its end, and what would have gone wrong.

    `seated`: they sit, half-way up, by one of these changes. `doubtful`: she cannot quite know whether they moved, so
    a way may be told once more.
    """

    library: Library
    body: str = STANDING
    doubtful: bool = False
    seated: tuple[Change, ...] = ()
    told: list[Change] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changes = sorted(_changes(self.library), key=lambda one: -len(one.before))
        beats = {form.beats.lift for one in self.library.exercises.values() for form in one.forms.values()}
        # Counted aloud, a number comes before the first word of a rep; in a long hold the word stands alone.
        self._counts = re.compile("|".join([COUNTS.pattern, *(rf"(?<![\w,] ){re.escape(beat)}\." for beat in beats)]))
        floor = self.library.floor_positions
        self._down = {one.before.split(". ")[0] for one in self._changes if one.start not in floor and one.end in floor}
        self._up = {one.before.split(". ")[0] for one in self._changes if one.start in floor and one.end not in floor}

    def hear(
        self, parts: Iterable[Part], plan: Sequence[tuple[str, str]], seconds: float | None = None, haste: float = 1.0
    ) -> None:
        """Hear an answer, or only so many seconds of it.

        Args:
            parts: the answer.
            plan: the name and the position of each exercise, from the one in which the answer begins.
            seconds: after so long they interrupt it; a sentence that was begun is not heard.
            haste: the share of its estimated time that speech takes.
        """
        heard, times, quiets = _as_text(parts, seconds, haste)
        current, at = 0, 0
        while at < len(heard):
            if found := self._told_at(heard, quiets, at):
                change, end = found
                self.body, self.seated = change.end, ()
                self.told.append(change)
                self.doubtful = seconds is not None and times[min(end, len(times)) - 1] > seconds - ONLY_JUST
                at = end
                continue
            after = plan[current + 1][0] if current + 1 < len(plan) else None
            if after and _begins(heard, at) and re.match(_INTRODUCED % re.escape(after), heard[at:], re.IGNORECASE):
                current += 1
            if self._counts.match(heard, at) and plan[current][1] != self.body:
                self.faults.append(f"{plan[current]} is counted while {self.body}: …{heard[max(0, at - 90) : at + 40]}")
            if not self.doubtful:
                self._misplaced(heard, at)
            at += 1

    def _told_at(self, heard: str, quiets: Sequence[tuple[int, float]], at: int) -> tuple[Change, int] | None:
        """The change that is told to its end from here, and where its last words end; of a way up the second half."""
        for change in self.seated:
            if change.start == self.body and heard.startswith(change.after, at):
                done = at + len(change.after)
                where = heard.find(change.then, done)
                if not change.then:
                    return change, done
                if where >= 0 and _quiet(quiets, done, where) >= change.standing * LEAST_QUIET:
                    return change, where + len(change.then)
        ways = [one for one in self._changes if one.start == self.body and heard.startswith(one.before, at)]
        if ways and not ways[0].pause:
            return ways[0], at + len(ways[0].before)
        if ways:
            done = at + len(ways[0].before)
            ends = [where for one in ways if (where := heard.find(one.after, done)) >= 0]
            quiet = _quiet(quiets, done, min(ends, default=len(heard)))
            self.seated = tuple(ways) if quiet >= ways[0].pause * LEAST_QUIET else ()
        return None

    def _misplaced(self, heard: str, at: int) -> None:
        on_floor = self.body in self.library.floor_positions
        for text in self._down if on_floor else self._up:
            if heard.startswith(text, at):
                self.faults.append(f"'{text}' is told while {self.body}")


_INTRODUCED = r"(?:(?:number \w+ of \w+|the last one): )?%s\."


def _begins(heard: str, at: int) -> bool:
    """Whether a sentence begins there."""
    return at == 0 or heard[at - 2 : at] in (". ", "? ", "> ")


def _changes(library: Library) -> Iterator[Change]:
    for ways in (library.transitions, library.transitions_without_kneeling):
        for (start, end), way in ways.items():
            for side in Side:
                words = Wording(library)
                before = sentences(*(sided(text, side, words) for text in way.before))
                after = sentences(*(sided(text, side, words) for text in way.after))
                then = sentences(*(sided(text, side, words) for text in way.then))
                yield Change(start, end, before, way.pause_seconds, after, way.standing_seconds, then)


def _quiet(quiets: Sequence[tuple[int, float]], start: int, end: int) -> float:
    """Seconds of quiet between two characters."""
    return sum(seconds for where, seconds in quiets if start <= where <= end)


def _as_text(
    parts: Iterable[Part], seconds: float | None, haste: float = 1.0
) -> tuple[str, list[float], list[tuple[int, float]]]:
    """What was heard as one text, when each character of it was, and where how much quiet lay.

    Speech takes `haste` of its estimated time.
    """
    text, times, quiets, now = "", [], [], 0.0
    for part in parts:
        if isinstance(part, Say):
            began, spoken = now, 0.0
            for sentence in re.split(r"(?<=[.?!:]) ", part.text):
                spoken += speaking_seconds(sentence)
                now = began + spoken * haste
                if seconds is not None and now > seconds:
                    return text, times, quiets
                text += f"{sentence} "
                times += [now] * (len(sentence) + 1)
                spoken += SENTENCE_PAUSE
            continue
        if seconds is not None and now > seconds:
            return text, times, quiets
        name = "" if isinstance(part, Silence) else f"<{part.name}> "
        text += name
        times += [now] * len(name)
        quiets.append((len(text), part.seconds if seconds is None else min(part.seconds, seconds - now)))
        now += part.seconds
    return text, times, quiets
