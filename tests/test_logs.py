"""The log: a line of JSON for each request, enough to find a fault, and nothing of what was said or who said it."""

import io
import json
import logging
import sqlite3
from typing import Any
from unittest.mock import Mock

import law
import pytest
from flask import Flask

from skill.alexa import logs
from skill.memory.shelf import MemoryShelf, StoreFailed
from skill.web import aws, create_app
from skill.web.settings import Settings

SAID = "zebra unicorn"
SOMEBODY = "AHWCANARY"

Lines = list[dict[str, Any]]


class Log(io.StringIO):
    """What was written, line by line."""

    def lines(self) -> Lines:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def line(self) -> dict[str, Any]:
        (only,) = self.lines()
        return only


@pytest.fixture
def log() -> Log:
    written = Log()
    logs.write_to(written)
    return written


def of(line: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in names)


@pytest.fixture
def app() -> Flask:
    return create_app(Settings(verify=False))


def named(envelope: law.Json) -> law.Json:
    """A request with words and ids in it that can be found again, wherever Alexa or a stranger could put them."""
    told = json.loads(json.dumps(envelope))
    person = {"personId": f"amzn1.ask.person.{SOMEBODY}", "accessToken": f"token.{SOMEBODY}"}
    system = told.setdefault("context", {}).setdefault("System", {})
    system |= {"user": {"userId": f"amzn1.ask.account.{SOMEBODY}"}, "person": person, "apiAccessToken": SOMEBODY}
    system.setdefault("device", {})["deviceId"] = f"amzn1.ask.device.{SOMEBODY}"
    if session := told.get("session"):
        session |= {"user": {"userId": f"amzn1.ask.account.{SOMEBODY}"}, "sessionId": f"session.{SOMEBODY}"}
    for slot in (told["request"].get("intent") or {}).get("slots", {}).values():
        slot["value"] = SAID
        slot["slotValue"] = {"type": "Simple", "value": SAID}
    return told


def unreadable(envelope: law.Json) -> law.Json:
    """The same, of a form that the SDK does not know; its own message would quote it."""
    told = named(envelope)
    told["request"] |= {"type": SAID, "requestId": SAID, "locale": SAID, "reason": SAID, "timestamp": SAID}
    told["context"]["Viewports"] = [{"type": SAID}]
    return told


# A line for each request


def test_a_turn_has_its_line(app: Flask, log: Log) -> None:
    client = app.test_client()
    first = client.post("/alexa", json=law.request("LaunchRequest")).get_json()
    asked = law.intent("HelpIntent", first["sessionAttributes"])
    asked["request"]["intent"]["name"] = "AMAZON.HelpIntent"
    client.post("/alexa", json=asked)
    opening, line = log.lines()
    assert opening["type"] == "LaunchRequest"
    assert "intent" not in opening
    assert of(line, "event", "level", "request") == ("request answered", "info", asked["request"]["requestId"])
    assert of(line, "type", "intent") == ("IntentRequest", "AMAZON.HelpIntent")
    assert of(line, "phase", "then", "outcome") == ("choosing", "choosing", "answered")
    assert 0 <= line["ms"] < 8000


def test_the_end_of_a_session_says_why(app: Flask, log: Log) -> None:
    """An answer that Alexa could not use is known from here alone, and from nowhere else."""
    asked = law.envelope("session-ended-error")
    asked["request"]["error"] = {"type": "INVALID_RESPONSE", "message": SAID}
    app.test_client().post("/alexa", json=asked)
    line = log.line()
    assert of(line, "ended", "error", "outcome") == ("ERROR", "INVALID_RESPONSE", "silent")
    assert SAID not in log.getvalue()


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ({"path": "/alexa", "method": "GET"}, 405, None),
        ({"path": "/admin.php", "method": "GET"}, 404, None),
        ({"path": "/alexa", "method": "POST", "json": {}}, 400, None),
        ({"path": "/alexa", "method": "POST", "data": b"a=b"}, 403, "not from this machine, or not JSON"),
    ],
)
def test_a_refusal_has_its_line(asked: dict[str, Any], status: int, reason: str | None, app: Flask, log: Log) -> None:
    assert app.test_client().open(**asked).status_code == status
    line = log.line()
    assert line["event"] == "request refused" + (f": {reason}" if reason else "")
    assert of(line, "status", "outcome", "reason", "level") == (status, "refused", reason, "warning")
    assert "admin" not in log.getvalue()


def test_who_asks_for_health_or_sounds_fills_no_log(app: Flask, log: Log) -> None:
    app.test_client().get("/health")
    app.test_client().get("/sounds/en-hold-5-ticks.mp3")
    assert log.lines() == []


def test_a_failure_to_get_the_certificates_says_of_what_kind(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    monkeypatch.setattr("skill.alexa.certificates.download", Mock(side_effect=TimeoutError(SAID)))
    app = create_app(Settings(skill_ids=(law.SKILL_ID,)))
    headers = {"SignatureCertChainUrl": "https://s3.amazonaws.com/echo.api/echo-api-cert.pem", "Signature-256": "AAAA"}
    assert app.test_client().post("/alexa", json=law.envelope("launch"), headers=headers).status_code == 400
    line = log.line()
    assert of(line, "reason", "cause") == ("the certificates could not be downloaded", "TimeoutError")


def test_lambda_has_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Log()
    monkeypatch.setenv("HIP_COACH_SKILL_ID", law.SKILL_ID)
    monkeypatch.setattr("sys.stderr", written)
    aws._start.cache_clear()
    asked = law.envelope("launch")
    aws.handler(asked, None)
    asked["context"]["System"]["application"]["applicationId"] = "amzn1.ask.skill.another"
    del asked["session"]
    with pytest.raises(aws.NotFromAlexa):
        aws.handler(asked, None)
    with pytest.raises(aws.NotAnEnvelope):
        aws.handler({}, None)
    aws._start.cache_clear()
    answered, refused, none = (line for line in written.lines() if "outcome" in line)
    assert of(answered, "type", "outcome") == ("LaunchRequest", "answered")
    assert of(refused, "outcome", "reason") == ("refused", "the request is meant for another skill")
    assert of(none, "outcome", "reason") == ("refused", "the body has no request object")


# What goes wrong


class Broken(MemoryShelf):
    """A shelf whose every word is somebody's."""

    def read(self, name: str) -> object:
        raise StoreFailed("the disk is full") from KeyError(SOMEBODY)

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        raise sqlite3.OperationalError("disk I/O error")


def failing(*given: object) -> None:
    raise ValueError(f"{given!r} {SAID} by {SOMEBODY}")


def test_a_store_that_fails_is_told_with_its_request(app: Flask, log: Log) -> None:
    app.extensions["hip-coach"].store._shelf = Broken()
    asked = law.request("LaunchRequest")
    app.test_client().post("/alexa", json=asked)
    *faults, line = log.lines()
    assert {fault["request"] for fault in faults} == {asked["request"]["requestId"]}
    assert faults[0]["event"] == "the store gave no person"
    assert faults[0]["fault"] == ["StoreFailed: the disk is full", "KeyError"]
    assert any(place.startswith("skill/memory/people.py:") for place in faults[0]["at"])
    assert of(line, "store", "outcome") == ("gave nothing", "answered")


def test_an_apology_is_an_error_with_its_place_in_the_code(
    app: Flask, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skill.alexa.skill.session_of", failing)
    app.test_client().post("/alexa", json=named(law.envelope("launch")))
    fault, line = log.lines()
    assert (fault["level"], line["level"], line["outcome"]) == ("error", "error", "apologised")
    assert fault["fault"] == ["ValueError"]
    assert any("tests/" in place or place.startswith("test_logs.py") for place in fault["at"])


# Nothing of what was said, and nobody's id


@pytest.mark.parametrize("name", law.names())
@pytest.mark.parametrize("change", [named, unreadable])
@pytest.mark.parametrize("shelf", [MemoryShelf, Broken])
def test_nothing_that_was_said_and_nobody_is_in_the_log(
    name: str, change: Any, shelf: type[MemoryShelf], app: Flask, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions["hip-coach"].store._shelf = shelf()
    client = app.test_client()
    client.post("/alexa", json=change(law.envelope(name)))
    monkeypatch.setattr("skill.alexa.skill.session_of", failing)
    client.post("/alexa", json=change(law.envelope(name)))
    monkeypatch.setattr(app.extensions["hip-coach"].skill, "invoke", failing)
    client.post("/alexa", json=change(law.envelope(name)))
    assert log.lines(), "something was to be told"
    for secret in (SAID, *SAID.split(), SOMEBODY):
        assert secret not in log.getvalue()


def test_a_line_is_a_line_whatever_is_in_it(log: Log) -> None:
    logging.getLogger("skill.x").warning(
        "one\ntwo %s", "\ud800\u2028", extra={"facts": {"odd": object(), "none": None}}
    )
    line = log.line()
    assert line["event"] == "one\ntwo \ud800\u2028"
    assert of(line, "odd", "none", "from") == ("object", None, "skill.x")


def test_without_a_request_there_is_nothing_to_note(log: Log) -> None:
    logs.note(anything=1)
    logs.end()
    assert log.lines() == []
