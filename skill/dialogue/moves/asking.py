"""Questions. Each is answered in place; what was going on goes on from there."""

from skill.coaching import plan
from skill.coaching.plan import BEGINNING
from skill.coaching.timeline import sided
from skill.dialogue.changes import with_plan
from skill.dialogue.progress import (
    amount_left,
    exercises,
    minutes,
    seconds_left,
    seconds_left_here,
    what_is_next,
    where_and_left,
)
from skill.dialogue.prompt import Card
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Situation
from skill.dialogue.turns import ask, question_of, stay
from skill.library.models import Exercise, Level, Side, sentences
from skill.library.values import replace


def explain(here: Situation, exercise: str | None) -> Turn:
    """How an exercise goes, whole. It lets go of a hold: nobody should hang on through an explanation."""
    wanted = here.exercise(exercise)
    if wanted is None:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    told, card = _explanation(here, wanted), _explanation_card(here, wanted)
    if here.phase is Phase.CHOOSING:
        turn = ask(
            here,
            Phase.CHOOSING,
            told,
            here.words("to-start-exercise", exercise=wanted.name),
            question="or-choose",
            asked=plan.of_exercise(wanted.id),
        )
        return replace(turn, prompt=replace(turn.prompt, card=card))
    if here.phase is Phase.MOVING:
        turn = ask(here, Phase.PAUSED, told)
        return replace(turn, prompt=replace(turn.prompt, card=card))
    return stay(here, told, card=card)


def where_am_i(here: Situation) -> Turn:
    """The exercise, its number, the side, and the reps left."""
    if here.practice is None:
        return stay(here, here.words("nothing-underway"))
    return stay(here, here.words("re-enter", where=where_and_left(here)))


def whats_next(here: Situation) -> Turn:
    """The piece after this one."""
    return stay(here, what_is_next(here))


def how_long_left(here: Situation) -> Turn:
    """Time left of what is running, and of the whole."""
    words = here.words
    if here.practice is None:
        first = with_plan(here, plan.of_routine(here.scene.library.first_routine))
        named = plan.name(first.session.plan, here.scene.library)
        return stay(here, words("how-long-it-takes", plan=named, time=minutes(seconds_left(first, BEGINNING), words)))
    whole = minutes(seconds_left(here, here.place), words)
    if here.held is not None:
        hold = max(5, round((here.practice.hold - here.held) / 5) * 5)
        return stay(here, words("how-long-left-hold", here=words.amount("seconds", hold), plan=whole))
    if here.phase is Phase.MOVING and here.running:
        part = words.amount("seconds", max(5, round(seconds_left_here(here, here.place) / 5) * 5))
        return stay(here, words("how-long-left", here=part, plan=whole))
    return stay(here, words("how-long-left-plan", plan=whole))


def how_many_left(here: Situation) -> Turn:
    """Reps left of this set, and exercises after this one."""
    words, practice = here.words, here.practice
    if practice is None:
        return stay(here, words("nothing-underway"))
    after = practice.of - practice.index - 1
    more = words.amount("exercises", after)
    if here.phase in (Phase.MOVING, Phase.PAUSED):
        amount = amount_left(practice, here.place, words)
        told = (
            words("how-many-left", amount=amount, exercises=more)
            if after
            else words("how-many-left-last", amount=amount)
        )
    else:
        told = words("how-many-exercises", exercises=more) if after else words("how-many-exercises-last")
    return stay(here, told)


def why(here: Situation) -> Turn:
    """What this exercise is for; without one, why hips at all."""
    if here.practice is None:
        return stay(here, here.words("why-hips"))
    return stay(here, here.practice.exercise.purpose, waits=True)


def where_to_feel(here: Situation) -> Turn:
    """Where this exercise should be felt."""
    if here.practice is None:
        return stay(here, here.words("tell-me-in-exercise"))
    return stay(here, here.practice.exercise.feel, waits=True)


def which_side(here: Situation) -> Turn:
    """The side, named by its limb."""
    if here.practice is None or here.piece is None:
        return stay(here, here.words("tell-me-in-exercise"))
    if here.piece.side is None:
        return stay(here, here.words("both-sides-together"), waits=True)
    named = sided(here.practice.form.side, here.piece.side, here.words)
    return stay(here, here.words("which-side", side=named), waits=True)


def how_to_breathe(here: Situation) -> Turn:
    """When to breathe in and out."""
    return _posture(here, here.practice.form.posture.breathing if here.practice else "")


def where_is_my_head(here: Situation) -> Turn:
    """What the head rests on, and where they look."""
    return _posture(here, here.practice.form.posture.head if here.practice else "")


def where_are_my_hands(here: Situation) -> Turn:
    """Where the arms and hands are."""
    return _posture(here, here.practice.form.posture.hands if here.practice else "")


def where_are_my_feet(here: Situation) -> Turn:
    """Where the feet are, how far apart or how high."""
    return _posture(here, here.practice.form.posture.feet if here.practice else "")


def _posture(here: Situation, told: str) -> Turn:
    side = here.piece.side if here.piece else None
    return stay(here, sided(told, side, here.words) or here.words("tell-me-in-exercise"), waits=True)


def what_did_you_say(here: Situation) -> Turn:
    """The last sentence or two once more; in the middle of a set, where they are. Who asks again wants all of it."""
    if here.phase is Phase.MOVING and here.running:
        return where_am_i(here)
    question = here.words(question_of(here, here.phase, here.place))  # it is asked again anyway
    turn = stay(here, here.session.said.removesuffix(question).strip())
    return replace(turn, session=replace(turn.session, said=here.session.said, echoed=True))


def am_i_doing_it_right(here: Situation) -> Turn:
    """She cannot see anyone, so: one thing to check, another one each time."""
    practice = here.practice
    if practice is None:
        return stay(here, here.words("doing-it-right-nothing"))
    mistakes = practice.exercise.mistakes
    cue = mistakes[here.session.turns % len(mistakes)].cue
    return stay(here, here.words("doing-it-right", cue=sentences(cue)), waits=True)


def is_it_safe(here: Situation) -> Turn:
    """What to mind about this exercise, and whom to ask; she asks nothing and judges nothing."""
    if here.practice is None:
        return stay(here, here.words("is-it-safe-nothing"))
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
    words = here.words
    form = here.practice.form if here.practice and here.practice.exercise is exercise else exercise.forms[Level.USUAL]
    side = (here.piece.side if here.piece else None) or Side.LEFT
    steps = (sided(text, side, words) for text in (*form.setup, form.move))
    cue = exercise.mistakes[here.session.turns % len(exercise.mistakes)].cue
    told = words("explain", exercise=exercise.name, purpose=exercise.purpose, how=sentences(*steps), feel=exercise.feel)
    return sentences(told, words("explain-cue", cue=sentences(cue)))


def _explanation_card(here: Situation, exercise: Exercise) -> Card:
    form = exercise.forms[Level.USUAL]
    how = sentences(*(sided(text, Side.LEFT, here.words) for text in (*form.setup, form.move)))
    cues = sentences(*(mistake.cue for mistake in exercise.mistakes))
    title = exercise.name[:1].upper() + exercise.name[1:]
    return Card(title, here.words("explain-card", how=how, feel=exercise.feel, cues=cues))
