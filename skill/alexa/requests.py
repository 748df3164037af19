"""A request becomes an event. A slot's value is our own id coming home; what was said is never parsed."""

from collections.abc import Mapping
from typing import Any

from ask_sdk_model import (
    IntentRequest,
    LaunchRequest,
    Request,
    SessionEndedReason,
    SessionEndedRequest,
)
from ask_sdk_model import Slot as Filled
from ask_sdk_model.slu.entityresolution import StatusCode

from skill.alexa.intents import BY_NAME, Slot
from skill.dialogue.events import UNKNOWN, Event, Said
from skill.library.limits import LARGEST_NUMBER


def event_of(request: Request) -> Event | None:
    """What happened, in the person's terms, or None for a request that is no turn of a conversation.

    An intent that the table lacks was not understood; a session that ended for no known reason was left.
    """
    match request:
        case LaunchRequest():
            return Said.OPEN
        case IntentRequest():
            return _of_intent(request.intent)
        case SessionEndedRequest():
            return _of_ending(request)
        case _:
            return None


def _of_ending(request: SessionEndedRequest) -> Event:
    """Whatever error ended it, the answer may not have been heard.

    Devices report sounds that they cannot use under more than one name, INTERNAL_SERVICE_ERROR among them
    ([R] https://github.com/VoxaAI/voxa/issues/68).
    """
    match request.reason:
        case SessionEndedReason.EXCEEDED_MAX_REPROMPTS:
            return Said.TIMED_OUT
        case SessionEndedReason.ERROR:
            return Said.FAILED
        case _:
            return Said.LEFT


def _of_intent(said: Any) -> Event:
    intent = BY_NAME.get(said.name) if said is not None else None
    if intent is None:
        return Said.NOT_UNDERSTOOD
    filled: Mapping[str, Filled | None] = said.slots or {}
    if isinstance(intent.event, Said):
        return intent.event
    return intent.event(**{name: _value(slot, filled.get(slot)) for name, slot in intent.slots.items()})


def _value(slot: Slot, filled: Filled | None) -> str | int | None:
    if filled is None:
        return None
    return _number(filled.value) if slot is Slot.NUMBER else _id(filled)


def _number(value: str | None) -> int | None:
    """AMAZON.NUMBER as digits; "?" and the like are what Alexa sends for a number that it did not hear."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > len(str(LARGEST_NUMBER)):
        return None
    return int(value)


def _id(filled: Filled) -> str | None:
    """The id of the first value that any authority is sure of; UNKNOWN for a name that none knows, None for none."""
    authorities = filled.resolutions.resolutions_per_authority if filled.resolutions else None
    for authority in authorities or ():
        if authority.status and authority.status.code is StatusCode.ER_SUCCESS_MATCH and authority.values:
            value = authority.values[0].value
            return value.id if value else None
    return UNKNOWN if filled.value else None
