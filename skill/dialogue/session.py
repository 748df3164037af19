"""What she knows within one session, and what is remembered of a person beyond it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from skill.coaching.place import BEGINNING, Place
from skill.coaching.wishes import Pace, Speed, Wish
from skill.dialogue.prompt import Prompt
from skill.library.models import Library


class Phase(StrEnum):
    """What is going on, and so what she waits for. The table has a column for each."""

    CHOOSING = "choosing"
    OFFERING = "offering"
    POSITIONING = "positioning"
    MOVING = "moving"
    PAUSED = "paused"
    HURTING = "hurting"
    CONFIRMING = "confirming"
    FINISHING = "finishing"


@dataclass(frozen=True, slots=True)
class Underway:
    """A routine or exercise that was begun and not finished: `plan` names it (see `coaching.plan`)."""

    plan: str
    place: Place


@dataclass(frozen=True, slots=True)
class Person:
    """What is remembered of someone. Never anything about health, never what was said.

    Attributes:
        underway: what was begun and not finished.
        wishes: what was asked of an exercise, by its id.
        safety_heard: the safety line was spoken to them.
        sounds_failed: the device could not use an answer; until it is opened anew she counts aloud.
        sounds_failure_told: and she said so.
    """

    underway: Underway | None = None
    pace: Pace = Pace.GUIDED
    speed: Speed = Speed.USUAL
    ticks: bool = True
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    safety_heard: bool = False
    sounds_failed: bool = False
    sounds_failure_told: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """Where the conversation stands. It rides to the device and back as JSON, so it is small and trusts nothing.

    Attributes:
        phase: what she waits for once the last answer has been heard to its end.
        plan: the routine or exercise underway, or "" for none.
        place: where the last answer's moving part began, or where they are.
        ends: where that part ends.
        since: when the last answer was given, in seconds since 1970; None when nothing was set in motion.
        lead: seconds of speech in that answer before the moving part.
        holding: that moving part began inside a hold, without the way into it.
        asked: while CONFIRMING, the plan that a yes would start.
        turns: answers given so far; variants are picked by it.
        misses: how many things in a row were not understood.
        safety_said: the safety line was spoken in this session.
        sharp: while HURTING, it was a sharp pain: nothing easier is offered.
    """

    phase: Phase = Phase.CHOOSING
    plan: str = ""
    place: Place = BEGINNING
    ends: Place = BEGINNING
    since: int | None = None
    lead: int = 0
    holding: bool = False
    asked: str = ""
    turns: int = 0
    misses: int = 0
    safety_said: bool = False
    sharp: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """What the device can do. `sounds` are the names it can be sent; empty when none can."""

    sounds: frozenset[str] = frozenset()
    screen: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a turn may look at besides the session: frozen for its length."""

    person: Person
    library: Library
    listener: Listener
    now: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to one event: the session as it is now, what is to be remembered, and what is heard."""

    session: Session
    person: Person
    prompt: Prompt
