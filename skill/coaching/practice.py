"""One exercise as this person does it: what they wish, its form, the dose settled, and the pieces it is made of."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from skill.coaching.cadence import LONG_HOLD_SECONDS
from skill.library.models import Exercise, Form, Level, Library, Range, Side, Sides, Step
from skill.library.values import Number, Value, field

# What a person wishes


class Pace(StrEnum):
    """Who sets the pace between exercises and sides."""

    GUIDED = "guided"
    FLOW = "flow"


class Speed(StrEnum):
    """How much time lies between the reps. The moves themselves keep their tempo."""

    SLOWER = "slower"
    USUAL = "usual"
    FASTER = "faster"

    def relax(self, seconds: int) -> int:
        """Seconds between two reps at this speed, where the content says so many."""
        return max(1, seconds + {Speed.SLOWER: 2, Speed.FASTER: -1}.get(self, 0))


class Talk(StrEnum):
    """How much she explains: as much as someone still needs, always all of it, or always little."""

    LEARNING = "learning"
    MORE = "more"
    LESS = "less"

    def is_short(self, heard: int) -> bool:
        """Whether someone who has been led through an exercise so often needs only its name, a reminder and a cue."""
        return self is Talk.LESS or (self is Talk.LEARNING and heard >= FAMILIAR_AFTER)


FAMILIAR_AFTER = 3
"""After so many times an exercise is known, and she says less."""


class Habits(Value):
    """What a person brings to any exercise: their wishes, their speed, and what they know by now.

    Attributes:
        wishes: what was asked of an exercise, by its id.
        heard: how often each exercise was led to its end, by its id.
        sides: the sides to do today, in order, of exercises where that is not left, then right.
    """

    wishes: Mapping[str, "Wish"] = field(default_factory=dict)
    speed: Speed = Speed.USUAL
    heard: Mapping[str, int] = field(default_factory=dict)
    talk: Talk = Talk.LEARNING
    sides: Mapping[str, tuple[Side, ...]] = field(default_factory=dict)


class Wish(Value):
    """What a person asked of one exercise; None means as the content has it."""

    level: Level | None = None
    reps: Number | None = None
    sets: Number | None = None
    hold: Number | None = None


# What becomes of it


class PieceKind(StrEnum):
    """What happens in a piece. After each of them lies a joint."""

    SET_UP = "set-up"
    SWITCH = "switch"
    SET = "set"
    REST = "rest"


class Piece(Value):
    """A part of an exercise between two joints. `number` counts the sets of a side from 1."""

    kind: PieceKind
    side: Side | None
    number: int


class Practice(Value):
    """One exercise with everything decided.

    Attributes:
        position_before: where the body is when the set-up begins.
        leave_before: how to come out of the exercise before, where they come from it.
        things: what to have at hand, where it is asked for before this exercise: all that the rest of the plan needs.
        lift, hold, lower, relax, rest: seconds.
        short: they know it, so its name, a reminder and one cue will do.
        first: they have never been led through it.
        cue: one thing to mind, another one each time.
    """

    index: int
    of: int
    exercise: Exercise
    form: Form
    position_before: str
    reps: int
    sets: int
    hold: int
    lift: int
    lower: int
    relax: int
    rest: int
    short: bool
    first: bool
    cue: str
    pieces: tuple[Piece, ...]
    leave_before: str = ""
    things: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.exercise, self.index, self.reps, self.sets, self.hold, self.position_before))

    @property
    def long_holds(self) -> bool:
        """Whether each hold is long enough to be timed by itself."""
        return self.hold >= LONG_HOLD_SECONDS


STANDING = "standing"
"""Where everyone is taken to be when a routine begins or is opened again."""


def practice(steps: tuple[Step, ...], index: int, habits: Habits, library: Library) -> Practice:
    """The exercise at `index` of a plan's steps, as the person wishes it within the content's ranges."""
    exercise = library.exercises[steps[index].exercise]
    heard = habits.heard.get(exercise.id, 0)
    short = habits.talk.is_short(heard)
    return _settled(
        index,
        len(steps),
        _form(steps[index - 1], habits.wishes, library) if index else None,
        exercise,
        _form(steps[index], habits.wishes, library),
        habits.wishes.get(exercise.id, _NO_WISH),
        habits.speed,
        sides=habits.sides.get(exercise.id, ()),
        short=short,
        first=heard == 0,
        cue=heard % len(exercise.mistakes) if not short or (index and (heard + index) % CUE_EVERY == 0) else None,
    )


def things(steps: tuple[Step, ...], habits: Habits, library: Library) -> tuple[str, ...]:
    """What to have at hand for these exercises, each thing once, in the order in which they need it."""
    forms = (_form(step, habits.wishes, library) for step in steps)
    return tuple(dict.fromkeys(item for form in forms for item in form.equipment))


CUE_EVERY = 3
"""Who knows an exercise hears one thing to mind every so many times, and not before the first movement of a session."""


_NO_WISH = Wish()

PRACTICES = 1024
"""Practices that are remembered: an exercise is done in a few ways, and by many people."""


@lru_cache(maxsize=PRACTICES)
def _settled(
    index: int,
    of: int,
    before: Form | None,
    exercise: Exercise,
    form: Form,
    wish: Wish,
    speed: Speed,
    *,
    sides: tuple[Side, ...],
    short: bool,
    first: bool,
    cue: int | None,
) -> Practice:
    dose = form.dose
    sets, hold = least_to_most(dose.sets, wish.sets), least_to_most(dose.hold, wish.hold)
    return Practice(
        index=index,
        of=of,
        exercise=exercise,
        form=form,
        position_before=before.position if before else STANDING,
        leave_before=before.leave if before else "",
        reps=least_to_most(dose.reps, wish.reps),
        sets=sets,
        hold=hold - hold % 5 if hold >= LONG_HOLD_SECONDS else hold,  # in fives, as the marks and sounds of it are
        lift=dose.tempo.lift,
        lower=dose.tempo.lower,
        relax=speed.relax(dose.tempo.relax),
        rest=dose.rest,
        short=short,
        first=first,
        cue="" if cue is None else exercise.mistakes[cue].cue,
        pieces=_pieces(exercise.sides, sets, sides),
    )


def least_to_most(allowed: Range, wish: int | None) -> int:
    """What is done when so much is wished: never more than the content allows; and less than it has, if they say so.

    A long hold is at least half as long as its shortest.
    """
    if wish is None:
        return allowed.usual
    least = min(allowed.least, SHORTEST_LONG_HOLD) if allowed.least >= LONG_HOLD_SECONDS else 1
    return max(least, min(allowed.most, wish))


SHORTEST_LONG_HOLD = 5
"""Seconds of a stretch below which nothing is stretched."""


def _form(step: Step, wishes: Mapping[str, Wish], library: Library) -> Form:
    wish = wishes.get(step.exercise)
    return library.exercises[step.exercise].form((wish and wish.level) or step.level)


def _pieces(sides: Sides, sets: int, wished: tuple[Side, ...]) -> tuple[Piece, ...]:
    order: tuple[Side | None, ...] = (wished or (Side.LEFT, Side.RIGHT)) if sides is Sides.EACH else (None,)
    made: list[Piece] = []
    for side in order:
        made.append(Piece(PieceKind.SWITCH if made else PieceKind.SET_UP, side, 1))
        for number in range(1, sets + 1):
            if number > 1:
                made.append(Piece(PieceKind.REST, side, number))
            made.append(Piece(PieceKind.SET, side, number))
    return tuple(made)
