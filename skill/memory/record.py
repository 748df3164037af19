"""What is remembered of a person as a plain record, which any store can keep, and back again.

What a later release has put into a record stays in it, wherever this one writes it: going back a release, or two
releases side by side, costs nobody what only one of them knows.
"""

from collections.abc import Callable, Mapping

from skill.dialogue.session import Person
from skill.library.plain import from_plain, to_plain, with_unknown
from skill.memory.newest import MARKS, SAVED_AT, Record, marks

VERSION = 2
"""Rises when an older record would be misread, and then MIGRATIONS says how to read that one. A later one is read as
far as this release knows its fields."""

_OURS = frozenset({"version", SAVED_AT, *MARKS})
"""What a record has beside the person."""


def record_of(person: Person, now_ms: int = 0, made_from: Mapping[str, object] | None = None) -> Record:
    """All that is remembered of a person, as JSON would have it.

    Args:
        person: whom to remember.
        now_ms: when, in milliseconds since 1970: of two devices the later one's place wins.
        made_from: the record from which the person was made. What of it this release does not know is kept.
    """
    record = {"version": VERSION, SAVED_AT: now_ms, **to_plain(person)}
    if not made_from:
        return record
    before = dict(_as_it_is_now(made_from) or {})
    version = before.get("version")
    if isinstance(version, int) and VERSION < version < _LATEST:
        record["version"] = version
    if _plan(before) != _plan(record):  # what was said of another plan does not hold of this one
        before.pop("underway", None)
    return with_unknown(Person, record, {key: value for key, value in before.items() if key not in _OURS})


_LATEST = 1_000
"""A version beyond this one is damage."""


def _plan(record: Mapping[str, object]) -> object:
    underway = record.get("underway")
    return underway.get("plan") if isinstance(underway, Mapping) else None


def person_of(record: Mapping[str, object] | None) -> Person:
    """The person in a record. Whatever is missing or damaged in it is as for somebody new; never raises."""
    return from_plain(Person, _as_it_is_now(record))


def tidy(record: Mapping[str, object]) -> Record:
    """A record in the form that this release writes: what rides in a session may be old, or damaged."""
    at = record.get(SAVED_AT, 0)
    return record_of(person_of(record), at if isinstance(at, int) else 0, record) | marks(record)


def _as_it_is_now(record: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """A record brought up to this release's form, version by version. One from a later release is read as it is."""
    version = record.get("version") if isinstance(record, Mapping) else None
    while record is not None and isinstance(version, int) and version in MIGRATIONS:
        record, version = MIGRATIONS[version](record), version + 1
    return record


def _from_1(record: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 knew only that the safety line was heard, not when; so it is told once more."""
    return {name: value for name, value in record.items() if name != "safety_heard"}


MIGRATIONS: Mapping[int, Callable[[Mapping[str, object]], Mapping[str, object]]] = {1: _from_1}
"""Version -> what makes the next version of it."""
