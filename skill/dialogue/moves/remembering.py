"""What is remembered: looking back, what they never want, and being forgotten."""

from skill.coaching.plan import Place
from skill.dialogue.moves.asking import which_exercise
from skill.dialogue.moves.caring import on_without
from skill.dialogue.moves.going import stop
from skill.dialogue.moves.opening import decline, keep_going
from skill.dialogue.progress import looking_back
from skill.dialogue.prompt import Card, Prompt, Say
from skill.dialogue.session import Forget, Person, Phase, Session, Turn, steps_of, today_of
from skill.dialogue.situation import Situation, leaving_today, with_person, with_steps
from skill.dialogue.turns import ask, play, showing, stay
from skill.library.values import replace


def how_am_i_doing(here: Situation) -> Turn:
    """How it went, in words, and on a card."""
    return _read_out(here, looking_back(here), "progress-title")


def what_do_you_know(here: Situation) -> Turn:
    """Everything that is remembered, by its kinds, in words and on a card."""
    return _read_out(here, here.words("known"), "known-title")


def _read_out(here: Situation, told: str, title: str) -> Turn:
    """What is remembered, told; to a voice that is not recognised it is not read out."""
    if not here.scene.recognised:
        return stay(here, here.words("not-recognised"))
    return showing(stay(here, told), Card(here.words(title), told))


def ask_before_forgetting(here: Situation) -> Turn:
    """It cannot be undone, so it is asked once; and whom, where several people are remembered."""
    whose = "" if here.scene.recognised else here.words("forget-unrecognised")
    return ask(here, Phase.FORGETTING, whose, here.words("forget"))


def forget(here: Situation) -> Turn:
    """Yes; where several are remembered, that says not whom."""
    return ask(here, Phase.FORGETTING) if here.scene.household > 1 else forget_everyone(here)


def forget_me(here: Situation) -> Turn:
    """Only the one who speaks."""
    return _forgotten(here, Forget.ME if here.scene.household > 1 else Forget.EVERYONE)


def forget_everyone(here: Situation) -> Turn:
    """Everyone under this account."""
    return _forgotten(here, Forget.EVERYONE)


def _forgotten(here: Situation, whom: Forget) -> Turn:
    told = here.words("forgotten-everyone" if whom is Forget.EVERYONE else "forgotten-me")
    return Turn(Session(), Person(), Prompt((Say(told),)), forget=whom)


def leave_out(here: Situation, exercise: str | None) -> Turn:
    """Never this exercise in a routine again; the one underway goes on with the next."""
    found = here.exercise(exercise)
    if found is None:
        return which_exercise(here)
    left_out = (*(name for name in here.person.left_out if name != found.id), found.id)
    return _with_other_steps(here, replace(here.person, left_out=left_out), here.words("left-out", exercise=found.name))


def leave_out_today(here: Situation, exercise: str | None) -> Turn:
    """This exercise not today; the one underway goes on with the next. To a question, it is no to what was asked."""
    if exercise is None and here.phase in _NOT_TODAY:
        return _NOT_TODAY[here.phase](here)
    found = here.exercise(exercise)
    if found is None:
        return which_exercise(here)
    told = here.words("left-out-today", exercise=found.name)
    return on_without(here, found.id, told) if here.steps else stay(leaving_today(here, found.id), told)


_NOT_TODAY = {Phase.OFFERING: decline, Phase.CONFIRMING: keep_going, Phase.CHOOSING: stop}


def put_back(here: Situation, exercise: str | None) -> Turn:
    """An exercise back into its routines; without a name, all of them."""
    if exercise is not None and exercise not in here.library.exercises:
        return which_exercise(here)
    today = today_of(here.scene)
    left_out = tuple(name for name in here.person.left_out if exercise not in (None, name))
    left = tuple(name for name in today.left if exercise not in (None, name) or name == here.session.leaving)
    if (left_out, left) == (here.person.left_out, today.left):
        return stay(here, here.words("nothing-left-out"))
    person = replace(here.person, left_out=left_out, today=replace(today, left=left))
    return _with_other_steps(here, person, here.words("put-back"))


def _with_other_steps(here: Situation, person: Person, told: str) -> Turn:
    """The same place in a plan that has other exercises now; where that exercise is gone, the next one."""
    after = with_person(here, person)
    if not here.steps:
        return stay(after, told)
    after = with_steps(after, steps_of(here.session.plan, after.scene, here.session.leaving))
    if here.steps[here.place.step] in after.steps:
        return stay(after, told)
    return play(after, Place(sum(step in after.steps for step in here.steps[: here.place.step])), told)
