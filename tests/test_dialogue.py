"""The pure core: every answer is legal, the place is never lost, and ready alone leads to the end."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from hypothesis import given
from hypothesis import strategies as st
from scenes import (
    ENDINGS,
    EVENTS,
    NOW,
    any_event,
    any_person,
    any_underway,
    damaged_session,
    listener,
    scene,
)

from skill import limits
from skill.alexa.attributes import attributes_of, session_of
from skill.alexa.encode import nothing, response_of
from skill.coaching.place import Place
from skill.coaching.speech import speaking_seconds
from skill.dialogue.events import Emergency, Event, Open, Pause, Ready, StartRoutine
from skill.dialogue.here import look, settle
from skill.dialogue.prompt import Part, Prompt, Say, Silence, Sound
from skill.dialogue.respond import respond
from skill.dialogue.session import Person, Phase, Scene, Session, Turn, Underway
from skill.dialogue.table import PHASES, TABLE
from skill.render.speech import plain, ssml
from skill.storage.record import person_of, record_of


def legal(prompt: Prompt, event: Event) -> None:
    """An answer speaks, listens exactly when it has a reprompt, and keeps to every limit; an ending gets silence."""
    if isinstance(event, ENDINGS):
        assert prompt == Prompt()
        return
    assert plain(prompt.parts).strip()
    assert prompt.listen == bool(prompt.reprompt)
    assert len(ssml(prompt.parts, "https://example.org/sounds")) < limits.SPEECH_CHARACTERS - limits.SPEECH_MARGIN
    assert sum(part.seconds for part in prompt.parts if isinstance(part, Sound | Silence)) <= limits.AUDIO_SECONDS
    if prompt.listen:
        ssml(prompt.reprompt, "https://example.org/sounds", reprompt=True)
        assert lasting(prompt.reprompt) <= limits.REPROMPT_AUDIO_SECONDS
    assert "{" not in plain(prompt.parts) + plain(prompt.reprompt)


def lasting(parts: tuple[Part, ...]) -> float:
    """How long parts take, speech estimated."""
    return sum(speaking_seconds(part.text) if isinstance(part, Say) else part.seconds for part in parts)


def through_json(turn: Turn) -> Turn:
    """The turn after session and person have been to the device and the store and back, in a response not too large."""
    spoken = response_of(turn.prompt, "https://example.org/sounds") if turn.prompt.parts else nothing()
    response = DefaultSerializer().serialize(spoken)
    unsaved = {**attributes_of(turn.session), "unsaved": record_of(turn.person)}
    assert len(json.dumps([response, unsaved])) < limits.RESPONSE_BYTES / 2
    session = session_of(json.loads(json.dumps(attributes_of(turn.session))))
    person = person_of(json.loads(json.dumps(record_of(turn.person))))
    assert (session, person) == (turn.session, turn.person)
    return replace(turn, session=session, person=person)


def test_the_table_answers_every_event_in_every_phase() -> None:
    """There is a move for every pair, and no event is missing."""
    assert {phase for phase, _ in TABLE} == set(Phase) == set(PHASES)
    assert {event for _, event in TABLE} == set(EVENTS)
    assert len(TABLE) == len(Phase) * len(EVENTS)


@given(damaged_session, any_event, any_person, any_underway, st.booleans())
def test_any_session_gets_an_answer(
    session: Session, event: Event, person: Person, underway: object, sounds: bool
) -> None:
    """However old or damaged a session is, the answer is legal and what it carries is legal again."""
    here = scene(replace(person, underway=underway), sounds=sounds)  # type: ignore[arg-type]
    turn = through_json(respond(session, event, here))
    legal(turn.prompt, event)
    assert settle(turn.session, replace(here, person=turn.person)) == turn.session


@given(st.data(), any_person, st.booleans())
def test_every_answer_on_a_walk_is_legal(data: st.DataObject, person: Person, sounds: bool) -> None:
    """Whatever is said, whenever, in whatever order, each answer is legal and the place survives JSON."""
    session, now = Session(), NOW
    for _ in range(12):
        event = data.draw(any_event)
        turn = through_json(respond(session, event, Scene(person, scene().library, listener(sounds), now)))
        legal(turn.prompt, event)
        session, person = turn.session if turn.prompt.listen else Session(), turn.person
        now += timedelta(seconds=data.draw(st.integers(0, 260)))


@given(st.data(), any_person, st.booleans(), st.integers(0, 250))
def test_ready_alone_reaches_the_end_from_anywhere(
    data: st.DataObject, person: Person, sounds: bool, seconds: int
) -> None:
    """From any moment of any walk, ready and nothing else leads to the closing words and a closed session."""
    session, now = Session(), NOW
    for event in [StartRoutine("hip-routine"), *data.draw(st.lists(any_event, max_size=5))]:
        turn = respond(session, event, Scene(person, scene().library, listener(sounds), now))
        session, person = turn.session if turn.prompt.listen else Session(), turn.person
        now += timedelta(seconds=seconds)
    for _ in range(120):
        turn = respond(session, Ready(), Scene(person, scene().library, listener(sounds), now))
        session, person = turn.session, turn.person
        now += timedelta(seconds=seconds)
        if not turn.prompt.listen:
            break
    assert not turn.prompt.listen
    assert person.underway is None


@given(st.integers(0, 200), st.booleans())
def test_a_pause_never_loses_more_than_a_rep(seconds: int, sounds: bool) -> None:
    """Paused at any second of a set, she goes on at the start of a rep that was not finished yet."""
    here = scene(sounds=sounds)
    turn = respond(Session(), StartRoutine("hip-strength"), here)
    turn = respond(turn.session, Ready(), scene(turn.person, sounds=sounds))
    later = NOW + timedelta(seconds=seconds)
    before = look(turn.session, scene(turn.person, later, sounds=sounds))
    paused = respond(turn.session, Pause(), scene(turn.person, later, sounds=sounds))
    assert paused.session.place == before.place
    assert paused.person.underway
    assert paused.person.underway.place == before.place


def test_an_emergency_closes_from_every_phase() -> None:
    """Whatever is going on, an emergency is answered at once, and the session closes."""
    for phase in Phase:
        session = Session(phase=phase, plan="routine/hip-routine", asked="routine/hip-mobility", turns=3)
        turn = respond(session, Emergency(), scene())
        assert "nine one one" in plain(turn.prompt.parts)
        assert not turn.prompt.listen


@pytest.mark.parametrize(
    ("locale", "number"), [("en-GB", "nine nine nine"), ("en-AU", "triple zero"), ("en-IN", "one one two")]
)
def test_emergency_words_belong_to_the_locale(locale: str, number: str) -> None:
    """In Britain it is nine nine nine."""
    from scenes import library

    turn = respond(Session(), Emergency(), replace(scene(), library=library(locale)))
    assert number in plain(turn.prompt.parts)


def test_a_content_change_settles_an_old_place() -> None:
    """A place in a routine that no longer exists is let go; one past the end of an exercise becomes its beginning."""
    old = Session(phase=Phase.MOVING, plan="routine/removed", turns=5)
    assert settle(old, scene()).phase is Phase.CHOOSING
    gone = Underway("routine/removed", Place(3, 1, 2))
    turn = respond(Session(), Open(), scene(Person(underway=gone, last_day="2026-11-21", safety_day="2026-11-21")))
    assert turn.session.phase is Phase.CHOOSING
    assert plain(turn.prompt.parts).startswith("Welcome back. What you were doing has changed")
