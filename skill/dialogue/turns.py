"""The few kinds of answer there are: play on from a place, wait for "ready", ask something, or close."""

import re
from collections.abc import Callable

from skill.coaching import plan
from skill.coaching.fitting import BEGINS_AFTER, SURELY_HEARD, Span, after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING, PieceKind
from skill.coaching.timeline import (
    GATE_SEATED,
    GATE_THINGS,
    CueKind,
    after_the_pause,
    before_the_pause,
    gate_before,
    moving_over,
    sided,
    speaking_seconds,
)
from skill.coaching.timeline import Part as SetUpPart
from skill.dialogue.progress import days_since, offer_of_harder, review, where_and_left
from skill.dialogue.prompt import Card, Part, Prompt, Say, Silence, Sound, joined, of_span, seconds_of, spoken
from skill.dialogue.session import LONGEST_SAID, UNDECIDED, Phase, Session, Turn, Underway, end_of, steps_of
from skill.dialogue.situation import Situation, from_the_body, last_set, noting, with_plan, without_what_hurt
from skill.library.models import sentences
from skill.library.values import replace

PATIENT_BED = "bed-60"
"""What is heard while she waits patiently, where sounds can be heard."""

PATIENT_LINES = 4
PATIENT_QUIET_SECONDS = 9
"""Without sounds she waits about three quarters of a minute: so many calm lines, with so much quiet before each."""


def back_to_where_it_came_up(here: Situation, *told: str) -> Turn:
    """A question was answered: back to what was going on before it."""
    before = here.session.asked_in
    if before == Phase.OVER:
        return ask(here, Phase.OVER, *told)
    if before == Phase.CHOOSING or not here.steps:
        return ask(here, Phase.CHOOSING, *told)
    if before == Phase.FINISHING:
        return ask(replace(here, place=last_set(here)), Phase.FINISHING, *told)
    if before == Phase.HURTING:
        return ask(here, Phase.HURTING, *told)
    return re_enter(here, here.place, *told)


def play(here: Situation, place: Place, *lead: str, holding: bool = False, whole: bool = False) -> Turn:
    """Lead on from a place: as much as one response holds, then what she waits for.

    Whoever is not yet in the position that a place wants is led there first, from where the body is.

    Args:
        here: the situation.
        place: where to go on.
        lead: what to say first.
        holding: they are in the hold already, and stay in it.
        whole: where they are led back into a set, as to somebody who was away.
    """
    here, place = without_what_hurt(here, place)
    practice = here.practices(place.step)
    if practice is None:
        return finish(here, *lead)
    elsewhere = here.body != practice.form.position
    if elsewhere and place.stage == 0 and practice.pieces[place.piece].kind is not PieceKind.SET_UP:
        return re_enter(here, place, *lead, whole=whole)
    if elsewhere and place.stage >= SetUpPart.POSITION:
        place = replace(place, stage=SetUpPart.WAY.value)
    safety, here = with_safety(here)
    told = sentences(safety, *lead, "" if elsewhere else _from_the_seat(here, place))
    here = from_the_body(here, place)
    lead_seconds = speaking_seconds(told, here.library.language)
    span = here.fit(place, lead_seconds, holding=holding, whole=whole)
    phase = _phase_after(span)
    question = _question_after(here, span, phase)
    session = replace(
        _in_phase(here.session, phase),
        place=place,
        ends=span.ends,
        since=int(here.scene.now.timestamp()),
        lead=round(lead_seconds),
        holding=holding,
        whole=whole,
        sharp=False,
    )
    parts = joined([Say(told), *of_span(span, here.library.language), Say(question)])
    there = replace(here, place=span.ends)
    reprompt = _reprompt(replace(there, body=there.practice.form.position), phase)
    return _turn(here, session, parts, reprompt, said=_uncounted(told, span, question))


def _from_the_seat(here: Situation, place: Place) -> str:
    """The position in a sentence, where they sit half-way up from it and do not go on up."""
    if here.place.stage != SetUpPart.UP or place.stage == SetUpPart.UP:
        return ""
    there = replace(here, place=place)
    return sided(f"{here.words.position(there.practice.form.position)}.", there.piece.side, here.words)


def _question_after(here: Situation, span: Span, phase: Phase) -> str:
    """What she asks at the end of a span; at the very end, how to come out of it first."""
    if span.gate:
        return here.words(span.gate)
    if not span.finished:
        return here.words(_asks(here, phase))
    form = replace(here, place=span.ends).practice.form
    return sentences(form.leave, here.words(_asks(replace(here, body=form.position), phase)))


def _phase_after(span: Span) -> Phase:
    if span.finished:
        return Phase.FINISHING
    return Phase.POSITIONING if span.waits else Phase.MOVING


def _uncounted(told: str, span: Span, question: str) -> str:
    """The end of what is told, counting left out: what "what did you say" is about."""
    cues = (cue for passage in span.passages for cue in passage.cues)
    set_up = (cue.say for cue in cues if cue.kind in (CueKind.SET_UP, CueKind.SWITCH))
    said = sentences(told, *set_up, question if span.gate else "")
    return _last_of(said, 3 if span.gate == GATE_THINGS else 2)  # what is needed, and where to lay it


def re_enter(here: Situation, place: Place, *lead: str, whole: bool = False) -> Turn:
    """Back into position, what is left is named, and she waits for "ready".

    Args:
        here: the situation.
        place: where to go on; a change of side leads to the set after it, a set-up is told from where it was.
        lead: what to say first.
        whole: they come back from elsewhere, or do it in another form now, so its position is told whole.
    """
    here, place = without_what_hurt(here, place)
    practice = here.practices(place.step)
    if practice is not None and practice.pieces[place.piece].kind is PieceKind.SET_UP:
        start = min(place.stage, SetUpPart.POSITION.value) if here.body == practice.form.position else place.stage
        return play(here, Place(place.step, place.piece, stage=start), *lead)
    place = gate_of(here, place)
    if here.practices(place.step) is None:
        return finish(here, *lead)
    left = here.words("re-enter", where=where_and_left(replace(here, place=place)))
    return play(here, replace(place, stage=SetUpPart.WAY.value), *lead, left, whole=whole)


def gate_of(here: Situation, place: Place) -> Place:
    """The place that "ready" starts from: this set, or the next one."""
    while practice := here.practices(place.step):
        if practice.pieces[place.piece].kind is PieceKind.SET:
            return place
        place = after_piece(practice, place)
    return place


def stay(here: Situation, *told: str, waits: bool = False) -> Turn:
    """Answer in place: what was running runs on, and what was waited for is asked again.

    Args:
        here: the situation.
        told: the answer.
        waits: the answer is about the exercise, so a hold that is running waits for it, uncounted.
    """
    text = sentences(*told)
    if here.phase is Phase.MOVING and here.running:
        place = here.place if waits else _held_on(here, text)
        return play(here, place, text, holding=here.held is not None)
    if here.phase is Phase.POSITIONING and here.running:
        return play(here, here.place, text, whole=here.session.whole)
    return ask(here, here.phase, text)


def just_say(phrase: str) -> Callable[[Situation], Turn]:
    """The move that says one phrase, and everything goes on."""
    return lambda here: stay(here, here.words(phrase))


def just_go_back(phrase: str) -> Callable[[Situation], Turn]:
    """The move that says one phrase in answer to a question, and goes back to what was going on before it."""
    return lambda here: back_to_where_it_came_up(here, here.words(phrase))


IN_THE_HOLD_SECONDS = 5
"""Who speaks up sooner after a hold began is not in it yet, so nothing of the answer counts as held."""


def _held_on(here: Situation, told: str) -> Place:
    """A hold runs on through a short answer: where they are when it has been spoken, five seconds left at least."""
    place = here.place
    in_it = here.session.holding and here.session.place.rep == place.rep
    if here.held is None or (here.held < IN_THE_HOLD_SECONDS and not in_it):
        return place
    spoken_for = here.held + BEGINS_AFTER + speaking_seconds(told, here.library.language)
    held = int(min(spoken_for, here.practice.hold - 5) // 5 * 5)
    return replace(place, held=max(place.held, held))


def ask(here: Situation, phase: Phase, *told: str, asked: str = "", question: str = "") -> Turn:
    """Say something, then the question of a phase, and wait for the answer.

    Args:
        here: the situation.
        phase: what is going on from now on.
        told: what to say first.
        asked: the plan that a yes would start.
        question: the phrase that asks, where it is not the phase's own.
    """
    place = here.place
    if phase not in UNDECIDED:
        here, place = without_what_hurt(here, place)
    if phase is Phase.FINISHING and here.steps:
        place = end_of(here.practices, len(here.steps) - 1)
    if here.session.plan and place.step >= len(here.steps):  # what hurt was the last of it: nothing is underway now
        here = with_plan(noting(here, replace(here.person, underway=None)), "")
        return ask(here, phase if phase is Phase.OVER else Phase.CHOOSING, *told, asked=asked, question=question)
    before, session = here.session, _in_phase(here.session, phase)
    session = replace(
        session,
        place=place,
        ends=place,
        since=None,
        asked=asked or session.asked,
        asked_in=before.asked_in if here.phase in _ASIDE else here.phase,
        gathering=before.gathering and place == before.place,
    )
    if session.seated_at:
        question = GATE_SEATED
    parts = joined([Say(sentences(*told)), Say(here.words(question or question_of(here, phase, place)))])
    return _turn(here, session, parts, _reprompt(here, phase))


def _in_phase(session: Session, phase: Phase) -> Session:
    """The session in a phase, without what was kept for another one."""
    rising = phase is Phase.RISING
    return replace(
        session,
        phase=phase,
        asked=session.asked if phase in _ASIDE else "",
        leaving=session.leaving if phase in UNDECIDED else "",
        number_for=session.number_for if phase is Phase.ASKING else "",
        up_at=session.up_at if rising else 0,
        seated_at=session.seated_at if rising else 0,
    )


def question_of(here: Situation, phase: Phase, place: Place) -> str:
    """The question of a phase: its phrase."""
    if phase is Phase.POSITIONING:
        return gate_before(replace(here, place=place).practice, place)
    if phase is Phase.RISING and here.session.seated_at:
        return GATE_SEATED
    if phase is Phase.HURTING and not here.easier_there_is(place):
        return "hurting-question-no-easier"
    if phase is Phase.FORGETTING and here.scene.household > 1:
        return "forget-whom-question"
    return _asks(here, phase)


KNOWN_AFTER = 3
"""Who has come so often knows what else can be asked, and what ready leads to."""


def comes_often(here: Situation) -> bool:
    """Whether they have come so often that a shorter question is enough."""
    return here.person.sessions > KNOWN_AFTER


def _asks(here: Situation, phase: Phase) -> str:
    """The phrase that asks in a phase; at the end, whether they get up next, and the short one for who comes often."""
    if phase is Phase.FINISHING and here.on_the_floor:
        return "finish-question-floor"
    if phase is Phase.FINISHING and comes_often(here):
        return "finish-question-known"
    return _ASKS[phase][0]


_ASIDE = (Phase.CONFIRMING, Phase.FORGETTING, Phase.ASKING, Phase.ALARM, Phase.RISING)
"""Phases that only ask something in between."""

_ASKS = {
    Phase.CHOOSING: ("choose", "choose-reprompt", ""),
    Phase.OFFERING: ("offer-question", "offer-reprompt", ""),
    Phase.POSITIONING: ("gate", "gate-reprompt", "gate-reprompt-again"),
    Phase.MOVING: ("go-on-question", "go-on-reprompt", "go-on-reprompt-again"),
    Phase.PAUSED: ("paused-question", "paused-reprompt", "paused-reprompt-again"),
    Phase.HURTING: ("hurting-question", "hurting-reprompt", "hurting-reprompt-again"),
    Phase.CONFIRMING: ("confirm-question", "confirm-reprompt", ""),
    Phase.FINISHING: ("finish-question", "finish-reprompt", ""),
    Phase.FORGETTING: ("forget-question", "forget-reprompt", ""),
    Phase.ASKING: ("asking-question", "asking-reprompt", ""),
    Phase.ALARM: ("alarm-question", "alarm-reprompt", "alarm-reprompt"),
    Phase.OVER: ("over-question", "over-reprompt", "over-reprompt"),
    Phase.RISING: ("gate-up", "go-on-reprompt", "go-on-reprompt-again"),
}
"""What each phase asks; what is said when nobody answers; where time is given, what is said after a minute of quiet."""


def _reprompt(here: Situation, phase: Phase) -> tuple[Part, ...]:
    """What is said when nobody answers: one command; patiently where time is given; where all is done, well done.

    Whoever may be left on the floor by it hears the way up.
    """
    _, first, again = _ASKS[phase]
    if phase is Phase.FORGETTING and here.scene.household > 1:
        first = "forget-whom-reprompt"
    line = here.words(first, number=here.emergency_number)
    if phase is Phase.FINISHING:
        return joined([Say(sentences(_well_done(here))), *_way_up(here), Say(line)])
    return _patiently(here, line, here.words(again, number=here.emergency_number)) if again else (Say(line),)


def _patiently(here: Situation, first: str, again: str) -> tuple[Part, ...]:
    """One line, about a minute of quiet, and another line."""
    if here.has_sound(PATIENT_BED):
        return Say(first), Sound(f"{here.library.language}-{PATIENT_BED}", 60.0), Say(again)
    calm = here.words.all("gate-reprompt-quiet")
    lines = (calm[n % len(calm)] for n in range(PATIENT_LINES))
    return Say(first), *(part for line in (*lines, again) for part in (Silence(PATIENT_QUIET_SECONDS), Say(line)))


def finish(here: Situation, *lead: str, hurt: bool = False, at_once: bool = False) -> Turn:
    """The closing words. The plan is done, nothing is underway any more, and the session closes.

    Whoever is on the floor is led up first, and waited for; in one sentence, where they go at once.

    Args:
        here: the situation.
        lead: what to say first.
        hurt: they stopped because something hurt, so nothing is praised and nobody is hurried up.
        at_once: they leave now, and wait for nothing.
    """
    words, person = here.words, here.person
    rest = words("rest-first") if hurt and here.phase is not Phase.RISING else ""
    if not at_once and here.on_the_floor and steps_of(here.session.plan, here.scene):
        return rise(replace(here, phase=Phase.FINISHING), *lead, rest, hurt=hurt)
    praise, week = "", ""
    if not hurt:
        harder, (week, days) = offer_of_harder(here), review(here)
        well_done = words("well-done-known") if comes_often(here) else _well_done(here)
        praise = sentences(well_done if here.session.done else "", week, harder)
        person = replace(person, harder_offered=person.harder_offered or bool(harder), week_told=days)
    person = replace(person, underway=None, body=_body(here.body), up_at=0)
    closing = Say(sentences(*lead, rest, up_slowly(here), praise, words("see-you")))
    return Turn(_closed(here), person, Prompt((closing,), card=_what_was_done(here)))


def _well_done(here: Situation) -> str:
    named = plan.name(here.session.plan, here.library)
    routine = plan.routine_of(here.session.plan)
    return here.words("well-done", plan=named) if routine else here.words("well-done-exercise", exercise=named)


def _what_was_done(here: Situation) -> Card | None:
    """The exercises of this plan that were finished today."""
    day = here.person.history.get(here.scene.today.isoformat())
    done = [step.exercise for step in here.steps if day and step.exercise in day.finished]
    if not done:
        return None
    library = here.library
    named = here.words.listed(library.exercises[exercise].name for exercise in done)
    told = here.words("finish-card", plan=plan.name(here.session.plan, library), exercises=named)
    return Card(library.title, told)


def _way_up(here: Situation) -> tuple[Part, ...]:
    """Nobody is left on the floor: the way up to standing, with its seated pause."""
    change = here.telling.way(here.body, STANDING)
    if change is None or not here.on_the_floor:
        return ()
    return spoken(moving_over(change, here.place, None, here.words), here.library.language)


HURT = "hurt"
"""In a session's `asked`, while RISING: something hurt, so nothing is praised once they are up."""


def rise(here: Situation, *lead: str, hurt: bool = False, first: bool = True) -> Turn:
    """Half of the way up from the floor, and the question whether they have done it.

    Args:
        here: the situation; they are on the floor.
        lead: what to say first.
        hurt: something hurt.
        first: the half that leads as far as the seat; for who may sit already, with that in mind.
    """
    change = here.telling.way(here.body, STANDING)
    if change is None:
        return ask(here, Phase.RISING, *lead)
    if here.session.seated_at or here.place.stage == SetUpPart.UP:
        change = replace(change, before=(here.words("up-if-lying"),))
    half = (before_the_pause if first else after_the_pause)(change, here.place, None, here.words)
    language = here.library.language
    told = joined((Say(sentences(*lead)), *spoken(half, language)))
    at = int(here.scene.now.timestamp() + BEGINS_AFTER + seconds_of(told, language)) + 1
    session = replace(here.session, seated_at=at if first else 0, up_at=0 if first else at)
    turn = preceded(ask(replace(here, session=session), Phase.RISING, asked=HURT if hurt else ""), *told)
    return replace(turn, session=replace(turn.session, said=_said_in(turn.prompt.parts)))


def preceded(turn: Turn, *parts: Part) -> Turn:
    """The turn with parts said before its own."""
    return replace(turn, prompt=replace(turn.prompt, parts=joined((*parts, *turn.prompt.parts))))


def showing(turn: Turn, card: Card) -> Turn:
    """The turn with something to read in the app."""
    return replace(turn, prompt=replace(turn.prompt, card=card))


def up_slowly(here: Situation) -> str:
    """One sentence for who leaves from the floor; nothing for who does not lie or sit there."""
    if not here.on_the_floor:
        return ""
    return here.words("up-slowly-without-kneeling" if here.session.no_kneeling else "up-slowly")


def close(here: Situation, *told: str) -> Turn:
    """Say one last thing and close; the place is kept."""
    return replace(silent(here, here.place), prompt=Prompt((Say(sentences(*told)),)))


def silent(here: Situation, place: Place | None) -> Turn:
    """Nothing can be said any more; only the place is kept, and where the body is, or will be once it is up.

    Args:
        here: the situation.
        place: the place; None stands for a plan that is done.
    """
    person = replace(here.person, body=_body(here.body), up_at=here.session.up_at if here.body != STANDING else 0)
    if here.steps:
        person = replace(person, underway=None if place is None else _underway(here, place))
    return Turn(_closed(here), person, Prompt())


def _closed(here: Situation) -> Session:
    return Session(turns=here.session.turns + 1, safety_said=here.session.safety_said)


def _body(position: str) -> str:
    """A position as it is carried and kept, where standing is nothing worth a word."""
    return "" if position == STANDING else position


def _underway(here: Situation, place: Place) -> Underway:
    """What to remember as underway."""
    return Underway(here.session.plan, place, here.steps[place.step].exercise, here.session.done)


SAFETY_DAYS = 60
"""After so long the safety line is told again."""

GREETING_SECONDS = 4
"""What may be said before the safety line, in the same answer."""


def with_safety(here: Situation) -> tuple[str, Situation]:
    """The safety line where it is due, before anything is done; and the situation in which it was told."""
    today, now = here.scene.today, here.scene.now.timestamp()
    interrupted, ago = now < here.session.safety_until, days_since(here.person.safety_day, today)
    if not (interrupted or (not here.session.safety_said and (ago is None or ago >= SAFETY_DAYS))):
        return "", replace(here, session=replace(here.session, safety_said=True, safety_until=0))
    line = here.words("safety")
    until = now + GREETING_SECONDS + speaking_seconds(line, here.library.language) * SURELY_HEARD
    told = replace(here, session=replace(here.session, safety_said=True, safety_until=int(until)))
    return line, noting(told, replace(here.person, safety_day=today.isoformat()))


def _turn(
    here: Situation, session: Session, parts: tuple[Part, ...], reprompt: tuple[Part, ...], said: str | None = None
) -> Turn:
    """An answer that waits for the person, who may go on another day from where it leaves them.

    `said` is what of it can be said once more, where that is not its last two sentences.
    """
    person = here.person
    if here.steps:
        over = session.phase is Phase.RISING and session.asked_in == Phase.FINISHING
        person = replace(person, underway=None if over else _underway(here, session.place))
    session = replace(
        session,
        turns=session.turns + 1,
        misses=0,
        exercise=here.steps[session.place.step].exercise if here.steps else "",
        body=_body(here.body),
        hurried=False,
        sounded=any(isinstance(part, Sound) for part in (*parts, *reprompt)),
        said=_said_in(parts) if said is None else said,
        echoed=False,
    )
    suggestions = here.words.all(f"suggest-{session.phase}")
    return Turn(session, person, Prompt(parts, reprompt, listen=True, suggestions=suggestions))


_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def _said_in(parts: tuple[Part, ...]) -> str:
    return _last_of(" ".join(part.text for part in parts if isinstance(part, Say)))


def _last_of(said: str, sentences_said: int = 2) -> str:
    """The last sentence or two, or so many: what "what did you say" is about."""
    told = _SENTENCES.split(said)[-sentences_said:]
    both = " ".join(told)
    return both if len(both) <= LONGEST_SAID else told[-1] if len(told[-1]) <= LONGEST_SAID else ""
