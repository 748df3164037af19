"""Envelopes are read as far as the skill uses them, and answers are written as the SDK would write them."""

import json
from typing import Any

import law
import msgspec
import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Request, RequestEnvelope, ResponseEnvelope
from ask_sdk_model.slu.entityresolution import StatusCode
from damage import anything
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.envelope import NotAnEnvelope, read
from skill.alexa.refusals import Reason
from skill.alexa.sdk import Serializer, handing_on

NEWER_THAN_THE_SDK = {
    "apl-runtime-error": "reason of a screen's error",
    "audio-player-failed": "state of a player",
    "intent-odd-timestamp": "time that is none",
    "intent-unknown-slot-value": "type of slot value",
    "intent-unknown-status": "status of entity resolution",
    "launch-odd-viewport": "viewport's shape and mode",
    "new-thing": "type of request",
    "new-thing-without-session": "type of request",
    "session-ended-new-error": "type of error",
    "session-ended-unknown-reason": "reason for a session's end",
}


@pytest.mark.parametrize("name", NEWER_THAN_THE_SDK, ids=NEWER_THAN_THE_SDK.values())
def test_what_the_sdk_cannot_read_is_read_without_what_is_new(name: str) -> None:
    written = json.dumps(law.envelope(name))
    with pytest.raises((SerializationException, ValueError)):
        DefaultSerializer().deserialize(written, RequestEnvelope)
    envelope = law.received(written)
    asked = law.envelope(name)
    assert envelope.request.object_type == asked["request"]["type"]
    assert envelope.request.request_id == asked["request"]["requestId"]
    assert envelope.context.system.user.user_id == asked["context"]["System"]["user"]["userId"]


def same(ours: Any, the_sdks: Any) -> bool:
    """Whether each part that was read is as the SDK reads it; what was not read is None."""
    if isinstance(ours, msgspec.Struct):
        fields = [name for name in ours.__struct_fields__ if name != "sent"]
        return all(same(getattr(ours, name), getattr(the_sdks, name, None)) for name in fields)
    if isinstance(ours, tuple):
        return len(ours) == len(the_sdks or ()) and all(map(same, ours, the_sdks))
    if isinstance(ours, dict):
        return (not ours and not the_sdks) or (
            ours.keys() == the_sdks.keys() and all(same(ours[k], the_sdks[k]) for k in ours)
        )
    return ours is None or ours == getattr(the_sdks, "value", the_sdks)


@pytest.mark.parametrize("name", sorted(set(law.names()) - set(NEWER_THAN_THE_SDK)))
def test_what_is_read_is_as_the_sdk_reads_it(name: str) -> None:
    written = json.dumps(law.envelope(name))
    ours, the_sdks = law.received(written), DefaultSerializer().deserialize(written, RequestEnvelope)
    assert ours.request.object_type == the_sdks.request.object_type
    assert ours.request.timestamp == the_sdks.request.timestamp
    for part in ("context", "session"):
        assert (getattr(ours, part) is None) == (getattr(the_sdks, part) is None)
    assert same(ours, the_sdks)


@pytest.mark.parametrize("name", law.names())
def test_field_by_field_the_same_is_read(name: str) -> None:
    """Something odd in one place changes nothing elsewhere: both ways of reading agree."""
    asked = law.envelope(name)
    at_once, nothing_odd = read(json.dumps(asked))
    by_field, odd = read(json.dumps(asked | {"context": asked.get("context", {}) | {"odd": float("nan")}}))
    assert (nothing_odd, odd) == (frozenset(), {"NaN"})
    expected = at_once if "context" in asked else msgspec.structs.replace(at_once, context=by_field.context)
    assert by_field == expected


def test_what_is_written_is_as_the_sdk_writes_it() -> None:
    client = law.client()
    for name in law.names():
        answered = client.post("/alexa", json=law.envelope(name)).get_json()
        response = DefaultSerializer().deserialize(json.dumps(answered), ResponseEnvelope)
        response.session_attributes = {"a": [1, 2.5, None, True, {"b": StatusCode.ER_SUCCESS_MATCH}]}
        assert Serializer().serialize(response) == DefaultSerializer().serialize(response)
        assert json.loads(json.dumps(Serializer().serialize(response)))["response"] == answered["response"]


def test_every_envelope_that_the_sdk_rejects_is_in_the_list_above() -> None:
    def rejected(name: str) -> bool:
        try:
            DefaultSerializer().deserialize(json.dumps(law.envelope(name)), RequestEnvelope)
        except Exception:
            return True
        return False

    assert {name for name in law.names() if rejected(name)} == set(NEWER_THAN_THE_SDK)


def test_what_the_skill_uses_is_read() -> None:
    asked = law.envelope("intent-unknown-status")
    asked["context"] |= law.envelope("launch-odd-viewport")["context"]
    asked["session"]["attributes"] = {"hip_coach": {"turns": 3}}
    envelope = law.received(asked)
    assert envelope.session.attributes == {"hip_coach": {"turns": 3}}
    assert envelope.session.new is False
    assert envelope.request.locale == "en-US"
    assert envelope.request.timestamp.isoformat() == "2026-11-22T15:04:05+00:00"
    assert envelope.context.system.device.supported_interfaces.alexa_presentation_apl is not None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", Reason.BODY_NOT_JSON),
        ("{", Reason.BODY_NOT_JSON),
        ("null", Reason.BODY_NOT_OBJECT),
        ("[]", Reason.BODY_NOT_OBJECT),
        ("7", Reason.BODY_NOT_OBJECT),
        ('"LaunchRequest"', Reason.BODY_NOT_OBJECT),
        ("{}", Reason.REQUEST_MISSING),
        ('{"request": null}', Reason.REQUEST_MISSING),
        ('{"request": "LaunchRequest"}', Reason.REQUEST_MISSING),
        ('{"request": {}}', Reason.REQUEST_TYPE),
        ('{"request": {"type": 7}}', Reason.REQUEST_TYPE),
        ("[" * 100_000, Reason.BODY_DEEP),
        ('{"request": [{"type": "LaunchRequest"}]}', Reason.REQUEST_MISSING),
    ],
)
def test_what_is_no_envelope_at_all_is_refused_by_name(body: str, reason: Reason) -> None:
    with pytest.raises(NotAnEnvelope) as caught:
        Serializer().deserialize(body, RequestEnvelope)
    assert caught.value.reason is reason


def test_what_was_read_at_the_door_is_not_read_again() -> None:
    """What was checked is what is acted upon; whoever calls the SDK otherwise has it read as ever."""
    at_the_door = law.received(law.envelope("launch"))
    other = json.dumps(law.envelope("new-thing"))
    assert handing_on(at_the_door, lambda: Serializer().deserialize(other, RequestEnvelope)) is at_the_door
    assert Serializer().deserialize(other, RequestEnvelope) == law.received(other)


def put(asked: law.Json, where: str, value: Any) -> None:
    """Put something else at a place of an envelope."""
    *path, last = where.split(".")
    for key in path:
        asked = asked[key]
    asked[last] = value


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("context", []),
        ("context.System.user", 7),
        ("session.application.applicationId", []),
        ("request.timestamp", 7),
        ("request.intent.slots.exercise", 7),
    ],
)
def test_what_was_odd_is_told(where: str, value: Any) -> None:
    asked = law.envelope("intent-match")
    put(asked, where, value)
    assert read(json.dumps(asked))[1] == {where}


def test_attributes_nested_deeper_than_ours_are_dropped() -> None:
    """The SDK would follow them until it ran out of stack, and fail the turn."""
    asked = law.envelope("intent-builtin")
    deep: Any = {}
    for _ in range(200):
        deep = {"hip_coach": deep}
    asked["session"]["attributes"] = deep
    assert law.received(asked).session.attributes == {}


@pytest.mark.parametrize("written", ["1e400", "-1e400", "Infinity", "NaN"])
def test_a_number_that_json_has_not_is_read_as_none(written: str) -> None:
    """It could not be written again, and so would fail the turn."""
    asked = law.envelope("intent-builtin")
    asked["session"]["attributes"] = {"hip_coach": "HERE"}
    envelope, _ = read(json.dumps(asked).replace('"HERE"', written))
    assert envelope.session is not None
    assert envelope.session.attributes in ({"hip_coach": None}, {})


def test_other_models_are_read_as_the_sdk_reads_them() -> None:
    with pytest.raises(SerializationException):
        Serializer().deserialize('{"type": "New"}', Request)


PLACES = (
    *("version", "session", "session.new", "session.attributes", "session.user"),
    *("context", "context.System", "context.System.user", "context.System.device"),
    *("context.System.device.supportedInterfaces", "request.requestId", "request.timestamp", "request.locale"),
    *("request.intent", "request.intent.name", "request.intent.slots", "request.intent.slots.exercise"),
    *("request.intent.slots.exercise.value", "request.intent.slots.exercise.resolutions", "request.dialogState"),
)


@given(st.sampled_from(PLACES), st.data())
def test_no_damage_to_an_envelope_makes_it_unreadable(where: str, data: st.DataObject) -> None:
    asked = law.envelope("intent-match")
    put(asked, where, data.draw(anything))
    assert law.received(asked).request.object_type == "IntentRequest"
