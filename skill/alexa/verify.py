"""Whether a request comes from Alexa and is meant for this skill; decided by its bytes, before anything reads them.

The rules are Amazon's (host-a-custom-skill-as-a-web-service.html, and its Python SDK's verifier), and a few are
stricter: docs/verification.md says which, and why. cryptography is imported only where a Verifier is made, so that
AWS Lambda and local mode, which verify no signatures, don't pay for it.
"""

import base64
import binascii
import json
import logging
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from skill.alexa.door.refusals import NotFromAlexa, NoTrustRoots, Reason
from skill.library.limits import TIMESTAMP_SECONDS

__all__ = ["SIGNATURE_HEADERS", "NoTrustRoots", "NotFromAlexa", "Reason", "Verifier", "application_id"]

log = logging.getLogger(__name__)

CERTIFICATE_HOST = "s3.amazonaws.com"
CERTIFICATE_FOLDER = "/echo.api/"
"""Where Amazon keeps the certificates. [A] the SDK's verifier_constants."""

SIGNATURE_HEADERS = ("SignatureCertChainUrl", "Signature-256")
"""The headers that a check looks at. [A] host-a-custom-skill-as-a-web-service.html."""

URL_CHARACTERS = 512
"""Ours: characters of a certificate's URL; Amazon's have about 55."""

SKILL_EVENT_SECONDS = 3_600
"""Seconds by which a skill event's timestamp may differ from now: Amazon sends one again for an hour until it is
answered. [A] the SDK's MAX_SKILL_EVENT_TOLERANCE_IN_MILLIS."""

SKILL_EVENTS = frozenset(
    f"AlexaSkillEvent.{name}"
    for name in (
        "SkillEnabled",
        "SkillDisabled",
        "SkillPermissionChanged",
        "SkillPermissionAccepted",
        "SkillAccountLinked",
    )
)
"""The types of request for which that holds. [A] the SDK's ALEXA_SKILL_EVENT_LIST."""

LEVELS = 100
"""Ours: levels of nesting in a body; the deepest part of Alexa's, what is on a screen, has about thirty."""

_APPLICATIONS = (("context", "System", "application", "applicationId"), ("session", "application", "applicationId"))


def application_id(envelope: Mapping[str, Any]) -> str | None:
    """The skill that a request is meant for: as its context says, or without one, as its session says."""
    for path in _APPLICATIONS:
        place: Any = envelope
        for key in path:
            place = place.get(key) if isinstance(place, Mapping) else None
        if isinstance(place, str):
            return place
    return None


class Verifier:
    """Checks requests against the certificates, the clock and the skill ids. One serves all threads."""

    def __init__(
        self,
        *,
        trust_roots: Path | None = None,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], datetime] | None = None,
        skill_ids: Iterable[str],
    ) -> None:
        """Reads the trust roots.

        Args:
            trust_roots: a PEM file with the roots to trust; None trusts certifi's.
            fetch: gets the certificates at a URL; None downloads them. More than 64 kB, and any exception that it
                raises, is a refusal.
            clock: tells the time; None is the system's. A time without a zone is taken for UTC.
            skill_ids: the skills that requests may be meant for.

        Raises:
            NoTrustRoots: the file holds no certificates, or some that cannot be read.
        """
        from skill.alexa.door import certificates, chains

        trust = certificates.Trust(certificates.trust_roots(trust_roots))
        self._chains = chains.Chains(trust, fetch or chains.download)
        self._clock = clock or _system_clock
        self._skill_ids = frozenset(skill_ids)

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return when a request comes from Alexa and is meant for this skill.

        Args:
            headers: the request's headers, their names in any letter case; a header that was sent twice may stand
                there twice, in different case, or once with its values joined by a comma.
            body: its body, as it came.

        Raises:
            NotFromAlexa: it does not, or this cannot be told; `reason` says why, in words that the sender had no
                part in. No other exception is raised, whatever the request.
        """
        try:
            self._check(headers, body)
        except NotFromAlexa:
            raise
        except Exception as fault:  # a gate that fails stays shut
            log.exception("the check of a request failed")
            raise NotFromAlexa(Reason.UNEXPECTED) from fault

    def _check(self, headers: Mapping[str, str], body: bytes) -> None:
        url_header, signature_header = SIGNATURE_HEADERS
        named = _header(headers, url_header.lower(), Reason.URL_MISSING, Reason.URL_TWICE)
        signed = _header(headers, signature_header.lower(), Reason.SIGNATURE_MISSING, Reason.SIGNATURE_TWICE)
        url, signature = _certificate_url(named), _signature(signed)
        now = _aware(self._clock())
        if not self._chains.at(url, now).signed(body, signature):
            raise NotFromAlexa(Reason.SIGNATURE_WRONG)
        envelope = _envelope(body)
        _check_time(envelope, now)
        if _skill(envelope) not in self._skill_ids:
            raise NotFromAlexa(Reason.SKILL_OTHER)


def _system_clock() -> datetime:
    return datetime.now(UTC)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# The two headers


def _header(headers: Mapping[Any, Any], name: str, missing: Reason, twice: Reason) -> str:
    """The one value of a header. Neither a URL of Amazon's nor base64 has a comma: it joins what was sent twice."""
    values = [value for key, value in headers.items() if isinstance(key, str) and key.lower() == name]
    if not all(isinstance(value, str) for value in values):
        raise NotFromAlexa(Reason.HEADER_NOT_TEXT)
    if len(values) > 1 or any("," in value for value in values):
        raise NotFromAlexa(twice)
    if not any(values):
        raise NotFromAlexa(missing)
    return str(values[0])


_PRINTABLE = re.compile(r"[!-~]+")
_PATH = re.compile(r"[A-Za-z0-9._~/-]+")


def _certificate_url(named: str) -> str:
    """The URL to download, in its one normal form, so that it is fetched and remembered as it was checked."""
    if len(named) > URL_CHARACTERS:
        raise NotFromAlexa(Reason.URL_LONG)
    if not _PRINTABLE.fullmatch(named) or "\\" in named:  # urlsplit drops tabs and line ends; browsers turn \ into /
        raise NotFromAlexa(Reason.URL_CHARACTERS)
    try:
        parts = urlsplit(named)
    except ValueError as fault:  # a bracket that is no IPv6 address
        raise NotFromAlexa(Reason.URL_HOST) from fault
    if parts.scheme != "https":
        raise NotFromAlexa(Reason.URL_SCHEME)
    _check_server(parts.netloc)
    if "?" in named:
        raise NotFromAlexa(Reason.URL_QUERY)
    if "#" in named:
        raise NotFromAlexa(Reason.URL_FRAGMENT)
    return f"https://{CERTIFICATE_HOST}{_certificate_path(parts.path)}"


def _check_server(server: str) -> None:
    if "@" in server:
        raise NotFromAlexa(Reason.URL_USER)
    host, colon, port = server.partition(":")
    if host.lower() != CERTIFICATE_HOST:
        raise NotFromAlexa(Reason.URL_HOST)
    if colon and port != "443":
        raise NotFromAlexa(Reason.URL_PORT)


def _certificate_path(path: str) -> str:
    """A path without dots in it. Escapes and doubled slashes are refused: S3 would take them for other names."""
    if not _PATH.fullmatch(path):
        raise NotFromAlexa(Reason.URL_CHARACTERS if path else Reason.URL_PATH)
    normal = posixpath.normpath(path)
    if "//" in path:
        raise NotFromAlexa(Reason.URL_SLASHES)
    if not normal.startswith(CERTIFICATE_FOLDER):
        raise NotFromAlexa(Reason.URL_PATH)
    return normal


def _signature(signed: str) -> bytes:
    """The bytes of a signature that is base64 as it should be: no other characters, whole, its last bits zero."""
    try:
        signature = base64.b64decode(signed, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotFromAlexa(Reason.SIGNATURE_CODING) from fault
    if base64.b64encode(signature) != signed.encode():
        raise NotFromAlexa(Reason.SIGNATURE_CODING)
    return signature


# What was signed


def _envelope(body: bytes) -> dict[str, Any]:
    """The body as JSON that can be read in one way only."""
    try:
        envelope = _JSON.decode(body.decode())
    except UnicodeDecodeError as fault:
        raise NotFromAlexa(Reason.BODY_CODING) from fault
    except RecursionError as fault:
        raise NotFromAlexa(Reason.BODY_DEEP) from fault
    except ValueError as fault:
        raise NotFromAlexa(Reason.BODY_NOT_JSON) from fault
    if body.count(b"{") + body.count(b"[") > LEVELS and _deep(envelope):
        raise NotFromAlexa(Reason.BODY_DEEP)
    if not isinstance(envelope, dict):
        raise NotFromAlexa(Reason.BODY_NOT_OBJECT)
    return envelope


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ: of two that are the same, another reader might take the other."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotFromAlexa(Reason.BODY_TWICE)
    return made


def _no_constant(_name: str) -> NoReturn:
    """Python reads NaN and Infinity; JSON has neither."""
    raise NotFromAlexa(Reason.BODY_CONSTANT)


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def _deep(value: object) -> bool:
    """Whether it is nested too deeply for what walks through it later; without recursion, so at any depth."""
    level = [value]
    for _ in range(LEVELS):
        level = [item for holder in level for item in _items(holder)]
        if not level:
            return False
    return True


def _items(holder: object) -> Iterable[object]:
    return holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _check_time(envelope: Mapping[str, Any], now: datetime) -> None:
    """A request that was recorded cannot be sent again later. A skill event may be an hour old."""
    request = envelope.get("request")
    if not isinstance(request, dict):
        raise NotFromAlexa(Reason.REQUEST_MISSING)
    kind = request.get("type")
    if not isinstance(kind, str):
        raise NotFromAlexa(Reason.REQUEST_TYPE)
    age = (now - _moment(request.get("timestamp"))).total_seconds()
    allowed = SKILL_EVENT_SECONDS if kind in SKILL_EVENTS else TIMESTAMP_SECONDS
    if age > allowed:
        raise NotFromAlexa(Reason.TIME_OLD)
    if age < -allowed:
        raise NotFromAlexa(Reason.TIME_AHEAD)


def _moment(timestamp: object) -> datetime:
    if timestamp is None:
        raise NotFromAlexa(Reason.TIME_MISSING)
    if not isinstance(timestamp, str) or not _MOMENT.fullmatch(timestamp):
        raise NotFromAlexa(Reason.TIME_UNREADABLE)
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError as fault:  # a thirteenth month
        raise NotFromAlexa(Reason.TIME_UNREADABLE) from fault


def _skill(envelope: Mapping[str, Any]) -> str:
    """The skill that a request is meant for, which its context and its session must agree on."""
    named = {identity for path in _APPLICATIONS if (identity := _text_at(envelope, path)) is not None}
    if not named:
        raise NotFromAlexa(Reason.SKILL_MISSING)
    if len(named) > 1:
        raise NotFromAlexa(Reason.SKILL_TWO)
    return named.pop()


def _text_at(envelope: Mapping[str, Any], path: Iterable[str]) -> str | None:
    """A text, or None where the way to it ends; where something else stands in the way, nothing is guessed."""
    place: Any = envelope
    for key in path:
        if not isinstance(place, dict):
            raise NotFromAlexa(Reason.SKILL_TYPE)
        place = place.get(key)
        if place is None:
            return None
    if not isinstance(place, str):
        raise NotFromAlexa(Reason.SKILL_TYPE)
    return place
