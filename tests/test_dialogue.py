"""The pure core: every answer is legal, the place is never lost, and ready alone leads to the end."""

import json
from datetime import datetime, timedelta
from typing import Any

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
    library,
    plainest,
    scene,
)
from telling_turns import FAMILIAR, RECORD, Told, cases, hold, told_in

from skill.alexa.envelope import KEY, attributes_of, session_of
from skill.alexa.responses import nothing, response_of
from skill.coaching.fitting import BEGINS_AFTER
from skill.coaching.plan import Place
from skill.coaching.practice import Wish
from skill.coaching.timeline import CueKind, speaking_seconds
from skill.dialogue.events import Event, GoTo, Said, StartExercise, StartRoutine
from skill.dialogue.moves.caring import is_over
from skill.dialogue.prompt import Part, Prompt, Say, Silence, Sound
from skill.dialogue.respond import respond
from skill.dialogue.session import Person, Phase, Scene, Session, Turn, settle
from skill.dialogue.situation import look
from skill.dialogue.table import PHASES, TABLE
from skill.library import limits
from skill.library.values import replace
from skill.media.speech import plain, ssml
from skill.memory.record import person_of, record_of


@cases("dialogue")
def test_the_place_and_the_body_are_where_they_should_be(case: dict[str, Any]) -> None:
    hold(case)


def legal(prompt: Prompt, event: Event) -> None:
    """An answer speaks, listens exactly when it has a reprompt, and keeps to every limit; an ending gets silence."""
    if event in ENDINGS:
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


class Walk:
    """Somebody who says one thing after the other; each answer is legal, and survives JSON."""

    def __init__(self, person: Person, *, sounds: bool, session: Session | None = None) -> None:
        self.session, self.person, self.sounds, self.now = session or Session(), person, sounds, NOW

    @property
    def scene(self) -> Scene:
        return scene(self.person, self.now, sounds=self.sounds)

    def say(self, event: Event, seconds: float = 0) -> Turn:
        """Say it; then so many seconds pass."""
        turn = through_json(respond(self.session, event, self.scene))
        legal(turn.prompt, event)
        self.person = turn.person
        assert settle(turn.session, self.scene) == turn.session
        self.session = turn.session if turn.prompt.listen else Session()
        self.now += timedelta(seconds=seconds)
        return turn


def test_the_table_answers_every_event_in_every_phase() -> None:
    assert {phase for phase, _ in TABLE} == set(Phase) == set(PHASES)
    assert {event for _, event in TABLE} == set(EVENTS)
    assert len(TABLE) == len(Phase) * len(EVENTS)


def test_every_event_is_answered_in_every_phase() -> None:
    for phase, event in TABLE:
        for since in (None, int(NOW.timestamp()) - 25):
            plan = "" if phase is Phase.CHOOSING else "routine/hip-routine"
            session = Session(phase=phase, plan=plan, place=Place(2, 1), ends=Place(2, 3), since=since, turns=3)
            turn = through_json(respond(replace(session, asked="routine/hip-mobility"), plainest(event), scene()))
            legal(turn.prompt, plainest(event))


@given(damaged_session, any_event, any_person, any_underway, st.booleans())
def test_any_session_gets_an_answer(
    session: Session, event: Event, person: Person, underway: object, sounds: bool
) -> None:
    """However old or damaged a session is, the answer is legal and what it carries is legal again."""
    Walk(replace(person, underway=underway), sounds=sounds, session=session).say(event)  # type: ignore[arg-type]


@given(
    st.sampled_from([case["carried"] for case in told_in("dialogue").values() if "carried" in case]),
    any_event,
    st.integers(0, 260),
    st.booleans(),
)
def test_any_session_of_the_release_before_goes_on(
    fields: dict[str, object], event: Event, seconds: int, sounds: bool
) -> None:
    remembered = told_in("dialogue")["a person of the release before is known"]["remembered"]
    session = session_of(json.loads(json.dumps({KEY: {"version": 1, **fields}})))
    walk = Walk(person_of({**RECORD, **remembered}), sounds=sounds, session=session)
    walk.now += timedelta(seconds=seconds)
    walk.say(event)


@given(st.data(), any_person, st.booleans())
def test_every_answer_on_a_walk_is_legal(data: st.DataObject, person: Person, sounds: bool) -> None:
    """Whatever is said, whenever, in whatever order."""
    walk = Walk(person, sounds=sounds)
    for _ in range(12):
        walk.say(data.draw(any_event), data.draw(st.integers(0, 260)))


@given(st.data(), any_person, st.booleans())
def test_a_long_walk_through_a_routine_stays_legal(data: st.DataObject, person: Person, sounds: bool) -> None:
    """Led on by "ready", with anything in between at any second."""
    start = StartRoutine(data.draw(st.sampled_from(["hip-routine", "hip-mobility", "chair-and-standing"])))
    walk = Walk(person, sounds=sounds)
    often = st.sampled_from([Said.READY, Said.READY, Said.PAUSE]) | any_event
    for event in [start, *data.draw(st.lists(often, min_size=10, max_size=30))]:
        walk.say(event, data.draw(st.integers(0, 90)))


@given(st.data(), any_person, st.booleans(), st.integers(0, 250))
def test_ready_alone_reaches_the_end_from_anywhere(
    data: st.DataObject, person: Person, sounds: bool, seconds: int
) -> None:
    """From any moment of any walk, ready and nothing else leads to the closing words and a closed session.

    Only the way up takes its time: whoever is ready before it was told hears it again, until they have heard it. And a
    day that was ended stays ended, however ready they are; no day is ended later than now.
    """
    walk = Walk(replace(person, stopped_at=min(person.stopped_at, int(NOW.timestamp()))), sounds=sounds)
    for event in [StartRoutine("hip-routine"), *data.draw(st.lists(any_event, max_size=5))]:
        walk.say(event, seconds)
    if is_over(walk.scene):
        for _ in range(5):
            assert walk.say(Said.READY).session.phase is Phase.OVER
        return
    for _ in range(120):
        turn = walk.say(Said.READY, seconds)
        if "Take all the time you need." in plain(turn.prompt.parts):
            walk.now += timedelta(seconds=max(0, 300 - seconds))
        if not turn.prompt.listen:
            break
    assert not turn.prompt.listen
    assert walk.person.underway is None


@pytest.mark.parametrize("seconds", range(0, 56, 3))
def test_a_pause_never_loses_more_than_a_rep(seconds: int) -> None:
    """Paused at any second of the first set, at most one rep, and what was done while asking, is done again."""
    walk = Walk(Person(), sounds=True)
    walk.say(StartRoutine("hip-strength"))
    lead = walk.say(Said.READY, seconds).session.lead
    paused = walk.say(Said.PAUSE)
    rep_seconds, count_in, allowed = 8, 1, 1.5 + 2.5
    heard = seconds - lead - count_in
    place = paused.session.place
    if place.piece == 1:
        assert (heard - allowed) // rep_seconds <= place.rep <= max(0, heard // rep_seconds)
    assert paused.person.underway
    assert paused.person.underway.place == place


@pytest.mark.parametrize("phase", Phase)
def test_an_emergency_closes_from_every_phase(phase: Phase) -> None:
    session = Session(phase=phase, plan="routine/hip-routine", asked="routine/hip-mobility", turns=3)
    turn = respond(session, Said.EMERGENCY, scene(Person(zone="America/New_York")))
    assert "nine one one" in plain(turn.prompt.parts)
    assert not turn.prompt.listen


@pytest.mark.parametrize(
    ("locale", "zone", "number"),
    [
        ("en-US", "America/New_York", "call nine one one now"),
        ("en-GB", "Europe/London", "call nine nine nine now"),
        ("en-AU", "Australia/Perth", "call triple zero now"),
        ("en-IN", "Asia/Kolkata", "call one one two now"),
        ("en-US", "Australia/Sydney", "call triple zero now"),
        ("en-AU", "America/Los_Angeles", "call nine one one now"),
        ("en-GB", "", "call your local emergency number now"),
        ("en-US", "Mars/Olympus_Mons", "call your local emergency number now"),
        ("en-US", "UTC", "call your local emergency number now"),
    ],
)
def test_the_emergency_number_is_that_of_where_the_device_is(locale: str, zone: str, number: str) -> None:
    """Whoever travels needs the number of the place, whatever English they speak; unknown, none is made up."""
    turn = respond(Session(), Said.EMERGENCY, replace(scene(Person(zone=zone)), library=library(locale)))
    said = plain(turn.prompt.parts)
    assert number in said
    numbers = {one for one in library(locale).emergency_numbers.values() if f"call {one}" in said}
    assert len(numbers) == (0 if "local" in number else 1)


@pytest.mark.parametrize("sounds", [True, False])
@pytest.mark.parametrize("seconds", range(3, 48, 4))
def test_next_in_a_set_never_jumps_over_a_set_up(seconds: int, sounds: bool) -> None:
    told = Told(FAMILIAR, sounds=sounds)
    told.all("start hip routine", "ready")
    assert "right leg lifting" in told.say("next", after=seconds)


@pytest.mark.parametrize("seconds", range(44, 56))
def test_next_in_the_release_of_a_hold_tells_the_change_of_side(seconds: int) -> None:
    """Coming out of the last hold is still before the joint."""
    told = Told(FAMILIAR)
    told.all("start figure four", "ready")
    assert "right ankle over" in told.say("next", after=seconds)


def test_a_place_goes_with_its_exercise() -> None:
    """When a release drops an exercise, nobody finds themselves in another."""
    told = Told(FAMILIAR)
    told.all("start hip routine", "go to number five")
    routine = library().routines["hip-routine"]
    shorter = replace(routine, steps=tuple(step for step in routine.steps if step.exercise != "figure-4"))
    changed = replace(library(), routines={**library().routines, "hip-routine": shorter})
    assert "hip flexor stretch, number five of five" in Told(told.person, content=changed).say("open")


# What is said at the ends of a session


def at_the_end(person: Person, now: datetime, *, recognised: bool = True) -> Turn:
    """The closing words after one exercise, done from its beginning to its end."""
    session = Session()
    for event in (StartExercise("sit-to-stand"), *(Said.READY,) * 9):
        turn = respond(session, event, replace(scene(person, now), recognised=recognised))
        session, person, now = turn.session, turn.person, now + timedelta(minutes=5)
        if not turn.prompt.listen:
            return turn
    raise AssertionError("the exercise never ended")


KNOWN = person_of({**RECORD, **FAMILIAR})


def test_the_week_is_told_when_it_has_changed() -> None:
    """Nothing on the first day; two days once; not a second time that day; three the next one; to nobody unknown."""
    turn = at_the_end(KNOWN, NOW)
    assert "in a week" not in plain(turn.prompt.parts)
    for days, recognised, told in (
        *((1, True, "two"), (1.1, True, ""), (2, True, "three"), (2.1, True, "")),
        *((3, False, ""), (3.2, True, "four")),
    ):
        turn = at_the_end(turn.person, NOW + timedelta(days=days), recognised=recognised)
        said = plain(turn.prompt.parts)
        assert (f"{told.capitalize()} days this week." if told else "") in said
        assert ("this week" in said) == bool(told)


def test_what_is_said_in_greeting_and_parting_goes_round_with_the_sessions() -> None:
    """Four greetings in four sessions, and the fifth is the first again; the same for what is said at the end."""
    greetings, partings, person = [], [], KNOWN
    for _ in range(5):
        opened = respond(Session(), Said.OPEN, scene(person))
        greetings.append(plain(opened.prompt.parts).split(". ")[0])
        parting = plain(at_the_end(opened.person, NOW).prompt.parts)
        partings += [one for one in scene().library.phrases["see-you"] if parting.endswith(one)]
        person = opened.person
    assert len(set(greetings[:4])) == len(scene().library.phrases["opened-again"]) == 4
    assert len(set(partings[:4])) == 4
    assert (greetings[4], partings[4]) == (greetings[0], partings[0])


# A hold that is asked about


@pytest.mark.parametrize("sounds", [True, False], ids=["sounds", "aloud"])
@pytest.mark.parametrize("event", [Said.HOW_LONG_LEFT, Said.WHERE_TO_FEEL, Said.WHERE_AM_I, Said.HOW_AM_I_DOING])
@pytest.mark.parametrize("person", [KNOWN, replace(KNOWN, wishes={"figure-4": Wish(hold=45)})], ids=["twenty", "more"])
@given(seconds=st.integers(0, 20))
def test_a_hold_that_is_asked_about_as_it_begins_is_held_whole(
    seconds: int, event: Event, person: Person, sounds: bool
) -> None:
    """What was held before, the question where they are in the hold, and what is told then: all but five seconds."""
    walk = Walk(person, sounds=sounds)
    walk.say(StartExercise("figure-4"), 300)
    began = walk.say(Said.READY)
    begins, ends = _first_hold(began, walk.scene)
    walk.now += timedelta(seconds=seconds)
    turn = walk.say(event)
    held = max(0.0, seconds - BEGINS_AFTER - begins)
    if held >= 5:  # who speaks up sooner is not in it yet
        held += BEGINS_AFTER + turn.session.lead
    after, until = _first_hold(turn, walk.scene)
    assert turn.session.place.rep == 0
    assert held + until - after >= ends - begins - 5


def _first_hold(turn: Turn, here: Scene) -> tuple[float, float]:
    """When in an answer the first hold of it begins and ends: seconds after its first sound."""
    session = turn.session
    span = look(session, here).fit(session.place, session.lead, holding=session.holding)
    at, holds = float(session.lead), []
    for cue in (cue for passage in span.passages for cue in passage.cues):
        if cue.kind is CueKind.HOLD and cue.place.rep == 0 and cue.place.piece == 1:
            holds += [at, at + cue.seconds]
        at += cue.seconds
    return min(holds), max(holds)


@pytest.mark.parametrize("name", ["hip-routine", "butterfly-stretch"])
def test_after_pain_in_the_last_exercise_everything_is_answered(name: str) -> None:
    """Nothing follows what hurt: whoever is dizzy then, or out of breath, is told whom to call, as ever."""

    def then(turn: Turn, seconds: float) -> Scene:
        return scene(turn.person, NOW + timedelta(seconds=seconds))

    turn = respond(Session(), StartRoutine(name) if name == "hip-routine" else StartExercise(name), scene())
    turn = respond(turn.session, GoTo(number=6) if name == "hip-routine" else Said.READY, then(turn, 30))
    turn = respond(replace(turn.session, body="side-lying"), Said.READY, then(turn, 120))
    hurt = respond(replace(turn.session, since=None, phase=Phase.PAUSED), Said.SHARP_PAIN, then(turn, 15))
    assert hurt.session.leaving
    for event in EVENTS:
        answer = respond(hurt.session, plainest(event), then(hurt, 30))
        legal(answer.prompt, plainest(event))
        if answer.prompt.listen:
            assert settle(answer.session, then(answer, 0)) == answer.session
    dizzy = respond(hurt.session, Said.DIZZY, then(hurt, 30))
    assert (dizzy.session.phase, dizzy.person.underway) == (Phase.OVER, None)
    breathless = respond(hurt.session, Said.OUT_OF_BREATH, then(hurt, 30))
    assert (breathless.session.phase, breathless.person.underway) == (Phase.CHOOSING, None)


@given(st.data(), any_person, st.booleans())
def test_a_day_that_is_over_stays_over_whatever_is_said(data: st.DataObject, person: Person, sounds: bool) -> None:
    """Nothing is led or offered any more until they have said yes to going on, whatever was asked in between."""
    walk = Walk(replace(person, stopped_at=0), sounds=sounds)
    ends = [Said.DIZZY, Said.GAVE_WAY, Said.EMERGENCY, Said.ENOUGH_FOR_TODAY]
    before = data.draw(st.lists(st.just(Said.READY) | any_event, max_size=4))
    for event in [StartRoutine("hip-routine"), *before, data.draw(st.sampled_from(ends))]:
        walk.say(event, 30)
    for event in data.draw(st.lists(any_event, min_size=1, max_size=8)):
        if not is_over(walk.scene):
            return
        turn = walk.say(event, 5)
        if turn.prompt.listen and is_over(walk.scene):
            assert turn.session.phase in (Phase.OVER, Phase.ALARM, Phase.FORGETTING)
