"""An SQLite file and its connections: making it, sharing it, and what to do when it is damaged."""

import glob
import json
import logging
import mmap
import os
import random
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from skill.memory.household import parsed

log = logging.getLogger(__name__)

SCHEMA = 1
"""Kept in the file's user_version. Rises when a table changes, and then `_lay_out` says how to change an older file."""

_TABLE = "CREATE TABLE IF NOT EXISTS people (user TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL)"

_PARTS = ("", "-wal", "-shm")
"""A database, its write-ahead log and the index of that. They belong together, and are moved together."""

_ENDS = 64
"""Bytes at either end of an id by which it is found: the whole of it may lie on two pages that are not neighbours."""


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
        self._was_there = False
        self.era = ""
        """A number in the file that was opened last, which another file has not; "0" in those of older releases."""

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone, for as long as the block lasts.

        After an exception, whatever was begun with it is undone.
        """
        opened = self._take() or self._open()
        try:
            yield opened.connection
        except sqlite3.OperationalError as fault:
            if _code(fault) == sqlite3.SQLITE_READONLY:  # one that was opened so stays so, when the file no longer is
                opened.of_use = False
            raise
        finally:
            self._give_back(opened)

    def _give_back(self, opened: "_Open") -> None:
        """Keep a connection for the next, even after an error: on a full disk a new one could not be opened."""
        try:
            opened.connection.rollback()
        except sqlite3.Error:
            opened.of_use = False
        if not opened.of_use:
            opened.connection.close()
            return
        with self._lock:
            self._idle.append(opened)

    def close(self) -> None:
        """Close all connections that are not in use."""
        with self._lock:
            self._leave_inherited()
            idle, self._idle = self._idle, []
        for opened in idle:
            opened.connection.close()

    def set_aside(self, why: Exception) -> None:
        """Rename the file, if it is damaged indeed, and begin a fresh one with all that can be read in it.

        Several processes find out at about the same time; the first does it, and the others find a sound file.
        """
        self.close()
        with self._alone():
            if self._is_sound():
                return
            aside = f"{self.path}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
            self._rename(aside)
            number = self._begin_with(_readable(Path(aside)))
            log.critical(
                "%s is damaged (%s): it was set aside, and a fresh one begun, with the %d people that could be read. "
                "More may be had with: sqlite3 %r .recover", self.path, why, number, aside
            )  # fmt: skip

    def scrub(self, traces: Collection[str]) -> None:
        """Overwrite and remove what lies beside the file, damaged or half made, and has one of these texts in it.

        What of others could still be had from it goes, too: nobody can be told that they were forgotten otherwise.
        A record whose id was destroyed by the damage is found by the fingerprint with which it began.
        """
        if not self._beside():
            return
        wanted = {end for trace in traces for text in _as_written(trace) for end in (text[:_ENDS], text[-_ENDS:])}
        with self._alone():
            for found in self._beside():
                if any(_has(part, wanted) for part in found):
                    for part in found:
                        _wipe(part)
                    log.critical(
                        "%s was overwritten and removed, because somebody who stood in it was forgotten: what of "
                        "others had not been read from it is lost", found[0]
                    )  # fmt: skip

    def _beside(self) -> list[list[Path]]:
        """The files that were set aside, and what was left of a rescue; each with its log and the index of that."""
        names = {path.name for path in self.path.parent.glob(f"{glob.escape(self.path.name)}.*")}
        found: dict[str, list[Path]] = {}
        for name in sorted(names):
            rest = name.removeprefix(self.path.name)
            if rest.startswith((".damaged-", ".fresh")):
                whole = re.sub("-(wal|shm|journal)$", "", name)
                found.setdefault(whole, []).append(self.path.with_name(name))
        return list(found.values())

    def _begin_with(self, rows: Iterable[tuple[str, str]]) -> int:
        """Make the file with these people in it, so that nobody sees it before it is whole; returns their number."""
        fresh = Path(f"{self.path}.fresh")
        for part in ("", "-journal"):  # of one who was killed at it
            Path(f"{fresh}{part}").unlink(missing_ok=True)
        _make(fresh)
        with closing(self._connect(fresh)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            _lay_out(connection)
            connection.execute("BEGIN")
            connection.executemany("INSERT OR REPLACE INTO people (user, record) VALUES (?, ?)", rows)
            (number,) = connection.execute("SELECT count(*) FROM people").fetchone()
            connection.execute("COMMIT")
        os.replace(fresh, self.path)
        return int(number)

    def _take(self) -> "_Open | None":
        """An idle connection to the file that is there now, if there is one."""
        with self._lock:
            self._leave_inherited()
            there = _identity(self.path) if self._idle else None
            while self._idle:
                opened = self._idle.pop()
                if opened.file == there:
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
        connection = self._connect(self.path)
        try:
            self._settle(connection)
        except BaseException:
            connection.close()
            raise
        self._was_there = True
        return _Open(connection, file)

    def _connect(self, path: Path) -> sqlite3.Connection:
        # mode=rw: a missing file is made by _begin alone, with its rights, and never beside another one's log.
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=self._wait, isolation_level=None, check_same_thread=False
        )

    def _settle(self, connection: sqlite3.Connection) -> None:
        self._patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))
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
        self.era = str(era)

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
                if self._was_there:
                    log.critical("%s is gone: an empty one was begun, so nobody is remembered", self.path)

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
            with closing(self._connect(self.path)) as connection:
                return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as fault:
            if is_damage(fault):
                return False
            raise


class _Open:
    """A connection, which file it was opened on, and whether it is worth keeping."""

    def __init__(self, connection: sqlite3.Connection, file: tuple[int, int] | None) -> None:
        self.connection = connection
        self.file = file
        self.of_use = True


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_TABLE)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version < SCHEMA:  # nobody was a moment earlier
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute(f"PRAGMA application_id = {random.randrange(1, 2**31)}")
    connection.execute("COMMIT")


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


def _as_written(trace: str) -> tuple[bytes, bytes]:
    """A text as it stands in the file: a user's id as it is, a speaker's as in JSON."""
    return trace.encode(), json.dumps(trace)[1:-1].encode()


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
