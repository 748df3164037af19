"""Whether a request comes from Alexa and is meant for this skill; decided by its bytes, before anything acts on them.

The rules are Amazon's (host-a-custom-skill-as-a-web-service.html, and its Python SDK's verifier), and a few are
stricter: docs/verification.md says which, and why. cryptography is imported only where a Verifier is made, so that
AWS Lambda and local mode, which verify no signatures, don't pay for it.
"""

import binascii
import logging
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from skill.alexa.envelope import NO_NUMBER, Envelope, NotAnEnvelope, Odd, read
from skill.alexa.refusals import NotFromAlexa, NoTrustRoots, Reason
from skill.library.limits import TIMESTAMP_SECONDS

__all__ = ["SIGNATURE_HEADERS", "NoTrustRoots", "NotFromAlexa", "Reason", "Verifier", "check_skill"]

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
    f"AlexaSkillEvent.Skill{what}"
    for what in ("Enabled", "Disabled", "PermissionChanged", "PermissionAccepted", "AccountLinked")
)
"""The types of request for which that holds. [A] the SDK's ALEXA_SKILL_EVENT_LIST."""

LEVELS = 100
"""Ours: levels of nesting in a body; the deepest part of Alexa's, what is on a screen, has about thirty."""


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
        from skill.alexa import certificates

        trust = certificates.Trust(certificates.trust_roots(trust_roots))
        self._chains = certificates.Chains(trust, fetch or certificates.download)
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
        self.admit(headers, body)

    def admit(self, headers: Mapping[str, str], body: bytes) -> Envelope:
        """The same, for whoever goes on with the request: gives it as it was read, so that it is read only once."""
        try:
            return self._admit(headers, body)
        except NotFromAlexa:
            raise
        except Exception as fault:  # a gate that fails stays shut
            log.exception("the check of a request failed")
            raise NotFromAlexa(Reason.UNEXPECTED) from fault

    def _admit(self, headers: Mapping[str, str], body: bytes) -> Envelope:
        url_header, signature_header = SIGNATURE_HEADERS
        named = _header(headers, url_header.lower(), Reason.URL_MISSING, Reason.URL_TWICE)
        signed = _header(headers, signature_header.lower(), Reason.SIGNATURE_MISSING, Reason.SIGNATURE_TWICE)
        url, signature = _certificate_url(named), _signature(signed)
        now = self._clock()
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
        if not self._chains.at(url, now).signed(body, signature):
            raise NotFromAlexa(Reason.SIGNATURE_WRONG)
        try:
            envelope, odd = read(body)
        except NotAnEnvelope as fault:
            raise NotFromAlexa(fault.reason) from fault
        if NO_NUMBER in odd:
            raise NotFromAlexa(Reason.BODY_CONSTANT)
        if body.count(b"{") + body.count(b"[") > LEVELS and _levels(body) > LEVELS:
            raise NotFromAlexa(Reason.BODY_DEEP)
        _check_time(envelope, odd, now)
        check_skill(envelope, odd, self._skill_ids)
        return envelope


def _system_clock() -> datetime:
    return datetime.now(UTC)


# The two headers


def _header(headers: Mapping[Any, Any], name: str, missing: Reason, twice: Reason) -> str:
    """The one value of a header. Neither a URL of Amazon's nor base64 has a comma: it joins what was sent twice."""
    values = [value for key, value in headers.items() if isinstance(key, str) and key.lower() == name]
    match values:
        case [str() as value] if value and "," not in value:
            return value
        case _ if not all(isinstance(value, str) for value in values):
            raise NotFromAlexa(Reason.HEADER_NOT_TEXT)
        case [] | [""]:
            raise NotFromAlexa(missing)
        case _:
            raise NotFromAlexa(twice)


_PRINTABLE = re.compile(r"[!-~]+")
_PATH = re.compile(r"[A-Za-z0-9._~/-]+")


@lru_cache(maxsize=16)  # each request names it anew, and nearly always the same
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
    if "@" in parts.netloc:
        raise NotFromAlexa(Reason.URL_USER)
    host, colon, port = parts.netloc.partition(":")
    if host.lower() != CERTIFICATE_HOST:
        raise NotFromAlexa(Reason.URL_HOST)
    if colon and port != "443":
        raise NotFromAlexa(Reason.URL_PORT)
    if "?" in named:
        raise NotFromAlexa(Reason.URL_QUERY)
    if "#" in named:
        raise NotFromAlexa(Reason.URL_FRAGMENT)
    return f"https://{CERTIFICATE_HOST}{_certificate_path(parts.path)}"


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
        signature = binascii.a2b_base64(signed)
    except ValueError as fault:  # binascii's own error is one
        raise NotFromAlexa(Reason.SIGNATURE_CODING) from fault
    if binascii.b2a_base64(signature, newline=False) != signed.encode():
        raise NotFromAlexa(Reason.SIGNATURE_CODING)
    return signature


# What was signed

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_BRACKET = re.compile(rb"[][{}]")


def _levels(body: bytes) -> int:
    """How deeply JSON is nested."""
    return max(accumulate(_STEP[bracket] for bracket in _BRACKET.findall(_TEXT.sub(b"", body))), default=0)


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _check_time(envelope: Envelope, odd: Odd, now: datetime) -> None:
    """A request that was recorded cannot be sent again later. A skill event may be an hour old."""
    request = envelope.request
    if request.sent is None and "request.timestamp" not in odd:
        raise NotFromAlexa(Reason.TIME_MISSING)
    sent = request.timestamp if _MOMENT.fullmatch(request.sent or "") else None
    if sent is None:
        raise NotFromAlexa(Reason.TIME_UNREADABLE)
    age = (now - sent).total_seconds()
    allowed = SKILL_EVENT_SECONDS if request.object_type in SKILL_EVENTS else TIMESTAMP_SECONDS
    if age > allowed:
        raise NotFromAlexa(Reason.TIME_OLD)
    if age < -allowed:
        raise NotFromAlexa(Reason.TIME_AHEAD)


_SKILL_ID_ODD = frozenset(
    (
        *("context", "context.System", "context.System.application", "context.System.application.applicationId"),
        *("session", "session.application", "session.application.applicationId"),
    )
)
"""The places where something else may stand in the way of a skill's id."""


def check_skill(envelope: Envelope, odd: Odd, skill_ids: frozenset[str]) -> None:
    """Return when a request is meant for one of these skills; its context and its session must agree on which.

    Raises:
        NotFromAlexa: it is not, or this cannot be told; where something odd stands in the way nothing is guessed.
    """
    if not odd.isdisjoint(_SKILL_ID_ODD):
        raise NotFromAlexa(Reason.SKILL_TYPE)
    applications = [place.application for place in (envelope.system, envelope.session) if place]
    named = {one.application_id for one in applications if one and one.application_id is not None}
    if not named:
        raise NotFromAlexa(Reason.SKILL_MISSING)
    if len(named) > 1:
        raise NotFromAlexa(Reason.SKILL_TWO)
    if named.isdisjoint(skill_ids):
        raise NotFromAlexa(Reason.SKILL_OTHER)
