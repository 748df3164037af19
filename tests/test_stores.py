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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from ask_sdk_core.attributes_manager import AttributesManager
from ask_sdk_core.exceptions import PersistenceException
from ask_sdk_model import Context, Person, RequestEnvelope, Session, User
from ask_sdk_model.interfaces.system import SystemState
from hypothesis import given
from hypothesis import strategies as st

from skill.memory.household import SPEAKERS
from skill.memory.in_memory import MemoryShelf
from skill.memory.opening import open_store
from skill.memory.people import PeopleStore, delete, export
from skill.memory.shelf import LARGEST
from skill.memory.whose import HOUSEHOLD, SPEAKER

ROOT = Path(__file__).parent.parent
TABLE = "hip-coach-test"
Json = Any


def asked_by(user: str, speaker: str = "", **session: Any) -> RequestEnvelope:
    """A request; with anything about the session, in a session."""
    person = Person(person_id=speaker) if speaker else None
    system = SystemState(user=User(user_id=user), person=person)
    return RequestEnvelope(context=Context(system=system), session=Session(**session) if session else None)


# The stores


@dataclass
class Kept:
    """A store, and a way to what it holds that does not go through our code."""

    reopen: Callable[[], PeopleStore]
    rows: Callable[[], dict[str, Json]]
    put: Callable[[str, Json], None]
    """Puts something in place of a record. Text is what SQLite holds; a server holds what it would mean as JSON."""
    store: PeopleStore
    outlives: bool = True


@contextmanager
def in_memory(_folder: Path) -> Iterator[Kept]:
    shelf = MemoryShelf()
    yield Kept(
        lambda: PeopleStore(shelf),
        lambda: {name: json.loads(text) for name, text in shelf._records.items()},
        lambda name, record: shelf._records.__setitem__(name, json.dumps(record)),
        PeopleStore(shelf),
    )


@contextmanager
def in_sqlite(folder: Path) -> Iterator[Kept]:
    path = folder / "people.sqlite3"
    opened: list[PeopleStore] = []

    def reopen() -> PeopleStore:
        opened.append(open_store(f"sqlite:///{path}"))
        return opened[-1]

    def rows() -> dict[str, Json]:
        if not path.exists():
            return {}
        with closing(sqlite3.connect(path)) as db:
            return dict(db.execute("SELECT user, record FROM people"))

    def put(user: str, record: Json) -> None:
        text = record if isinstance(record, str | bytes) else json.dumps(record)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (user, text))

    yield Kept(reopen, rows, put, reopen())
    for store in opened:
        store.close()


@contextmanager
def in_dynamodb(address: str) -> Iterator[Kept]:
    with environment(address):
        import boto3

        from skill.memory.dynamodb import create_table

        client = boto3.client("dynamodb")
        create_table(TABLE)
        table = boto3.resource("dynamodb").Table(TABLE)

        def rows() -> dict[str, Json]:
            return {item["id"]: item for item in table.scan()["Items"]}

        def put(user: str, record: Json) -> None:
            table.put_item(Item={"id": user} | ({} if record is None else {"attributes": record}))

        stores: list[PeopleStore] = []

        def reopen() -> PeopleStore:
            stores.append(open_store(f"dynamodb:{TABLE}"))
            return stores[-1]

        yield Kept(reopen, rows, put, reopen())
        client.delete_table(TableName=TABLE)
        for one in (client, table.meta.client):
            one.close()
        for store in stores:
            store.close()


@contextmanager
def environment(address: str) -> Iterator[None]:
    """What boto3 reads, with nothing in it of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", address)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """The address of a server, started for as long as the block lasts, and ended by its process id."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
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
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{server.args!r} did not come up")


def found(variable: str, usual: str) -> str:
    """A program that the tests run against; skips where it is missing."""
    if find_spec("ask_sdk_dynamodb") is None:
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
    if request.param == "memory":
        store = in_memory(tmp_path)
    elif request.param == "sqlite":
        store = in_sqlite(tmp_path)
    else:
        store = in_dynamodb(request.getfixturevalue(request.param))
    with store as opened:
        yield opened


# What is remembered


def test_somebody_new_is_met_with_an_empty_mind(kept: Kept) -> None:
    """Nothing is known of somebody new, and asking leaves no trace."""
    assert kept.store.get_attributes(asked_by("anne")) == {}
    kept.store.delete_attributes(asked_by("anne"))
    kept.store.forget_speaker(asked_by("anne", "a"))
    assert kept.store.number_of_speakers(asked_by("anne")) == 0
    assert kept.rows() == {}


def test_a_person_comes_back_next_week(kept: Kept) -> None:
    """Everything is there again after a restart, and nobody gets another's."""
    place = {"version": 1, "underway": {"plan": "routine/hip-routine", "place": {"step": 2, "rep": 0}}, "ticks": True}
    kept.store.save_attributes(asked_by("anne"), place)
    kept.store.save_attributes(asked_by("ben"), {"version": 1})
    again = kept.reopen()
    assert again.get_attributes(asked_by("anne")) == place
    assert again.get_attributes(asked_by("ben")) == {"version": 1}
    assert again.check() == ()


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**11), 10**11)
    | st.floats(-1e9, 1e9, width=32).filter(lambda x: x == 0 or abs(x) > 1e-30)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(record=st.dictionaries(st.text(min_size=1, max_size=9), _json, max_size=5))
def test_whatever_is_json_comes_back_as_it_went(kept: Kept, record: dict[str, Json]) -> None:
    """No number, text or emptiness is changed by being remembered."""
    kept.store.delete("anne")
    kept.store.save_attributes(asked_by("anne"), record)
    assert kept.store.get_attributes(asked_by("anne")) == record


def test_whole_numbers_stay_whole(kept: Kept) -> None:
    """A rep is never a decimal."""
    kept.store.save_attributes(asked_by("anne"), {"reps": [3, 0, -5], "factor": 0.1, "on": True})
    record = kept.store.get_attributes(asked_by("anne"))
    assert [type(number) for number in record["reps"]] == [int, int, int]
    assert record["factor"] == 0.1
    assert record["on"] is True


ODD = ["ünï çødé ✓", "🧘‍♀️", "' OR 1=1; --", "a\0b", "half \ud83e", "x" * 255, "#a.b[0]", " ", "household"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_any_id_names_one_person_and_no_other(kept: Kept, odd: str) -> None:
    """Ids are opaque: whatever Alexa makes them of, nobody is mixed up."""
    everyone = (asked_by(odd, "x" + odd), asked_by(odd, odd), asked_by("anne", odd), asked_by(odd + "2"))
    for number, envelope in enumerate(everyone):
        kept.store.save_attributes(envelope, {"is": number})
    again = kept.reopen()
    for number, envelope in enumerate(everyone):
        assert again.get_attributes(envelope) == {"is": number}
    again.delete_attributes(asked_by(odd))
    assert len(kept.rows()) == 2


@pytest.mark.parametrize("nonsense", [float("nan"), object(), {1, 2}])
def test_what_is_no_json_is_refused_and_nothing_lost(kept: Kept, nonsense: Any) -> None:
    """A mistake of ours costs one save, not the place."""
    kept.store.save_attributes(asked_by("anne"), {"is": "here"})
    with pytest.raises(PersistenceException):
        kept.store.save_attributes(asked_by("anne"), {"is": nonsense})
    assert kept.store.get_attributes(asked_by("anne")) == {"is": "here"}


def test_a_huge_record_is_refused_and_nothing_lost(kept: Kept) -> None:
    """No store takes what another would refuse."""
    large = {"history": [f"{n:04}" + "x" * 95 for n in range(LARGEST // 110)]}
    kept.store.save_attributes(asked_by("anne"), large)
    with pytest.raises(PersistenceException, match="larger than"):
        kept.store.save_attributes(asked_by("anne"), {"text": "x" * LARGEST})
    assert kept.reopen().get_attributes(asked_by("anne")) == large


def test_a_request_without_a_user_leaves_no_trace(kept: Kept) -> None:
    """All nameless callers together are not one person."""
    for nobody in (asked_by(""), RequestEnvelope()):
        kept.store.save_attributes(nobody, {"a": 1})
        assert kept.store.get_attributes(nobody) == {}
        kept.store.delete_attributes(nobody)
        kept.store.forget_speaker(nobody)
        assert kept.store.number_of_speakers(nobody) == 0
    assert kept.rows() == {}


# Whose memory


def test_two_who_share_a_device_keep_a_place_each(kept: Kept) -> None:
    """Anne's place is not Ben's, and a voice that was not recognised has the household's."""
    for speaker in ("anne", "ben", HOUSEHOLD):
        kept.store.save_attributes(asked_by("home", speaker), {"is": speaker})
    again = kept.reopen()
    for speaker in ("anne", "ben", HOUSEHOLD):
        assert again.get_attributes(asked_by("home", speaker)) == {"is": speaker}
    assert again.get_attributes(asked_by("home", "cleo")) == {}
    assert again.number_of_speakers(asked_by("home")) == 3
    turn = asked_by("home", "cleo")
    again.get_attributes(turn)
    again.save_attributes(turn, {"is": "new"})
    assert (again.number_of_speakers(turn), again.number_of_speakers(asked_by("home"))) == (3, 4)
    assert list(kept.rows()) == ["home"]


def test_the_speaker_is_fixed_at_the_start_of_a_session(kept: Kept) -> None:
    """A voice that is recognised half-way, or no longer, does not change whose place is kept."""
    started = asked_by("home", "anne", new=True, attributes={SPEAKER: "left over"})
    kept.store.save_attributes(started, {"is": "anne"})
    hoarse = asked_by("home", new=False, attributes={SPEAKER: "anne"})
    assert kept.store.get_attributes(hoarse) == {"is": "anne"}
    recognised_late = asked_by("home", "anne", new=False, attributes={SPEAKER: HOUSEHOLD})
    assert kept.store.get_attributes(recognised_late) == {}
    older_release = asked_by("home", "anne", new=False, attributes={})
    assert kept.store.get_attributes(older_release) == {"is": "anne"}


def test_a_household_is_bounded_and_forgets_who_is_away_for_longest(kept: Kept) -> None:
    """Guests come and go; a record does not grow with them, and the household's own place stays."""
    guests = [f"guest {n}" for n in range(SPEAKERS)]
    for guest in guests:
        kept.store.save_attributes(asked_by("home", guest), {"is": guest})
    kept.store.save_attributes(asked_by("home"), {"is": "household"})
    for guest in [guests[0], "one more"]:
        kept.store.save_attributes(asked_by("home", guest), {"is": guest})
    again = kept.reopen()
    remembered = [guest for guest in [*guests, "one more"] if again.get_attributes(asked_by("home", guest))]
    assert remembered == [guests[0], *guests[2:], "one more"]
    assert again.get_attributes(asked_by("home")) == {"is": "household"}


# Forgetting


def test_forgetting_leaves_no_row(kept: Kept) -> None:
    """Forget me: nothing is left of anyone in the household, and of nobody else less."""
    for who in (asked_by("home", "anne"), asked_by("home"), asked_by("ben")):
        kept.store.save_attributes(who, {"a": 1})
    kept.store.delete_attributes(asked_by("home"))
    assert list(kept.rows()) == ["ben"]
    assert kept.store.get_attributes(asked_by("home", "anne")) == {}


def test_one_is_forgotten_and_the_others_are_not(kept: Kept) -> None:
    """Forget me, not everyone; and when the last one goes, so does the row."""
    for speaker in ("anne", "ben"):
        kept.store.save_attributes(asked_by("home", speaker), {"is": speaker})
    kept.store.forget_speaker(asked_by("home", "anne"))
    assert kept.store.get_attributes(asked_by("home", "anne")) == {}
    assert kept.store.get_attributes(asked_by("home", "ben")) == {"is": "ben"}
    assert "anne" not in str(kept.rows())
    kept.store.forget_speaker(asked_by("home", "ben"))
    assert kept.rows() == {}


@pytest.mark.parametrize("all_of_them", [True, False])
def test_the_turn_that_forgets_writes_nothing(kept: Kept, all_of_them: bool) -> None:
    """Not even by mistake."""
    kept.store.save_attributes(asked_by("home"), {"a": 1})
    turn = asked_by("home")
    kept.store.get_attributes(turn)
    (kept.store.delete_attributes if all_of_them else kept.store.forget_speaker)(turn)
    for _ in range(2):
        kept.store.save_attributes(turn, {"a": 2})
    assert kept.rows() == {}


def test_another_device_does_not_bring_back_who_was_forgotten(kept: Kept) -> None:
    """A turn that was under way in the kitchen, when Anne said "forget me" in the bedroom, saves nothing."""
    kept.store.save_attributes(asked_by("home", "anne"), {"a": 1})
    kept.store.save_attributes(asked_by("home", "ben"), {"b": 1})
    kitchen = asked_by("home", "anne")
    kept.store.get_attributes(kitchen)
    kept.reopen().forget_speaker(asked_by("home", "anne"))
    kept.store.save_attributes(kitchen, {"a": 2})
    assert kept.store.get_attributes(asked_by("home", "anne")) == {}
    assert kept.store.get_attributes(asked_by("home", "ben")) == {"b": 1}


# Two devices at once


def test_no_finished_exercise_is_lost_and_the_later_place_wins(kept: Kept) -> None:
    """Two devices, one moment: both exercises count, and the place is that of the later save."""
    today = "2026-11-22"
    kept.store.save_attributes(asked_by("anne"), {"place": 1, "history": {today: {"bridge": {"done": 1}}}})
    bedroom, kitchen = asked_by("anne"), asked_by("anne")
    one, other = kept.store, kept.reopen()
    assert one.get_attributes(bedroom) == other.get_attributes(kitchen)
    one.save_attributes(bedroom, {"place": 2, "history": {today: {"bridge": {"done": 2}, "clam": {"done": 1}}}})
    other.save_attributes(kitchen, {"place": 3, "history": {today: {"bridge": {"done": 2}}}})
    assert other.get_attributes(asked_by("anne")) == {
        "place": 3,
        "history": {today: {"bridge": {"done": 3}, "clam": {"done": 1}}},
    }


def test_saving_twice_in_a_turn_keeps_what_another_device_saved(kept: Kept) -> None:
    """What came from elsewhere between two saves is not mistaken for something that this turn took back."""
    turn, elsewhere = asked_by("anne"), asked_by("anne")
    for envelope in (turn, elsewhere):
        kept.store.get_attributes(envelope)
    kept.store.save_attributes(elsewhere, {"history": {"bridge": 1}})
    kept.store.save_attributes(turn, {"history": {"clam": 1}})
    kept.store.save_attributes(turn, {"history": {"clam": 2}})
    assert kept.store.get_attributes(asked_by("anne")) == {"history": {"bridge": 1, "clam": 2}}


def test_the_sdk_itself_loads_and_saves(kept: Kept) -> None:
    """Its attributes manager, as a turn uses it."""
    manager = AttributesManager(asked_by("anne"), kept.store)
    assert manager.persistent_attributes == {}
    manager.persistent_attributes = {"a": 1}
    manager.save_persistent_attributes()
    assert kept.store.get_attributes(asked_by("anne")) == {"a": 1}
    manager.delete_persistent_attributes()
    assert kept.rows() == {}


def test_many_at_once_lose_nothing(kept: Kept) -> None:
    """Threads that all count for the same household: not one is lost, and nobody is refused."""
    threads, times = 4, 10
    together = Barrier(threads)
    faults: list[Exception] = []

    def count(mine: int) -> None:
        together.wait()
        try:
            for _ in range(times):
                turn = asked_by("home", f"speaker {mine % 2}")
                record = kept.store.get_attributes(turn)
                done = record.get("history", {}).get("bridge", 0)
                kept.store.save_attributes(turn, {"history": {"bridge": done + 1}})
        except Exception as fault:
            faults.append(fault)

    running = [Thread(target=count, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert faults == []
    for n in range(2):
        record = kept.store.get_attributes(asked_by("home", f"speaker {n}"))
        assert record == {"history": {"bridge": threads * times // 2}}


# Damage


DAMAGED = [
    "not JSON {",
    "",
    "[1]",
    {"version": "one"},
    {},
    {"version": 1, "household": 3, "speakers": [], "lately": {}},
    {"version": 1},
    {"version": 1, "household": {}, "speakers": {"x": 5}, "lately": [], "revision": {"odd": 1}},
]


@pytest.mark.parametrize("damaged", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_record_is_as_for_somebody_new(kept: Kept, damaged: Json, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, without saying whose, it stops no turn, and the next save mends it."""
    kept.store.save_attributes(asked_by("somebody else"), {"a": 1})
    kept.put("anne", damaged)
    assert kept.store.get_attributes(asked_by("anne")) == {}
    if damaged != {} or len(caplog.records):  # for DynamoDB an empty object is nothing at all
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "anne" not in caplog.text
    kept.store.save_attributes(asked_by("anne"), {"a": 2})
    assert kept.reopen().get_attributes(asked_by("anne")) == {"a": 2}
    assert kept.store.get_attributes(asked_by("somebody else")) == {"a": 1}


def test_damage_costs_one_of_a_household_and_not_the_others(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """Only what is damaged is forgotten."""
    kept.store.save_attributes(asked_by("x"), {"a": 1})
    speakers = {"anne": [], "ben": {"b": 1}}
    kept.put("home", {"version": 1, "household": {"h": 1}, "speakers": speakers, "lately": ["ben", 3, "gone"]})
    assert kept.store.get_attributes(asked_by("home", "anne")) == {}
    assert kept.store.get_attributes(asked_by("home", "ben")) == {"b": 1}
    assert kept.store.get_attributes(asked_by("home")) == {"h": 1}
    assert caplog.records


def test_a_record_of_a_later_release_is_neither_read_nor_written_over(kept: Kept) -> None:
    """Going back a release costs nobody their memory: the store refuses, and the skill logs it and goes on."""
    kept.store.save_attributes(asked_by("x"), {"a": 1})
    later = {"version": 99, "somewhere": "else"}
    kept.put("anne", later)
    before = kept.rows()["anne"]
    with pytest.raises(PersistenceException, match="version 99"):
        kept.store.get_attributes(asked_by("anne"))
    with pytest.raises(PersistenceException, match="version 99"):
        kept.store.save_attributes(asked_by("anne"), {"a": 1})
    assert kept.rows()["anne"] == before


# For an operator


def test_an_operator_can_hand_over_and_delete_by_id(kept: Kept) -> None:
    """Whoever asks what is stored about them gets all of it, and can have it deleted."""
    for speaker in ("anne", "ben", HOUSEHOLD):
        kept.store.save_attributes(asked_by("home", speaker), {"is": speaker})
    exported = export(kept.reopen(), "home")
    assert exported["household"] == {"is": HOUSEHOLD}
    assert exported["speakers"] == {"anne": {"is": "anne"}, "ben": {"is": "ben"}}
    assert json.loads(json.dumps(exported)) == exported
    assert export(kept.store, "nobody") == {}
    delete(kept.store, "home")
    assert kept.rows() == {}
    kept.put("home", "not JSON {")
    assert export(kept.store, "home") == {"damaged": "not JSON {"}
