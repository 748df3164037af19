"""Records in an SQLite file: the default, for one machine with any number of threads and worker processes.

**What an acknowledged save survives.** Write-ahead log, synchronous=FULL: a commit returns once it is on the disk, so
it outlives kill -9, a crash of the machine and a power cut, as far as the disk itself does not lie about what it has
written. NORMAL would outlive kill -9 as well, and is 0.15 ms faster on an SSD; but a power cut would take back the
turns of the last seconds, and there is only one save in a turn of several seconds.

**What forgetting leaves.** Nothing: deleted bytes are overwritten with zeros (secure_delete), and the log is emptied
as soon as nobody reads it. A damaged file that was set aside, and in which the person stands, is overwritten and
removed.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

from ask_sdk_core.exceptions import PersistenceException

from skill.memory.shelf import Change, written
from skill.memory.sqlite_file import SqliteFile, is_damage

T = TypeVar("T")

WAIT_SECONDS = 1.0
"""How long a load or a save waits for the other processes, of the eight seconds that a turn has."""


class SqliteShelf:
    """Keeps records in one file, which is made, with the folders above it, when it is first needed.

    A damaged file is set aside, with a loud log, and a fresh one begun. A file that cannot be written, or a full disk,
    raises PersistenceException.
    """

    def __init__(self, path: Path, *, wait: float = WAIT_SECONDS) -> None:
        """Takes the file, and how many seconds to wait for others at most."""
        self._file = SqliteFile(path, wait)
        self._wait = wait
        self._writing = Lock()

    @property
    def era(self) -> str:
        return self._file.era

    def read(self, name: str) -> object:
        found = self._do(lambda db: db.execute("SELECT record FROM people WHERE user = ?", (name,)).fetchone())
        return _parsed(found)

    def change(self, name: str, change: Change) -> None:
        with self._turn_to_write():
            self._do(lambda db: _change(db, name, change))

    def remove(self, name: str) -> None:
        with self._turn_to_write():
            self._do(lambda db: _remove(db, name))

    def scrub(self, traces: Collection[str]) -> None:
        """Remove the files beside this one, set aside or left of a rescue, in which one of these texts stands."""
        with self._failures():
            self._file.scrub([trace for trace in traces if trace])

    def check(self) -> tuple[str, ...]:
        """What SQLite's integrity check finds; a damaged file stays where it is."""
        with self._failures():
            try:
                with self._file.connection() as connection:
                    found = connection.execute("PRAGMA integrity_check").fetchall()
            except sqlite3.DatabaseError as fault:
                if is_damage(fault):
                    return (f"{self._file.path}: {fault}",)
                raise
        return tuple(f"{self._file.path}: {line}" for (line,) in found if line != "ok")

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Our own threads write one after the other. SQLite would let them try and sleep, the unlucky for a second."""
        if not self._writing.acquire(timeout=self._wait):
            raise PersistenceException(f"{self._file.path}: other threads have been writing for {self._wait} s")
        try:
            yield
        finally:
            self._writing.release()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the file; once more with a fresh one, if it turns out to be damaged."""
        with self._failures():
            try:
                with self._file.connection() as connection:
                    return work(connection)
            except sqlite3.DatabaseError as fault:
                if not is_damage(fault):
                    raise
                self._file.set_aside(fault)
            with self._file.connection() as connection:
                return work(connection)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise PersistenceException(f"{self._file.path}: {type(fault).__name__}: {fault}") from fault


def _change(connection: sqlite3.Connection, name: str, change: Change) -> None:
    # IMMEDIATE takes the write lock before reading: one that is taken later cannot wait, and fails at once.
    connection.execute("BEGIN IMMEDIATE")
    held = _parsed(connection.execute("SELECT record FROM people WHERE user = ?", (name,)).fetchone())
    record = change(held)
    if record is None and held is not None:
        connection.execute("DELETE FROM people WHERE user = ?", (name,))
    elif record is not held:
        text = written(record)
        connection.execute(
            "INSERT INTO people (user, record) VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET record = excluded.record",
            (name, text),
        )
    connection.execute("COMMIT")
    if record is None and held is not None:
        _empty_log(connection)


def _remove(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM people WHERE user = ?", (name,))
    _empty_log(connection)


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move everything from the log into the file, so that no older page with a deleted record is left.

    Where others are still reading it stays for now, and goes when the log next starts from its beginning.
    """
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _parsed(row: tuple[object] | None) -> object:
    """The record in a row; whatever is no JSON comes back as it is, which no record ever is."""
    if row is None:
        return None
    try:
        return json.loads(row[0]) if isinstance(row[0], str) else repr(row[0])
    except (ValueError, RecursionError):
        return row[0]
