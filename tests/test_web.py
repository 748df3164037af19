"""The web service: who may ask, what is refused and how, and that every request of Alexa's is answered."""

import json
import socket
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import law
import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.skill import CustomSkill
from ask_sdk_runtime.dispatch import GenericRequestDispatcher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from skill.alexa import verify
from skill.alexa.envelope import Envelope
from skill.alexa.skill import Coach
from skill.library.limits import REQUEST_BYTES
from skill.web import create_app
from skill.web.app import SkillAdapter, is_loopback
from skill.web.settings import Settings, SettingsFaults

from ask_sdk_webservice_support.webservice_handler import WebserviceSkillHandler  # isort: skip  # after skill.web.app

LAUNCH = law.envelope("launch")
Json = dict[str, Any]


@pytest.fixture
def client() -> FlaskClient:
    return law.client()


@pytest.fixture(scope="module")
def verifying() -> Flask:
    return create_app(Settings(skill_ids=(law.SKILL_ID,)))


def send(client: FlaskClient, body: bytes, content_type: str = "application/json", **more: Any) -> TestResponse:
    return client.post("/alexa", data=body, content_type=content_type, **more)


def refused(response: TestResponse, status: int) -> str:
    """The reason that a small JSON body gives."""
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert len(response.data) < 600
    body = response.get_json()
    assert list(body) == ["error"]
    return str(body["error"])


# Answering


@pytest.mark.parametrize("name", law.names())
def test_every_recorded_request_is_answered_over_http(name: str, client: FlaskClient) -> None:
    asked = law.envelope(name)
    response = client.post("/alexa", json=asked)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    law.check_law(asked, response.get_json())


@pytest.mark.parametrize("content_type", ["application/json", "application/json;charset=utf-8", "APPLICATION/JSON"])
def test_alexa_may_name_json_as_it_likes(content_type: str, client: FlaskClient) -> None:
    assert send(client, json.dumps(LAUNCH).encode(), content_type).status_code == 200


def test_sounds_are_served_beside_the_skill(client: FlaskClient) -> None:
    assert client.get("/sounds/en-hold-5-ticks.mp3").mimetype == "audio/mpeg"
    refused(client.get("/sounds/en-hold-5-drums.mp3"), 404)


def test_two_apps_do_not_share_anybody() -> None:
    one, other = create_app(Settings(verify=False)).test_client(), create_app(Settings(verify=False)).test_client()
    first = one.post("/alexa", json=LAUNCH).get_json()
    one.post("/alexa", json=law.intent("StartRoutineIntent", first["sessionAttributes"]))
    assert other.post("/alexa", json=LAUNCH).get_json() == first


def test_settings_come_from_the_environment_unless_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SKILL_ID", "VERIFY", "TRUST_ROOTS", "STORE", "PUBLIC_URL", "CONTENT"):
        monkeypatch.delenv(f"HIP_COACH_{name}", raising=False)
    with pytest.raises(SettingsFaults):
        create_app()
    monkeypatch.setenv("HIP_COACH_VERIFY", "off")
    assert create_app().test_client().get("/health").status_code == 200


def test_with_an_address_for_the_sounds_they_are_played() -> None:
    """A set-up's quiet minute is one of our own beds, fetched from the public address."""
    public = create_app(Settings(verify=False, public_url="https://coach.example")).test_client()
    first = public.post("/alexa", json=LAUNCH).get_json()
    answered = public.post("/alexa", json=law.intent("StartRoutineIntent", first["sessionAttributes"])).get_json()
    told = answered["response"]["reprompt"]["outputSpeech"]["ssml"]
    assert 'src="https://coach.example/sounds/en-bed-60.mp3"' in told


def test_every_request_passes_amazons_adapter_its_skill_and_our_handler(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    for kind, method in (
        (SkillAdapter, "dispatch_request"),
        (WebserviceSkillHandler, "verify_request_and_dispatch"),
        (CustomSkill, "invoke"),
        (GenericRequestDispatcher, "dispatch"),
        (Coach, "handle"),
    ):
        law.spy(monkeypatch, kind, method, passed)
    for name in law.names():
        assert client.post("/alexa", json=law.envelope(name)).status_code == 200
        assert passed == ["dispatch_request", "verify_request_and_dispatch", "invoke", "dispatch", "handle"]
        passed.clear()


# Refusing what is no request


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"{}", b'{"request": {}}', b"\xef\xbb\xbf{}", b"[" * 50_000, b"\xff\xfe",
     json.dumps(LAUNCH).encode("utf-16"), b'{"request": {"type": "\xe9"}}'],
)  # fmt: skip
def test_what_is_no_request_of_alexas_is_a_bad_request(body: bytes, client: FlaskClient) -> None:
    refused(send(client, body), 400)


def test_a_request_larger_than_any_of_alexas_is_not_read(client: FlaskClient) -> None:
    refused(send(client, b"x" * (REQUEST_BYTES + 1)), 413)
    refused(send(client, b"x" * REQUEST_BYTES), 400)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_the_skill_is_only_ever_posted_to(method: str, client: FlaskClient) -> None:
    response = getattr(client, method)("/alexa")
    refused(response, 405)
    assert "POST" in response.headers["Allow"]


def test_there_is_nothing_elsewhere(client: FlaskClient) -> None:
    refused(client.get("/no/such/page"), 404)


def test_no_answer_is_kept_or_guessed_at(client: FlaskClient) -> None:
    for response in (client.post("/alexa", json=LAUNCH), client.get("/health"), client.get("/nothing")):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "public" in client.get("/sounds/en-hold-5-ticks.mp3").headers["Cache-Control"]


# When the SDK itself fails


@pytest.mark.parametrize("name", law.names())
@pytest.mark.parametrize("kind", [RecursionError, SerializationException, KeyError])
def test_whatever_passes_the_check_gets_a_legal_answer(
    name: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Settings(verify=False))
    serializer = app.extensions["hip-coach"].skill.serializer
    monkeypatch.setattr(serializer, "serialize", Mock(side_effect=kind("a fault of the SDK's")))
    asked = law.envelope(name)
    asked.setdefault("session", {})["attributes"] = {"hip_coach": {"phase": "waiting"}, "other": [1]}
    response = app.test_client().post("/alexa", json=asked)
    assert response.status_code == 200
    if asked["request"]["type"] in law.SPOKEN_TO:
        law.check_law(asked, response.get_json(), sorry=True)
        assert response.get_json()["sessionAttributes"] == asked["session"]["attributes"]
    else:
        assert response.get_json() == {"version": "1.0", "response": {}}


def test_a_fault_outside_the_skill_tells_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(verify=False))
    fail = Mock(side_effect=ZeroDivisionError("a secret of ours"))
    monkeypatch.setattr(app.extensions["hip-coach"].sounds, "mp3", fail, raising=False)
    reason = refused(app.test_client().get("/sounds/en-hold-5-ticks.mp3"), 500)
    assert "secret" not in reason
    assert "Traceback" not in reason


def test_trust_roots_that_hold_nothing_are_a_wrong_setting(tmp_path: Path) -> None:
    empty = tmp_path / "roots.pem"
    empty.write_text("nothing\n")
    with pytest.raises(SettingsFaults, match="HIP_COACH_TRUST_ROOTS"):
        create_app(Settings(skill_ids=(law.SKILL_ID,), trust_roots=empty))


# Local mode: this very machine only


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:5000", "LOCALHOST", "127.0.0.1:80", "127.8.9.1", "[::1]:5000"]
)
@pytest.mark.parametrize("remote", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.0.0.9"])
def test_this_machine_may_ask(host: str, remote: str, client: FlaskClient) -> None:
    response = client.post("/alexa", json=LAUNCH, headers={"Host": host}, environ_base={"REMOTE_ADDR": remote})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.7", "0.0.0.0",
     "localhost, evil.example", "evil@localhost", "localhost/x", "localhost:x", "[::2]", "[::1", "2130706433"],
)  # fmt: skip
def test_a_web_page_that_made_its_name_point_here_may_not_ask(host: str, client: FlaskClient) -> None:
    """A browser sends the page's own host (DNS rebinding)."""
    reason = refused(client.post("/alexa", json=LAUNCH, headers={"Host": host}), 403)
    assert "HIP_COACH_VERIFY" in reason


OTHER_MACHINES = ("192.168.0.9", "8.8.8.8", "::2", "::ffff:8.8.8.8", "", "nonsense", None)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "x-forwarded-anything")
OF_FORMS = ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        *(({"environ_overrides": {"REMOTE_ADDR": remote}}, "HIP_COACH_VERIFY") for remote in OTHER_MACHINES),
        *(({"headers": {header: "for=8.8.8.8"}}, "HIP_COACH_VERIFY=on") for header in FORWARDED),
        *(({"content_type": content_type}, "application/json") for content_type in OF_FORMS),
    ],
    ids=str,
)
def test_neither_another_machine_nor_a_tunnel_nor_a_form_may_ask(asked: Json, told: str, client: FlaskClient) -> None:
    """Browsers send forms anywhere without asking first; JSON they do not."""
    assert told in refused(send(client, json.dumps(LAUNCH).encode(), **asked), 403)


@pytest.mark.parametrize(("host", "here"), [("localhost", True), ("::1", True), ("", False), ("example.com", False)])
def test_what_counts_as_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


# With verification on


@pytest.mark.parametrize("name", ["launch", "intent-match", "skill-enabled", "session-ended-user"])
def test_whoever_shows_no_certificate_is_not_believed(
    name: str, verifying: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    reason = refused(verifying.test_client().post("/alexa", json=law.envelope(name)), 400)
    assert caplog.records[-1].__dict__["facts"]["reason"] == "there is no SignatureCertChainUrl header"
    assert "signatures" not in reason


def test_a_sender_is_checked_by_the_raw_bytes_before_anything_reads_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, bytes]] = []

    def admit(self: verify.Verifier, headers: Any, body: bytes) -> Envelope:
        seen.append((headers["Signature-256"], body))
        if b"forged" in body:
            raise verify.NotFromAlexa("forged")
        return law.received(body.decode())

    monkeypatch.setattr(verify.Verifier, "admit", admit)
    client = create_app(Settings(skill_ids=(law.SKILL_ID,))).test_client()
    body = json.dumps(LAUNCH, indent=7).encode()
    headers = {"Signature-256": "s", "Host": "coach.example", "X-Forwarded-For": "1.2.3.4"}
    assert send(client, body, headers=headers).status_code == 200
    refused(send(client, b"{ forged", headers=headers), 400)
    assert seen == [("s", body), ("s", b"{ forged")]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"a=b", "application/x-www-form-urlencoded", 415), (b"x" * (REQUEST_BYTES + 1), "application/json", 413)],
    ids=["not JSON", "too large"],
)
def test_what_can_be_no_request_is_not_even_checked(
    body: bytes, content_type: str, status: int, verifying: Flask
) -> None:
    refused(send(verifying.test_client(), body, content_type), status)


def test_no_turn_reaches_for_the_network(monkeypatch: pytest.MonkeyPatch, client: FlaskClient) -> None:
    monkeypatch.setattr(socket.socket, "connect", Mock(side_effect=AssertionError("a turn opened a connection")))
    for name in law.names():
        assert client.post("/alexa", json=law.envelope(name)).status_code == 200


def test_who_mounts_the_app_may_hook_into_it_as_into_any_other() -> None:
    """Somebody's own check before a request, or header after it, is not passed over in silence."""
    app = create_app(Settings(verify=False))
    app.before_request(lambda: ("not you", 403))
    app.after_request(lambda response: (response.headers.add("X-Theirs", "1"), response)[1])
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.headers["X-Theirs"]) == (403, "1")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
