"""Everything that can happen in a conversation, in the person's own terms.

An event is a frozen value. The table in `table.py` says what each phase does with each of them.
"""

from dataclasses import dataclass

UNKNOWN = ""
"""Stands for a name that was said and is no exercise or routine of ours."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: the person said a thing, or the device reported one.

    Most have nothing more to tell. They inherit this one's equality, which is that of their class, and are not made
    dataclasses of their own: that would take a third of a millisecond for each, at every start.
    """


# Opening and choosing


class Open(Event):
    """The skill was opened with nothing else asked of it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class StartRoutine(Event):
    """Start a routine; None when none was named, UNKNOWN when the name was not recognised."""

    routine: str | None = None


@dataclass(frozen=True, slots=True)
class StartExercise(Event):
    """Do one exercise by itself; None or UNKNOWN when no name was recognised."""

    exercise: str | None = None


class List(Event):
    """What routines and exercises are there?"""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Explain(Event):
    """How does an exercise go? None means the one they are doing, UNKNOWN a name that was not recognised."""

    exercise: str | None = None


# Moving through a routine


class Ready(Event):
    """In position; go."""

    __slots__ = ()


class InPosition(Event):
    """They have come to where they were sent: "I'm on my hands and knees", "I'm up". It tells where the body is."""

    __slots__ = ()


class NotYet(Event):
    """Still on the way: more time, and nothing starts."""

    __slots__ = ()


class Next(Event):
    """On to the next thing."""

    __slots__ = ()


class Yes(Event):
    """Yes, to whatever was asked."""

    __slots__ = ()


class No(Event):
    """No, to whatever was asked."""

    __slots__ = ()


class Resume(Event):
    """Go on; carry on where we were."""

    __slots__ = ()


class Previous(Event):
    """One joint back."""

    __slots__ = ()


class Repeat(Event):
    """The joint they are at, from its start."""

    __slots__ = ()


class SkipExercise(Event):
    """Leave this exercise."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SkipSide(Event):
    """Leave a side: the one that is named, left or right, or else the one they are at."""

    side: str | None = None


class OneSide(Event):
    """Only this side, not the other one."""

    __slots__ = ()


class OtherSideFirst(Event):
    """This exercise with the other side first."""

    __slots__ = ()


class BothSides(Event):
    """Both sides again, where one was to be left out today."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OnlySide(Event):
    """Only the side that is named, today, and not the other one; None when no side was understood."""

    side: str | None = None


@dataclass(frozen=True, slots=True)
class SideAgain(Event):
    """A side once more: the one that is named, left or right, or else the one they have just done."""

    side: str | None = None


@dataclass(frozen=True, slots=True)
class GoTo(Event):
    """Go to an exercise of the routine, by name or by its number from 1."""

    exercise: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Number(Event):
    """A number, and nothing else: the answer to a question for one."""

    number: int | None = None


class Pause(Event):
    """Wait, for as long as it takes."""

    __slots__ = ()


class StartOver(Event):
    """The routine from its beginning."""

    __slots__ = ()


# Questions


class WhereAmI(Event):
    """Which exercise, which side, which of how many?"""

    __slots__ = ()


class WhatsNext(Event):
    """What comes after this?"""

    __slots__ = ()


class HowLongLeft(Event):
    """How much time is left, here and in the routine?"""

    __slots__ = ()


class HowManyLeft(Event):
    """How many reps, or exercises, are left?"""

    __slots__ = ()


class Why(Event):
    """What is this exercise for?"""

    __slots__ = ()


class WhyStrength(Event):
    """Why does strength help?"""

    __slots__ = ()


class WhyMobility(Event):
    """Why does mobility help?"""

    __slots__ = ()


class WhereToFeel(Event):
    """Where should I feel it?"""

    __slots__ = ()


class AmIDoingItRight(Event):
    """Am I doing it right?"""

    __slots__ = ()


class IsItSafe(Event):
    """Is this safe for me?"""

    __slots__ = ()


class WhichSide(Event):
    """Which leg is it, which side do I lie on, am I on the right side?"""

    __slots__ = ()


class HowToBreathe(Event):
    """In or out, and when?"""

    __slots__ = ()


class WhereIsMyHead(Event):
    """What do I do with my head?"""

    __slots__ = ()


class WhereAreMyHands(Event):
    """What do I do with my arms and hands?"""

    __slots__ = ()


class WhereAreMyFeet(Event):
    """Where do my feet go, how far apart?"""

    __slots__ = ()


class WhatDidYouSay(Event):
    """The last sentence once more; asked again, all of it."""

    __slots__ = ()


class Help(Event):
    """What can I say here?"""

    __slots__ = ()


# Doses and pace


@dataclass(frozen=True, slots=True)
class MoreSeconds(Event):
    """So many more seconds of this hold; None when no number was understood."""

    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class MoreReps(Event):
    """So many reps more in this set than there would be; None means one."""

    count: int | None = None


@dataclass(frozen=True, slots=True)
class FewerReps(Event):
    """So many reps fewer in this set; None means one."""

    count: int | None = None


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


class Easier(Event):
    """Something easier."""

    __slots__ = ()


class Harder(Event):
    """Something harder."""

    __slots__ = ()


class Slower(Event):
    """More time between the moves."""

    __slots__ = ()


class Faster(Event):
    """Less time between the moves."""

    __slots__ = ()


class Flow(Event):
    """Don't wait for me."""

    __slots__ = ()


class Guided(Event):
    """Wait for me to say ready."""

    __slots__ = ()


class Ticks(Event):
    """Let me hear the seconds."""

    __slots__ = ()


class Quiet(Event):
    """Holds without the ticking."""

    __slots__ = ()


class TalkMore(Event):
    """Explain everything."""

    __slots__ = ()


class TalkLess(Event):
    """Explain less."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LeaveOut(Event):
    """Never this exercise; None means the one they are at."""

    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class LeaveOutToday(Event):
    """Not this exercise, today; None means the one they are at."""

    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class Lacks(Event):
    """They have not got a thing that is needed; None or UNKNOWN when it was not understood."""

    equipment: str | None = None


@dataclass(frozen=True, slots=True)
class PutBack(Event):
    """An exercise that was left out, back into its routines."""

    exercise: str | None = None


# What is remembered


class HowAmIDoing(Event):
    """How was my week?"""

    __slots__ = ()


class WhatDoYouKnow(Event):
    """What do you know about me?"""

    __slots__ = ()


class ForgetMe(Event):
    """Forget me."""

    __slots__ = ()


class JustMe(Event):
    """Only the one who speaks."""

    __slots__ = ()


class Everyone(Event):
    """Everyone in the household."""

    __slots__ = ()


class AsUsual(Event):
    """The usual form and dose again."""

    __slots__ = ()


class GetUp(Event):
    """How do I get up? I want to get up now."""

    __slots__ = ()


class AllWell(Event):
    """Hello, thanks, it doesn't hurt: nothing is asked, and nothing should stop."""

    __slots__ = ()


# Care


class ItHurts(Event):
    """This hurts."""

    __slots__ = ()


class SharpPain(Event):
    """A sharp pain, numbness, tingling: this exercise is over."""

    __slots__ = ()


class GaveWay(Event):
    """A joint gave way, popped or is stuck: there is only stopping."""

    __slots__ = ()


class Dizzy(Event):
    """Dizzy or faint: down first, head low."""

    __slots__ = ()


class OutOfBreath(Event):
    """Out of breath, after effort: rest first."""

    __slots__ = ()


class Unwell(Event):
    """Something is wrong, and nobody knows yet what: she asks whether it is an emergency."""

    __slots__ = ()


class Emergency(Event):
    """Whatever needs help at once: chest pain, a fall, a stroke, bleeding."""

    __slots__ = ()


class CannotGetDown(Event):
    """I can't get on the floor."""

    __slots__ = ()


class CannotKneel(Event):
    """I can't kneel."""

    __slots__ = ()


# Leaving


class EnoughForToday(Event):
    """That's enough for today: nothing more is suggested until tomorrow."""

    __slots__ = ()


class Stop(Event):
    """Stop, cancel, leave: the place is kept."""

    __slots__ = ()


class NotUnderstood(Event):
    """Something was said that means nothing here."""

    __slots__ = ()


class Left(Event):
    """The session ended: the person or the device left. Nothing can be said to it."""

    __slots__ = ()


class TimedOut(Event):
    """The session ended: what was said was heard to its end, the reprompt too, and nobody answered."""

    __slots__ = ()


class Failed(Event):
    """The session ended because the device could not use our last response."""

    __slots__ = ()
