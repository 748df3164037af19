"""The law of responses, as Alexa and Amazon's own model hold it; and a skill to try it on."""

import json
import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import ResponseEnvelope
from flask import Flask
from flask.testing import FlaskClient

from skill.alexa.envelope import Envelope, read
from skill.alexa.requests import event_of
from skill.dialogue.events import Event
from skill.library import limits
from skill.web import create_app
from skill.web.settings import Settings

ENVELOPES = Path(__file__).parent / "envelopes"
SKILL_ID = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"
SPOKEN_TO = ("LaunchRequest", "IntentRequest")

Json = dict[str, Any]

_CACHES = TemporaryDirectory()


def envelope(name: str) -> Json:
    """A recorded request."""
    found: Json = json.loads((ENVELOPES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def names() -> list[str]:
    """Every recorded request."""
    return sorted(file.stem for file in ENVELOPES.glob("*.json"))


def request(kind: str, attributes: Json | None = None, **more: Any) -> Json:
    """An envelope around a request of some type."""
    made = envelope("launch")
    made["session"] |= {"new": attributes is None, "attributes": attributes or {}}
    made["request"] = {
        "type": kind,
        "requestId": "amzn1.echo-api.request.1",
        "timestamp": "2026-11-22T10:00:00Z",
        "locale": "en-US",
        **more,
    }
    return made


def intent(name: str, attributes: Json | None = None, **slots: Json) -> Json:
    """An envelope around an intent."""
    return request("IntentRequest", attributes, intent={"name": name, "confirmationStatus": "NONE", "slots": slots})


def matched(slot: str, identity: str) -> Json:
    """A slot that was filled with one of our values."""
    status = {"code": "ER_SUCCESS_MATCH"}
    resolved = {"authority": "us", "status": status, "values": [{"value": {"name": "whatever", "id": identity}}]}
    return {
        "name": slot,
        "value": "something like it",
        "confirmationStatus": "NONE",
        "resolutions": {"resolutionsPerAuthority": [resolved]},
    }


def number(value: str | None) -> Json:
    """The number slot with a value, or unfilled."""
    return {"name": "number", "confirmationStatus": "NONE"} | ({} if value is None else {"value": value})


def received(asked: Json | str) -> Envelope:
    """An envelope as the skill reads it."""
    return read(asked if isinstance(asked, str) else json.dumps(asked))[0]


def decoded(asked: Json) -> Event | None:
    """What a request means."""
    return event_of(received(asked).request)


def spy(monkeypatch: pytest.MonkeyPatch, kind: type, name: str, seen: list[str]) -> None:
    """Have a method write its name down whenever it is called."""
    method = getattr(kind, name)

    def noticed(*given: Any, **named: Any) -> Any:
        seen.append(name)
        return method(*given, **named)

    monkeypatch.setattr(kind, name, noticed)


@cache
def local_app() -> Flask:
    """The skill in local mode, with its real content; its sounds are kept apart from the user's own."""
    with patch.dict(os.environ, XDG_CACHE_HOME=_CACHES.name):
        return create_app(Settings(verify=False))


def client() -> FlaskClient:
    """Something that posts to it."""
    return local_app().test_client()


def check_law(asked: Json, answered: Json, *, sorry: bool = False) -> None:
    """Assert that a response may be given to a request, and whether it is an apology."""
    assert answered["version"] == "1.0"
    assert len(json.dumps(answered).encode()) <= limits.RESPONSE_BYTES
    again = DefaultSerializer()
    assert again.serialize(again.deserialize(json.dumps(answered), ResponseEnvelope)) == answered
    response = answered["response"]
    kind = asked["request"]["type"]
    if kind in SPOKEN_TO:
        _check_turn(response)
        assert (response["outputSpeech"]["type"] == "PlainText") == sorry, "only an apology is plain text"
    elif kind == "CanFulfillIntentRequest":
        assert response == {"canFulfillIntent": {"canFulfill": "NO"}}
    else:
        assert response == {}


def _check_turn(response: Json) -> None:
    assert speech_of(response["outputSpeech"]).strip()
    assert isinstance(response["shouldEndSession"], bool)
    assert response["shouldEndSession"] == ("reprompt" not in response)
    if "reprompt" in response:
        assert speech_of(response["reprompt"]["outputSpeech"]).strip()
    if "card" in response:
        assert len(response["card"]["title"]) + len(response["card"]["content"]) <= limits.CARD_CHARACTERS


def speech_of(spoken: Json) -> str:
    """The words of an output speech, which has to be well formed and short enough."""
    if spoken["type"] == "PlainText":
        return str(spoken["text"])
    assert len(spoken["ssml"]) < limits.SPEECH_CHARACTERS
    document = ElementTree.fromstring(spoken["ssml"])
    assert document.tag == "speak"
    assert len(list(document.iter("audio"))) <= limits.CLIPS
    assert all(_seconds(pause.attrib["time"]) <= limits.SILENCE_SECONDS for pause in document.iter("break"))
    return "".join(document.itertext())


def _seconds(time: str) -> float:
    return float(time.removesuffix("ms")) / 1000
