"""Which side, in which order: done now, kept for today, and never the opposite."""

from skill.coaching.plan import Place
from skill.coaching.practice import PieceKind
from skill.coaching.timeline import Part
from skill.dialogue.changes import with_person
from skill.dialogue.session import Person, Phase, Turn, today_of
from skill.dialogue.situation import Situation, last_set
from skill.dialogue.turns import play, re_enter, stay
from skill.library.models import Side, Sides
from skill.library.values import replace


def only_side(here: Situation, side: str | None = None) -> Turn:
    """Only the side that was named; without a name, the one they are at."""
    if here.piece is None or here.piece.side is None:
        return stay(here, here.words("both-sides-together"))
    return _only(here, Side(side) if side in tuple(Side) else here.piece.side)


def _only(here: Situation, wanted: Side) -> Turn:
    """That side and no other, today. Where it is done already, the exercise is over."""
    piece, practice = here.piece, here.practice
    assert piece is not None
    assert practice is not None
    told = here.words("only-side", side=here.words.side(wanted), exercise=practice.exercise.name)
    done = [one.side for one in practice.pieces[: here.place.piece]]
    after = with_person(here, _with_sides(here, (wanted,)))
    if piece.side is wanted:
        return stay(_at_its_piece(here, after, wanted), told, person=after.scene.person)
    if wanted in done:
        return play(after, Place(here.place.step + 1), told, person=after.scene.person)
    return _from_its_start(after, told)


def other_side_first(here: Situation) -> Turn:
    """The other side now, and this one after it; where the other is done, that is said."""
    piece, practice = here.piece, here.practice
    if piece is None or practice is None or piece.side is None:
        return stay(here, here.words("both-sides-together"))
    other = piece.side.other
    if other in [one.side for one in practice.pieces[: here.place.piece]]:
        return stay(here, here.words("other-side-done", side=here.words.side(other)))
    after = with_person(here, _with_sides(here, (other, piece.side)))
    return _from_its_start(after, here.words("other-side-first", side=here.words.side(other)))


def side_again(here: Situation, side: str | None) -> Turn:
    """A side once more: into its position, and from its first rep."""
    here = _where_the_last_side_was(here)
    piece, practice = here.piece, here.practice
    if piece is None or practice is None or piece.side is None:
        return stay(here, here.words("both-sides-together"))
    wanted = Side(side) if side in tuple(Side) else piece.side
    person = here.scene.person
    if wanted not in [one.side for one in practice.pieces]:
        here = with_person(here, _with_sides(here, ()))
        person, practice = here.scene.person, here.practice or practice
    first = next(n for n, one in enumerate(practice.pieces) if (one.kind, one.side) == (PieceKind.SET, wanted))
    return re_enter(here, Place(here.place.step, first), here.words("side-again"), person=person)


def _where_the_last_side_was(here: Situation) -> Situation:
    """Before an exercise has begun, "do the left again" is about the one before it."""
    before = here.practices(here.place.step - 1) if here.place.step else None
    begun = here.place.piece > 0 or here.place.stage >= Part.MOVE
    if begun or before is None or before.exercise.sides is Sides.TOGETHER:
        return here
    return replace(here, place=Place(here.place.step - 1, len(before.pieces) - 1))


def both_sides(here: Situation) -> Turn:
    """Both sides again, where one was to be left out; of an exercise that is over, for the next time."""
    piece, practice, today = here.piece, here.practice, today_of(here.scene)
    if today.sides and (practice is None or practice.exercise.id not in today.sides):
        person = replace(here.scene.person, today=replace(today, sides={}))
        return stay(with_person(here, person), here.words("both-sides"), person=person)
    if piece is None or practice is None or piece.side is None:
        return stay(here, here.words("both-sides-together"))
    if piece.side.other in [one.side for one in practice.pieces]:  # both are done anyway, and neither of them twice
        return stay(here, here.words("both-sides"))
    after = with_person(here, _with_sides(here, ()))
    order = [one.side for one in after.practice.pieces] if after.practice else []
    if order and order[0] is not piece.side:  # the side they are at stays the first one, so that the other is to come
        after = with_person(here, _with_sides(here, (piece.side, piece.side.other)))
    return stay(_at_its_piece(here, after, piece.side), here.words("both-sides"), person=after.scene.person)


def _with_sides(here: Situation, order: tuple[Side, ...]) -> Person:
    """The person who does these sides of this exercise today, in this order; none stands for both, as usual."""
    practice, today = here.practice, today_of(here.scene)
    assert practice is not None
    sides = {name: kept for name, kept in today.sides.items() if name != practice.exercise.id}
    if order:
        sides[practice.exercise.id] = order
    return replace(here.scene.person, today=replace(today, sides=sides))


def _at_its_piece(before: Situation, after: Situation, side: Side) -> Situation:
    """The same piece of the same side, in an exercise that has other pieces now; the end, where all is done."""
    piece, practice = before.piece, after.practice
    if piece is None or practice is None:
        return after
    if before.phase is Phase.FINISHING:
        return replace(after, place=last_set(after))
    if piece.kind is PieceKind.SWITCH:  # told again, as a set-up where their side comes first now: nothing counts yet
        told = next(n for n, one in enumerate(practice.pieces) if one.side is side and one.kind in _LEADING)
        first = practice.pieces[told].kind is PieceKind.SET_UP
        return replace(after, place=Place(before.place.step, told, stage=Part.POSITION.value if first else 0))
    wanted = (piece.kind, side, piece.number)
    found = next((n for n, one in enumerate(practice.pieces) if (one.kind, one.side, one.number) == wanted), None)
    return after if found is None else replace(after, place=replace(before.place, piece=found))


_LEADING = (PieceKind.SET_UP, PieceKind.SWITCH)
"""What leads to the first set of a side."""


def _from_its_start(after: Situation, told: str) -> Turn:
    """The exercise from its first side; who is in its position already is told only how to get set."""
    practice, place = after.practice, Place(after.place.step)
    if practice is not None and after.body == practice.form.position:
        place = replace(place, stage=Part.POSITION.value)
    return play(after, place, told, person=after.scene.person)
