"""What someone is doing: a routine, or one exercise by itself, as a short name that can be kept and settled."""

from skill.library.models import Library, Step

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
