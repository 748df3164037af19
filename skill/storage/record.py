"""What is remembered of a person as a plain record, which any store can keep, and back again."""

from collections.abc import Mapping

from skill.dialogue.session import Person
from skill.plain import from_plain, to_plain

VERSION = 1
"""Rises when an older record would be misread, and then `person_of` says how to read that one."""


def record_of(person: Person) -> dict[str, object]:
    """All that is remembered of a person, as JSON would have it."""
    return {"version": VERSION, **to_plain(person)}


def person_of(record: Mapping[str, object] | None) -> Person:
    """The person in a record. Whatever is missing or damaged in it is as for somebody new; never raises."""
    return from_plain(Person, record)
