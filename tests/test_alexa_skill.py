"""The skill as the SDK runs it: every request is answered, the person is remembered first, and nothing raises."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import law
import pytest
from ask_sdk_model import RequestEnvelope
from keeping import given, save
from scenes import library

from skill.alexa.envelope import attributes_of, session_of
from skill.alexa.recall import SPEAKER, UNSAVED
from skill.alexa.skill import Coach, create_skill
from skill.coaching.plan import Place
from skill.coaching.practice import Pace
from skill.dialogue.events import Event, Said
from skill.dialogue.prompt import Prompt, Say
from skill.dialogue.session import Day, Person, Scene, Session, Turn, Underway
from skill.library.values import replace
from skill.memory.newest import Asking
from skill.memory.people import Known, People
from skill.memory.record import person_of, record_of
from skill.memory.shelf import MemoryShelf

ARRIVAL = datetime(2026, 11, 22, 10, 0, 7, tzinfo=UTC)
LIBRARIES = {"en-US": library("en-US"), "en-GB": library("en-GB"), "de-DE": replace(library(), language="de")}

Post = Callable[[law.Json], law.Json]


class Recorder:
    """A respond() that keeps what it was asked, and answers with one sentence; `turns` counts up."""

    def __init__(self, prompt: Prompt | None = None) -> None:
        self.asked: list[tuple[Session, Event, Scene]] = []
        self.prompt = prompt or Prompt((Say("Fine."),), (Say("Well?"),), listen=True)

    def __call__(self, session: Session, event: Event, scene: Scene) -> Turn:
        self.asked.append((session, event, scene))
        person = replace(scene.person, pace=Pace.FLOW)
        return Turn(replace(session, turns=session.turns + 1), person, self.prompt)

    @property
    def scene(self) -> Scene:
        return self.asked[-1][2]


class Failing(People):
    """A store that fails to give, or to take."""

    def __init__(self, *, gives: bool = True, takes: bool = True) -> None:
        super().__init__(MemoryShelf())
        self.gives, self.takes, self.saves = gives, takes, 0

    def recall(self, asking: Asking, attempts: tuple[str, ...] = ()) -> Known:
        if not self.gives:
            raise ConnectionError("no store today")
        return super().recall(asking, attempts)

    def keep(self, known: Known, record: dict[str, object], attempts: tuple[str, ...] = ()) -> Known | None:
        self.saves += 1
        if not self.takes:
            raise ConnectionError("no store today")
        return super().keep(known, record, attempts)


def posting(respond: Any, store: People | None = None, *, sorry: bool = False, **more: Any) -> Post:
    """Sends envelopes to a skill that decides by `respond`, and checks the answers; `sorry` if all are apologies."""
    more = {"clock": lambda: ARRIVAL, "zone_of": lambda envelope: ""} | more
    skill = create_skill(Coach(LIBRARIES, store or People(MemoryShelf()), respond=respond, **more))

    def post(asked: law.Json) -> law.Json:
        envelope = skill.serializer.deserialize(json.dumps(asked), RequestEnvelope)
        answered: law.Json = skill.serializer.serialize(skill.invoke(envelope, None))
        law.check_law(asked, answered, sorry=sorry)
        return answered

    return post


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def store() -> Failing:
    return Failing()


@pytest.fixture
def post(recorder: Recorder, store: Failing) -> Post:
    return posting(recorder, store)


@pytest.mark.parametrize("name", law.names())
def test_every_recorded_request_is_answered_legally(name: str, post: Post) -> None:
    post(law.envelope(name))


def test_attributes_carry_the_session_from_turn_to_turn(post: Post, recorder: Recorder) -> None:
    first = post(law.request("LaunchRequest"))
    post(law.intent("AMAZON.HelpIntent", first["sessionAttributes"]))
    assert [(session.turns, event) for session, event, _ in recorder.asked] == [(0, Said.OPEN), (1, Said.HELP)]


def test_the_end_of_a_session_is_heard_and_not_answered(post: Post, store: Failing, recorder: Recorder) -> None:
    """The place is saved although nothing may be said any more."""
    post(law.intent("AMAZON.NextIntent", law.envelope("session-ended-user")["session"]["attributes"]))
    answered = post(law.envelope("session-ended-user"))
    assert recorder.asked[-1][1] == Said.LEFT
    assert recorder.asked[-1][0].turns == 4
    assert answered["response"] == {}
    assert answered["sessionAttributes"] == {}
    assert _remembered(store).pace is Pace.FLOW


@pytest.mark.parametrize("name", ["apl-user-event", "session-resumed", "connections-response"])
def test_what_is_no_turn_leaves_the_session_as_it_was(name: str, post: Post, recorder: Recorder) -> None:
    asked = law.envelope(name)
    assert post(asked)["sessionAttributes"] == asked["session"]["attributes"]
    assert recorder.asked == []


@pytest.mark.parametrize(
    ("asked", "what", "seen"),
    [
        (law.envelope("launch"), "now", datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)),
        *((law.envelope(f"intent-{name}-timestamp"), "now", ARRIVAL) for name in ("without", "odd")),
        # A zone is converted, a missing one is UTC, a time beyond all sense is none.
        (law.request("LaunchRequest", timestamp="2026-11-22T10:00:00"), "now", ARRIVAL.replace(second=0)),
        (law.request("LaunchRequest", timestamp="2026-11-22T11:00:00+01:00"), "now", ARRIVAL.replace(second=0)),
        (law.request("LaunchRequest", timestamp="9999-12-31T23:59:59-12:00"), "now", ARRIVAL),
        # Served in their locale, their language, or else the first there is.
        *(
            (law.request("LaunchRequest", locale=locale), "library", LIBRARIES[served])
            for locale, served in (("en-GB", "en-GB"), ("en-NZ", "en-US"), ("de-AT", "de-DE"), ("fr-FR", "en-US"))
        ),
        *((law.request("LaunchRequest", locale=locale), "library", LIBRARIES["en-US"]) for locale in ("", None)),
        (law.envelope("launch"), "listener.screen", False),
        *((law.envelope(f"launch-{name}"), "listener.screen", True) for name in ("show", "odd-viewport")),
    ],
)
def test_what_the_core_is_told_of_a_request(
    asked: law.Json, what: str, seen: object, post: Post, recorder: Recorder
) -> None:
    """How long a hold has run does not depend on how busy the server is, and a day is the person's own."""
    post(asked)
    assert attrgetter(what)(recorder.scene) == seen
    assert recorder.scene.now.utcoffset() == timedelta(hours=0 if seen is LIBRARIES["en-GB"] else -5)


def test_sounds_are_offered_only_where_there_are_any(recorder: Recorder) -> None:
    posting(recorder)(law.envelope("launch"))
    assert recorder.scene.listener.sounds == frozenset()
    posting(recorder, sounds=frozenset({"en-bed-60"}), sounds_at="https://x.example/sounds")(law.envelope("launch"))
    assert recorder.scene.listener.sounds == {"en-bed-60"}


# The person


SENDER = Asking(law.envelope("launch")["context"]["System"]["user"]["userId"])
"""Whoever sends the recorded requests, asking by another one."""


def _remembered(store: People) -> Person:
    """Whom the store remembers as the sender of the recorded requests."""
    return person_of(given(store, SENDER))


def test_a_person_is_remembered_from_session_to_session(post: Post, recorder: Recorder) -> None:
    post(law.envelope("launch"))
    post(law.envelope("launch"))
    assert [scene.person.pace for _, _, scene in recorder.asked] == [Pace.GUIDED, Pace.FLOW]


def test_nothing_is_saved_when_nothing_changed(post: Post, store: Failing) -> None:
    for _ in range(3):
        post(law.envelope("intent-builtin"))
    assert store.saves == 1


@pytest.mark.parametrize(
    ("failing", "saves", "told"),
    [({"takes": False}, 1, "the store took no person"), ({"gives": False}, 0, "the store gave no person")],
)
def test_a_store_that_fails_does_not_silence_her(
    failing: dict[str, bool], saves: int, told: str, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody whose memory cannot be reached is met as new, and not made somebody new for ever."""
    store = Failing(**failing)
    answered = posting(recorder, store)(law.envelope("launch"))
    assert law.speech_of(answered["response"]["outputSpeech"]) == "Fine."
    assert recorder.scene.person == Person()
    assert store.saves == saves
    assert told in caplog.text


def test_what_a_store_did_not_take_rides_in_the_session(post: Post, store: Failing, recorder: Recorder) -> None:
    store.takes = False
    answered = post(law.envelope("launch"))
    riding = answered["sessionAttributes"]
    assert riding[UNSAVED]["record"]["pace"] == "flow"
    store.takes = True
    again = post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert recorder.scene.person.pace is Pace.FLOW
    assert UNSAVED not in again["sessionAttributes"]
    assert _remembered(store).pace is Pace.FLOW


UNDERWAY = Underway("routine/hip-routine", Place(2, 1))


@pytest.mark.parametrize("known", [Person(), Person(underway=UNDERWAY)], ids=["a stranger", "underway"])
def test_a_store_that_is_away_for_a_turn_loses_nothing(known: Person, post: Post, store: Failing) -> None:
    """While it gives nothing, what changed rides along; when it is back, that is added to what was there."""
    if known.underway:
        save(store, SENDER, record_of(known, 1))
    store.gives, store.saves = False, 0
    riding = post(law.envelope("launch"))["sessionAttributes"]
    assert store.saves == 0
    store.gives = True
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW
    assert _remembered(store).underway == known.underway


def test_what_rides_along_erases_nothing_of_another_device(post: Post, store: Failing) -> None:
    store.takes = False
    riding = post(law.envelope("launch"))["sessionAttributes"]
    store.takes = True
    save(store, SENDER, record_of(Person(history={"2026-11-22": Day(finished={"figure-4": 1})}), 1))
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW
    assert _remembered(store).history["2026-11-22"].finished == {"figure-4": 1}


def test_what_was_owed_rides_on_if_that_turn_fails(post: Post, store: Failing) -> None:
    """It was this process's to save, and is the session's from the moment in which they are back."""
    store.takes = False
    ending = law.envelope("session-ended-user")
    ending["session"]["attributes"] = post(law.intent("AMAZON.NextIntent", {}))["sessionAttributes"]
    post(ending)

    riding = posting(broken, store, sorry=True)(law.envelope("launch"))["sessionAttributes"]
    assert riding[UNSAVED]["record"]["pace"] == "flow"
    store.takes = True
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW


def test_who_speaks_is_fixed_as_a_session_begins(post: Post) -> None:
    """A voice that is recognised half-way does not change whose place is kept."""
    riding = post(law.envelope("launch-person"))["sessionAttributes"]
    assert riding[SPEAKER]
    asked = law.intent("AMAZON.NextIntent", attributes=riding)
    assert post(asked)["sessionAttributes"][SPEAKER] == riding[SPEAKER]


# When something breaks


def broken(session: Session, event: Event, scene: Scene) -> Turn:
    raise ZeroDivisionError("a fault of ours")


def test_a_fault_becomes_an_apology_and_the_place_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    attributes = attributes_of(Session(turns=5)) | {"of_somebody_else": [1]}
    asked = law.intent("AMAZON.NextIntent", attributes)
    answered = posting(broken, sorry=True)(asked)
    assert law.speech_of(answered["response"]["outputSpeech"]) == library().phrases["apology"][0]
    assert answered["response"]["shouldEndSession"] is False
    assert answered["sessionAttributes"] == attributes
    assert session_of(answered["sessionAttributes"]) == Session(turns=5)
    assert caplog.records[-1].levelno == logging.ERROR
    assert "a fault of ours" in caplog.text


def test_an_answer_that_breaks_a_limit_becomes_an_apology_and_is_not_remembered_as_given() -> None:
    """A device is never sent what it would refuse in silence; a place is not moved by words that nobody heard."""
    store = Failing()
    answered = posting(Recorder(Prompt((Say("x" * 9000),))), store, sorry=True)(law.envelope("launch"))
    assert law.speech_of(answered["response"]["outputSpeech"]) == library().phrases["apology"][0]
    assert store.saves == 0


@pytest.mark.parametrize("name", law.names())
def test_whatever_breaks_every_request_is_answered_legally(name: str) -> None:
    posting(broken, Failing(gives=False, takes=False), sorry=True)(law.envelope(name))
