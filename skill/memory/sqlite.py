"""Records in an SQLite file: the default, for one machine with any number of threads and worker processes.

**What an acknowledged save survives.** Write-ahead log, synchronous=NORMAL: a commit is the operating system's when it
returns, so it outlives kill -9 and any crash of the process. A power cut, or a crash of the machine, may take back the
saves of the last seconds, and harms nothing before them ([S] https://sqlite.org/pragma.html#pragma_synchronous).
FULL would wait for the disk at every turn, each process after the other.

**What forgetting leaves.** Nothing, and that is waited for: deleted bytes are overwritten with zeros (secure_delete),
and the log is brought into the file, onto the disk, and emptied. A damaged file that was set aside, and in which the
person stands, is overwritten and removed.
"""

import glob
import json
import logging
import mmap
import os
import random
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TypeVar

from skill.memory.household import parsed
from skill.memory.shelf import StoreFailed

log = logging.getLogger(__name__)

T = TypeVar("T")

WAIT_SECONDS = 1.0
"""How long a load or a save waits for the other processes, of the eight seconds that a turn has."""

SCHEMA = 1
"""Kept in the file's user_version. Rises when a table changes, and then `_lay_out` says how to change an older file."""

_TABLE = "CREATE TABLE IF NOT EXISTS people (user TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL)"

# By their bytes: what is no text at all, as somebody's tool may have put it there, can be read and replaced, too.
_READ = "SELECT CAST(record AS BLOB) FROM people WHERE user = ?"
_ADD = "INSERT OR IGNORE INTO people (record, user) VALUES (CAST(? AS TEXT), ?)"
_CHANGE = "UPDATE people SET record = CAST(? AS TEXT) WHERE user = ? AND CAST(record AS BLOB) = ?"
_DELETE = "DELETE FROM people WHERE user = ? AND CAST(record AS BLOB) = ?"

_PARTS = ("", "-wal", "-shm")
"""A database, its write-ahead log and the index of that. They belong together, and are moved together."""

_ENDS = 64
"""Bytes at either end of an id by which it is found: the whole of it may lie on two pages that are not neighbours."""


class SqliteShelf:
    """Keeps texts in one file, which is made, with the folders above it, when it is first needed.

    A damaged file is set aside, with a loud log, and a fresh one begun. A file that cannot be written, or a full disk,
    raises StoreFailed.
    """

    def __init__(self, path: Path, *, wait: float = WAIT_SECONDS) -> None:
        self.path = path.absolute()
        self.era = ""
        """A number in the file that was opened last, which another file has not; "0" in those of older releases."""
        self._wait = wait
        self._writing = Lock()
        self._lock = Lock()
        self._idle: list[_Connection] = []
        self._process = os.getpid()
        self._inherited: list[_Connection] = []
        self._was_there = False

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

    def scrub(self, traces: Collection[str]) -> None:
        """Empty the log; remove the files beside this one, set aside or left of a rescue, in which a text stands.

        What of others could still be had from those goes, too: nobody can be told that they were forgotten otherwise.
        A record whose id was destroyed by the damage is found by the fingerprint with which it began.
        """
        self._write(_empty_log)
        with self._failures():
            if not self._beside():
                return
            # A user's id stands in a file as it is, a speaker's as in JSON.
            texts = {text.encode() for trace in traces if trace for text in (trace, json.dumps(trace)[1:-1])}
            wanted = {end for text in texts for end in (text[:_ENDS], text[-_ENDS:])}
            with self._alone():
                for found in self._beside():
                    if any(_has(part, wanted) for part in found):
                        for part in found:
                            _wipe(part)
                        log.critical(
                            "%s was overwritten and removed, because somebody who stood in it was forgotten: what of "
                            "others had not been read from it is lost", found[0]
                        )  # fmt: skip

    def close(self) -> None:
        """Close all connections that are not in use."""
        with self._lock:
            self._leave_inherited()
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    # At work

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Our own threads write one after the other. SQLite would let them try and sleep, the unlucky for a second."""
        if not self._writing.acquire(timeout=self._wait):
            raise StoreFailed(f"{self.path}: other threads have been writing for {self._wait} s")
        try:
            return self._do(work)
        finally:
            self._writing.release()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the file; once more with a fresh one, if it turns out to be damaged."""
        with self._failures():
            try:
                return self._once(work)
            except sqlite3.DatabaseError as fault:
                if not is_damage(fault):
                    raise
                self._set_aside(fault)
            return self._once(work)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise StoreFailed(f"{self.path}: {type(fault).__name__}: {fault}") from fault

    # Connections

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it by a connection for this thread alone; after an exception, whatever was begun with it is undone.

        It is kept for the next even after an error: on a full disk a new one could not be opened.
        """
        connection = self._take() or self._open()
        of_use = True
        try:
            return work(connection)
        except sqlite3.OperationalError as fault:
            of_use = _code(fault) != sqlite3.SQLITE_READONLY  # it would stay so, when the file no longer is
            raise
        finally:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.rollback()
            if of_use and not connection.in_transaction:
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def _take(self) -> "_Connection | None":
        """An idle connection to the file that is there now, if there is one."""
        with self._lock:
            self._leave_inherited()
            there = _identity(self.path) if self._idle else None
            while self._idle:
                connection = self._idle.pop()
                if connection.file == there:
                    return connection
                connection.close()  # somebody has moved or replaced the file since
        return None

    def _leave_inherited(self) -> None:
        """A forked process must neither use nor close its parent's connections: they share locks with it."""
        if self._process != os.getpid():
            self._inherited += self._idle
            self._idle = []
            self._process = os.getpid()

    def _open(self) -> "_Connection":
        if not self.path.exists():
            self._begin()
        file = _identity(self.path)
        connection = self._connect(self.path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")  # as it is already, unless an operator has made the file
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA:
                raise sqlite3.NotSupportedError(
                    f"it has schema {version}, and this release knows {SCHEMA}: use a newer one"
                )
            if version < SCHEMA:
                _lay_out(connection)
            (era,) = connection.execute("PRAGMA application_id").fetchone()
        except BaseException:
            connection.close()
            raise
        self.era = str(era)
        self._was_there = True
        connection.file = file
        return connection

    def _connect(self, path: Path) -> "_Connection":
        # mode=rw: a missing file is made by _begin alone, with its rights, and never beside another one's log.
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=self._wait,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )

    # The file

    def _begin(self) -> None:
        """Make a file with nobody in it, which only this user may read."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            if not self.path.exists():
                self._move_away()  # a log without its file, left of a move that was interrupted: not the new file's
                self._begin_with(())
                if self._was_there:
                    log.critical("%s is gone: an empty one was begun, so nobody is remembered", self.path)

    def _set_aside(self, why: Exception) -> None:
        """Rename the file, if it is damaged indeed, and begin a fresh one with all that can be read in it.

        Several processes find out at about the same time; the first does it, and the others find a sound file.
        """
        self.close()
        with self._alone():
            if self._is_sound():
                return
            aside = self._move_away()
            number = self._begin_with(_readable(Path(aside)))
            log.critical(
                "%s is damaged (%s): it was set aside, and a fresh one begun, with the %d people that could be read. "
                "More may be had with: sqlite3 %r .recover", self.path, why, number, aside
            )  # fmt: skip

    def _begin_with(self, rows: Iterable[tuple[str, str]]) -> int:
        """Make the file with these people in it, so that nobody sees it before it is whole; returns their number."""
        fresh = Path(f"{self.path}.fresh")
        for part in (*_PARTS, "-journal"):  # of one who was killed at it
            Path(f"{fresh}{part}").unlink(missing_ok=True)
        _make(fresh)
        with closing(self._connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _lay_out(connection)
            connection.execute("BEGIN")
            connection.executemany("INSERT OR REPLACE INTO people (user, record) VALUES (?, ?)", rows)
            (number,) = connection.execute("SELECT count(*) FROM people").fetchone()
            connection.execute("COMMIT")
        os.replace(fresh, self.path)
        return int(number)

    def _move_away(self) -> str:
        aside = f"{self.path}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        for part in _PARTS:
            if os.path.exists(f"{self.path}{part}"):
                os.replace(f"{self.path}{part}", f"{aside}{part}")
        return aside

    def _beside(self) -> list[list[Path]]:
        """The files that were set aside, and what was left of a rescue; each with its log and the index of that."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}.*")):
            if path.name.removeprefix(self.path.name).startswith((".damaged-", ".fresh")):
                found.setdefault(re.sub("-(wal|shm|journal)$", "", path.name), []).append(path)
        return list(found.values())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time. The lock is SQLite's own on a file beside it: it ends with its process, anywhere."""
        beside = Path(f"{self.path}-lock")
        with closing(sqlite3.connect(beside, timeout=self._wait, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            with suppress(PermissionError):  # another user's
                # Not by opening it: to close a file lets go of all locks that its process has on it.
                beside.chmod(0o600)
            yield

    def _is_sound(self) -> bool:
        if not self.path.exists():
            return True
        try:
            with closing(self._connect(self.path)) as connection:
                return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as fault:
            if is_damage(fault):
                return False
            raise


class _Connection(sqlite3.Connection):
    """A connection that knows on which file it was opened, in case another takes its name."""

    file: tuple[int, int] | None = None

    def __del__(self) -> None:
        with suppress(sqlite3.Error):  # a thread that ends leaves its connection behind; from Python 3.13 on that warns
            self.close()


def is_damage(fault: sqlite3.Error) -> bool:
    """Whether an error says that the file itself is damaged, and not merely busy, full or read-only."""
    return _code(fault) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(fault: sqlite3.Error) -> int:
    """What SQLite calls an error, in general terms: the upper bytes only say it more precisely."""
    code: int = getattr(fault, "sqlite_errorcode", 0)  # errors of Python's own have none
    return code & 0xFF


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_TABLE)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version < SCHEMA:  # nobody was a moment earlier
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute(f"PRAGMA application_id = {random.randrange(1, 2**31)}")
    connection.execute("COMMIT")


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move everything from the log into the file, and onto the disk, so that no older page with a record is left."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreFailed("somebody is reading the file, so what was deleted still stands in its log")


def _readable(damaged: Path) -> Iterator[tuple[str, str]]:
    """Whoever can be read in a damaged file, which stays as it is: from its beginning, and from its end backwards."""
    for row, onward in ((-1, "> ? ORDER BY rowid"), (2**63 - 1, "< ? ORDER BY rowid DESC")):
        # One by one, because Python fetches a row ahead, and drops one together with the damaged one after it.
        one = f"SELECT rowid, user, record FROM people WHERE rowid {onward} LIMIT 1"
        with (
            suppress(sqlite3.DatabaseError),
            closing(sqlite3.connect(f"{damaged.as_uri()}?mode=ro", uri=True)) as connection,
        ):
            while found := connection.execute(one, (row,)).fetchone():
                row, user, record = found
                if isinstance(user, str) and isinstance(record, str) and isinstance(parsed(record), dict):
                    yield user, record


def _has(path: Path, wanted: Collection[bytes]) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as file:
        if os.fstat(file.fileno()).st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return any(content.find(text) >= 0 for text in wanted)
    return False


def _wipe(path: Path) -> None:
    """Overwrite a file with zeros, on the disk, and remove it."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)


def _make(path: Path) -> None:
    """An empty file, readable by this user alone; one that is there stays as it is. The log inherits its rights."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    """Tells one file from another that has taken its name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
