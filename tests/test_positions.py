"""The body is where the person was told to be: each change of position told whole, once, before anything is counted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listening import Listener
from scenes import NOW, all_sounds, any_event, library, scene

from skill.coaching.fitting import ASKING_TAKES, BEGINS_AFTER, SURELY_HEARD
from skill.coaching.practice import Pace, Wish
from skill.coaching.timeline import is_unsaid, speaking_seconds
from skill.dialogue import events as e
from skill.dialogue.events import Said
from skill.dialogue.progress import LEADS_ON
from skill.dialogue.prompt import Say
from skill.dialogue.respond import respond
from skill.dialogue.session import Person, Phase, Scene, Session, Turn
from skill.dialogue.situation import look
from skill.library.models import Level
from skill.library.values import replace
from skill.media.narration import narration_parts

KNOWN_DAY = "2026-11-21"
FAMILIAR = dict.fromkeys(library().exercises, 9)
ANSWERING = 4.0
ROUNDED = 2.0
"""Seconds by which her estimates may be off, a pause here and there not counted."""


class Mat:
    """Somebody who talks to her and does what they hear."""

    def __init__(self, person: Person, *, sounds: bool) -> None:
        self.person, self.session, self.sounds = person, Session(), sounds
        self.now: datetime = NOW
        self.heard = Listener(library())
        self._pending: tuple[Turn, list[tuple[str, str]], float | None] | None = None

    def scene(self) -> Scene:
        return replace(scene(self.person, self.now, sounds=self.sounds))

    def say(self, event: e.Event, seconds: float | None = None) -> Turn:
        """Say something; then hear the answer, all of it, or so many seconds. What a device fails at is not heard."""
        if event is Said.TIMED_OUT and self._pending:  # nobody answered, so the reprompt was heard, too
            turn, plan, _ = self._pending
            self.heard.hear(turn.prompt.parts, plan)
            self.heard.hear(turn.prompt.reprompt, plan)
            self._pending = None
        self.listen(heard=event is not Said.FAILED, ready=event in LEADS_ON)
        self._arrive(event)
        turn = respond(self.session, event, self.scene())
        self.person = turn.person
        self.session = turn.session if turn.prompt.listen else Session()
        whole = sum(
            speaking_seconds(part.text) if isinstance(part, Say) else part.seconds for part in turn.prompt.parts
        )
        # What she closes with is heard to its end: there is nothing more to interrupt.
        waits = BEGINS_AFTER + whole + ANSWERING if seconds is None or not turn.prompt.listen else seconds
        listened = None if waits >= BEGINS_AFTER + whole + ASKING_TAKES else waits - BEGINS_AFTER
        self._pending = turn, self._plan(turn), listened
        self.now += timedelta(seconds=waits)
        return turn

    def listen(self, *, heard: bool = True, ready: bool = False) -> None:
        """Hear what was said last. Who says that they are ready may have heard it quicker."""
        if self._pending and heard:
            turn, plan, listened = self._pending
            if listened is not None:
                listened += ROUNDED - (0 if ready else ASKING_TAKES)
            self.heard.hear(turn.prompt.parts, plan, listened, SURELY_HEARD if ready else 1.0)
        self._pending = None

    def _arrive(self, event: e.Event) -> None:
        """Who says that they are there, on a way that does not lead up, is there."""
        here = look(self.session, self.scene(), generous=event in LEADS_ON)
        says_so = event in (Said.IN_POSITION, *LEADS_ON)
        if not here.steps:
            return
        if here.phase is Phase.RISING and says_so and not self.session.seated_at:
            self.heard.body = "standing"  # they say that they are up
            return
        end, floor = here.practice.form.position, library().floor_positions
        if is_unsaid(here.place, waiting=not here.running and here.phase is Phase.POSITIONING):
            # Whoever was asked whether they are there, and says something else, is taken to be where they were.
            self.heard.body, self.heard.doubtful = (end, False) if says_so else (here.body, True)
            return
        if says_so and self.session.up_at > self.now.timestamp():
            self.heard.body = here.body  # on the way up by themselves: who says "ready" there was not quite up
        if not says_so or not here.on_the_way or here.place.stage == 0:
            return
        if event is Said.IN_POSITION or end in floor or self.heard.body not in floor:
            self.heard.body = end

    def _plan(self, turn: Turn) -> list[tuple[str, str]]:
        here = look(turn.session, self.scene())
        if not here.steps:
            return [("", self.heard.body)]
        practices = [here.practices(index) for index in range(turn.session.place.step, len(here.steps))]
        return [(one.exercise.name, one.form.position) for one in practices if one is not None]


def persons() -> Iterator[tuple[str, Person]]:
    known = Person(safety_day=KNOWN_DAY, last_day=KNOWN_DAY)
    easier = {name: Wish(level=Level.EASIER) for name in library().exercises}
    small = {name: Wish(reps=3, hold=30) for name in library().exercises}
    for pace, familiar in product(Pace, (False, True)):
        for name, wishes in (("usual", {}), ("easier", easier), ("small", small)):
            heard = FAMILIAR if familiar else {}
            yield (
                f"{pace}-{'known' if familiar else 'new'}-{name}",
                replace(known, pace=pace, heard=heard, wishes=wishes),
            )


PERSONS = dict(persons())


@pytest.mark.parametrize("sounds", [True, False], ids=["sounds", "aloud"])
@pytest.mark.parametrize("routine", sorted(library().routines))
@pytest.mark.parametrize("who", sorted(PERSONS))
def test_every_change_is_told_once_whole_and_before_the_count(who: str, routine: str, sounds: bool) -> None:
    """Led through by "ready" alone: each change that the routine has, and no other, and the body always right."""
    mat = Mat(PERSONS[who], sounds=sounds)
    mat.say(e.StartRoutine(routine))
    for _ in range(80):
        if mat.session == Session():
            break
        mat.say(Said.READY)
    mat.listen()
    assert mat.session == Session(), "the routine comes to its end"
    assert mat.heard.faults == []
    wishes = PERSONS[who].wishes
    steps = library().routines[routine].steps
    forms = [
        library().exercises[one.exercise].form(wishes.get(one.exercise, Wish()).level or one.level) for one in steps
    ]
    positions = ["standing", *(form.position for form in forms)]
    if positions[-1] in library().floor_positions:
        positions.append("standing")
    wanted = [(a, b) for a, b in pairwise(positions) if a != b]
    assert [(one.start, one.end) for one in mat.heard.told] == wanted


@given(st.data(), st.sampled_from(sorted(PERSONS)), st.booleans())
def test_nothing_is_counted_where_the_body_is_not(data: st.DataObject, who: str, sounds: bool) -> None:
    mat = Mat(PERSONS[who], sounds=sounds)
    mat.say(e.StartRoutine(data.draw(st.sampled_from(sorted(library().routines)))))
    often = st.sampled_from([Said.READY, Said.READY, Said.READY, Said.PAUSE, Said.IN_POSITION, Said.GET_UP]) | any_event
    for _ in range(data.draw(st.integers(4, 18))):
        if mat.session == Session():
            mat.listen()
            mat.heard.doubtful = True
            mat.now += timedelta(seconds=data.draw(st.sampled_from([5, 100, 400, 90_000])))
            if (mat.now.timestamp() - mat.person.seen_at) > 180:
                mat.heard.body = "standing"
            mat.say(Said.OPEN)
        cut = data.draw(st.none() | st.integers(1, 240))
        mat.say(data.draw(often), None if cut is None else float(cut))
        assert mat.heard.faults == []
    mat.listen()
    assert mat.heard.faults == []


def test_the_hole_of_the_release_before() -> None:
    mat = Mat(replace(PERSONS["guided-new-usual"]), sounds=True)
    for event in (e.StartRoutine("hip-mobility"), Said.READY, e.GoTo(number=2), e.SetHold(30), e.SetReps(4)):
        mat.say(event)
    for _ in range(12):
        mat.say(Said.READY)
    mat.listen()
    assert mat.heard.faults == []
    assert ("lying-on-back", "standing") in [(one.start, one.end) for one in mat.heard.told]


@pytest.mark.parametrize("sounds", [True, False], ids=["sounds", "aloud"])
@pytest.mark.parametrize("routine", sorted(library().routines))
def test_a_narrated_routine_has_no_hole(routine: str, sounds: bool) -> None:
    heard = Listener(library())
    names = all_sounds() if sounds else frozenset()
    steps = [library().exercises[one.exercise] for one in library().routines[routine].steps]
    plan = [(one.name, one.form(Level.USUAL).position) for one in steps]
    heard.hear(narration_parts(library(), routine, names), plan)
    assert heard.faults == []
    assert heard.body == "standing" or heard.body not in library().floor_positions


def test_nobody_steps_away_from_the_floor_without_a_quiet_standing() -> None:
    floor = library().floor_positions
    for ways in (library().transitions, library().transitions_without_kneeling):
        up = [way for (start, end), way in ways.items() if start in floor and end not in floor]
        assert up
        for way in up:
            assert way.standing_seconds >= 5
            assert "holding" in way.after[-1]
            assert way.then


@pytest.mark.parametrize("level", Level)
def test_who_knows_it_is_told_to_roll_over(level: Level) -> None:
    lying = [one for one in library().exercises.values() if level in one.forms]
    for form in (one.form(level) for one in lying if one.form(level).position == "lying-on-side"):
        assert "{supporting} side" in form.switch_short
