"""A year of daily sessions by one person: how much is stored, and how long a load and a save take.

    python -m prove.year

Each turn is a real one: load, decide, save. On most days the whole routine is done; every seventh day an exercise is
skipped, every eleventh they leave half-way, and now and then they ask for something harder, or for fewer words.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prove.page import english, rows, today, write
from skill.dialogue.events import Event, Said, StartRoutine
from skill.dialogue.prompt import seconds_of
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Scene, Session
from skill.library.models import Library
from skill.memory.newest import Asking
from skill.memory.opening import open_store
from skill.memory.people import People
from skill.memory.record import person_of, record_of

DAYS = 365
SHOWN = (1, 7, 30, 90, 180, 365)
"""The days after which is measured."""

MEASURED = 300
LONGEST_DAY = 200
"""Turns after which a day ends, whatever was said."""

TEXT = """# A year of daily sessions

Written by `prove/year.py` on {today}.

One person, one session on each of {days} days, {turns} turns, each of them loaded, decided and saved. Stored is
their record as JSON; the times are the median of {measured} (in brackets the slowest of a hundred), a save until it
is on the disk. In their history after the year: {person}.

| after day | turns | stored | load | save |
|---|---|---|---|---|
{rows}

The file has {file:.0f} kB, its log {log:.0f} kB (at most some 4 MB, however many people there are).
"""


USER = Asking("amzn1.ask.account." + "A" * 180)


def main() -> None:
    library = english()
    turns, found = 0, []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.sqlite3"
        store = open_store(f"sqlite:///{path}")
        for day in range(1, DAYS + 1):
            turns += visit(store, library, day)
            if day in SHOWN:
                found.append((day, turns, *measured(path, store)))
        sizes = [Path(f"{path}{end}").stat().st_size / 1000 for end in ("", "-wal")]
        record = record_of(person_of(store.recall(USER).record))
        store.close()
    page = TEXT.format(
        today=today(f"SQLite {sqlite3.sqlite_version}", "synchronous=NORMAL"),
        days=DAYS,
        turns=turns,
        measured=MEASURED,
        rows=rows(found),
        person=", ".join(f"{key} {len(value)}" for key, value in record.items() if isinstance(value, dict | list)),
        file=sizes[0],
        log=sizes[1],
    )
    write("year.md", page)


def visit(store: People, library: Library, day: int) -> int:
    """One session: what is said is said, until she closes. How many turns it had."""
    now = datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day, minutes=day * 37 % 180)
    session, turns = Session(), 0
    for event in said_on(day, library):
        known = store.recall(USER)
        turn = respond(session, event, Scene(person_of(known.record), library, Listener(), now))
        store.keep(known, record_of(turn.person))
        turns += 1
        if not turn.prompt.listen:
            break
        session = turn.session
        now += timedelta(seconds=seconds_of(turn.prompt.parts, library.language) + 5)
    return turns


def said_on(day: int, library: Library) -> Iterator[Event]:
    yield Said.OPEN
    yield StartRoutine(max(library.routines, key=lambda name: len(library.routines[name].steps)))
    if day % 20 == 0:
        yield Said.FLOW if day % 40 else Said.GUIDED
    for turn in range(LONGEST_DAY):
        if day % 30 == 0 and turn == 3:
            yield Said.HARDER
        elif day % 7 == 0 and turn == 6:
            yield Said.SKIP_EXERCISE
        elif day % 11 == 0 and turn == 8:
            yield Said.STOP
        else:
            yield Said.NEXT


def measured(path: Path, store: People) -> tuple[str, str, str]:
    """How much is stored, and how long a load and a save take."""
    with closing(sqlite3.connect(path)) as db:
        (stored,) = db.execute("SELECT length(record) FROM people").fetchone()
    original = store.recall(USER).record
    loads, saves = [], []
    for number in range(MEASURED):
        began = time.perf_counter()
        known = store.recall(USER)
        loads.append(time.perf_counter() - began)
        changed = known.record | {"measured": number}  # because SQLite writes nothing where nothing has changed
        began = time.perf_counter()
        store.keep(known, changed)
        saves.append(time.perf_counter() - began)
    store.keep(store.recall(USER), original)
    return f"{stored:,} bytes", told(loads), told(saves)


def told(seconds: list[float]) -> str:
    slow = statistics.quantiles(seconds, n=100)[-1]
    return f"{statistics.median(seconds) * 1000:.2f} ms ({slow * 1000:.2f})"


if __name__ == "__main__":
    main()
