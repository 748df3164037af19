"""What Alexa sends, as far as the skill uses it: read once, for whoever checks it and for whoever acts on it.

A request that is as Alexa documents it is read by msgspec in one step. Where anything is not, each field is read by
itself: what is not as it should be is as if it had not been sent, so that whoever is newer than this skill is answered.
What nobody uses is not read at all. Fields have the names that they have in the SDK's models, so that the SDK takes an
Envelope for its own RequestEnvelope, and its documentation holds for both.
"""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from skill.alexa.refusals import Reason
from skill.dialogue.session import Session as Conversation
from skill.library.limits import RESPONSE_BYTES
from skill.library.plain import from_plain, to_plain_sparsely
from skill.library.values import Value, field, force_setattr

KEY = "hip_coach"
"""The session attribute that holds the conversation."""

VERSION = 1
"""Of what is in it. Rises when an older session would be misread, and then `session_of` says how to read that one."""

DEEPEST = 12
"""Levels of nesting in session attributes; ours have four."""

LARGEST = RESPONSE_BYTES // 2
"""Bytes of session attributes as JSON; ours have a few hundred. An answer may carry them back, beside what it says."""

NO_NUMBER = "NaN"
"""Stands among the odd places for a number that JSON does not know."""


class NotAnEnvelope(ValueError):
    """What came is no request of Alexa's at all: not JSON, or without a request of some type in it."""

    def __init__(self, told: str, reason: Reason) -> None:
        super().__init__(told)
        self.reason = reason


# The parts. Each may be missing, and so may each of their fields.


class Part(Value, frozen=True, rename="camel"):
    """A part of a request."""


class _Value(Part):
    id: str | None = None


class _ValueWrapper(Part):
    value: _Value | None = None


class _Status(Part):
    code: str | None = None


class _Resolution(Part):
    status: _Status | None = None
    values: tuple[_ValueWrapper, ...] | None = None


class _Resolutions(Part):
    resolutions_per_authority: tuple[_Resolution, ...] | None = None


class Slot(Part):
    """What was said for a slot, and which of our own values each authority took it for."""

    value: str | None = None
    resolutions: _Resolutions | None = None


class Intent(Part):
    """What Alexa took somebody to mean."""

    name: str | None = None
    slots: dict[str, Slot | None] | None = None


class _SessionEndedError(Part):
    object_type: str | None = field(default=None, name="type")


class Request(Part):
    """What happened. The fields that only some types have are looked at only where the type is such a one."""

    object_type: str = field(name="type")
    request_id: str | None = None
    sent: str | None = field(default=None, name="timestamp")
    locale: str | None = None
    intent: Intent | None = None
    reason: str | None = None
    error: _SessionEndedError | None = None

    @property
    def timestamp(self) -> datetime | None:
        """When it was sent; one with an offset that no place on Earth has is none."""
        return _moment(self.sent) if self.sent else None


@lru_cache(maxsize=16)  # whoever checks it, orders it and acts on it asks
def _moment(sent: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(sent)
        return moment if moment.tzinfo is None or moment.utcoffset() is not None else None
    except ValueError:
        return None


class _Application(Part):
    application_id: str | None = None


class _User(Part):
    user_id: str | None = None


class _Person(Part):
    person_id: str | None = None


class _Screen(Part):
    """That a device has one; what it can do is not looked at."""


class _SupportedInterfaces(Part):
    alexa_presentation_apl: _Screen | None = field(default=None, name="Alexa.Presentation.APL")


class _Device(Part):
    device_id: str | None = None
    supported_interfaces: _SupportedInterfaces | None = None


class System(Part):
    """Who asks, by which device, and how Alexa's settings are asked for."""

    application: _Application | None = None
    user: _User | None = None
    person: _Person | None = None
    device: _Device | None = None
    api_endpoint: str | None = None
    api_access_token: str | None = None


class _Context(Part):
    system: System | None = field(default=None, name="System")


class Session(Part):
    """A session, with the attributes that the last answer gave it; none where they could not be ours."""

    new: bool | None = None
    session_id: str | None = None
    application: _Application | None = None
    user: _User | None = None
    attributes: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "attributes", _usable(self.attributes))


class Envelope(Part, weakref=True):
    """A whole request."""

    request: Request
    session: Session | None = None
    context: _Context | None = None

    @property
    def system(self) -> System | None:
        """Who asks, in the context."""
        return self.context.system if self.context else None


class _Received(dict[str, Any]):
    """Session attributes as they came. The SDK would copy them for whoever changes them; the skill only reads them."""

    def __deepcopy__(self, memo: object) -> "_Received":
        return self


def _usable(attributes: dict[str, Any] | None) -> _Received:
    """Attributes that an answer could carry back."""
    return _Received(attributes) if attributes and not _is_deep(attributes) and _is_short(attributes) else _Received()


def _is_deep(attributes: dict[str, Any]) -> bool:
    level: list[Any] = [attributes]
    for _ in range(DEEPEST):
        parts = (one.values() if isinstance(one, dict) else one for one in level)
        level = [part for inner in parts for part in inner if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _is_short(attributes: dict[str, Any]) -> bool:
    """Whether they are in ASCII, which is the longest form that they can have: six times the shortest at most."""
    with suppress(UnicodeEncodeError, OverflowError):  # half a pair of surrogates, or a number beyond 64 bits
        if 6 * len(msgspec.json.encode(attributes)) <= LARGEST:
            return True
    return len(json.dumps(attributes)) <= LARGEST


# Reading


Odd = frozenset[str]
"""The places where something was not as Alexa documents it, such as "context.System.user"."""


def read(body: bytes | str) -> tuple[Envelope, Odd]:
    """A request from its JSON, and what in it was as if it had not been sent. Of two equal keys, the later one counts.

    Raises:
        NotAnEnvelope: it is not JSON, or holds no request of any type.
    """
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError as fault:
        raise NotAnEnvelope("The body is not UTF-8", Reason.BODY_CODING) from fault
    try:
        return _AS_DOCUMENTED.decode(text), frozenset()
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return _field_by_field(text)


_AS_DOCUMENTED = msgspec.json.Decoder(Envelope)


def _field_by_field(text: str) -> tuple[Envelope, Odd]:
    odd: set[str] = set()

    def constant(_name: str) -> None:
        odd.add(NO_NUMBER)

    try:
        plain = json.loads(text, parse_float=_finite, parse_constant=constant)
    except (ValueError, RecursionError) as fault:
        deep = isinstance(fault, RecursionError)
        raise NotAnEnvelope("the body is not JSON", Reason.BODY_DEEP if deep else Reason.BODY_NOT_JSON) from fault
    match plain:
        case {"request": {"type": str()}}:
            envelope: Envelope = _tolerant(msgspec.inspect.type_info(Envelope), plain, "", odd)
            return envelope, frozenset(odd)
        case {"request": dict()}:
            reason = Reason.REQUEST_TYPE
        case dict():
            reason = Reason.REQUEST_MISSING
        case _:
            reason = Reason.BODY_NOT_OBJECT
    raise NotAnEnvelope("the body is no request of Alexa's: it has no request of any type", reason)


def _finite(written: str) -> float | None:
    """Python reads 1e400 as infinity, which could not be written again."""
    number = float(written)
    return number if math.isfinite(number) else None


def _tolerant(kind: msgspec.inspect.Type, value: object, place: str, odd: set[str]) -> Any:
    """A value of that kind, or None, and then the place is added to the odd ones."""
    match kind, value:
        case msgspec.inspect.UnionType(types=types), _:  # something or None
            return None if value is None else _tolerant(types[0], value, place, odd)
        case msgspec.inspect.StructType(cls=part, fields=fields), dict():
            under = f"{place}." if place else ""
            found = {
                one.name: _tolerant(one.type, value[one.encode_name], under + one.encode_name, odd)
                for one in fields
                if one.encode_name in value
            }
            return part(**found)
        case msgspec.inspect.VarTupleType(item_type=inner), list():
            return tuple(read for item in value if (read := _tolerant(inner, item, place, odd)) is not None)
        case msgspec.inspect.DictType(value_type=inner), dict():
            return {key: _tolerant(inner, item, f"{place}.{key}", odd) for key, item in value.items()}
        case (msgspec.inspect.StrType(), str()) | (msgspec.inspect.BoolType(), bool()) | (msgspec.inspect.AnyType(), _):
            return value
        case _:
            odd.add(place)
            return None


# The conversation in a session's attributes: nothing of it is believed when it comes back


def attributes_of(session: Conversation) -> dict[str, object]:
    """The session attributes that carry a conversation. What is as in a fresh one does not travel."""
    return {KEY: {"version": VERSION, **to_plain_sparsely(session)}}


def session_of(attributes: Mapping[str, object] | None) -> Conversation:
    """The conversation that attributes carry; whatever is damaged in it is as in a fresh one. Never raises."""
    return from_plain(Conversation, attributes.get(KEY) if isinstance(attributes, dict) else None)
