"""What she knows within one session, and what is remembered of a person beyond it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from skill.coaching.place import BEGINNING, Place
from skill.coaching.wishes import Pace, Speed, Talk, Wish
from skill.dialogue.prompt import Prompt
from skill.library.models import Library, Side
from skill.library.values import Bounded, Counts, Number, Text, Texts, Value, field


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
    FORGETTING = "forgetting"
    ASKING = "asking"
    ALARM = "alarm"
    OVER = "over"


class Underway(Value):
    """A routine or exercise that was begun and not finished: `plan` names it (see `coaching.plan`).

    `exercise` is the one at that place, in case a release changes the plan; `done` are those already counted.
    """

    plan: Text
    place: Place
    exercise: Text = ""
    done: Texts = ()


class Day(Value):
    """What was done on one day: how often each exercise was finished and skipped, and each plan finished whole."""

    finished: Counts = field(default_factory=dict)
    skipped: Counts = field(default_factory=dict)
    whole: Counts = field(default_factory=dict)


class Today(Value):
    """What holds for one day alone.

    Attributes:
        day: which day, by date; on any other day nothing of this holds.
        left: exercises that are left out.
        lacking: things that they have not got.
        sides: by exercise, the sides to do, in order.
    """

    day: Text = ""
    left: Texts = ()
    lacking: Texts = ()
    sides: Bounded[Mapping[Text, Bounded[tuple[Side, ...]]]] = field(default_factory=dict)


class Earlier(Value):
    """The days before those in the history, summed up."""

    days: Number = 0
    exercises: Number = 0


class Forget(StrEnum):
    """Whom to forget, when a turn is over."""

    NOBODY = "nobody"
    ME = "me"
    EVERYONE = "everyone"


class Person(Value):
    """What is remembered of someone. Never anything about health, never what was said.

    Attributes:
        underway: what was begun and not finished.
        wishes: what was asked of an exercise, by its id.
        talk: how much is explained.
        heard: how often each exercise was led to its end, by its id.
        left_out: exercises that they never want in a routine.
        history: the latest days, by date (2026-11-22), in the person's own time zone.
        earlier: the days before those.
        last_day: the date on which they were last here; "" for someone new.
        safety_day: the date on which the safety line was last spoken to them; "" for never.
        harder_offered: that something harder exists was mentioned.
        zone: their time zone, as Alexa names it; "" when unknown.
        sounds_failed: the device could not use an answer; until it is opened anew she counts aloud.
        sounds_failure_told: and she said so.
        sounds_failures: how often that happened in a row.
        sessions: how often they came; what she says in greeting goes round with it.
        seen_at: when they were last here, in seconds since 1970.
        body: the position they were last told to be in; "" is standing.
        up_at: when the way up from there will have been told to its end, in seconds since 1970; 0 for never.
        stopped_at: when they ended their day, in seconds since 1970; 0 for not lately. Until it is another day nothing
            more is suggested.
        today: what holds for today alone.
        week_told: the number of days in a week that was told last.
    """

    underway: Underway | None = None
    pace: Pace = Pace.GUIDED
    speed: Speed = Speed.USUAL
    ticks: bool = True
    talk: Talk = Talk.LEARNING
    wishes: Bounded[Mapping[Text, Wish]] = field(default_factory=dict)
    heard: Counts = field(default_factory=dict)
    left_out: Texts = ()
    history: Bounded[Mapping[Text, Day]] = field(default_factory=dict)
    earlier: Earlier = Earlier()
    last_day: Text = ""
    safety_day: Text = ""
    harder_offered: bool = False
    zone: Text = ""
    sounds_failed: bool = False
    sounds_failure_told: bool = False
    sounds_failures: Number = 0
    sessions: Number = 0
    seen_at: Number = 0
    body: Text = ""
    up_at: Number = 0
    stopped_at: Number = 0
    today: Today = Today()
    week_told: Number = 0


class Session(Value):
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
        safety_until: when it will have been spoken to its end, in seconds since 1970; who interrupts it hears it again.
        exercise: the exercise at `place`, by its id, in case the plan changes.
        body: the position they were in when the last answer began; "" is standing.
        came_from: the position in which they were when the set-up that was told last began, where that was a jump.
        done: the exercises of this plan that were counted as done, and the plan itself once all of it was.
        asked_in: the phase in which a question came up, to go back to.
        sharp: while HURTING, it was a sharp pain: nothing easier is offered.
        whole: the way back into a set is told whole, because they were away, or do it in another form now.
        gathering: what the plan needs is still to be fetched, and asked for.
        leaving: the exercise that is left for today, as long as it is not decided what comes instead.
        opened: how often they had come before.
        sounded: the last answer had sounds.
        said: its last sentence or two.
        echoed: that is what it was.
        number_for: while ASKING, what the number is for.
        no_kneeling: they cannot kneel.
        recent: they were here a few minutes ago.
        up_at: when the way up will have been told to its end, in seconds since 1970; 0 where it is not being told.
        hurried: they were ready on the way up, and it was told again.
    """

    phase: Phase = Phase.CHOOSING
    plan: Text = ""
    place: Place = BEGINNING
    ends: Place = BEGINNING
    since: Number | None = None
    lead: Number = 0
    holding: bool = False
    asked: Text = ""
    turns: Number = 0
    misses: Number = 0
    safety_said: bool = False
    safety_until: Number = 0
    exercise: Text = ""
    body: Text = ""
    came_from: Text = ""
    done: Texts = ()
    asked_in: Text = ""
    sharp: bool = False
    whole: bool = False
    gathering: bool = False
    leaving: Text = ""
    opened: Number = 0
    sounded: bool = False
    said: Text = ""
    echoed: bool = False
    number_for: Text = ""
    no_kneeling: bool = False
    recent: bool = False
    up_at: Number = 0
    hurried: bool = False


class Listener(Value):
    """What the device can do. `sounds` are the names it can be sent; empty when none can."""

    sounds: frozenset[str] = frozenset()
    screen: bool = False


class Scene(Value):
    """Everything a turn may look at besides the session: frozen for its length.

    Attributes:
        now: the request's own time, in the person's time zone.
        household: how many people are remembered under this account.
        recognised: the voice that speaks is one that Alexa recognised, or nobody's voice is known here; where it is
            False what was done is not read out.
    """

    person: Person
    library: Library
    listener: Listener
    now: datetime
    household: int = 1
    recognised: bool = True

    @property
    def today(self) -> date:
        """The person's own day."""
        return self.now.date()


class Turn(Value):
    """The answer to one event: the session as it is now, what is to be remembered, and what is heard.

    Where `forget` says so, nothing is to be remembered: whatever is stored is deleted instead.
    """

    session: Session
    person: Person
    prompt: Prompt
    forget: Forget = Forget.NOBODY
