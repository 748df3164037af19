"""Who the person is and what is remembered of them, for one request: read, kept, or forgotten.

A store that fails never fails a turn. She goes by what this process last saw of the person; what could not be saved
rides in the session, and the next turn tries again. Where the session ends, the process keeps it.
"""

import logging
from dataclasses import asdict, dataclass, replace

from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_model import RequestEnvelope

from skill.alexa.logs import note
from skill.dialogue.session import Forget, Person
from skill.memory.meanwhile import Unsaved
from skill.memory.merge import SAVED_AT, Record
from skill.memory.newest import ATTEMPTS, THREAD, Verdict, Writer, as_print, as_turn, mark_of, riding
from skill.memory.people import PeopleStore
from skill.memory.record import person_of, record_of, tidy
from skill.memory.whose import SPEAKER

log = logging.getLogger(__name__)

UNSAVED = "unsaved"
"""The session attribute that carries what a store did not take."""

RECOGNISED = "recognised"
"""The session attribute that says that the voice was not recognised in whose memory it is: only False is carried."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as they were found.

    Attributes:
        person: as remembered; someone new when nothing is.
        base: the record as it is stored, so that later it can be told what has changed since.
        record: the record that the person was made from: the same, or with what had not been saved.
        reached: the store answered, so it may be written to without losing what it holds.
        unsaved: what was not saved last time, so that it has to be saved whatever happens.
        recognised: the voice is one that Alexa recognised, or nobody's voice is known here.
    """

    person: Person
    base: Record
    record: Record
    reached: bool = True
    unsaved: Unsaved | None = None
    recognised: bool = True


def recall(handler_input: HandlerInput, store: PeopleStore) -> Known:
    """The person who speaks."""
    envelope = handler_input.request_envelope
    reached = True
    try:
        stored = handler_input.attributes_manager.persistent_attributes
    except Exception:
        log.exception("the store gave no person")
        note(store="gave nothing")
        stored, reached = store.last_known(envelope), False
    unsaved = _riding(_attributes(handler_input)) or _handed_over(handler_input, store)
    recognised = _recognised(handler_input, store)
    if unsaved is None or (reached and unsaved.verdict(stored) is not Verdict.WRITES):
        return Known(person_of(stored), stored, stored, reached, None, recognised)
    if not reached:
        return Known(person_of(unsaved.record), unsaved.base, unsaved.record, reached, unsaved, recognised)
    base = tidy(stored)
    record = unsaved.onto(base)
    return Known(person_of(record), base, record, reached, unsaved, recognised)


def _recognised(handler_input: HandlerInput, store: PeopleStore) -> bool:
    """It is settled as a session begins, like the speaker."""
    attributes = _attributes(handler_input)
    if SPEAKER in attributes and store.writer(handler_input.request_envelope).thread.met:
        return attributes.get(RECOGNISED) is not False
    return store.recognised(handler_input.request_envelope)


def _riding(attributes: dict[str, object]) -> Unsaved | None:
    """What was not saved, as session attributes carry it. A base that cannot be read is as if nothing was known."""
    riding = attributes.get(UNSAVED)
    if not isinstance(riding, dict) or not isinstance(record := riding.get("record"), dict):
        return None
    base, requests = riding.get("base"), riding.get("requests")
    tried, turn, session = riding.get("tried"), riding.get("turn"), riding.get("session")
    return Unsaved(
        tidy(record),
        tidy(base if isinstance(base, dict) else {}),
        tried=tried if isinstance(tried, int) else 0,
        session=as_print(session),
        turn=as_turn(turn),
        requests=tuple(filter(None, map(as_print, requests[-ATTEMPTS:]))) if isinstance(requests, list) else (),
        ends=riding.get("ends") is True,
        known=as_print(riding["known"]) if isinstance(riding.get("known"), str) else None,
    )


def _as_json(unsaved: Unsaved) -> dict[str, object]:
    return asdict(unsaved) | {"requests": list(unsaved.requests)}


def _handed_over(handler_input: HandlerInput, store: PeopleStore) -> Unsaved | None:
    """What an earlier session left unsaved here. It rides in this one from now on, even if this turn fails."""
    owed = store.hand_over(handler_input.request_envelope)
    if owed is not None and handler_input.request_envelope.session is not None:
        handler_input.attributes_manager.session_attributes |= {UNSAVED: _as_json(owed)}
    return owed


def remember(
    handler_input: HandlerInput, store: PeopleStore, known: Known, person: Person, now_ms: int
) -> dict[str, object]:
    """Save a person where anything has changed, or where this session has not written of them yet.

    Returns:
        The session attributes that carry what was not saved, who speaks, and what is known of their record.
    """
    envelope = handler_input.request_envelope
    unsaved = _to_be_saved(store.writer(envelope), known, person, now_ms)
    if known.reached and store.saved(envelope) is Verdict.FORGOTTEN:
        unsaved = None  # before this turn; nor may it be brought back later
    if unsaved is not None and known.reached:
        unsaved = _saved(handler_input, store, known, unsaved)
    carried: dict[str, object] = {SPEAKER: store.who(envelope).speaker, THREAD: riding(store.thread(envelope))}
    if not known.recognised:
        carried |= {RECOGNISED: False}
    if unsaved is None:
        return carried
    return carried | {UNSAVED: _as_json(replace(unsaved, base=tidy(unsaved.base)))}


def _to_be_saved(writer: Writer, known: Known, person: Person, now_ms: int) -> Unsaved | None:
    """What there is to save after a turn, with all that was to be saved before it; None for nothing."""
    before = known.unsaved
    # Who is here now is the newest, even if all that they do is ask: what another session does late is late from now.
    last = before.session if before else mark_of(known.base).session
    here = not writer.ends and last != writer.session and bool(before or (known.reached and known.base))
    if person == known.person and not here:
        requests = _with(before.requests, writer.request) if before else ()
        return before and replace(before, record=known.record, base=known.base, requests=requests)
    ends = writer.ends and (before is None or before.ends)
    # An end is nobody's presence, so it makes nothing newer.
    at = known.record.get(SAVED_AT) if writer.ends else None
    return Unsaved(
        record_of(person, at if isinstance(at, int) and at > 0 else now_ms, known.record),
        known.base,
        tried=before.tried if before else 0,
        session=writer.session,
        turn=writer.thread.turn + (writer.ends and not ends),
        requests=_with(before.requests if before else (), writer.request),
        ends=ends,
        known=before.known if before else writer.thread.known,
    )


def _with(requests: tuple[str, ...], request: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*requests, request) if request else requests))[-ATTEMPTS:]


def _saved(handler_input: HandlerInput, store: PeopleStore, known: Known, unsaved: Unsaved) -> Unsaved | None:
    """Save it; what of it is still to be saved afterwards, None for nothing."""
    envelope, manager = handler_input.request_envelope, handler_input.attributes_manager
    try:
        store.attempted(envelope, known.unsaved.requests if known.unsaved else ())
        manager.persistent_attributes = unsaved.record
        manager.save_persistent_attributes()
    except Exception:
        log.exception("the store took no person")
        note(store="took nothing")
        return unsaved
    # This turn came too late, but what rode along was done before, and is still to be added to what is newer.
    return known.unsaved if store.saved(envelope) is Verdict.OVERTAKEN else None


def keep(store: PeopleStore, envelope: RequestEnvelope, riding: dict[str, object]) -> None:
    """Keep in this process what would have ridden on in a session that is over."""
    unsaved = _riding(riding)
    if unsaved is not None:
        store.owe(envelope, unsaved)
        note(kept="until the store is back")


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
