"""What she knows within one session, how that is settled, and what is remembered of a person beyond it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from skill.coaching import plan
from skill.coaching.fitting import Practices
from skill.coaching.plan import BEGINNING, Place
from skill.coaching.practice import Habits, Pace, PieceKind, Practice, Speed, Talk, Wish, practice, things
from skill.coaching.timeline import Part
from skill.dialogue.prompt import Prompt
from skill.library.models import Level, Library, Side, Step
from skill.library.values import Bounded, Counts, Meta, Number, Text, Texts, Value, field, replace


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
    RISING = "rising"


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
        zone_at: when it was asked for, in seconds since 1970; 0 for never.
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
    zone_at: Number = 0
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


LONGEST_SAID = 240
"""Characters of what she said last that are kept to be said again."""


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
        asked: while CONFIRMING, the plan that a yes would start; while OVER and RISING, what its moves say.
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
        seated_at: while RISING, when its first half will have been told, in seconds since 1970; 0 in the second.
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
    said: Annotated[str, Meta(max_length=LONGEST_SAID)] = ""
    echoed: bool = False
    number_for: Text = ""
    no_kneeling: bool = False
    recent: bool = False
    up_at: Number = 0
    hurried: bool = False
    seated_at: Number = 0


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


# Settling a session, and the plan as this person does it

LONGEST_LEAD_SECONDS = 240
"""No answer speaks longer than this before it moves on; a stored lead beyond it is damage."""

LONGEST_SAFETY_SECONDS = 60
"""The safety line is shorter than this; a stored end of it further away is damage."""

MOST_HELD_BACK = -300
"""However many seconds are asked for on top, a hold is never set back further than this."""


_TIMED = (Phase.POSITIONING, Phase.MOVING, Phase.FINISHING)
"""The phases in which something of the last answer may still be running."""


def settle(session: Session, scene: Scene) -> Session:
    """The nearest legal session: a known plan, a place inside it, and a phase that fits."""
    return settle_with_plan(session, scene)[0]


def settle_with_plan(session: Session, scene: Scene) -> tuple[Session, tuple[Step, ...], Practices]:
    """The same, with its plan's exercises."""
    if session.phase is Phase.CONFIRMING and not plan.steps(session.asked, scene.library):
        session = replace(session, phase=Phase.PAUSED, asked="")
    leaving = session.leaving if session.phase in UNDECIDED else ""
    steps = steps_of(session.plan, scene, leaving)
    leaving = leaving if leaving in [step.exercise for step in steps] else ""
    if not steps:
        phase = session.phase if session.phase in _WITHOUT_A_PLAN else Phase.CHOOSING
        session = replace(session, phase=phase, plan="", place=BEGINNING, ends=BEGINNING, since=None)
    elif session.phase is Phase.CHOOSING:
        session = replace(session, phase=Phase.PAUSED, since=None)
    session = _with_its_exercise(session, steps)
    practices = practices_of(steps, scene)
    if session.phase is Phase.FINISHING:
        end = end_of(practices, len(steps) - 1)
        session = replace(session, ends=end, place=end if session.since is None else session.place)
    settled = replace(
        session,
        place=nearest_place(session.place, practices, last=len(steps) - 1),
        ends=nearest_place(session.ends, practices, last=len(steps) - 1),
        since=session.since if session.phase in _TIMED else None,
        lead=max(0, min(session.lead, LONGEST_LEAD_SECONDS)),
        safety_until=max(0, min(session.safety_until, int(scene.now.timestamp()) + LONGEST_SAFETY_SECONDS)),
        turns=max(0, session.turns),
        misses=max(0, session.misses),
        body=session.body if session.body in scene.library.position_names else "",
        came_from=session.came_from if session.came_from in scene.library.position_names else "",
        number_for=session.number_for if session.number_for in NUMBERS_FOR else "",
        opened=max(0, session.opened),
        leaving=leaving,
    )
    return settled, steps, practices


_WITHOUT_A_PLAN = (Phase.FORGETTING, Phase.ALARM, Phase.OVER)
"""Phases in which nothing need be underway."""

UNDECIDED = (Phase.HURTING, Phase.CONFIRMING, Phase.FORGETTING, Phase.ASKING, Phase.ALARM, Phase.RISING)
"""Phases in which it may still be open what comes instead of an exercise that hurt."""

NUMBERS_FOR = ("reps", "sets", "hold", "seconds")
"""What a number can be asked for."""


def _with_its_exercise(session: Session, steps: tuple[Step, ...]) -> Session:
    """A place goes with its exercise when the plan has changed; if that is gone, what now stands there begins anew."""
    place = session.place
    names = [step.exercise for step in steps]
    if not session.exercise or not names or names[place.step : place.step + 1] == [session.exercise]:
        return session
    if session.exercise in names:
        place = replace(place, step=names.index(session.exercise))
    else:
        place = Place(min(max(place.step, 0), len(names) - 1))
    return replace(session, place=place, ends=place, since=None, exercise=names[place.step])


def end_of(practices: Practices, last: int) -> Place:
    """The last piece of the exercise at that index: the end of the plan, where it is the last one."""
    practice = practices(last)
    return Place(last, len(practice.pieces) - 1) if practice else BEGINNING


def nearest_place(place: Place, practices: Practices, last: int) -> Place:
    """The nearest place that exists; a place past the end of its exercise becomes the exercise's beginning."""
    step = max(0, min(place.step, last))
    practice = practices(step)
    if step != place.step or practice is None or not 0 <= place.piece < len(practice.pieces):
        return Place(step)
    kind = practice.pieces[place.piece].kind
    staged = kind in (PieceKind.SET_UP, PieceKind.SET) and place.stage in tuple(Part)
    stage = place.stage if staged else 0
    if kind is not PieceKind.SET or not most_on_top(practice) <= place.rep < practice.reps:
        return Place(step, place.piece, stage=stage)
    held = place.held if practice.long_holds and MOST_HELD_BACK <= place.held < practice.hold else 0
    return Place(step, place.piece, place.rep, held - held % 5, stage)


def most_on_top(practice: Practice) -> int:
    """The rep from which a set begins that has as many on top as its content allows: 0, or below."""
    return min(0, practice.reps - practice.form.dose.reps.most)


def as_it_begins(session: Session, scene: Scene) -> Session:
    """A session as it is before its first turn; any other is itself.

    One that begins a moment after another begins where that left the body; else everyone stands. Where something is
    unfinished it begins by offering it.
    """
    if session.turns:
        return session
    person, underway = scene.person, scene.person.underway
    if 0 <= scene.now.timestamp() - person.seen_at <= RECENT_SECONDS:
        session = replace(session, recent=True, body=person.body, up_at=person.up_at)
    if session.plan or underway is None or not plan.steps(underway.plan, scene.library):
        return session
    return resumed(session, underway, Phase.OFFERING)


def resumed(session: Session, underway: Underway, phase: Phase) -> Session:
    """The session with what is underway taken up again in that phase."""
    return replace(
        session,
        phase=phase,
        plan=underway.plan,
        place=underway.place,
        since=None,
        exercise=underway.exercise,
        done=underway.done,
    )


RECENT_SECONDS = 180
"""So long after they were last here, people are taken to be where they were."""


def today_of(scene: Scene) -> Today:
    """What holds for today; nothing that was said of another day."""
    day = scene.today.isoformat()
    return scene.person.today if scene.person.today.day == day else Today(day)


def steps_of(wanted: str, scene: Scene, leaving: str = "") -> tuple[Step, ...]:
    """The exercises of a plan, without those that the person does not want, and in the form that is possible today.

    Args:
        wanted: the plan.
        scene: the turn's scene.
        leaving: an exercise that stays in it until it is decided what comes instead.
    """
    routine, today = plan.routine_of(wanted) is not None, today_of(scene)
    steps = plan.steps(wanted, scene.library)
    wished = tuple(step for step in steps if step.exercise not in scene.person.left_out)
    steps = wished if wished and routine else steps
    kept = (step for step in steps if step.exercise not in today.left or step.exercise == leaving)
    possible = (_possible(step, today.lacking, scene) if routine else step for step in kept)
    return tuple(step for step in possible if step is not None)


def _possible(step: Step, lacking: tuple[str, ...], scene: Scene) -> Step | None:
    """A step in a form that needs nothing they have not got: as it is, or easier; None where there is no such form."""
    exercise, wish = scene.library.exercises[step.exercise], scene.person.wishes.get(step.exercise)
    level = (wish and wish.level) or step.level
    if not lacking or not set(lacking) & set(exercise.form(level).equipment):
        return step
    easier = exercise.forms.get(Level.EASIER)
    return None if easier is None or set(lacking) & set(easier.equipment) else Step(step.exercise, Level.EASIER)


def habits_of(steps: tuple[Step, ...], scene: Scene) -> Habits:
    """What they bring to any exercise today."""
    person, today = scene.person, today_of(scene)
    wishes = person.wishes
    if today.lacking:
        without = {step.exercise: step.level for step in steps if step.level is Level.EASIER}
        wishes = {**wishes} | {name: replace(wishes.get(name, Wish()), level=way) for name, way in without.items()}
    return Habits(wishes, person.speed, person.heard, person.talk, today.sides)


def things_from(index: int, steps: tuple[Step, ...], scene: Scene) -> tuple[str, ...]:
    """What to have at hand for the exercises from that one on."""
    return things(steps[index:], habits_of(steps, scene), scene.library)


def practices_of(steps: tuple[Step, ...], scene: Scene, session: Session | None = None) -> Practices:
    """The exercises by index, each made when it is needed.

    Into the one where the session is, the way leads from where they came from; and before it what the rest of them
    needs is asked for, where that is still to be fetched.
    """
    made: dict[int, Practice] = {}
    habits = habits_of(steps, scene)

    def at(index: int) -> Practice | None:
        if not 0 <= index < len(steps):
            return None
        if index not in made:
            made[index] = practice(steps, index, habits, scene.library)
            if session and index == session.place.step and (session.came_from or session.gathering):
                needed = things_from(index, steps, scene) if session.gathering else ()
                usual = made[index].position_before
                before = session.came_from or usual
                leave = made[index].leave_before if before == usual else ""
                made[index] = replace(made[index], position_before=before, leave_before=leave, things=needed)
        return made[index]

    return at
