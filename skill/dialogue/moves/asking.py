"""Questions. Each is answered in place; what was going on goes on from there."""

from collections.abc import Callable

from skill.coaching import plan
from skill.coaching.fitting import after_piece
from skill.coaching.plan import BEGINNING
from skill.coaching.practice import PieceKind
from skill.coaching.timeline import sided
from skill.dialogue.progress import (
    amount_left,
    exercises,
    minutes,
    seconds_left,
    seconds_left_here,
    to_five,
    where_and_left,
)
from skill.dialogue.prompt import Card
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Situation, with_plan
from skill.dialogue.turns import ask, question_of, showing, stay
from skill.library.models import Exercise, Form, Level, Posture, Side, capitalised, sentences
from skill.library.values import replace


def explain(here: Situation, exercise: str | None) -> Turn:
    """How an exercise goes, whole. It lets go of a hold: nobody should hang on through an explanation."""
    wanted = here.exercise(exercise)
    if wanted is None:
        return which_exercise(here)
    told = _explanation(here, wanted)
    if here.phase is Phase.CHOOSING:
        start = here.words("to-start-exercise", exercise=wanted.name)
        turn = ask(here, Phase.CHOOSING, told, start, question="or-choose", asked=plan.of_exercise(wanted.id))
    else:
        turn = ask(here, Phase.PAUSED, told) if here.phase is Phase.MOVING else stay(here, told)
    return showing(turn, _explanation_card(here, wanted))


def which_exercise(here: Situation) -> Turn:
    """A name that nobody knows is answered with those there are."""
    return stay(here, here.words("which-exercise", exercises=exercises(here)))


def where_am_i(here: Situation) -> Turn:
    """The exercise, its number, the side, and the reps left."""
    return stay(here, here.words("re-enter", where=where_and_left(here)))


def whats_next(here: Situation) -> Turn:
    """The piece after this one."""
    words, joint = here.words, after_piece(here.practice, here.place)
    after = here.practices(joint.step)
    if after is None:
        return stay(here, words("next-is-finish"))
    piece = after.pieces[joint.piece]
    match piece.kind:
        case PieceKind.SET_UP:
            told = words("next-set-up", exercise=after.exercise.name)
        case PieceKind.SWITCH if piece.side:
            told = words("next-side", side=sided(after.form.side, piece.side, words))
        case PieceKind.REST:
            told = words("next-set-of-side")
        case _:
            told = words("next-is-set")
    return stay(here, told)


def how_long_it_takes(here: Situation) -> Turn:
    """The time of the routine that most people come for."""
    first = with_plan(here, plan.of_routine(here.library.first_routine))
    named, time = plan.name(first.session.plan, here.library), minutes(seconds_left(first, BEGINNING), here.words)
    return stay(here, here.words("how-long-it-takes", plan=named, time=time))


def how_long_left(here: Situation) -> Turn:
    """Time left of what is running, and of the whole."""
    words, whole = here.words, minutes(seconds_left(here, here.place), here.words)
    if here.held is not None:
        hold = words.amount("seconds", to_five(here.practice.hold - here.held))
        return stay(here, words("how-long-left-hold", here=hold, plan=whole))
    if here.phase is Phase.MOVING and here.running:
        part = words.amount("seconds", to_five(seconds_left_here(here)))
        return stay(here, words("how-long-left", here=part, plan=whole))
    return stay(here, words("how-long-left-plan", plan=whole))


def how_many_left(here: Situation) -> Turn:
    """Reps left of this set, and exercises after this one."""
    words, practice = here.words, here.practice
    after = practice.of - practice.index - 1
    more = words.amount("exercises", after)
    if here.phase not in (Phase.MOVING, Phase.PAUSED):
        return stay(here, words("how-many-exercises", exercises=more) if after else words("how-many-exercises-last"))
    amount = amount_left(practice, here.place, words)
    last = words("how-many-left-last", amount=amount)
    return stay(here, words("how-many-left", amount=amount, exercises=more) if after else last)


def of_exercise(told: Callable[[Exercise], str]) -> Callable[[Situation], Turn]:
    """The move that tells something of the exercise they are at; a hold that is running waits for it."""
    return lambda here: stay(here, told(here.practice.exercise), waits=True)


def of_posture(told: Callable[[Posture], str]) -> Callable[[Situation], Turn]:
    """The move that tells something of how they lie, kneel or stand, if the exercise has it."""

    def move(here: Situation) -> Turn:
        posture = sided(told(here.practice.form.posture), here.piece.side, here.words)
        return stay(here, posture or here.words("tell-me-in-exercise"), waits=True)

    return move


def which_side(here: Situation) -> Turn:
    """The side, named by its limb."""
    if here.piece.side is None:
        return stay(here, here.words("both-sides-together"), waits=True)
    named = sided(here.practice.form.side, here.piece.side, here.words)
    return stay(here, here.words("which-side", side=named), waits=True)


def what_did_you_say(here: Situation) -> Turn:
    """The last sentence or two once more; in the middle of a set, where they are. Who asks again wants all of it."""
    if here.phase is Phase.MOVING and here.running:
        return where_am_i(here)
    question = here.words(question_of(here, here.phase, here.place))  # it is asked again anyway
    turn = stay(here, here.session.said.removesuffix(question).strip())
    return replace(turn, session=replace(turn.session, said=here.session.said, echoed=True))


def am_i_doing_it_right(here: Situation) -> Turn:
    """She cannot see anyone, so: one thing to check, another one each time."""
    return stay(here, here.words("doing-it-right", cue=_one_thing_to_check(here, here.practice.exercise)), waits=True)


def is_it_safe(here: Situation) -> Turn:
    """What to mind about this exercise, and whom to ask; she asks nothing and judges nothing."""
    return stay(here, here.words("is-it-safe", safety=here.practice.exercise.safety), waits=True)


def help_here(here: Situation) -> Turn:
    """What can be said at this moment."""
    return stay(here, here.words(f"help-{here.phase}"))


def not_understood(here: Situation) -> Turn:
    """Kindly, twice in different words, then with help. Whatever was running runs on."""
    misses = here.session.misses + 1
    told = here.words({1: "missed-once", 2: "missed-twice"}.get(misses, f"help-{here.phase}"))
    turn = stay(here, told)
    return replace(turn, session=replace(turn.session, misses=misses))


def _explanation(here: Situation, exercise: Exercise) -> str:
    words, form, side = here.words, exercise.forms[Level.USUAL], Side.LEFT
    if here.steps:
        side = here.piece.side or side
        form = here.practice.form if here.practice.exercise is exercise else form
    how = _how(here, form, side)
    told = words("explain", exercise=exercise.name, purpose=exercise.purpose, how=how, feel=exercise.feel)
    return sentences(told, words("explain-cue", cue=_one_thing_to_check(here, exercise)))


def _explanation_card(here: Situation, exercise: Exercise) -> Card:
    how = _how(here, exercise.forms[Level.USUAL], Side.LEFT)
    cues = sentences(*(mistake.cue for mistake in exercise.mistakes))
    return Card(capitalised(exercise.name), here.words("explain-card", how=how, feel=exercise.feel, cues=cues))


def _how(here: Situation, form: Form, side: Side) -> str:
    return sentences(*(sided(text, side, here.words) for text in (*form.setup, form.move)))


def _one_thing_to_check(here: Situation, exercise: Exercise) -> str:
    return sentences(exercise.mistakes[here.session.turns % len(exercise.mistakes)].cue)
