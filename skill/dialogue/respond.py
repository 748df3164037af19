"""The one function that decides: a session and an event go in, a whole turn comes out."""

from skill.dialogue.events import Event, Said, StartRoutine
from skill.dialogue.moves.caring import is_over
from skill.dialogue.progress import LEADS_ON, counted
from skill.dialogue.prompt import Say
from skill.dialogue.session import Forget, Phase, Scene, Session, Turn
from skill.dialogue.situation import Situation, look
from skill.dialogue.table import make_move
from skill.dialogue.turns import preceded
from skill.library.models import Wording
from skill.library.values import replace


def respond(session: Session, event: Event, scene: Scene) -> Turn:
    """Answer an event.

    Args:
        session: any session, also an old or damaged one: it is settled into a legal one first.
        event: what happened.
        scene: what she may look at: the person, the content, the device, the time.

    Returns:
        The session and the person as they are afterwards, and what is heard. Never raises for any session.
    """
    if event == Said.WHAT_DID_YOU_SAY and (session.echoed or not session.said):
        event = Said.REPEAT  # who asks twice wants all of it
    if event == StartRoutine():
        event = Said.READY  # "start", with nothing named, is how some people say that they are ready
    if session.turns == 0:
        return _first(session, event, scene)
    return _answer(session, event, scene)


def _answer(session: Session, event: Event, scene: Scene) -> Turn:
    person = scene.person
    if session.sounded and event not in (Said.FAILED, Said.LEFT) and person.sounds_failures:
        # Whoever goes on after an answer with sounds has heard it, so the failures before it were not in a row.
        scene = replace(scene, person=replace(person, sounds_failures=0))
    here = look(session, scene, generous=event in LEADS_ON)
    turn = _move(_as_the_day_is(counted(here, event)), event)
    if turn.forget is not Forget.NOBODY:
        return turn
    person = replace(turn.person, last_day=scene.today.isoformat(), seen_at=int(scene.now.timestamp()))
    if turn.prompt.listen:
        person = replace(person, body=turn.session.body, up_at=turn.session.up_at)
    return replace(turn, person=person)


def _as_the_day_is(here: Situation) -> Situation:
    """While the day is over nothing else is going on, whatever the session says."""
    if is_over(here.scene):
        return here if here.phase in (Phase.FORGETTING, Phase.ALARM) else replace(here, phase=Phase.OVER)
    return replace(here, phase=_resting(here)) if here.phase is Phase.OVER else here


def _resting(here: Situation) -> Phase:
    return Phase.PAUSED if here.steps else Phase.CHOOSING


def _move(here: Situation, event: Event) -> Turn:
    """What the table says. Where it says nothing, a question is let drop, as if it had not been asked."""
    turn = make_move(here, event)
    if turn is not None:
        return turn
    if is_over(here.scene):
        return _move(replace(here, phase=Phase.OVER), event)
    before = here.session.asked_in
    came_up = Phase(before) if before in (Phase.HURTING, Phase.FINISHING) and here.steps else _resting(here)
    return _move(replace(here, phase=came_up), event)


FAILURES_IN_A_ROW = 2
"""After so many she keeps to counting aloud, until they ask for the sounds themselves."""


def _first(session: Session, event: Event, scene: Scene) -> Turn:
    """The first turn of a session. If sounds failed last time she says so, once; the time after, she tries again."""
    person = scene.person
    due = person.sounds_failed and not person.sounds_failure_told
    keeps_counting = person.sounds_failed and person.sounds_failures >= FAILURES_IN_A_ROW
    session = replace(session, opened=person.sessions)
    person = replace(
        person,
        sounds_failed=due or keeps_counting,
        sounds_failure_told=due or keeps_counting,
        sessions=person.sessions + 1,
    )
    turn = _answer(session, event, replace(scene, person=person))
    if not due or not turn.prompt.parts:
        return turn
    return preceded(turn, Say(Wording(scene.library)("sounds-failed")))
