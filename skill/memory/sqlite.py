"""Records in an SQLite file: the default, for one machine with any number of threads and worker processes.

**What an acknowledged save survives.** Write-ahead log, synchronous=NORMAL: a commit is the operating system's when it
returns, so it outlives kill -9 and any crash of the process. A power cut, or a crash of the machine, may take back the
saves of the last seconds, and harms nothing before them ([S] https://sqlite.org/pragma.html#pragma_synchronous).
FULL would wait for the disk at every turn, each process after the other.

**What forgetting leaves.** Nothing, and that is waited for: deleted bytes are overwritten with zeros (secure_delete),
and the log is brought into the file, onto the disk, and emptied. A damaged file that was set aside, and in which the
person stands, is overwritten and removed.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

from skill.memory.shelf import StoreFailed
from skill.memory.sqlite_file import SqliteFile, is_damage

T = TypeVar("T")

WAIT_SECONDS = 1.0
"""How long a load or a save waits for the other processes, of the eight seconds that a turn has."""

# By their bytes: what is no text at all, as somebody's tool may have put it there, can be read and replaced, too.
_READ = "SELECT CAST(record AS BLOB) FROM people WHERE user = ?"
_ADD = "INSERT OR IGNORE INTO people (record, user) VALUES (CAST(? AS TEXT), ?)"
_CHANGE = "UPDATE people SET record = CAST(? AS TEXT) WHERE user = ? AND CAST(record AS BLOB) = ?"
_DELETE = "DELETE FROM people WHERE user = ? AND CAST(record AS BLOB) = ?"


class SqliteShelf:
    """Keeps texts in one file, which is made, with the folders above it, when it is first needed.

    A damaged file is set aside, with a loud log, and a fresh one begun. A file that cannot be written, or a full disk,
    raises StoreFailed.
    """

    def __init__(self, path: Path, *, wait: float = WAIT_SECONDS) -> None:
        """Takes the file, and how many seconds to wait for others at most."""
        self._file = SqliteFile(path, wait)
        self._wait = wait
        self._writing = Lock()

    @property
    def era(self) -> str:
        return self._file.era

    def read(self, name: str) -> str | None:
        found = self._do(lambda db: db.execute(_READ, (name,)).fetchone())
        return None if found is None else found[0].decode("utf-8", "surrogateescape")

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        values: tuple[str | bytes | None, ...]
        held, comes = (None if text is None else text.encode("utf-8", "surrogateescape") for text in (old, new))
        if held is None:
            change, values = _ADD, (comes, name)
        elif comes is None:
            change, values = _DELETE, (name, held)
        else:
            change, values = _CHANGE, (comes, name, held)
        return self._write(lambda db: db.execute(change, values).rowcount == 1)

    def remove(self, name: str) -> None:
        self._write(lambda db: db.execute("DELETE FROM people WHERE user = ?", (name,)))

    def scrub(self, traces: Collection[str]) -> None:
        """Empty the log; remove the files beside this one, set aside or left of a rescue, in which a text stands."""
        self._write(_empty_log)
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

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Our own threads write one after the other. SQLite would let them try and sleep, the unlucky for a second."""
        if not self._writing.acquire(timeout=self._wait):
            raise StoreFailed(f"{self._file.path}: other threads have been writing for {self._wait} s")
        try:
            return self._do(work)
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
            raise StoreFailed(f"{self._file.path}: {type(fault).__name__}: {fault}") from fault


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move everything from the log into the file, and onto the disk, so that no older page with a record is left."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreFailed("somebody is reading the file, so what was deleted still stands in its log")
