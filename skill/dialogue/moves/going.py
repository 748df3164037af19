"""Moving through a routine: on, back, again, past, waiting, and leaving it; and which side comes when."""

from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING, PieceKind, Practice
from skill.coaching.timeline import Part, is_unsaid, the_move
from skill.dialogue.progress import amount_left
from skill.dialogue.session import Phase, Turn, today_of
from skill.dialogue.situation import Situation, as_heard, last_set, with_person
from skill.dialogue.turns import HURT, ask, close, finish, gate_of, play, re_enter, rise, silent, stay, up_slowly
from skill.library.models import Side, Sides
from skill.library.values import replace


def go(here: Situation) -> Turn:
    """They are ready: on to the next part of the set-up; and where all of it was told, count.

    Whoever is ready on the way has got there; on the way up, where people fall, only when they say so twice.
    """
    practice, place = here.practice, here.place
    if is_unsaid(place, waiting=not here.running):
        here = replace(here, body=practice.form.position)
    if not here.running:
        return _begin_set(here) if _all_told(here) else _tell(here, place)
    if here.on_the_way and place.stage == Part.THINGS and practice.things:
        return play(here, replace(place, stage=Part.WAY.value))
    leads_up = here.on_the_floor and practice.form.position not in here.library.floor_positions
    if here.on_the_way and leads_up and not here.session.hurried:
        turn = _tell(here, place, here.words("take-your-time"))
        return replace(turn, session=replace(turn.session, hurried=True))
    if here.on_the_way:
        return arrive(here)
    if place.stage == Part.POSITION and not practice.short and here.piece.kind is PieceKind.SET_UP:
        return play(here, gate_of(here, place), the_move(practice, here.piece.side, here.words))
    return _begin_set(here)


def _all_told(here: Situation) -> bool:
    """They wait at the last question before a set."""
    return here.piece.kind is not PieceKind.SET_UP and here.place.stage == 0


def _tell(here: Situation, place: Place, *lead: str) -> Turn:
    return play(here, place, *lead, whole=here.session.whole)


def _begin_set(here: Situation) -> Turn:
    words, place = here.words, replace(gate_of(here, here.place), stage=0)
    there = replace(here, place=place)
    practice = there.practice
    if place.rep or place.held:
        return play(here, place, words("go-left", amount=amount_left(practice, place, words)))
    if practice.short or (here.telling.flowing and there.piece.number == 1):
        return play(here, place)  # in flow, that it begins is told with the set
    if practice.first and not practice.long_holds and place.piece == 1:
        return play(here, place, words("go-first", beat=practice.form.beats.lift.lower()))
    return play(here, place, words("go"))


def arrive(here: Situation) -> Turn:
    """They say that they are where they were sent: what is still to be told of the set-up is told."""
    if here.phase is not Phase.POSITIONING:
        return stay(here, here.words("all-well"))
    if _all_told(here):
        return go(here)
    on_the_way = here.on_the_way and here.place.stage in (Part.WAY, Part.UP)
    if not on_the_way and not is_unsaid(here.place, waiting=not here.running):
        return _tell(here, here.place)
    return _tell(replace(here, body=here.practice.form.position), replace(here.place, stage=Part.POSITION.value))


def move_on(here: Situation) -> Turn:
    """On to the next joint, whatever the clock says; what is running counts as done."""
    if not here.running or here.between:
        return play(here, here.place)
    return play(here, after_piece(here.practice, here.place), here.words("moving-on"))


def take_up(here: Situation) -> Turn:
    """After a pause: back into position, then what is left."""
    return re_enter(here, here.place, whole=here.session.whole)


def back(here: Situation) -> Turn:
    """One joint back. A set that was done is entered again by way of its position; never one that hurt."""
    target = _before(here)
    if here.session.leaving and (target is None or target.step == here.place.step):
        return stay(here)
    if target is None:
        return play(here, Place(here.place.step), here.words("at-the-start"))
    if replace(here, place=target).piece.kind is PieceKind.SET:
        return re_enter(here, target, here.words("back-to"))
    return play(here, target)


def again(here: Situation) -> Turn:
    """This joint from its start: a set that is running, at once; a set-up, told again."""
    place = here.place
    if here.phase is Phase.MOVING and here.running:
        last = _before(here) if here.between else None
        return play(here, last or Place(place.step, place.piece), here.words("again"))
    if place.stage and here.piece.kind is PieceKind.SET:
        return _tell(here, place)
    if here.phase is Phase.POSITIONING and (place.rep or place.held):
        return re_enter(here, place)
    return play(here, _told_last(here.practice, place))


def again_from_its_start(here: Situation) -> Turn:
    """Repeat after a pause: into position, and this set from its first rep."""
    return re_enter(here, Place(here.place.step, here.place.piece))


def skip_exercise(here: Situation) -> Turn:
    """Leave this exercise for the next one."""
    return play(here, Place(here.place.step + 1), here.words("skipped", exercise=here.practice.exercise.name))


def get_up(here: Situation) -> Turn:
    """The way up, with its seated pause; the place is kept. What hurt stays stopped."""
    return rise(here) if here.on_the_floor else _waiting(here, here.words("you-are-up"))


TOLD_EARLY_SECONDS = 5
"""So much sooner than estimated the first half of the way up may have been told, and its quiet be over."""


def rise_on(here: Situation) -> Turn:
    """They sit well: the second half of the way up. They are up: what it was for. Too soon, and it is told again."""
    session = here.session
    if not session.seated_at:
        here = replace(here, body=STANDING)
        over = session.asked_in == Phase.FINISHING
        return finish(here, hurt=session.asked == HURT) if over else _waiting(here, here.words("all-well"))
    early = session.seated_at - TOLD_EARLY_SECONDS > here.scene.now.timestamp()
    if not early or session.hurried:
        return rise(here, first=False)
    turn = rise(here, here.words("take-your-time"))
    return replace(turn, session=replace(turn.session, hurried=True))


def rise_again(here: Situation) -> Turn:
    """The half of the way up that was told last, once more; nothing, where they have heard all of it."""
    return rise(here, first=bool(here.session.seated_at)) if here.on_the_floor else stay(here)


def _waiting(here: Situation, told: str) -> Turn:
    return ask(here, Phase.HURTING if here.session.leaving else Phase.PAUSED, told)


def pause(here: Situation) -> Turn:
    """Wait as long as it takes; the place is the start of this rep, or the last five seconds held."""
    return ask(here, Phase.PAUSED, here.words("paused"))


def close_at_once(here: Situation) -> Turn:
    """They stop when everything has been done: the closing words, and nobody is waited for."""
    return finish(here, at_once=True)


def _before(here: Situation) -> Place | None:
    """The start of the joint before the one they are at; None at the very start."""
    place = here.place
    at_gate = here.phase is Phase.POSITIONING and not (place.rep or place.held)
    if at_gate and here.piece.kind is PieceKind.SET:
        place = Place(place.step, place.piece - 1)
    if place.piece:
        earlier = place.piece - 1
        return Place(place.step, earlier - (here.practice.pieces[earlier].kind is PieceKind.REST))
    last = here.practices(place.step - 1)
    return Place(place.step - 1, len(last.pieces) - 1) if last else None


def _told_last(practice: Practice, place: Place) -> Place:
    """What was told last before the question that they are at: of a set-up in parts, its last part."""
    in_set = practice.pieces[place.piece].kind is PieceKind.SET
    before = Place(place.step, place.piece - in_set)  # what leads to a set is the piece before it
    if practice.pieces[before.piece].kind is not PieceKind.SET_UP:
        return before
    if before.piece != place.piece:
        return replace(before, stage=Part.POSITION.value)
    earlier = {Part.MOVE.value: Part.POSITION.value, Part.POSITION.value: Part.WAY.value, Part.UP.value: Part.WAY.value}
    return replace(before, stage=earlier.get(place.stage, 0))


# Sides: done now, kept for today, and never the opposite


def skip_side(here: Situation, side: str | None) -> Turn:
    """Leave this side: on to the other one, or from the second on to the next exercise."""
    piece, pieces = here.piece, here.practice.pieces
    if piece.side is None:
        return skip_exercise(here)
    if side in tuple(Side) and side != piece.side:
        return only_side(here, piece.side)
    told = here.words("skipped-side", side=here.words.side(piece.side))
    switch = next((n for n, other in enumerate(pieces) if other.kind is PieceKind.SWITCH), 0)
    return play(here, Place(here.place.step, switch) if switch > here.place.piece else Place(here.place.step + 1), told)


def only_side(here: Situation, side: str | None = None) -> Turn:
    """That side and no other, today; without a name, the one they are at. Where it is done, the exercise is over."""
    piece, practice = here.piece, here.practice
    if piece.side is None:
        return stay(here, here.words("both-sides-together"))
    wanted = Side(side) if side in tuple(Side) else piece.side
    told = here.words("only-side", side=here.words.side(wanted), exercise=practice.exercise.name)
    after = _with_sides(here, wanted)
    if piece.side is wanted:
        return stay(_at_its_piece(here, after, wanted), told)
    if wanted in _sides_so_far(here):
        return play(after, Place(here.place.step + 1), told)
    return _from_its_start(after, told)


def other_side_first(here: Situation) -> Turn:
    """The other side now, and this one after it; where the other is done, that is said."""
    side = here.piece.side
    if side is None:
        return stay(here, here.words("both-sides-together"))
    if side.other in _sides_so_far(here):
        return stay(here, here.words("other-side-done", side=here.words.side(side.other)))
    told = here.words("other-side-first", side=here.words.side(side.other))
    return _from_its_start(_with_sides(here, side.other, side), told)


def side_again(here: Situation, side: str | None) -> Turn:
    """A side once more: into its position, and from its first rep."""
    here = _where_the_last_side_was(here)
    if here.piece.side is None:
        return stay(here, here.words("both-sides-together"))
    wanted = Side(side) if side in tuple(Side) else here.piece.side
    if wanted not in [one.side for one in here.practice.pieces]:
        here = _with_sides(here)
    pieces = here.practice.pieces
    first = next(n for n, one in enumerate(pieces) if (one.kind, one.side) == (PieceKind.SET, wanted))
    return re_enter(here, Place(here.place.step, first), here.words("side-again"))


def _where_the_last_side_was(here: Situation) -> Situation:
    """Before an exercise has begun, "do the left again" is about the one before it."""
    before = here.practices(here.place.step - 1) if here.place.step else None
    begun = here.place.piece > 0 or here.place.stage >= Part.MOVE
    if begun or before is None or before.exercise.sides is Sides.TOGETHER:
        return here
    return replace(here, place=Place(here.place.step - 1, len(before.pieces) - 1))


def both_sides(here: Situation) -> Turn:
    """Both sides again, where one was to be left out; of an exercise that is over, for the next time."""
    today = today_of(here.scene)
    if today.sides and not (here.steps and here.practice.exercise.id in today.sides):
        after = with_person(here, replace(here.person, today=replace(today, sides={})))
        return stay(after, here.words("both-sides"))
    side = here.piece.side if here.steps else None
    if side is None:
        return stay(here, here.words("both-sides-together"))
    if side.other in [one.side for one in here.practice.pieces]:  # both are done anyway, and neither of them twice
        return stay(here, here.words("both-sides"))
    after = _with_sides(here)
    if after.practice.pieces[0].side is not side:  # theirs stays the first one, so that the other is to come
        after = _with_sides(here, side, side.other)
    return stay(_at_its_piece(here, after, side), here.words("both-sides"))


def _sides_so_far(here: Situation) -> list[Side | None]:
    return [one.side for one in here.practice.pieces[: here.place.piece]]


def _with_sides(here: Situation, *order: Side) -> Situation:
    """The same moment with these sides of this exercise today, in this order; none stands for both, as usual."""
    today, exercise = today_of(here.scene), here.practice.exercise.id
    sides = {name: kept for name, kept in today.sides.items() if name != exercise}
    if order:
        sides[exercise] = order
    return with_person(here, replace(here.person, today=replace(today, sides=sides)))


def _at_its_piece(before: Situation, after: Situation, side: Side) -> Situation:
    """The same piece of the same side, in an exercise that has other pieces now; the end, where all is done."""
    piece, pieces = before.piece, after.practice.pieces
    if before.phase is Phase.FINISHING:
        return replace(after, place=last_set(after))
    if piece.kind is PieceKind.SWITCH:  # told again, as a set-up where their side comes first now: nothing counts yet
        leading = (PieceKind.SET_UP, PieceKind.SWITCH)
        told = next(n for n, one in enumerate(pieces) if one.side is side and one.kind in leading)
        stage = Part.POSITION.value if pieces[told].kind is PieceKind.SET_UP else 0
        return replace(after, place=Place(before.place.step, told, stage=stage))
    wanted = (piece.kind, side, piece.number)
    found = next((n for n, one in enumerate(pieces) if (one.kind, one.side, one.number) == wanted), None)
    return after if found is None else replace(after, place=replace(before.place, piece=found))


def _from_its_start(after: Situation, told: str) -> Turn:
    """The exercise from its first side; who is in its position already is told only how to get set."""
    in_position = after.body == after.practice.form.position
    return play(after, Place(after.place.step, stage=Part.POSITION.value if in_position else 0), told)


# Stopping, and the ends of a session that nothing can be said to; the place is kept


def stop(here: Situation) -> Turn:
    """Leave; next time begins with the offer to go on."""
    return close(here, here.words("stopped" if here.steps else "stopped-nothing"), up_slowly(here))


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
    heard = here if here.session.since is None else as_heard(here)
    return silent(heard, heard.place)


def left_when_done(here: Situation) -> Turn:
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
