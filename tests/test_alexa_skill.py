"""The skill as the SDK runs it: every request is answered, the person is remembered first, and nothing raises."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
def post(recorder: Recorder) -> Post:
    return posting(recorder)


@pytest.mark.parametrize("name", law.names())
def test_every_recorded_request_is_answered_legally(name: str, post: Post) -> None:
    post(law.envelope(name))


def test_attributes_carry_the_session_from_turn_to_turn(post: Post, recorder: Recorder) -> None:
    first = post(law.request("LaunchRequest"))
    post(law.intent("AMAZON.HelpIntent", first["sessionAttributes"]))
    assert [(session.turns, event) for session, event, _ in recorder.asked] == [(0, Said.OPEN), (1, Said.HELP)]


def test_leaving_for_the_home_screen_is_leaving(post: Post, recorder: Recorder) -> None:
    post(law.envelope("intent-navigate-home"))
    assert recorder.asked[-1][1] == Said.STOP


def test_the_end_of_a_session_is_heard_and_not_answered(recorder: Recorder) -> None:
    """The place is saved although nothing may be said any more."""
    store = People(MemoryShelf())
    post = posting(recorder, store)
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
    ("name", "now"),
    [
        ("launch", datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)),
        ("intent-without-timestamp", ARRIVAL),
        ("intent-odd-timestamp", ARRIVAL),
    ],
)
def test_the_time_is_the_requests_own_or_else_that_of_its_arrival(
    name: str, now: datetime, post: Post, recorder: Recorder
) -> None:
    """How long a hold has run does not depend on how busy the server is."""
    post(law.envelope(name))
    assert recorder.scene.now == now


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("2026-11-22T10:00:00", ARRIVAL.replace(second=0)),
        ("2026-11-22T11:00:00+01:00", ARRIVAL.replace(second=0)),
        ("9999-12-31T23:59:59-12:00", ARRIVAL),
    ],
)
def test_times_are_in_the_persons_own_zone(sent: str, understood: datetime, post: Post, recorder: Recorder) -> None:
    """A zone is converted, a missing one is UTC, a time beyond all sense is none; and a day is the person's own."""
    post(law.request("LaunchRequest", timestamp=sent))
    assert recorder.scene.now == understood
    assert recorder.scene.now.utcoffset() == timedelta(hours=-5)


@pytest.mark.parametrize(
    ("locale", "served"),
    [("en-GB", "en-GB"), ("en-NZ", "en-US"), ("de-AT", "de-DE"), ("fr-FR", "en-US"), ("", "en-US"), (None, "en-US")],
)
def test_a_locale_is_served_by_itself_its_language_or_the_first(
    locale: str | None, served: str, post: Post, recorder: Recorder
) -> None:
    post(law.request("LaunchRequest", locale=locale))
    assert recorder.scene.library is LIBRARIES[served]


@pytest.mark.parametrize(("name", "screen"), [("launch", False), ("launch-show", True), ("launch-odd-viewport", True)])
def test_a_screen_is_noticed(name: str, screen: bool, post: Post, recorder: Recorder) -> None:
    post(law.envelope(name))
    assert recorder.scene.listener.screen is screen


def test_sounds_are_offered_only_where_there_are_any(recorder: Recorder) -> None:
    posting(recorder)(law.envelope("launch"))
    assert recorder.scene.listener.sounds == frozenset()
    posting(recorder, sounds=frozenset({"en-bed-60"}), sounds_at="https://x.example/sounds")(law.envelope("launch"))
    assert recorder.scene.listener.sounds == {"en-bed-60"}


# The person


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


SENDER = Asking(law.envelope("launch")["context"]["System"]["user"]["userId"])
"""Whoever sends the recorded requests, asking by another one."""


def _remembered(store: People) -> Person:
    """Whom the store remembers as the sender of the recorded requests."""
    return person_of(given(store, SENDER))


def test_a_person_is_remembered_from_session_to_session(recorder: Recorder) -> None:
    post = posting(recorder)
    post(law.envelope("launch"))
    post(law.envelope("launch"))
    assert [scene.person.pace for _, _, scene in recorder.asked] == [Pace.GUIDED, Pace.FLOW]


def test_nothing_is_saved_when_nothing_changed(recorder: Recorder) -> None:
    store = Failing()
    post = posting(recorder, store)
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


def test_what_a_store_did_not_take_rides_in_the_session(recorder: Recorder) -> None:
    store = Failing(takes=False)
    post = posting(recorder, store)
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
def test_a_store_that_is_away_for_a_turn_loses_nothing(known: Person, recorder: Recorder) -> None:
    """While it gives nothing, what changed rides along; when it is back, that is added to what was there."""
    store = Failing()
    if known.underway:
        save(store, SENDER, record_of(known, 1))
    store.gives, store.saves = False, 0
    post = posting(recorder, store)
    riding = post(law.envelope("launch"))["sessionAttributes"]
    assert store.saves == 0
    store.gives = True
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW
    assert _remembered(store).underway == known.underway


def test_what_rides_along_erases_nothing_of_another_device(recorder: Recorder) -> None:
    store = Failing(takes=False)
    post = posting(recorder, store)
    riding = post(law.envelope("launch"))["sessionAttributes"]
    store.takes = True
    save(store, SENDER, record_of(Person(history={"2026-11-22": Day(finished={"figure-4": 1})}), 1))
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW
    assert _remembered(store).history["2026-11-22"].finished == {"figure-4": 1}


def test_what_was_owed_rides_on_if_that_turn_fails(recorder: Recorder) -> None:
    """It was this process's to save, and is the session's from the moment in which they are back."""
    store = Failing(takes=False)
    post = posting(recorder, store)
    ending = law.envelope("session-ended-user")
    ending["session"]["attributes"] = post(law.intent("AMAZON.NextIntent", {}))["sessionAttributes"]
    post(ending)

    riding = posting(broken, store, sorry=True)(law.envelope("launch"))["sessionAttributes"]
    assert riding[UNSAVED]["record"]["pace"] == "flow"
    store.takes = True
    post(law.intent("AMAZON.NextIntent", attributes=riding))
    assert _remembered(store).pace is Pace.FLOW


def test_who_speaks_is_fixed_as_a_session_begins(recorder: Recorder) -> None:
    """A voice that is recognised half-way does not change whose place is kept."""
    store = People(MemoryShelf())
    post = posting(recorder, store)
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
