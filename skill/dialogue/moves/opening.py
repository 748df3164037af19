"""Opening, choosing and starting."""

from skill.coaching import plan
from skill.coaching.plan import BEGINNING, Place
from skill.coaching.timeline import GATE_THINGS, needed
from skill.dialogue.moves.asking import which_exercise
from skill.dialogue.progress import active_days, days_since, exercises, exercises_on, routines, where, where_and_left
from skill.dialogue.session import Phase, Turn, Underway, resumed, steps_of, things_from, today_of
from skill.dialogue.situation import Situation, look, not_leaving, noting, with_plan
from skill.dialogue.turns import ask, comes_often, just_go_back, play, re_enter, stay, with_safety
from skill.library.models import Step
from skill.library.values import replace

A_WHILE_DAYS = 7
"""After so long she is glad to have them back."""


def welcome(here: Situation) -> Turn:
    """New people hear who she is, one safety line, and what to say; others a greeting that knows how long it was."""
    safety, told = with_safety(here)
    told = noting(told, replace(told.person, underway=_legal_underway(here)))
    question = "choose-known" if comes_often(here) else "choose"
    return ask(told, Phase.CHOOSING, _greeting(here), safety, question=question)


def greet(here: Situation) -> Turn:
    """As a session begins: what is unfinished is offered, or else they are welcome."""
    taken_up = _taken_up(here)
    return offer(taken_up) if taken_up else welcome(with_plan(here, ""))


def _legal_underway(here: Situation) -> Underway | None:
    """What is underway, unless nobody knows that plan any more, or nothing of it is left for today."""
    underway = here.person.underway
    return underway if underway and steps_of(underway.plan, here.scene) else None


def _greeting(here: Situation) -> str:
    words, person, today = here.words, here.person, here.scene.today
    away = days_since(person.last_day, today)
    if away is None:
        return words("welcome", title=here.library.title)
    if person.underway is not None and not plan.steps(person.underway.plan, here.library):
        return words("opened-changed")
    if away >= A_WHILE_DAYS:
        return words("opened-after-a-while")
    if today in active_days(person) and here.scene.recognised:
        return words("opened-done-today", exercises=words.amount("exercises", exercises_on(person, [today])))
    return words("opened-again")


def offer(here: Situation) -> Turn:
    """Someone comes back to something unfinished. What is left out today is named, so that nobody wonders."""
    safety, told = with_safety(here)
    named, at = plan.name(here.session.plan, here.library), where_and_left(here)
    phrase = "offer" if plan.routine_of(here.session.plan) else "offer-exercise"
    return ask(told, Phase.OFFERING, here.words(phrase, plan=named, where=at), _left_today(here), safety)


def _left_today(here: Situation) -> str:
    """The exercises of this plan that are left out today."""
    library, left = here.library, today_of(here.scene).left
    steps = plan.steps(here.session.plan, library)
    names = [library.exercises[step.exercise].name for step in steps if step.exercise in left]
    return here.words("left-today", exercises=here.words.listed(names)) if names else ""


def reopen(here: Situation) -> Turn:
    """Opened again in the middle of things: back into position, from the same place."""
    return re_enter(here, here.place)


def go_on_from_last_time(here: Situation) -> Turn:
    """They take up the offer: from where they are, if they left a moment ago; else they fetch what is needed first."""
    recent = here.session.recent
    rest = () if recent else things_from(here.place.step, here.steps, here.scene)
    if not rest:
        return re_enter(here, here.place, whole=not recent)
    here = replace(here, session=replace(here.session, whole=True))
    return ask(here, Phase.PAUSED, needed(rest, here.words), question=GATE_THINGS)


def ready_to_begin(here: Situation) -> Turn:
    """Ready, or "go on", with nothing chosen: what was just explained; else what is underway, whose place is kept."""
    return start_first_routine(here) if here.session.asked else resume_or_start(here)


def start_first_routine(here: Situation) -> Turn:
    """Ready, with nothing chosen: what was just explained, or the routine that most people come for."""
    if here.session.asked and plan.steps(here.session.asked, here.library):
        return begin_or_confirm(here, here.session.asked)
    return begin(here, plan.of_routine(here.library.first_routine))


def start_routine(here: Situation, routine: str | None) -> Turn:
    """Start the routine that was named; a name that nobody knows is answered with those there are."""
    if routine is None or routine not in here.library.routines:
        return stay(here, here.words("which-routine", routines=routines(here.library, here.words)))
    return begin_or_confirm(here, plan.of_routine(routine))


def start_exercise(here: Situation, exercise: str | None) -> Turn:
    """Do one exercise; inside a routine that has it, go to it there."""
    if exercise is None or exercise not in here.library.exercises:
        return which_exercise(here)
    index = _index_in(here, exercise)
    if index is not None and here.phase is not Phase.OFFERING:
        return _to(here, index)
    # Who asks for it by its name no longer leaves it out today; unless it has only just hurt.
    wanted = here if exercise == here.session.leaving else not_leaving(here, exercise)
    return begin_or_confirm(wanted, plan.of_exercise(exercise))


def _to(here: Situation, index: int) -> Turn:
    """To another exercise of the plan. What has just hurt is not gone back to, whatever it is called."""
    return stay(here) if here.steps[index].exercise == here.session.leaving else play(here, Place(index))


def go_to(here: Situation, exercise: str | None = None, number: int | None = None) -> Turn:
    """Go to an exercise of what is underway, by name or number."""
    if exercise is not None and exercise in here.library.exercises:
        index = _index_in(here, exercise)
        if index is not None:
            return _to(here, index)
        named = here.library.exercises[exercise].name
        return stay(here, here.words("not-in-plan", exercise=named, plan=plan.name(here.session.plan, here.library)))
    if number is None:
        return which_exercise(here)
    return _to(here, number - 1) if 1 <= number <= len(here.steps) else _no_such_number(here, here.steps)


def go_to_and_start(here: Situation, exercise: str | None = None, number: int | None = None) -> Turn:
    """Go to, with nothing underway: that exercise by itself, or that number of the first routine."""
    if number is None:
        return start_exercise(here, exercise)
    first = plan.of_routine(here.library.first_routine)
    steps = steps_of(first, here.scene)
    return begin(here, first, Place(number - 1)) if 1 <= number <= len(steps) else _no_such_number(here, steps)


def _no_such_number(here: Situation, steps: tuple[Step, ...]) -> Turn:
    return stay(here, here.words("no-such-number", of=here.words.amount("exercises", len(steps))))


def start_over(here: Situation) -> Turn:
    """The routine from its beginning; asked first when that would lose much."""
    return begin_or_confirm(here, here.session.plan)


def begin_over(here: Situation) -> Turn:
    """The routine from its beginning, without asking: the offer named it."""
    return begin(here, here.session.plan)


def start_asked(here: Situation) -> Turn:
    """Yes: start what was asked about."""
    return begin(here, here.session.asked)


keep_going = just_go_back("kept-going")
"""No: back to where they were."""


def resume_or_start(here: Situation) -> Turn:
    """Go on, with nothing chosen: what is underway, if something is; else the routine that most people come for."""
    taken_up = _taken_up(here)
    return go_on_from_last_time(taken_up) if taken_up else start_first_routine(here)


def _taken_up(here: Situation) -> Situation | None:
    """The situation with what is underway taken up again; None where nothing is."""
    underway = _legal_underway(here)
    if underway is None:
        return None
    return replace(look(resumed(here.session, underway, Phase.PAUSED), here.scene), body=here.body)


def decline(here: Situation) -> Turn:
    """No to going on: what is underway is kept, and they may choose something else."""
    named = plan.name(here.session.plan, here.library)
    return ask(with_plan(here, ""), Phase.CHOOSING, here.words("declined", plan=named))


def confirm_again(here: Situation) -> Turn:
    """Ask once more what they were asked."""
    return confirm(here, here.session.asked)


def what_there_is(here: Situation) -> Turn:
    """The routines and the exercises, by name."""
    named = routines(here.library, here.words)
    return stay(here, here.words("what-there-is", routines=named, exercises=exercises(here)))


def begin_or_confirm(here: Situation, wanted: str) -> Turn:
    """Begin, but ask first when something that has got further than its first exercise would be left.

    Whoever has not yet heard that something is unfinished hears it: the same plan is offered to go on with.
    """
    unheard = here.phase is Phase.OFFERING and here.session.turns == 0
    if here.phase is Phase.FINISHING or (here.phase is Phase.OFFERING and not unheard):
        return begin(here, wanted)
    left = here if here.steps else _taken_up(here)
    # Something would be lost from the second exercise on; of another session, anything but the first words of it.
    if left is None or not (left.place.step > 0 or (unheard and left.place.piece > 0)):
        return begin(here, wanted)
    return offer(here) if unheard and left.session.plan == wanted else confirm(left, wanted)


def confirm(here: Situation, wanted: str) -> Turn:
    """Ask whether to leave what is underway for something else."""
    named = plan.name(wanted, here.library)
    told = here.words("confirm-start", plan=named, where=where(here, here.place))
    return ask(here, Phase.CONFIRMING, told, asked=wanted)


def begin(here: Situation, wanted: str, place: Place = BEGINNING) -> Turn:
    """Begin a plan: the safety line if it was not heard, the routine's own words, and the floor announced."""
    starting, library, routine = with_plan(here, wanted), here.library, plan.routine_of(wanted)
    unhurried = replace(starting, session=replace(starting.session, gathering=False))
    # To someone who knows every exercise of it, its name alone.
    if all(practice.short for index in range(len(starting.steps)) if (practice := starting.practices(index))):
        return play(unhurried, place, here.words("begin-again", plan=plan.name(wanted, library)) if routine else "")
    forms = (library.exercises[step.exercise].form(step.level) for step in starting.steps)
    floor_ahead = any(form.position in library.floor_positions for form in forms)
    other = library.routines[library.off_the_floor_routine].name
    told = (
        library.routines[routine].begin if routine else "",
        here.words("floor-ahead", plan=other) if floor_ahead else "",
    )
    if not here.on_the_floor:
        return play(starting, place, *told)
    # Nobody is sent to fetch something before they were told how to get up.
    return play(unhurried, place, *told, needed(things_from(place.step, starting.steps, here.scene), here.words))


def _index_in(here: Situation, exercise: str) -> int | None:
    return next((index for index, step in enumerate(here.steps) if step.exercise == exercise), None)
