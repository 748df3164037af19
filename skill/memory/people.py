"""The people whom the skill remembers, whatever they are kept in.

Compare and swap: `recall` gives a person and the very text in which they were found; `keep` puts a new one in its place
only while it is still there. Where somebody else was quicker, the turn is made again on what is there now.
"""

import logging
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from skill.library.values import Value, field, replace
from skill.memory import household
from skill.memory.household import Household
from skill.memory.newest import (
    HOUSEHOLD,
    Asking,
    Record,
    Thread,
    Verdict,
    added,
    mark_of,
    marked,
    next_thread,
    spared,
    verdict,
)
from skill.memory.own_copy import Owed, OwnCopy
from skill.memory.shelf import Shelf, StoreFailed
from skill.memory.unsaved import Again, Unsaved

log = logging.getLogger(__name__)

TRIES = 10
"""How often something is tried, when somebody else is quicker each time; two devices need two."""

LONGEST_PAUSE = 0.1
"""Seconds before another try at most. Pauses are longer each time and differ by chance, so that nobody comes last again
and again; all of them together take half a second at most."""

SETTLED_AT_ONCE = 50
"""How many of those who waited for the store are saved when it is asked whether it is back: whoever asks waits, too."""

_TOO_OFTEN = f"{TRIES} times somebody else saved the same record first"

_NOBODY = "nobody"
"""A user id that no user has: Amazon's begin with amzn1."""


class Known(Value):
    """Somebody as they were found.

    Attributes:
        asking: whose request it is.
        speaker: under which name they are kept in their household.
        found: that household.
        text: the household as the store has it; None for nothing.
        record: what is remembered of them, empty for somebody new.
        verdict: what becomes of what this turn would write.
        era: what the store was when it was asked.
        reached: the store has answered, so it may be written to without losing what it holds.
    """

    asking: Asking
    speaker: str = HOUSEHOLD
    found: Household = household.NOBODY
    text: str | None = None
    record: Record = field(default_factory=dict)
    verdict: Verdict = Verdict.WRITES
    era: str = ""
    reached: bool = True

    @property
    def recognised(self) -> bool:
        """Whether that is a voice that Alexa has recognised, or nobody here is known by voice.

        Where it is not, somebody who lives alone is taken to speak; but it may be a guest.
        """
        return not self.speaker or bool(self.asking.voice)

    @property
    def alone(self) -> bool:
        """Whether nobody else is known to be in the household."""
        return (self.reached or bool(self.found.people)) and not set(self.found.people) - {self.speaker}

    def asking_again(self) -> Asking:
        """Who asks, now that somebody else was quicker: who has been seen, and is missing then, was forgotten."""
        if not self.record:
            return self.asking
        thread = replace(self.asking.thread, known=mark_of(self.record).begun, era=self.era)
        return replace(self.asking, thread=thread)

    def thread(self) -> Thread:
        """What the session knows after this turn of the record that it writes to."""
        thread = self.asking.thread
        if not self.reached:
            return replace(next_thread(thread, {}, ""), met=self.asking.settled)
        if self.verdict is Verdict.FORGOTTEN:
            # It may have been forgotten amid this turn, before the session knew of it.
            known = thread.known if thread.known is not None else mark_of(self.record).begun
            return replace(next_thread(thread, {}, ""), known=known, era=thread.era or self.era)
        return next_thread(thread, self.record, self.era)


class People:
    """Remembers people: a record for the one who speaks, kept in one text for each user's household.

    A request without a user leaves no trace. Safe to use from several threads. A store that fails, or holds records
    of a later release, raises StoreFailed; damaged records count as nobody's, and are logged.
    """

    def __init__(self, shelf: Shelf) -> None:
        """Takes what texts are kept in."""
        self._shelf = shelf
        self._own = OwnCopy()
        self._refused = False

    def recall(self, asking: Asking, attempts: tuple[str, ...] = ()) -> Known:
        """Who asks, as the store has them; `attempts` are the requests whose work would be written with theirs."""
        user = asking.user
        if not user:
            return Known(asking)
        text = self._shelf.read(user)
        found = household.read(text)
        known = _met(asking, found, text)
        era = self._shelf.era
        if self._own.forgotten_since(user, known.speaker, asking.at):
            judged = Verdict.FORGOTTEN
        else:
            judged = verdict(known.record, asking, attempts, era, damaged=bool(found.faults))
        if found.faults:
            log.error("a stored record is damaged, and that is begun anew: %s", ", ".join(found.faults))
            known = replace(known, record=known.record or self.last_seen(asking).record)
        else:
            self._own.saw(user, text)
        return replace(known, verdict=judged, era=era)

    def last_seen(self, asking: Asking) -> Known:
        """Who asks, as this process saw them lately, for when the store gives nothing."""
        known = _met(asking, household.read(self._own.last(asking.user)), None)
        return replace(known, reached=False)

    def keep(self, known: Known, record: Record, attempts: tuple[str, ...] = ()) -> Known | None:
        """Remember a person so, whose verdict has let it; it is kept when this returns.

        Args:
            known: as they were found.
            record: what is to be remembered.
            attempts: the requests whose work it holds, too, any of which may have arrived by itself.

        Returns:
            The person as they are kept now; None where somebody else was quicker, and nothing was written.
        """
        if not known.asking.user:
            return replace(known, record=record)
        kept = self._kept(known, marked(record, known.found.people.get(known.speaker), known.asking, attempts))
        self.settle()
        return kept

    def _kept(self, known: Known, record: Record) -> Known | None:
        found = household.saved(known.found, known.speaker, record)
        text = self._swapped(known.asking.user, known.text, found)
        return None if text is None else replace(known, found=found, text=text, record=record)

    def _swapped(self, user: str, old: str | None, found: Household) -> str | None:
        """The text of a household that now stands where the old one did; "" for nobody, and None where it was gone."""
        new = household.written(found)
        with self._noticing():
            if not self._shelf.replace(user, old, new):
                return None
        self._own.saw(user, new)
        return new or ""

    def forget(self, asking: Asking, *, everyone: bool) -> None:
        """Forget the speaker, or everyone who shares the user's account.

        Nothing is left, but of those who were remembered by something newer than this request.
        """
        if not asking.user:
            return
        self._own.forget(asking.user, None if everyone else self.last_seen(asking).speaker, asking)
        for _ in tries():
            if (forgotten := self._forgotten(asking, everyone)) is not None:
                break
        else:
            raise StoreFailed(_TOO_OFTEN)
        speaker, traces, text = forgotten
        with self._noticing():
            self._shelf.scrub({asking.user, *traces})
        # The store may have told who it was, and another thread may have seen them until then.
        self._own.forget(asking.user, None if everyone else speaker, asking)
        self._own.saw(asking.user, text or None)

    def _forgotten(self, asking: Asking, everyone: bool) -> tuple[str, set[str], str | None] | None:
        """Who asked, whom one try has forgotten, by name and by how they began, and what is left of the household.

        None where somebody else was quicker.
        """
        text = self._shelf.read(asking.user)
        try:
            found = household.read(text)
        except household.Newer:  # it cannot be told who is in it
            if not everyone:
                raise
            self._shelf.remove(asking.user)
            return HOUSEHOLD, set(), None
        known = _met(asking, found, text)
        asked = found.people if everyone else {known.speaker: known.record}
        gone = {name: kept for name, kept in asked.items() if not spared(kept, asking)}
        if text is not None:
            text = self._swapped(asking.user, text, household.without(known.found, gone))
            if text is None:
                return None
        return known.speaker, {*gone, *(mark_of(kept).begun for kept in gone.values())}, text

    def owe(self, asking: Asking, speaker: str, unsaved: Unsaved, again: Again) -> None:
        """Keep what the store did not take of a speaker whose session is over. It is saved when the store is back.

        That is found out by whatever comes first: somebody's save, `probe`, or `close`. Until then it is in this
        process alone.
        """
        owed = Owed(asking.user, speaker, unsaved, again)
        if owed.user and not self._own.owe(owed):
            log.error("too many people wait for the store: one was not saved, and is lost")

    def hand_over(self, known: Known) -> Unsaved | None:
        """What is owed to the speaker, who is here again. It is the caller's from now on."""
        names = {known.speaker} | ({HOUSEHOLD} if known.alone else set())
        return self._own.hand_over(known.asking.user, names) if len(self._own) else None

    def settle(self, most: int = 1) -> None:
        """Save some of what is owed. What the store does not take stays, and the rest is not tried."""
        for _ in range(most):
            if (owed := self._own.next_owed()) is None:
                return
            try:
                if not any(self._caught_up(owed) for _ in tries()):
                    raise StoreFailed(_TOO_OFTEN)
            except Exception:
                self._own.owe(owed)
                log.exception("what is owed to somebody could not be saved")
                return
            log.info("what was owed to somebody is saved")

    def _caught_up(self, owed: Owed) -> bool:
        """Whether what was owed is settled; not, where somebody else was quicker."""
        unsaved = owed.unsaved
        asking = unsaved.asking(owed.user, owed.speaker)
        text = self._shelf.read(owed.user)
        known = _met(asking, household.read(text), text)
        stored = known.record
        gone = self._own.forgotten_since(owed.user, known.speaker, asking.at)
        if gone or unsaved.verdict(stored) is not Verdict.WRITES:
            return True
        record = unsaved.onto(stored, owed.again)
        late = bool(stored) and unsaved.overtaken(stored)
        make = added(record, stored, unsaved.requests) if late else marked(record, stored, asking, unsaved.requests)
        return self._kept(known, make) is not None

    def probe(self) -> None:
        """Ask for the right to write, as a save does, and write nothing: returns when people can be remembered.

        After a save that failed, it is tried out with a record of nobody's, because a full disk grants the right, and
        takes nothing. Then some of what is owed is saved.

        Raises:
            StoreFailed: they cannot; says why.
        """
        self._shelf.replace(_NOBODY, "-", "-")
        if self._refused:
            self._shelf.replace(_NOBODY, None, "{}")
            self._shelf.remove(_NOBODY)
            self._refused = False
        self.settle(SETTLED_AT_ONCE)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the store as a whole, one line for each fault; for an operator, not within a turn."""
        return self._shelf.check()

    def close(self) -> None:
        """Save what is owed, if that can be, and let go of files and connections."""
        self.settle(len(self._own))
        if lost := len(self._own):
            log.error("the store did not come back: the last session of %d people is lost", lost)
        self._shelf.close()

    def export(self, user: str) -> Record:
        """Everything that is stored of a user's household; empty for nobody. What is damaged comes as it is."""
        text = self._shelf.read(user)
        held = {} if text is None else household.parsed(text)
        return held if isinstance(held, dict) else {"damaged": text}

    def delete(self, user: str) -> None:
        """Leave nothing of a user's household."""
        people: Mapping[str, Record] = {}
        with suppress(household.Newer):
            people = household.read(self._shelf.read(user)).people
        self._own.forget(user)
        self._shelf.remove(user)
        self._shelf.scrub({user, *people, *(mark_of(kept).begun for kept in people.values())})

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Whether the store took the last thing that it was to take."""
        try:
            yield
        except Exception:
            self._refused = True
            raise
        self._refused = False


def tries() -> Iterator[int]:
    """Counts tries, with a pause before each but the first: longer each time, and different by chance."""
    for number in range(TRIES):
        if number:
            time.sleep(random.uniform(0, min(0.001 * 2**number, LONGEST_PAUSE)))
        yield number


def _met(asking: Asking, found: Household, text: str | None) -> Known:
    """Who of a household speaks."""
    found, speaker = household.met(found, asking.voice, asking.thread.known, settled=asking.settled)
    return Known(asking, speaker, found, text, found.people.get(speaker, {}))
