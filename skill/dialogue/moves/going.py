"""Moving through a routine: on, back, again, past, and waiting."""

from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING, PieceKind, Practice
from skill.coaching.timeline import Part, is_unsaid, the_move
from skill.dialogue.moves.sides import only_side
from skill.dialogue.progress import amount_left
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Situation
from skill.dialogue.turns import HURT, ask, finish, gate_of, is_on_the_floor, play, re_enter, rise, stay
from skill.library.models import Side
from skill.library.values import replace


def go(here: Situation) -> Turn:
    """They are ready: on to the next part of the set-up; and where all of it was told, count.

    Whoever is ready on the way has got there; on the way up, where people fall, only when they say so twice.
    """
    practice, place = here.practice, here.place
    if practice is None:
        return play(here, place)
    if is_unsaid(place, waiting=not here.running):
        here = replace(here, body=practice.form.position)
    if not here.running:
        return _begin_set(here, practice, place) if _all_told(practice, place) else _tell(here, place)
    if here.on_the_way and place.stage == Part.THINGS and practice.things:
        return play(here, replace(place, stage=Part.WAY.value))
    floor = here.scene.library.floor_positions
    leads_up = here.body in floor and practice.form.position not in floor
    if here.on_the_way and leads_up and not here.session.hurried:
        turn = _tell(here, place, here.words("take-your-time"))
        return replace(turn, session=replace(turn.session, hurried=True))
    if here.on_the_way:
        return arrive(here)
    if place.stage == Part.POSITION and not practice.short and practice.pieces[place.piece].kind is PieceKind.SET_UP:
        told = the_move(practice, practice.pieces[place.piece].side, here.words)
        return play(here, gate_of(here, place), told)
    return _begin_set(here, practice, place)


def _all_told(practice: Practice, place: Place) -> bool:
    """They wait at the last question before a set."""
    return practice.pieces[place.piece].kind is not PieceKind.SET_UP and place.stage == 0


def _tell(here: Situation, place: Place, *lead: str) -> Turn:
    return play(here, place, *lead, whole=here.session.whole)


def _begin_set(here: Situation, practice: Practice, place: Place) -> Turn:
    words, place = here.words, replace(gate_of(here, place), stage=0)
    practice = here.practices(place.step) or practice
    if place.rep or place.held:
        return play(here, place, words("go-left", amount=amount_left(practice, place, words)))
    if practice.short or (here.telling.flowing and practice.pieces[place.piece].number == 1):
        return play(here, place)  # in flow, that it begins is told with the set
    if practice.first and not practice.long_holds and place.piece == 1:
        return play(here, place, words("go-first", beat=practice.form.beats.lift.lower()))
    return play(here, place, words("go"))


def arrive(here: Situation) -> Turn:
    """They say that they are where they were sent: what is still to be told of the set-up is told."""
    practice = here.practice
    if practice is None or here.phase is not Phase.POSITIONING:
        return stay(here, here.words("all-well"))
    if _all_told(practice, here.place):
        return go(here)
    on_the_way = here.on_the_way and here.place.stage in (Part.WAY, Part.UP)
    if not on_the_way and not is_unsaid(here.place, waiting=not here.running):
        return _tell(here, here.place)
    return _tell(replace(here, body=practice.form.position), replace(here.place, stage=Part.POSITION.value))


def move_on(here: Situation) -> Turn:
    """On to the next joint, whatever the clock says; what is running counts as done."""
    if not here.running or here.between:
        return play(here, here.place)
    practice = here.practice
    return play(here, after_piece(practice, here.place) if practice else here.place, here.words("moving-on"))


def take_up(here: Situation) -> Turn:
    """After a pause: back into position, then what is left."""
    return re_enter(here, here.place, whole=here.session.whole)


def back(here: Situation) -> Turn:
    """One joint back. A set that was done is entered again by way of its position; never one that hurt."""
    target = _before(here, here.place)
    if here.session.leaving and (target is None or target.step == here.place.step):
        return stay(here)
    if target is None:
        return play(here, Place(here.place.step), here.words("at-the-start"))
    practice = here.practices(target.step)
    if practice and practice.pieces[target.piece].kind is PieceKind.SET:
        return re_enter(here, target, here.words("back-to"))
    return play(here, target)


def again(here: Situation) -> Turn:
    """This joint from its start: a set that is running, at once; a set-up, told again."""
    place, practice = here.place, here.practice
    if practice is None:
        return stay(here, here.words("nothing-underway"))
    if here.phase is Phase.MOVING and here.running:
        last = _before(here, place) if here.between else None
        return play(here, last or Place(place.step, place.piece), here.words("again"))
    if place.stage and practice.pieces[place.piece].kind is PieceKind.SET:
        return _tell(here, place)
    if here.phase is Phase.POSITIONING and (place.rep or place.held):
        return re_enter(here, place)
    return play(here, _told_last(practice, place))


def again_from_its_start(here: Situation) -> Turn:
    """Repeat after a pause: into position, and this set from its first rep."""
    return re_enter(here, Place(here.place.step, here.place.piece))


def skip_exercise(here: Situation) -> Turn:
    """Leave this exercise for the next one."""
    named = here.practice.exercise.name if here.practice else ""
    return play(here, Place(here.place.step + 1), here.words("skipped", exercise=named))


def skip_side(here: Situation, side: str | None) -> Turn:
    """Leave this side: on to the other one, or from the second on to the next exercise."""
    piece, practice = here.piece, here.practice
    if piece is None or practice is None or piece.side is None:
        return skip_exercise(here)
    if side in tuple(Side) and side != piece.side:
        return only_side(here, piece.side)
    told = here.words("skipped-side", side=here.words.side(piece.side))
    switch = next((n for n, other in enumerate(practice.pieces) if other.kind is PieceKind.SWITCH), 0)
    if switch > here.place.piece:
        return play(here, Place(here.place.step, switch), told)
    return play(here, Place(here.place.step + 1), told)


def get_up(here: Situation) -> Turn:
    """The way up, with its seated pause; the place is kept. What hurt stays stopped."""
    if not here.steps:
        return stay(here, here.words("nothing-underway"))
    if is_on_the_floor(here):
        return rise(here)
    return ask(here, Phase.HURTING if here.session.leaving else Phase.PAUSED, here.words("you-are-up"))


TOLD_EARLY_SECONDS = 5
"""So much sooner than estimated the first half of the way up may have been told, and its quiet be over."""


def rise_on(here: Situation) -> Turn:
    """They sit well: the second half of the way up. They are up: what it was for. Too soon, and it is told again."""
    session = here.session
    if not session.seated_at:
        return _up(replace(here, body=STANDING))
    early = session.seated_at - TOLD_EARLY_SECONDS > here.scene.now.timestamp()
    if not early or session.hurried:
        return rise(here, first=False)
    turn = rise(here, here.words("take-your-time"))
    return replace(turn, session=replace(turn.session, hurried=True))


def rise_again(here: Situation) -> Turn:
    """The half of the way up that was told last, once more; nothing, where they have heard all of it."""
    return rise(here, first=bool(here.session.seated_at)) if is_on_the_floor(here) else stay(here)


def _up(here: Situation) -> Turn:
    if here.session.asked_in == Phase.FINISHING:
        return finish(here, hurt=here.session.asked == HURT)
    return ask(here, Phase.HURTING if here.session.leaving else Phase.PAUSED, here.words("all-well"))


def pause(here: Situation) -> Turn:
    """Wait as long as it takes; the place is the start of this rep, or the last five seconds held."""
    return ask(here, Phase.PAUSED, here.words("paused"))


def close_at_once(here: Situation) -> Turn:
    """They stop when everything has been done: the closing words, and nobody is waited for."""
    return finish(here, at_once=True)


def close_the_plan(here: Situation) -> Turn:
    """Everything has been done and heard: the closing words."""
    return finish(here)


def _before(here: Situation, place: Place) -> Place | None:
    """The start of the joint before the one they are at; None at the very start."""
    at_gate = here.phase is Phase.POSITIONING and not (place.rep or place.held)
    if place.stage:
        place = Place(place.step, place.piece)
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


def _told_last(practice: Practice, place: Place) -> Place:
    """What was told last before the question that they are at: of a set-up in parts, its last part."""
    before = _set_up_of(practice, place)
    if practice.pieces[before.piece].kind is not PieceKind.SET_UP:
        return before
    if before.piece != place.piece:
        return replace(before, stage=Part.POSITION.value)
    earlier = {Part.MOVE.value: Part.POSITION.value, Part.POSITION.value: Part.WAY.value, Part.UP.value: Part.WAY.value}
    return replace(before, stage=earlier.get(place.stage, 0))
