"""How much she talks: words before the first movement, in one answer, and beside the movement itself, as she is known.

    python -m prove.talking

Each routine is led by "ready" alone, with sounds, again and again by the same person, a day apart. It writes
docs/talking.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prove.page import write
from skill.coaching.timeline import speaking_seconds
from skill.dialogue.events import Event, Said, StartRoutine
from skill.dialogue.prompt import Part, Say, Silence
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Scene, Session, Turn
from skill.library import content_folder
from skill.library.load import load
from skill.library.models import Library
from skill.media.sounds.catalogue import catalogue

VISITS = (1, 2, 5, 20)
FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)

MOST_WORDS = {1: 90}
MOST_BEFORE_MOVING = {5: 55, 20: 55}
MOST_TALK = {1: 0.40, 5: 0.20, 20: 0.20}
"""What is aimed at, by the visit: words in one answer, words before the first movement, talk beside movement."""


@dataclass(frozen=True)
class Visit:
    """What one visit was like: words, and seconds."""

    routine: str
    number: int
    longest: int
    before: int
    talk: float
    movement: float

    @property
    def ratio(self) -> float:
        """Talk beside movement."""
        return self.talk / self.movement


def visits(library: Library, routine: str) -> Iterator[Visit]:
    """The visits of somebody who comes every day."""
    person = Person()
    for number in range(1, max(VISITS) + 1):
        turns, person = _visit(library, routine, person, FIRST_DAY + timedelta(days=number))
        if number in VISITS:
            yield _measured(library, routine, number, turns)


def _visit(library: Library, routine: str, person: Person, now: datetime) -> tuple[list[Turn], Person]:
    listener, session = Listener(frozenset(catalogue(library))), Session()
    turns: list[Turn] = []
    event: Event = Said.OPEN
    while not turns or turns[-1].prompt.listen:
        turn = respond(session, event, Scene(person, library, listener, now))
        event = Said.READY if turns else StartRoutine(routine)
        turns.append(turn)
        session, person = turn.session, turn.person
        now += timedelta(seconds=sum(_lasts(part) for part in turn.prompt.parts) + 6)
    return turns, person


def _lasts(part: Part) -> float:
    return speaking_seconds(part.text) if isinstance(part, Say) else part.seconds


def _measured(library: Library, routine: str, number: int, turns: list[Turn]) -> Visit:
    """From the launch on: "open hip coach", "start hip routine", and then "ready" alone."""
    led = turns
    before, moved, talk, movement = 0, False, 0.0, 0.0
    for turn in led:
        for said, seconds, moving in _split(library, turn.prompt.parts):
            moved = moved or moving
            before += 0 if moved else _words(said)
            talk += 0.0 if moving else seconds
            movement += seconds if moving else 0.0
    longest = max(_words(part.text for part in turn.prompt.parts if isinstance(part, Say)) for turn in led)
    return Visit(routine, number, longest, before, talk, movement)


def _words(said: str | Iterator[str]) -> int:
    return len(re.findall(r"[\w']+", said if isinstance(said, str) else " ".join(said)))


def _split(library: Library, parts: tuple[Part, ...]) -> Iterator[tuple[str, float, bool]]:
    """What is said, for how long, and whether it is movement: a set's sound, and the way into a hold and out of it."""
    beats = {
        f"{text[:1].upper()}{text[1:]}."
        for one in library.exercises.values()
        for form in one.forms.values()
        for text in (form.beats.lift, form.beats.hold, form.beats.lower)
    }
    rest = {*library.phrases["relax"], *library.phrases["once-more"]}
    quiet_moves = False
    for part in parts:
        if isinstance(part, Silence):
            if quiet_moves:
                yield "", part.seconds, True
            continue
        if not isinstance(part, Say):
            if not part.name.split("-", 1)[1].startswith("bed-"):
                yield "", part.seconds, True
            quiet_moves = False
            continue
        for sentence in re.split(r"(?<=[.?!]) ", part.text):
            moving = sentence in beats or sentence.lower() in rest
            quiet_moves = moving
            yield sentence, speaking_seconds(sentence), moving


def main() -> None:
    """Measure, and write the page."""
    library = load(content_folder())["en-US"]
    found = [visit for routine in library.routines for visit in visits(library, routine)]
    write("talking.md", _page(library, found))


def _page(library: Library, found: list[Visit]) -> str:
    rows = "\n".join(
        f"| {library.routines[one.routine].name} | {one.number} | {_of(one.longest, MOST_WORDS, one.number)} | "
        f"{_of(one.before, MOST_BEFORE_MOVING, one.number)} | {one.talk:.0f} s | {one.movement:.0f} s | "
        f"{_of(round(one.ratio, 2), MOST_TALK, one.number)} |"
        for one in found
    )
    return f"""# How much she talks

Each routine led by "ready" alone, with sounds, by somebody who comes every day; made by `python -m prove.talking`.
*Movement* is the time in sets and holds, with the ways into a hold and out of it, and the rest between two reps with
the two words that end it; *talk* is all other speech from the launch on, sentence by sentence, estimated as the skill
itself does it. Where an aim is set, it stands behind the figure.

| Routine | Visit | Longest answer, words | Words before the first movement | Talk | Movement | Talk : movement |
|---|---|---|---|---|---|---|
{rows}
"""


def _of(value: float, aims: dict[int, float] | dict[int, int], visit: int) -> str:
    aim = aims.get(visit)
    return f"{value}" if aim is None else f"{value} (at most {aim})"


if __name__ == "__main__":
    main()
