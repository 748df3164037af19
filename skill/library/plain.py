"""Our frozen values as plain JSON, and back from JSON that may be old or damaged.

What a value's class says of its fields is all that is needed, so a new field travels and is remembered by itself.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cache
from itertools import islice
from threading import Lock
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import to_builtins

from skill.library.values import LARGEST, LONGEST, MOST, Value, fields

DEEPEST = 6
"""Levels of nesting in what another release has put beside our values, and this one takes along unread."""

UNKNOWN = 20_000
"""Characters of it as JSON, in one value and all that is in it. Where there is more, none is taken along."""

V = TypeVar("V", bound=Value)


class Damaged(ValueError):
    """A value that cannot be made sense of."""


def to_plain(value: Value) -> dict[str, Any]:
    """A value, and all that is in it, as objects, lists, texts, numbers, booleans and nulls."""
    plain: dict[str, Any] = _with_lists(to_builtins(value))
    return plain


def _with_lists(plain: Any) -> Any:
    """The same as JSON would give it back, so that the two can be compared; objects are changed in place."""
    if type(plain) is not dict:
        return [_with_lists(item) if type(item) in _NESTED else item for item in plain]
    for name, item in plain.items():
        if type(item) in _NESTED:
            plain[name] = _with_lists(item)
    return plain


_NESTED = frozenset((dict, tuple))


def to_plain_sparsely(value: Value) -> dict[str, Any]:
    """A value whose every field has a default, without the fields that are as they are by default."""
    changed = {name: given for name, usual in _usual(type(value)) if (given := getattr(value, name)) != usual}
    plain: dict[str, Any] = _with_lists(to_builtins(changed))
    return plain


@cache
def _usual(kind: type[Value]) -> tuple[tuple[str, object], ...]:
    usual = kind()
    return tuple((field.name, getattr(usual, field.name)) for field in fields(kind))


_first, _prepared = Lock(), set[Any]()


def convert(value: object, kind: Any, *, from_attributes: bool = False) -> Any:
    """What msgspec makes of a plain value, or of any object by its attributes. Raises ValueError where it does not fit.

    msgspec 0.22 looks a kind over when it is first read, and ends the process where two threads do so at once; so the
    first time is one thread's alone.
    """
    if kind not in _prepared:
        with _first:
            with suppress(ValueError):  # nothing is no value; but then it was looked over
                msgspec.convert(None, kind)
            _prepared.add(kind)
    return msgspec.convert(value, kind, from_attributes=from_attributes)


def from_plain(kind: type[V], value: object) -> V:
    """A value from what `to_plain` made of it, perhaps in another release, perhaps damaged since.

    A damaged field takes its default; what has no default makes the value around it damaged. A number out of
    range becomes the nearest legal one, and a field that nobody knows is left out; `with_unknown` keeps it.

    Raises:
        Damaged: a field without a default is damaged. Never, when every field has one.
    """
    with suppress(ValueError):
        whole: V = convert(value, kind)
        return whole
    # rare, so it may be slow: part by part
    salvaged: V | None = _salvaged_fields(kind, value if isinstance(value, dict) else {})
    if salvaged is None:
        raise Damaged(f"not what was expected: {value!r:.80}")
    return salvaged


def _salvaged(kind: Any, value: object) -> Any:
    """As much of a value of any kind as is whole; None where nothing is, or where None is meant, which is a default."""
    with suppress(ValueError):
        return convert(value, kind)
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    match get_origin(kind) or kind, get_args(kind):
        case (origin, (first, _)) if origin in (Union, UnionType):
            return _salvaged(first, value)  # X | None, and it is not None
        case (origin, (key, item)) if origin is Mapping and isinstance(value, dict):
            pairs = ((name, _salvaged(item, raw)) for name, raw in value.items() if _salvaged(key, name) is not None)
            return dict(islice((pair for pair in pairs if pair[1] is not None), MOST))
        case (origin, (item, _)) if origin is tuple and isinstance(value, list | tuple):
            parts = (_salvaged(item, raw) for raw in value)
            return tuple(islice((part for part in parts if part is not None), MOST))
        case (plain, ()) if plain is int:
            return _nearest_number(value)
        case (own, ()) if isinstance(own, type) and issubclass(own, Value) and isinstance(value, dict):
            return _salvaged_fields(own, value)
    return None


def _salvaged_fields(kind: type[Any], value: dict[str, object]) -> Any:
    parts = {field.name: _salvaged(field.type, value[field.name]) for field in fields(kind) if field.name in value}
    try:
        return kind(**{name: part for name, part in parts.items() if part is not None})
    except TypeError:  # one without a default is missing
        return None


def _nearest_number(value: object) -> int | None:
    """A whole number; stores may hand numbers back as floats or decimals."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):  # not a number, or infinite
            return max(-LARGEST, min(int(value), LARGEST)) if int(value) == value else None
    return None


def with_unknown(kind: type[Value], plain: dict[str, Any], before: object) -> dict[str, Any]:
    """A plain value, with the fields that another release has put into the value that it was made from.

    They survive in values at any depth, also in those that a mapping has under the same key; not in lists, because
    nothing tells which item is which. Only what JSON and every store can hold is taken along, and only so much.

    Args:
        kind: the value's class.
        plain: what `to_plain` made of one, perhaps with more beside it.
        before: the plain value that it was made from.

    Returns:
        The value with them; `plain` itself, where there are none.
    """
    found: dict[str, Any] = _with_unknown(kind, plain, before)
    return found if found is plain or len(json.dumps(found)) <= len(json.dumps(plain)) + UNKNOWN else plain


def _with_unknown(kind: Any, plain: Any, before: object) -> Any:
    if not (kind and isinstance(plain, dict) and isinstance(before, dict)):
        return plain
    is_value = isinstance(kind, type)
    inside = _holders_in(kind) if is_value else dict.fromkeys(plain, _holder(get_args(kind)[1]))
    changed = {}
    for name, inner in inside.items():
        if inner and name in before:
            taken = _with_unknown(inner, plain[name], before[name])
            if taken is not plain[name]:
                changed[name] = taken
    if is_value:
        unknown = {name: value for name, value in before.items() if name not in plain and name not in inside}
        changed |= {name: value for name, value in unknown.items() if _is_sound({name: value}, DEEPEST + 1)}
    return plain | changed if changed else plain


@cache
def _holder(kind: Any) -> Any:
    """What may hold fields that are unknown here: a value's class, or a mapping to such; None for any other type."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = get_args(kind)[0]
    if get_origin(kind) is Mapping:
        return kind if _holder(get_args(kind)[1]) else None
    return kind if isinstance(kind, type) and issubclass(kind, Value) else None


@cache
def _holders_in(kind: type[Value]) -> Mapping[str, Any]:
    return {field.name: _holder(field.type) for field in fields(kind)}


def _is_sound(value: object, depth: int) -> bool:
    """Whether JSON and every store can hold it, and it is no larger than anything of ours."""
    match value:
        case bool() | None:
            return True
        case int() | float():
            return value == 0 or 1 / LARGEST <= abs(value) <= LARGEST
        case str():
            return len(value) <= LONGEST and not any("\ud800" <= letter <= "\udfff" for letter in value)
        case list():
            return depth > 0 and len(value) <= MOST and all(_is_sound(item, depth - 1) for item in value)
        case dict():
            keys = all(isinstance(key, str) and _is_sound(key, 0) for key in value)
            return keys and _is_sound(list(value.values()), depth)
        case _:
            return False
