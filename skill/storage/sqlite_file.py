"""An SQLite file and its connections: making it, sharing it, and what to do when it is damaged."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

SCHEMA = 1
"""Kept in the file's user_version. Rises when a table changes, and then `_lay_out` says how to change an older file."""

_TABLE = "CREATE TABLE IF NOT EXISTS people (user TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL)"

_PARTS = ("", "-wal", "-shm")
"""A database, its write-ahead log and the index of that. They belong together, and are moved together."""


def is_damage(fault: sqlite3.Error) -> bool:
    """Whether an error says that the file itself is damaged, and not merely busy, full or read-only."""
    return _code(fault) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(fault: sqlite3.Error) -> int:
    """What SQLite calls an error, in general terms: the upper bytes only say it more precisely."""
    code: int = getattr(fault, "sqlite_errorcode", 0)  # errors of Python's own have none
    return code & 0xFF


class SqliteFile:
    """One database file, for several threads, and for processes that may have been forked."""

    def __init__(self, path: Path, wait: float) -> None:
        """Touches nothing yet.

        Args:
            path: the file.
            wait: seconds to wait for another process at most.
        """
        self.path = path.absolute()
        self._wait = wait
        self._lock = Lock()
        self._idle: list[_Open] = []
        self._process = os.getpid()
        self._inherited: list[_Open] = []

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone, for as long as the block lasts.

        After an exception, whatever was begun with it is undone.
        """
        opened = self._take() or self._open()
        try:
            yield opened.connection
        finally:
            self._give_back(opened)

    def _give_back(self, opened: "_Open") -> None:
        """Keep a connection for the next, even after an error: on a full disk a new one could not be opened."""
        try:
            opened.connection.rollback()
        except sqlite3.Error:
            opened.connection.close()
            return
        with self._lock:
            self._idle.append(opened)

    def close(self) -> None:
        """Close all connections that are not in use."""
        while opened := self._take():
            opened.connection.close()

    def set_aside(self, why: Exception) -> None:
        """Rename the file, if it is damaged indeed, so that the next connection begins a fresh one.

        Several processes find out at about the same time; the first does it, and the others find a sound file.
        """
        self.close()
        with self._alone():
            if self._is_sound():
                return
            aside = f"{self.path}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
            self._rename(aside)
            log.critical(
                "%s is damaged (%s): it was set aside, and an empty one begun, so nobody is remembered. "
                "What is left can be read with: sqlite3 %r .recover", self.path, why, aside
            )  # fmt: skip

    def _take(self) -> "_Open | None":
        """An idle connection to the file that is there now, if there is one."""
        with self._lock:
            self._leave_inherited()
            while self._idle:
                opened = self._idle.pop()
                if opened.file == _identity(self.path):
                    return opened
                opened.connection.close()  # somebody has moved or replaced the file since
        return None

    def _leave_inherited(self) -> None:
        """A forked process must neither use nor close its parent's connections: they share locks with it."""
        if self._process != os.getpid():
            self._inherited += self._idle
            self._idle = []
            self._process = os.getpid()

    def _open(self) -> "_Open":
        if not self.path.exists():
            self._begin()
        file = _identity(self.path)
        connection = self._connect()
        try:
            self._settle(connection)
        except BaseException:
            connection.close()
            raise
        return _Open(connection, file)

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a missing file is made by _begin alone, with its rights, and never beside another one's log.
        return sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw", uri=True, timeout=self._wait, isolation_level=None, check_same_thread=False
        )

    def _settle(self, connection: sqlite3.Connection) -> None:
        self._patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            raise sqlite3.NotSupportedError(
                f"it has schema {version}, and this release knows {SCHEMA}: use a newer one"
            )
        if version < SCHEMA:
            _lay_out(connection)

    def _patiently(self, work: Callable[[], object]) -> None:
        """Changing to the write-ahead log fails at once where another process is about to do the same."""
        until = time.monotonic() + self._wait
        while True:
            try:
                work()
                return
            except sqlite3.OperationalError as fault:
                if _code(fault) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _begin(self) -> None:
        """Make an empty file that only this user may read."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            if not self.path.exists():
                # A log without its file is left of a move that was interrupted. It is not the new file's.
                self._rename(f"{self.path}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
                _make(self.path)

    def _rename(self, aside: str) -> None:
        for part in _PARTS:
            if os.path.exists(f"{self.path}{part}"):
                os.replace(f"{self.path}{part}", f"{aside}{part}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time. The lock is SQLite's own on a file beside it: it ends with its process, anywhere."""
        beside = Path(f"{self.path}-lock")
        _make(beside)
        with closing(sqlite3.connect(beside, timeout=self._wait, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            yield

    def _is_sound(self) -> bool:
        if not self.path.exists():
            return True
        try:
            with closing(self._connect()) as connection:
                return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as fault:
            if is_damage(fault):
                return False
            raise


class _Open:
    """A connection, and which file it was opened on."""

    def __init__(self, connection: sqlite3.Connection, file: tuple[int, int] | None) -> None:
        self.connection = connection
        self.file = file


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_TABLE)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.execute("COMMIT")


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
