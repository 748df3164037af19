"""Everything that can happen in a conversation, in the person's own terms.

from skill.library.values import Value
An event is a frozen value. The table in `table.py` says what each phase does with each of them.
"""

from skill.library.values import Value

UNKNOWN = ""
"""Stands for a name that was said and is no exercise or routine of ours."""


class Event(Value):
    """Something that happened: the person said a thing, or the device reported one.

    Most have nothing more to tell.
    """


# Opening and choosing


class Open(Event):
    """The skill was opened with nothing else asked of it."""


class StartRoutine(Event):
    """Start a routine; None when none was named, UNKNOWN when the name was not recognised."""

    routine: str | None = None


class StartExercise(Event):
    """Do one exercise by itself; None or UNKNOWN when no name was recognised."""

    exercise: str | None = None


class List(Event):
    """What routines and exercises are there?"""


class Explain(Event):
    """How does an exercise go? None means the one they are doing, UNKNOWN a name that was not recognised."""

    exercise: str | None = None


# Moving through a routine


class Ready(Event):
    """In position; go."""


class InPosition(Event):
    """They have come to where they were sent: "I'm on my hands and knees", "I'm up". It tells where the body is."""


class NotYet(Event):
    """Still on the way: more time, and nothing starts."""


class Next(Event):
    """On to the next thing."""


class Yes(Event):
    """Yes, to whatever was asked."""


class No(Event):
    """No, to whatever was asked."""


class Resume(Event):
    """Go on; carry on where we were."""


class Previous(Event):
    """One joint back."""


class Repeat(Event):
    """The joint they are at, from its start."""


class SkipExercise(Event):
    """Leave this exercise."""


class SkipSide(Event):
    """Leave a side: the one that is named, left or right, or else the one they are at."""

    side: str | None = None


class OneSide(Event):
    """Only this side, not the other one."""


class OtherSideFirst(Event):
    """This exercise with the other side first."""


class BothSides(Event):
    """Both sides again, where one was to be left out today."""


class OnlySide(Event):
    """Only the side that is named, today, and not the other one; None when no side was understood."""

    side: str | None = None


class SideAgain(Event):
    """A side once more: the one that is named, left or right, or else the one they have just done."""

    side: str | None = None


class GoTo(Event):
    """Go to an exercise of the routine, by name or by its number from 1."""

    exercise: str | None = None
    number: int | None = None


class Number(Event):
    """A number, and nothing else: the answer to a question for one."""

    number: int | None = None


class Pause(Event):
    """Wait, for as long as it takes."""


class StartOver(Event):
    """The routine from its beginning."""


# Questions


class WhereAmI(Event):
    """Which exercise, which side, which of how many?"""


class WhatsNext(Event):
    """What comes after this?"""


class HowLongLeft(Event):
    """How much time is left, here and in the routine?"""


class HowManyLeft(Event):
    """How many reps, or exercises, are left?"""


class Why(Event):
    """What is this exercise for?"""


class WhyStrength(Event):
    """Why does strength help?"""


class WhyMobility(Event):
    """Why does mobility help?"""


class WhereToFeel(Event):
    """Where should I feel it?"""


class AmIDoingItRight(Event):
    """Am I doing it right?"""


class IsItSafe(Event):
    """Is this safe for me?"""


class WhichSide(Event):
    """Which leg is it, which side do I lie on, am I on the right side?"""


class HowToBreathe(Event):
    """In or out, and when?"""


class WhereIsMyHead(Event):
    """What do I do with my head?"""


class WhereAreMyHands(Event):
    """What do I do with my arms and hands?"""


class WhereAreMyFeet(Event):
    """Where do my feet go, how far apart?"""


class WhatDidYouSay(Event):
    """The last sentence once more; asked again, all of it."""


class Help(Event):
    """What can I say here?"""


# Doses and pace


class MoreSeconds(Event):
    """So many more seconds of this hold; None when no number was understood."""

    seconds: int | None = None


class MoreReps(Event):
    """So many reps more in this set than there would be; None means one."""

    count: int | None = None


class FewerReps(Event):
    """So many reps fewer in this set; None means one."""

    count: int | None = None


class SetReps(Event):
    """Do so many reps."""

    count: int | None = None


class SetSets(Event):
    """Do so many sets."""

    count: int | None = None


class SetHold(Event):
    """Hold for so many seconds."""

    seconds: int | None = None


class Easier(Event):
    """Something easier."""


class Harder(Event):
    """Something harder."""


class Slower(Event):
    """More time between the moves."""


class Faster(Event):
    """Less time between the moves."""


class Flow(Event):
    """Don't wait for me."""


class Guided(Event):
    """Wait for me to say ready."""


class Ticks(Event):
    """Let me hear the seconds."""


class Quiet(Event):
    """Holds without the ticking."""


class TalkMore(Event):
    """Explain everything."""


class TalkLess(Event):
    """Explain less."""


class LeaveOut(Event):
    """Never this exercise; None means the one they are at."""

    exercise: str | None = None


class LeaveOutToday(Event):
    """Not this exercise, today; None means the one they are at."""

    exercise: str | None = None


class Lacks(Event):
    """They have not got a thing that is needed; None or UNKNOWN when it was not understood."""

    equipment: str | None = None


class PutBack(Event):
    """An exercise that was left out, back into its routines."""

    exercise: str | None = None


# What is remembered


class HowAmIDoing(Event):
    """How was my week?"""


class WhatDoYouKnow(Event):
    """What do you know about me?"""


class ForgetMe(Event):
    """Forget me."""


class JustMe(Event):
    """Only the one who speaks."""


class Everyone(Event):
    """Everyone in the household."""


class AsUsual(Event):
    """The usual form and dose again."""


class GetUp(Event):
    """How do I get up? I want to get up now."""


class AllWell(Event):
    """Hello, thanks, it doesn't hurt: nothing is asked, and nothing should stop."""


# Care


class ItHurts(Event):
    """This hurts."""


class SharpPain(Event):
    """A sharp pain, numbness, tingling: this exercise is over."""


class GaveWay(Event):
    """A joint gave way, popped or is stuck: there is only stopping."""


class Dizzy(Event):
    """Dizzy or faint: down first, head low."""


class OutOfBreath(Event):
    """Out of breath, after effort: rest first."""


class Unwell(Event):
    """Something is wrong, and nobody knows yet what: she asks whether it is an emergency."""


class Emergency(Event):
    """Whatever needs help at once: chest pain, a fall, a stroke, bleeding."""


class CannotGetDown(Event):
    """I can't get on the floor."""


class CannotKneel(Event):
    """I can't kneel."""


# Leaving


class EnoughForToday(Event):
    """That's enough for today: nothing more is suggested until tomorrow."""


class Stop(Event):
    """Stop, cancel, leave: the place is kept."""


class NotUnderstood(Event):
    """Something was said that means nothing here."""


class Left(Event):
    """The session ended: the person or the device left. Nothing can be said to it."""


class TimedOut(Event):
    """The session ended: what was said was heard to its end, the reprompt too, and nobody answered."""


class Failed(Event):
    """The session ended because the device could not use our last response."""
