"""Everything that can happen in a conversation, in the person's own terms; `table.py` says what is done about it."""

from collections.abc import Mapping
from enum import Enum, auto

from skill.library.values import Text, Value

UNKNOWN = ""
"""Stands for a name that was said and is no exercise or routine of ours."""


class Said(Enum):
    """What was said, or happened, and has nothing more to tell."""

    # Opening and choosing
    OPEN = auto()  # The skill was opened with nothing else asked of it.
    LIST = auto()  # What routines and exercises are there?

    # Moving through a routine
    READY = auto()  # In position; go.
    IN_POSITION = auto()
    # They have come to where they were sent: "I'm on my hands and knees", "I'm up". It tells where the body is.
    NOT_YET = auto()  # Still on the way: more time, and nothing starts.
    NEXT = auto()  # On to the next thing.
    YES = auto()  # Yes, to whatever was asked.
    NO = auto()  # No, to whatever was asked.
    RESUME = auto()  # Go on; carry on where we were.
    PREVIOUS = auto()  # One joint back.
    REPEAT = auto()  # The joint they are at, from its start.
    SKIP_EXERCISE = auto()  # Leave this exercise.
    ONE_SIDE = auto()  # Only this side, not the other one.
    OTHER_SIDE_FIRST = auto()  # This exercise with the other side first.
    BOTH_SIDES = auto()  # Both sides again, where one was to be left out today.
    PAUSE = auto()  # Wait, for as long as it takes.
    START_OVER = auto()  # The routine from its beginning.

    # Questions
    WHERE_AM_I = auto()  # Which exercise, which side, which of how many?
    WHATS_NEXT = auto()  # What comes after this?
    HOW_LONG_LEFT = auto()  # How much time is left, here and in the routine?
    HOW_MANY_LEFT = auto()  # How many reps, or exercises, are left?
    WHY = auto()  # What is this exercise for?
    WHY_STRENGTH = auto()  # Why does strength help?
    WHY_MOBILITY = auto()  # Why does mobility help?
    WHERE_TO_FEEL = auto()  # Where should I feel it?
    AM_I_DOING_IT_RIGHT = auto()  # Am I doing it right?
    IS_IT_SAFE = auto()  # Is this safe for me?
    WHICH_SIDE = auto()  # Which leg is it, which side do I lie on, am I on the right side?
    HOW_TO_BREATHE = auto()  # In or out, and when?
    WHERE_IS_MY_HEAD = auto()  # What do I do with my head?
    WHERE_ARE_MY_HANDS = auto()  # What do I do with my arms and hands?
    WHERE_ARE_MY_FEET = auto()  # Where do my feet go, how far apart?
    WHAT_DID_YOU_SAY = auto()  # The last sentence once more; asked again, all of it.
    HELP = auto()  # What can I say here?

    # Doses and pace
    EASIER = auto()  # Something easier.
    HARDER = auto()  # Something harder.
    SLOWER = auto()  # More time between the moves.
    FASTER = auto()  # Less time between the moves.
    FLOW = auto()  # Don't wait for me.
    GUIDED = auto()  # Wait for me to say ready.
    TICKS = auto()  # Let me hear the seconds.
    QUIET = auto()  # Holds without the ticking.
    TALK_MORE = auto()  # Explain everything.
    TALK_LESS = auto()  # Explain less.

    # What is remembered
    HOW_AM_I_DOING = auto()  # How was my week?
    WHAT_DO_YOU_KNOW = auto()  # What do you know about me?
    FORGET_ME = auto()  # Forget me.
    JUST_ME = auto()  # Only the one who speaks.
    EVERYONE = auto()  # Everyone in the household.
    AS_USUAL = auto()  # The usual form and dose again.
    GET_UP = auto()  # How do I get up? I want to get up now.
    ALL_WELL = auto()  # Hello, thanks, it doesn't hurt: nothing is asked, and nothing should stop.

    # Care
    IT_HURTS = auto()  # This hurts.
    SHARP_PAIN = auto()  # A sharp pain, numbness, tingling: this exercise is over.
    GAVE_WAY = auto()  # A joint gave way, popped or is stuck: there is only stopping.
    DIZZY = auto()  # Dizzy or faint: down first, head low.
    OUT_OF_BREATH = auto()  # Out of breath, after effort: rest first.
    UNWELL = auto()  # Something is wrong, and nobody knows yet what: she asks whether it is an emergency.
    EMERGENCY = auto()  # Whatever needs help at once: chest pain, a fall, a stroke, bleeding.
    CANNOT_GET_DOWN = auto()  # I can't get on the floor.
    CANNOT_KNEEL = auto()  # I can't kneel.

    # Leaving
    ENOUGH_FOR_TODAY = auto()  # That's enough for today: nothing more is suggested until tomorrow.
    STOP = auto()  # Stop, cancel, leave: the place is kept.
    NOT_UNDERSTOOD = auto()  # Something was said that means nothing here.
    LEFT = auto()  # The session ended: the person or the device left. Nothing can be said to it.
    TIMED_OUT = auto()  # The session ended: what was said was heard to its end, the reprompt too, and nobody answered.
    FAILED = auto()  # The session ended because the device could not use our last response.


class Naming(Value):
    """What was said with something in it, such as a name or a number. What was left out or not understood is None."""


class StartRoutine(Naming):
    """Start a routine; None when none was named, UNKNOWN when the name was not recognised."""

    routine: Text | None = None


class StartExercise(Naming):
    """Do one exercise by itself; None or UNKNOWN when no name was recognised."""

    exercise: Text | None = None


class Explain(Naming):
    """How does an exercise go? None means the one they are doing, UNKNOWN a name that was not recognised."""

    exercise: Text | None = None


class SkipSide(Naming):
    """Leave a side: the one that is named, left or right, or else the one they are at."""

    side: Text | None = None


class OnlySide(Naming):
    """Only the side that is named, today, and not the other one; None when no side was understood."""

    side: Text | None = None


class SideAgain(Naming):
    """A side once more: the one that is named, left or right, or else the one they have just done."""

    side: Text | None = None


class GoTo(Naming):
    """Go to an exercise of the routine, by name or by its number from 1."""

    exercise: Text | None = None
    number: int | None = None


class Number(Naming):
    """A number, and nothing else: the answer to a question for one."""

    number: int | None = None


class MoreSeconds(Naming):
    """So many more seconds of this hold; None when no number was understood."""

    seconds: int | None = None


class MoreReps(Naming):
    """So many reps more in this set than there would be; None means one."""

    count: int | None = None


class FewerReps(Naming):
    """So many reps fewer in this set; None means one."""

    count: int | None = None


class SetReps(Naming):
    """Do so many reps."""

    count: int | None = None


class SetSets(Naming):
    """Do so many sets."""

    count: int | None = None


class SetHold(Naming):
    """Hold for so many seconds."""

    seconds: int | None = None


class LeaveOut(Naming):
    """Never this exercise; None means the one they are at."""

    exercise: Text | None = None


class LeaveOutToday(Naming):
    """Not this exercise, today; None means the one they are at."""

    exercise: Text | None = None


class Lacks(Naming):
    """They have not got a thing that is needed; None or UNKNOWN when it was not understood."""

    equipment: Text | None = None


class PutBack(Naming):
    """An exercise that was left out, back into its routines."""

    exercise: Text | None = None


Event = Said | Naming

Kind = Said | type[Naming]
"""What the table has a row for."""


def kind_of(event: Event) -> Kind:
    """The row of an event."""
    return event if isinstance(event, Said) else type(event)


def name_of(kind: Kind) -> str:
    """What a kind is called in a picture or a record: Ready, StartRoutine."""
    return kind.name.title().replace("_", "") if isinstance(kind, Said) else kind.__name__


KINDS: Mapping[str, Kind] = {name_of(kind): kind for kind in (*Said, *Naming.__subclasses__())}
"""Every kind by its name."""
