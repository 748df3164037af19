"""Care: pain, emergencies, the end of a day, and the way out of floor work. What was said of the body is not stored.

What stays is neutral: that an exercise is left out today, and when the day was ended.
"""

from datetime import datetime, timedelta

from skill.coaching import plan
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING
from skill.coaching.timeline import Part, is_there, is_unsaid
from skill.dialogue.moves.adjusting import easier
from skill.dialogue.moves.going import only_side, skip_side
from skill.dialogue.moves.opening import begin, greet
from skill.dialogue.session import Phase, Scene, Turn, steps_of
from skill.dialogue.situation import Situation, leaving_today, not_leaving, noting, with_steps
from skill.dialogue.turns import (
    ask,
    back_to_where_it_came_up,
    close,
    finish,
    just_say,
    play,
    rise,
    stay,
    up_slowly,
)
from skill.library.models import Level
from skill.library.values import replace

it_hurt = just_say("it-hurts-nothing")
"""Pain when nothing is going on, or when everything is done."""


def it_hurts(here: Situation) -> Turn:
    """It stops at once, and offers easier, skip or stop. It never goes on by itself, today, in this form."""
    return _leaving(here, "it-hurts", sharp=here.session.sharp)


def sharp_pain(here: Situation) -> Turn:
    """This exercise is over: skip it or stop."""
    return _leaving(here, "sharp-pain", sharp=True)


def _leaving(here: Situation, phrase: str, *, sharp: bool) -> Turn:
    """The exercise they are at is left for today, unless something easier is chosen: of it, not of the next."""
    if is_over(here.scene):
        return still_over(here)
    if not here.steps:
        return it_hurt(replace(here, phase=Phase.CHOOSING))
    what = _what_hurts(here)
    here = replace(here, session=replace(here.session, leaving=what, sharp=sharp, whole=False))
    told = here.words(phrase, exercise=here.library.exercises[what].name)
    return ask(leaving_today(here, what), Phase.HURTING, told)


def _what_hurts(here: Situation) -> str:
    """The exercise that is being done; between two of them, the one before, because the next has not begun."""
    before = here.place.step - 1
    begun = is_there(here.practice, here.place) and here.body == here.practice.form.position
    return here.session.leaving or here.steps[here.place.step if begun or before < 0 else before].exercise


def _left_no_more(here: Situation) -> Situation:
    """The exercise that was to be left is not, after all."""
    here = not_leaving(here, here.session.leaving)
    return replace(here, session=replace(here.session, leaving=""))


def easier_or_leave(here: Situation) -> Turn:
    """Yes, when easier, skip or stop was offered: the easier form where there is one, else this exercise is left."""
    return easier_if_there_is(here) if here.easier_there_is(here.place) else leave_exercise(here)


def easier_if_there_is(here: Situation) -> Turn:
    """Easier, when something hurts: the easier form, or else that there is none, and the question again."""
    if not here.easier_there_is(here.place):
        return ask(here, Phase.HURTING, here.words("no-easier-now"))
    return easier(_left_no_more(here))


def leave_exercise(here: Situation) -> Turn:
    """Move on after something hurt: this exercise is left, and after the last one nobody is praised or hurried."""
    current = here.practice.exercise.id
    what = here.session.leaving or current
    told = here.words("leave-it", exercise=here.library.exercises[what].name)
    if what == current and here.place.step + 1 == len(here.steps):
        return finish(here, told, hurt=True)
    return on_without(here, what, told)


def leave_after_pain(here: Situation, exercise: str | None) -> Turn:
    """Not today: what hurt is left; where another exercise is named, that one, and what hurt is asked about again."""
    found = here.exercise(exercise) if exercise else None
    if found is None or found.id == here.session.leaving:
        return leave_exercise(here)
    told = here.words("left-out-today", exercise=found.name)
    return ask(leaving_today(here, found.id), Phase.HURTING, told)


def on_without(here: Situation, exercise: str, told: str) -> Turn:
    """On with what is left of the plan without that exercise; where that is nothing, it is done."""
    after = leaving_today(here, exercise)
    steps = steps_of(here.session.plan, after.scene)
    before = sum(step.exercise not in after.person.today.left for step in here.steps[: here.place.step])
    current = here.steps[here.place.step]
    if current not in steps and before >= len(steps):
        return finish(after, told)
    after = with_steps(replace(after, session=replace(after.session, leaving="")), steps)
    if current not in steps:
        return play(after, Place(before), told)
    return play(after, after.place, told) if here.phase is Phase.HURTING else stay(after, told)


def only_side_after_pain(here: Situation, side: str | None = None) -> Turn:
    """Only one side, the named one or this one, when the other hurts: their choice, and never after a sharp pain."""
    if here.session.sharp or here.piece.side is None:
        return stay(here)
    return only_side(replace(_left_no_more(here), phase=Phase.PAUSED), side)


def leave_side(here: Situation, side: str | None) -> Turn:
    """Only the other side, when one hurts: never after a sharp pain, which ends the exercise."""
    if here.session.sharp or here.piece.side is None:
        return leave_exercise(here)
    return skip_side(_left_no_more(here), side)


# What ends the day


def _ending_the_day(here: Situation) -> Situation:
    return noting(here, replace(here.person, stopped_at=int(here.scene.now.timestamp())))


def emergency(here: Situation) -> Turn:
    """Stop, call for help. The session ends, the plan is over, and until the day is over nothing more is suggested."""
    turn = close(here, here.words("emergency", number=here.emergency_number))
    return replace(turn, person=replace(_ending_the_day(here).person, underway=None))


def dizzy(here: Situation) -> Turn:
    """Down first, head low. The day is over; she stays, and says whom to call if it does not pass."""
    return ask(_ending_the_day(here), Phase.OVER, here.words("dizzy", number=here.emergency_number))


def out_of_breath(here: Situation) -> Turn:
    """Rest first; whom to call if it does not settle."""
    phase = Phase.PAUSED if here.steps else here.phase
    return ask(here, phase, here.words("out-of-breath", number=here.emergency_number))


def gave_way(here: Situation) -> Turn:
    """There is only stopping: the exercise is left for today, and the day is over."""
    left = leaving_today(here, here.practice.exercise.id) if here.steps else leaving_today(here)
    return close(_ending_the_day(left), here.words("gave-way", number=here.emergency_number))


def unwell(here: Situation) -> Turn:
    """Something is wrong, nobody knows what: everything stops, and she asks whether it is an emergency."""
    return ask(here, Phase.ALARM, here.words("unwell"))


def no_alarm(here: Situation) -> Turn:
    """It is none: back to where they were, and nothing starts by itself; a day that is over stays over."""
    if is_over(here.scene):
        return still_over(here)
    if here.steps and here.session.asked_in not in (Phase.HURTING, Phase.FINISHING):
        return ask(here, Phase.PAUSED, here.words("no-alarm"))
    return back_to_where_it_came_up(here, here.words("no-alarm"))


def enough_for_today(here: Situation) -> Turn:
    """They have had enough: the place is kept, and until the day is over nothing more is suggested."""
    return close(_ending_the_day(here), here.words("enough-for-today"), up_slowly(here))


# While the day is over

LEAST_REST = timedelta(hours=8)
"""A day that was ended late in the evening is not over at midnight."""

HELP_IS_MEANT = timedelta(minutes=30)
"""So long after the day was ended, "help" is a call for help, and no question about what can be said."""


def is_over(scene: Scene) -> bool:
    """Whether they ended their day, and it is not yet another one."""
    since = _since_the_end(scene)
    if since is None or since < timedelta(0):
        return False
    ended = datetime.fromtimestamp(scene.person.stopped_at, scene.now.tzinfo).date()
    return ended == scene.today or since < LEAST_REST


def _since_the_end(scene: Scene) -> timedelta | None:
    at = scene.person.stopped_at
    return timedelta(seconds=scene.now.timestamp() - at) if at > 0 else None


def still_over(here: Situation) -> Turn:
    """The day is over: whom to call, once more, and nothing is suggested."""
    return ask(here, Phase.OVER, here.words("today-over", number=here.emergency_number))


def help_when_over(here: Situation) -> Turn:
    """Help, soon after the day was ended, is heard as the emergency; later it is answered as everything else is."""
    since = _since_the_end(here.scene)
    return emergency(here) if since is not None and since < HELP_IS_MEANT else still_over(here)


def fine_after_all(here: Situation) -> Turn:
    """A plain "I'm fine" is asked about; only a yes takes the day up again."""
    return ask(here, Phase.OVER, here.words("fine-after-all"), asked=GOING_ON, question="over-confirm-question")


GOING_ON = "on"
"""In a session's `asked`: whether the day goes on after all."""


def yes_when_over(here: Situation) -> Turn:
    """Yes, where it was asked whether the day goes on: they are greeted as ever."""
    if here.session.asked != GOING_ON:
        return still_over(here)
    return greet(noting(here, replace(here.person, stopped_at=0)))


def stop_in_alarm(here: Situation) -> Turn:
    """Whoever stops her while she asks hears once more whom to call."""
    return close(here, here.words("alarm-reprompt", number=here.emergency_number))


def no_when_over(here: Situation) -> Turn:
    """No: the day stays over, and the session ends."""
    turn = close(here, here.words("stays-over"), up_slowly(here))
    return replace(turn, person=here.person)


# The way out of floor work


def cannot_get_down(here: Situation) -> Turn:
    """The way out of floor work: the routine on a chair and standing."""
    library = here.library
    other = plan.of_routine(library.off_the_floor_routine)
    if here.session.plan == other:
        return stay(here, here.words("no-floor-already"))
    if not here.steps or (here.phase is Phase.OFFERING and here.session.turns):
        return begin(here, other)
    named = library.routines[library.off_the_floor_routine].name
    return ask(here, Phase.CONFIRMING, here.words("no-floor-question", plan=named), asked=other)


def cannot_kneel(here: Situation) -> Turn:
    """No kneeling from here on, on no way down or up; and a form without it, or else the way out of floor work.

    Whoever was just sent down by kneeling, and has not said that they are there, hears the other way down.
    """
    here = replace(here, session=replace(here.session, no_kneeling=True))
    told, kneeling = here.words("no-kneeling"), here.library.kneeling_positions
    if here.phase is Phase.RISING and here.on_the_floor and not here.session.seated_at:
        return rise(here, told, first=False)
    if here.phase is Phase.RISING or not here.steps:
        return stay(here, told)
    sent_from = _sent_down_from(here)
    if sent_from is not None:
        here = replace(here, body=here.session.body or STANDING)
    if here.practice.form.position not in kneeling:
        return stay(here, told) if sent_from is None else play(here, sent_from, told, whole=here.session.whole)
    form = here.practice.exercise.forms.get(Level.EASIER)
    without = form is not None and form.position not in kneeling
    if here.phase is Phase.HURTING:
        return easier(_left_no_more(here)) if without and here.easier_there_is(here.place) else stay(here, told)
    return easier(here) if without else cannot_get_down(here)


def _sent_down_from(here: Situation) -> Place | None:
    """Where the way down to the floor begins that they were told last, and have not said to have gone; else None."""
    practice, floor, session = here.practice, here.library.floor_positions, here.session
    if here.phase is not Phase.POSITIONING or practice.form.position not in floor:
        return None
    if here.on_the_way or is_unsaid(here.place, waiting=not here.running):
        told = here.place.stage >= Part.WAY and not here.on_the_floor
        return replace(here.place, stage=Part.WAY.value) if told else None
    # Who knows the exercise hears the way and the position in one, and is asked only then.
    at_once = session.since is not None and session.place.step == here.place.step and practice.short
    return replace(session.place, stage=Part.WAY.value) if at_once and (session.body or STANDING) not in floor else None
