"""One record out of two: what two devices saved of the same person at the same time."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Record = dict[str, Any]

COUNTED = frozenset({"history", "heard"})
"""Fields that only grow, and in which both sides are kept: trees of counts and of lists of finished things."""

KEYED = frozenset({"wishes"})
"""Fields that are mappings of independent things, so that each key is settled by itself."""

SAVED_AT = "saved_at"
"""When a record was made, in milliseconds since 1970; a record without it counts as the later one."""

ASTRAY_MS = 86_400_000
"""A record from more than a day after what comes now was made by a clock that was wrong, and does not win for ever."""


class Merge(Protocol):
    """Makes one record of two; pure."""

    def __call__(self, old: Record, new: Record, base: Record | None = None) -> Record: ...


class _Missing:
    """There is nothing under this key."""


_MISSING = _Missing()


def merge(old: Record, new: Record, base: Record | None = None) -> Record:
    """What is to be kept, when `new` is saved where `old` is.

    A field that one side alone has changed is taken from that side, removed ones too; a field that both have changed
    is taken from the later one as a whole, so that a place is never half of one and half of another. In COUNTED fields
    nothing finished is lost: what both have counted since `base` is added up, and lists are united, by the `id` of
    their items or else by the items themselves.

    Args:
        old: what the store holds now.
        new: what is being saved.
        base: what `new` was made from; None when nobody knows. Then the later record is taken as a whole, and of each
            COUNTED number the larger one, because nothing tells the same exercise counted twice from two.

    Returns:
        The record to store. The arguments stay as they are, but the result may share parts with them.
    """
    if old == base:  # nobody came in between: nearly every save
        return new
    later = old if _is_later(old, new) else new
    merged = {key: _field(key, old, new, base, later) for key in {**old, **new}}
    return {key: value for key, value in merged.items() if value is not _MISSING}


def is_later(at: int, than: int) -> bool:
    """Whether one moment is after another, in milliseconds; one that is astray is not."""
    return than < at <= than + ASTRAY_MS


def _is_later(record: Record, than: Record) -> bool:
    at, other = _moment(record), _moment(than)
    return other is not None and (at is None or is_later(at, other))


def _moment(record: Record) -> int | None:
    at = record.get(SAVED_AT)
    return at if isinstance(at, int) and not isinstance(at, bool) else None


def _field(key: str, old: Record, new: Record, base: Record | None, later: Record) -> Any:
    ours, theirs = new.get(key, _MISSING), old.get(key, _MISSING)
    if key in COUNTED:
        return _united(theirs, ours, None if base is None else base.get(key, _MISSING))
    before = None if base is None else base.get(key, _MISSING)
    if key in KEYED and isinstance(ours, dict) and isinstance(theirs, dict) and isinstance(before, dict):
        settled = {inner: _settled(inner, theirs, ours, before, later.get(key, {})) for inner in {**theirs, **ours}}
        return {inner: value for inner, value in settled.items() if value is not _MISSING}
    return _settled(key, old, new, base, later)


def _settled(key: str, old: Record, new: Record, base: Record | None, later: Record) -> Any:
    """The value of the side that has changed it; the later one's, where both have or nobody knows."""
    if base is not None:
        before = base.get(key, _MISSING)
        if new.get(key, _MISSING) == before:
            return old.get(key, _MISSING)
        if old.get(key, _MISSING) == before:
            return new.get(key, _MISSING)
    return later.get(key, _MISSING)


def _united(old: Any, new: Any, base: Any, name: str = "") -> Any:
    """Both sides of something that only grows; `base` is None when unknown, _MISSING when there was nothing."""
    if base is not None and base is not _MISSING:
        if old == base:
            return new
        if new == base:
            return old
    match old, new:
        case (_Missing(), kept) | (kept, _Missing()):
            return kept
        case dict(), dict():
            return _united_tree(old, new, base)
        case list(), list():
            return _united_list(old, new, base if isinstance(base, list) else [])
        case (int(), int()) if not isinstance(old, bool) and not isinstance(new, bool):
            return _united_count(old, new, base, name)
        case _:
            return new


def _united_tree(old: Record, new: Record, base: Any) -> Record:
    before = base if isinstance(base, Mapping) else {}
    unknown = None if base is None else _MISSING
    united = {
        key: _united(old.get(key, _MISSING), new.get(key, _MISSING), before.get(key, unknown), key)
        for key in {**old, **new}
    }
    return {key: value for key, value in united.items() if value is not _MISSING}


def _united_count(old: int, new: int, base: Any, name: str) -> int:
    """Both counts, without what was counted before; a number whose name ends in `_at` is a moment, not a count."""
    if base is None or name.endswith("_at"):
        return max(old, new)
    return max(old, new, old + new - (base if isinstance(base, int) else 0))


def _united_list(old: Sequence[Any], new: Sequence[Any], base: Sequence[Any]) -> list[Any]:
    """What either side has, except what one side has taken out since; in the order of the old, additions last."""
    theirs, ours = {_name(item): item for item in old}, {_name(item): item for item in new}
    removed = {name for item in base if (name := _name(item)) not in theirs or name not in ours}
    return [item for name, item in {**theirs, **ours}.items() if name not in removed]


def _name(item: Any) -> str:
    return json.dumps(item["id"] if isinstance(item, dict) and "id" in item else item, sort_keys=True)
