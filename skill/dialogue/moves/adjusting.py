"""Doses and pace by voice: within the content's range, said back, kept, and what was running runs on."""

from dataclasses import replace
from typing import Any

from skill.coaching.fitting import after_piece
from skill.coaching.place import Place
from skill.coaching.practice import PieceKind, Practice
from skill.coaching.wishes import Pace, Speed, Wish
from skill.dialogue.events import Event, MoreSeconds, SetHold, SetReps, SetSets
from skill.dialogue.here import Here
from skill.dialogue.session import Person, Phase, Turn
from skill.dialogue.turns import play, re_enter, stay
from skill.library.models import Level, Range
from skill.library.words import Words, sentences


def more_seconds(here: Here, event: Event) -> Turn:
    """So many seconds more of the hold that is running, or that ended a moment ago. It changes no wish.

    While they get ready it means that they want a moment; in reps, how to hold each longer is said.
    """
    assert isinstance(event, MoreSeconds)
    practice, more = here.practice, event.seconds if event.seconds is not None else 10
    if practice is None or here.phase in (Phase.OFFERING, Phase.CONFIRMING):
        return stay(here, here.words("tell-me-in-exercise"))
    hold = _hold_to_lengthen(here, practice)
    if hold is None:
        return stay(here, here.words("in-reps") if here.phase is Phase.MOVING else here.words("take-your-time"))
    longest = practice.hold - practice.form.dose.hold.most
    back = replace(hold, held=max(hold.held - max(5, round(more / 5) * 5), longest))
    added = hold.held - back.held
    if added <= 0:
        return stay(here, here.words("long-enough"))
    told = here.words("more-seconds", seconds=here.words.amount("seconds", added))
    return play(here, back, told, holding=True)


def _hold_to_lengthen(here: Here, practice: Practice) -> Place | None:
    """The long hold that is running, or the one that has just ended."""
    if not practice.long_holds:
        return None
    if here.held is not None:
        return here.place
    if here.phase is Phase.FINISHING:
        return replace(here.place, rep=practice.reps - 1, held=practice.hold)
    in_set = practice.pieces[here.place.piece].kind is PieceKind.SET
    if here.phase is Phase.MOVING and here.running and in_set and here.place.rep:
        return replace(here.place, rep=here.place.rep - 1, held=practice.hold)
    return None


def set_reps(here: Here, event: Event) -> Turn:
    """Do so many reps of this exercise."""
    assert isinstance(event, SetReps)
    return _set_dose(here, "reps", event.count)


def set_sets(here: Here, event: Event) -> Turn:
    """Do so many sets of this exercise on each side."""
    assert isinstance(event, SetSets)
    return _set_dose(here, "sets", event.count)


def set_hold(here: Here, event: Event) -> Turn:
    """Hold for so many seconds in this exercise."""
    assert isinstance(event, SetHold)
    return _set_dose(here, "hold", event.seconds)


def _set_dose(here: Here, what: str, wanted: int | None) -> Turn:
    practice, words = here.practice, here.words
    if practice is None:
        return stay(here, words("tell-me-in-exercise"))
    if wanted is None:
        return stay(here, words("which-number"))
    allowed: Range = getattr(practice.form.dose, what)
    settled = _settled(allowed, wanted)
    unit = {"reps": "holds" if practice.long_holds else "reps", "sets": "sets", "hold": "seconds"}[what]
    said = words(f"said-{what}", **{"seconds" if what == "hold" else "amount": words.amount(unit, settled)})
    person = _wishing(here, **{what: settled})
    told = sentences("" if allowed.least <= wanted <= allowed.most else _limits(allowed, unit, words), said)
    return stay(_where_it_was(here, here.remembering(person)), told, person=person)


def _limits(allowed: Range, unit: str, words: Words) -> str:
    if allowed.least == allowed.most:
        return words("limited-to", amount=words.amount(unit, allowed.most))
    return words("limited", least=words.number(allowed.least), most=words.amount(unit, allowed.most))


def _settled(allowed: Range, wanted: int) -> int:
    """The nearest allowed number; stretches are timed in fives."""
    if allowed.least >= 10:
        wanted = round(wanted / 5) * 5
    return allowed.clamp(wanted)


def _where_it_was(before: Here, after: Here) -> Here:
    """The same set of the same side, though the exercise may have more pieces or fewer now."""
    piece, practice = before.piece, after.practice
    if piece is None or practice is None:
        return after
    sets = [n for n, other in enumerate(practice.pieces) if (other.kind, other.side) == (PieceKind.SET, piece.side)]
    if piece.number > practice.sets:
        return replace(after, place=after_piece(practice, Place(before.place.step, sets[-1])))
    kinds = [(other.kind, other.side, other.number) for other in practice.pieces]
    index = kinds.index((piece.kind, piece.side, piece.number))
    rep = min(before.place.rep, practice.reps - 1)
    goes_on = rep == before.place.rep and practice.long_holds and index in sets
    held = min(before.place.held, practice.hold - 5) if goes_on else 0
    return replace(after, place=Place(before.place.step, index, rep if index in sets else 0, held))


def easier(here: Here, event: Event) -> Turn:
    """One form easier, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.easier if here.practice else None, "easier")


def harder(here: Here, event: Event) -> Turn:
    """One form harder, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.harder if here.practice else None, "harder")


def _other_form(here: Here, level: Level | None, way: str) -> Turn:
    practice, words = here.practice, here.words
    if practice is None:
        return stay(here, words("tell-me-in-exercise"))
    form = practice.exercise.forms.get(level) if level else None
    if form is None or level is None:
        return stay(here, words(f"no-{way}"))
    person = _wishing(here, level=level)
    after = _where_it_was(here, here.remembering(person))
    told = words("said-usual") if level is Level.USUAL else words(f"said-{way}", label=form.label)
    return re_enter(after, Place(after.place.step, after.place.piece, after.place.rep), told, person=person, anew=True)


def as_usual(here: Here, event: Event) -> Turn:
    """The exercise as the content has it: its usual form and dose."""
    practice, person = here.practice, here.scene.person
    if practice is None:
        return stay(here, here.words("tell-me-in-exercise"))
    wishes = {name: wish for name, wish in person.wishes.items() if name != practice.exercise.id}
    person = replace(person, wishes=wishes)
    after = _where_it_was(here, here.remembering(person))
    if after.practice and after.practice.form.level is not practice.form.level:
        return re_enter(after, replace(after.place, held=0), here.words("said-usual"), person=person, anew=True)
    return stay(after, here.words("said-usual"), person=person)


def slower(here: Here, event: Event) -> Turn:
    """More time between the reps."""
    return _speed(here, {Speed.FASTER: Speed.USUAL, Speed.USUAL: Speed.SLOWER, Speed.SLOWER: Speed.SLOWER})


def faster(here: Here, event: Event) -> Turn:
    """Less time between the reps."""
    return _speed(here, {Speed.SLOWER: Speed.USUAL, Speed.USUAL: Speed.FASTER, Speed.FASTER: Speed.FASTER})


def _speed(here: Here, ladder: dict[Speed, Speed]) -> Turn:
    person = replace(here.scene.person, speed=ladder[here.scene.person.speed])
    phrase = {Speed.SLOWER: "slower", Speed.USUAL: "usual-speed", Speed.FASTER: "faster"}[person.speed]
    return stay(here.remembering(person), here.words(phrase), person=person)


def flow(here: Here, event: Event) -> Turn:
    """From now on she does not wait; she says how often she needs a word."""
    person = replace(here.scene.person, pace=Pace.FLOW)
    already = here.scene.person.pace is Pace.FLOW
    return stay(here.remembering(person), here.words("flow-already" if already else "flow"), person=person)


def guided(here: Here, event: Event) -> Turn:
    """From now on she waits for "ready"."""
    person = replace(here.scene.person, pace=Pace.GUIDED)
    return stay(here.remembering(person), here.words("guided"), person=person)


def ticks(here: Here, event: Event) -> Turn:
    """Seconds that can be heard; without sounds she counts aloud and says so."""
    return _ticking(here, True)


def quiet(here: Here, event: Event) -> Turn:
    """Holds without ticking; without sounds she counts aloud and says so."""
    return _ticking(here, False)


def _ticking(here: Here, wanted: bool) -> Turn:
    person = replace(here.scene.person, ticks=wanted)
    phrase = ("ticks" if wanted else "quiet") if here.scene.listener.sounds else "ticks-need-sounds"
    return stay(here.remembering(person), here.words(phrase), person=person)


def _wishing(here: Here, **wish: Any) -> Person:
    """The person, with one more wish about the exercise they are at."""
    person, practice = here.scene.person, here.practice
    if practice is None:
        return person
    wishes = {
        **person.wishes,
        practice.exercise.id: replace(person.wishes.get(practice.exercise.id, Wish()), **wish),
    }
    return replace(person, wishes=wishes)
