"""What someone is doing, and where in it they are: values so small that they can be kept, and always be settled.

A plan is a routine, or one exercise by itself, as a short name: "routine/hip-routine", "exercise/fire-hydrant".
"""

from skill.library.models import Library, Step
from skill.library.values import Number, Value


class Place(Value, order=True):
    """A point in a plan.

    Attributes:
        step: index of the exercise in the plan, from 0.
        piece: index of the piece within that exercise (set-up, set, rest, change of side, …), from 0.
        rep: reps of this piece that are done; below zero where some were asked for on top.
        held: seconds already held of the rep after those, for long holds; a multiple of five.
        stage: in a set-up, the first of its parts that is still to be told (see `timeline.Part`); in a set, the same of
            the way back into it, and 0 where they are in position.
    """

    step: Number = 0
    piece: Number = 0
    rep: Number = 0
    held: Number = 0
    stage: Number = 0


BEGINNING = Place()
"""Where every plan begins."""

_ROUTINE = "routine/"
_EXERCISE = "exercise/"


def of_routine(routine: str) -> str:
    """The plan that is a whole routine."""
    return _ROUTINE + routine


def of_exercise(exercise: str) -> str:
    """The plan that is one exercise by itself."""
    return _EXERCISE + exercise


def steps(plan: str, library: Library) -> tuple[Step, ...]:
    """The exercises of a plan in order; none when the library does not (or no longer) know it."""
    if plan.startswith(_ROUTINE):
        routine = library.routines.get(plan.removeprefix(_ROUTINE))
        return routine.steps if routine else ()
    exercise = plan.removeprefix(_EXERCISE)
    return (Step(exercise),) if plan.startswith(_EXERCISE) and exercise in library.exercises else ()


def routine_of(plan: str) -> str | None:
    """The routine's id when the plan is a routine."""
    return plan.removeprefix(_ROUTINE) if plan.startswith(_ROUTINE) else None


def name(plan: str, library: Library) -> str:
    """What the plan is called."""
    routine = routine_of(plan)
    return library.routines[routine].name if routine else library.exercises[plan.removeprefix(_EXERCISE)].name
