"""Who the person is and what is remembered of them, for one request: read, kept, or forgotten.

A store that fails never fails a turn. She goes by what this process last saw of the person; what could not be saved
rides in the session, and the next turn tries again. Where the session ends, the process keeps it.
"""

import logging
from dataclasses import asdict, dataclass

from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_model import RequestEnvelope

from skill.dialogue.session import Forget, Person
from skill.logs import note
from skill.storage.meanwhile import Unsaved
from skill.storage.merge import Record
from skill.storage.people import PeopleStore
from skill.storage.record import person_of, record_of, tidy
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
        base: the record that the person was made from, as it is stored, so that later it can be told what has changed
            since.
        tried: when it was last tried to save what was not; 0 for never.
    """

    person: Person
    base: Record
    reached: bool = True
    unsaved: bool = False
    tried: int = 0


def recall(handler_input: HandlerInput, store: PeopleStore) -> Known:
    """The person who speaks."""
    unsaved = _riding(_attributes(handler_input)) or _handed_over(handler_input, store)
    try:
        found = handler_input.attributes_manager.persistent_attributes
    except Exception:
        log.exception("the store gave no person")
        note(store="gave nothing")
        return _as_last_known(unsaved, store.last_known(handler_input.request_envelope))
    if unsaved is None or unsaved.forgotten(found):
        return Known(person_of(found), found)
    stored = tidy(found)
    return Known(person_of(unsaved.onto(stored)), stored, unsaved=True)


def _as_last_known(unsaved: Unsaved | None, last: Record) -> Known:
    if unsaved is not None:
        return Known(person_of(unsaved.record), unsaved.base, reached=False, unsaved=True, tried=unsaved.tried)
    return Known(person_of(last), last, reached=False)


def _riding(attributes: dict[str, object]) -> Unsaved | None:
    """What was not saved, as session attributes carry it. A base that cannot be read is as if nothing was known."""
    riding = attributes.get(UNSAVED)
    if not isinstance(riding, dict) or not isinstance(record := riding.get("record"), dict):
        return None
    base, tried = riding.get("base"), riding.get("tried")
    base = tidy(base if isinstance(base, dict) else {})
    return Unsaved(tidy(record), base, tried if isinstance(tried, int) else 0)


def _handed_over(handler_input: HandlerInput, store: PeopleStore) -> Unsaved | None:
    """What an earlier session left unsaved here. It rides in this one from now on, even if this turn fails."""
    owed = store.hand_over(handler_input.request_envelope)
    if owed is not None and handler_input.request_envelope.session is not None:
        handler_input.attributes_manager.session_attributes |= {UNSAVED: asdict(owed)}
    return owed


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
    unsaved = Unsaved(record, tidy(known.base), now_ms if known.reached else known.tried)
    return riding | {UNSAVED: asdict(unsaved)}


def keep(store: PeopleStore, envelope: RequestEnvelope, riding: dict[str, object]) -> None:
    """Keep in this process what would have ridden on in a session that is over."""
    unsaved = _riding(riding)
    if unsaved is not None:
        store.owe(envelope, unsaved)
        note(kept="until the store is back")


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
