"""A person's record, which any store can keep: what is remembered of them, and who wrote it last.

What a later release has put into a record stays in it, wherever this one writes it: going back a release, or two
releases side by side, costs nobody what only one of them knows. Amazon's own ids are nowhere kept: a fingerprint is
enough to tell one from another.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, Any

from skill.dialogue.session import Person
from skill.library.plain import from_plain, to_plain, with_unknown
from skill.library.values import Bounded, Meta, Number, Value

Record = dict[str, Any]

VERSION = 2
"""Rises when an older record would be misread, and then MIGRATIONS says how to read that one. A later one is read as
far as this release knows its fields."""

SAVED_AT = "saved_at"
"""When a record was made, in milliseconds since 1970."""

SAVED_BY = "saved_by"
"""The session that wrote it last, that session's turn, and the latest requests whose work is in it."""

BEGUN = "begun"
"""The request that began it. Somebody who was forgotten and begins anew has another."""

MARKS = (SAVED_BY, BEGUN)
"""What a record says of its writers. It is no part of the person."""

ASTRAY_MS = 86_400_000
"""A record from more than a day after what comes now was made by a clock that was wrong, and does not win for ever."""

_DIGITS = 12
"""Of a fingerprint: one of a thousand sessions is taken for another once in a hundred million times."""

_LATEST = 1_000
"""A version beyond this one is damage."""

Print = Annotated[str, Meta(max_length=2 * _DIGITS)]
"""A fingerprint, or what else tells one record or store from another."""


class Mark(Value):
    """What a record says of its last writer; all of it is empty where it says nothing."""

    session: Print = ""
    turn: Number = 0
    requests: Bounded[tuple[Print, ...]] = ()
    begun: Print = ""

    @property
    def last(self) -> str:
        """The latest request whose work is in the record."""
        return self.requests[-1] if self.requests else ""


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


_OURS = frozenset({"version", SAVED_AT, *MARKS})


def _plan(record: Mapping[str, object]) -> object:
    underway = record.get("underway")
    return underway.get("plan") if isinstance(underway, dict) else None


def person_of(record: Mapping[str, object] | None) -> Person:
    """The person in a record. Whatever is missing or damaged in it is as for somebody new; never raises."""
    return from_plain(Person, _as_it_is_now(record))


def _as_it_is_now(record: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """A record brought up to this release's form, version by version. One from a later release is read as it is."""
    version = record.get("version") if isinstance(record, dict) else None
    while record is not None and isinstance(version, int) and version in MIGRATIONS:
        record, version = MIGRATIONS[version](record), version + 1
    return record


def _from_1(record: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 knew only that the safety line was heard, not when; so it is told once more."""
    return {name: value for name, value in record.items() if name != "safety_heard"}


MIGRATIONS: Mapping[int, Callable[[Mapping[str, object]], Mapping[str, object]]] = {1: _from_1}
"""Version -> what makes the next version of it."""


# Who wrote it, and when


def fingerprint(name: str | None) -> str:
    """A short name for an id, from which nobody gets the id; "" for none."""
    return sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS] if name else ""


def mark_of(record: Mapping[str, Any] | None) -> Mark:
    """What a record says of its last writer. Whatever is damaged in it says nothing."""
    if not record:
        return Mark()
    by = record.get(SAVED_BY)
    return from_plain(Mark, {**(by if isinstance(by, dict) else {}), "begun": record.get(BEGUN, "")})


def unmarked(record: Record) -> Record:
    """A record as far as it tells of the person."""
    return {key: value for key, value in record.items() if key not in MARKS}


def version_of(record: Record) -> str:
    """Tells a person's record from every other of theirs: by the request that wrote it, or else by its time."""
    return (mark_of(record).last or str(moment_of(record))) if record else ""


def moment_of(record: Record) -> int:
    """When a record was made, in milliseconds since 1970; 0 where it does not say."""
    at = record.get(SAVED_AT)
    return at if isinstance(at, int) and not isinstance(at, bool) else 0


def is_later(at: int, than: int) -> bool:
    """Whether one moment is after another, in milliseconds; one that is astray is not."""
    return than < at <= than + ASTRAY_MS
