"""What a person may ask of the pace and the doses."""

from dataclasses import dataclass
from enum import StrEnum

from skill.library.models import Level


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


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of one exercise; None means as the content has it."""

    level: Level | None = None
    reps: int | None = None
    sets: int | None = None
    hold: int | None = None
