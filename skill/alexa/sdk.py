"""Where the SDK needs a cure: its Flask adapter cannot be imported, and its serializer cannot read what is new.

flask-ask-sdk imports ask-sdk-webservice-support, that certvalidator, and that oscrypto 1.3.0, which cannot read the
version of OpenSSL from 3.0.10 on (github.com/wbond/oscrypto/issues/78). All of it serves only the SDK's own
RequestVerifier, and that is never used: `alexa.verify` checks a request before the SDK sees it. So a placeholder takes
certvalidator's place for the length of the import; whoever would use it gets an exception.

The SDK's models date from 2023: a viewport, a resolution status or a reason for a session's end that they do not know
makes the whole request unreadable. So it is given our own `Envelope` in place of its RequestEnvelope.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, NoReturn, TypeVar

import msgspec
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope

from skill.alexa.envelope import Envelope, read

T = TypeVar("T")

_at_the_door: ContextVar[Envelope | None] = ContextVar("at_the_door", default=None)
"""The request that this thread is busy with, as it was read and checked at the door."""


def handing_on(envelope: Envelope, dispatch: Callable[[], T]) -> T:
    """Have an adapter of the SDK's answer the request that was read from the bytes which the adapter holds.

    An adapter reads them for itself. So that nothing is checked on one reading and acted upon by another, the
    `Serializer` gives it this one.
    """
    token = _at_the_door.set(envelope)
    try:
        return dispatch()
    finally:
        _at_the_door.reset(token)


class Serializer(DefaultSerializer):
    """The SDK's serializer, for a world that has moved on since 2023."""

    def deserialize(self, payload: str | None, obj_type: Any) -> Any:
        """Read JSON as one of the SDK's models, or for a RequestEnvelope as an `Envelope`.

        Raises:
            NotAnEnvelope: it is not JSON, or holds no request of any type.
        """
        if obj_type is not RequestEnvelope:
            return super().deserialize(payload, obj_type)
        return _at_the_door.get() or read(payload or "")[0]

    def serialize(self, obj: Any) -> Any:
        """A model of the SDK's as values that JSON knows, exactly as the SDK would have it."""
        return msgspec.to_builtins(obj, enc_hook=self._of_model)

    def _of_model(self, model: Any) -> Any:
        names = _names(model.__class__)
        if names is None:
            return super().serialize(model)
        return {name: value for own, name in names if (value := getattr(model, own)) is not None}


@cache
def _names(kind: Any) -> tuple[tuple[str, str], ...] | None:
    """A model's attributes, each by Python's name and by JSON's; None for what is no model."""
    types = getattr(kind, "deserialized_types", None)
    if types is None or issubclass(kind, Enum):
        return None
    return tuple((own, kind.attribute_map.get(own, own)) for own in types)


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
