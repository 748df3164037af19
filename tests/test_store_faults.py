"""What the stores do when the world is not as it should be: disks, other processes, servers, addresses."""

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
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from ask_sdk_core.exceptions import PersistenceException
from test_stores import asked_by, dynalite, environment, in_dynamodb, moto  # noqa: F401  (two of them are fixtures)

from skill.memory.household import Household, forgotten, read, record_of, saved
from skill.memory.merge import merge
from skill.memory.opening import default_store_url, open_store, parse
from skill.memory.people import PeopleStore
from skill.memory.sqlite import SqliteShelf

ROOT = Path(__file__).parent.parent
ANNE = asked_by("anne")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "hip-coach" / "people.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[PeopleStore]:
    store = PeopleStore(SqliteShelf(path, wait=0.3))
    yield store
    store.close()


def python(script: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process, in which `store` is the SQLite store at the first argument."""
    begin = """
import os, sys
from test_stores import asked_by
from skill.memory.opening import open_store
ANNE = asked_by("anne")
store = open_store("sqlite:///" + sys.argv[1])
"""
    return subprocess.Popen(
        [sys.executable, "-c", begin + script, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests", *sys.path)))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    """What a process has printed when it has ended well."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output.strip()


# The file


def test_the_file_is_made_where_it_is_to_be_and_only_its_owner_may_read_it(path: Path, store: PeopleStore) -> None:
    """A fresh clone needs no set-up, and nobody else on the machine reads along."""
    assert not path.parent.exists()
    store.save_attributes(ANNE, {"a": 1})
    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["people.sqlite3", "people.sqlite3-lock", "people.sqlite3-shm", "people.sqlite3-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_acknowledged_save_is_on_the_disk(path: Path, store: PeopleStore) -> None:
    """Write-ahead log, every commit synchronised: SQLite's own word for it."""
    store.save_attributes(ANNE, {"a": 1})
    with store._shelf._file.connection() as db:  # type: ignore[attr-defined]
        values = [
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "user_version")
        ]
    assert values == ["wal", 2, 1]


def test_nothing_of_a_forgotten_person_is_left_in_the_files(path: Path, store: PeopleStore) -> None:
    """Forget me means the bytes, too: not in a free page, not in the log."""
    for n in range(200):
        store.save_attributes(asked_by(f"user {n}"), {"text": f"word {n} " * 50})
    store.save_attributes(ANNE, {"text": "unmistakable " * 500})
    store.save_attributes(ANNE, {"text": "unmistakable " * 400})
    store.delete_attributes(ANNE)
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"unmistakable" not in content
    assert b"anne" not in content
    assert b"word 7" in content


def test_a_file_that_was_deleted_is_begun_anew(path: Path, store: PeopleStore) -> None:
    """An operator may delete it under a running skill."""
    store.save_attributes(ANNE, {"a": 1})
    path.unlink()
    assert store.get_attributes(ANNE) == {}
    store.save_attributes(ANNE, {"a": 2})
    assert store.get_attributes(ANNE) == {"a": 2}
    assert store.check() == ()


def test_a_file_that_was_replaced_is_the_one_that_counts(path: Path, store: PeopleStore) -> None:
    """An operator may put a back-up in its place."""
    store.save_attributes(ANNE, {"is": "old"})
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(path.with_name("backup"))) as backup:
        db.backup(backup)
    store.save_attributes(ANNE, {"is": "new"})
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink()
    path.with_name("backup").rename(path)
    assert store.get_attributes(ANNE) == {"is": "old"}


def test_a_file_of_a_later_release_is_left_alone(path: Path, store: PeopleStore) -> None:
    """Going back a release destroys nothing."""
    store.save_attributes(ANNE, {"a": 1})
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    for use in (lambda: store.get_attributes(ANNE), lambda: store.save_attributes(ANNE, {"a": 2})):
        with pytest.raises(PersistenceException, match="schema 99"):
            use()
    assert path.exists()


# Damage


def spoil_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all, " * 10)


def spoil_middle(path: Path) -> None:
    with path.open("r+b") as file:
        size = path.stat().st_size
        for page in range(4096, size, 4096):
            file.seek(page)
            file.write(b"\xff" * 200)


def cut_short(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 + 100)


def set_aside(path: Path) -> list[Path]:
    """The files that were set aside, without their logs."""
    return [file for file in path.parent.glob("*.damaged-*") if not file.name.endswith(("-wal", "-shm"))]


def fill(store: PeopleStore) -> None:
    for n in range(60):
        store.save_attributes(asked_by(f"user {n}"), {"text": "x" * 1000})
    store.save_attributes(ANNE, {"a": 1})
    store.close()


def fill_without(store: PeopleStore) -> None:
    """The same, without Anne."""
    for n in range(60):
        store.save_attributes(asked_by(f"user {n}"), {"text": "x" * 1000})
    store.close()


@pytest.mark.parametrize("spoil", [spoil_head, spoil_middle, cut_short])
def test_a_damaged_file_is_set_aside_and_a_fresh_one_begun(
    path: Path, store: PeopleStore, spoil: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The skill goes on, what can be saved of the file is kept for the operator, and the log says so loudly."""
    fill(store)
    spoil(path)
    assert store.check()
    assert not caplog.records
    assert store.get_attributes(ANNE) == {}
    store.save_attributes(ANNE, {"a": 2})
    assert store.get_attributes(ANNE) == {"a": 2}
    assert store.check() == ()
    (aside,) = set_aside(path)
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert str(aside) in caplog.text


def test_damage_under_a_running_skill_is_found(path: Path, store: PeopleStore) -> None:
    """Not only at the start, and with connections open."""
    fill(store)
    other = open_store(f"sqlite:///{path}")
    assert other.get_attributes(ANNE) == store.get_attributes(ANNE) == {"a": 1}
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil_head(path)
    spoil_middle(path)
    for n in range(3):
        store.save_attributes(asked_by(f"new {n}"), {"n": n})
        other.save_attributes(asked_by(f"newer {n}"), {"n": n})
    assert len(set_aside(path)) == 1
    for n in range(3):
        assert other.get_attributes(asked_by(f"new {n}")) == store.get_attributes(asked_by(f"newer {n}")) == {"n": n}
    assert store.check() == ()
    other.close()


def test_a_damaged_file_is_set_aside_once_however_many_find_it(path: Path, store: PeopleStore) -> None:
    """Processes and threads find out together; none sets aside what another has just begun, and no save is lost."""
    fill(store)
    spoil_head(path)
    script = """
import logging; logging.disable()
for n in range(10):
    store.save_attributes(asked_by(f"{sys.argv[2]} {n}"), {"n": n})
"""
    for process in [python(script, path, number) for number in range(4)]:
        said(process)
    assert len(set_aside(path)) == 1
    for number in range(4):
        for n in range(10):
            assert store.get_attributes(asked_by(f"{number} {n}")) == {"n": n}


def test_a_log_without_its_file_is_not_taken_for_the_new_files(path: Path, store: PeopleStore) -> None:
    """Whoever was killed while setting a file aside leaves one; it would be played into the fresh file."""
    store.save_attributes(ANNE, {"a": 1})
    process = python("store.save_attributes(ANNE, {'a': 3}); os.kill(os.getpid(), 9)", path)
    process.communicate()
    left_open = store._shelf._file._idle.pop()  # type: ignore[attr-defined]  # as by another process
    path.unlink()
    store.save_attributes(asked_by("ben"), {"b": 1})
    assert store.get_attributes(ANNE) == {}
    assert len(list(path.parent.glob("*.damaged-*-wal"))) == 1
    left_open.connection.close()
    assert store.get_attributes(asked_by("ben")) == {"b": 1}


FORGETTING: dict[str, Callable[[PeopleStore], None]] = {
    "forget me": lambda store: store.forget_speaker(asked_by("anne", "amzn1.ask.person.ANNE")),
    "everyone, or disabled": lambda store: store.delete_attributes(asked_by("anne")),
    "by an operator": lambda store: store.delete("anne"),
}


def traces(path: Path) -> list[str]:
    """The files beside the store, and itself, in which something of Anne stands."""
    found = [(file.name, file.read_bytes()) for file in path.parent.iterdir()]
    return [name for name, content in found for text in (b"anne", b"ANNE", b"unmistakable") if text in content]


@pytest.mark.parametrize("forget", FORGETTING.values(), ids=FORGETTING)
@pytest.mark.parametrize("spoil", [spoil_head, spoil_middle, cut_short])
def test_nothing_of_a_forgotten_person_is_left_in_a_file_that_was_set_aside(
    path: Path, store: PeopleStore, spoil: Any, forget: Callable[[PeopleStore], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever was damaged in it, and however she was forgotten; the log says loudly what else went with it."""
    store.save_attributes(asked_by("anne", "amzn1.ask.person.ANNE"), {"text": "unmistakable " * 500})
    fill_without(store)
    spoil(path)
    assert store.get_attributes(asked_by("somebody else")) == {}
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


def test_a_file_that_was_set_aside_stays_when_somebody_is_forgotten_who_is_not_in_it(
    path: Path, store: PeopleStore
) -> None:
    """The operator may still have others from it."""
    fill_without(store)
    spoil_middle(path)
    store.save_attributes(ANNE, {"a": 1})
    (aside,) = set_aside(path)
    before = aside.read_bytes()
    store.delete_attributes(ANNE)
    assert aside.read_bytes() == before


@pytest.mark.parametrize("part", [".fresh", ".fresh-journal", ".damaged-20261122T090000000000-wal"])
def test_what_was_left_of_a_rescue_is_scrubbed_as_well(path: Path, store: PeopleStore, part: str) -> None:
    """By a process that was killed at it. And a record whose id was destroyed is known by how it began."""
    for content in (b"..anne..", b"\xff\xff{'begun':'0123456789ab'"):
        store.save_attributes(asked_by("anne"), {"a": 1, "begun": "0123456789ab"})
        Path(f"{path}{part}").write_bytes(content)
        store.delete_attributes(asked_by("anne"))
        assert not Path(f"{path}{part}").exists()


def test_nobody_is_told_that_they_were_forgotten_whom_a_file_set_aside_still_has(
    path: Path, store: PeopleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be overwritten is a failure, and the next "yes" tries again."""
    store.save_attributes(ANNE, {"a": 1})
    aside = Path(f"{path}.damaged-20261122T090000000000")
    aside.write_bytes(b"..anne..")
    with monkeypatch.context() as patch:
        patch.setattr("skill.memory.sqlite_file._wipe", lambda _: (_ for _ in ()).throw(PermissionError("no")))
        with pytest.raises(PersistenceException):
            store.delete_attributes(asked_by("anne"))
    assert aside.exists()
    store.delete_attributes(asked_by("anne"))
    assert not aside.exists()


# Other processes


def test_processes_that_save_at_the_same_time_lose_nothing(path: Path, store: PeopleStore) -> None:
    """Four workers, the same household, a file that none of them has seen before."""
    script = """
for n in range(25):
    turn = asked_by("anne")
    done = store.get_attributes(turn).get("history", {}).get("bridge", 0)
    store.save_attributes(turn, {"history": {"bridge": done + 1}, "last": int(sys.argv[2])})
"""
    for process in [python(script, path, number) for number in range(4)]:
        said(process)
    assert store.get_attributes(ANNE)["history"] == {"bridge": 100}
    assert store.check() == ()


def test_a_forked_worker_opens_the_file_for_itself(path: Path) -> None:
    """Servers load the skill once, and fork; children must not share SQLite's locks."""
    script = """
store.save_attributes(ANNE, {"n": 0})
children = []
for number in range(3):
    if (child := os.fork()) == 0:
        for n in range(20):
            store.save_attributes(asked_by(f"{number}"), {"n": n})
        os._exit(0)
    children.append(child)
for n in range(20):
    store.save_attributes(ANNE, {"n": n})
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
print([store.get_attributes(asked_by(name)) for name in ("anne", "0", "1", "2")], store.check())
"""
    assert said(python(script, path)) == f"{[{'n': 19}] * 4} ()"


def test_a_file_that_another_process_keeps_busy_is_waited_for_but_not_long(path: Path, store: PeopleStore) -> None:
    """A turn has eight seconds; a save gives up in time, is logged, and the next turn tries again."""
    store.save_attributes(ANNE, {"a": 1})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(PersistenceException, match="locked"):
            store.save_attributes(ANNE, {"a": 2})
        assert time.monotonic() - began < 1
        assert store.get_attributes(ANNE) == {"a": 1}
        other.execute("ROLLBACK")
    store.save_attributes(ANNE, {"a": 2})
    assert store.get_attributes(ANNE) == {"a": 2}


def test_threads_share_a_few_connections(path: Path) -> None:
    """A server that starts a thread for every request does not open the file for each."""
    store = open_store(f"sqlite:///{path}")
    barrier = Barrier(4)

    def visit(n: int) -> None:
        barrier.wait()
        for m in range(10):
            store.save_attributes(asked_by(f"{n} {m}"), {"m": m})

    for _ in range(3):
        threads = [Thread(target=visit, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= len(store._shelf._file._idle) <= 4  # type: ignore[attr-defined]
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
    """No folder can be made there: an error that the caller can log."""
    (tmp_path / "file").write_text("")
    store = open_store(f"sqlite:///{tmp_path}/file/people.sqlite3")
    for use in (lambda: store.get_attributes(ANNE), lambda: store.save_attributes(ANNE, {"a": 1})):
        with pytest.raises(PersistenceException, match=r"people\.sqlite3"):
            use()


READ_ONLY = """
from ask_sdk_core.exceptions import PersistenceException
import skill.memory.sqlite, urllib.parse  # before nobody may read the standard library
if os.getuid() == 0:
    os.setuid(65534)  # root may write everywhere
for use in (lambda: store.get_attributes(ANNE), lambda: store.save_attributes(ANNE, {"a": 2})):
    try:
        print("got", use())
    except PersistenceException:
        print("refused", flush=True)
os._exit(0)  # coverage would write a file
"""


def test_a_read_only_file_costs_a_save() -> None:
    """An error that the caller can log, and the file as it was."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.sqlite3"
        store = open_store(f"sqlite:///{path}")
        store.save_attributes(ANNE, {"a": 1})
        store.close()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        assert said(python(READ_ONLY, path)).split("\n")[-1] == "refused"
        path.parent.chmod(0o755)
        path.chmod(0o600)
        assert store.get_attributes(ANNE) == {"a": 1}
        store.close()


FULL = """
import resource
from ask_sdk_core.exceptions import PersistenceException
store.save_attributes(ANNE, {"a": 1})
size = max(os.path.getsize(sys.argv[1] + end) for end in ("", "-wal"))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
faults = 0
for n in range(5):
    try:
        store.save_attributes(asked_by("ben"), {"text": "x" * 100_000})
    except PersistenceException:
        faults += 1
assert faults == 5, faults
assert store.get_attributes(ANNE) == {"a": 1}
assert store.get_attributes(asked_by("ben")) == {}
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
store.save_attributes(asked_by("ben"), {"b": 1})
assert store.get_attributes(asked_by("ben")) == {"b": 1}
assert store.check() == ()
"""


def test_a_full_disk_costs_a_save_and_no_more(path: Path) -> None:
    """What was remembered stays, and when there is room again, so does what comes."""
    assert said(python(FULL, path)) == ""


# DynamoDB


def test_amazons_table_expires_who_is_away_for_over_a_year(moto: str) -> None:  # noqa: F811
    """The table says so, the item says when, and each save puts it off."""
    with in_dynamodb(moto) as kept:
        import boto3

        from skill.memory.dynamodb import DynamoShelf, create_table

        with closing(boto3.client("dynamodb")) as client:
            ttl = client.describe_time_to_live(TableName="hip-coach-test")["TimeToLiveDescription"]
            table = client.describe_table(TableName="hip-coach-test")["Table"]
        assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        create_table("hip-coach-test")
        for now in (1_000_000_000, 2_000_000_000):
            store = PeopleStore(DynamoShelf("hip-coach-test", clock=lambda now=now: now))
            store.save_attributes(ANNE, {"a": now})
            assert kept.rows()["anne"]["expires_at"] == now + 400 * 86_400
            store.close()


def test_amazons_own_adapter_reads_what_we_write(dynalite: str) -> None:  # noqa: F811
    """The items are laid out as Amazon's package has them."""
    with in_dynamodb(dynalite) as kept:
        import boto3
        from ask_sdk_dynamodb.adapter import DynamoDbAdapter

        kept.store.save_attributes(ANNE, {"a": 1})
        adapter = DynamoDbAdapter("hip-coach-test", dynamodb_resource=boto3.resource("dynamodb"))
        assert adapter.get_attributes(ANNE)["household"] == {"a": 1}
        adapter.dynamodb.meta.client.close()


def test_a_put_whose_answer_was_lost_counts_once(dynalite: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """boto3 tries again, and is told that somebody was first: that was ourselves."""
    with in_dynamodb(dynalite) as kept:
        from botocore.exceptions import ClientError

        table = kept.store._shelf._table  # type: ignore[attr-defined]
        put, puts = table.put_item, []

        def twice(**arguments: Any) -> None:
            puts.append(put(**arguments))
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")

        kept.store.get_attributes(ANNE)
        monkeypatch.setattr(table, "put_item", twice)
        kept.store.save_attributes(ANNE, {"history": {"bridge": 1}})
        monkeypatch.undo()
        assert len(puts) == 1
        assert kept.store.get_attributes(ANNE) == {"history": {"bridge": 1}}


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes requests and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_database_that_does_not_answer_is_not_waited_for(silent: str) -> None:
    """Two tries of a second, and the turn goes on without it."""
    if find_spec("ask_sdk_dynamodb") is None:
        pytest.skip("the extra `dynamodb` is not installed")
    with environment(silent):
        store = open_store("dynamodb:hip-coach-test")
        began = time.monotonic()
        with pytest.raises(PersistenceException):
            store.get_attributes(ANNE)
        assert 1 < time.monotonic() - began < 4
        assert store.check()
        store.close()


def test_a_missing_table_is_named(dynalite: str) -> None:  # noqa: F811
    """For the operator who has not made it yet."""
    with environment(dynalite):
        store = open_store("dynamodb:not-made-yet")
        for use in (
            lambda: store.get_attributes(ANNE),
            lambda: store.save_attributes(ANNE, {}),
            lambda: store.delete("x"),
        ):
            with pytest.raises(PersistenceException):
                use()
        assert "not-made-yet" in store.check()[0]
        store.close()


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
    """As the documentation has them."""
    assert parse(url) == (kind, where)


@pytest.mark.parametrize(
    "url", ["", "memory", "memory:x", "sqlite:", "sqlite://", "sqlite:///", "sqlite://x.db", "sqlite:///data/",
            "sqlite:///:memory:", "sqlite:///~nobody-of-that-name/x", "dynamodb:", "dynamodb:a", "dynamodb:a b c",
            "postgres://localhost/x", "people.sqlite3"]
)  # fmt: skip
def test_any_other_address_is_refused_with_a_cure(url: str) -> None:
    """Before the first person speaks, and not with an error of Python's."""
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
    """Where each platform keeps such things."""
    url = default_store_url(environment, platform)
    assert parse(url) == ("sqlite", str(Path.home() / folder / "hip-coach" / "people.sqlite3"))


def test_the_user_says_where_data_lie(tmp_path: Path) -> None:
    """XDG_DATA_HOME, where it is set."""
    url = default_store_url({"XDG_DATA_HOME": str(tmp_path)}, "linux")
    store = open_store(url)
    store.save_attributes(ANNE, {"a": 1})
    store.close()
    assert (tmp_path / "hip-coach" / "people.sqlite3").exists()


def test_a_user_without_a_home_is_served_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Lambda, when no store is named."""
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    assert default_store_url({}, "linux") == "memory:"


def test_the_default_store_costs_nothing_that_it_does_not_need() -> None:
    """boto3 takes a quarter of a second to import."""
    script = "open_store('memory:'); print([name for name in sys.modules if name.startswith(('boto', 'ask_sdk_dyn'))])"
    assert said(python(script, "/tmp/never-made")) == "[]"


def test_what_dynamodb_needs_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that is to be installed, by name."""
    monkeypatch.setitem(sys.modules, "ask_sdk_dynamodb.adapter", None)
    monkeypatch.delitem(sys.modules, "skill.memory.dynamodb", raising=False)
    with pytest.raises(ValueError, match=r"hip-coach\[dynamodb\]"):
        open_store("dynamodb:hip-coach")


def test_dynamodb_without_a_region_says_what_to_set() -> None:
    """Amazon's package does not even import then."""
    if find_spec("ask_sdk_dynamodb") is None:
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


# Two records into one


OLD = {"place": 1, "pace": "guided", "wishes": {"bridge": 1}, "history": {"mon": {"bridge": 1}}, "saved_at": 10}


def test_nobody_in_between_means_no_merging() -> None:
    """What was taken out stays out."""
    new = {"place": 2, "saved_at": 5}
    assert merge(OLD, new, OLD) == new


def test_each_side_keeps_what_it_alone_has_changed() -> None:
    """The pace from the kitchen, the place from the bedroom; wishes by exercise."""
    kitchen = OLD | {"pace": "flow", "wishes": {"bridge": 1, "clam": 2}, "saved_at": 20}
    bedroom = OLD | {"place": 2, "wishes": {}, "saved_at": 21}
    merged = OLD | {"pace": "flow", "place": 2, "wishes": {"clam": 2}, "saved_at": 21}
    assert merge(kitchen, bedroom, OLD) == merged
    assert merge(bedroom, kitchen, OLD) == merged


def test_the_later_place_wins_as_a_whole() -> None:
    """Never the routine of one with the step of the other; whichever is saved first."""
    kitchen = OLD | {"place": {"plan": "a", "step": 5}, "saved_at": 20}
    bedroom = OLD | {"place": {"plan": "b", "step": 1}, "saved_at": 21}
    assert merge(kitchen, bedroom, OLD)["place"] == merge(bedroom, kitchen, OLD)["place"] == bedroom["place"]
    assert merge(kitchen, bedroom)["place"] == merge(bedroom, kitchen)["place"] == bedroom["place"]


def test_what_both_have_finished_counts_twice_and_what_one_has_once() -> None:
    """Counts are added up, moments are not, and a day that one side has summed up stays summed up."""
    base = {"history": {"sun": {"clam": 4}, "mon": {"bridge": 1, "done_at": 100}}}
    kitchen = {"history": {"mon": {"bridge": 2, "done_at": 200}, "sums": {"clam": 4}}}
    bedroom = {"history": {"sun": {"clam": 4}, "mon": {"bridge": 2, "done_at": 190, "fold": 1}}}
    expected = {"history": {"mon": {"bridge": 3, "done_at": 200, "fold": 1}, "sums": {"clam": 4}}}
    assert merge(kitchen, bedroom, base) == expected
    assert merge(bedroom, kitchen, base) == expected


def test_without_knowing_from_what_counts_are_never_lowered() -> None:
    """An import, an older record: the larger count, and everything finished."""
    merged = merge({"history": {"mon": {"bridge": 3}}, "a": 1}, {"history": {"mon": {"bridge": 1, "clam": 1}}, "b": 1})
    assert merged == {"history": {"mon": {"bridge": 3, "clam": 1}}, "b": 1}


def test_lists_of_finished_things_are_united() -> None:
    """By id, or by what they are; what one side has dropped, to stay small, stays dropped."""
    base = {"history": {"done": [{"id": 1}, {"id": 2}]}}
    kitchen = {"history": {"done": [{"id": 2}, {"id": 3}]}}
    bedroom = {"history": {"done": [{"id": 1}, {"id": 2, "reps": 9}, {"id": 4}]}}
    assert merge(kitchen, bedroom, base) == {"history": {"done": [{"id": 2, "reps": 9}, {"id": 3}, {"id": 4}]}}
    assert merge({"history": ["a", "b"]}, {"history": ["b", "c"]}) == {"history": ["a", "b", "c"]}


def test_merging_changes_neither_record() -> None:
    """It is pure."""
    old, new = json.loads(json.dumps(OLD)), {"history": {"mon": {"bridge": 5}}}
    merge(old, new, {})["history"]["mon"]["x"] = 1
    assert (old, new) == (OLD, {"history": {"mon": {"bridge": 5}}})


def test_a_household_of_nobody_is_no_record() -> None:
    """So that a store keeps no empty row."""
    one = saved(Household(), "anne", {"a": 1}, None, merge)
    assert read(record_of(one)) == one
    assert record_of(forgotten(one, "anne")) is None
