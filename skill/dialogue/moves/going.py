"""Moving through a routine: on, back, again, past, and waiting."""

from dataclasses import replace

from skill.coaching.fitting import after_piece
from skill.coaching.place import Place
from skill.coaching.practice import STANDING, PieceKind, Practice
from skill.dialogue.events import Event, SkipSide
from skill.dialogue.here import Here
from skill.dialogue.prompt import Say
from skill.dialogue.session import Phase, Turn
from skill.dialogue.telling import amount_left
from skill.dialogue.turns import ask, finish, gate_of, joined, play, re_enter, stay, way_up
from skill.library.models import Side


def go(here: Here, event: Event) -> Turn:
    """They are in position: count."""
    place = gate_of(here, here.place)
    practice = here.practices(place.step)
    if practice and (place.rep or place.held):
        return play(here, place, here.words("go-left", amount=amount_left(practice, place, here.words)))
    return play(here, place, here.words("go"))


def move_on(here: Here, event: Event) -> Turn:
    """On to the next joint, whatever the clock says; what is running counts as done."""
    if not here.running or here.between:
        return play(here, here.place)
    practice = here.practice
    return play(here, after_piece(practice, here.place) if practice else here.place, here.words("moving-on"))


def take_up(here: Here, event: Event) -> Turn:
    """After a pause: back into position, then what is left."""
    return re_enter(here, here.place)


def back(here: Here, event: Event) -> Turn:
    """One joint back. A set that was done is entered again by way of its position."""
    target = _before(here, here.place)
    if target is None:
        return play(here, Place(here.place.step), here.words("at-the-start"))
    practice = here.practices(target.step)
    if practice and practice.pieces[target.piece].kind is PieceKind.SET:
        return re_enter(here, target, here.words("back-to"))
    return play(here, target)


def again(here: Here, event: Event) -> Turn:
    """This joint from its start: a set that is running, at once; a set-up, told again."""
    place, practice = here.place, here.practice
    if practice is None:
        return stay(here, here.words("nothing-underway"))
    if here.phase is Phase.MOVING and here.running:
        last = _before(here, place) if here.between else None
        return play(here, last or Place(place.step, place.piece), here.words("again"))
    if here.phase is Phase.POSITIONING and (place.rep or place.held):
        return re_enter(here, place)
    return play(here, _set_up_of(practice, place))


def again_from_its_start(here: Here, event: Event) -> Turn:
    """Repeat after a pause: into position, and this set from its first rep."""
    return re_enter(here, Place(here.place.step, here.place.piece))


def skip_exercise(here: Here, event: Event) -> Turn:
    """Leave this exercise for the next one."""
    named = here.practice.exercise.name if here.practice else ""
    return play(here, Place(here.place.step + 1), here.words("skipped", exercise=named))


def skip_side(here: Here, event: Event) -> Turn:
    """Leave this side: on to the other one, or from the second on to the next exercise."""
    assert isinstance(event, SkipSide)
    piece, practice = here.piece, here.practice
    if piece is None or practice is None or piece.side is None:
        return skip_exercise(here, event)
    if event.side in tuple(Side) and event.side != piece.side:
        return one_side(here, event)
    told = here.words("skipped-side", side=here.words.side(piece.side))
    switch = next((n for n, other in enumerate(practice.pieces) if other.kind is PieceKind.SWITCH), 0)
    if switch > here.place.piece:
        return play(here, Place(here.place.step, switch), told)
    return play(here, Place(here.place.step + 1), told)


def one_side(here: Here, event: Event) -> Turn:
    """The other side is to be left out: when it comes, it can be skipped; when it is done, that is said."""
    piece, practice = here.piece, here.practice
    if piece is None or practice is None or piece.side is None:
        return stay(here, here.words("both-sides-together"))
    other = here.words.side(piece.side.other)
    first = not any(one.kind is PieceKind.SWITCH for one in practice.pieces[: here.place.piece + 1])
    return stay(
        here, here.words("other-side-later", side=other) if first else here.words("other-side-done", side=other)
    )


def get_up(here: Here, event: Event) -> Turn:
    """The way up, with its seated pause; the place is kept."""
    if not here.steps:
        return stay(here, here.words("nothing-underway"))
    turn = ask(replace(here, body=STANDING), Phase.PAUSED)
    parts = joined((*(way_up(here) or (Say(here.words("you-are-up")),)), *turn.prompt.parts))
    return replace(turn, prompt=replace(turn.prompt, parts=parts))


def all_well(here: Here, event: Event) -> Turn:
    """A friendly word back, and on as before."""
    return stay(here, here.words("all-well"))


def pause(here: Here, event: Event) -> Turn:
    """Wait as long as it takes; the place is the start of this rep, or the last five seconds held."""
    return ask(here, Phase.PAUSED, here.words("paused"))


def close_the_plan(here: Here, event: Event) -> Turn:
    """Everything has been done and heard: the closing words."""
    return finish(here)


def nothing_left(here: Here, event: Event) -> Turn:
    """There is nothing more to come."""
    return stay(here, here.words("nothing-left"))


def nothing_to_pause(here: Here, event: Event) -> Turn:
    """There is nothing to pause yet."""
    return stay(here, here.words("paused-nothing"))


def nothing_underway(here: Here, event: Event) -> Turn:
    """There is no place to go on from, or back to, yet."""
    return stay(here, here.words("nothing-underway"))


def _before(here: Here, place: Place) -> Place | None:
    """The start of the joint before the one they are at; None at the very start."""
    at_gate = here.phase is Phase.POSITIONING and not (place.rep or place.held)
    practice = here.practice
    if practice is None:
        return None
    if at_gate and practice.pieces[place.piece].kind is PieceKind.SET:
        place = _set_up_of(practice, place)
    if place.piece:
        earlier = place.piece - 1
        if practice.pieces[earlier].kind is PieceKind.REST:
            earlier -= 1
        return Place(place.step, earlier)
    last = here.practices(place.step - 1)
    return Place(place.step - 1, len(last.pieces) - 1) if last else None


def _set_up_of(practice: Practice, place: Place) -> Place:
    """The set-up, change of side or rest that leads to a set; any other piece is its own."""
    if place.piece and practice.pieces[place.piece].kind is PieceKind.SET:
        return Place(place.step, place.piece - 1)
    return Place(place.step, place.piece)
