"""What the stores do when the world is not as it should be: disks, other processes, servers, addresses."""

import http.client
import json
import logging
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from unittest.mock import Mock, patch

import pytest
from keeping import asked_by, given, is_sound, save
from test_stores import TABLE, Kept, dynalite, environment, in_dynamodb, moto  # noqa: F401  (two are fixtures)

from skill.memory import household
from skill.memory.opening import default_store_url, open_store, parse
from skill.memory.people import People
from skill.memory.shelf import StoreFailed
from skill.memory.sqlite import SqliteShelf, _readable, is_damage

ROOT = Path(__file__).parent.parent
ANNE = asked_by("anne")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "hip-coach" / "people.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[People]:
    store = People(SqliteShelf(path, wait=0.3))
    yield store
    store.close()


BEGIN = """
import os, sys
from keeping import asked_by, given, is_sound, save
from skill.memory.opening import open_store
from skill.memory.shelf import StoreFailed
ANNE = asked_by("anne")
store = open_store("sqlite:///" + sys.argv[1])
"""


def python(script: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process, in which `store` is the SQLite store at the first argument."""
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + script, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests", *sys.path)))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def content(path: Path) -> bytes:
    """All that lies in the files beside the store, and in itself."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def said(process: "subprocess.Popen[str]") -> str:
    """What a process has printed when it has ended well."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output.strip()


# The file


def test_the_file_is_made_where_it_is_to_be_and_only_its_owner_may_read_it(path: Path, store: People) -> None:
    assert not path.parent.exists()
    save(store, ANNE, {"a": 1})
    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["people.sqlite3", "people.sqlite3-lock", "people.sqlite3-shm", "people.sqlite3-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_acknowledged_save_is_the_systems(path: Path, store: People) -> None:
    """Write-ahead log, synchronous=NORMAL: it outlives kill -9, and the disk is not waited for."""
    expected = {"journal_mode": "wal", "synchronous": 1, "user_version": 1}
    save(store, ANNE, {"a": 1})
    values = {
        name: store._shelf._once(lambda db, name=name: db.execute(f"PRAGMA {name}").fetchone()[0])  # type: ignore[attr-defined]
        for name in expected
    }
    assert values == expected


def test_nothing_of_a_forgotten_person_is_left_in_the_files(path: Path, store: People) -> None:
    for n in range(200):
        save(store, asked_by(f"user {n}"), {"text": f"word {n} " * 50})
    save(store, ANNE, {"text": "unmistakable " * 500})
    save(store, ANNE, {"text": "unmistakable " * 400})
    store.forget(ANNE, everyone=True)
    assert traces(path) == []
    assert b"word 7" in content(path)


def test_of_one_who_was_forgotten_nothing_is_left_while_others_stay(path: Path, store: People) -> None:
    save(store, asked_by("home", "anne"), {"text": "unmistakable " * 500})
    save(store, asked_by("home", "ben"), {"text": "word " * 500})
    store.forget(asked_by("home", "anne"), everyone=False)
    assert traces(path) == []
    assert given(store, asked_by("home", "ben")) == {"text": "word " * 500}


def test_a_deletion_is_in_the_file_and_not_in_its_log(path: Path, store: People) -> None:
    """So no power cut brings anybody back: the log was brought into the file, onto the disk, and emptied."""
    save(store, ANNE, {"a": 1})
    store.forget(ANNE, everyone=True)
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0


def test_nobody_is_told_that_they_were_forgotten_while_somebody_reads_the_old_file(path: Path, store: People) -> None:
    """An old page is kept in the log for whoever reads; when they have done, the next "yes" is enough."""
    save(store, ANNE, {"a": 1})
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        with pytest.raises(StoreFailed, match="still stands in its log"):
            store.forget(ANNE, everyone=True)
    store.forget(ANNE, everyone=True)
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0


@pytest.mark.parametrize("odd", [b"\xff\x00", b"{}", "half \x00", 7, 1.5])
def test_what_is_no_record_is_as_for_somebody_new(path: Path, store: People, odd: Any) -> None:
    save(store, asked_by("ben"), {"b": 1})
    for mend in (lambda: save(store, ANNE, {"a": 1}), lambda: store.delete("anne")):
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("INSERT OR REPLACE INTO people VALUES ('anne', ?)", (odd,))
        assert given(People(SqliteShelf(path)), ANNE) == {}
        mend()
    assert store.export("anne") == {}
    assert given(store, asked_by("ben")) == {"b": 1}


def test_a_connection_is_rolled_back_after_an_exception(path: Path, store: People) -> None:
    save(store, ANNE, {"a": 1})
    file: Any = store._shelf
    used: list[sqlite3.Connection] = []

    def fail(db: sqlite3.Connection) -> None:
        used.append(db)
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM people")
        raise RuntimeError

    with suppress(RuntimeError):
        file._once(fail)
    assert file._once(lambda again: again is used[0] and not again.in_transaction)
    assert given(store, ANNE) == {"a": 1}


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_CORRUPT | 1 << 8, True),  # in more detail: SQLITE_CORRUPT_VTAB
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_BUSY | 2 << 8, False),
        (sqlite3.SQLITE_IOERR | 13 << 8, False),
    ],
)
def test_only_damage_sets_a_file_aside(code: int, damage: bool) -> None:
    """SQLite says more precisely what it is in the upper bytes of an error's code."""
    fault = sqlite3.DatabaseError("x")
    fault.sqlite_errorcode = code
    assert is_damage(fault) is damage


def test_a_file_that_was_deleted_is_begun_anew(path: Path, store: People) -> None:
    save(store, ANNE, {"a": 1})
    path.unlink()
    assert given(store, ANNE) == {}
    save(store, ANNE, {"a": 2})
    assert given(store, ANNE) == {"a": 2}
    assert is_sound(path)


def test_a_file_that_was_replaced_is_the_one_that_counts(path: Path, store: People) -> None:
    save(store, ANNE, {"is": "old"})
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(path.with_name("backup"))) as backup:
        db.backup(backup)
    save(store, ANNE, {"is": "new"})
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink()
    path.with_name("backup").rename(path)
    assert given(store, ANNE) == {"is": "old"}


def test_a_file_of_a_later_release_is_left_alone(path: Path, store: People) -> None:
    save(store, ANNE, {"a": 1})
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    for use in (lambda: given(store, ANNE), lambda: save(store, ANNE, {"a": 2})):
        with pytest.raises(StoreFailed, match="schema 99"):
            use()
    assert path.exists()


# Damage


def spoil_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all, " * 10)


def spoil_middle(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(4096, path.stat().st_size, 4096):
            file.seek(page)
            file.write(b"\xff" * 200)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 100)


each_damage = pytest.mark.parametrize("spoil", [spoil_head, spoil_middle, cut_short])


def set_aside(path: Path) -> list[Path]:
    """The files that were set aside, without their logs."""
    return [file for file in path.parent.glob("*.damaged-*") if not file.name.endswith(("-wal", "-shm"))]


def fill(store: People, *, with_anne: bool = True) -> None:
    for n in range(60):
        save(store, asked_by(f"user {n}"), {"text": "x" * 1000})
    if with_anne:
        save(store, ANNE, {"a": 1})
    store.close()


@each_damage
def test_a_damaged_file_is_set_aside_and_a_fresh_one_begun(
    path: Path, store: People, spoil: Any, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    spoil(path)
    assert not caplog.records
    assert given(store, ANNE) == {}
    save(store, ANNE, {"a": 2})
    assert given(store, ANNE) == {"a": 2}
    assert is_sound(path)
    (aside,) = set_aside(path)
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert str(aside) in caplog.text


def test_damage_under_a_running_skill_is_found(path: Path, store: People) -> None:
    fill(store)
    other = open_store(f"sqlite:///{path}")
    assert given(other, ANNE) == given(store, ANNE) == {"a": 1}
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil_head(path)
    spoil_middle(path)
    for n in range(3):
        save(store, asked_by(f"new {n}"), {"n": n})
        save(other, asked_by(f"newer {n}"), {"n": n})
    assert len(set_aside(path)) == 1
    for n in range(3):
        assert given(other, asked_by(f"new {n}")) == given(store, asked_by(f"newer {n}")) == {"n": n}
    assert is_sound(path)
    other.close()


def test_a_damaged_file_is_set_aside_once_however_many_find_it(path: Path, store: People) -> None:
    fill(store)
    spoil_head(path)
    script = """
import logging; logging.disable()
for n in range(10):
    save(store, asked_by(f"{sys.argv[2]} {n}"), {"n": n})
"""
    for process in [python(script, path, number) for number in range(4)]:
        said(process)
    assert len(set_aside(path)) == 1
    for number in range(4):
        for n in range(10):
            assert given(store, asked_by(f"{number} {n}")) == {"n": n}


def test_a_log_without_its_file_is_not_taken_for_the_new_files(path: Path, store: People) -> None:
    """Whoever was killed while setting a file aside leaves one; it would be played into the fresh file."""
    save(store, ANNE, {"a": 1})
    process = python("save(store, ANNE, {'a': 3}); os.kill(os.getpid(), 9)", path)
    process.communicate()
    left_open = store._shelf._idle.pop()  # type: ignore[attr-defined]  # as by another process
    path.unlink()
    save(store, asked_by("ben"), {"b": 1})
    assert given(store, ANNE) == {}
    assert len(list(path.parent.glob("*.damaged-*-wal"))) == 1
    left_open.close()
    assert given(store, asked_by("ben")) == {"b": 1}


FORGETTING: dict[str, Callable[[People], None]] = {
    "forget me": lambda store: store.forget(asked_by("anne", "amzn1.ask.person.ANNE"), everyone=False),
    "everyone, or disabled": lambda store: store.forget(asked_by("anne"), everyone=True),
    "by an operator": lambda store: store.delete("anne"),
}


def traces(path: Path) -> list[bytes]:
    """What still stands of Anne in the files beside the store, or in itself."""
    return [text for text in (b"anne", b"ANNE", b"unmistakable") if text in content(path)]


@pytest.mark.parametrize("forget", FORGETTING.values(), ids=FORGETTING)
@each_damage
def test_nothing_of_a_forgotten_person_is_left_in_a_file_that_was_set_aside(
    path: Path, store: People, spoil: Any, forget: Callable[[People], None], caplog: pytest.LogCaptureFixture
) -> None:
    save(store, asked_by("anne", "amzn1.ask.person.ANNE"), {"text": "unmistakable " * 500})
    fill(store, with_anne=False)
    spoil(path)
    assert given(store, asked_by("somebody else")) == {}
    assert set_aside(path)
    assert traces(path)
    caplog.clear()
    forget(store)
    assert traces(path) == []
    assert set_aside(path) == []
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert "was overwritten and removed" in caplog.text
    assert "anne" not in caplog.text.replace(str(path), "")
    forget(store)


def test_a_file_that_was_set_aside_stays_when_somebody_is_forgotten_who_is_not_in_it(path: Path, store: People) -> None:
    fill(store, with_anne=False)
    spoil_middle(path)
    save(store, ANNE, {"a": 1})
    (aside,) = set_aside(path)
    before = aside.read_bytes()
    store.forget(ANNE, everyone=True)
    assert aside.read_bytes() == before


def test_what_a_killed_rescue_has_left_is_not_taken_for_the_rescued(path: Path, store: People) -> None:
    fill(store, with_anne=False)
    spoil_middle(path)
    for part in (".fresh", ".fresh-journal", ".fresh-wal"):
        Path(f"{path}{part}").write_bytes(b"half made, with anne in it")
    save(store, asked_by("ben"), {"b": 1})
    assert set_aside(path)
    assert not Path(f"{path}.fresh").exists()
    assert is_sound(path)
    assert given(store, ANNE) == {}


def test_what_is_no_record_in_a_damaged_file_is_left_behind(path: Path, store: People) -> None:
    save(store, asked_by("ben"), {"b": 1})
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO people VALUES (?, ?)", [("a list", "[1]"), ("half", "{"), ("a blob", b"{}")])
    assert dict(_readable(path)) == {"ben": json.dumps(store.export("ben"), separators=(",", ":"))}


@pytest.mark.parametrize("part", [".fresh", ".fresh-wal", ".damaged-20261122T090000000000-wal"])
def test_what_was_left_of_a_rescue_is_scrubbed_as_well(path: Path, store: People, part: str) -> None:
    """By a process that was killed at it. And a record whose id was destroyed is known by how it began."""
    for content in (b"..anne..", b"\xff\xff{'begun':'0123456789ab'"):
        save(store, asked_by("anne"), {"a": 1, "begun": "0123456789ab"})
        Path(f"{path}{part}").write_bytes(content)
        store.forget(asked_by("anne"), everyone=True)
        assert not Path(f"{path}{part}").exists()


def test_nobody_is_told_that_they_were_forgotten_whom_a_file_set_aside_still_has(path: Path, store: People) -> None:
    save(store, ANNE, {"a": 1})
    aside = Path(f"{path}.damaged-20261122T090000000000")
    aside.write_bytes(b"..anne..")
    with (
        patch("skill.memory.sqlite._wipe", side_effect=PermissionError("no")),
        pytest.raises(StoreFailed),
    ):
        store.forget(asked_by("anne"), everyone=True)
    assert aside.exists()
    store.forget(asked_by("anne"), everyone=True)
    assert not aside.exists()


# Other processes


def test_processes_that_save_at_the_same_time_lose_nothing(path: Path, store: People) -> None:
    script = """
for n in range(25):
    kept = None
    while kept is None:
        known = store.recall(asked_by("anne"))
        kept = store.keep(known, {"bridge": known.record.get("bridge", 0) + 1, "last": int(sys.argv[2])})
"""
    for process in [python(script, path, number) for number in range(4)]:
        said(process)
    assert given(store, ANNE)["bridge"] == 100
    assert is_sound(path)


def test_a_thread_that_waits_for_the_lock_does_not_let_go_of_anothers(path: Path) -> None:
    """Two threads that find no file, and a process: to close a file lets go of all locks that a process has on it."""
    first, second = (SqliteShelf(path, wait=0.05) for _ in range(2))
    path.parent.mkdir(parents=True)
    script = """
try:
    store._shelf._wait = 0.05
    store._shelf._alone().__enter__()
except Exception as fault:
    print(fault)
"""
    with first._alone():
        with pytest.raises(sqlite3.OperationalError, match="locked"), second._alone():
            pass
        assert "locked" in said(python(script, path))


def test_a_forked_worker_opens_the_file_for_itself(path: Path) -> None:
    """Servers load the skill once, and fork; children must not share SQLite's locks."""
    script = """
save(store, ANNE, {"n": 0})
children = []
for number in range(3):
    if (child := os.fork()) == 0:
        for n in range(20):
            save(store, asked_by(f"{number}"), {"n": n})
        os._exit(0)
    children.append(child)
for n in range(20):
    save(store, ANNE, {"n": n})
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
print([given(store, asked_by(name)) for name in ("anne", "0", "1", "2")], is_sound(sys.argv[1]))
"""
    assert said(python(script, path)) == f"{[{'n': 19}] * 4} True"


def test_a_file_that_another_process_keeps_busy_is_waited_for_but_not_long(path: Path, store: People) -> None:
    """A turn has eight seconds; a save gives up in time, is logged, and the next turn tries again."""
    save(store, ANNE, {"a": 1})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(StoreFailed, match="locked"):
            save(store, ANNE, {"a": 2})
        assert time.monotonic() - began < 1
        assert given(store, ANNE) == {"a": 1}
        other.execute("ROLLBACK")
    save(store, ANNE, {"a": 2})
    assert given(store, ANNE) == {"a": 2}


def test_threads_share_a_few_connections(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    barrier = Barrier(4)

    def visit(n: int) -> None:
        barrier.wait()
        for m in range(10):
            save(store, asked_by(f"{n} {m}"), {"m": m})

    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(visit, range(4)))
    assert 1 <= len(store._shelf._idle) <= 4  # type: ignore[attr-defined]
    store.close()


def test_a_turn_killed_in_the_middle_loses_no_acknowledged_place() -> None:
    """Killed by kill -9, under four worker processes, in the middle of turns: the small version of `make prove`."""
    done = subprocess.run(
        [sys.executable, "-m", "prove.crashes", "--times", "6"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| acknowledged places lost | 0 |" in done.stdout


# Disks


def test_a_place_that_cannot_be_written_costs_a_save_and_not_the_skill(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_store(f"sqlite:///{tmp_path}/file/people.sqlite3")
    for use in (lambda: given(store, ANNE), lambda: save(store, ANNE, {"a": 1})):
        with pytest.raises(StoreFailed, match=r"people\.sqlite3"):
            use()


READ_ONLY = """
import skill.memory.sqlite, urllib.parse  # before nobody may read the standard library
if os.getuid() == 0:
    os.setuid(65534)  # root may write everywhere
for use in (lambda: given(store, ANNE), lambda: save(store, ANNE, {"a": 2})):
    try:
        print("got", use())
    except StoreFailed:
        print("refused", flush=True)
os._exit(0)  # coverage would write a file
"""


def test_a_read_only_file_costs_a_save() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.sqlite3"
        store = open_store(f"sqlite:///{path}")
        save(store, ANNE, {"a": 1})
        store.close()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        assert said(python(READ_ONLY, path)).split("\n")[-1] == "refused"
        path.parent.chmod(0o755)
        path.chmod(0o600)
        assert given(store, ANNE) == {"a": 1}
        store.close()


FULL = """
import resource
save(store, ANNE, {"a": 1})
size = max(os.path.getsize(sys.argv[1] + end) for end in ("", "-wal"))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
faults = 0
for n in range(5):
    try:
        save(store, asked_by("ben"), {"text": "x" * 100_000})
    except StoreFailed:
        faults += 1
assert faults == 5, faults
assert given(store, ANNE) == {"a": 1}
assert given(store, asked_by("ben")) == {}
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
save(store, asked_by("ben"), {"b": 1})
assert given(store, asked_by("ben")) == {"b": 1}
assert is_sound(sys.argv[1])
"""


def test_a_full_disk_costs_a_save_and_no_more(path: Path) -> None:
    assert said(python(FULL, path)) == ""


# DynamoDB


def test_amazons_table_expires_who_is_away_for_over_a_year(moto: str) -> None:  # noqa: F811
    with in_dynamodb(moto):
        from skill.memory.dynamodb import DynamoShelf

        for now in (1_000_000_000, 2_000_000_000):
            with closing(People(DynamoShelf(TABLE, clock=lambda now=now: now))) as store:
                save(store, ANNE, {"a": now})
            assert item_of("anne")["expires_at"] == {"N": str(now + 400 * 86_400)}


def item_of(user: str) -> dict[str, Any]:
    """An item as it lies in the table."""
    import boto3

    with closing(boto3.client("dynamodb")) as client:
        item: dict[str, Any] = client.get_item(TableName=TABLE, Key={"id": {"S": user}})["Item"]
    return item


EARLIER = {
    "version": 1, "household": {"saved_at": 1, "odd": Decimal("0.5")}, "speakers": {}, "lately": [], "revision": "r1",
}  # fmt: skip
"""As the release before kept it, by way of Amazon's adapter."""


def test_an_item_of_an_earlier_release_is_read_and_packed(moto: str) -> None:  # noqa: F811
    with in_dynamodb(moto) as kept:
        kept.put("anne", EARLIER)
        known = kept.store.recall(ANNE)
        assert known.record == {"saved_at": 1, "odd": 0.5}
        assert type(known.record["saved_at"]) is int
        packed = item_of("anne")
        assert set(packed) == {"id", "record", "revision", "attributes", "expires_at"}
        assert given(kept.reopen(), ANNE) == known.record
        assert item_of("anne") == packed
        assert kept.store.keep(known, {"a": 1})


def test_an_earlier_release_leaves_packed_items_alone(moto: str) -> None:  # noqa: F811
    """It finds a version that it does not know, and neither reads nor overwrites them: going back loses nobody."""
    with in_dynamodb(moto) as kept:
        save(kept.store, ANNE, {"a": 1})
        assert int(item_of("anne")["attributes"]["M"]["version"]["N"]) > household.VERSION


def test_two_who_pack_the_same_item_do_not_overwrite_what_came_after(moto: str) -> None:  # noqa: F811
    """One has read it, and is late with packing: it gives up, and the next turn reads what is there."""
    with in_dynamodb(moto) as kept:
        kept.put("anne", EARLIER)
        shelf = kept.store._shelf
        put = shelf._put  # type: ignore[attr-defined]

        def late(*arguments: Any) -> bool:
            with patch.object(shelf, "_put", put):
                save(kept.reopen(), ANNE, {"a": 2})
            return bool(put(*arguments))

        with patch.object(shelf, "_put", late), pytest.raises(StoreFailed):
            kept.store.recall(ANNE)
        assert given(kept.store, ANNE) == {"a": 2}


@pytest.mark.parametrize(
    "damage", [{}, {"attributes": {"S": "x"}}, {"record": {"S": "text"}}, {"record": {"B": b"not packed"}}]
)
def test_a_damaged_item_is_as_for_somebody_new(damage: Any, moto: str) -> None:  # noqa: F811
    with in_dynamodb(moto) as kept:
        import boto3

        with closing(boto3.client("dynamodb")) as client:
            client.put_item(TableName=TABLE, Item={"id": {"S": "anne"}} | damage)
        assert given(kept.store, ANNE) == {}
        save(kept.store, ANNE, {"a": 1})
        assert given(kept.reopen(), ANNE) == {"a": 1}


def test_a_mature_record_is_written_as_one_unit(moto: str) -> None:  # noqa: F811
    """DynamoDB counts by the kilobyte: four weeks of every exercise are packed into less than one."""
    days = {f"2026-11-{day:02}": {"finished": {f"exercise-{n}": 1 for n in range(6)}} for day in range(1, 29)}
    with in_dynamodb(moto) as kept:
        save(kept.store, ANNE, {"history": days})
        assert len(item_of("anne")["record"]["B"]) < 900


class Between:
    """A proxy in front of the database, which does to the answers of some calls what networks do.

    Attributes:
        does: what happens to the next answers to a call, by its name: "lost", "empty" or "drip".
        asked: the calls, in their order.
    """

    def __init__(self, database: str) -> None:
        self.does: dict[str, list[str]] = {}
        self.asked: list[str] = []
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                call = self.headers["X-Amz-Target"].partition(".")[2]
                body = self.rfile.read(int(self.headers["Content-Length"]))
                between.asked.append(call)
                fault = between.does[call].pop(0) if between.does.get(call) else ""
                status, told = (200, b"") if fault == "empty" else between.passed_on(body, dict(self.headers))
                self.close_connection = True
                if fault == "lost":
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                with suppress(OSError):
                    for at in range(len(told)):
                        self.wfile.write(told[at : at + 1] if fault == "drip" else told[at:])
                        if fault != "drip" or between.closed.wait(0.3):
                            break

            def log_message(self, *_: object) -> None: ...

        self.database = database.removeprefix("http://")
        self.closed = Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever).start()

    def passed_on(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection(self.database)) as connection:
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def between(moto: str) -> Iterator[tuple[Between, People]]:  # noqa: F811
    """A store behind the proxy."""
    with in_dynamodb(moto), closing(Between(moto)) as proxy:
        with environment(proxy.address):
            store = open_store(f"dynamodb:{TABLE}")
        with closing(store):
            yield proxy, store


@pytest.mark.parametrize("new", [True, False])
def test_a_put_that_boto3_tried_again_although_it_had_arrived_counts_as_saved(
    between: tuple[Between, People], new: bool
) -> None:
    """The first answer is lost on its way; to the second try, somebody was first: that was ourselves."""
    proxy, store = between
    if not new:
        save(store, ANNE, {"n": 1})
    known = store.recall(ANNE)
    proxy.asked.clear()
    proxy.does = {"PutItem": ["lost"]}
    assert store.keep(known, {"n": 2})
    assert proxy.asked == ["PutItem", "PutItem", "GetItem"]
    assert given(store, ANNE) == {"n": 2}


def test_an_empty_answer_is_none(between: tuple[Between, People]) -> None:
    proxy, store = between
    save(store, ANNE, {"n": 1})
    known = store.recall(ANNE)
    proxy.does = {"PutItem": ["empty"], "GetItem": ["empty"], "DeleteItem": ["empty"]}
    for use in (
        lambda: store.keep(known, {"n": 2}),
        lambda: store.recall(ANNE),
        lambda: store.forget(ANNE, everyone=True),
    ):
        with pytest.raises(StoreFailed, match="no answer"):
            use()
    assert given(store, ANNE) == {"n": 1}


def test_a_database_that_drips_its_answer_is_not_waited_for(between: tuple[Between, People]) -> None:
    """Each drop comes in time, and all of them together would take a minute."""
    proxy, store = between
    save(store, ANNE, {"n": 1})
    proxy.does = {"GetItem": ["drip"]}
    began = time.monotonic()
    with pytest.raises(StoreFailed, match="TimeoutError"):
        store.recall(ANNE)
    assert 3 < time.monotonic() - began < 5
    assert given(store, ANNE) == {"n": 1}


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes requests and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_database_that_does_not_answer_is_not_waited_for(silent: str) -> None:
    if find_spec("boto3") is None:
        pytest.skip("the extra `dynamodb` is not installed")
    with environment(silent), closing(open_store(f"dynamodb:{TABLE}")) as store:
        began = time.monotonic()
        with pytest.raises(StoreFailed):
            given(store, ANNE)
        assert 1 < time.monotonic() - began < 4


def test_a_missing_table_is_named(dynalite: str) -> None:  # noqa: F811
    with environment(dynalite), closing(open_store("dynamodb:not-made-yet")) as store:
        for use in (lambda: given(store, ANNE), lambda: save(store, ANNE, {}), lambda: store.delete("x")):
            with pytest.raises(StoreFailed, match="not-made-yet"):
                use()


# Addresses


@pytest.mark.parametrize(
    ("url", "kind", "where"),
    [
        ("memory:", "memory", ""),
        ("sqlite:///var/lib/coach.sqlite3", "sqlite", "/var/lib/coach.sqlite3"),
        ("sqlite:////var/lib/coach.sqlite3", "sqlite", "/var/lib/coach.sqlite3"),
        ("sqlite:///./here.sqlite3", "sqlite", "./here.sqlite3"),
        ("sqlite:///~/here.sqlite3", "sqlite", str(Path.home() / "here.sqlite3")),
        ("sqlite:///C:/data/coach.sqlite3", "sqlite", "C:/data/coach.sqlite3"),
        ("dynamodb:hip-coach", "dynamodb", "hip-coach"),
    ],
)
def test_an_address_names_a_store(url: str, kind: str, where: str) -> None:
    assert parse(url) == (kind, where)


@pytest.mark.parametrize(
    "url", ["", "memory", "memory:x", "sqlite:", "sqlite://", "sqlite:///", "sqlite://x.db", "sqlite:///data/",
            "sqlite:///:memory:", "sqlite:///~nobody-of-that-name/x", "dynamodb:", "dynamodb:a", "dynamodb:a b c",
            "postgres://localhost/x", "people.sqlite3"]
)  # fmt: skip
def test_any_other_address_is_refused_with_a_cure(url: str) -> None:
    with pytest.raises(ValueError, match=r"say |sqlite:///|letters|give the whole path"):
        open_store(url)


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, ".local/share"),
        ("linux", {"XDG_DATA_HOME": "relative"}, ".local/share"),
        ("darwin", {}, "Library/Application Support"),
        ("win32", {}, "AppData/Local"),
    ],
)
def test_people_are_remembered_among_the_users_own_data(
    platform: str, environment: dict[str, str], folder: str
) -> None:
    url = default_store_url(environment, platform)
    assert parse(url) == ("sqlite", str(Path.home() / folder / "hip-coach" / "people.sqlite3"))


def test_the_user_says_where_data_lie(tmp_path: Path) -> None:
    with closing(open_store(default_store_url({"XDG_DATA_HOME": str(tmp_path)}, "linux"))) as store:
        save(store, ANNE, {"a": 1})
    assert (tmp_path / "hip-coach" / "people.sqlite3").exists()


def test_a_user_without_a_home_is_served_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", Mock(side_effect=RuntimeError("no home")))
    assert default_store_url({}, "linux") == "memory:"


def test_the_default_store_costs_nothing_that_it_does_not_need() -> None:
    """boto3 takes a quarter of a second to import."""
    script = "open_store('memory:'); print([name for name in sys.modules if name.startswith('boto')])"
    assert said(python(script, "/tmp/never-made")) == "[]"


def test_what_dynamodb_needs_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "skill.memory.dynamodb", raising=False)
    with pytest.raises(ValueError, match=r"hip-coach\[dynamodb\]"):
        open_store("dynamodb:hip-coach")


def test_dynamodb_without_a_region_says_what_to_set() -> None:
    """Amazon's package does not even import then."""
    if find_spec("boto3") is None:
        pytest.skip("the extra `dynamodb` is not installed")
    script = """
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.devnull
try:
    open_store("dynamodb:hip-coach")
except ValueError as fault:
    print(fault)
"""
    assert "AWS_DEFAULT_REGION" in said(python(script, "/tmp/never-made"))
