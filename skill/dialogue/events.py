"""Everything that can happen in a conversation, in the person's own terms.

An event is a frozen value. The table in `table.py` says what each phase does with each of them.
"""

from dataclasses import dataclass

UNKNOWN = ""
"""Stands for a name that was said and is no exercise or routine of ours."""


class Event:
    """Something that happened: the person said a thing, or the device reported one."""

    __slots__ = ()


# Opening and choosing


@dataclass(frozen=True, slots=True)
class Open(Event):
    """The skill was opened with nothing else asked of it."""


@dataclass(frozen=True, slots=True)
class StartRoutine(Event):
    """Start a routine; None when none was named, UNKNOWN when the name was not recognised."""

    routine: str | None = None


@dataclass(frozen=True, slots=True)
class StartExercise(Event):
    """Do one exercise by itself; None or UNKNOWN when no name was recognised."""

    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class List(Event):
    """What routines and exercises are there?"""


@dataclass(frozen=True, slots=True)
class Explain(Event):
    """How does an exercise go? None means the one they are doing, UNKNOWN a name that was not recognised."""

    exercise: str | None = None


# Moving through a routine


@dataclass(frozen=True, slots=True)
class Ready(Event):
    """In position; go."""


@dataclass(frozen=True, slots=True)
class Next(Event):
    """On to the next thing."""


@dataclass(frozen=True, slots=True)
class Yes(Event):
    """Yes, to whatever was asked."""


@dataclass(frozen=True, slots=True)
class No(Event):
    """No, to whatever was asked."""


@dataclass(frozen=True, slots=True)
class Resume(Event):
    """Go on; carry on where we were."""


@dataclass(frozen=True, slots=True)
class Previous(Event):
    """One joint back."""


@dataclass(frozen=True, slots=True)
class Repeat(Event):
    """The joint they are at, from its start."""


@dataclass(frozen=True, slots=True)
class SkipExercise(Event):
    """Leave this exercise."""


@dataclass(frozen=True, slots=True)
class SkipSide(Event):
    """Leave a side: the one that is named, left or right, or else the one they are at."""

    side: str | None = None


@dataclass(frozen=True, slots=True)
class OneSide(Event):
    """Only this side, not the other one."""


@dataclass(frozen=True, slots=True)
class GoTo(Event):
    """Go to an exercise of the routine, by name or by its number from 1."""

    exercise: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Pause(Event):
    """Wait, for as long as it takes."""


@dataclass(frozen=True, slots=True)
class StartOver(Event):
    """The routine from its beginning."""


# Questions


@dataclass(frozen=True, slots=True)
class WhereAmI(Event):
    """Which exercise, which side, which of how many?"""


@dataclass(frozen=True, slots=True)
class WhatsNext(Event):
    """What comes after this?"""


@dataclass(frozen=True, slots=True)
class HowLongLeft(Event):
    """How much time is left, here and in the routine?"""


@dataclass(frozen=True, slots=True)
class HowManyLeft(Event):
    """How many reps, or exercises, are left?"""


@dataclass(frozen=True, slots=True)
class Why(Event):
    """What is this exercise for?"""


@dataclass(frozen=True, slots=True)
class WhyStrength(Event):
    """Why does strength help?"""


@dataclass(frozen=True, slots=True)
class WhyMobility(Event):
    """Why does mobility help?"""


@dataclass(frozen=True, slots=True)
class WhereToFeel(Event):
    """Where should I feel it?"""


@dataclass(frozen=True, slots=True)
class AmIDoingItRight(Event):
    """Am I doing it right?"""


@dataclass(frozen=True, slots=True)
class IsItSafe(Event):
    """Is this safe for me?"""


@dataclass(frozen=True, slots=True)
class Help(Event):
    """What can I say here?"""


# Doses and pace


@dataclass(frozen=True, slots=True)
class MoreSeconds(Event):
    """So many more seconds of this hold; None when no number was understood."""

    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class SetReps(Event):
    """Do so many reps."""

    count: int | None = None


@dataclass(frozen=True, slots=True)
class SetSets(Event):
    """Do so many sets."""

    count: int | None = None


@dataclass(frozen=True, slots=True)
class SetHold(Event):
    """Hold for so many seconds."""

    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Easier(Event):
    """Something easier."""


@dataclass(frozen=True, slots=True)
class Harder(Event):
    """Something harder."""


@dataclass(frozen=True, slots=True)
class Slower(Event):
    """More time between the moves."""


@dataclass(frozen=True, slots=True)
class Faster(Event):
    """Less time between the moves."""


@dataclass(frozen=True, slots=True)
class Flow(Event):
    """Don't wait for me."""


@dataclass(frozen=True, slots=True)
class Guided(Event):
    """Wait for me to say ready."""


@dataclass(frozen=True, slots=True)
class Ticks(Event):
    """Let me hear the seconds."""


@dataclass(frozen=True, slots=True)
class Quiet(Event):
    """Holds without the ticking."""


@dataclass(frozen=True, slots=True)
class TalkMore(Event):
    """Explain everything."""


@dataclass(frozen=True, slots=True)
class TalkLess(Event):
    """Explain less."""


@dataclass(frozen=True, slots=True)
class LeaveOut(Event):
    """Never this exercise; None means the one they are at."""

    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class PutBack(Event):
    """An exercise that was left out, back into its routines."""

    exercise: str | None = None


# What is remembered


@dataclass(frozen=True, slots=True)
class HowAmIDoing(Event):
    """How was my week?"""


@dataclass(frozen=True, slots=True)
class WhatDoYouKnow(Event):
    """What do you know about me?"""


@dataclass(frozen=True, slots=True)
class ForgetMe(Event):
    """Forget me."""


@dataclass(frozen=True, slots=True)
class JustMe(Event):
    """Only the one who speaks."""


@dataclass(frozen=True, slots=True)
class Everyone(Event):
    """Everyone in the household."""


@dataclass(frozen=True, slots=True)
class AsUsual(Event):
    """The usual form and dose again."""


@dataclass(frozen=True, slots=True)
class GetUp(Event):
    """How do I get up? I want to get up now."""


@dataclass(frozen=True, slots=True)
class AllWell(Event):
    """Hello, thanks, it doesn't hurt: nothing is asked, and nothing should stop."""


# Care


@dataclass(frozen=True, slots=True)
class ItHurts(Event):
    """This hurts."""


@dataclass(frozen=True, slots=True)
class SharpPain(Event):
    """A sharp pain, numbness, tingling: this exercise is over."""


@dataclass(frozen=True, slots=True)
class Emergency(Event):
    """Chest pain, breathlessness, faintness, a fall."""


@dataclass(frozen=True, slots=True)
class CannotGetDown(Event):
    """I can't get on the floor."""


# Leaving


@dataclass(frozen=True, slots=True)
class Stop(Event):
    """Stop, cancel, leave: the place is kept."""


@dataclass(frozen=True, slots=True)
class NotUnderstood(Event):
    """Something was said that means nothing here."""


@dataclass(frozen=True, slots=True)
class Left(Event):
    """The session ended: the person or the device left. Nothing can be said to it."""


@dataclass(frozen=True, slots=True)
class TimedOut(Event):
    """The session ended: what was said was heard to its end, the reprompt too, and nobody answered."""


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The session ended because the device could not use our last response."""
