"""The people whom the skill remembers, behind the SDK's persistence interface, whatever they are kept in."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import isfinite
from threading import Lock
from typing import Any
from weakref import ref

from ask_sdk_core.attributes_manager import AbstractPersistenceAdapter
from ask_sdk_core.exceptions import PersistenceException
from ask_sdk_model import RequestEnvelope

from skill.storage import household
from skill.storage.household import Household, Newer
from skill.storage.meanwhile import Meanwhile, Unsaved
from skill.storage.merge import Merge, Record, merge
from skill.storage.record import tidy
from skill.storage.shelf import Shelf
from skill.storage.whose import Whose, whose

log = logging.getLogger(__name__)

SETTLED_AT_ONCE = 50
"""How many of those who waited for the store are saved when it is asked whether it is back: whoever asks waits, too."""

_FORGOTTEN: Record = {"forgotten": True}
"""Stands for what was given for a request that then asked to forget it: `household.saved` adds nothing to that."""


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
        self._given = _Given()
        self._meanwhile = Meanwhile()
        self._refused = False

    def get_attributes(self, request_envelope: RequestEnvelope) -> Record:
        """What is remembered of the speaker, empty for somebody new."""
        who = whose(request_envelope)
        if not who.user:
            return {}
        found = self._household(self._shelf.read(who.user))
        stored = found.people.get(who.speaker, {})
        self._given.keep(request_envelope, stored, len(found.people))
        attributes = self._meanwhile.last(who) if found.faults and not stored else stored
        self._meanwhile.saw(who, attributes)
        copy: Record = _copied(attributes)
        return copy

    def save_attributes(self, request_envelope: RequestEnvelope, attributes: Record) -> None:
        """Remember the speaker so; it is kept when this returns.

        What another device saved since `get_attributes` was called with this same envelope is merged in. If the
        speaker was forgotten since then, nothing is saved.
        """
        who = whose(request_envelope)
        if not who.user:
            return
        plain = _plain(attributes)
        base, number = self._given.to(request_envelope)
        self._change(who.user, lambda held: household.saved(held, who.speaker, plain, base, self._merge))
        if base is not _FORGOTTEN:
            self._given.keep(request_envelope, plain, number)
            self._meanwhile.saw(who, plain)
        self._settle(1)

    def delete_attributes(self, request_envelope: RequestEnvelope) -> None:
        """Forget everyone who shares the user's account. Nothing is left, and this turn can save nothing any more."""
        if user := whose(request_envelope).user:
            self._given.keep(request_envelope, _FORGOTTEN, None)
            self._meanwhile.forget(user)
            with self._noticing():
                self._shelf.remove(user)

    def forget_speaker(self, request_envelope: RequestEnvelope) -> None:
        """Forget the speaker alone, likewise; if nobody else is remembered, nothing is left."""
        who = whose(request_envelope)
        if who.user:
            self._given.keep(request_envelope, _FORGOTTEN, None)
            self._meanwhile.forget(who.user, who.speaker)
            self._change(who.user, lambda held: household.forgotten(held, who.speaker))

    def number_of_speakers(self, request_envelope: RequestEnvelope) -> int:
        """How many are remembered in the household, voices that were not recognised counting as one.

        Within a turn it is what `get_attributes` found, and is not read again.
        """
        _, number = self._given.to(request_envelope)
        user = whose(request_envelope).user
        if number is None and user:
            number = len(self._household(self._shelf.read(user)).people)
        return number or 0

    def last_known(self, request_envelope: RequestEnvelope) -> Record:
        """The speaker as this process saw them lately, for when the store gives nothing; empty if it did not."""
        return self._meanwhile.last(whose(request_envelope))

    def owe(self, request_envelope: RequestEnvelope, unsaved: Unsaved) -> None:
        """Keep what the store did not take of a speaker whose session is over. It is saved when the store is back.

        That is found out by whatever comes first: somebody's save, `probe`, or `close`. Until then it is in this
        process alone.
        """
        who = whose(request_envelope)
        if who.user and not self._meanwhile.owe(who, unsaved):
            log.error("too many people wait for the store: one was not saved, and is lost")

    def hand_over(self, request_envelope: RequestEnvelope) -> Unsaved | None:
        """What is owed to the speaker, who is here again. It is the caller's from now on."""
        return self._meanwhile.hand_over(whose(request_envelope)) if len(self._meanwhile) else None

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
        self._meanwhile.forget(user)
        self._shelf.remove(user)

    def _settle(self, most: int) -> None:
        """Save some of what is owed. What the store does not take stays, and the rest is not tried."""
        for _ in range(most):
            if (owed := self._meanwhile.next_owed()) is None:
                return
            who, unsaved = owed
            try:
                self._change(who.user, partial(_caught_up, who=who, unsaved=unsaved))
            except Exception:
                self._meanwhile.owe(who, unsaved.tried_once_more())
                log.exception("what is owed to somebody could not be saved")
                return
            log.info("what was owed to somebody is saved")

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


def _caught_up(held: Household, who: Whose, unsaved: Unsaved) -> Household:
    """A household with what was not saved of a speaker; the same one, if they were forgotten since."""
    stored = held.people.get(who.speaker)
    if unsaved.forgotten(stored):
        return held
    record = unsaved.onto(tidy(stored)) if stored else unsaved.record
    return household.saved(held, who.speaker, record, stored, merge)


def export(store: PeopleStore, user: str) -> Record:
    """Everything that a store holds under a user's id, for someone who asks what is known about them."""
    return store.export(user)


def delete(store: PeopleStore, user: str) -> None:
    """Delete everything that a store holds under a user's id."""
    store.delete(user)


class _Given:
    """What was given for a request, or saved with it, for as long as that request lives.

    The SDK hands the same envelope to a turn's load and save. So a save knows what it was made from, and can tell
    what somebody else has saved since from what this turn itself has changed.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._given: dict[int, tuple[ref[Any], Record, int | None]] = {}

    def keep(self, envelope: RequestEnvelope, attributes: Record, number: int | None) -> None:
        """Keep what was given: the speaker's attributes, and how many there are in the household, if it is known."""
        key = id(envelope)
        with self._lock:
            self._given[key] = (ref(envelope, lambda _: self._given.pop(key, None)), attributes, number)

    def to(self, envelope: RequestEnvelope) -> tuple[Record | None, int | None]:
        """What was given; None for what was not asked for."""
        with self._lock:
            _, attributes, number = self._given.get(id(envelope), (None, None, None))
        return attributes, number


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
