"""Who the person is and what is remembered of them, for one request: recalled, kept, or forgotten.

A store that fails never fails a turn. She goes by what this process last saw of the person; what could not be saved
rides in the session, and the next turn tries again. Where the session ends, the process keeps it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from skill.alexa.envelope import Envelope, attributes_of, session_of
from skill.alexa.logs import note
from skill.alexa.requests import sent_at
from skill.dialogue.events import KINDS, Event, Said, kind_of, name_of
from skill.dialogue.session import Person, Session
from skill.library.plain import Damaged, from_plain, to_plain, to_plain_sparsely
from skill.library.values import Value, replace
from skill.memory.household import HOUSEHOLD
from skill.memory.newest import THREAD, Asking, Thread, Verdict
from skill.memory.people import Known, People
from skill.memory.record import Record, fingerprint, mark_of, moment_of, person_of, record_of, version_of
from skill.memory.unsaved import Again, Done, Unsaved, unsaved_of

log = logging.getLogger(__name__)

SPEAKER = "speaker"
"""The session attribute that carries the speaker through a session."""

UNSAVED = "unsaved"
"""The session attribute that carries what a store did not take."""

RECOGNISED = "recognised"
"""The session attribute that says that the voice was not recognised in whose memory it is: only False is carried."""

LONGEST = 512
"""Characters of the longest id that is taken for one: Amazon's are "never more than 255 characters" ([A] the SDK's
models User and Person), and DynamoDB takes no key above 2048 bytes."""

Attributes = Mapping[str, object]


class Found(Value):
    """A person as a turn is made from them.

    Attributes:
        known: as they are stored.
        person: who they are: as stored, or with what had not been saved.
        record: the record that the person was made from.
        unsaved: what was not saved last time, so that it has to be saved whatever happens.
        recognised: the voice is one that Alexa recognised, or nobody's voice is known here.
    """

    known: Known
    person: Person
    record: Record
    unsaved: Unsaved | None
    recognised: bool


# Who asks


def asking_of(envelope: Envelope) -> Asking:
    """Who sends a request, as far as the request itself tells.

    The speaker is fixed at the start of a session and rides in it under SPEAKER; so a voice that is recognised
    half-way, or no longer, does not change whose place is kept. Without a session, or at its start, it is the person
    whom Alexa recognised. Who that is in the household, `household.met` says.
    """
    session, request = envelope.session, envelope.request
    carried: Attributes = {}
    if session and not session.new and isinstance(session.attributes, dict):
        carried = session.attributes
    settled = carried.get(SPEAKER)
    sent = sent_at(request)
    thread = from_plain(Thread, carried.get(THREAD))
    return Asking(
        user=_user(envelope),
        voice=_clean(settled) if isinstance(settled, str) else _voice(envelope),
        settled=isinstance(settled, str) and thread.met,
        session=fingerprint(session.session_id if session else None),
        request=fingerprint(request.request_id),
        at=int(sent.timestamp() * 1000) if sent else 0,
        ends=request.object_type == "SessionEndedRequest",
        thread=thread,
    )


def _user(envelope: Envelope) -> str:
    """The user by the context, as every request has it, or by the session."""
    for place in (envelope.system, envelope.session):
        if place and place.user and place.user.user_id:
            return _clean(place.user.user_id)
    return ""


def _voice(envelope: Envelope) -> str:
    person = envelope.system.person if envelope.system else None
    return _clean(person.person_id) if person and person.person_id else HOUSEHOLD


def _clean(name: object) -> str:
    """An id as text that every store can hold; half a surrogate pair, which JSON can carry, is none.

    What is too long is no id, so nothing is remembered under a part of it.
    """
    text = str(name).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= LONGEST else ""


# Recalled


def recall(store: People, asking: Asking, attributes: dict[str, object], again: Again) -> Found:
    """The person who speaks.

    What is owed to one who is here again is put into the session's attributes. `again` makes a turn that was not saved
    once more, where somebody else has saved since.
    """
    unsaved = unsaved_of(attributes.get(UNSAVED), _sound)
    try:
        known = store.recall(asking, unsaved.requests if unsaved else ())
    except Exception:
        log.exception("the store gave no person")
        note(store="gave nothing")
        known = store.last_seen(asking)
    if unsaved is None and asking.session:
        unsaved = store.hand_over(known)
        if unsaved is not None:  # from now on it rides in this session, even if this turn fails
            attributes[UNSAVED] = to_plain(unsaved)
    # Like the speaker, it is settled as a session begins.
    told = SPEAKER in attributes and asking.thread.met
    recognised = attributes.get(RECOGNISED) is not False if told else known.recognised
    record = known.record
    if unsaved is not None and known.reached:
        if unsaved.verdict(record) is Verdict.WRITES:
            record = unsaved.onto(record, again)
        else:
            unsaved = None
    elif unsaved is not None:
        record = unsaved.record
    return Found(known, person_of(record), record, unsaved, recognised)


def _sound(done: Done) -> Done:
    """A turn that rode in a session, with all that may be damaged in it made sound."""
    event = event_done(done)
    session = attributes_of(session_of(done.session)) if event else {}
    return replace(done, session=session, event=_as_json(event) if event else {})


# Kept


def remember(
    store: People, found: Found, person: Person, at: int, done: Callable[[], Done]
) -> tuple[bool, dict[str, object]]:
    """Save a person after a turn where anything has changed, or where this session has not written of them yet.

    Args:
        store: where to.
        found: who they were before it.
        person: who they are now.
        at: when it was, in milliseconds since 1970.
        done: makes what of it rides along, where it is not saved.

    Returns:
        Whether somebody else was quicker, and the turn is to be made again; and the session attributes that carry what
        was not saved, who speaks, and what is known of their record.
    """
    known, before = found.known, found.unsaved
    record = _record_after(found, person, at)
    quicker, riding = False, None
    if known.reached and known.verdict is Verdict.OVERTAKEN:
        riding = before  # this turn came too late, but what rode along was done before, and is still to be added
    elif known.reached and known.verdict is not Verdict.WRITES:
        pass  # saved before, or forgotten; nor may it be brought back later
    elif record is not None or before is not None:
        kept = None
        try:
            if known.reached:
                kept = store.keep(known, record or found.record, before.requests if before else ())
                quicker = kept is None
        except Exception:
            log.exception("the store took no person")
            note(store="took nothing")
        if kept is None:
            riding = _riding(found, record, done())
        else:
            known = kept
    carried: dict[str, object] = {SPEAKER: known.speaker, THREAD: to_plain_sparsely(known.thread())}
    if not found.recognised:
        carried |= {RECOGNISED: False}
    return quicker, carried if riding is None else carried | {UNSAVED: to_plain(riding)}


def _record_after(found: Found, person: Person, at: int) -> Record | None:
    """What there is to save after a turn; None where nothing has changed."""
    known, before, asking = found.known, found.unsaved, found.known.asking
    # Who is here now is the newest, even if all that they do is ask: what another session does late is late from now.
    last = before.session if before else mark_of(known.record).session
    here = not asking.ends and last != asking.session and bool(before or (known.reached and known.record))
    if person == found.person and not here:
        return None
    # An end is nobody's presence, so it makes nothing newer.
    stays = moment_of(found.record) if asking.ends else 0
    return record_of(person, stays if stays > 0 else at, found.record)


def _riding(found: Found, record: Record | None, done: Done) -> Unsaved:
    """What rides along of a turn that was not saved, with all that was to be saved before it."""
    known, before, asking = found.known, found.unsaved, found.known.asking
    started = before or Unsaved({}, version_of(known.record), known=asking.thread.known, ends=True)
    if known.record and (known.reached or not before):
        started = replace(started, version=version_of(known.record), known=mark_of(known.record).begun)
    if record is None:
        return started.after(replace(done, event={}), record=found.record)
    ends = asking.ends and started.ends
    turn = asking.thread.turn + (asking.ends and not ends)
    return started.after(done, record=record, session=asking.session, turn=turn, ends=ends)


def owe(store: People, asking: Asking, riding: Mapping[str, object], again: Again) -> None:
    """Keep in this process what would have ridden on in a session that is over."""
    unsaved = unsaved_of(riding.get(UNSAVED), _sound)
    if unsaved is not None:
        store.owe(asking, str(riding.get(SPEAKER, HOUSEHOLD)), unsaved, again)
        note(kept="until the store is back")


# A turn, to be made again


def done_of(asking: Asking, session: Session, event: Event, at: int) -> Done:
    """A turn as it is made: from that session, and by what happened, at that time in milliseconds since 1970."""
    return Done(asking.request or str(at), at, attributes_of(session), _as_json(event))


def _as_json(event: Event) -> dict[str, Any]:
    return {"is": name_of(kind_of(event)), **({} if isinstance(event, Said) else to_plain(event))}


def event_done(done: Done) -> Event | None:
    """What happened in a turn; None where that cannot be told any more."""
    kind = KINDS.get(str(done.event.get("is")))
    if kind is None or isinstance(kind, Said):
        return kind
    try:
        return from_plain(kind, dict(done.event))
    except Damaged:
        return None
