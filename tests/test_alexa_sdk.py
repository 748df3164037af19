"""The SDK's two faults are cured: it imports, and it reads requests that are newer than it is."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import law
import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Request, RequestEnvelope
from hypothesis import given
from hypothesis import strategies as st

from skill import logs
from skill.alexa.sdk import NotAnEnvelope, Reader, UnknownRequest

REPOSITORY = Path(__file__).parent.parent

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


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)


def test_the_web_service_imports_whatever_version_openssl_has() -> None:
    """`import skill.web` works where oscrypto is installed, although oscrypto itself may not.

    oscrypto 1.3.0 looks for a version like 1.2.3 and finds none in "OpenSSL 3.0.10" or later, whose last number has
    two digits; then certvalidator, which imports it, and the SDK's verifier, which imports that, cannot be imported.
    """
    assert find_spec("oscrypto"), "the point of this test is that it is installed"
    assert find_spec("certvalidator")
    loaded = "[name for name in sys.modules if name.startswith(('oscrypto', 'certvalidator'))]"
    ours = run(f"import sys, skill.web; print({loaded})")
    assert (ours.returncode, ours.stdout.strip(), ours.stderr) == (0, "[]", "")


def test_the_placeholder_is_needed_exactly_where_oscrypto_cannot_read_the_version() -> None:
    """The day this fails, oscrypto has been mended and the placeholder may go."""
    version = run(
        "import ctypes.util as u, ctypes as c; l = c.CDLL(u.find_library('crypto')); "
        "l.OpenSSL_version.restype = c.c_char_p; print(l.OpenSSL_version(0).decode())"
    ).stdout
    stock = run("import certvalidator")
    if version.startswith("OpenSSL") and len(version.split()[1].split(".")[-1]) > 1:
        assert "detecting the version of libcrypto" in stock.stderr


def test_nobody_can_verify_with_the_placeholder() -> None:
    """Should the SDK's own verifier ever be used, it raises; it never lets a request through."""
    from ask_sdk_webservice_support import verifier

    import skill.web  # noqa: F401 - which imports the SDK with the placeholder in place

    with pytest.raises(RuntimeError, match=r"skill\.alexa\.verify"):
        verifier.CertificateValidator(b"", b"")
    assert "certvalidator" not in sys.modules


@pytest.mark.parametrize("name", NEWER_THAN_THE_SDK, ids=NEWER_THAN_THE_SDK.values())
def test_what_the_sdk_cannot_read_is_read_without_what_is_new(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A device or a service that is newer than the SDK is answered, and the log says that it is newer."""
    written = json.dumps(law.envelope(name))
    with pytest.raises((SerializationException, ValueError)):
        DefaultSerializer().deserialize(written, RequestEnvelope)
    with caplog.at_level("INFO"), logs.request():
        envelope = Reader().deserialize(written, RequestEnvelope)
    asked = law.envelope(name)
    assert envelope.request.object_type == asked["request"]["type"]
    assert envelope.request.request_id == asked["request"]["requestId"]
    assert envelope.context.system.user.user_id == asked["context"]["System"]["user"]["userId"]
    assert caplog.records[-1].__dict__["facts"]["newer"] in ("SerializationException", "ValueError", "AttributeError")


def test_every_envelope_that_the_sdk_rejects_is_in_the_list_above() -> None:
    """No recorded envelope is thought to be read while it is not."""

    def rejected(name: str) -> bool:
        try:
            DefaultSerializer().deserialize(json.dumps(law.envelope(name)), RequestEnvelope)
        except Exception:
            return True
        return False

    assert {name for name in law.names() if rejected(name)} == set(NEWER_THAN_THE_SDK)


def test_what_the_skill_uses_survives_the_second_reading() -> None:
    """Who asks, in which session, for which exercise, on a device with a screen: all still there."""
    asked = law.envelope("intent-unknown-status")
    asked["context"] |= law.envelope("launch-odd-viewport")["context"]
    asked["session"]["attributes"] = {"hip_coach": {"turns": 3}}
    envelope = Reader().deserialize(json.dumps(asked), RequestEnvelope)
    assert envelope.session.attributes == {"hip_coach": {"turns": 3}}
    assert envelope.session.new is False
    assert envelope.request.locale == "en-US"
    assert envelope.request.timestamp.isoformat() == "2026-11-22T15:04:05+00:00"
    assert envelope.context.system.device.supported_interfaces.alexa_presentation_apl is not None
    assert envelope.context.viewport is None


def test_a_type_of_request_that_nobody_knows_is_still_a_request() -> None:
    """It can be answered with nothing, which is always legal."""
    request = Reader().deserialize(json.dumps(law.envelope("new-thing")), RequestEnvelope).request
    assert isinstance(request, UnknownRequest)
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
        Reader().deserialize(body, RequestEnvelope)


def test_attributes_nested_deeper_than_ours_are_dropped() -> None:
    """The SDK would follow them until it ran out of stack, and fail the turn."""
    asked = law.envelope("intent-builtin")
    deep: Any = {}
    for _ in range(200):
        deep = {"hip_coach": deep}
    asked["session"]["attributes"] = deep
    assert Reader().deserialize(json.dumps(asked), RequestEnvelope).session.attributes == {}


def test_other_models_are_read_as_the_sdk_reads_them() -> None:
    """The cure is for requests alone."""
    with pytest.raises(SerializationException):
        Reader().deserialize('{"type": "New"}', Request)


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
    envelope = Reader().deserialize(json.dumps(asked), RequestEnvelope)
    assert envelope.request.object_type == "IntentRequest"
