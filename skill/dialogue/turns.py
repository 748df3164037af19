"""The few kinds of answer there are: play on from a place, wait for "ready", ask something, or close."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from skill.coaching import plan
from skill.coaching.fitting import BEGINS_AFTER, SURELY_HEARD, Span, after_piece
from skill.coaching.place import Place
from skill.coaching.practice import STANDING, PieceKind, Practice
from skill.coaching.speech import speaking_seconds
from skill.coaching.timeline import PASSAGES, Passage, dose, moving_over, needed, sided
from skill.dialogue.here import Here, changed, easier_there_is, kept, last_set
from skill.dialogue.history import days_since
from skill.dialogue.prompt import Card, Part, Prompt, Say, Silence, Sound
from skill.dialogue.session import Person, Phase, Session, Turn
from skill.dialogue.telling import in_position, offer_of_harder, review, where_and_left
from skill.library.models import Level
from skill.library.words import sentences

PATIENT_BED = "bed-60"
"""What is heard while she waits patiently, where sounds can be heard."""

PATIENT_LINES = 4
PATIENT_QUIET_SECONDS = 9
"""Without sounds she waits about three quarters of a minute: so many calm lines, with so much quiet before each."""


def back_to_where_it_came_up(here: Here, *told: str) -> Turn:
    """A question was answered with no: back to what was going on before it."""
    before = here.session.asked_in
    if before in (Phase.FINISHING, Phase.HURTING, Phase.CHOOSING) and (here.steps or before == Phase.CHOOSING):
        return ask(here, Phase(before), *told, place=last_set(here) if before == Phase.FINISHING else None)
    return re_enter(here, here.place, *told) if here.steps else ask(here, Phase.CHOOSING, *told)


def play(here: Here, place: Place, *lead: str, person: Person | None = None, holding: bool = False) -> Turn:
    """Lead on from a place: as much as one response holds, then what she waits for.

    Args:
        here: the situation.
        place: where to go on.
        lead: what to say first.
        person: what to remember, where it changes.
        holding: they are in the hold already, and stay in it.
    """
    if here.practices(place.step) is None:
        return finish(here, *lead, person=person)
    safety, here, person = with_safety(here, person)
    here = here.from_the_body(place)
    told = sentences(safety, *lead)
    lead_seconds = speaking_seconds(told, here.scene.library.language)
    span = here.fit(place, lead_seconds, holding=holding)
    phase = _phase_after(span)
    parts = joined([Say(told), *heard(here, span), Say(here.words(_QUESTIONS[phase]))])
    return _turn(
        here,
        parts,
        _reprompt(here, phase),
        person,
        phase=phase,
        place=place,
        ends=span.ends,
        since=int(here.scene.now.timestamp()),
        lead=round(lead_seconds),
        holding=holding,
        asked="",
        sharp=False,
    )


def _phase_after(span: Span) -> Phase:
    if span.finished:
        return Phase.FINISHING
    return Phase.POSITIONING if span.waits else Phase.MOVING


def re_enter(
    here: Here, place: Place, *lead: str, anew: bool = False, whole: bool = False, person: Person | None = None
) -> Turn:
    """Back into position, what is left is named, and she waits for "ready".

    Args:
        here: the situation.
        place: where to go on; a set-up or a change of side leads to the set after it.
        lead: what to say first.
        anew: the exercise is done in another form now, so its position is told whole.
        whole: they come back from elsewhere, so it is told whole, too.
        person: what to remember, where it changes.
    """
    start, place = place, gate_of(here, place)
    practice = here.practices(place.step)
    if practice is None:
        return finish(here, *lead, person=person)
    safety, here, person = with_safety(here, person)
    begins = start.step != place.step or practice.pieces[start.piece].kind is PieceKind.SET_UP
    position = _into_position(here, practice, place, anew=anew, whole=whole or anew or begins)
    told = sentences(safety, *lead, _what_is_left(here, place), *position)
    return _turn(
        here,
        joined([Say(told), Say(here.words("gate"))]),
        gate_reprompt(here),
        person,
        phase=Phase.POSITIONING,
        place=place,
        ends=place,
        since=None,
        asked="",
        sharp=False,
        body=_body(practice.form.position),
        came_from="",
    )


def _body(position: str) -> str:
    """A position as a session carries it, where standing is nothing worth a word."""
    return "" if position == STANDING else position


def gate_of(here: Here, place: Place) -> Place:
    """The place that "ready" starts from: this set, or the next one."""
    while practice := here.practices(place.step):
        if practice.pieces[place.piece].kind is PieceKind.SET:
            return place
        place = after_piece(practice, place)
    return place


def stay(here: Here, *told: str, person: Person | None = None, card: Card | None = None) -> Turn:
    """Answer in place: what was running runs on, and what was waited for is asked again."""
    text = sentences(*told)
    if here.phase is Phase.MOVING and here.running:
        turn = play(here, _held_on(here, text), text, person=person, holding=here.held is not None)
    elif here.phase is Phase.POSITIONING and here.running:
        turn = play(here, here.place, text, person=person)
    else:
        turn = ask(here, here.phase, text, place=here.place, person=person)
    return replace(turn, prompt=replace(turn.prompt, card=card)) if card else turn


def _held_on(here: Here, told: str) -> Place:
    """A hold runs on through a short answer: where they are when it has been spoken, five seconds left at least."""
    practice, place = here.practice, here.place
    if practice is None or here.held is None:
        return place
    spoken_for = here.held + BEGINS_AFTER + speaking_seconds(told, here.scene.library.language)
    held = int(min(spoken_for, practice.hold - 5) // 5 * 5)
    return replace(place, held=max(place.held, held))


def ask(
    here: Here,
    phase: Phase,
    *told: str,
    place: Place | None = None,
    person: Person | None = None,
    asked: str = "",
    question: str = "",
) -> Turn:
    """Say something, then the question of a phase, and wait for the answer."""
    place = here.place if place is None else place
    question = question or _QUESTIONS[phase]
    if phase is Phase.HURTING and not easier_there_is(here, place):
        question = "hurting-question-no-easier"
    if phase is Phase.FORGETTING and here.scene.household > 1:
        question = "forget-whom-question"
    return _turn(
        here,
        joined([Say(sentences(*told)), Say(here.words(question))]),
        _reprompt(here, phase),
        person,
        phase=phase,
        place=place,
        ends=place,
        since=None,
        asked=asked or here.session.asked,
        asked_in=here.session.asked_in if here.phase in _ASIDE else here.phase,
        body=_body(here.body),
    )


_ASIDE = (Phase.CONFIRMING, Phase.FORGETTING)
"""Phases that only ask something in between."""

_QUESTIONS = {
    Phase.CHOOSING: "choose",
    Phase.OFFERING: "offer-question",
    Phase.POSITIONING: "gate",
    Phase.MOVING: "go-on-question",
    Phase.PAUSED: "paused-question",
    Phase.HURTING: "hurting-question",
    Phase.CONFIRMING: "confirm-question",
    Phase.FINISHING: "finish-question",
    Phase.FORGETTING: "forget-question",
}

_REPROMPTS = {
    Phase.CHOOSING: "choose-reprompt",
    Phase.OFFERING: "offer-reprompt",
    Phase.MOVING: "go-on-reprompt",
    Phase.PAUSED: "paused-reprompt",
    Phase.HURTING: "hurting-reprompt",
    Phase.CONFIRMING: "confirm-reprompt",
    Phase.FORGETTING: "forget-reprompt",
}


def _reprompt(here: Here, phase: Phase) -> tuple[Part, ...]:
    """What is said when nobody answers: one command; patiently while they get ready; where all is done, well done."""
    if phase is Phase.POSITIONING:
        return gate_reprompt(here)
    if phase is Phase.FORGETTING and here.scene.household > 1:
        return (Say(here.words("forget-whom-reprompt")),)
    if phase is Phase.FINISHING:
        return (Say(sentences(_well_done(here), here.words("finish-reprompt"))),)
    return (Say(here.words(_REPROMPTS[phase])),)


def finish(here: Here, *lead: str, person: Person | None = None, hurt: bool = False) -> Turn:
    """The closing words. The plan is done, nothing is underway any more, and the session closes.

    Args:
        here: the situation.
        lead: what to say first.
        person: what to remember, where it changes.
        hurt: they stopped because something hurt, so nothing is praised and nobody is hurried up.
    """
    words, person = here.words, person or here.scene.person
    harder = "" if hurt else offer_of_harder(here)
    person = replace(person, underway=None, harder_offered=person.harder_offered or bool(harder))
    praise = words("rest-first") if hurt else ""
    told = sentences("" if hurt else sentences(_well_done(here), review(here), harder), words("see-you"))
    closing = joined([Say(sentences(*lead, praise)), *way_up(here), Say(told)])
    return Turn(_closed(here), person, Prompt(closing, card=_what_was_done(here)))


def _well_done(here: Here) -> str:
    named = plan.name(here.session.plan, here.scene.library)
    routine = plan.routine_of(here.session.plan)
    return here.words("well-done", plan=named) if routine else here.words("well-done-exercise", exercise=named)


def _what_was_done(here: Here) -> Card | None:
    """The exercises of this plan that were finished today."""
    day = here.scene.person.history.get(here.scene.today.isoformat())
    done = [step.exercise for step in here.steps if day and step.exercise in day.finished]
    if not done:
        return None
    library = here.scene.library
    named = here.words.listed(library.exercises[exercise].name for exercise in done)
    told = here.words("finish-card", plan=plan.name(here.session.plan, library), exercises=named)
    return Card(library.title, told)


def way_up(here: Here) -> tuple[Part, ...]:
    """Nobody is left on the floor: the way up to standing, with its seated pause."""
    change = here.scene.library.transitions.get((here.body, STANDING))
    if change is None or here.body not in here.scene.library.floor_positions:
        return ()
    return spoken(moving_over(change, here.place, here.words), here.scene.library.language)


def close(here: Here, told: str, place: Place | None = None, person: Person | None = None) -> Turn:
    """Say one last thing and close; the place is kept."""
    person = person or here.scene.person
    if here.steps:
        person = replace(person, underway=kept(here, here.place if place is None else place))
    return Turn(_closed(here), person, Prompt((Say(told),)))


def silent(here: Here, place: Place | None) -> Turn:
    """Nothing can be said any more; only the place is kept. None stands for a plan that is done."""
    person = here.scene.person
    if here.steps:
        person = replace(person, underway=None if place is None else kept(here, place))
    return Turn(_closed(here), person, Prompt())


def _closed(here: Here) -> Session:
    return Session(turns=here.session.turns + 1, safety_said=here.session.safety_said)


SAFETY_DAYS = 60
"""After so long the safety line is told again."""


GREETING_SECONDS = 4
"""What may be said before the safety line, in the same answer."""


def with_safety(here: Here, person: Person | None = None) -> tuple[str, Here, Person]:
    """The safety line where it is due, before anything is done; and the situation and person in which it was told."""
    person, today, now = person or here.scene.person, here.scene.today, here.scene.now.timestamp()
    interrupted = now < here.session.safety_until
    if not (interrupted or (not here.session.safety_said and _long_ago(person, today))):
        return "", changed(here, session=changed(here.session, safety_said=True, safety_until=0)), person
    line = here.words("safety")
    until = now + GREETING_SECONDS + speaking_seconds(line, here.scene.library.language) * SURELY_HEARD
    told = replace(here, session=replace(here.session, safety_said=True, safety_until=int(until)))
    return line, told, replace(person, safety_day=today.isoformat())


def _long_ago(person: Person, today: date) -> bool:
    ago = days_since(person.safety_day, today)
    return ago is None or ago >= SAFETY_DAYS


# Parts of an answer


def heard(here: Here, span: Span) -> tuple[Part, ...]:
    """A span as parts: its sounds where they can be heard, its cues spoken and counted where not."""
    parts: list[Part] = []
    for passage, as_sound in zip(span.passages, span.sounds, strict=True):
        if as_sound and passage.sound:
            name = f"{here.scene.library.language}-{passage.sound.name}"
            parts.append(Sound(name, passage.sound.length_ms / 1000))
            continue
        parts += spoken([passage], here.scene.library.language)
    return tuple(parts)


def spoken(passages: Iterable[Passage], language: str) -> tuple[Part, ...]:
    """Passages counted aloud: each cue's words, then the quiet that fills its time."""
    return tuple(part for passage in passages for part in _counted_aloud(passage, language))


@lru_cache(maxsize=PASSAGES)
def _counted_aloud(passage: Passage, language: str) -> tuple[Part, ...]:
    pairs = ((Say(cue.say), Silence(cue.seconds - speaking_seconds(cue.say, language))) for cue in passage.cues)
    return joined(part for pair in pairs for part in pair)


SHORTEST_SILENCE = 0.05
"""Seconds of quiet below which nobody hears it."""


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts without empty ones, speech next to speech made one."""
    kept_parts: list[Part] = []
    last: Part | None = None
    for part in parts:
        if isinstance(part, Say):
            if not part.text:
                continue
            if isinstance(last, Say):
                last = kept_parts[-1] = Say(f"{last.text} {part.text}")
                continue
        elif isinstance(part, Silence) and part.seconds < SHORTEST_SILENCE:
            continue
        kept_parts.append(part)
        last = part
    return tuple(kept_parts)


def gate_reprompt(here: Here) -> tuple[Part, ...]:
    """The patient reprompt: one line, about a minute of quiet, and the question again."""
    words = here.words
    again = Say(words("gate-reprompt-again"))
    if here.has_sound(PATIENT_BED):
        return (
            Say(words("gate-reprompt")),
            Sound(f"{here.scene.library.language}-{PATIENT_BED}", 60.0),
            again,
        )
    calm = words.all("gate-reprompt-quiet")
    lines = (part for n in range(PATIENT_LINES) for part in _after_quiet(calm[n % len(calm)]))
    return (Say(words("gate-reprompt")), *lines, Silence(PATIENT_QUIET_SECONDS), again)


def _after_quiet(line: str) -> tuple[Part, ...]:
    return Silence(PATIENT_QUIET_SECONDS), Say(line)


def _turn(
    here: Here,
    parts: tuple[Part, ...],
    reprompt: tuple[Part, ...],
    person: Person | None,
    *,
    phase: Phase,
    place: Place,
    **fields: Any,
) -> Turn:
    """An answer that waits for the person, who may go on another day from where it leaves them.

    `fields` are those of the session that it changes.
    """
    person = person or here.scene.person
    if here.steps:
        person = changed(person, underway=kept(here, place))
    at = here.steps[place.step].exercise if here.steps else ""
    turns = here.session.turns + 1
    session = replace(here.session, phase=phase, place=place, turns=turns, misses=0, exercise=at, **fields)
    suggestions = here.words.all(f"suggest-{phase}")
    return Turn(session, person, Prompt(parts, reprompt, listen=True, suggestions=suggestions))


def _what_is_left(here: Here, place: Place) -> str:
    return here.words("re-enter", where=where_and_left(replace(here, place=place)))


def _into_position(here: Here, practice: Practice, gate: Place, *, anew: bool, whole: bool) -> Iterable[str]:
    """The way from where the body is, and the position: all of it, or a reminder."""
    words, form, side = here.words, practice.form, practice.pieces[gate.piece].side
    at_hand = practice.exercise.forms[Level.USUAL].equipment if anew else ()
    if whole:
        yield needed(replace(practice, equipment_before=(*practice.equipment_before, *at_hand)), words)
    change = words.library.transitions.get((here.body, form.position))
    if change:
        yield from (cue.say for passage in moving_over(change, gate, words) for cue in passage.cues)
    if not whole:
        yield in_position(practice, gate, words)
        return
    yield from (sided(text, side, words) for text in (*form.setup, form.move))
    yield dose(practice, words) if gate.rep == 0 else ""
