"""What is remembered: looking back, how much she says, what they never want, and being forgotten."""

from skill.coaching.plan import Place
from skill.coaching.practice import Talk
from skill.dialogue.changes import with_person, with_steps
from skill.dialogue.moves.caring import leaving_today, on_without
from skill.dialogue.moves.leaving import stop
from skill.dialogue.moves.opening import decline, keep_going
from skill.dialogue.progress import exercises, looking_back
from skill.dialogue.prompt import Card, Prompt, Say
from skill.dialogue.session import Forget, Person, Phase, Session, Turn, steps_of, today_of
from skill.dialogue.situation import Situation
from skill.dialogue.turns import ask, back_to_where_it_came_up, play, stay
from skill.library.values import replace


def how_am_i_doing(here: Situation) -> Turn:
    """How it went, in words, and on a card; to a voice that is not recognised it is not read out."""
    if not here.scene.recognised:
        return stay(here, here.words("not-recognised"))
    told = looking_back(here)
    return stay(here, told, card=Card(here.words("progress-title"), told))


def what_do_you_know(here: Situation) -> Turn:
    """Everything that is remembered, by its kinds, in words and on a card; likewise."""
    if not here.scene.recognised:
        return stay(here, here.words("not-recognised"))
    told = here.words("known")
    return stay(here, told, card=Card(here.words("known-title"), told))


def ask_before_forgetting(here: Situation) -> Turn:
    """It cannot be undone, so it is asked once; and whom, where several people are remembered."""
    whose = "" if here.scene.recognised else here.words("forget-unrecognised")
    return ask(here, Phase.FORGETTING, whose, here.words("forget"))


def forget(here: Situation) -> Turn:
    """Yes; where several are remembered, that says not whom."""
    if here.scene.household > 1:
        return ask(here, Phase.FORGETTING)
    return _forgotten(here, Forget.EVERYONE)


def forget_me(here: Situation) -> Turn:
    """Only the one who speaks."""
    return _forgotten(here, Forget.ME if here.scene.household > 1 else Forget.EVERYONE)


def forget_everyone(here: Situation) -> Turn:
    """Everyone under this account."""
    return _forgotten(here, Forget.EVERYONE)


def _forgotten(here: Situation, whom: Forget) -> Turn:
    told = here.words("forgotten-everyone") if whom is Forget.EVERYONE else here.words("forgotten-me")
    return Turn(Session(), Person(), Prompt((Say(told),)), forget=whom)


def keep_remembering(here: Situation) -> Turn:
    """No: nothing is forgotten."""
    return back_to_where_it_came_up(here, here.words("not-forgotten"))


def talk_more(here: Situation) -> Turn:
    """From now on everything is explained."""
    person = replace(here.scene.person, talk=Talk.MORE)
    return stay(with_person(here, person), here.words("talk-more"), person=person)


def talk_less(here: Situation) -> Turn:
    """From now on little is."""
    person = replace(here.scene.person, talk=Talk.LESS)
    return stay(with_person(here, person), here.words("talk-less"), person=person)


def leave_out(here: Situation, exercise: str | None) -> Turn:
    """Never this exercise in a routine again; the one underway goes on with the next."""
    found = here.exercise(exercise)
    if found is None:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    left_out = (*(name for name in here.scene.person.left_out if name != found.id), found.id)
    person = replace(here.scene.person, left_out=left_out)
    return _with_other_steps(here, person, here.words("left-out", exercise=found.name))


def leave_out_today(here: Situation, exercise: str | None) -> Turn:
    """This exercise not today; the one underway goes on with the next."""
    if exercise is None and here.phase in (Phase.OFFERING, Phase.CONFIRMING, Phase.CHOOSING):
        return _not_today(here)
    found = here.exercise(exercise)
    if found is None:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    told, person = here.words("left-out-today", exercise=found.name), leaving_today(here.scene, found.id)
    if not here.steps:
        return stay(with_person(here, person), told, person=person)
    return on_without(here, person, told)


def _not_today(here: Situation) -> Turn:
    """Not today, in answer to a question: no to what was asked."""
    if here.phase is Phase.OFFERING:
        return decline(here)
    return keep_going(here) if here.phase is Phase.CONFIRMING else stop(here)


def put_back(here: Situation, exercise: str | None) -> Turn:
    """An exercise back into its routines; without a name, all of them."""
    if exercise is not None and exercise not in here.scene.library.exercises:
        return stay(here, here.words("which-exercise", exercises=exercises(here)))
    today = today_of(here.scene)
    left_out = tuple(name for name in here.scene.person.left_out if exercise not in (None, name))
    left = tuple(name for name in today.left if exercise not in (None, name) or name == here.session.leaving)
    if (left_out, left) == (here.scene.person.left_out, today.left):
        return stay(here, here.words("nothing-left-out"))
    person = replace(here.scene.person, left_out=left_out, today=replace(today, left=left))
    return _with_other_steps(here, person, here.words("put-back"))


def _with_other_steps(here: Situation, person: Person, told: str) -> Turn:
    """The same place in a plan that has other exercises now; where that exercise is gone, the next one."""
    after = with_person(here, person)
    if not here.steps:
        return stay(after, told, person=person)
    after = with_steps(after, steps_of(here.session.plan, after.scene, here.session.leaving))
    current = here.steps[here.place.step]
    if current not in after.steps:
        before = sum(step in after.steps for step in here.steps[: here.place.step])
        return play(after, Place(before), told, person=person)
    return stay(after, told, person=person)
