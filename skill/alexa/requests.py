"""A request becomes an event, and a few facts for the log.

A slot's value is our own id coming home; what was said is never parsed, and never logged.
"""

import re
from collections.abc import Mapping

import ask_sdk_model
from ask_sdk_model import SessionEndedErrorType, SessionEndedReason

from skill.alexa import envelope
from skill.alexa.envelope import Request
from skill.alexa.intents import BY_NAME, Slot
from skill.dialogue.events import UNKNOWN, Event, Said
from skill.library.limits import LARGEST_NUMBER


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
            return _of_ending(request.reason)
        case _:
            return None


def _of_ending(reason: str | None) -> Event:
    """Whatever error ended it, the answer may not have been heard.

    Devices report sounds that they cannot use under more than one name, INTERNAL_SERVICE_ERROR among them
    ([R] https://github.com/VoxaAI/voxa/issues/68).
    """
    match reason:
        case "EXCEEDED_MAX_REPROMPTS":
            return Said.TIMED_OUT
        case "ERROR":
            return Said.FAILED
        case _:
            return Said.LEFT


def _of_intent(said: envelope.Intent | None) -> Event:
    intent = BY_NAME.get(said.name or "") if said else None
    if said is None or intent is None:
        return Said.NOT_UNDERSTOOD
    filled: Mapping[str, envelope.Slot | None] = said.slots or {}
    if isinstance(intent.event, Said):
        return intent.event
    return intent.event(**{name: _value(slot, filled.get(slot)) for name, slot in intent.slots.items()})


def _value(slot: Slot, filled: envelope.Slot | None) -> str | int | None:
    if filled is None:
        return None
    return _number(filled.value) if slot is Slot.NUMBER else _id(filled)


def _number(value: str | None) -> int | None:
    """AMAZON.NUMBER as digits; "?" and the like are what Alexa sends for a number that it did not hear."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > len(str(LARGEST_NUMBER)):
        return None
    return int(value)


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
    match kind:
        case "IntentRequest":
            facts["intent"] = request.intent.name if request.intent and request.intent.name in BY_NAME else OTHER
        case "SessionEndedRequest":
            facts["ended"] = request.reason if request.reason in _REASONS else OTHER
            if request.error and request.error.object_type in _ERRORS:
                facts["error"] = request.error.object_type
        case _:
            pass
    return facts
