"""Envelopes are read as far as the skill uses them, and answers are written as the SDK would write them."""

import json
from decimal import Decimal
from typing import Any

import law
import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Request, RequestEnvelope, ResponseEnvelope
from ask_sdk_model.slu.entityresolution import StatusCode
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.envelope import NotAnEnvelope, OtherRequest, Serializer

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
    """A device or a service that is newer than the SDK is answered."""
    written = json.dumps(law.envelope(name))
    with pytest.raises((SerializationException, ValueError)):
        DefaultSerializer().deserialize(written, RequestEnvelope)
    envelope = Serializer().deserialize(written, RequestEnvelope)
    asked = law.envelope(name)
    assert envelope.request.object_type == asked["request"]["type"]
    assert envelope.request.request_id == asked["request"]["requestId"]
    assert envelope.context.system.user.user_id == asked["context"]["System"]["user"]["userId"]


def same(ours: Any, the_sdks: Any) -> bool:
    """Whether each part that was read is as the SDK reads it; what was not read is None."""
    if ours is None or ours == the_sdks:
        return True
    if isinstance(ours, dict | list):
        pairs = zip(ours, the_sdks, strict=True) if isinstance(ours, list) else ((ours[k], the_sdks[k]) for k in ours)
        return len(ours) == len(the_sdks) and all(same(one, other) for one, other in pairs)
    return hasattr(ours, "deserialized_types") and all(
        same(getattr(ours, name), getattr(the_sdks, name)) for name in ours.deserialized_types if hasattr(ours, name)
    )


@pytest.mark.parametrize("name", sorted(set(law.names()) - set(NEWER_THAN_THE_SDK)))
def test_what_is_read_is_as_the_sdk_reads_it(name: str) -> None:
    """Less of it, in the same models, with the same values."""
    written = json.dumps(law.envelope(name))
    ours, the_sdks = (one.deserialize(written, RequestEnvelope) for one in (Serializer(), DefaultSerializer()))
    if isinstance(ours.request, OtherRequest):
        assert ours.request.object_type == the_sdks.request.object_type
        ours.request = None
    else:
        assert type(ours.request) is type(the_sdks.request)
    for part in ("context", "session", "version"):
        assert (getattr(ours, part) is None) == (getattr(the_sdks, part) is None)
    assert same(ours, the_sdks)


def test_what_is_written_is_as_the_sdk_writes_it() -> None:
    """Every kind of response, to the last key."""
    client = law.client()
    for name in law.names():
        answered = client.post("/alexa", json=law.envelope(name)).get_json()
        response = DefaultSerializer().deserialize(json.dumps(answered), ResponseEnvelope)
        response.session_attributes = {"a": [1, 2.5, None, True, {"b": StatusCode.ER_SUCCESS_MATCH}], "d": Decimal("3")}
        assert Serializer().serialize(response) == DefaultSerializer().serialize(response)
        assert json.loads(json.dumps(Serializer().serialize(response)))["response"] == answered["response"]


def test_every_envelope_that_the_sdk_rejects_is_in_the_list_above() -> None:
    """No recorded envelope is thought to be read while it is not."""

    def rejected(name: str) -> bool:
        try:
            DefaultSerializer().deserialize(json.dumps(law.envelope(name)), RequestEnvelope)
        except Exception:
            return True
        return False

    assert {name for name in law.names() if rejected(name)} == set(NEWER_THAN_THE_SDK)


def test_what_the_skill_uses_is_read() -> None:
    """Who asks, in which session, for which exercise, on a device with a screen: all still there."""
    asked = law.envelope("intent-unknown-status")
    asked["context"] |= law.envelope("launch-odd-viewport")["context"]
    asked["session"]["attributes"] = {"hip_coach": {"turns": 3}}
    envelope = Serializer().deserialize(json.dumps(asked), RequestEnvelope)
    assert envelope.session.attributes == {"hip_coach": {"turns": 3}}
    assert envelope.session.new is False
    assert envelope.request.locale == "en-US"
    assert envelope.request.timestamp.isoformat() == "2026-11-22T15:04:05+00:00"
    assert envelope.context.system.device.supported_interfaces.alexa_presentation_apl is not None
    assert envelope.context.viewport is None


def test_a_type_of_request_that_nobody_knows_is_still_a_request() -> None:
    """It can be answered with nothing, which is always legal."""
    request = Serializer().deserialize(json.dumps(law.envelope("new-thing")), RequestEnvelope).request
    assert isinstance(request, OtherRequest)
    assert isinstance(request, Request)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"LaunchRequest"',
        "{}",
        '{"request": null}',
        '{"request": "LaunchRequest"}',
        '{"request": {}}',
        '{"request": {"type": 7}}',
        "[" * 100_000,
        '{"request": [{"type": "LaunchRequest"}]}',
    ],
)
def test_what_is_no_envelope_at_all_is_refused_by_name(body: str) -> None:
    """Only a request of some type can be answered."""
    with pytest.raises(NotAnEnvelope):
        Serializer().deserialize(body, RequestEnvelope)


def test_attributes_nested_deeper_than_ours_are_dropped() -> None:
    """The SDK would follow them until it ran out of stack, and fail the turn."""
    asked = law.envelope("intent-builtin")
    deep: Any = {}
    for _ in range(200):
        deep = {"hip_coach": deep}
    asked["session"]["attributes"] = deep
    assert Serializer().deserialize(json.dumps(asked), RequestEnvelope).session.attributes == {}


def test_other_models_are_read_as_the_sdk_reads_them() -> None:
    """The cure is for requests alone."""
    with pytest.raises(SerializationException):
        Serializer().deserialize('{"type": "New"}', Request)


PLACES = [
    ("version",),
    ("session",),
    ("session", "new"),
    ("session", "attributes"),
    ("session", "user"),
    ("context",),
    ("context", "System"),
    ("context", "System", "user"),
    ("context", "System", "device"),
    ("context", "System", "device", "supportedInterfaces"),
    ("request", "requestId"),
    ("request", "timestamp"),
    ("request", "locale"),
    ("request", "intent"),
    ("request", "intent", "name"),
    ("request", "intent", "slots"),
    ("request", "intent", "slots", "exercise"),
    ("request", "intent", "slots", "exercise", "value"),
    ("request", "intent", "slots", "exercise", "resolutions"),
    ("request", "dialogState"),
]


@given(st.sampled_from(PLACES), st.data())
def test_no_damage_to_an_envelope_makes_it_unreadable(where: tuple[str, ...], data: st.DataObject) -> None:
    """As long as there is a request of some type, it is read."""
    from damage import anything

    asked = law.envelope("intent-match")
    inner = asked
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = data.draw(anything)
    envelope = Serializer().deserialize(json.dumps(asked), RequestEnvelope)
    assert envelope.request.object_type == "IntentRequest"
