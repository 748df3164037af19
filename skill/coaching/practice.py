"""One exercise as this person does it now: its form, the dose settled, and the pieces it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from skill.coaching.cadence import LONG_HOLD_SECONDS
from skill.coaching.wishes import Habits, Speed, Wish
from skill.library.models import Exercise, Form, Library, Side, Sides, Step


class PieceKind(StrEnum):
    """What happens in a piece. After each of them lies a joint."""

    SET_UP = "set-up"
    SWITCH = "switch"
    SET = "set"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an exercise between two joints. `number` counts the sets of a side from 1."""

    kind: PieceKind
    side: Side | None
    number: int


@dataclass(frozen=True, slots=True)
class Practice:
    """One exercise with everything decided.

    Attributes:
        position_before: where the body is when the set-up begins.
        equipment_before: what is at hand already, so that only new things are asked for.
        lift, hold, lower, relax, rest: seconds.
        short: they know it, so its name, a reminder and one cue will do.
        cue: one thing to mind, another one each time.
    """

    index: int
    of: int
    exercise: Exercise
    form: Form
    position_before: str
    equipment_before: tuple[str, ...]
    reps: int
    sets: int
    hold: int
    lift: int
    lower: int
    relax: int
    rest: int
    short: bool
    cue: str
    pieces: tuple[Piece, ...]

    def __hash__(self) -> int:
        return hash((self.exercise, self.index, self.reps, self.sets, self.hold))

    @property
    def long_holds(self) -> bool:
        """Whether each hold is long enough to be timed by itself."""
        return self.hold >= LONG_HOLD_SECONDS


STANDING = "standing"
"""Where everyone is taken to be when a routine begins or is opened again."""


def practice(steps: tuple[Step, ...], index: int, habits: Habits, library: Library) -> Practice:
    """The exercise at `index` of a plan's steps, as the person wishes it within the content's ranges."""
    before = [_form(step, habits.wishes, library) for step in steps[:index]]
    exercise = library.exercises[steps[index].exercise]
    heard = habits.heard.get(exercise.id, 0)
    return _settled(
        _Place(
            index=index,
            of=len(steps),
            position_before=before[-1].position if before else STANDING,
            equipment_before=tuple(item for form in before for item in form.equipment),
        ),
        exercise,
        _form(steps[index], habits.wishes, library),
        habits.wishes.get(exercise.id, _NO_WISH),
        habits.speed,
        short=habits.talk.is_short(heard),
        cue=heard % len(exercise.mistakes),
    )


_NO_WISH = Wish()

PRACTICES = 1024
"""Practices that are remembered: an exercise is done in a few ways, and by many people."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a plan an exercise comes."""

    index: int
    of: int
    position_before: str
    equipment_before: tuple[str, ...]


@lru_cache(maxsize=PRACTICES)
def _settled(
    place: _Place, exercise: Exercise, form: Form, wish: Wish, speed: Speed, *, short: bool, cue: int
) -> Practice:
    dose = form.dose
    sets = dose.sets.clamp(wish.sets or dose.sets.usual)
    return Practice(
        index=place.index,
        of=place.of,
        exercise=exercise,
        form=form,
        position_before=place.position_before,
        equipment_before=place.equipment_before,
        reps=dose.reps.clamp(wish.reps or dose.reps.usual),
        sets=sets,
        hold=_timed(dose.hold.clamp(wish.hold or dose.hold.usual)),
        lift=dose.tempo.lift,
        lower=dose.tempo.lower,
        relax=speed.relax(dose.tempo.relax),
        rest=dose.rest,
        short=short,
        cue=exercise.mistakes[cue].cue,
        pieces=_pieces(exercise.sides, sets),
    )


def _timed(hold: int) -> int:
    """Long holds come in fives, as their marks and sounds do."""
    return hold - hold % 5 if hold >= LONG_HOLD_SECONDS else hold


def _form(step: Step, wishes: Mapping[str, Wish], library: Library) -> Form:
    wish = wishes.get(step.exercise)
    return library.exercises[step.exercise].form((wish and wish.level) or step.level)


def _pieces(sides: Sides, sets: int) -> tuple[Piece, ...]:
    order: tuple[Side | None, ...] = (Side.LEFT, Side.RIGHT) if sides is Sides.EACH else (None,)
    made: list[Piece] = []
    for side in order:
        made.append(Piece(PieceKind.SWITCH if made else PieceKind.SET_UP, side, 1))
        for number in range(1, sets + 1):
            if number > 1:
                made.append(Piece(PieceKind.REST, side, number))
            made.append(Piece(PieceKind.SET, side, number))
    return tuple(made)
