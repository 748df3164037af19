"""What a person may ask of the pace and the doses."""

from collections.abc import Mapping
from enum import StrEnum

from skill.library.models import Level, Side
from skill.library.values import Number, Value, field


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
        match self:
            case Speed.SLOWER:
                return seconds + 2
            case Speed.USUAL:
                return seconds
            case Speed.FASTER:
                return max(1, seconds - 1)


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
