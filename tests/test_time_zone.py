"""The device's time zone: asked of Alexa and nobody else, for a second at the most, and no oftener than is of use."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock, call

import law
import pytest
from scenes import library

from skill.alexa import https
from skill.alexa.envelope import Envelope
from skill.alexa.skill import ZONE_SECONDS, Coach, create_skill
from skill.alexa.time_zone import LONGEST, device_zone, fetched, zone
from skill.dialogue.respond import respond
from skill.memory.people import People
from skill.memory.shelf import MemoryShelf

SYSTEM = law.envelope("launch")["context"]["System"]


def envelope(**system: Any) -> Envelope:
    """A launch from a device, with something else about the system."""
    launch = law.envelope("launch")
    launch["context"]["System"] |= system
    return law.received(launch)


def test_the_zone_is_asked_of_alexa() -> None:
    fetch = Mock(return_value=b'"Europe/London"')
    assert device_zone(envelope(), fetch) == "Europe/London"
    url = f"https://api.amazonalexa.com/v2/devices/{SYSTEM['device']['deviceId']}/settings/System.timeZone"
    assert fetch.mock_calls == [call(url, SYSTEM["apiAccessToken"])]


@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"7", b'"Mars/Olympus"', b'"../../etc/passwd"', b'"' + b"x" * 99 + b'"', TimeoutError("too late")],
)
def test_an_odd_zone_is_none_and_no_answer_no_fault(answer: Any) -> None:
    assert device_zone(envelope(), Mock(side_effect=[answer])) == ""


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
    get = Mock(return_value=b"x" * 1000)
    monkeypatch.setattr(https, "get", get)
    url = "https://api.amazonalexa.com/"
    assert len(fetched(url, "token")) == LONGEST
    assert get.mock_calls == [call(url, seconds=1.0, most=LONGEST, bearer="token")]


@pytest.mark.parametrize(
    "endpoint", ["http://api.amazonalexa.com", "https://evil.example", "https://amazonalexa.com.evil", ""]
)
def test_nobody_else_is_asked(endpoint: str) -> None:
    fetch = Mock()
    assert device_zone(envelope(apiEndpoint=endpoint), fetch) == ""
    fetch.assert_not_called()


def test_every_locale_has_a_zone() -> None:
    for locale in ("en-US", "en-GB", "en-AU", "en-CA", "en-IN"):
        assert zone(library(locale).zone)
    assert zone("Nowhere/Land") is None


# How often


class Visits:
    """Somebody's sessions, and how often their device's zone is asked for."""

    def __init__(self) -> None:
        self.zone_of, self.respond = Mock(return_value="Europe/London"), Mock(side_effect=respond)
        coach = Coach({"en-US": library()}, People(MemoryShelf()), respond=self.respond, zone_of=self.zone_of)
        self.skill = create_skill(coach)
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def come(self, after: timedelta = timedelta(), *, new: bool = True) -> str:
        """Say something; the zone that is then gone by."""
        self.now += after
        number = self.respond.call_count
        asked = law.request("LaunchRequest", timestamp=self.now.isoformat())
        asked["session"] |= {"new": new, "sessionId": f"session.{number}"}
        asked["request"]["requestId"] = f"amzn1.echo-api.request.{number}"
        self.skill.invoke(law.received(asked), None)
        zone: str = self.respond.call_args.args[2].person.zone
        return zone


@pytest.fixture
def visits() -> Visits:
    return Visits()


WEEK = timedelta(seconds=ZONE_SECONDS)


def test_a_zone_that_is_known_is_asked_for_once_a_week(visits: Visits) -> None:
    """It takes a call to Alexa, in the way of the first answer; and who moves is found there within the week."""
    assert [visits.come() for _ in range(3)] == ["Europe/London"] * 3
    visits.come(WEEK - timedelta(seconds=1))
    assert visits.zone_of.call_count == 1
    visits.zone_of.return_value = "Asia/Kolkata"
    assert visits.come(timedelta(seconds=1)) == "Asia/Kolkata"
    assert visits.zone_of.call_count == 2


def test_a_zone_that_is_not_known_is_asked_for_each_time(visits: Visits) -> None:
    visits.zone_of.return_value = ""
    assert [visits.come(), visits.come(), visits.come(new=False)] == ["", "", ""]
    assert visits.zone_of.call_count == 2


def test_a_zone_that_cannot_be_had_again_stays(visits: Visits) -> None:
    visits.come()
    visits.zone_of.return_value = ""
    assert [visits.come(WEEK), visits.come()] == ["Europe/London"] * 2
    assert visits.zone_of.call_count == 2


def test_a_zone_that_was_asked_for_in_the_future_is_asked_for_again(visits: Visits) -> None:
    visits.come(10 * WEEK)
    visits.come(-5 * WEEK)
    assert visits.zone_of.call_count == 2
