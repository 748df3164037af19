"""A whole plan led from start to end with nobody interrupting: for listening to it, timing it, and taking it along."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from skill.coaching.practice import Pace
from skill.dialogue.events import Event, Said, StartExercise, StartRoutine
from skill.dialogue.prompt import Part, Say
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Scene, Session, Turn
from skill.dialogue.turns import seconds_of
from skill.library.models import Library

_SOME_DAY = datetime(2026, 1, 1, 9, tzinfo=UTC)


def rehearse(library: Library, name: str, sounds: frozenset[str], person: Person | None = None) -> Iterator[Turn]:
    """Turn after turn of a routine or exercise in flow, each taken up when all of the one before was heard.

    Args:
        library: the content.
        name: the id of a routine or of an exercise.
        sounds: the sounds that can be heard; none has everything counted aloud.
        person: who does it; someone who has heard the safety line and wants to flow, unless given.
    """
    person = person or Person(pace=Pace.FLOW, safety_day="2026-01-01", last_day="2026-01-01")
    event: Event = StartRoutine(name) if name in library.routines else StartExercise(name)
    session, now = Session(), _SOME_DAY
    while True:
        turn = respond(session, event, Scene(person, library, Listener(sounds), now))
        yield turn
        if not turn.prompt.listen:
            return
        session, person, event = turn.session, turn.person, Said.RESUME
        now += timedelta(seconds=seconds_of(turn.prompt.parts, library.language) + 5)


def narration_parts(library: Library, name: str, sounds: frozenset[str]) -> tuple[Part, ...]:
    """A whole plan as one stretch of parts: without the questions between responses, which a recording cannot hear."""
    asked = {*library.phrases["go-on-question"], *library.phrases["finish-question"]}
    parts = parts_of(rehearse(library, name, sounds))
    spoken = (Say(_without(part.text, asked)) if isinstance(part, Say) else part for part in parts)
    return tuple(part for part in spoken if not (isinstance(part, Say) and not part.text))


def _without(text: str, asked: set[str]) -> str:
    for question in asked:
        text = text.removesuffix(question)
    return text.strip()


def parts_of(turns: Iterator[Turn]) -> tuple[Part, ...]:
    """All that is heard in these turns, one after the other."""
    return tuple(part for turn in turns for part in turn.prompt.parts)
