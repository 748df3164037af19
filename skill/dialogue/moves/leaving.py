"""Stopping, and the ends of a session that nothing can be said to. The place is kept."""

from dataclasses import replace

from skill.coaching.place import Place
from skill.dialogue.events import Event
from skill.dialogue.here import Here
from skill.dialogue.session import Phase, Turn
from skill.dialogue.turns import close, silent


def stop(here: Here, event: Event) -> Turn:
    """Leave; next time begins with the offer to go on."""
    return close(here, here.words("stopped" if here.steps else "stopped-nothing"))


def left(here: Here, event: Event) -> Turn:
    """The person or the device left. A piece that was still running is offered from where it began."""
    return silent(here, _begun(here))


def timed_out(here: Here, event: Event) -> Turn:
    """Nobody answered the reprompt, so all of the answer was heard: what was playing counts as done."""
    if here.session.phase is Phase.FINISHING:
        return silent(here, None)
    return silent(here, here.session.ends if here.session.since is not None else here.place)


def done(here: Here, event: Event) -> Turn:
    """Left when everything had been done."""
    return silent(here, None)


def failed(here: Here, event: Event) -> Turn:
    """The device could not use the answer: nothing of it was heard. Next time she counts aloud, if it had sounds."""
    turn = silent(here, here.session.place)
    if not here.scene.listener.sounds or turn.person.sounds_failed:
        return turn
    return replace(turn, person=replace(turn.person, sounds_failed=True, sounds_failure_told=False))


def _begun(here: Here) -> Place:
    """Where the piece that is running began for this person; the place itself when nothing is running."""
    if not here.running:
        return here.place
    began = here.session.place
    same = (began.step, began.piece) == (here.place.step, here.place.piece)
    return began if same else Place(here.place.step, here.place.piece)
