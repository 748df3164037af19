"""The pure core: every answer is legal, the place is never lost, and ready alone leads to the end."""

import json
from datetime import datetime, timedelta

import law
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
    listener,
    plainest,
    scene,
)

from skill.alexa.envelope import attributes_of, session_of
from skill.alexa.responses import nothing, response_of
from skill.coaching.fitting import BEGINS_AFTER
from skill.coaching.plan import Place
from skill.coaching.practice import Wish
from skill.coaching.timeline import CueKind, speaking_seconds
from skill.dialogue.events import (
    Event,
    GoTo,
    MoreSeconds,
    OnlySide,
    PutBack,
    Said,
    SetHold,
    SkipSide,
    StartExercise,
    StartRoutine,
)
from skill.dialogue.moves.caring import is_over
from skill.dialogue.prompt import Part, Prompt, Say, Silence, Sound
from skill.dialogue.respond import respond
from skill.dialogue.session import Person, Phase, Scene, Session, Turn, Underway, settle
from skill.dialogue.situation import look
from skill.dialogue.table import PHASES, TABLE
from skill.library import limits
from skill.library.values import replace
from skill.media.speech import plain, ssml
from skill.memory.record import person_of, record_of


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


def test_the_table_answers_every_event_in_every_phase() -> None:
    """There is a move for every pair, and no event is missing."""
    assert {phase for phase, _ in TABLE} == set(Phase) == set(PHASES)
    assert {event for _, event in TABLE} == set(EVENTS)
    assert len(TABLE) == len(Phase) * len(EVENTS)


def test_every_event_is_answered_in_every_phase() -> None:
    """Each pair of the table is tried, in the middle of a routine, with every kind of event in its plainest form."""
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
    """From any moment of any walk, ready and nothing else leads to the closing words and a closed session.

    Only the way up takes its time: whoever is ready before it was told hears it again, until they have heard it. And a
    day that was ended stays ended, however ready they are.
    """
    session, now = Session(), NOW
    for event in [StartRoutine("hip-routine"), *data.draw(st.lists(any_event, max_size=5))]:
        turn = respond(session, event, Scene(person, scene().library, listener(sounds), now))
        session, person = turn.session if turn.prompt.listen else Session(), turn.person
        now += timedelta(seconds=seconds)
    if is_over(Scene(person, scene().library, listener(sounds), now)):
        for _ in range(5):
            turn = respond(session, Said.READY, Scene(person, scene().library, listener(sounds), now))
            session, person = turn.session, turn.person
            assert session.phase is Phase.OVER
        return
    for _ in range(120):
        turn = respond(session, Said.READY, Scene(person, scene().library, listener(sounds), now))
        session, person = turn.session, turn.person
        unhurried = "Take all the time you need." in plain(turn.prompt.parts)
        now += timedelta(seconds=max(seconds, 300) if unhurried else seconds)
        if not turn.prompt.listen:
            break
    assert not turn.prompt.listen
    assert person.underway is None


@given(st.data(), any_person, st.booleans())
def test_a_long_walk_through_a_routine_stays_legal(data: st.DataObject, person: Person, sounds: bool) -> None:
    """Led on by "ready", with anything in between at any second: each answer, and each session, is legal as it is."""
    start = StartRoutine(data.draw(st.sampled_from(["hip-routine", "hip-mobility", "chair-and-standing"])))
    session, now = Session(), NOW
    often = st.sampled_from([Said.READY, Said.READY, Said.PAUSE]) | any_event
    for event in [start, *data.draw(st.lists(often, min_size=10, max_size=30))]:
        here = Scene(person, scene().library, listener(sounds), now)
        turn = through_json(respond(session, event, here))
        legal(turn.prompt, event)
        assert settle(turn.session, replace(here, person=turn.person)) == turn.session
        session, person = turn.session if turn.prompt.listen else Session(), turn.person
        now += timedelta(seconds=data.draw(st.integers(0, 90)))


@pytest.mark.parametrize("seconds", range(0, 56, 3))
def test_a_pause_never_loses_more_than_a_rep(seconds: int) -> None:
    """Paused at any second of the first set, at most one rep, and what was done while asking, is done again."""
    turn = respond(Session(), StartRoutine("hip-strength"), scene(sounds=True))
    turn = respond(turn.session, Said.READY, scene(turn.person, sounds=True))
    later = NOW + timedelta(seconds=seconds)
    paused = respond(turn.session, Said.PAUSE, scene(turn.person, later, sounds=True))
    rep_seconds, count_in, allowed = 8, 1, 1.5 + 2.5
    heard = seconds - turn.session.lead - count_in
    place = paused.session.place
    if place.piece == 1:
        assert (heard - allowed) // rep_seconds <= place.rep <= max(0, heard // rep_seconds)
    assert paused.person.underway
    assert paused.person.underway.place == place


def test_an_emergency_closes_from_every_phase() -> None:
    """Whatever is going on, an emergency is answered at once, and the session closes."""
    for phase in Phase:
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
    assert number in plain(turn.prompt.parts)
    numbers = {
        said for said in library(locale).emergency_numbers.values() if f"call {said}" in plain(turn.prompt.parts)
    }
    assert len(numbers) == (0 if "local" in number else 1)


def test_a_content_change_settles_an_old_place() -> None:
    """A place in a routine that no longer exists is let go; one past the end of an exercise becomes its beginning."""
    old = Session(phase=Phase.MOVING, plan="routine/removed", turns=5)
    assert settle(old, scene()).phase is Phase.CHOOSING
    gone = Underway("routine/removed", Place(3, 1, 2))
    turn = respond(Session(), Said.OPEN, scene(Person(underway=gone, last_day="2026-11-21", safety_day="2026-11-21")))
    assert turn.session.phase is Phase.CHOOSING
    assert plain(turn.prompt.parts).startswith("Welcome back. What you were doing has changed")


def later(turn: Turn, seconds: float, *, sounds: bool = False) -> Scene:
    """So many seconds after an answer that was given at NOW."""
    return scene(turn.person, NOW + timedelta(seconds=seconds), sounds=sounds)


NEW = Person(safety_day="2026-11-21", last_day="2026-11-21")
"""Somebody who was here yesterday, and is new to every exercise: there is a gate after each part of a set-up."""

HEARD = timedelta(minutes=5)
"""Longer than any answer."""

KNOWN = replace(NEW, heard=dict.fromkeys(library().exercises, 5))
"""Somebody who knows every exercise: there is one gate before each set."""


def started(name: str, *then: Event, person: Person = KNOWN) -> Turn:
    """Somebody at the first gate of a routine or exercise, or as far as these events lead; the last answer is at NOW.

    Each answer but the last was heard to its end.
    """
    first = StartRoutine(name) if name in scene().library.routines else StartExercise(name)
    turn = respond(Session(), first, scene(person, NOW - HEARD * len(then)))
    for left, event in reversed(list(enumerate(reversed(then)))):
        turn = respond(turn.session, event, scene(turn.person, NOW - HEARD * left))
    return turn


@pytest.mark.parametrize("sounds", [True, False])
@pytest.mark.parametrize("seconds", range(3, 48, 4))
def test_next_in_a_set_never_jumps_over_a_set_up(seconds: int, sounds: bool) -> None:
    """Wherever in a set someone says next, the change of side or the set-up after it is told."""
    turn = respond(Session(), StartRoutine("hip-routine"), scene(KNOWN, sounds=sounds))
    turn = respond(turn.session, Said.READY, scene(turn.person, sounds=sounds))
    said = plain(respond(turn.session, Said.NEXT, later(turn, seconds, sounds=sounds)).prompt.parts)
    assert "right leg lifting" in said


def test_next_in_the_release_of_a_hold_tells_the_change_of_side() -> None:
    """Coming out of the last hold is still before the joint."""
    turn = started("figure-4", Said.READY)
    for seconds in range(44, 56):
        said = plain(respond(turn.session, Said.NEXT, later(turn, seconds)).prompt.parts)
        assert "right ankle over" in said, seconds


def test_a_hold_that_becomes_shorter_than_what_was_held_goes_on() -> None:
    """Hold for twenty seconds, said after more than that: the last five are left."""
    turn = started("figure-4", SetHold(60), Said.READY)
    turn = respond(turn.session, SetHold(20), later(turn, 50))
    assert turn.session.place.held == 15
    assert "Twenty seconds each time" in plain(turn.prompt.parts)


def test_questions_do_not_stretch_a_hold() -> None:
    """However often someone asks how long, a hold of sixty seconds is over after sixty, and the answers."""
    turn, now = started("figure-4", SetHold(60), Said.READY), NOW
    for _ in range(6):
        now += timedelta(seconds=12)
        turn = respond(turn.session, Said.HOW_LONG_LEFT, scene(turn.person, now))
    assert turn.session.place.held >= 50 or turn.session.place.rep >= 1


def test_more_seconds_says_what_it_does() -> None:
    """Ninety more than there may be are fewer; and while they get ready, it is a moment that they want."""
    turn = started("figure-4", Said.READY)
    said = plain(respond(turn.session, MoreSeconds(90), later(turn, 17)).prompt.parts)
    assert "Forty-five seconds more." in said
    gate = started("fire-hydrant")
    turn = respond(gate.session, MoreSeconds(10), later(gate, 60))
    assert "Take all the time you need." in plain(turn.prompt.parts)
    assert turn.person.wishes == {}


@pytest.mark.parametrize(("number", "way"), [(1, "Come onto your hands and knees"), (5, "roll onto your back")])
def test_a_jump_begins_from_where_the_body_is(number: int, way: str) -> None:
    """From number six, standing, any other exercise is led to from standing."""
    turn = started("hip-routine", GoTo(number=6), Said.READY)
    turn = respond(turn.session, GoTo(number=number), later(turn, 300))
    said = plain(turn.prompt.parts)
    assert "kneel, one knee at a time" in said
    assert way in said


def test_a_question_on_the_way_up_keeps_the_way_up() -> None:
    """Whoever asks something while sitting up is not told to stand beside a chair at once."""
    turn = started("hip-mobility")
    turn = respond(turn.session, GoTo(number=3), later(turn, 120))
    turn = respond(turn.session, Said.WHERE_TO_FEEL, later(turn, 132))
    assert "Push up with your hands and sit a while." in plain(turn.prompt.parts)


def test_a_new_session_begins_standing() -> None:
    """Skipping, at the offer to go on, leads down to the floor and never up from it."""
    turn = started("hip-routine", Said.READY)
    offered = respond(Session(), Said.OPEN, later(turn, 90_000))
    said = plain(respond(offered.session, Said.SKIP_EXERCISE, later(offered, 90_010)).prompt.parts)
    assert "kneel, one knee at a time" in said
    alone = started("butterfly-stretch")
    offered = respond(Session(), Said.OPEN, later(alone, 90_000))
    said = plain(respond(offered.session, Said.SKIP_EXERCISE, later(offered, 90_010)).prompt.parts)
    assert "roll onto your side" not in said


def test_another_form_in_another_position_is_led_to() -> None:
    """The easier hip thrust is done on the back, so the way there is told."""
    turn = started("hip-thrust")
    assert "roll onto your back" in plain(respond(turn.session, Said.EASIER, later(turn, 60)).prompt.parts)


def test_a_place_goes_with_its_exercise() -> None:
    """When a release drops an exercise, or someone leaves one out, nobody finds themselves in another."""
    turn = started("hip-routine", GoTo(number=5))
    fewer = replace(turn.person, left_out=("fire-hydrant",))
    said = plain(respond(Session(), Said.OPEN, scene(fewer, NOW + timedelta(days=1))).prompt.parts)
    assert "figure four, number four of five" in said
    routine = scene().library.routines["hip-routine"]
    shorter = replace(routine, steps=tuple(step for step in routine.steps if step.exercise != "figure-4"))
    changed = replace(scene().library, routines={**scene().library.routines, "hip-routine": shorter})
    there = replace(scene(turn.person, NOW + timedelta(days=1)), library=changed)
    said = plain(respond(Session(), Said.OPEN, there).prompt.parts)
    assert "hip flexor stretch, number five of five" in said


def test_the_whole_of_a_routine_counts_once() -> None:
    """Skipping is not doing, the last set again is not all of it again, and jumping to the end is not doing it all."""
    turn, now = started("chair-and-standing"), NOW
    for _ in range(9):
        now += timedelta(seconds=150)
        turn = respond(turn.session, Said.READY, scene(turn.person, now))
        if turn.session.phase is Phase.FINISHING:
            break
    for event in (Said.REPEAT, Said.READY, Said.READY):
        now += timedelta(seconds=150)
        turn = respond(turn.session, event, scene(turn.person, now))
    day = turn.person.history["2026-11-22"]
    assert day.whole == {"routine/chair-and-standing": 1}
    assert set(day.finished.values()) == {1}
    jumped = started("hip-mobility", GoTo(number=3), Said.READY)
    ended = respond(jumped.session, Said.TIMED_OUT, later(jumped, 300))
    assert not any(day.whole for day in ended.person.history.values())


def test_no_leads_back_to_where_a_question_came_up() -> None:
    """After a sharp pain the exercise stays over, whatever else was asked in between."""
    turn = started("hip-routine", Said.READY)
    turn = respond(turn.session, Said.SHARP_PAIN, later(turn, 12))
    turn = respond(turn.session, Said.FORGET_ME, later(turn, 20))
    turn = respond(turn.session, Said.NO, later(turn, 24))
    assert turn.session.phase is Phase.HURTING
    assert "easier" not in plain(turn.prompt.parts)


def test_the_place_that_was_declined_is_not_lost() -> None:
    """After no to the offer, "go on" goes on, and another routine is asked about first."""
    turn = started("hip-mobility", GoTo(number=2))
    declined = respond(Session(), Said.OPEN, later(turn, 90_000))
    declined = respond(declined.session, Said.NO, later(declined, 90_010))
    things = respond(declined.session, Said.RESUME, later(declined, 90_020))
    assert plain(things.prompt.parts).endswith("Say ready when you have it all.")
    assert "figure four" in plain(respond(things.session, Said.READY, later(things, 90_060)).prompt.parts).lower()
    asked = respond(declined.session, StartRoutine("hip-routine"), later(declined, 90_020))
    assert asked.session.phase is Phase.CONFIRMING
    assert asked.person.underway == turn.person.underway


@pytest.mark.parametrize("first", [Said.LIST, Said.HELP, Said.WHERE_AM_I, Said.HOW_AM_I_DOING])
def test_the_safety_line_comes_after_months_whatever_was_said_first(first: Event) -> None:
    """A question does not use it up."""
    long_ago = Person(safety_day="2025-11-01", last_day="2025-11-01")
    turn = respond(Session(), first, scene(long_ago))
    turn = respond(turn.session, StartRoutine("hip-routine"), scene(turn.person))
    assert "This isn't medical advice." in plain(turn.prompt.parts)


@pytest.mark.parametrize(("seconds", "again"), [(3, True), (60, False)])
def test_who_interrupts_the_safety_line_hears_it_before_the_first_exercise(seconds: int, again: bool) -> None:
    """Said is not heard: only who let it be spoken is not told again."""
    turn = respond(Session(), Said.OPEN, scene())
    turn = respond(turn.session, StartRoutine("hip-routine"), later(turn, seconds))
    assert ("This isn't medical advice." in plain(turn.prompt.parts)) is again


def test_skip_a_side_by_its_name() -> None:
    """The side that is named, and never the one that is being done instead of it."""
    turn = started("hip-routine", Said.READY)
    kept = respond(turn.session, SkipSide("right"), later(turn, 20))
    assert plain(kept.prompt.parts).startswith(
        "Only your left side in fire hydrant, today. To undo that, say, both sides."
    )
    assert kept.session.place.piece == 1
    after = respond(kept.session, Said.NEXT, later(kept, 30))
    assert after.session.exercise == "hip-thrust"
    left = respond(turn.session, SkipSide("left"), later(turn, 20))
    assert "Leaving the left side out." in plain(left.prompt.parts)


def test_after_pain_in_the_last_exercise_nobody_is_praised() -> None:
    """They rest, and get up when they like."""
    turn = started("butterfly-stretch", Said.READY)
    turn = respond(turn.session, Said.SHARP_PAIN, later(turn, 15))
    said = plain(respond(turn.session, Said.READY, later(turn, 30)).prompt.parts)
    assert "Rest before you get up." in said
    assert "Well done" not in said
    assert "Good work" not in said


@pytest.mark.parametrize("name", ["hip-routine", "butterfly-stretch"])
def test_after_pain_in_the_last_exercise_everything_is_answered(name: str) -> None:
    """Nothing follows what hurt: whoever is dizzy then, or out of breath, is told whom to call, as ever."""
    begin = StartRoutine(name) if name == "hip-routine" else StartExercise(name)
    turn = respond(Session(), begin, scene())
    last = GoTo(number=6) if name == "hip-routine" else Said.READY
    turn = respond(turn.session, last, later(turn, 30))
    turn = respond(replace(turn.session, body="side-lying"), Said.READY, later(turn, 120))
    hurt = respond(replace(turn.session, since=None, phase=Phase.PAUSED), Said.SHARP_PAIN, later(turn, 15))
    assert hurt.session.leaving
    for event in EVENTS:
        answer = respond(hurt.session, plainest(event), later(hurt, 30))
        legal(answer.prompt, plainest(event))
        if answer.prompt.listen:
            assert settle(answer.session, later(answer, 0)) == answer.session
    dizzy = respond(hurt.session, Said.DIZZY, later(hurt, 30))
    assert (dizzy.session.phase, dizzy.person.underway) == (Phase.OVER, None)
    breathless = respond(hurt.session, Said.OUT_OF_BREATH, later(hurt, 30))
    assert (breathless.session.phase, breathless.person.underway) == (Phase.CHOOSING, None)


def test_what_hurts_stays_left_while_a_number_is_asked_for() -> None:
    """The question in between does not bring back the exercise that hurt, nor lose where they are."""
    turn = started("hip-routine", Said.READY)
    turn = respond(turn.session, Said.IT_HURTS, later(turn, 20))
    asked = respond(turn.session, SetHold(None), later(turn, 30))
    assert (asked.session.phase, asked.session.exercise) == (Phase.ASKING, "fire-hydrant")
    back = respond(asked.session, Said.NO, later(asked, 40))
    assert (back.session.phase, back.session.leaving) == (Phase.HURTING, "fire-hydrant")
    assert back.person.today.left == ("fire-hydrant",)
    assert respond(back.session, Said.READY, later(back, 50)).session.exercise == "hip-thrust"


@pytest.mark.parametrize("event", [GoTo(number=4), StartExercise("butterfly-stretch"), GoTo("butterfly-stretch")])
def test_who_goes_elsewhere_after_pain_is_led_there_once(event: Event) -> None:
    """The plan is one shorter from that moment on, so the way is not told again, under another number."""
    turn = started("hip-routine", Said.READY)
    turn = respond(turn.session, Said.IT_HURTS, later(turn, 20))
    turn = respond(turn.session, event, later(turn, 30))
    assert "Butterfly stretch." in plain(turn.prompt.parts)
    assert settle(turn.session, later(turn, 0)) == turn.session
    assert respond(turn.session, Said.READY, later(turn, 300)).session.place == Place(2, 1)


def test_out_of_breath_after_pain_the_exercise_stays_left() -> None:
    """They rest, and what comes then is the next one."""
    turn = started("hip-routine", Said.READY)
    turn = respond(turn.session, Said.IT_HURTS, later(turn, 20))
    turn = respond(turn.session, Said.OUT_OF_BREATH, later(turn, 30))
    assert settle(turn.session, later(turn, 0)) == turn.session
    assert respond(turn.session, Said.RESUME, later(turn, 90)).session.exercise == "hip-thrust"


@pytest.mark.parametrize("event", [PutBack("seated-figure-4"), Said.BOTH_SIDES, OnlySide("right")])
def test_when_all_is_done_a_wish_about_the_plan_leaves_all_done(event: Event) -> None:
    """They are asked to finish, as before, at the end of whatever the plan is now."""
    person = replace(KNOWN, left_out=("seated-figure-4",))
    plan = "routine/chair-and-standing"
    session = Session(phase=Phase.FINISHING, plan=plan, turns=9, safety_said=True)
    turn = respond(session, event, scene(person))
    assert "Say ready to finish." in plain(turn.prompt.parts)
    assert settle(turn.session, scene(turn.person)) == turn.session
    assert not respond(turn.session, Said.READY, later(turn, 60)).prompt.listen


# Sessions and people of the release before


def carried(**fields: object) -> Session:
    """A session as the release before sent it to the device: none of what this one added."""
    return session_of(json.loads(json.dumps({"hip_coach": {"version": 1, "safety_said": True, **fields}})))


def place(step: int, piece: int, rep: int = 0, held: int = 0) -> dict[str, int]:
    """A place as the release before wrote it, which knew no stages."""
    return {"step": step, "piece": piece, "rep": rep, "held": held}


BEFORE = 1_795_338_000
"""NOW, as a session has it."""

OLD_PERSON = {
    "version": 2,
    "saved_at": 0,
    "underway": {
        "plan": "routine/hip-routine",
        "place": place(0, 3, 3),
        "exercise": "fire-hydrant",
        "done": ["hip-thrust"],
    },
    "pace": "guided",
    "speed": "slower",
    "ticks": True,
    "talk": "learning",
    "wishes": {"figure-4": {"level": None, "reps": None, "sets": None, "hold": 30}},
    "heard": {"fire-hydrant": 2},
    "left_out": [],
    "history": {"2026-11-21": {"finished": {"fire-hydrant": 1}, "skipped": {}, "whole": {}}},
    "earlier": {"days": 0, "exercises": 0},
    "last_day": "2026-11-21",
    "safety_day": "2026-11-21",
    "harder_offered": False,
    "zone": "",
    "sounds_failed": False,
    "sounds_failure_told": False,
}
"""A record as the release before wrote it."""

OLD_GATE = {
    "phase": "positioning",
    "plan": "routine/hip-routine",
    "ends": place(0, 1),
    "since": BEFORE,
    "lead": 19,
    "turns": 1,
    "exercise": "fire-hydrant",
    "came_from": "standing",
}
OLD_SET = {
    "phase": "positioning",
    "plan": "routine/hip-routine",
    "place": place(0, 1),
    "ends": place(0, 3),
    "since": BEFORE,
    "lead": 1,
    "turns": 2,
    "exercise": "fire-hydrant",
}
OLD_HOLD = OLD_SET | {
    "plan": "exercise/figure-4",
    "place": place(0, 1, 0, 10),
    "lead": 4,
    "holding": True,
    "turns": 3,
    "exercise": "figure-4",
}
OLD_PAUSE = {
    "phase": "paused",
    "plan": "routine/hip-routine",
    "place": place(0, 1, 3),
    "ends": place(0, 1, 3),
    "lead": 1,
    "turns": 3,
    "exercise": "fire-hydrant",
    "body": "hands-and-knees",
    "asked_in": "moving",
}
OLD_PAIN = OLD_PAUSE | {"phase": "hurting", "sharp": True}


def test_who_waited_at_the_one_gate_of_the_release_before_begins_to_count() -> None:
    """All of the set-up was told in one, so nothing of it is told again."""
    turn = respond(carried(**OLD_GATE), Said.READY, scene(NEW, NOW + timedelta(seconds=90)))
    assert (turn.session.place, turn.session.exercise) == (Place(0, 1), "fire-hydrant")
    assert "Six. Lift" in plain(turn.prompt.parts)


@pytest.mark.parametrize("sounds", [True, False], ids=["sounds", "aloud"])
@pytest.mark.parametrize("person", [NEW, KNOWN], ids=["new", "known"])
def test_a_set_that_ran_in_the_release_before_is_paused_and_taken_up(person: Person, sounds: bool) -> None:
    """Half a minute into it, that is after some three reps: those are done, and the others are to come."""
    paused = respond(carried(**OLD_SET), Said.PAUSE, scene(person, NOW + timedelta(seconds=30), sounds=sounds))
    place = paused.session.place
    assert (place.step, place.piece, place.stage) == (0, 1, 0)
    assert 2 <= place.rep <= 3
    assert paused.session.body == "hands-and-knees"
    back = respond(paused.session, Said.RESUME, later(paused, 60, sounds=sounds))
    assert f"{'four' if place.rep == 2 else 'three'} reps to go" in plain(back.prompt.parts)
    assert "ake your way down" not in plain(back.prompt.parts)
    counting = respond(back.session, Said.READY, later(back, 120, sounds=sounds))
    assert counting.session.place == place


@pytest.mark.parametrize("event", [Said.HOW_LONG_LEFT, Said.PAUSE, Said.WHERE_TO_FEEL, Said.WHERE_AM_I])
def test_a_hold_of_the_release_before_is_not_begun_anew(event: Event) -> None:
    """Ten seconds had been held when that answer began, and five more are over: they stay held."""
    turn = respond(carried(**OLD_HOLD), event, scene(NEW, NOW + timedelta(seconds=12)))
    assert (turn.session.place.piece, turn.session.place.rep) == (1, 0)
    assert 10 <= turn.session.place.held <= 15


def test_a_pause_of_the_release_before_is_taken_up_where_it_was() -> None:
    """After three reps of six, on hands and knees."""
    turn = respond(carried(**OLD_PAUSE), Said.RESUME, scene(NEW, NOW + timedelta(seconds=60)))
    assert "three reps to go" in plain(turn.prompt.parts)
    assert "ake your way down" not in plain(turn.prompt.parts)
    turn = respond(turn.session, Said.READY, later(turn, 120))
    assert turn.session.place == Place(0, 1, 3)


def test_pain_in_the_release_before_is_still_pain() -> None:
    """What was sharp is not made easier; "ready" leaves the exercise, and it stays left for today."""
    asked = respond(carried(**OLD_PAIN), Said.FORGET_ME, scene(NEW, NOW + timedelta(seconds=20)))
    asked = respond(asked.session, Said.NO, later(asked, 30))
    assert asked.session.phase is Phase.HURTING
    assert "easier" not in plain(asked.prompt.parts)
    turn = respond(carried(**OLD_PAIN), Said.READY, scene(NEW, NOW + timedelta(seconds=20)))
    assert turn.session.exercise == "hip-thrust"
    assert turn.person.today.left == ("fire-hydrant",)


@given(
    st.sampled_from([OLD_GATE, OLD_SET, OLD_HOLD, OLD_PAUSE, OLD_PAIN]), any_event, st.integers(0, 260), st.booleans()
)
def test_any_session_of_the_release_before_goes_on(
    fields: dict[str, object], event: Event, seconds: int, sounds: bool
) -> None:
    """Whatever is said next, the answer is legal, and what was underway is kept unless they chose otherwise."""
    session = carried(**fields)
    here = scene(person_of(OLD_PERSON), NOW + timedelta(seconds=seconds), sounds=sounds)
    turn = through_json(respond(session, event, here))
    legal(turn.prompt, event)
    assert settle(turn.session, replace(here, person=turn.person)) == turn.session


def test_a_person_of_the_release_before_is_known() -> None:
    """Their place, what was done, wishes and counts; what is new is as for somebody new."""
    person = person_of(json.loads(json.dumps(OLD_PERSON)))
    assert person.underway == Underway("routine/hip-routine", Place(0, 3, 3), "fire-hydrant", ("hip-thrust",))
    assert (person.wishes["figure-4"].hold, person.heard, person.last_day) == (30, {"fire-hydrant": 2}, "2026-11-21")
    assert (person.sessions, person.stopped_at, person.today, person.body) == (0, 0, Person().today, "")
    offered = respond(Session(), Said.OPEN, scene(person))
    assert offered.session.phase is Phase.OFFERING
    assert "fire hydrant, number one of six, right leg lifting, three reps to go" in plain(offered.prompt.parts)
    things = respond(offered.session, Said.RESUME, later(offered, 30))
    assert "Say ready when you have it all." in plain(things.prompt.parts)
    gate = respond(things.session, Said.READY, later(things, 60))
    assert "kneel, one knee at a time" in plain(gate.prompt.parts)
    gate = respond(gate.session, Said.READY, later(gate, 100))
    assert "Say ready when you're set." in plain(gate.prompt.parts)
    counting = respond(gate.session, Said.READY, later(gate, 100))
    assert counting.session.place == Place(0, 3, 3)


# Sounds that a device cannot play


def has_sounds(turn: Turn) -> bool:
    """Whether anything of an answer is one of our sounds."""
    return any(isinstance(part, Sound) for part in (*turn.prompt.parts, *turn.prompt.reprompt))


def a_session(person: Person, *, fails: Event | None) -> tuple[Turn, Person]:
    """One that begins an exercise, up to its first set; then it fails, or they leave. The set, and the person after."""
    turn = respond(Session(), StartExercise("figure-4"), scene(person, sounds=True))
    while turn.session.phase is Phase.OFFERING or turn.session.place.piece == 0:
        turn = respond(turn.session, Said.READY, later(turn, 300, sounds=True))
    return turn, respond(turn.session, fails or Said.LEFT, later(turn, 2, sounds=True)).person


def test_sounds_that_fail_twice_in_a_row_are_not_tried_a_third_time() -> None:
    """Once: told, and counted aloud for a session; then tried again. Twice: told, and counted aloud until they ask."""
    told = "I couldn't play my sounds last time, so I'll count aloud."
    first, person = a_session(KNOWN, fails=Said.FAILED)
    assert has_sounds(first)
    assert (person.sounds_failed, person.sounds_failures) == (True, 1)
    opened = respond(Session(), Said.OPEN, scene(person, sounds=True))
    assert told in plain(opened.prompt.parts)
    aloud, person = a_session(person, fails=None)
    assert not has_sounds(aloud)

    again, person = a_session(person, fails=Said.FAILED)
    assert has_sounds(again)
    assert (person.sounds_failed, person.sounds_failures) == (True, 2)
    for session in range(4):
        opened = respond(Session(), Said.OPEN, scene(person, sounds=True))
        assert (told in plain(opened.prompt.parts)) is (session == 0)
        aloud, person = a_session(person, fails=None)
        assert not has_sounds(aloud)

    person = respond(aloud.session, Said.TICKS, later(replace(aloud, person=person), 2, sounds=True)).person
    asked_for, _ = a_session(person, fails=None)
    assert has_sounds(asked_for)


def test_sounds_that_were_heard_in_between_did_not_fail_in_a_row() -> None:
    """One failure a month is no reason to count aloud for ever."""
    _, person = a_session(KNOWN, fails=Said.FAILED)
    _, person = a_session(person, fails=None)
    heard, _ = a_session(person, fails=None)
    person = respond(heard.session, Said.PAUSE, later(heard, 20, sounds=True)).person
    assert person.sounds_failures == 0
    _, person = a_session(person, fails=Said.FAILED)
    assert person.sounds_failures == 1


@pytest.mark.parametrize("error", ["INVALID_RESPONSE", "DEVICE_COMMUNICATION_ERROR", "INTERNAL_SERVICE_ERROR", "NEW"])
def test_whatever_a_failure_is_called_it_counts_against_the_sounds(error: str) -> None:
    """Straight after an answer with sounds; after one without any it says nothing about them."""
    ended = law.request("SessionEndedRequest", {}, reason="ERROR", error={"type": error, "message": "?"})
    assert law.decoded(ended) == Said.FAILED
    _, person = a_session(KNOWN, fails=law.decoded(ended))
    assert (person.sounds_failed, person.sounds_failures) == (True, 1)
    opened = respond(Session(), Said.OPEN, scene(KNOWN, sounds=True))
    assert not has_sounds(opened)
    person = respond(opened.session, Said.FAILED, later(opened, 2, sounds=True)).person
    assert (person.sounds_failed, person.sounds_failures) == (False, 0)


# What is said at the ends of a session


def at_the_end(person: Person, now: datetime, *, recognised: bool = True) -> Turn:
    """The closing words after one exercise, done from its beginning to its end."""
    session, turn = Session(), None
    for event in (StartExercise("sit-to-stand"), *(Said.READY,) * 9):
        turn = respond(session, event, replace(scene(person, now), recognised=recognised))
        session, person, now = turn.session, turn.person, now + HEARD
        if not turn.prompt.listen:
            return turn
    raise AssertionError("the exercise never ended")


def test_the_week_is_told_when_it_has_changed() -> None:
    """Nothing on the first day; two days once; not a second time that day; three the next one."""
    turn = at_the_end(KNOWN, NOW)
    assert "in a week" not in plain(turn.prompt.parts)
    days = {}
    for day, often in ((1, 2), (2, 2)):
        for time in range(often):
            turn = at_the_end(turn.person, NOW + timedelta(days=day, hours=2 * time))
            days[day, time] = plain(turn.prompt.parts)
    assert "Two days this week." in days[1, 0]
    assert "You've exercised on three days this week." in days[2, 0]
    assert "this week" not in days[1, 1] + days[2, 1]
    unknown = at_the_end(turn.person, NOW + timedelta(days=3), recognised=False)
    assert "this week" not in plain(unknown.prompt.parts)
    assert "You've exercised on four days this week." in plain(
        at_the_end(unknown.person, NOW + timedelta(days=3.2)).prompt.parts
    )


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
    began = started("figure-4", Said.READY, person=person)
    began = respond(began.session, Said.REPEAT, later(began, 2, sounds=sounds))  # with sounds, where there are some
    begins, ends = _first_hold(began, NOW + timedelta(seconds=2), sounds=sounds)
    asked = NOW + timedelta(seconds=2 + seconds)
    turn = respond(began.session, event, scene(began.person, asked, sounds=sounds))
    held = max(0.0, seconds - BEGINS_AFTER - begins)
    if held >= 5:  # who speaks up sooner is not in it yet
        held += BEGINS_AFTER + turn.session.lead
    after, until = _first_hold(turn, asked, sounds=sounds)
    assert turn.session.place.rep == 0
    assert held + until - after >= ends - begins - 5


def _first_hold(turn: Turn, now: datetime, *, sounds: bool) -> tuple[float, float]:
    """When in an answer the first hold of it begins and ends: seconds after its first sound."""
    here = look(turn.session, scene(turn.person, now, sounds=sounds))
    session = turn.session
    span = here.fit(session.place, session.lead, holding=session.holding)
    at, holds = float(session.lead), []
    for cue in (cue for passage in span.passages for cue in passage.cues):
        if cue.kind is CueKind.HOLD and cue.place.rep == 0 and cue.place.piece == 1:
            holds += [at, at + cue.seconds]
        at += cue.seconds
    return min(holds), max(holds)
