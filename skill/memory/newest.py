"""Newest wins: who wrote a person's record last, and whether what comes now may still change it. Pure.

Requests arrive late, twice, from a session that another one has overtaken, and from one whose person was forgotten in
the meantime. None of these changes anything newer. For that a record carries a mark, and a session a thread.
`verdict` judges the very record that a turn was made from; as that is swapped for the next one only while it is still
there, the judgement holds at the moment of writing.
"""

from enum import StrEnum

from skill.library.values import LARGEST, Number, Value, replace
from skill.memory.household import HOUSEHOLD
from skill.memory.record import BEGUN, SAVED_BY, Print, Record, is_later, mark_of, moment_of, unmarked

THREAD = "thread"
"""The session attribute that carries what a session knows of the record that it writes to."""

REQUESTS = 5
"""How many of the latest requests a record names. What is sent twice comes twice within seconds."""


class Verdict(StrEnum):
    """What becomes of what a turn would write."""

    WRITES = "writes"
    AGAIN = "again"
    """It was done before, by the same request."""
    OVERTAKEN = "overtaken"
    """Somebody has written since who is newer."""
    FORGOTTEN = "forgotten"
    """The person was forgotten since."""


class Thread(Value):
    """What a session knows of its person's record.

    Attributes:
        known: BEGUN of the record that it has seen or written, "" where that does not say; None while there was none.
        era: what the store was then (see `Shelf.era`).
        turn: how many turns of this session were completed.
        met: the store has answered in this session, so who speaks is settled.
    """

    known: Print | None = None
    era: Print = ""
    turn: Number = 0
    met: bool = True

    def after(self, record: Record, era: str) -> "Thread":
        """The same after a turn, in which the store held this."""
        thread = replace(self, turn=min(self.turn + 1, LARGEST), met=True)
        return replace(thread, known=mark_of(record).begun, era=era) if record else thread


class Asking(Value):
    """Who sends a request, as far as the request itself tells.

    Attributes:
        user: the user of the skill, "" for none.
        voice: the speaker whom Alexa recognised, or on whom the session has settled; HOUSEHOLD for neither.
        settled: the session has settled on that speaker. A voice that is recognised half-way changes nobody's place.
        session: the session's fingerprint, "" for none.
        request: the request's.
        at: the request's own time, in milliseconds since 1970; 0 when it tells none.
        ends: it only tells that the session is over.
        thread: what the session knows.
    """

    user: str
    voice: str = HOUSEHOLD
    settled: bool = False
    session: str = ""
    request: str = ""
    at: int = 0
    ends: bool = False
    thread: Thread = Thread()


def verdict(
    held: Record | None, asking: Asking, attempts: tuple[str, ...] = (), era: str = "", *, damaged: bool = False
) -> Verdict:
    """What becomes of what a turn would write.

    Args:
        held: the person's record as it is now; None or empty for none.
        asking: whose turn it is.
        attempts: the requests whose work would be written with it, and which may have arrived before.
        era: what the store is now. What is missing from another store than the one where it was seen was lost there,
            and not forgotten.
        damaged: part of what the store held could not be read, so what is missing may be that.
    """
    if not asking.session and not asking.request:  # nobody in particular
        return Verdict.WRITES
    seen, lost = asking.thread.known is not None, asking.thread.era != era
    if not held:
        # An end brings nobody back; but what could never be saved before is not lost with it.
        gone = not lost if seen else asking.ends and not attempts
        return Verdict.FORGOTTEN if gone and not damaged else Verdict.WRITES
    mark = mark_of(held)
    if seen and not lost and asking.thread.known != mark.begun:
        return Verdict.FORGOTTEN
    if mark.last and mark.last in attempts:  # our own, which has arrived after all
        return Verdict.WRITES
    if asking.request and asking.request in mark.requests:
        return Verdict.AGAIN
    if mark.session == asking.session:  # within a session its own turns tell, which no clock can put back
        newest = mark.turn <= asking.thread.turn
    else:
        newest = not asking.ends and not is_later(moment_of(held), asking.at)
    return Verdict.WRITES if newest or not mark.session else Verdict.OVERTAKEN


def spared(record: Record, by: Asking) -> bool:
    """Whether a record is newer than the request that asks to forget it, which then came late, or once more."""
    if not by.at or (by.session and mark_of(record).session == by.session):
        return False
    return is_later(moment_of(record), by.at)


def marked(
    record: Record, held: Record | None, asking: Asking, attempts: tuple[str, ...] = (), *, late: bool = False
) -> Record:
    """A record that is to take another's place, with the marks of both.

    A record that was begun elsewhere or by an older release stays that very one.

    Args:
        record: what is to be remembered.
        held: the person's record as it is now.
        asking: who writes.
        attempts: other requests whose work is in it.
        late: it is something older, added to what is held, which stays that of whoever wrote last.
    """
    if not late and not asking.session and not asking.request:
        return record
    before = mark_of(held)
    # What of the same session arrives after its end is late.
    session, turn = (before.session, before.turn) if late else (asking.session, asking.thread.turn + asking.ends)
    requests = [name for name in dict.fromkeys((*before.requests, *attempts, asking.request)) if name]
    begun = before.begun if held else asking.request
    by = {"session": session, "turn": turn, "requests": requests[-REQUESTS:]}
    return unmarked(record) | {SAVED_BY: by} | ({BEGUN: begun} if begun else {})
