"""Doses and pace by voice: within the content's range, said back, kept, and what was running runs on."""

from dataclasses import replace
from typing import Any

from skill.coaching.place import Place
from skill.coaching.practice import Practice
from skill.coaching.wishes import Pace, Speed, Wish
from skill.dialogue.events import Event, MoreSeconds, SetHold, SetReps, SetSets
from skill.dialogue.here import Here
from skill.dialogue.session import Person, Phase, Turn
from skill.dialogue.turns import play, re_enter, stay
from skill.library.models import Level, Range
from skill.library.words import Words, sentences


def more_seconds(here: Here, event: Event) -> Turn:
    """So many seconds more: of the hold that is running or just ended, or else of the holds to come."""
    assert isinstance(event, MoreSeconds)
    practice, more = here.practice, event.seconds if event.seconds is not None else 10
    if practice is None or here.phase in (Phase.OFFERING, Phase.CONFIRMING):
        return stay(here, here.words("tell-me-in-exercise"))
    hold = _hold_to_lengthen(here, practice)
    if hold is None:
        return set_hold(here, SetHold(practice.hold + more))
    fives = max(5, round(more / 5) * 5)
    back = replace(hold, held=max(hold.held - fives, practice.hold - practice.form.dose.hold.most))
    told = here.words("more-seconds", seconds=here.words.amount("seconds", fives))
    return play(here, back, told, holding=True)


def _hold_to_lengthen(here: Here, practice: Practice) -> Place | None:
    """The long hold that is running, or the last one of a plan that has just ended."""
    if here.holding:
        return here.place
    if here.phase is Phase.FINISHING and practice.long_holds:
        return replace(here.place, rep=practice.reps - 1, held=practice.hold)
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
    matches = [n for n, other in enumerate(practice.pieces) if (other.kind, other.side) == (piece.kind, piece.side)]
    exact = [n for n in matches if practice.pieces[n].number == piece.number]
    index = (exact or matches[-1:] or [0])[0]
    rep = min(before.place.rep, practice.reps - 1)
    place = Place(before.place.step, index, rep, before.place.held if rep == before.place.rep else 0)
    return replace(after, place=place)


def easier(here: Here, event: Event) -> Turn:
    """One form easier, in which the set is begun again from its position."""
    return _other_form(here, {Level.HARDER: Level.USUAL, Level.USUAL: Level.EASIER}, "easier")


def harder(here: Here, event: Event) -> Turn:
    """One form harder, in which the set is begun again from its position."""
    return _other_form(here, {Level.EASIER: Level.USUAL, Level.USUAL: Level.HARDER}, "harder")


def _other_form(here: Here, ladder: dict[Level, Level], way: str) -> Turn:
    practice, words = here.practice, here.words
    if practice is None:
        return stay(here, words("tell-me-in-exercise"))
    level = ladder.get(practice.form.level)
    form = practice.exercise.forms.get(level) if level else None
    if form is None or level is None:
        return stay(here, words(f"no-{way}"))
    person = _wishing(here, level=level)
    after = _where_it_was(here, here.remembering(person))
    told = words("said-usual") if level is Level.USUAL else words(f"said-{way}", label=form.label)
    return re_enter(after, Place(after.place.step, after.place.piece, after.place.rep), told, person=person, anew=True)


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
