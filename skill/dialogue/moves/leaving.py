"""Stopping, and the ends of a session that nothing can be said to. The place is kept."""

from skill.coaching.plan import Place
from skill.coaching.practice import STANDING
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Situation, as_heard
from skill.dialogue.turns import close, silent, up_slowly
from skill.library.models import sentences
from skill.library.values import replace


def stop(here: Situation) -> Turn:
    """Leave; next time begins with the offer to go on."""
    return close(here, sentences(here.words("stopped" if here.steps else "stopped-nothing"), up_slowly(here)))


def left(here: Situation) -> Turn:
    """The person or the device left. A piece that was still running is offered from where it began."""
    return silent(here, _begun(here))


def timed_out(here: Situation) -> Turn:
    """Nobody answered the reprompt, so all of the answer was heard: what was playing counts as done."""
    if here.session.phase is Phase.RISING:
        return silent(here, None if here.phase is Phase.FINISHING else here.place)
    if here.session.phase is Phase.FINISHING:
        turn = silent(here, None)
        return replace(turn, person=replace(turn.person, body="", up_at=0))  # the reprompt told the way up
    return silent(here, here.place) if here.session.since is None else silent(as_heard(here), here.session.ends)


def done(here: Situation) -> Turn:
    """Left when everything had been done."""
    return silent(here, None)


def failed(here: Situation) -> Turn:
    """The device could not use the answer: nothing of it was heard. Next time she counts aloud, if it had sounds.

    Devices have more than one name for that, so any failure straight after an answer with sounds counts against them.
    """
    body, session = here.session.body or STANDING, replace(here.session, up_at=0)
    turn = silent(replace(here, body=body, session=session), here.session.place)
    if not here.session.sounded or turn.person.sounds_failed:
        return turn
    failures = turn.person.sounds_failures + 1
    return replace(
        turn, person=replace(turn.person, sounds_failed=True, sounds_failure_told=False, sounds_failures=failures)
    )


def _begun(here: Situation) -> Place:
    """Where the piece that is running began for this person; the place itself when nothing is running."""
    if not here.running:
        return here.place
    began = here.session.place
    same = (began.step, began.piece) == (here.place.step, here.place.piece)
    return began if same else Place(here.place.step, here.place.piece)
