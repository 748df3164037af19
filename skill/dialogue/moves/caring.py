"""Care: pain, emergencies, and the way out of floor work. Nothing here is stored."""

from dataclasses import replace

from skill.coaching import plan
from skill.coaching.place import Place
from skill.dialogue.events import Event
from skill.dialogue.here import Here, easier_there_is
from skill.dialogue.moves.adjusting import easier
from skill.dialogue.moves.going import skip_exercise
from skill.dialogue.moves.opening import begin
from skill.dialogue.session import Phase, Turn
from skill.dialogue.turns import ask, close, finish, play, stay


def it_hurts(here: Here, event: Event) -> Turn:
    """It stops at once, and offers easier, skip or stop. It never goes on by itself."""
    named = here.practice.exercise.name if here.practice else ""
    return ask(here, Phase.HURTING, here.words("it-hurts", exercise=named))


def it_hurt(here: Here, event: Event) -> Turn:
    """Pain when nothing is going on, or when everything is done."""
    return stay(here, here.words("it-hurts-nothing"))


def sharp_pain(here: Here, event: Event) -> Turn:
    """This exercise is over: skip it or stop."""
    here = replace(here, session=replace(here.session, sharp=True))
    return ask(here, Phase.HURTING, here.words("sharp-pain"))


def easier_or_leave(here: Here, event: Event) -> Turn:
    """Yes, when easier, skip or stop was offered: the easier form where there is one, else this exercise is left."""
    return easier(here, event) if easier_there_is(here, here.place) else leave_exercise(here, event)


def easier_if_there_is(here: Here, event: Event) -> Turn:
    """Easier, when something hurts: the easier form, or else that there is none, and the question again."""
    if easier_there_is(here, here.place):
        return easier(here, event)
    return ask(here, Phase.HURTING, here.words("no-easier-now"))


def leave_exercise(here: Here, event: Event) -> Turn:
    """Move on after something hurt: this exercise is left, and after the last one nobody is praised or hurried."""
    if here.practice is None:
        return skip_exercise(here, event)
    told = here.words("leave-it", exercise=here.practice.exercise.name)
    if here.place.step + 1 == len(here.steps):
        return finish(here, told, hurt=True)
    return play(here, Place(here.place.step + 1), told)


def not_harder(here: Here, event: Event) -> Turn:
    """Never harder while something hurts."""
    return stay(here, here.words("no-harder-now"))


def emergency(here: Here, event: Event) -> Turn:
    """Stop, rest, call for help. The session ends, and nothing goes on by itself."""
    return close(here, here.words("emergency"))


def cannot_get_down(here: Here, event: Event) -> Turn:
    """The way out of floor work: the routine on a chair and standing."""
    library = here.scene.library
    other = plan.of_routine(library.off_the_floor_routine)
    if here.session.plan == other:
        return stay(here, here.words("no-floor-already"))
    if not here.steps:
        return begin(here, other)
    if here.phase is Phase.OFFERING:
        return begin(here, other)
    named = library.routines[library.off_the_floor_routine].name
    return ask(here, Phase.CONFIRMING, here.words("no-floor-question", plan=named), asked=other)
