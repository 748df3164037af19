"""The two faults of Amazon's SDK, cured in one place.

**It does not import.** flask-ask-sdk imports ask-sdk-webservice-support, that certvalidator, and that
oscrypto 1.3.0, which cannot read the version of OpenSSL from 3.0.10 on
(github.com/wbond/oscrypto/issues/78). All of it serves only the SDK's own RequestVerifier, and that is
never used: `alexa.verify` checks a request before the SDK sees it. So a placeholder takes certvalidator's
place for the length of the import; whoever would use it gets an exception.

**Its model dates from 2023.** A viewport, a resolution status or a reason for a session's end that it does
not know makes the whole request unreadable. `Reader` then reads it again without what the skill does not
use.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from types import ModuleType
from typing import Any, NoReturn

from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Request, RequestEnvelope, SessionEndedReason
from ask_sdk_model.slu.entityresolution import StatusCode

from skill.logs import note


class NotAnEnvelope(ValueError):
    """What came is no request of Alexa's at all: not JSON, or without a request of some type in it."""


def import_skill_adapter() -> Any:
    """The class flask_ask_sdk.skill_adapter.SkillAdapter, whatever version OpenSSL has."""
    with _placeholder():
        from flask_ask_sdk.skill_adapter import SkillAdapter

    return SkillAdapter


class _CertificateValidator:
    """Stands where the SDK's own verifier expects certvalidator's. It calls no certificate good."""

    def __init__(self, *_args: object, **_options: object) -> NoReturn:
        raise RuntimeError("requests are verified by skill.alexa.verify, never by the SDK")


@contextmanager
def _placeholder() -> Iterator[None]:
    unused = type("Unused", (Exception,), {})
    errors = _module("certvalidator.errors", ValidationError=unused, PathError=unused)
    package = _module("certvalidator", CertificateValidator=_CertificateValidator, errors=errors)
    stand_ins = {module.__name__: module for module in (package, errors)}
    before = {name: sys.modules[name] for name in stand_ins if name in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
        sys.modules.update(before)


def _module(name: str, **contents: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents)
    return module


class UnknownRequest(Request):
    """A request of a type that the SDK has never heard of."""

    def __init__(self, kind: str, request_id: str | None) -> None:
        """Only what every request has."""
        super().__init__(object_type=kind, request_id=request_id)


class Reader(DefaultSerializer):
    """The SDK's serializer, for a world that has moved on since 2023."""

    def deserialize(self, payload: str | None, obj_type: Any) -> Any:
        """Read JSON as one of the SDK's models. A RequestEnvelope is always read, if it is one at all.

        A request of a type that the SDK does not know becomes an UnknownRequest.

        Raises:
            NotAnEnvelope: it is not JSON, or holds no request of any type.
        """
        if obj_type is not RequestEnvelope:
            return super().deserialize(payload, obj_type)
        try:
            envelope = super().deserialize(payload, RequestEnvelope)
        except Exception as fault:  # the SDK raises of many kinds, from AttributeError to SerializationException
            envelope = self._again(payload, fault)
        return _checked(envelope)

    def _again(self, payload: str | None, fault: Exception) -> Any:
        """Read an envelope without what the skill does not use, and without what is not as it should be."""
        kept = _kept(_ENVELOPE, _json(payload)) or {}
        request = kept.get("request") or {}
        kind, name = request.get("type"), request.get("requestId")
        note(newer=type(fault).__name__)
        if kind in Request.discriminator_value_class_map:
            return super().deserialize(json.dumps(kept), RequestEnvelope)
        envelope = super().deserialize(json.dumps(kept | {"request": None}), RequestEnvelope)
        if kind is not None:
            envelope.request = UnknownRequest(kind, name)
        return envelope


def _json(payload: str | None) -> object:
    try:
        return json.loads(payload or "")
    except (ValueError, RecursionError) as fault:
        raise NotAnEnvelope("the body is not JSON") from fault


def _checked(envelope: Any) -> Any:
    """An envelope that has a request, and whose attributes are no deeper than ours can be."""
    if envelope is None or envelope.request is None:
        raise NotAnEnvelope("the body is no request of Alexa's: it has no request of any type")
    if envelope.session is not None and _deep(envelope.session.attributes, DEEPEST):
        envelope.session.attributes = {}
    return envelope


DEEPEST = 12
"""Levels of nesting in session attributes. The SDK copies them recursively and fails at some hundreds."""


def _deep(value: object, levels: int) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_deep(item, levels - 1) for item in items)


# What the skill uses of an envelope: objects and lists of them, and a check for each value.


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _one_of(names: type[Enum]) -> Callable[[object], bool]:
    values = {name.value for name in names}
    return lambda value: isinstance(value, str) and value in values


_ANY = "*"
"""Stands for every key of an object."""

_RESOLUTION = {"status": {"code": _one_of(StatusCode)}, "values": [{"value": {"name": _text, "id": _text}}]}

_SLOT = {"name": _text, "value": _text, "resolutions": {"resolutionsPerAuthority": [_RESOLUTION]}}

_SYSTEM = {
    "application": {"applicationId": _text},
    "user": {"userId": _text},
    "person": {"personId": _text},
    "device": {
        "deviceId": _text,
        "supportedInterfaces": {"Alexa.Presentation.APL": {"runtime": {"maxVersion": _text}}},
    },
}

_ENVELOPE = {
    "version": _text,
    "session": {
        "new": _flag,
        "sessionId": _text,
        "application": {"applicationId": _text},
        "user": {"userId": _text},
        "attributes": _object,
    },
    "context": {"System": _SYSTEM},
    "request": {
        "type": _text,
        "requestId": _text,
        "timestamp": _moment,
        "locale": _text,
        "reason": _one_of(SessionEndedReason),
        "intent": {"name": _text, "slots": {_ANY: _SLOT}},
    },
}


def _kept(shape: Any, value: Any) -> Any:
    """What of a value fits a shape; None when nothing does."""
    match shape:
        case dict():
            return _fields(shape, value) if isinstance(value, dict) else None
        case [inner]:
            return [kept for item in value if (kept := _kept(inner, item))] if isinstance(value, list) else None
        case _:
            return value if shape(value) else None


def _fields(shape: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    shapes = dict.fromkeys(value, shape[_ANY]) if _ANY in shape else shape
    found = {name: _kept(inner, value[name]) for name, inner in shapes.items() if name in value}
    return {name: kept for name, kept in found.items() if kept is not None}
