"""A request becomes an event, and a few facts for the log.

A slot's value is our own id coming home; what was said is never parsed, and never logged.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import ask_sdk_model
from ask_sdk_model import SessionEndedErrorType, SessionEndedReason

from skill.alexa import envelope
from skill.alexa.envelope import Request
from skill.alexa.intents import BY_NAME, Slot
from skill.dialogue.events import UNKNOWN, Event, Said
from skill.library.limits import LARGEST_NUMBER

_ENDINGS = {"EXCEEDED_MAX_REPROMPTS": Said.TIMED_OUT, "ERROR": Said.FAILED}
"""Whatever error ended a session, the answer may not have been heard.

Devices report sounds that they cannot use under more than one name, INTERNAL_SERVICE_ERROR among them
([R] https://github.com/VoxaAI/voxa/issues/68).
"""


_SENSIBLE_YEARS = range(2000, 3001)
"""Times beyond these are from a device gone wrong, and could fall off the calendar in another time zone."""


def sent_at(request: Request) -> datetime | None:
    """A request's own time, in UTC, as one without a zone is. None for none, and for one outside all sense."""
    sent = request.timestamp
    if sent is None or sent.year not in _SENSIBLE_YEARS:
        return None
    return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)


def event_of(request: Request) -> Event | None:
    """What happened, in the person's terms, or None for a request that is no turn of a conversation.

    An intent that the table lacks was not understood; a session that ended for no known reason was left.
    """
    match request.object_type:
        case "LaunchRequest":
            return Said.OPEN
        case "IntentRequest":
            return _of_intent(request.intent)
        case "SessionEndedRequest":
            return _ENDINGS.get(request.reason or "", Said.LEFT)
        case _:
            return None


def _of_intent(said: envelope.Intent | None) -> Event:
    intent = BY_NAME.get(said.name or "") if said else None
    if said is None or intent is None:
        return Said.NOT_UNDERSTOOD
    if isinstance(intent.event, Said):
        return intent.event
    filled: Mapping[str, envelope.Slot | None] = said.slots or {}
    return intent.event(**{name: _value(slot, filled.get(slot)) for name, slot in intent.slots.items()})


def _value(slot: Slot, filled: envelope.Slot | None) -> str | int | None:
    if filled is None:
        return None
    if slot is not Slot.NUMBER:
        return _id(filled)
    value = filled.value or ""  # digits; "?" and the like are what Alexa sends for a number that it did not hear
    return int(value) if value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_NUMBER)) else None


def _id(filled: envelope.Slot) -> str | None:
    """The id of the first value that any authority is sure of; UNKNOWN for a name that none knows, None for none."""
    authorities = filled.resolutions.resolutions_per_authority if filled.resolutions else None
    for authority in authorities or ():
        if authority.status and authority.status.code == "ER_SUCCESS_MATCH" and authority.values:
            value = authority.values[0].value
            return value.id if value else None
    return UNKNOWN if filled.value else None


# The facts

OTHER = "other"
"""Stands in the log for a name that is none of Alexa's and none of ours, and so could be anything."""

_ID = re.compile(r"amzn1\.echo-api\.request\.[\w.-]{1,80}")
"""[A] the request ids in request-and-response-json-reference.html."""

_TYPES = frozenset(ask_sdk_model.Request.discriminator_value_class_map)
_REASONS = frozenset(reason.value for reason in SessionEndedReason)
_ERRORS = frozenset(kind.value for kind in SessionEndedErrorType)


def facts_of(request: Request) -> dict[str, object]:
    """A request's id, its type, its intent, and why the session ended, each in a word that is known beforehand."""
    kind = request.object_type
    facts: dict[str, object] = {
        "request": request.request_id if _ID.fullmatch(request.request_id or "") else OTHER,
        "type": kind if kind in _TYPES else OTHER,
    }
    if kind == "IntentRequest":
        facts["intent"] = request.intent.name if request.intent and request.intent.name in BY_NAME else OTHER
    if kind == "SessionEndedRequest":
        facts["ended"] = request.reason if request.reason in _REASONS else OTHER
        if request.error and request.error.object_type in _ERRORS:
            facts["error"] = request.error.object_type
    return facts
