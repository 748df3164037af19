"""Where in a routine someone is. A place is small, survives JSON, and can always be settled into a legal one."""

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
