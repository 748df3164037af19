"""The people whom the skill remembers, behind the SDK's persistence interface, whatever they are kept in."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import isfinite
from threading import Lock
from typing import Any
from weakref import ref

from ask_sdk_core.attributes_manager import AbstractPersistenceAdapter
from ask_sdk_core.exceptions import PersistenceException
from ask_sdk_model import RequestEnvelope

from skill.memory import household
from skill.memory.household import Household, Newer
from skill.memory.meanwhile import Meanwhile, Unsaved
from skill.memory.merge import SAVED_AT, Merge, Record, merge
from skill.memory.newest import Thread, Verdict, Writer, mark_of, next_thread, spared, verdict, writer_of
from skill.memory.record import tidy
from skill.memory.shelf import Shelf
from skill.memory.whose import HOUSEHOLD, Whose, settled_on, whose

log = logging.getLogger(__name__)

SETTLED_AT_ONCE = 50
"""How many of those who waited for the store are saved when it is asked whether it is back: whoever asks waits, too."""

_NOBODY = "nobody"
"""A user id that no user has: Amazon's begin with amzn1."""


class PeopleStore(AbstractPersistenceAdapter):
    """Remembers people: attributes for the one who speaks, kept in one record for each user's household.

    A request without a user leaves no trace. Safe to use from several threads. A store that fails, or holds records
    of a later release, raises PersistenceException; damaged records count as nobody's, and are logged.
    """

    def __init__(self, shelf: Shelf, *, merge: Merge = merge) -> None:
        """Takes what records are kept in, and what settles two saves at the same time."""
        self._shelf = shelf
        self._merge = merge
        self._turns = _Turns()
        self._meanwhile = Meanwhile()
        self._refused = False

    def get_attributes(self, request_envelope: RequestEnvelope) -> Record:
        """What is remembered of the speaker, empty for somebody new."""
        user = whose(request_envelope).user
        if not user:
            return {}
        held = self._household(self._shelf.read(user))
        turn = self._turns.begin(request_envelope)
        found, who = _met(held, turn)
        stored = found.people.get(who.speaker, {})
        turn.who, turn.base, turn.kept, turn.number, turn.met = who, stored, stored, len(found.people), True
        found_out = verdict(stored, turn.writer, self._shelf.era, damaged=bool(found.faults))
        if found_out is Verdict.FORGOTTEN and not turn.writer.ends:
            turn.verdict = Verdict.FORGOTTEN
        attributes = self._meanwhile.last(who) if found.faults and not stored else stored
        self._meanwhile.saw(who, attributes, found.people)
        copy: Record = _copied(attributes)
        return copy

    def save_attributes(self, request_envelope: RequestEnvelope, attributes: Record) -> None:
        """Remember the speaker so; it is kept when this returns, if it may be: see `newest.verdict`, and `saved`.

        What another device saved since `get_attributes` was called with this same envelope is merged in. If the
        speaker was forgotten since then, nothing is saved.
        """
        turn = self._turn(request_envelope)
        user = turn.who.user
        if not user or turn.forgot:
            return
        plain = _plain(attributes)
        at = plain.get(SAVED_AT)
        writer = replace(turn.writer, attempts=turn.attempts, at=at if isinstance(at, int) else turn.writer.at)
        people: dict[str, Record] = {}
        late = self._meanwhile.forgotten_since(turn.who, writer.at)

        def change(held: Household) -> Household:
            found, turn.who = _met(held, turn)
            stored = found.people.get(turn.who.speaker)
            gone = late or (stored is None and bool(turn.base) and not held.faults)
            turn.verdict = (
                Verdict.FORGOTTEN if gone else verdict(stored, writer, self._shelf.era, damaged=bool(held.faults))
            )
            if turn.verdict is not Verdict.WRITES:
                return held
            after = household.saved(found, turn.who.speaker, plain, turn.base, self._merge, writer)
            turn.kept = after.people.get(turn.who.speaker, {})
            people.update(after.people)
            return after

        self._change(user, change)
        if turn.verdict is Verdict.WRITES:
            turn.base = plain
            turn.attempts += (writer.request,) if writer.request else ()
            self._meanwhile.saw(turn.who, turn.kept, people)
        self._settle(1)

    def saved(self, request_envelope: RequestEnvelope) -> Verdict:
        """What became of the last `save_attributes` with this envelope, or would become of one."""
        return self._turn(request_envelope).verdict

    def attempted(self, request_envelope: RequestEnvelope, requests: tuple[str, ...]) -> None:
        """The next save of this request holds the work of these, too, any of which may have arrived by itself."""
        self._turn(request_envelope).attempts = requests

    def writer(self, request_envelope: RequestEnvelope) -> Writer:
        """Who sends the request."""
        return self._turn(request_envelope).writer

    def who(self, request_envelope: RequestEnvelope) -> Whose:
        """Whose memory the request is about: as the store gave it, or else as it was last seen."""
        return self._turn(request_envelope).who

    def recognised(self, request_envelope: RequestEnvelope) -> bool:
        """Whether that is a voice that Alexa has recognised, or nobody here is known by voice.

        Where it is not, somebody who lives alone is taken to speak; but it may be a guest.
        """
        turn = self._turn(request_envelope)
        return not turn.who.speaker or bool(turn.asked.speaker)

    def thread(self, request_envelope: RequestEnvelope) -> Thread:
        """What the session knows after this turn of the record that it writes to."""
        turn = self._turn(request_envelope)
        thread = turn.writer.thread
        if not turn.met:
            return replace(next_thread(thread, {}, ""), met=turn.settled)
        if turn.verdict is Verdict.FORGOTTEN:
            # It may have been forgotten amid this turn, before the session knew of it.
            known = thread.known if thread.known is not None else mark_of(turn.base).begun
            return replace(next_thread(thread, {}, ""), known=known, era=thread.era or self._shelf.era)
        return next_thread(thread, turn.kept, self._shelf.era)

    def delete_attributes(self, request_envelope: RequestEnvelope) -> None:
        """Forget everyone who shares the user's account, and this turn can save nothing any more.

        Nothing is left, but of those who were remembered by something newer than this request.
        """
        self._forget(request_envelope, everyone=True)

    def forget_speaker(self, request_envelope: RequestEnvelope) -> None:
        """Forget the speaker alone, likewise; if nobody else is remembered, nothing is left."""
        self._forget(request_envelope, everyone=False)

    def _forget(self, request_envelope: RequestEnvelope, *, everyone: bool) -> None:
        turn = self._turn(request_envelope)
        user, by = turn.who.user, turn.writer
        if not user:
            return
        turn.forgot, turn.number = True, None
        traces = {user}

        def change(held: object) -> object:
            try:
                found, turn.who = _met(self._household(held), turn)
            except PersistenceException:  # of a later release: it cannot be told who is in it
                if everyone:
                    return None
                raise
            asked = found.people if everyone else {turn.who.speaker: found.people.get(turn.who.speaker, {})}
            gone = {name: kept for name, kept in asked.items() if not spared(kept, by)}
            traces.update(gone, (mark_of(kept).begun for kept in gone.values()))
            after = household.without(found, gone)
            return held if held is None else household.record_of(after)

        def forget_here() -> None:
            self._meanwhile.forget(user, None if everyone else turn.who.speaker, by)

        forget_here()
        with self._noticing():
            self._shelf.change(user, change)
            self._shelf.scrub(traces)
        forget_here()  # the store may have told who it was, and another thread may have seen them until then

    def number_of_speakers(self, request_envelope: RequestEnvelope) -> int:
        """How many are remembered in the household, voices that were not recognised counting as one.

        Within a turn it is what `get_attributes` found, and is not read again.
        """
        turn = self._turn(request_envelope)
        if turn.number is None and turn.who.user:
            turn.number = len(self._household(self._shelf.read(turn.who.user)).people)
        return turn.number or 0

    def last_known(self, request_envelope: RequestEnvelope) -> Record:
        """The speaker as this process saw them lately, for when the store gives nothing; empty if it did not."""
        return self._meanwhile.last(self.who(request_envelope))

    def owe(self, request_envelope: RequestEnvelope, unsaved: Unsaved) -> None:
        """Keep what the store did not take of a speaker whose session is over. It is saved when the store is back.

        That is found out by whatever comes first: somebody's save, `probe`, or `close`. Until then it is in this
        process alone.
        """
        who = self.who(request_envelope)
        if who.user and not self._meanwhile.owe(who, unsaved):
            log.error("too many people wait for the store: one was not saved, and is lost")

    def hand_over(self, request_envelope: RequestEnvelope) -> Unsaved | None:
        """What is owed to the speaker, who is here again. It is the caller's from now on."""
        if not len(self._meanwhile):
            return None
        turn = self._turn(request_envelope)
        seen = self._meanwhile.household(turn.who.user)
        alone = (turn.met or bool(seen)) and not set(seen) - {turn.who.speaker}
        return self._meanwhile.hand_over(turn.who, *([HOUSEHOLD] if alone else []))

    def probe(self) -> None:
        """Ask for the right to write, as a save does, and write nothing: returns when people can be remembered.

        After a save that failed, it is tried out with a record of nobody's, because a full disk grants the right, and
        takes nothing. Then some of what is owed is saved.

        Raises:
            PersistenceException: they cannot; says why.
        """
        if self._refused:
            self._shelf.change(_NOBODY, lambda _: {})
            self._shelf.remove(_NOBODY)
            self._refused = False
        else:
            self._shelf.change(_NOBODY, lambda held: held)
        self._settle(SETTLED_AT_ONCE)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the store as a whole, one line for each fault; for an operator, not within a turn."""
        return self._shelf.check()

    def close(self) -> None:
        """Save what is owed, if that can be, and let go of files and connections."""
        self._settle(len(self._meanwhile))
        if lost := len(self._meanwhile):
            log.error("the store did not come back: the last session of %d people is lost", lost)
        self._shelf.close()

    def export(self, user: str) -> Record:
        """Everything that is stored of a user's household; empty for nobody. What is damaged comes as it is."""
        held = self._shelf.read(user)
        return held if isinstance(held, dict) else {} if held is None else {"damaged": held}

    def delete(self, user: str) -> None:
        """Leave nothing of a user's household."""
        people = _people_in(self._shelf.read(user))
        self._meanwhile.forget(user)
        self._shelf.remove(user)
        self._shelf.scrub({user, *people, *(mark_of(kept).begun for kept in people.values())})

    def _settle(self, most: int) -> None:
        """Save some of what is owed. What the store does not take stays, and the rest is not tried."""
        for _ in range(most):
            if (owed := self._meanwhile.next_owed()) is None:
                return
            who, unsaved = owed
            if self._meanwhile.forgotten_since(who, unsaved.writer.at):
                continue
            try:
                self._change(who.user, partial(_caught_up, who=who, unsaved=unsaved))
            except Exception:
                self._meanwhile.owe(who, unsaved.tried_once_more())
                log.exception("what is owed to somebody could not be saved")
                return
            log.info("what was owed to somebody is saved")

    def _turn(self, envelope: RequestEnvelope) -> "_Turn":
        """What is known of a request: as the store gave it, or else as its people were last seen."""
        turn = self._turns.of(envelope)
        if turn is None:
            turn = self._turns.begin(envelope)
            turn.who = _met(Household(self._meanwhile.household(turn.asked.user)), turn)[1]
        return turn

    def _change(self, user: str, change: Callable[[Household], Household]) -> None:
        def changed(held: object) -> object:
            before = self._household(held)
            after = change(before)
            return held if after is before else household.record_of(after)

        with self._noticing():
            self._shelf.change(user, changed)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Whether the store took the last thing that it was to take."""
        try:
            yield
        except Exception:
            self._refused = True
            raise
        self._refused = False

    def _household(self, held: object) -> Household:
        try:
            found = household.read(held)
        except Newer as fault:
            raise PersistenceException(str(fault)) from fault
        if found.faults:
            log.error("a stored record is damaged, and that is begun anew: %s", ", ".join(found.faults))
        return found


def _met(found: Household, turn: "_Turn") -> tuple[Household, Whose]:
    """The household, and who of it speaks; the same as earlier in this turn, where that was somebody known."""
    who, known = turn.asked, turn.writer.thread.known
    if turn.base:
        who, known = turn.who, mark_of(turn.base).begun
    found, speaker = household.met(found, who.speaker, known, settled=turn.settled)
    return found, who if speaker == who.speaker else Whose(who.user, speaker)


def _people_in(held: object) -> Mapping[str, Record]:
    """Who is in a record, even if a later release made it; nobody, where that cannot be told."""
    try:
        return household.read(held).people
    except Newer:
        return {}


def _caught_up(held: Household, who: Whose, unsaved: Unsaved) -> Household:
    """A household with what was not saved of a speaker; the same one, if they were forgotten since."""
    known = mark_of(unsaved.base).begun if unsaved.base.get(SAVED_AT) else None
    found, speaker = household.met(held, who.speaker, known, settled=False)
    stored = found.people.get(speaker)
    if unsaved.verdict(stored) is not Verdict.WRITES:
        return held
    if not stored:
        return household.saved(found, speaker, unsaved.record, None, merge, unsaved.writer)
    record = unsaved.onto(tidy(stored))
    if unsaved.older_than(stored):
        return household.caught_up(found, speaker, record, unsaved.requests)
    return household.saved(found, speaker, record, stored, merge, unsaved.writer)


def export(store: PeopleStore, user: str) -> Record:
    """Everything that a store holds under a user's id, for someone who asks what is known about them."""
    return store.export(user)


def delete(store: PeopleStore, user: str) -> None:
    """Delete everything that a store holds under a user's id."""
    store.delete(user)


@dataclass(slots=True)
class _Turn:
    """What the store knows of one request.

    Attributes:
        asked: whose memory it is about, as far as it tells itself.
        writer: who sends it.
        settled: its session has settled who speaks.
        who: whose memory it is about.
        met: the store has given it.
        base: what it gave, or what was saved since; None when it was not asked.
        kept: what the store holds of the person, as far as this request has seen.
        number: how many there are in the household, if that is known.
        attempts: the requests whose work is in the next save.
        verdict: what became of the last save.
        forgot: it has asked to forget somebody, so it saves nothing any more.
    """

    asked: Whose
    writer: Writer
    settled: bool
    who: Whose
    met: bool = False
    base: Record | None = None
    kept: Record = field(default_factory=dict)
    number: int | None = None
    attempts: tuple[str, ...] = ()
    verdict: Verdict = Verdict.WRITES
    forgot: bool = False


class _Turns:
    """What is known of each request, for as long as that request lives.

    The SDK hands the same envelope to a turn's load and save. So a save knows what it was made from, and can tell
    what somebody else has saved since from what this turn itself has changed.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._turns: dict[int, tuple[ref[Any], _Turn]] = {}

    def begin(self, envelope: RequestEnvelope) -> _Turn:
        """A turn that nothing else is known of yet; what it was asked to forget, it remains asked."""
        key, before = id(envelope), self.of(envelope)
        asked, writer = whose(envelope), writer_of(envelope)
        settled = settled_on(envelope) is not None and writer.thread.met
        turn = _Turn(asked, writer, settled, asked, forgot=before is not None and before.forgot)
        with self._lock:
            self._turns[key] = (ref(envelope, lambda _: self._turns.pop(key, None)), turn)
        return turn

    def of(self, envelope: RequestEnvelope) -> _Turn | None:
        """What is known of a request, if anything is."""
        with self._lock:
            found = self._turns.get(id(envelope))
        return found[1] if found else None


class _NotPlain(TypeError):
    """Something that JSON would not give back as it is."""


def _plain(attributes: Record) -> Record:
    """A copy as JSON has it.

    Raises:
        PersistenceException: JSON cannot hold it.
    """
    try:
        copy: Record = _copied(attributes)
        return copy
    except _NotPlain:
        pass
    try:
        plain: Record = json.loads(json.dumps(attributes, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as fault:
        raise PersistenceException(f"what is to be saved is not JSON: {fault}") from fault
    return plain


_ATOMS = frozenset((str, int, bool, type(None)))


def _copied(value: Any) -> Any:
    """A copy of what came from JSON, or could have; many times faster than deepcopy.

    Raises:
        _NotPlain: it could not have.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict:
        copy = {}
        for key, item in value.items():
            if type(key) is not str:
                raise _NotPlain
            copy[key] = item if type(item) in _ATOMS else _copied(item)
        return copy
    if kind is list:
        return [_copied(item) for item in value]
    if kind is float and isfinite(value):
        return value
    raise _NotPlain
