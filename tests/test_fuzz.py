"""Whatever is sent is answered or refused: a few of the requests that are made to break it, and each that ever did."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY

import law
import pytest
from damage import anything
from firing import Answer, Json, Mode, Range, Shot, faults_of, strict
from fuzzing import EVENTS, GOING_ON, KINDS, Attack, Stock, attacks
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from oddities import Raw, damaged, written

from skill.alexa.envelope import DEEPEST, KEY, LARGEST, NotAnEnvelope, session_of
from skill.alexa.recall import LONGEST as LONGEST_ID
from skill.alexa.recall import UNSAVED, asking_of
from skill.alexa.requests import event_of, facts_of
from skill.alexa.time_zone import device_zone
from skill.dialogue.events import UNKNOWN, GoTo
from skill.dialogue.session import Person, Session
from skill.library.limits import REQUEST_BYTES
from skill.library.values import LONGEST, MOST
from skill.memory.household import HOUSEHOLD
from skill.memory.record import person_of

EACH = 10
"""Requests of each kind, and what is said after each of them."""


@pytest.fixture(scope="module")
def range_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    opened = Range(tmp_path_factory.mktemp("range"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def stock(range_: Range) -> Stock:
    return Stock(range_)


def test_nothing_that_is_sent_breaks_it(range_: Range, stock: Stock) -> None:
    answered: Counter[str] = Counter()

    def sent(attack: Attack) -> None:
        for shot, answer in attack.fire(range_):
            assert faults_of(shot, answer) == [], (attack.mode, shot)
            answered[shot.kind] += answer.status == 200 and attack.mode is Mode.SIGNED

    for kind in KINDS:
        settings(max_examples=EACH)(given(attacks(kind, stock))(sent))()
    assert len(+answered) > 20, "most kinds reach past the door"
    assert answered[GOING_ON] > 100


def test_the_same_seed_sends_the_same(stock: Stock) -> None:
    def bodies(number: int) -> list[bytes]:
        found: list[bytes] = []
        drawn = given(attacks(KINDS[1], stock))(lambda attack: found.append(attack.shot.body))
        seed(number)(settings(max_examples=20, derandomize=False, database=None)(drawn))()
        return found

    assert bodies(5) == bodies(5)
    assert bodies(5) != bodies(6)


SPOKEN = b'{"version": "1.0", "response": {"outputSpeech": {"type": "SSML", "ssml": "%b"}, "shouldEndSession": true}}'
SORRY = SPOKEN.replace(b"SSML", b"PlainText").replace(b'"ssml"', b'"text"') % b"Sorry."
JSON = {"Content-Type": "application/json"}


def _error() -> logging.LogRecord:
    fault = ZeroDivisionError("a fault of ours")
    return logging.LogRecord("skill", logging.ERROR, "", 1, "it broke", (), (ZeroDivisionError, fault, None))


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (Answer(200, JSON, SPOKEN % b"<speak>Hello.</speak>", ()), ""),
        (Answer(400, JSON, b'{"error": "No."}', ()), ""),
        (Answer(0, {}, b"", (), ZeroDivisionError()), "left the app"),
        (Answer(500, JSON, b'{"error": "Sorry."}', ()), "status 500"),
        (Answer(200, JSON, SPOKEN % b"<speak>Hello.</speak>", (_error(),)), "a fault of ours"),
        (Answer(200, JSON, SPOKEN % b"<speak>Hello.</speak", ()), "law"),
        (Answer(200, JSON, SPOKEN % b"<speak></speak>", ()), "law"),
        (Answer(200, JSON, b'{"version": "1.0", "response": {}}', ()), "law"),
        (Answer(200, JSON, b'{"version": "1.0", "sessionAttributes": {"a": NaN}, "response": {}}', ()), "not JSON"),
        (Answer(200, JSON, SORRY, ()), "apology"),
        (Answer(400, {"Content-Type": "text/html"}, b"<p>No.</p>", ()), "law"),
        (Answer(400, JSON, b'{"error": null}', ()), "law"),
        (Answer(400, JSON, b'{"error": "%b"}' % (b"x" * 600), ()), "bytes"),
        (Answer(400, JSON, b'{"error": "Traceback (most recent call last)"}', ()), "law"),
    ],
)  # fmt: skip
def test_what_is_looked_for_is_seen(answer: Answer, seen: str) -> None:
    found = faults_of(Shot("", json.dumps(law.envelope("launch")).encode()), answer)
    assert bool(found) == bool(seen), found
    assert seen in " ".join(found)


def test_a_status_that_must_not_be_is_seen() -> None:
    shot = Shot("", b"", statuses=(400,))
    assert "none of" in " ".join(faults_of(shot, Answer(200, JSON, SPOKEN % b"<speak>Hello.</speak>", ())))


# Each that ever broke something


def sent(range_: Range, asked: Any, *modes: Mode, status: int = 200, ascii_only: bool = True, **environ: Any) -> Json:
    """What a request is answered with, which has to be as it should be; unless told otherwise, in local mode."""
    shot = Shot("", written(asked, ascii_only=ascii_only), environ=environ, statuses=(status,))
    for mode in modes or (Mode.LOCAL,):
        answer = range_.send(mode, shot)
        assert faults_of(shot, answer) == []
    return strict(answer.body)


def altered(name: str, *where: str, **values: Any) -> Json:
    """A recorded request with something else in some place of it."""
    asked = holder = law.envelope(name)
    for key in where:
        holder = holder[key]
    holder |= values
    return asked


def go_to(resolutions: Any) -> Json:
    """Go to an exercise that was named, as so much as is known of it."""
    slot = {"name": "exercise", "value": "fire hydrate", "resolutions": {"resolutionsPerAuthority": resolutions}}
    return law.intent("GoToIntent", exercise=slot)


MATCH = law.matched("exercise", "fire-hydrant")["resolutions"]["resolutionsPerAuthority"][0]


@pytest.mark.parametrize(
    ("resolutions", "exercise"),
    [
        ([None], UNKNOWN),
        ([None, MATCH], "fire-hydrant"),
        ([MATCH | {"values": [None]}], UNKNOWN),
        ([MATCH | {"values": [None, *MATCH["values"]]}], "fire-hydrant"),
        ([MATCH | {"values": [{"value": None}]}], None),
    ],
    ids=["no authority", "none, then one", "no value", "none, then a value", "a value without a name"],
)
def test_null_in_a_list_is_nothing(resolutions: Any, exercise: str | None, range_: Range) -> None:
    assert event_of(law.received(json.dumps(go_to(resolutions))).request) == GoTo(exercise=exercise)
    sent(range_, go_to(resolutions))


SYSTEM = ("context", "System")
PLACES = ((), ("session",), ("session", "user"), ("context",), SYSTEM, (*SYSTEM, "device"), ("request",),
          ("request", "intent"), ("request", "intent", "slots", "exercise"))  # fmt: skip
OF_PYTHON = [(where, name, {}) for where in PLACES for name in ("__dict__", "__class__", "__weakref__")]
OF_THE_SDK = [
    (where, name, value)
    for where, name in (
        ((), "deserialized_types"),
        (("context",), "system"),
        (("session", "user"), "user_id"),
        (SYSTEM, "api_endpoint"),
        (SYSTEM, "api_access_token"),
        ((*SYSTEM, "device"), "device_id"),
        ((*SYSTEM, "device"), "supported_interfaces"),
        (("request",), "request_id"),
        (("request",), "object_type"),
    )
    for value in (7, None, {}, [{}], "x")
]


@pytest.mark.parametrize(("where", "name", "value"), OF_PYTHON + OF_THE_SDK)
def test_a_key_is_a_key_whatever_else_is_called_so(where: Any, name: str, value: Any, range_: Range) -> None:
    """The SDK set each key on its models: `__dict__` emptied one, `user_id` was taken for what Alexa calls `userId`."""
    asked = altered("intent-match", *where, **{name: value})
    found = law.received(json.dumps(asked))
    assert asking_of(found).user == asked["context"]["System"]["user"]["userId"]
    assert event_of(found.request) == GoTo(exercise="fire-hydrant")
    sent(range_, asked, *Mode)


@pytest.mark.parametrize(
    ("time", "understood"),
    [
        ("2026-W47-7T15:04:05Z", "2026-11-22T15:04:05+00:00"),
        ("2026-11-22T15:04:05+01:00:30.5", "2026-11-22T15:04:05+01:00:30.500000"),
        ("2026-11-22T15:04:05+99:99", None),
        ("a" * 20_000, None),
        *((odd, ANY) for odd in ("1" * 30, "1" * 5000, "22 Nov 2026 XYZ", "1." * 3000, "2026-11-22T15:04:05.Z")),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_time_is_read_or_is_none(time: str, understood: str | None, range_: Range) -> None:
    """Python's reader of times and the SDK's do not agree, and the SDK's failed at numbers too large for C."""
    asked = law.request("LaunchRequest", timestamp=time)
    found = law.received(json.dumps(asked)).request.timestamp
    assert (found.isoformat() if found else None) == understood
    sent(range_, asked)


@pytest.mark.parametrize("newer", [{}, {"Viewport": {"shape": "OVAL"}}], ids=["a known device", "a newer device"])
@pytest.mark.parametrize("depth", [DEEPEST - 1, DEEPEST + 1, 200, 700])
def test_attributes_of_any_depth_are_borne(depth: int, newer: Json, range_: Range) -> None:
    """A device that is newer than the SDK made the deepest ones be written once more, until the stack was used up."""
    asked = law.envelope("intent-builtin")
    asked["context"] |= newer
    asked["session"]["attributes"] = {"a": Raw(b'{"a":' * depth + b"1" + b"}" * depth)}
    sent(range_, asked)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"NaN", b"Infinity"])
def test_a_number_beyond_all_numbers_does_not_come_back(number: bytes, range_: Range) -> None:
    """An answer that carries the session back held `Infinity`, which is not JSON, so Alexa could not read it."""
    asked = law.envelope("apl-user-event")
    asked["session"]["attributes"]["other"] = [Raw(number)]
    sent(range_, asked, *(Mode if number.endswith(b"e400") else ()))  # the others are refused at the door


@pytest.mark.parametrize("name", ["apl-user-event", "intent-builtin"])
def test_attributes_too_large_for_an_answer_do_not_come_back(name: str, range_: Range) -> None:
    """Letters of other scripts are three times as long when they come back, and then the whole answer was too large."""
    asked = altered(name, "session", attributes={KEY: {"done": ["é" * 100] * 300}})
    assert LARGEST < len(written(asked, ascii_only=False)) < REQUEST_BYTES
    answered = sent(range_, asked, ascii_only=False)
    assert "é" not in answered.get("sessionAttributes", {}).get(KEY, {}).get("done", [])


@pytest.mark.parametrize("day", ["20261122", "2026-W47-7", "2026W477"])
@pytest.mark.parametrize("intent", ["HowAmIDoingIntent", "WhatDoYouKnowIntent"])
def test_a_day_that_is_written_in_another_way_is_no_day(day: str, intent: str, range_: Range) -> None:
    """Python reads it as a date, so it was looked for under its usual name, where it was not."""
    history = {day: {"finished": {"figure-4": 3}}, "2026-11-21": {"finished": {"figure-4": 1}}}
    asked = law.intent(intent, {UNSAVED: {"record": {"version": 2, "history": history}, "base": {}}})
    asked["session"]["user"] = asked["context"]["System"]["user"] = {"userId": f"amzn1.ask.account.{day}"}
    asked["request"]["timestamp"] = "2026-11-22T15:04:05Z"
    sent(range_, asked)


@pytest.mark.parametrize("name", ["\x00" * 20_000, "é" * 60_000, "x" * (LONGEST_ID + 1)], ids=["NUL", "é", "just"])
def test_what_is_too_long_for_an_id_is_none(name: str, range_: Range) -> None:
    """Who speaks rides in the session: a voice of twenty thousand letters made the answer too large."""
    asked = altered("launch-person", *SYSTEM, person={"personId": name})
    assert sent(range_, asked, ascii_only=False)["sessionAttributes"]["speaker"] == HOUSEHOLD


def test_what_is_remembered_is_bounded_whatever_comes() -> None:
    """A record with thousands of entries grew when it was read, until no store took it and no answer could carry it."""
    many = {f"{number}": {} for number in range(5 * MOST)}
    person = person_of({"history": many, "wishes": many, "left_out": list(many), "heard": {"x" * (LONGEST + 1): 1}})
    assert (len(person.history), len(person.wishes), len(person.left_out)) == (MOST, MOST, MOST)
    assert person.heard == {}
    assert len(session_of({KEY: {"done": list(many)}}).done) == MOST


@pytest.mark.parametrize("kind", ["Alexa.Advertisement.AdNotRendered", "AudioPlayer.PlaybackFailed", "New"])
def test_fields_of_other_requests_are_not_taken_for_ours(kind: str, range_: Range) -> None:
    asked = law.request(kind, reason="ERROR", error={"type": "INVALID_RESPONSE"}, timestamp="soon")
    assert sent(range_, asked)["response"] == {}


def test_a_newer_device_still_tells_its_time_zone() -> None:
    """Reading a request again left out how Alexa's settings are reached, so the person was taken to be elsewhere."""
    found = law.received(json.dumps(law.envelope("launch-odd-viewport")))
    assert device_zone(found, lambda _url, _token: b'"Europe/London"') == "Europe/London"


@pytest.mark.parametrize(
    "system",
    [
        {"apiEndpoint": "https://api.amazonalexa.com:99999"},
        {"apiEndpoint": "https://api.amazonalexa.com:x"},
        {"device": {"deviceId": "\ud800"}},
    ],
)
def test_a_time_zone_that_cannot_be_asked_for_is_none(system: Json, range_: Range) -> None:
    sent(range_, altered("launch", *SYSTEM, **system), *Mode)


def test_a_header_with_an_odd_name_is_no_reason_to_fail(range_: Range) -> None:
    """Not every letter has a capital in Latin-1, and the server itself was looked up in vain."""
    sent(range_, law.envelope("launch"), *Mode, HTTP_XÿY="1")


def test_a_refusal_is_short_however_long_the_header(range_: Range) -> None:
    sent(range_, law.envelope("launch"), status=403, **{"HTTP_X_FORWARDED_" + "A" * 60_000: "1"})


# The decoder by itself


def decode(payload: str) -> None:
    """All that is made of an envelope before anything is decided."""
    try:
        found = law.received(payload)
    except NotAnEnvelope:
        return
    event_of(found.request)
    facts_of(found.request)
    assert isinstance(session_of(found.session.attributes if found.session else None), Session)
    assert len(asking_of(found).user) <= LONGEST_ID
    assert len(asking_of(found).voice) <= LONGEST_ID


shaped = st.fixed_dictionaries(
    {"request": st.fixed_dictionaries({"type": st.sampled_from([*EVENTS, "CanFulfillIntentRequest", "New"])})},
    optional={"session": anything, "context": anything, "version": anything},
)


@given(st.text() | st.builds(json.dumps, anything) | st.builds(json.dumps, shaped))
def test_no_text_breaks_the_decoder(payload: str) -> None:
    decode(payload)


@given(st.sampled_from(law.names()).map(law.envelope).flatmap(damaged))
def test_no_damage_breaks_the_decoder(asked: Json) -> None:
    decode(written(asked).decode())


@given(anything, st.sampled_from([*Person.__struct_fields__, "version"]))
def test_no_record_breaks_a_person(damaged: Any, name: str) -> None:
    assert isinstance(person_of(damaged), Person)
    assert isinstance(person_of({name: damaged}), Person)
    assert isinstance(person_of({name: {"figure-4": damaged, "2026-11-22": {"finished": damaged}}}), Person)
