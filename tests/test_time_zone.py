"""The device's time zone: asked of Alexa and nobody else, for a second at the most, and no oftener than is of use."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import law
import pytest
from scenes import library

from skill.alexa import https
from skill.alexa.envelope import Envelope
from skill.alexa.skill import ZONE_SECONDS, Coach, create_skill
from skill.alexa.time_zone import LONGEST, device_zone, fetched, zone
from skill.dialogue.session import Person
from skill.memory.people import People
from skill.memory.shelf import MemoryShelf

SYSTEM = law.envelope("launch")["context"]["System"]


def envelope(**system: Any) -> Envelope:
    """A launch from a device, with something else about the system."""
    launch = law.envelope("launch")
    launch["context"]["System"] |= system
    return law.received(launch)


def test_the_zone_is_asked_of_alexa() -> None:
    asked: list[tuple[str, str]] = []

    def fetch(url: str, token: str) -> bytes:
        asked.append((url, token))
        return b'"Europe/London"'

    assert device_zone(envelope(), fetch) == "Europe/London"
    url = f"https://api.amazonalexa.com/v2/devices/{SYSTEM['device']['deviceId']}/settings/System.timeZone"
    assert asked == [(url, SYSTEM["apiAccessToken"])]


@pytest.mark.parametrize("answer", [b"", b"{", b"7", b'"Mars/Olympus"', b'"../../etc/passwd"', b'"' + b"x" * 99 + b'"'])
def test_an_odd_zone_is_none(answer: bytes) -> None:
    assert device_zone(envelope(), lambda url, token: answer) == ""


def test_no_answer_is_no_fault() -> None:
    def fetch(url: str, token: str) -> bytes:
        raise TimeoutError("a second has passed")

    assert device_zone(envelope(), fetch) == ""


def test_a_second_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that cannot be looked up for a long time holds nobody up."""
    started, released = threading.Event(), threading.Event()

    def stuck(*_: Any) -> Any:
        started.set()
        released.wait(5)
        raise OSError("nobody there")

    monkeypatch.setattr("socket.getaddrinfo", stuck)
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("skill.alexa.time_zone.SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        fetched("https://api.amazonalexa.com/", "token")
    assert time.monotonic() - began < 1
    assert started.wait(5)
    released.set()


@pytest.mark.parametrize("token", ["\ud800", "é\n", "a\r\nX: y"])
def test_a_token_that_is_none_is_no_fault(token: str) -> None:
    with pytest.raises(OSError, match=r"."):
        fetched("https://api.amazonalexa.com/", token)


def test_no_more_is_read_than_a_zone_can_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def get(url: str, **more: Any) -> bytes:
        given.update(more)
        return b"x" * 1000

    monkeypatch.setattr(https, "get", get)
    assert len(fetched("https://api.amazonalexa.com/", "token")) == LONGEST
    assert given == {"seconds": 1.0, "most": LONGEST, "bearer": "token"}


@pytest.mark.parametrize(
    "endpoint", ["http://api.amazonalexa.com", "https://evil.example", "https://amazonalexa.com.evil", ""]
)
def test_nobody_else_is_asked(endpoint: str) -> None:
    def fetch(url: str, token: str) -> bytes:
        raise AssertionError(url)

    assert device_zone(envelope(apiEndpoint=endpoint), fetch) == ""


def test_every_locale_has_a_zone() -> None:
    for locale in ("en-US", "en-GB", "en-AU", "en-CA", "en-IN"):
        assert zone(library(locale).zone)
    assert zone("Nowhere/Land") is None


# How often


class Visits:
    """Somebody's sessions, and how often their device's zone is asked for."""

    def __init__(self) -> None:
        self.asked, self.zone = 0, "Europe/London"
        self.people: list[Person] = []
        skill = create_skill(
            Coach({"en-US": library()}, People(MemoryShelf()), respond=self._respond, zone_of=self._zone_of)
        )
        self._send = lambda asked: skill.invoke(law.received(asked), None)
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def _zone_of(self, _envelope: Envelope) -> str:
        self.asked += 1
        return self.zone

    def _respond(self, session: Any, event: Any, scene: Any) -> Any:
        from skill.dialogue.respond import respond

        self.people.append(scene.person)
        return respond(session, event, scene)

    def come(self, after: timedelta = timedelta(), *, new: bool = True) -> str:
        """Say something; the zone that is then gone by."""
        self.now += after
        asked = law.request("LaunchRequest", timestamp=self.now.isoformat())
        asked["session"] |= {"new": new, "sessionId": f"session.{len(self.people)}"}
        asked["request"]["requestId"] = f"amzn1.echo-api.request.{len(self.people)}"
        self._send(asked)
        return self.people[-1].zone


WEEK = timedelta(seconds=ZONE_SECONDS)


def test_a_zone_that_is_known_is_asked_for_once_a_week() -> None:
    """It takes a call to Alexa, in the way of the first answer; and who moves is found there within the week."""
    visits = Visits()
    assert [visits.come() for _ in range(3)] == ["Europe/London"] * 3
    visits.come(WEEK - timedelta(seconds=1))
    assert visits.asked == 1
    visits.zone = "Asia/Kolkata"
    assert visits.come(timedelta(seconds=1)) == "Asia/Kolkata"
    assert visits.asked == 2


def test_a_zone_that_is_not_known_is_asked_for_each_time() -> None:
    visits = Visits()
    visits.zone = ""
    assert [visits.come(), visits.come(), visits.come(new=False)] == ["", "", ""]
    assert visits.asked == 2


def test_a_zone_that_cannot_be_had_again_stays() -> None:
    visits = Visits()
    visits.come()
    visits.zone = ""
    assert [visits.come(WEEK), visits.come()] == ["Europe/London"] * 2
    assert visits.asked == 2


def test_a_zone_that_was_asked_for_in_the_future_is_asked_for_again() -> None:
    visits = Visits()
    visits.come(10 * WEEK)
    visits.come(-5 * WEEK)
    assert visits.asked == 2
