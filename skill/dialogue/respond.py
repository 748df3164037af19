"""The one function that decides: a session and an event go in, a whole turn comes out."""

from dataclasses import replace

from skill.dialogue.events import Event, Ready, StartRoutine
from skill.dialogue.here import Here, changed, look
from skill.dialogue.history import ON, done, written_down
from skill.dialogue.prompt import Say
from skill.dialogue.session import Forget, Phase, Scene, Session, Turn
from skill.dialogue.table import TABLE
from skill.dialogue.turns import joined
from skill.library.words import Words


def respond(session: Session, event: Event, scene: Scene) -> Turn:
    """Answer an event.

    Args:
        session: any session, also an old or damaged one: it is settled into a legal one first.
        event: what happened.
        scene: what she may look at: the person, the content, the device, the time.

    Returns:
        The session and the person as they are afterwards, and what is heard. Never raises for any session.
    """
    if event == StartRoutine():
        event = Ready()  # "start", with nothing named, is how some people say that they are ready
    if session.turns == 0:
        return _first(session, event, scene)
    return _answer(session, event, scene)


def _answer(session: Session, event: Event, scene: Scene) -> Turn:
    here = look(session, scene, generous=isinstance(event, ON))
    settled = done(here, event)
    here = here.remembering(written_down(scene.person, settled, here.session.plan, scene.today))
    whole = (here.session.plan,) if settled.whole else ()
    session = changed(here.session, done=(*here.session.done, *settled.finished, *whole))
    turn = _move(changed(here, session=session), event)
    if turn.forget is not Forget.NOBODY:
        return turn
    return changed(turn, person=changed(turn.person, last_day=scene.today.isoformat()))


def _move(here: Here, event: Event) -> Turn:
    """What the table says. Where it says nothing, a question is let drop, as if it had not been asked."""
    move = TABLE[here.phase, type(event)]
    if move is not None:
        return move(here, event)
    return _move(replace(here, phase=Phase.PAUSED if here.steps else Phase.CHOOSING), event)


def _first(session: Session, event: Event, scene: Scene) -> Turn:
    """The first turn of a session. If sounds failed last time she says so, once; the time after, she tries again."""
    person = scene.person
    due = person.sounds_failed and not person.sounds_failure_told
    person = replace(person, sounds_failed=due, sounds_failure_told=due)
    turn = _answer(session, event, replace(scene, person=person))
    if not due or not turn.prompt.parts:
        return turn
    parts = joined((Say(Words(scene.library)("sounds-failed")), *turn.prompt.parts))
    return replace(turn, prompt=replace(turn.prompt, parts=parts))
