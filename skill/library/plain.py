"""Our frozen values as plain JSON, and back from JSON that may be old or damaged.

What a dataclass says of its fields is all that is needed, so a new field travels and is remembered by itself.
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import islice
from types import NoneType, UnionType
from typing import Any, NoReturn, TypeVar, cast, get_args, get_origin, get_type_hints

LARGEST = 10**11
"""No whole number of ours is further from 0; the largest are seconds since 1970."""

LONGEST = 200
"""No text of ours is longer; the longest are names of exercises and routines."""

MOST = 200
"""No list or mapping of ours has more items; the longest have one for each exercise. What is beyond is left out."""

DEEPEST = 6
"""Levels of nesting in what another release has put beside our values, and this one takes along unread."""

UNKNOWN = 20_000
"""Characters of it as JSON, in one value and all that is in it. Where there is more, none is taken along."""

T = TypeVar("T")
Read = Callable[[object], Any]
Take = Callable[[Any, object], Any]
"""From a plain value and the one that it was made from to the value with all that is unknown in the other."""


class Damaged(ValueError):
    """A value that cannot be made sense of."""


def to_plain(value: Any) -> Any:
    """A dataclass, and all that is in it, as objects, lists, texts, numbers, booleans and nulls."""
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict:
        return {key: item if type(item) in _AS_THEY_ARE else to_plain(item) for key, item in value.items()}
    if kind is tuple:
        return [to_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return {name: to_plain(getattr(value, name)) for name in _names(kind)}


_AS_THEY_ARE = frozenset((str, int, bool, NoneType))


def to_plain_sparsely(value: Any) -> dict[str, Any]:
    """A dataclass whose every field has a default, without the fields that are as they are by default."""
    kind: Any = type(value)
    usual = _usual(kind)
    found = ((name, getattr(value, name)) for name in usual)
    return {name: to_plain(field) for name, field in found if field != usual[name]}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _usual(kind: Any) -> Mapping[str, object]:
    usual = kind()
    return {name: getattr(usual, name) for name in _names(kind)}


def from_plain(kind: type[T], value: object) -> T:
    """A dataclass from what `to_plain` made of it, perhaps in another release, perhaps damaged since.

    A damaged field takes its default; what has no default makes the value around it damaged. A number out of
    range becomes the nearest legal one, and a field that nobody knows is left out; `with_unknown` keeps it.

    Raises:
        Damaged: a field without a default is damaged. Never, when every field has one.
        TypeError: the dataclass has a field of a kind that is not supported; says so for any value.
    """
    read: Callable[[object], T] = _reader(cast(Hashable, kind))
    return read(value if isinstance(value, dict) else {})


def with_unknown(kind: type, plain: dict[str, Any], before: object) -> dict[str, Any]:
    """A plain dataclass, with the fields that another release has put into the value that it was made from.

    They survive in dataclasses at any depth, also in those that a mapping has under the same key; not in lists, because
    nothing tells which item is which. Only what JSON and every store can hold is taken along, and only so much.

    Args:
        kind: the dataclass.
        plain: what `to_plain` made of one, perhaps with more beside it.
        before: the plain value that it was made from.

    Returns:
        The value with them; `plain` itself, where there are none.
    """
    found: dict[str, Any] = _taker(kind)(plain, before)
    return found if found is plain or len(json.dumps(found)) <= len(json.dumps(plain)) + UNKNOWN else plain


@cache
def _taker(kind: Any) -> Take:
    """The function that takes along what is unknown in one kind of value; made once from its type."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _taker_of_fields(kind)
    match get_origin(kind) or kind, get_args(kind):
        case (origin, (first, second)) if origin is UnionType and second is NoneType:
            return _taker(first)
        case (origin, (_, item)) if origin is Mapping and _taker(item) is not _nothing_of:
            return _taker_of_items(_taker(item))
        case _:
            return _nothing_of


def _nothing_of(plain: Any, before: object) -> Any:
    return plain


def _taker_of_fields(kind: type) -> Take:
    hints = get_type_hints(kind)
    known = {name: _taker(hints[name]) for name in _names(kind)}
    nested = {name: take for name, take in known.items() if take is not _nothing_of}

    def take(plain: Any, before: object) -> Any:
        if not isinstance(plain, dict) or not isinstance(before, dict):
            return plain
        taken = {name: inner(plain[name], before[name]) for name, inner in nested.items() if name in before}
        changed = {name: value for name, value in taken.items() if value is not plain[name]}
        unknown = {name: value for name, value in before.items() if name not in plain and name not in known}
        changed |= {name: value for name, value in unknown.items() if _is_sound({name: value}, DEEPEST + 1)}
        return plain | changed if changed else plain

    return take


def _taker_of_items(inner: Take) -> Take:
    def take(plain: Any, before: object) -> Any:
        if not isinstance(plain, dict) or not isinstance(before, dict):
            return plain
        taken = {key: inner(item, before[key]) for key, item in plain.items() if key in before}
        changed = {key: value for key, value in taken.items() if value is not plain[key]}
        return plain | changed if changed else plain

    return take


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
            return (
                depth > 0
                and len(value) <= MOST
                and all(
                    isinstance(key, str) and _is_sound(key, 0) and _is_sound(item, depth - 1)
                    for key, item in value.items()
                )
            )
        case _:
            return False


@cache
def _reader(kind: Any) -> Read:
    """The function that reads one kind of value; made once from its type."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum(kind)
    match get_origin(kind) or kind, get_args(kind):
        case (origin, (first, second)) if origin is UnionType and second is NoneType:
            return _optional(_reader(first))
        case (origin, (key, item)) if origin is Mapping and key is str:
            return _mapping(_reader(item))
        case (origin, (item, more)) if origin is tuple and more is ...:
            return _items(_reader(item))
        case (simple, ()) if simple in _SIMPLE:
            return _SIMPLE[simple]
        case _:
            raise TypeError(f"{kind} cannot be kept as JSON; see skill/library/plain.py")


def _dataclass(kind: type) -> Read:
    hints = get_type_hints(kind)
    readers = tuple((field.name, _reader(hints[field.name]), _default(field)) for field in fields(kind))

    def read(value: object) -> object:
        found = value if isinstance(value, dict) else _damaged(value)
        made = []
        for name, read_one, default in readers:
            try:
                made.append(read_one(found[name]) if name in found else default())
            except Damaged:
                made.append(default())
        return kind(*made)

    return read


def _default(field: Field[Any]) -> Callable[[], object]:
    """What makes a field's default, anew each time; for a field without one, what says that it is damaged."""
    if field.default_factory is not MISSING:
        return field.default_factory
    if field.default is MISSING:
        return lambda: _damaged(field.name)
    return lambda: field.default


def _enum(kind: type[StrEnum]) -> Read:
    members = {member.value: member for member in kind}

    def read(value: object) -> StrEnum:
        return members.get(value) or _damaged(value) if isinstance(value, str) else _damaged(value)

    return read


def _optional(inner: Read) -> Read:
    return lambda value: None if value is None else inner(value)


def _mapping(inner: Read) -> Read:
    def read(value: object) -> dict[str, object]:
        found = value if isinstance(value, dict) else _damaged(value)
        kept: dict[str, object] = {}
        for key, raw in found.items():
            item = _or_none(inner, raw) if len(key) <= LONGEST else None
            if item is not None:
                kept[key] = item
                if len(kept) == MOST:
                    break
        return kept

    return read


def _items(inner: Read) -> Read:
    def read(value: object) -> tuple[object, ...]:
        found = value if isinstance(value, list | tuple) else _damaged(value)
        return tuple(islice((item for raw in found if (item := _or_none(inner, raw)) is not None), MOST))

    return read


def _or_none(inner: Read, raw: object) -> object:
    try:
        return inner(raw)
    except Damaged:
        return None


def _whole(value: object) -> int:
    """A whole number; stores may hand numbers back as floats or decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        _damaged(value)
    try:
        number = int(value)
    except (ValueError, OverflowError):  # not a number, or infinite
        _damaged(value)
    return max(-LARGEST, min(number, LARGEST)) if number == value else _damaged(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST else _damaged(value)


def _flag(value: object) -> bool:
    return value if isinstance(value, bool) else _damaged(value)


def _damaged(what: object) -> NoReturn:
    raise Damaged(f"not what was expected: {what!r:.80}")


_SIMPLE: dict[Any, Read] = {int: _whole, str: _text, bool: _flag}
