"""Opening, choosing and starting."""

from skill.coaching import plan
from skill.coaching.plan import BEGINNING, Place
from skill.coaching.practice import things
from skill.coaching.timeline import GATE_THINGS, needed
from skill.dialogue.changes import with_person, with_plan, with_underway
from skill.dialogue.history import active_days, days_since, exercises_on
from skill.dialogue.progress import exercises, routines, where, where_and_left
from skill.dialogue.session import Phase, Turn, Underway, habits_of, steps_of, today_of
from skill.dialogue.situation import Situation
from skill.dialogue.turns import ask, back_to_where_it_came_up, comes_often, play, re_enter, stay, with_safety
from skill.library.values import replace

A_WHILE_DAYS = 7
"""After so long she is glad to have them back."""


def welcome(here: Situation) -> Turn:
    """New people hear who she is, one safety line, and what to say; others a greeting that knows how long it was."""
    safety, told, person = with_safety(here)
    question = "choose-known" if comes_often(here) else "choose"
    person = replace(person, underway=_legal_underway(here))
    return ask(told, Phase.CHOOSING, *_greeting(here), safety, person=person, question=question)


def greet(here: Situation) -> Turn:
    """As a session begins: what is unfinished is offered, or else they are welcome."""
    taken_up = _taken_up(here)
    return offer(taken_up) if taken_up else welcome(with_plan(here, ""))


def _legal_underway(here: Situation) -> Underway | None:
    """What is underway, unless nobody knows that plan any more, or nothing of it is left for today."""
    underway = here.scene.person.underway
    return underway if underway and steps_of(underway.plan, here.scene) else None


def _greeting(here: Situation) -> tuple[str, ...]:
    words, person, today = here.words, here.scene.person, here.scene.today
    away = days_since(person.last_day, today)
    if away is None:
        return (words("welcome", title=here.scene.library.title),)
    if person.underway is not None and not plan.steps(person.underway.plan, here.scene.library):
        return (words("opened-changed"),)
    if away >= A_WHILE_DAYS:
        return (words("opened-after-a-while"),)
    if today in active_days(person) and here.scene.recognised:
        return (words("opened-done-today", exercises=words.amount("exercises", exercises_on(person, [today]))),)
    return (words("opened-again"),)


def offer(here: Situation) -> Turn:
    """Someone comes back to something unfinished. What is left out today is named, so that nobody wonders."""
    safety, told, person = with_safety(here)
    named = plan.name(here.session.plan, here.scene.library)
    at = where_and_left(here)
    routine = plan.routine_of(here.session.plan)
    offered = here.words("offer", plan=named, where=at) if routine else here.words("offer-exercise", where=at)
    return ask(told, Phase.OFFERING, offered, _left_today(here), safety, person=person)


def _left_today(here: Situation) -> str:
    """The exercises of this plan that are left out today."""
    library = here.scene.library
    left = today_of(here.scene).left
    names = [
        library.exercises[step.exercise].name
        for step in plan.steps(here.session.plan, library)
        if step.exercise in left
    ]
    return here.words("left-today", exercises=here.words.listed(names)) if names else ""


def reopen(here: Situation) -> Turn:
    """Opened again in the middle of things: back into position, from the same place."""
    return re_enter(here, here.place)


def go_on_from_last_time(here: Situation) -> Turn:
    """They take up the offer: from where they are, if they left a moment ago; else they fetch what is needed first."""
    recent, scene = here.session.recent, here.scene
    rest = () if recent else things(here.steps[here.place.step :], habits_of(here.steps, scene), scene.library)
    if not rest:
        return re_enter(here, here.place, whole=not recent)
    here = replace(here, session=replace(here.session, whole=True))
    return ask(here, Phase.PAUSED, needed(rest, here.words), question=GATE_THINGS)


def ready_to_begin(here: Situation) -> Turn:
    """Ready, or "go on", with nothing chosen: what was just explained; else what is underway, whose place is kept."""
    return start_first_routine(here) if here.session.asked else resume_or_start(here)


def start_first_routine(here: Situation) -> Turn:
    """Ready, with nothing chosen: what was just explained, or the routine that most people come for."""
    if here.session.asked and plan.steps(here.session.asked, here.scene.library):
        return begin_or_confirm(here, here.session.asked)
    return begin(here, plan.of_routine(here.scene.library.first_routine))


def start_routine(here: Situation, routine: str | None) -> Turn:
    """Start the routine that was named; a name that nobody knows is answered with those there are."""
    if routine is None or routine not in here.scene.library.routines:
        return stay(here, here.words("which-routine", routines=routines(here.scene.library, here.words)))
    return begin_or_confirm(here, plan.of_routine(routine))


def start_exercise(here: Situation, exercise: str | None) -> Turn:
    """Do one exercise; inside a routine that has it, go to it there."""
    if exercise is None or exercise not in here.scene.library.exercises:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    index = _index_in(here, exercise)
    if index is not None and here.phase is not Phase.OFFERING:
        return _to(here, index)
    return begin_or_confirm(_wanted_after_all(here, exercise), plan.of_exercise(exercise))


def _to(here: Situation, index: int) -> Turn:
    """To another exercise of the plan. What has just hurt is not gone back to, whatever it is called."""
    return stay(here) if here.steps[index].exercise == here.session.leaving else play(here, Place(index))


def _wanted_after_all(here: Situation, exercise: str) -> Situation:
    """Whoever asks for an exercise by its name no longer leaves it out today; unless it has only just hurt."""
    today = today_of(here.scene)
    if exercise not in today.left or exercise == here.session.leaving:
        return here
    left = tuple(name for name in today.left if name != exercise)
    return with_person(here, replace(here.scene.person, today=replace(today, left=left)))


def go_to(here: Situation, exercise: str | None, number: int | None) -> Turn:
    """Go to an exercise of what is underway, by name or number."""
    if exercise is not None and exercise in here.scene.library.exercises:
        index = _index_in(here, exercise)
        if index is not None:
            return _to(here, index)
        named = here.scene.library.exercises[exercise].name
        return stay(
            here,
            here.words("not-in-plan", exercise=named, plan=plan.name(here.session.plan, here.scene.library)),
        )
    if number is None:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    if not 1 <= number <= len(here.steps):
        return stay(here, here.words("no-such-number", of=here.words.amount("exercises", len(here.steps))))
    return _to(here, number - 1)


def go_to_and_start(here: Situation, exercise: str | None, number: int | None) -> Turn:
    """Go to, with nothing underway: that exercise by itself, or that number of the first routine."""
    if number is None:
        return start_exercise(here, exercise)
    first = plan.of_routine(here.scene.library.first_routine)
    steps = steps_of(first, here.scene)
    if not 1 <= number <= len(steps):
        return stay(here, here.words("no-such-number", of=here.words.amount("exercises", len(steps))))
    return begin(here, first, Place(number - 1))


def start_over(here: Situation) -> Turn:
    """The routine from its beginning; asked first when that would lose much."""
    return begin_or_confirm(here, here.session.plan)


def begin_over(here: Situation) -> Turn:
    """The routine from its beginning, without asking: the offer named it."""
    return begin(here, here.session.plan)


def start_asked(here: Situation) -> Turn:
    """Yes: start what was asked about."""
    return begin(here, here.session.asked)


def keep_going(here: Situation) -> Turn:
    """No: back to where they were."""
    return back_to_where_it_came_up(here, here.words("kept-going"))


def resume_or_start(here: Situation) -> Turn:
    """Go on, with nothing chosen: what is underway, if something is; else the routine that most people come for."""
    taken_up = _taken_up(here)
    return go_on_from_last_time(taken_up) if taken_up else start_first_routine(here)


def _taken_up(here: Situation) -> Situation | None:
    """The situation with what is underway taken up again; None where nothing is."""
    underway = _legal_underway(here)
    return with_underway(here, underway) if underway else None


def decline(here: Situation) -> Turn:
    """No to going on: what is underway is kept, and they may choose something else."""
    named = plan.name(here.session.plan, here.scene.library)
    turn = ask(with_plan(here, ""), Phase.CHOOSING, here.words("declined", plan=named))
    return replace(turn, person=here.scene.person)


def confirm_again(here: Situation) -> Turn:
    """Ask once more what they were asked."""
    return confirm(here, here.session.asked)


def what_there_is(here: Situation) -> Turn:
    """The routines and the exercises, by name."""
    named = routines(here.scene.library, here.words)
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
    named = plan.name(wanted, here.scene.library)
    told = here.words("confirm-start", plan=named, where=where(here, here.place))
    return ask(here, Phase.CONFIRMING, told, asked=wanted)


def begin(here: Situation, wanted: str, place: Place = BEGINNING) -> Turn:
    """Begin a plan: the safety line if it was not heard, the routine's own words, and the floor announced."""
    starting, told = with_plan(here, wanted), _beginning(here, wanted)
    down = here.body in here.scene.library.floor_positions
    if _is_familiar(starting) or down:
        starting = replace(starting, session=replace(starting.session, gathering=False))
    if down and not _is_familiar(starting):  # nobody is sent to fetch something before they were told how to get up
        rest = things(starting.steps[place.step :], habits_of(starting.steps, here.scene), here.scene.library)
        told = (*told, needed(rest, here.words))
    return play(starting, place, *told)


def _beginning(here: Situation, wanted: str) -> tuple[str, ...]:
    """The plan's own words and the floor announced; to someone who knows every exercise of it, its name alone."""
    library, routine = here.scene.library, plan.routine_of(wanted)
    if _is_familiar(with_plan(here, wanted)):
        return (here.words("begin-again", plan=plan.name(wanted, library)),) if routine else ()
    return library.routines[routine].begin if routine else "", _floor_ahead(here, wanted)


def _is_familiar(here: Situation) -> bool:
    return all(practice.short for index in range(len(here.steps)) if (practice := here.practices(index)))


def _floor_ahead(here: Situation, wanted: str) -> str:
    library = here.scene.library
    steps = steps_of(wanted, here.scene)
    down = any(library.exercises[step.exercise].form(step.level).position in library.floor_positions for step in steps)
    other = library.routines[library.off_the_floor_routine].name
    return here.words("floor-ahead", plan=other) if down else ""


def _index_in(here: Situation, exercise: str) -> int | None:
    return next((index for index, step in enumerate(here.steps) if step.exercise == exercise), None)
