"""The device's time zone, from Alexa's settings API: asked as a session begins, for a second at the most.

Source: "Obtain customer settings information", .../docs/alexa/smapi/alexa-settings-api-reference.html:
GET /v2/devices/{deviceId}/settings/System.timeZone answers with a JSON string such as "Europe/London"; it needs no
permission.
"""

import json
import logging
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from skill.alexa import https
from skill.alexa.envelope import Envelope

log = logging.getLogger(__name__)

SECONDS = 1.0
"""A session begins no later than this because of a time zone."""

ZONES = 1024
"""Time zones that are remembered; there are some six hundred, and nonsense must not pile up."""

LONGEST = 64
"""No time zone has a longer name, and no answer is read further."""

Fetch = Callable[[str, str], bytes]
"""What an https address answers to a bearer token, within SECONDS."""


def fetched(url: str, token: str) -> bytes:
    """Ask Alexa, for SECONDS in all.

    Raises:
        OSError: no answer in time, or not a good one.
    """
    return https.get(url, seconds=SECONDS, most=LONGEST, bearer=token)[:LONGEST]


def device_zone(envelope: Envelope, fetch: Fetch = fetched) -> str:
    """The time zone that the device is set to; "" when it cannot be had, which is no fault."""
    system = envelope.context.system if envelope.context else None
    device = system.device.device_id if system and system.device else None
    if system is None or not device or not system.api_access_token or not _is_amazons(system.api_endpoint):
        return ""
    try:
        url = f"{system.api_endpoint}/v2/devices/{quote(device, safe='')}/settings/System.timeZone"
        found = json.loads(fetch(url, system.api_access_token))
    except (OSError, ValueError) as fault:
        log.info("no time zone from the device: %s", type(fault).__name__)
        return ""
    return found if isinstance(found, str) and zone(found) else ""


@lru_cache(maxsize=ZONES)
def zone(name: str) -> ZoneInfo | None:
    """The time zone of that name, or None where there is none such here."""
    try:
        return ZoneInfo(name) if 0 < len(name) <= LONGEST else None
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _is_amazons(endpoint: str | None) -> bool:
    """Only Amazon is asked, whatever an envelope says."""
    try:
        parts = urlsplit(endpoint or "")
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a bracket that is no IPv6 address, or a port that is no number
        return False
    return parts.scheme == "https" and host.endswith(".amazonalexa.com") and port in (None, 443)
