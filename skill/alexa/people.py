"""Who the person is and what is remembered of them, for one request: read, kept, or forgotten.

A store that fails never fails a turn. What could not be saved rides in the session, and the next turn tries again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_model import RequestEnvelope

from skill.dialogue.session import Forget, Person
from skill.logs import note
from skill.storage.merge import SAVED_AT, Record, merge
from skill.storage.people import PeopleStore
from skill.storage.record import person_of, record_of
from skill.storage.whose import SPEAKER, whose

log = logging.getLogger(__name__)

UNSAVED = "unsaved"
"""The session attribute that carries what a store did not take."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as they were found.

    Attributes:
        person: as remembered; someone new when nothing is.
        reached: the store answered, so it may be written to without losing what it holds.
        unsaved: part of it was not saved last time, so it has to be saved whatever happens.
        base: the record that the person was made from, so that later it can be told what has changed since.
    """

    person: Person
    base: Record
    reached: bool = True
    unsaved: bool = False


def recall(handler_input: HandlerInput) -> Known:
    """The person who speaks."""
    riding = _attributes(handler_input).get(UNSAVED)
    record, base = _halves(riding)
    try:
        stored = _tidy(handler_input.attributes_manager.persistent_attributes)
    except Exception:
        log.exception("the store gave no person")
        note(store="gave nothing")
        return Known(person_of(record), base or record_of(Person()), reached=False)
    if record is None:
        return Known(person_of(stored), stored)
    return Known(person_of(merge(stored, record, base)), stored, unsaved=True)


def _halves(riding: object) -> tuple[Record | None, Record | None]:
    """What was not saved, and what it was made from."""
    if not isinstance(riding, dict):
        return None, None
    record, base = riding.get("record"), riding.get("base")
    return (_tidy(record) if isinstance(record, dict) else None), (_tidy(base) if isinstance(base, dict) else None)


def _tidy(record: Mapping[str, object]) -> Record:
    """A record in the form that this release writes, so that two of them can be compared."""
    at = record.get(SAVED_AT, 0)
    return record_of(person_of(record), at if isinstance(at, int) else 0)


def remember(handler_input: HandlerInput, known: Known, person: Person, now_ms: int) -> dict[str, object]:
    """Save a person where anything has changed.

    Returns:
        The session attributes that carry what was not saved, and who speaks.
    """
    riding: dict[str, object] = {SPEAKER: whose(handler_input.request_envelope).speaker}
    if not known.unsaved and person == known.person:
        return riding
    record = record_of(person, now_ms)
    if known.reached and _saved(handler_input, record):
        return riding
    return riding | {UNSAVED: {"record": record, "base": known.base}}


def _saved(handler_input: HandlerInput, record: Record) -> bool:
    manager = handler_input.attributes_manager
    try:
        manager.persistent_attributes = record
        manager.save_persistent_attributes()
    except Exception:
        log.exception("the store took no person")
        note(store="took nothing")
        return False
    return True


def forget(store: PeopleStore, envelope: RequestEnvelope, whom: Forget) -> None:
    """Delete what is stored.

    Raises:
        PersistenceException: it could not be deleted, so nobody may be told that it was.
    """
    match whom:
        case Forget.ME:
            store.forget_speaker(envelope)
        case Forget.EVERYONE:
            store.delete_attributes(envelope)
        case Forget.NOBODY:
            return


def number_of(store: PeopleStore, envelope: RequestEnvelope) -> int:
    """How many people are remembered in the household; 1 where that cannot be told."""
    try:
        return max(1, store.number_of_speakers(envelope))
    except Exception:
        log.exception("the store could not count the household")
        return 1


def _attributes(handler_input: HandlerInput) -> dict[str, object]:
    if handler_input.request_envelope.session is None:
        return {}
    return handler_input.attributes_manager.session_attributes or {}
