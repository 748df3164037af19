"""All who share one account, as one record: whose attributes to give, and how a save, or forgetting, changes it.

Pure. The record as stores keep it, version 1:

    {"version": 1, "household": {…}, "speakers": {"amzn1.ask.person.…": {…}}, "lately": ["amzn1.ask.person.…"]}

`household` is kept for voices that were not recognised, `speakers` for those that were, and `lately` has the
speakers in the order in which they were last saved, the latest at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skill.storage.merge import Merge
from skill.storage.whose import HOUSEHOLD

VERSION = 1
"""Rises when an older record would be misread; `read` then says how to read that one."""

SPEAKERS = 10
"""How many recognised speakers a household has; one more, and the one longest away is forgotten."""

Attributes = dict[str, Any]

_PARTS: dict[str, type[Any]] = {"household": dict, "speakers": dict, "lately": list}


class Newer(ValueError):
    """A stored record of a later release: it must be neither read nor written over."""


@dataclass(frozen=True, slots=True)
class Household:
    """Who is remembered.

    Attributes:
        people: the attributes of each by the speaker's id, and under HOUSEHOLD those of voices not recognised; the
            one saved last is last.
        faults: what of the stored record was damaged, and so is not in `people`.
    """

    people: Mapping[str, Attributes] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


NOBODY = Household()


def read(record: object) -> Household:
    """The household in a record; what is damaged in it is left out.

    Args:
        record: what a store holds; None for nothing.

    Raises:
        Newer: it was made by a later release.
    """
    if record is None:
        return NOBODY
    if not isinstance(record, dict) or not isinstance(version := record.get("version"), int):
        return Household(faults=("all of it",))
    if version > VERSION:
        raise Newer(f"a household's record has version {version}, and this release knows {VERSION}")
    faults = [part for part, kind in _PARTS.items() if not isinstance(record.get(part), kind)]
    household, speakers, lately = (record[part] if part not in faults else kind() for part, kind in _PARTS.items())
    faults += ["a speaker" for kept in speakers.values() if not isinstance(kept, dict)]
    people = {HOUSEHOLD: household} if household else {}
    people |= {name: speakers[name] for name in _in_order(speakers, lately) if isinstance(speakers[name], dict)}
    return Household(people, tuple(faults))


def record_of(household: Household) -> dict[str, Any] | None:
    """The record to be stored, as JSON would have it; None for nobody, of whom nothing may be left."""
    speakers = {name: kept for name, kept in household.people.items() if name != HOUSEHOLD}
    if not household.people:
        return None
    return {
        "version": VERSION,
        "household": household.people.get(HOUSEHOLD, {}),
        "speakers": speakers,
        "lately": list(speakers),
    }


def saved(
    household: Household, speaker: str, attributes: Attributes, base: Attributes | None, merge: Merge
) -> Household:
    """The household after someone's attributes were saved.

    Args:
        household: as it is stored now, perhaps changed since `base` was read.
        speaker: whose attributes they are.
        attributes: what is to be kept.
        base: what was given for this speaker, from which `attributes` were made; None when nothing was asked for.
        merge: settles what two devices saved at the same time.

    Returns:
        The same household, when the speaker has been forgotten since `base` was given: whoever asked to be
        forgotten on one device is not to come back by way of another.
    """
    held = household.people.get(speaker)
    if held is None and base:
        return household
    merged = attributes if held is None else merge(held, attributes, base)
    others = {name: kept for name, kept in household.people.items() if name != speaker}
    return Household(_bounded(others | {speaker: merged}))


def forgotten(household: Household, speaker: str) -> Household:
    """The household without one of its speakers."""
    return Household({name: kept for name, kept in household.people.items() if name != speaker})


def _bounded(people: Mapping[str, Attributes]) -> dict[str, Attributes]:
    speakers = [name for name in people if name != HOUSEHOLD]
    dropped = set(speakers[: max(0, len(speakers) - SPEAKERS)])
    return {name: kept for name, kept in people.items() if name not in dropped}


def _in_order(speakers: Mapping[str, object], lately: list[object]) -> list[str]:
    """By when they were saved, because stores keep no order among keys; whom `lately` does not name come first."""
    last = {name: place for place, name in enumerate(lately) if isinstance(name, str)}
    return sorted(speakers, key=lambda name: (last.get(name, -1), name))
