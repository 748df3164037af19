"""All who share one account, as one record: whose attributes to give, and how a save, or forgetting, changes it.

Pure. The record as stores keep it, version 1:

    {"version": 1, "household": {…}, "speakers": {"amzn1.ask.person.…": {…}}, "lately": ["amzn1.ask.person.…"]}

`household` is kept for voices that were not recognised, `speakers` for those that were, and `lately` has the
speakers in the order in which they were last saved, the latest at the end. What a later release keeps beside these
stays where it is.
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from skill.library.values import Value, field, replace
from skill.memory.newest import HOUSEHOLD, Record, is_later, mark_of, moment_of
from skill.memory.shelf import LARGEST, StoreFailed

VERSION = 1
"""Rises when one release would misread another's record, and for nothing less: a part more is no reason, because a
release leaves what it does not know where it is. `read` then says how to read an older one."""

SPEAKERS = 10
"""How many recognised speakers a household has; one more, and the one longest away is forgotten."""

_PARTS: dict[str, type[Any]] = {"household": dict, "speakers": dict, "lately": list}


class Newer(StoreFailed):
    """A stored record of a later release, which this one would misread: it must be neither read nor written over."""


class Household(Value):
    """Who is remembered.

    Attributes:
        people: the attributes of each by the speaker's id, and under HOUSEHOLD those of voices not recognised; the
            one saved last is last.
        faults: what of the stored record was damaged, and so is not in `people`.
        more: the parts of the stored record that a later release has put there.
    """

    people: Mapping[str, Record] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


NOBODY = Household()


def read(text: str | None) -> Household:
    """The household in a record; what is damaged in it is left out.

    Args:
        text: what a store holds; None for nothing.

    Raises:
        Newer: it was made by a later release, in a form that this one would misread.
    """
    if text is None:
        return NOBODY
    record = parsed(text)
    if not isinstance(record, dict) or not isinstance(version := record.get("version"), int):
        return Household(faults=("all of it",))
    if version > VERSION:
        raise Newer(f"a household's record has version {version}, and this release knows {VERSION}")
    faults = [part for part, kind in _PARTS.items() if not isinstance(record.get(part), kind)]
    household, speakers, lately = (record[part] if part not in faults else kind() for part, kind in _PARTS.items())
    faults += ["a speaker" for kept in speakers.values() if not isinstance(kept, dict)]
    people = {HOUSEHOLD: household} if household else {}
    people |= {name: speakers[name] for name in _in_order(speakers, lately) if isinstance(speakers[name], dict)}
    more = {part: kept for part, kept in record.items() if part not in ("version", *_PARTS)}
    return Household(people, tuple(faults), more)


def parsed(text: str) -> object:
    """What a text is as JSON; None for one that is none."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None


def written(household: Household) -> str | None:
    """The text to be stored; None for nobody, of whom nothing may be left.

    Raises:
        StoreFailed: it is larger than any store takes.
    """
    if not household.people:
        return None
    speakers = {name: kept for name, kept in household.people.items() if name != HOUSEHOLD}
    record = {
        **household.more,
        "version": VERSION,
        "household": household.people.get(HOUSEHOLD, {}),
        "speakers": speakers,
        "lately": list(speakers),
    }
    try:
        text = msgspec.json.encode(record).decode()
    except UnicodeEncodeError:  # half a surrogate pair, from a session that came back damaged
        text = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
    if len(text) > LARGEST:
        raise StoreFailed(f"a household's record of {len(text)} characters is larger than {LARGEST}")
    return text


def met(household: Household, speaker: str, known: str | None, *, settled: bool) -> tuple[Household, str]:
    """The household as it is once someone speaks, and under which name they are kept in it.

    Alexa does not recognise a voice every day. So where one person is remembered, and either they or the one who speaks
    are known by voice, it is the same person: a voice that is not recognised is theirs, and a voice that is recognised
    for the first time makes the household's own memory its own.

    Args:
        household: as it is stored.
        speaker: the voice, HOUSEHOLD for one that was not recognised; or who the session has settled on.
        known: BEGUN of the record that the session has seen; None where it has seen none.
        settled: the session has settled who speaks. Then it is somebody else's name only if it is the same record.
    """
    if speaker in household.people or len(household.people) != 1 or household.faults:
        return household, speaker
    ((only, kept),) = household.people.items()
    if HOUSEHOLD not in (speaker, only):  # two voices are two people
        return household, speaker
    if settled if known is None else known != mark_of(kept).begun:
        return household, speaker
    name = speaker or only
    return replace(household, people={name: kept}), name


def saved(household: Household, speaker: str, record: Record) -> Household:
    """The household with this of a speaker, who comes after all who were not saved later."""
    others = {name: kept for name, kept in household.people.items() if name != speaker}
    later = {name: kept for name, kept in others.items() if is_later(moment_of(kept), moment_of(record))}
    earlier = {name: kept for name, kept in others.items() if name not in later}
    return replace(household, people=_bounded(earlier | {speaker: record} | later), faults=())


def without(household: Household, gone: Mapping[str, Record]) -> Household:
    """The household without some of its people."""
    return replace(household, people={name: kept for name, kept in household.people.items() if name not in gone})


def _bounded(people: Mapping[str, Record]) -> dict[str, Record]:
    speakers = [name for name in people if name != HOUSEHOLD]
    dropped = set(speakers[: max(0, len(speakers) - SPEAKERS)])
    return {name: kept for name, kept in people.items() if name not in dropped}


def _in_order(speakers: Mapping[str, object], lately: list[object]) -> list[str]:
    """By when they were saved, because stores keep no order among keys; whom `lately` does not name come first."""
    last = {name: place for place, name in enumerate(lately) if isinstance(name, str)}
    return sorted(speakers, key=lambda name: (last.get(name, -1), name))
