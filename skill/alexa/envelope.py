"""Request envelopes into the SDK's models, and its models into JSON: all that passes between Alexa and the handler.

The SDK's own reader spends most of a hello world's time, much of it on parts that the skill never looks at. And its
model dates from 2023: a viewport, a resolution status or a reason for a session's end that it does not know makes the
whole request unreadable. Here each field is read by itself: what is not as it should be is as if it had not been sent,
and what nobody uses is not read. The models stay the SDK's, so everything else in it works on them.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import (
    Application,
    Context,
    Device,
    Intent,
    IntentRequest,
    LaunchRequest,
    Person,
    Request,
    RequestEnvelope,
    Session,
    SessionEndedError,
    SessionEndedErrorType,
    SessionEndedReason,
    SessionEndedRequest,
    Slot,
    SupportedInterfaces,
    User,
)
from ask_sdk_model.canfulfill import CanFulfillIntentRequest
from ask_sdk_model.interfaces.system import SystemState
from ask_sdk_model.slu.entityresolution import Resolution, Resolutions, Status, StatusCode, Value, ValueWrapper

from skill.library.limits import RESPONSE_BYTES

DEEPEST = 12
"""Levels of nesting in session attributes; ours have four."""

LARGEST = RESPONSE_BYTES // 2
"""Bytes of session attributes as JSON; ours have a few hundred. An answer may carry them back, beside what it says."""

Read = Callable[[Any], Any]
"""From a value in JSON to what the skill can use of it; None where that is nothing."""


class NotAnEnvelope(ValueError):
    """What came is no request of Alexa's at all: not JSON, or without a request of some type in it."""


class OtherRequest(Request):
    """A request of a type for which the skill has no use; the SDK may know it or not."""

    def __init__(self, kind: str, request_id: str | None, timestamp: datetime | None, locale: str | None) -> None:
        """Only what every request has."""
        super().__init__(object_type=kind, request_id=request_id, timestamp=timestamp, locale=locale)


class Serializer(DefaultSerializer):
    """The SDK's serializer, for a world that has moved on since 2023."""

    def deserialize(self, payload: str | None, obj_type: Any) -> Any:
        """Read JSON as one of the SDK's models. A RequestEnvelope is always read, if it is one at all.

        Raises:
            NotAnEnvelope: it is not JSON, or holds no request of any type.
        """
        if obj_type is not RequestEnvelope:
            return super().deserialize(payload, obj_type)
        return self.read(_plain(payload or ""))

    def read(self, plain: object) -> Any:
        """Read what was JSON as a RequestEnvelope, likewise.

        Raises:
            NotAnEnvelope: it holds no request of any type.
        """
        envelope = _ENVELOPE(plain)
        if envelope is None or envelope.request is None:
            raise NotAnEnvelope("the body is no request of Alexa's: it has no request of any type")
        if envelope.session and envelope.session.attributes is None:
            envelope.session.attributes = {}
        return envelope

    def serialize(self, obj: Any) -> Any:
        """A model of the SDK's as values that JSON knows, exactly as the SDK would have it."""
        kind: Any = type(obj)
        if kind in _ATOMS:
            return obj
        if kind is dict:
            return {key: value if type(value) in _ATOMS else self.serialize(value) for key, value in obj.items()}
        if kind is list:
            return [self.serialize(value) for value in obj]
        names = _names(kind)
        if names is None:
            return super().serialize(obj)
        found = ((name, getattr(obj, own)) for own, name in names)
        return {
            name: value if type(value) in _ATOMS else self.serialize(value)
            for name, value in found
            if value is not None
        }


_ATOMS = frozenset((str, bool, int, type(None)))


@cache
def _names(kind: Any) -> tuple[tuple[str, str], ...] | None:
    """A model's attributes, each by Python's name and by JSON's; None for what is no model."""
    types = getattr(kind, "deserialized_types", None)
    if types is None or issubclass(kind, Enum):
        return None
    names = getattr(kind, "attribute_map", {})
    return tuple((own, names.get(own, own)) for own in types)


# JSON


def _plain(payload: str) -> object:
    try:
        return _JSON.decode(payload)
    except (ValueError, RecursionError) as fault:
        raise NotAnEnvelope("the body is not JSON") from fault


def _finite(written: str) -> float | None:
    """Python reads 1e400 as infinity, which could not be written again."""
    number = float(written)
    return number if math.isfinite(number) else None


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None)


# Values


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    """A time; one with an offset that no place on Earth has is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment if moment and (moment.tzinfo is None or moment.utcoffset() is not None) else None
    except ValueError:
        return None


def _one_of(names: type[Enum]) -> Read:
    by_value = {name.value: name for name in names}
    return lambda value: by_value.get(value) if isinstance(value, str) else None


def _attributes(value: object) -> dict[str, Any]:
    """Session attributes; none where they could not be ours, because an answer could not carry them back."""
    if not isinstance(value, dict) or _deep(value):
        return {}
    try:
        return _Received(value) if len(json.dumps(value, allow_nan=False)) <= LARGEST else {}
    except ValueError:  # an infinite number, which Lambda's own reader lets through
        return {}


class _Received(dict[str, Any]):
    """Session attributes as they came. The SDK would copy them for whoever changes them; the skill only reads them."""

    def __deepcopy__(self, memo: object) -> "_Received":
        return self


def _deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for holder in level
            for inner in (holder.values() if isinstance(holder, dict) else holder)  # type: ignore[attr-defined]
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


# Models


def _model(kind: type[Any], **fields: Read) -> Read:
    """Reads an object as one of the SDK's models: the fields named, as Python names them, and no others."""
    names = kind.attribute_map
    readers = tuple((own, names[own], read) for own, read in fields.items())

    def read(value: object) -> Any:
        if not isinstance(value, dict):
            return None
        return kind(**{own: read(value[name]) for own, name, read in readers if name in value})

    return read


def _list_of(inner: Read) -> Read:
    def read(value: object) -> Any:
        return [found for item in value if (found := inner(item))] if isinstance(value, list) else None

    return read


def _dict_of(inner: Read) -> Read:
    def read(value: object) -> Any:
        return {key: inner(item) for key, item in value.items()} if isinstance(value, dict) else None

    return read


_VALUE = _model(ValueWrapper, value=_model(Value, name=_text, id=_text))

_RESOLUTION = _model(Resolution, status=_model(Status, code=_one_of(StatusCode)), values=_list_of(_VALUE))

_SLOT = _model(
    Slot, name=_text, value=_text, resolutions=_model(Resolutions, resolutions_per_authority=_list_of(_RESOLUTION))
)

_INTENT = _model(Intent, name=_text, slots=_dict_of(_SLOT))

_APPLICATION = _model(Application, application_id=_text)

_USER = _model(User, user_id=_text)


def _apl(value: object) -> Any:
    """A screen's own language. Imported late: the SDK has it in 75 modules, and most devices have no screen."""
    from ask_sdk_model.interfaces.alexa.presentation.apl import AlexaPresentationAplInterface

    return AlexaPresentationAplInterface() if isinstance(value, dict) else None


_DEVICE = _model(Device, device_id=_text, supported_interfaces=_model(SupportedInterfaces, alexa_presentation_apl=_apl))

_SYSTEM = _model(
    SystemState,
    application=_APPLICATION,
    user=_USER,
    person=_model(Person, person_id=_text),
    device=_DEVICE,
    api_endpoint=_text,
    api_access_token=_text,
)

_SESSION = _model(Session, new=_flag, session_id=_text, application=_APPLICATION, user=_USER, attributes=_attributes)

_ALWAYS: Mapping[str, Read] = {"request_id": _text, "timestamp": _moment, "locale": _text}

_REQUESTS: Mapping[str, Read] = {
    "LaunchRequest": _model(LaunchRequest, **_ALWAYS),
    "IntentRequest": _model(IntentRequest, **_ALWAYS, intent=_INTENT),
    "CanFulfillIntentRequest": _model(CanFulfillIntentRequest, **_ALWAYS, intent=_INTENT),
    "SessionEndedRequest": _model(
        SessionEndedRequest,
        **_ALWAYS,
        reason=_one_of(SessionEndedReason),
        error=_model(SessionEndedError, object_type=_one_of(SessionEndedErrorType), message=_text),
    ),
}
"""What is read of each type of request that means something to the skill."""


def _request(value: object) -> Request | None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str):
        return None
    read = _REQUESTS.get(kind, _other(kind))
    request: Request = read(value)
    return request


def _other(kind: str) -> Read:
    return lambda value: OtherRequest(
        kind, _text(value.get("requestId")), _moment(value.get("timestamp")), _text(value.get("locale"))
    )


_ENVELOPE = _model(
    RequestEnvelope, version=_text, session=_SESSION, context=_model(Context, system=_SYSTEM), request=_request
)
