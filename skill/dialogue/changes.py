"""The same moment in another way: with another plan, other exercises in it, or a person who wishes something else."""

from skill.coaching.plan import BEGINNING, Place
from skill.coaching.practice import PieceKind
from skill.dialogue.session import Person, Phase, Underway, nearest_place, practices_of, steps_of
from skill.dialogue.situation import Situation, last_set, look
from skill.library.models import Step
from skill.library.values import replace


def with_underway(here: Situation, underway: Underway) -> Situation:
    """The same moment with what was underway taken up again, at its place."""
    session = replace(
        here.session, plan=underway.plan, place=underway.place, exercise=underway.exercise, done=underway.done
    )
    return replace(look(replace(session, phase=Phase.PAUSED, since=None), here.scene), body=here.body)


def with_plan(here: Situation, wanted: str) -> Situation:
    """The same moment with another plan about to begin."""
    steps = steps_of(wanted, here.scene)
    session = replace(
        here.session,
        plan=wanted,
        place=BEGINNING,
        ends=BEGINNING,
        since=None,
        done=(),
        leaving="",
        gathering=bool(steps),
    )
    return replace(
        here,
        session=session,
        steps=steps,
        practices=practices_of(steps, here.scene),
        phase=Phase.POSITIONING,
        place=BEGINNING,
        running=False,
    )


def from_the_body(here: Situation, place: Place) -> Situation:
    """The same moment, with the way into a set-up told from where the body is, not from the exercise before."""
    practice = here.practices(place.step)
    set_up = practice is not None and practice.pieces[place.piece].kind is PieceKind.SET_UP
    came_from = here.body if set_up or place.stage else ""
    begins = here.session.since is None or place == here.session.place
    gathering = here.session.gathering and set_up and place.stage == 0 and begins
    if not came_from and not gathering and not here.session.came_from and not here.session.gathering:
        return here
    session = replace(here.session, came_from=came_from, gathering=gathering)
    practices = practices_of(here.steps, here.scene, place.step, came_from, gathering=gathering)
    return replace(here, session=session, practices=practices)


def with_steps(here: Situation, steps: tuple[Step, ...]) -> Situation:
    """The same moment in a plan whose exercises have changed; the place goes with its exercise if that is left.

    When everything has been done they are at the end of it, whatever that is now.
    """
    current = here.steps[here.place.step]
    place = replace(here.place, step=steps.index(current)) if current in steps else BEGINNING
    there = replace(here, steps=steps, practices=practices_of(steps, here.scene), place=place)
    return replace(there, place=last_set(there)) if here.phase is Phase.FINISHING else there


def without_what_hurt(here: Situation, place: Place) -> tuple[Situation, Place]:
    """The same moment in a plan without the exercise that is left, and the place in it, or what follows there."""
    if not here.session.leaving or place.step >= len(here.steps):
        return here, place
    steps = steps_of(here.session.plan, here.scene)
    there = replace(place, step=sum(step in steps for step in here.steps[: place.step]))
    if here.steps[place.step] not in steps:
        there = Place(there.step)
    session = replace(here.session, leaving="")
    return replace(here, session=session, steps=steps, practices=practices_of(steps, here.scene)), there


def with_person(here: Situation, person: Person) -> Situation:
    """The same moment for a person who just wished something else of it."""
    if person is here.scene.person:
        return here
    scene, session = replace(here.scene, person=person), here.session
    practices = practices_of(here.steps, scene, session.place.step, session.came_from, gathering=session.gathering)
    place = nearest_place(here.place, practices, last=len(here.steps) - 1) if here.steps else here.place
    return replace(here, scene=scene, practices=practices, place=place)
