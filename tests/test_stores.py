"""One contract for every store: in memory, SQLite, and DynamoDB as two servers have it that others wrote.

The servers are started here, on this machine alone. They come from `make parts`; elsewhere HIP_COACH_DYNALITE and
HIP_COACH_MOTO_SERVER say where they are.
"""

import json
import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier, Lock
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from keeping import asked_by, count, given, save

from skill.alexa.recall import SPEAKER
from skill.memory.household import HOUSEHOLD, SPEAKERS
from skill.memory.newest import Asking, Verdict
from skill.memory.opening import open_store
from skill.memory.people import People
from skill.memory.shelf import LARGEST, MemoryShelf, StoreFailed

ROOT = Path(__file__).parent.parent
TABLE = "hip-coach-test"
Json = Any


# The stores


@dataclass
class Kept:
    """A store, and a way to what it holds that does not go through our code."""

    reopen: Callable[[], People]
    rows: Callable[[], dict[str, Json]]
    put: Callable[[str, Json], None]
    """Puts something in place of a record, as the release before had it: text, or a map in DynamoDB."""
    store: People


@contextmanager
def in_memory(_folder: Path) -> Iterator[Kept]:
    shelf = MemoryShelf()
    yield Kept(
        lambda: People(shelf),
        lambda: {name: json.loads(text) for name, text in shelf._texts.items()},
        lambda name, record: shelf._texts.__setitem__(name, record if isinstance(record, str) else json.dumps(record)),
        People(shelf),
    )


@contextmanager
def in_sqlite(folder: Path) -> Iterator[Kept]:
    path = folder / "people.sqlite3"

    def rows() -> dict[str, Json]:
        if not path.exists():
            return {}
        with closing(sqlite3.connect(path)) as db:
            return dict(db.execute("SELECT user, record FROM people"))

    def put(user: str, record: Json) -> None:
        text = record if isinstance(record, str | bytes) else json.dumps(record)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (user, text))

    with ExitStack() as opened:
        reopen = opening(f"sqlite:///{path}", opened)
        yield Kept(reopen, rows, put, reopen())


def opening(url: str, opened: ExitStack) -> Callable[[], People]:
    """Opens that store, as often as it is called, until the end of the block."""
    return lambda: opened.enter_context(closing(open_store(url)))


def make_table(name: str) -> None:
    """As the template makes it, but for the expiry of its items."""
    import boto3

    with closing(boto3.client("dynamodb")) as client:
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


@contextmanager
def in_dynamodb(address: str) -> Iterator[Kept]:
    with environment(address), ExitStack() as opened:
        import boto3

        client = opened.enter_context(closing(boto3.client("dynamodb")))
        make_table(TABLE)
        opened.callback(client.delete_table, TableName=TABLE)
        table = boto3.resource("dynamodb").Table(TABLE)
        opened.callback(table.meta.client.close)

        def rows() -> dict[str, Json]:
            """What items of this release hold; those of an earlier release as they are."""
            items = table.scan()["Items"]
            packed = {item["id"]: item["record"].value for item in items if "record" in item}
            return {item["id"]: item for item in items} | {
                name: json.loads(zlib.decompress(record)) for name, record in packed.items()
            }

        def put(user: str, record: Json) -> None:
            table.put_item(Item={"id": user} | ({} if record is None else {"attributes": record}))

        reopen = opening(f"dynamodb:{TABLE}", opened)
        yield Kept(reopen, rows, put, reopen())


@contextmanager
def environment(address: str) -> Iterator[None]:
    """What boto3 reads, with nothing in it of whoever runs the tests."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nobody = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": "eu-west-1"}
    there = {"AWS_ENDPOINT_URL_DYNAMODB": address, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}
    with patch.dict(os.environ, others | nobody | there, clear=True):
        yield


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """The address of a server, started for as long as the block lasts, and ended by its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def await_port(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + 30
    while not listens(port):
        assert time.monotonic() < until, f"{server.args!r} did not come up"
        assert server.poll() is None, f"{server.args!r} ended"
        time.sleep(0.02)


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def found(variable: str, usual: str) -> str:
    """A program that the tests run against; skips where it is missing."""
    if find_spec("boto3") is None:
        pytest.skip("the extra `dynamodb` is not installed")
    path = os.environ.get(variable) or str(ROOT / usual)
    if not shutil.which(path):
        pytest.skip(f"{usual} is not there: run `make parts`, or set {variable}")
    return path


@pytest.fixture(scope="module")
def dynalite() -> Iterator[str]:
    program = found("HIP_COACH_DYNALITE", "tests/npm/node_modules/.bin/dynalite")
    with serving(program, "--host", "127.0.0.1", "--createTableMs", "0", "--deleteTableMs", "0", "--port") as address:
        yield address


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with serving(found("HIP_COACH_MOTO_SERVER", ".venv-moto/bin/moto_server"), "-H", "127.0.0.1", "-p") as address:
        yield address


@pytest.fixture(params=["memory", "sqlite", "dynalite", "moto"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    here = {"memory": in_memory, "sqlite": in_sqlite}.get(request.param)
    with here(tmp_path) if here else in_dynamodb(request.getfixturevalue(request.param)) as opened:
        yield opened


# What is remembered


def test_somebody_new_is_met_with_an_empty_mind(kept: Kept) -> None:
    assert given(kept.store, asked_by("anne")) == {}
    kept.store.forget(asked_by("anne"), everyone=True)
    kept.store.forget(asked_by("anne", "a"), everyone=False)
    assert count(kept.store, asked_by("anne")) == 0
    assert kept.rows() == {}


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**11), 10**11)
    | st.floats(-1e9, 1e9, width=32).filter(lambda x: x == 0 or abs(x) > 1e-30)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=4),
    max_leaves=12,
)


@each(record=st.dictionaries(st.text(min_size=1, max_size=9), _json, max_size=5))
def test_whatever_is_json_comes_back_as_it_went(kept: Kept, record: dict[str, Json]) -> None:
    kept.store.delete("anne")
    save(kept.store, asked_by("anne"), record)
    again = given(kept.store, asked_by("anne"))
    assert json.dumps(again, sort_keys=True) == json.dumps(record, sort_keys=True), "a rep is never a decimal"


ODD = ["ünï çødé ✓", "🧘‍♀️", "' OR 1=1; --", "a\0b", "half \ud83e", "x" * 255, "#a.b[0]", " ", "household"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_any_id_names_one_person_and_no_other(kept: Kept, odd: str) -> None:
    everyone = (asked_by(odd, "x" + odd), asked_by(odd, odd), asked_by("anne", odd), asked_by(odd + "2"))
    for number, envelope in enumerate(everyone):
        save(kept.store, envelope, {"is": number})
    again = kept.reopen()
    for number, envelope in enumerate(everyone):
        assert given(again, envelope) == {"is": number}
    again.forget(asked_by(odd), everyone=True)
    assert len(kept.rows()) == 2


def test_what_is_no_json_is_refused_and_nothing_lost(kept: Kept) -> None:
    save(kept.store, asked_by("anne"), {"is": "here"})
    with pytest.raises(TypeError):
        save(kept.store, asked_by("anne"), {"is": object()})
    assert given(kept.store, asked_by("anne")) == {"is": "here"}


def test_a_huge_record_is_refused_and_nothing_lost(kept: Kept) -> None:
    large = {"history": [f"{n:04}" + "x" * 95 for n in range(LARGEST // 110)]}
    save(kept.store, asked_by("anne"), large)
    with pytest.raises(StoreFailed, match="larger than"):
        save(kept.store, asked_by("anne"), {"text": "x" * LARGEST})
    assert given(kept.reopen(), asked_by("anne")) == large


def test_a_request_without_a_user_leaves_no_trace(kept: Kept) -> None:
    for nobody in (asked_by(""), Asking("")):
        save(kept.store, nobody, {"a": 1})
        assert given(kept.store, nobody) == {}
        kept.store.forget(nobody, everyone=True)
        kept.store.forget(nobody, everyone=False)
        assert count(kept.store, nobody) == 0
    assert kept.rows() == {}


# Whose memory


def test_two_who_share_a_device_keep_a_place_each(kept: Kept) -> None:
    for speaker in ("anne", "ben", HOUSEHOLD):
        save(kept.store, asked_by("home", speaker), {"is": speaker})
    again = kept.reopen()
    for speaker in ("anne", "ben", HOUSEHOLD):
        assert given(again, asked_by("home", speaker)) == {"is": speaker}
    assert given(again, asked_by("home", "cleo")) == {}
    assert count(again, asked_by("home")) == 3
    save(again, asked_by("home", "cleo"), {"is": "new"})
    assert count(again, asked_by("home")) == 4
    assert list(kept.rows()) == ["home"]


def test_the_speaker_is_fixed_at_the_start_of_a_session(kept: Kept) -> None:
    started = asked_by("home", "anne", new=True, attributes={SPEAKER: "left over"})
    save(kept.store, started, {"is": "anne"})
    hoarse = asked_by("home", new=False, attributes={SPEAKER: "anne"})
    assert given(kept.store, hoarse) == {"is": "anne"}
    recognised_late = asked_by("home", "anne", new=False, attributes={SPEAKER: HOUSEHOLD})
    assert given(kept.store, recognised_late) == {}
    older_release = asked_by("home", "anne", new=False, attributes={})
    assert given(kept.store, older_release) == {"is": "anne"}


def test_a_household_is_bounded_and_forgets_who_is_away_for_longest(kept: Kept) -> None:
    guests = [f"guest {n}" for n in range(SPEAKERS)]
    for guest in guests:
        save(kept.store, asked_by("home", guest), {"is": guest})
    save(kept.store, asked_by("home"), {"is": "household"})
    for guest in [guests[0], "one more"]:
        save(kept.store, asked_by("home", guest), {"is": guest})
    again = kept.reopen()
    remembered = [guest for guest in [*guests, "one more"] if given(again, asked_by("home", guest))]
    assert remembered == [guests[0], *guests[2:], "one more"]
    assert given(again, asked_by("home")) == {"is": "household"}


# Forgetting


def test_forgetting_leaves_no_row(kept: Kept) -> None:
    for who in (asked_by("home", "anne"), asked_by("home"), asked_by("ben")):
        save(kept.store, who, {"a": 1})
    kept.store.forget(asked_by("home"), everyone=True)
    assert list(kept.rows()) == ["ben"]
    assert given(kept.store, asked_by("home", "anne")) == {}


def test_one_is_forgotten_and_the_others_are_not(kept: Kept) -> None:
    for speaker in ("anne", "ben"):
        save(kept.store, asked_by("home", speaker), {"is": speaker})
    kept.store.forget(asked_by("home", "anne"), everyone=False)
    assert given(kept.store, asked_by("home", "anne")) == {}
    assert given(kept.store, asked_by("home", "ben")) == {"is": "ben"}
    assert "anne" not in str(kept.rows())
    kept.store.forget(asked_by("home", "ben"), everyone=False)
    assert kept.rows() == {}


def test_another_device_does_not_bring_back_who_was_forgotten(kept: Kept) -> None:
    save(kept.store, asked_by("home", "anne"), {"a": 1})
    save(kept.store, asked_by("home", "ben"), {"b": 1})
    kitchen = kept.store.recall(asked_by("home", "anne", session_id="kitchen", new=True))
    kept.reopen().forget(asked_by("home", "anne"), everyone=False)
    assert kept.store.keep(kitchen, {"a": 2}) is None
    assert kept.store.recall(kitchen.asking_again()).verdict is Verdict.FORGOTTEN
    assert given(kept.store, asked_by("home", "anne")) == {}
    assert given(kept.store, asked_by("home", "ben")) == {"b": 1}


# Two devices at once


def test_of_two_who_found_the_same_only_the_quicker_one_saves(kept: Kept) -> None:
    save(kept.store, asked_by("anne"), {"done": 1})
    bedroom, kitchen = kept.store.recall(asked_by("anne")), kept.reopen().recall(asked_by("anne"))
    assert kept.store.keep(bedroom, {"done": 2})
    before = kept.rows()
    assert kept.store.keep(kitchen, {"done": 2, "in": "the kitchen"}) is None
    assert kept.rows() == before
    again = kept.store.recall(asked_by("anne"))
    assert kept.store.keep(again, {"done": again.record["done"] + 1})
    assert given(kept.store, asked_by("anne")) == {"done": 3}


def test_of_two_who_begin_a_household_only_the_quicker_one_saves(kept: Kept) -> None:
    one, other = kept.store.recall(asked_by("home", "anne")), kept.store.recall(asked_by("home", "ben"))
    assert kept.store.keep(one, {"is": "anne"})
    assert kept.store.keep(other, {"is": "ben"}) is None
    assert list(kept.store.export("home")["speakers"]) == ["anne"]


def test_who_was_kept_can_be_kept_again_without_being_read(kept: Kept) -> None:
    known = kept.store.recall(asked_by("anne"))
    for number in range(3):
        known = kept.store.keep(known, {"n": number})
        assert known
    assert given(kept.store, asked_by("anne")) == {"n": 2}


def test_forgetting_one_speaker_while_another_saves_loses_neither(kept: Kept) -> None:
    """Whoever was quicker, Anne is forgotten and Ben's is saved; so in the other order."""
    for speaker in ("anne", "ben"):
        save(kept.store, asked_by("home", speaker), {"is": speaker})
    ben = kept.store.recall(asked_by("home", "ben"))
    replace, turns = kept.store._shelf.replace, [ben]

    def late(name: str, old: str | None, new: str | None) -> bool:
        if turns:
            assert kept.reopen().keep(turns.pop(), {"is": "ben again"})
        return replace(name, old, new)

    with patch.object(kept.store._shelf, "replace", late):
        kept.store.forget(asked_by("home", "anne"), everyone=False)
    assert turns == []
    assert kept.store.export("home")["speakers"] == {"ben": {"is": "ben again"}}


def test_many_at_once_lose_nothing(kept: Kept, request: pytest.FixtureRequest) -> None:
    threads, times = 4, 10
    together, shelf = Barrier(threads), kept.store._shelf
    replace, lock = shelf.replace, Lock() if "moto" in request.node.name else nullcontext()

    def swap(*swapped: Any) -> bool:
        with lock:  # moto looks at a condition and then writes, with no lock of its own; a real table does both in one
            return replace(*swapped)

    def add(mine: int) -> None:
        together.wait()
        for _ in range(times):
            done = None
            while done is None:
                known = kept.store.recall(asked_by("home", f"speaker {mine % 2}"))
                done = kept.store.keep(known, {"done": known.record.get("done", 0) + 1, "by": mine})

    with patch.object(shelf, "replace", swap), ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))
    for n in range(2):
        assert given(kept.store, asked_by("home", f"speaker {n}"))["done"] == threads * times // 2


# Damage


DAMAGED = [
    "not JSON {", "", "[1]", {"version": "one"}, {}, {"version": 1},
    {"version": 1, "household": 3, "speakers": [], "lately": {}},
    {"version": 1, "household": {}, "speakers": {"x": 5}, "lately": [], "revision": {"odd": 1}},
]  # fmt: skip


@pytest.mark.parametrize("damaged", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_record_is_as_for_somebody_new(kept: Kept, damaged: Json, caplog: pytest.LogCaptureFixture) -> None:
    save(kept.store, asked_by("somebody else"), {"a": 1})
    kept.put("anne", damaged)
    assert given(kept.store, asked_by("anne")) == {}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "anne" not in caplog.text
    save(kept.store, asked_by("anne"), {"a": 2})
    assert given(kept.reopen(), asked_by("anne")) == {"a": 2}
    assert given(kept.store, asked_by("somebody else")) == {"a": 1}


def test_damage_costs_one_of_a_household_and_not_the_others(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    save(kept.store, asked_by("x"), {"a": 1})
    speakers = {"anne": [], "ben": {"b": 1}}
    kept.put("home", {"version": 1, "household": {"h": 1}, "speakers": speakers, "lately": ["ben", 3, "gone"]})
    assert given(kept.store, asked_by("home", "anne")) == {}
    assert given(kept.store, asked_by("home", "ben")) == {"b": 1}
    assert given(kept.store, asked_by("home")) == {"h": 1}
    assert caplog.records


def test_a_record_of_a_later_release_is_neither_read_nor_written_over(kept: Kept) -> None:
    save(kept.store, asked_by("x"), {"a": 1})
    later = {"version": 99, "somewhere": "else"}
    kept.put("anne", later)
    for use in (given, lambda store, anne: save(store, anne, {"a": 1})):
        with pytest.raises(StoreFailed, match="version 99"):
            use(kept.store, asked_by("anne"))
    assert kept.reopen().export("anne") == later


# For an operator


def test_an_operator_can_hand_over_and_delete_by_id(kept: Kept) -> None:
    for speaker in ("anne", "ben", HOUSEHOLD):
        save(kept.store, asked_by("home", speaker), {"is": speaker})
    exported = kept.reopen().export("home")
    assert exported["household"] == {"is": HOUSEHOLD}
    assert exported["speakers"] == {"anne": {"is": "anne"}, "ben": {"is": "ben"}}
    assert json.loads(json.dumps(exported)) == exported
    assert kept.store.export("nobody") == {}
    kept.store.delete("home")
    assert kept.rows() == {}
    kept.put("home", "not JSON {")
    assert kept.store.export("home") == {"damaged": "not JSON {"}
