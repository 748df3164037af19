"""The few kinds of answer there are: play on from a place, wait for "ready", ask something, or close."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from skill.coaching import plan
from skill.coaching.fitting import BEGINS_AFTER, SURELY_HEARD, Span, after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING, PieceKind, Practice
from skill.coaching.timeline import (
    GATE_SEATED,
    GATE_THINGS,
    PASSAGES,
    CueKind,
    Passage,
    after_the_pause,
    before_the_pause,
    gate_before,
    moving_over,
    sided,
    speaking_seconds,
)
from skill.coaching.timeline import Part as SetUpPart
from skill.dialogue.changes import from_the_body, without_what_hurt
from skill.dialogue.history import days_since
from skill.dialogue.progress import offer_of_harder, review, where_and_left
from skill.dialogue.prompt import Card, Part, Prompt, Say, Silence, Sound
from skill.dialogue.session import UNDECIDED, Person, Phase, Session, Turn, steps_of
from skill.dialogue.situation import Situation, easier_there_is, last_set, underway_at
from skill.library.models import sentences
from skill.library.values import replace

PATIENT_BED = "bed-60"
"""What is heard while she waits patiently, where sounds can be heard."""

PATIENT_LINES = 4
PATIENT_QUIET_SECONDS = 9
"""Without sounds she waits about three quarters of a minute: so many calm lines, with so much quiet before each."""


def back_to_where_it_came_up(here: Situation, *told: str, person: Person | None = None) -> Turn:
    """A question was answered: back to what was going on before it."""
    before = here.session.asked_in
    if before in (Phase.FINISHING, Phase.HURTING, Phase.CHOOSING) and (here.steps or before == Phase.CHOOSING):
        place = last_set(here) if before == Phase.FINISHING else None
        return ask(here, Phase(before), *told, place=place, person=person)
    if not here.steps:
        return ask(here, Phase.CHOOSING, *told, person=person)
    return re_enter(here, here.place, *told, person=person)


def play(
    here: Situation,
    place: Place,
    *lead: str,
    person: Person | None = None,
    holding: bool = False,
    whole: bool = False,
) -> Turn:
    """Lead on from a place: as much as one response holds, then what she waits for.

    Whoever is not yet in the position that a place wants is led there first, from where the body is.

    Args:
        here: the situation.
        place: where to go on.
        lead: what to say first.
        person: what to remember, where it changes.
        holding: they are in the hold already, and stay in it.
        whole: where they are led back into a set, as to somebody who was away.
    """
    here, place = without_what_hurt(here, place)
    practice = here.practices(place.step)
    if practice is None:
        return finish(here, *lead, person=person)
    elsewhere = here.body != practice.form.position
    if elsewhere and place.stage == 0 and practice.pieces[place.piece].kind is not PieceKind.SET_UP:
        return re_enter(here, place, *lead, person=person, whole=whole)
    if elsewhere and place.stage >= SetUpPart.POSITION:
        place = replace(place, stage=SetUpPart.WAY.value)
    safety, here, person = with_safety(here, person)
    lead = (*lead, "" if elsewhere else _from_the_seat(here, practice, place))
    here = from_the_body(here, place)
    told = sentences(safety, *lead)
    lead_seconds = speaking_seconds(told, here.scene.library.language)
    span = here.fit(place, lead_seconds, holding=holding, whole=whole)
    then = _phase_after(span)
    question = _question_after(here, span)
    parts = joined([Say(told), *span_parts(here, span), Say(question)])
    session = replace(
        here.session,
        phase=then,
        place=place,
        ends=span.ends,
        since=int(here.scene.now.timestamp()),
        lead=round(lead_seconds),
        holding=holding,
        whole=whole,
        asked="",
        sharp=False,
        body=_body(here.body),
        leaving="",
        number_for="",
        up_at=0,
        hurried=False,
        seated_at=0,
    )
    last = here.practices(span.ends.step)
    reprompt = _reprompt(here, then, last.form.position if last else STANDING)
    cues = (cue for passage in span.passages for cue in passage.cues)
    not_counted = (cue.say for cue in cues if cue.kind in (CueKind.SET_UP, CueKind.SWITCH))
    said = sentences(told, *not_counted, question if span.gate else "")
    said = _last_of(said, 3 if span.gate == GATE_THINGS else 2)  # what is needed, and where to lay it
    return _turn(here, session, parts, reprompt, person, said=said)


def _from_the_seat(here: Situation, practice: Practice, place: Place) -> str:
    """The position in a sentence, where they sit half-way up from it and do not go on up."""
    if here.place.stage != SetUpPart.UP or place.stage == SetUpPart.UP:
        return ""
    return sided(f"{here.words.position(practice.form.position)}.", practice.pieces[place.piece].side, here.words)


def _question_after(here: Situation, span: Span) -> str:
    """What she asks at the end of a span; at the very end, how to come out of it first."""
    if span.gate:
        return here.words(span.gate)
    end = here.practices(span.ends.step) if span.finished else None
    return sentences(end.form.leave if end else "", here.words(_asks(here, _phase_after(span))))


def _phase_after(span: Span) -> Phase:
    if span.finished:
        return Phase.FINISHING
    return Phase.POSITIONING if span.waits else Phase.MOVING


def re_enter(
    here: Situation,
    place: Place,
    *lead: str,
    anew: bool = False,
    whole: bool = False,
    person: Person | None = None,
) -> Turn:
    """Back into position, what is left is named, and she waits for "ready".

    Args:
        here: the situation.
        place: where to go on; a change of side leads to the set after it, a set-up is told from where it was.
        lead: what to say first.
        anew: the exercise is done in another form now, so its position is told whole.
        whole: they come back from elsewhere, so it is told whole, too.
        person: what to remember, where it changes.
    """
    here, place = without_what_hurt(here, place)
    practice = here.practices(place.step)
    if practice is not None and practice.pieces[place.piece].kind is PieceKind.SET_UP:
        start = min(place.stage, SetUpPart.POSITION.value) if here.body == practice.form.position else place.stage
        return play(here, Place(place.step, place.piece, stage=start), *lead, person=person)
    place = gate_of(here, place)
    if here.practices(place.step) is None:
        return finish(here, *lead, person=person)
    back = replace(place, stage=SetUpPart.WAY.value)
    left = here.words("re-enter", where=where_and_left(replace(here, place=place)))
    return play(here, back, *lead, left, person=person, whole=whole or anew)


def _body(position: str) -> str:
    """A position as a session carries it, where standing is nothing worth a word."""
    return "" if position == STANDING else position


def gate_of(here: Situation, place: Place) -> Place:
    """The place that "ready" starts from: this set, or the next one."""
    while practice := here.practices(place.step):
        if practice.pieces[place.piece].kind is PieceKind.SET:
            return place
        place = after_piece(practice, place)
    return place


def stay(
    here: Situation, *told: str, person: Person | None = None, card: Card | None = None, waits: bool = False
) -> Turn:
    """Answer in place: what was running runs on, and what was waited for is asked again.

    Args:
        here: the situation.
        told: the answer.
        person: what to remember, where it changes.
        card: what to show in the app.
        waits: the answer is about the exercise, so a hold that is running waits for it, uncounted.
    """
    text = sentences(*told)
    if here.phase is Phase.MOVING and here.running:
        place = here.place if waits else _held_on(here, text)
        turn = play(here, place, text, person=person, holding=here.held is not None)
    elif here.phase is Phase.POSITIONING and here.running:
        turn = play(here, here.place, text, person=person, whole=here.session.whole)
    else:
        turn = ask(here, here.phase, text, place=here.place, person=person)
    return replace(turn, prompt=replace(turn.prompt, card=card)) if card else turn


def just_say(phrase: str) -> Callable[[Situation], Turn]:
    """The move that says one phrase, and everything goes on."""
    return lambda here: stay(here, here.words(phrase))


IN_THE_HOLD_SECONDS = 5
"""Who speaks up sooner after a hold began is not in it yet, so nothing of the answer counts as held."""


def _held_on(here: Situation, told: str) -> Place:
    """A hold runs on through a short answer: where they are when it has been spoken, five seconds left at least."""
    practice, place = here.practice, here.place
    in_it = here.session.holding and here.session.place.rep == place.rep
    if practice is None or here.held is None or (here.held < IN_THE_HOLD_SECONDS and not in_it):
        return place
    spoken_for = here.held + BEGINS_AFTER + speaking_seconds(told, here.scene.library.language)
    held = int(min(spoken_for, practice.hold - 5) // 5 * 5)
    return replace(place, held=max(place.held, held))


def ask(
    here: Situation,
    phase: Phase,
    *told: str,
    place: Place | None = None,
    person: Person | None = None,
    asked: str = "",
    question: str = "",
    leaving: str = "",
    number_for: str = "",
    up_at: int = 0,
    seated_at: int = 0,
) -> Turn:
    """Say something, then the question of a phase, and wait for the answer.

    Args:
        here: the situation.
        phase: what is going on from now on.
        told: what to say first.
        place: where they are, where that changes.
        person: what to remember, where it changes.
        asked: the plan that a yes would start.
        question: the phrase that asks, where it is not the phase's own.
        leaving: the exercise that is left for today, as long as it is not decided what comes instead.
        number_for: what a number is asked for.
        up_at: when the way up that comes first will have been told to its end, in seconds since 1970.
        seated_at: the same of its first half.
    """
    place = here.place if place is None else place
    if phase not in UNDECIDED:
        here, place = without_what_hurt(here, place)
    before = here.session
    if phase is Phase.RISING and not (up_at or seated_at):
        up_at, seated_at = before.up_at, before.seated_at
    session = replace(
        before,
        phase=phase,
        place=place,
        ends=place,
        since=None,
        asked=asked or (before.asked if phase in _ASIDE else ""),
        asked_in=before.asked_in if here.phase in _ASIDE else here.phase,
        gathering=before.gathering and place == before.place,
        body=_body(here.body),
        leaving=leaving or (before.leaving if phase in UNDECIDED else ""),
        number_for=number_for or (before.number_for if phase is Phase.ASKING else ""),
        up_at=up_at,
        hurried=False,
        seated_at=seated_at,
    )
    if seated_at:
        question = GATE_SEATED
    parts = joined([Say(sentences(*told)), Say(here.words(question or question_of(here, phase, place)))])
    return _turn(here, session, parts, _reprompt(here, phase, here.body), person)


def question_of(here: Situation, phase: Phase, place: Place) -> str:
    """The question of a phase: its phrase."""
    if phase is Phase.POSITIONING:
        practice = here.practices(place.step)
        return gate_before(practice, place) if practice else _asks(here, phase)
    if phase is Phase.HURTING and not easier_there_is(here, place):
        return "hurting-question-no-easier"
    if phase is Phase.FORGETTING and here.scene.household > 1:
        return "forget-whom-question"
    return _asks(here, phase)


def _asks(here: Situation, phase: Phase) -> str:
    """The phrase that asks in a phase, the short one for who comes often."""
    known = _QUESTIONS_KNOWN.get(phase, "") if comes_often(here) else ""
    return known or _QUESTIONS[phase]


KNOWN_AFTER = 3
"""Who has come so often knows what else can be asked, and what ready leads to."""


def comes_often(here: Situation) -> bool:
    """Whether they have come so often that a shorter question is enough."""
    return here.scene.person.sessions > KNOWN_AFTER


_ASIDE = (Phase.CONFIRMING, Phase.FORGETTING, Phase.ASKING, Phase.ALARM, Phase.RISING)
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
    Phase.ASKING: "asking-question",
    Phase.ALARM: "alarm-question",
    Phase.OVER: "over-question",
    Phase.RISING: "gate-up",
}

_QUESTIONS_KNOWN = {
    Phase.FINISHING: "finish-question-known",
    Phase.RISING: "gate-known",
}

_REPROMPTS = {
    Phase.CHOOSING: "choose-reprompt",
    Phase.OFFERING: "offer-reprompt",
    Phase.CONFIRMING: "confirm-reprompt",
    Phase.FORGETTING: "forget-reprompt",
    Phase.ASKING: "asking-reprompt",
}

_PATIENT = {
    Phase.POSITIONING: ("gate-reprompt", "gate-reprompt-again"),
    Phase.MOVING: ("go-on-reprompt", "go-on-reprompt-again"),
    Phase.PAUSED: ("paused-reprompt", "paused-reprompt-again"),
    Phase.HURTING: ("hurting-reprompt", "hurting-reprompt-again"),
    Phase.RISING: ("go-on-reprompt", "go-on-reprompt-again"),
}
"""Where time is given: what is said first, then about a minute of quiet, and what is said then."""


def _reprompt(here: Situation, phase: Phase, body: str) -> tuple[Part, ...]:
    """What is said when nobody answers: one command; patiently where time is given; where all is done, well done.

    Whoever may be left on the floor by it hears the way up.
    """
    words = here.words
    if phase in _PATIENT:
        first, again = _PATIENT[phase]
        return _patiently(here, words(first), words(again))
    if phase in (Phase.ALARM, Phase.OVER):
        line = words(f"{phase}-reprompt", number=here.emergency_number)
        return _patiently(here, line, line)
    if phase is Phase.FORGETTING and here.scene.household > 1:
        return (Say(words("forget-whom-reprompt")),)
    if phase is Phase.FINISHING:
        up = way_up(replace(here, body=body))
        return joined([Say(sentences(_well_done(here))), *up, Say(words("finish-reprompt"))])
    return (Say(words(_REPROMPTS[phase])),)


def finish(
    here: Situation, *lead: str, person: Person | None = None, hurt: bool = False, at_once: bool = False
) -> Turn:
    """The closing words. The plan is done, nothing is underway any more, and the session closes.

    Whoever is on the floor is led up first, and waited for; in one sentence, where they go at once.

    Args:
        here: the situation.
        lead: what to say first.
        person: what to remember, where it changes.
        hurt: they stopped because something hurt, so nothing is praised and nobody is hurried up.
        at_once: they leave now, and wait for nothing.
    """
    words, person = here.words, person or here.scene.person
    praise = words("rest-first") if hurt and here.phase is not Phase.RISING else ""
    if not at_once and is_on_the_floor(here) and steps_of(here.session.plan, replace(here.scene, person=person)):
        return rise(replace(here, phase=Phase.FINISHING), *lead, praise, person=person, hurt=hurt)
    harder = "" if hurt else offer_of_harder(here)
    week, days = ("", person.week_told) if hurt else review(here)
    offered = person.harder_offered or bool(harder)
    person = replace(person, underway=None, harder_offered=offered, week_told=days)
    praise_for = _well_done(here) if here.session.done else ""
    farewell = "" if week else words("see-you")
    told = farewell if hurt else sentences(praise_for, week, harder, farewell)
    closing = (Say(sentences(*lead, praise, up_slowly(here), told)),)
    person = replace(person, body=_body(here.body), up_at=0)
    return Turn(_closed(here), person, Prompt(closing, card=_what_was_done(here)))


def _well_done(here: Situation) -> str:
    named = plan.name(here.session.plan, here.scene.library)
    routine = plan.routine_of(here.session.plan)
    return here.words("well-done", plan=named) if routine else here.words("well-done-exercise", exercise=named)


def _what_was_done(here: Situation) -> Card | None:
    """The exercises of this plan that were finished today."""
    day = here.scene.person.history.get(here.scene.today.isoformat())
    done = [step.exercise for step in here.steps if day and step.exercise in day.finished]
    if not done:
        return None
    library = here.scene.library
    named = here.words.listed(library.exercises[exercise].name for exercise in done)
    told = here.words("finish-card", plan=plan.name(here.session.plan, library), exercises=named)
    return Card(library.title, told)


def way_up(here: Situation) -> tuple[Part, ...]:
    """Nobody is left on the floor: the way up to standing, with its seated pause."""
    change = here.telling.way(here.body, STANDING)
    if change is None or not is_on_the_floor(here):
        return ()
    return spoken(moving_over(change, here.place, None, here.words), here.scene.library.language)


HURT = "hurt"
"""In a session's `asked`, while RISING: something hurt, so nothing is praised once they are up."""


def is_on_the_floor(here: Situation) -> bool:
    """Whether they lie, sit or kneel there."""
    return here.body in here.scene.library.floor_positions


def rise(here: Situation, *lead: str, person: Person | None = None, hurt: bool = False, first: bool = True) -> Turn:
    """Half of the way up from the floor, and the question whether they have done it.

    Args:
        here: the situation; they are on the floor.
        lead: what to say first.
        person: what to remember, where it changes.
        hurt: something hurt.
        first: the half that leads as far as the seat; for who may sit already, with that in mind.
    """
    change = here.telling.way(here.body, STANDING)
    if change is None:
        return ask(here, Phase.RISING, *lead, person=person)
    if here.session.seated_at or here.place.stage == SetUpPart.UP:
        change = replace(change, before=(here.words("up-if-lying"),))
    half = (before_the_pause if first else after_the_pause)(change, here.place, None, here.words)
    told = joined((Say(sentences(*lead)), *spoken(half, here.scene.library.language)))
    at, asked = told_by(here, told), HURT if hurt else ""
    seated_at, up_at = (at, 0) if first else (0, at)
    turn = ask(here, Phase.RISING, person=person, asked=asked, seated_at=seated_at, up_at=up_at)
    return replace(turn, prompt=replace(turn.prompt, parts=joined((*told, *turn.prompt.parts))))


def told_by(here: Situation, parts: Iterable[Part]) -> int:
    """When parts with which an answer begins will have been heard, in seconds since 1970."""
    return int(here.scene.now.timestamp() + BEGINS_AFTER + seconds_of(parts, here.scene.library.language)) + 1


def up_slowly(here: Situation) -> str:
    """One sentence for who leaves from the floor; nothing for who does not lie or sit there."""
    if not is_on_the_floor(here):
        return ""
    return here.words("up-slowly-without-kneeling" if here.session.no_kneeling else "up-slowly")


def close(here: Situation, told: str, place: Place | None = None, person: Person | None = None) -> Turn:
    """Say one last thing and close; the place is kept."""
    person = _leaving_as_they_are(here, person or here.scene.person)
    if here.steps:
        person = replace(person, underway=underway_at(here, here.place if place is None else place))
    return Turn(_closed(here), person, Prompt((Say(told),)))


def silent(here: Situation, place: Place | None) -> Turn:
    """Nothing can be said any more; only the place is kept. None stands for a plan that is done."""
    person = _leaving_as_they_are(here, here.scene.person)
    if here.steps:
        person = replace(person, underway=None if place is None else underway_at(here, place))
    return Turn(_closed(here), person, Prompt())


def _leaving_as_they_are(here: Situation, person: Person) -> Person:
    """The person, with where the body is as the session ends, or will be when the way up has been heard."""
    return replace(person, body=_body(here.body), up_at=here.session.up_at if here.body != STANDING else 0)


def _closed(here: Situation) -> Session:
    return Session(turns=here.session.turns + 1, safety_said=here.session.safety_said)


SAFETY_DAYS = 60
"""After so long the safety line is told again."""


GREETING_SECONDS = 4
"""What may be said before the safety line, in the same answer."""


def with_safety(here: Situation, person: Person | None = None) -> tuple[str, Situation, Person]:
    """The safety line where it is due, before anything is done; and the situation and person in which it was told."""
    person, today, now = person or here.scene.person, here.scene.today, here.scene.now.timestamp()
    interrupted, ago = now < here.session.safety_until, days_since(person.safety_day, today)
    if not (interrupted or (not here.session.safety_said and (ago is None or ago >= SAFETY_DAYS))):
        return "", replace(here, session=replace(here.session, safety_said=True, safety_until=0)), person
    line = here.words("safety")
    until = now + GREETING_SECONDS + speaking_seconds(line, here.scene.library.language) * SURELY_HEARD
    told = replace(here, session=replace(here.session, safety_said=True, safety_until=int(until)))
    return line, told, replace(person, safety_day=today.isoformat())


# Parts of an answer


def span_parts(here: Situation, span: Span) -> tuple[Part, ...]:
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


def seconds_of(parts: Iterable[Part], language: str) -> float:
    """How long parts are expected to last, speech estimated."""
    return sum(speaking_seconds(part.text, language) if isinstance(part, Say) else part.seconds for part in parts)


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


def _patiently(here: Situation, first: str, again: str) -> tuple[Part, ...]:
    """One line, about a minute of quiet, and another line."""
    if here.has_sound(PATIENT_BED):
        return Say(first), Sound(f"{here.scene.library.language}-{PATIENT_BED}", 60.0), Say(again)
    calm = here.words.all("gate-reprompt-quiet")
    lines = (calm[n % len(calm)] for n in range(PATIENT_LINES))
    return Say(first), *(part for line in (*lines, again) for part in (Silence(PATIENT_QUIET_SECONDS), Say(line)))


def _turn(
    here: Situation,
    session: Session,
    parts: tuple[Part, ...],
    reprompt: tuple[Part, ...],
    person: Person | None,
    *,
    said: str | None = None,
) -> Turn:
    """An answer that waits for the person, who may go on another day from where it leaves them.

    `said` is what of it can be said once more, where that is not its last two sentences.
    """
    person = person or here.scene.person
    if here.steps:
        over = session.phase is Phase.RISING and session.asked_in == Phase.FINISHING
        person = replace(person, underway=None if over else underway_at(here, session.place))
    session = replace(
        session,
        turns=session.turns + 1,
        misses=0,
        exercise=here.steps[session.place.step].exercise if here.steps else "",
        sounded=any(isinstance(part, Sound) for part in (*parts, *reprompt)),
        said=_last_of(" ".join(part.text for part in parts if isinstance(part, Say))) if said is None else said,
        echoed=False,
    )
    suggestions = here.words.all(f"suggest-{session.phase}")
    return Turn(session, person, Prompt(parts, reprompt, listen=True, suggestions=suggestions))


LONGEST_SAID = 240
"""Characters of what she said last that are kept to be said again."""

_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def _last_of(said: str, sentences_said: int = 2) -> str:
    """The last sentence or two, or so many: what "what did you say" is about."""
    told = _SENTENCES.split(said)[-sentences_said:]
    both = " ".join(told)
    return both if len(both) <= LONGEST_SAID else told[-1] if len(told[-1]) <= LONGEST_SAID else ""
