"""The fault table, docs/faults.md, row by row: real faults, amid real conversations over HTTP.

Each conversation is held twice, once undisturbed. What is heard in the other one, and what is remembered at its end, is
compared with that.
"""

import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import forge
import law
import pytest
from conversing import Answer, Talk, Wire
from keeping import asked_by, save
from scenes import CONTENT, library
from test_conversations import ear
from test_store_faults import set_aside, spoil_head, spoil_middle
from test_stores import await_port, environment, found, make_table

from skill.__main__ import main
from skill.alexa import certificates, logs, verify
from skill.alexa.recall import UNSAVED
from skill.alexa.refusals import Reason
from skill.library.faults import ContentFaults
from skill.library.limits import ANSWER_SECONDS, TIMESTAMP_SECONDS
from skill.memory.people import People
from skill.memory.record import SAVED_AT, unmarked
from skill.memory.shelf import StoreFailed
from skill.memory.sqlite import WAIT_SECONDS
from skill.simulator.wire import Identity, from_app, to_app
from skill.web import create_app
from skill.web.settings import Settings

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "faults.md"
USER = Identity().user

DAY = 86_400

YESTERDAY = ("start butterfly stretch", *["ready"] * 6)
BEFORE = ("start hip routine", "do eight reps", "talk less", "ready", "ready")
DURING = ("next", "slower", "where am i", "ready")
AFTER = ("skip this one", "ready")
HOLD = ("start butterfly stretch", "ready", "ready", "ready")
"""Somebody new to it has got what it takes, is down there, and is set: the last answer is the hold."""

Lines = list[dict[str, Any]]
Record = dict[str, Any]


class Skill:
    """The skill over HTTP, somebody who talks to it, its log, and what it remembers."""

    def __init__(self, store: str = "memory:", **settings: Any) -> None:
        self.log = io.StringIO()
        self.app = create_app(Settings(**{"verify": False, "content": CONTENT, "store": store, **settings}))
        self.talk = Talk(Wire(to_app(self.app), ear(), "en-US"), ear())
        logs.write_to(self.log)

    def say(self, *lines: str) -> list[Answer]:
        return [self.talk.say(line) for line in lines]

    def end(self, reason: str = "USER_INITIATED") -> None:
        self.talk.end(reason)

    def past(self) -> None:
        """Yesterday's session, and today's until something is to happen."""
        self.say(*YESTERDAY)
        self.talk.wait(DAY)
        self.say(*BEFORE)

    @property
    def store(self) -> People:
        store = self.app.extensions["hip-coach"].store
        assert isinstance(store, People)
        return store

    @property
    def remembered(self) -> Record:
        """What the store itself holds of the person, whoever wrote it."""
        record = self.store.export(USER).get("household", {})
        assert isinstance(record, dict)
        return unmarked(record)

    @property
    def attributes(self) -> Record:
        """What rides in the session."""
        assert isinstance(self.talk.room, Wire)
        return dict(self.talk.room.session.attributes)

    def logged(self) -> Lines:
        """What was logged since this was last asked."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        self.log.truncate(0)
        self.log.seek(0)
        return lines

    def health(self) -> tuple[int, str, str]:
        answer = self.app.test_client().get("/health")
        told = answer.get_json()
        return answer.status_code, told["status"], told["store"]


@cache
def undisturbed(*lines: str, ended: str = "") -> tuple[list[Answer], Record]:
    """What is heard in a conversation in which nothing fails, after the past, and what is remembered then."""
    skill = Skill()
    skill.past()
    answers = skill.say(*lines)
    if ended:
        skill.end(ended)
    return answers, skill.remembered


def goes_on(skill: Skill, before: tuple[str, ...] = (), then: tuple[str, ...] = (*DURING, *AFTER)) -> None:
    """Assert that nothing is heard of what has happened, and that all is remembered in the end."""
    answers, remembered = undisturbed(*before, *then)
    assert skill.say(*then) == answers[len(before) :]
    assert skill.remembered == remembered


def turns(lines: Lines) -> Lines:
    """The lines of what Alexa asked, without those of faults."""
    return [line for line in lines if "type" in line]


def faults(lines: Lines) -> list[str]:
    """What the other lines say, each kind once."""
    return sorted({line["event"] for line in lines if "ms" not in line})


def whenever(record: Record) -> Record:
    """What is remembered, whenever it was saved."""
    return record | {SAVED_AT: 0}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health looks each time."""
    monkeypatch.setattr("skill.web.app.HEALTH_SECONDS", 0)


# Stores that fail


class Fault:
    """A store at some `url`, and something that really happens to it; `told` is what a turn's line says meanwhile."""

    url: str
    told: str

    def __init__(self, folder: Path) -> None: ...

    def begin(self, skill: Skill) -> None: ...

    def end(self) -> None: ...

    def clear(self) -> None:
        """Leave nothing behind."""


class Unreachable(Fault):
    """The folder of the file is gone, as a volume that was unmounted, and none can be made in its place."""

    told = "gave nothing"

    def __init__(self, folder: Path) -> None:
        self.folder, self.elsewhere = folder / "volume", folder / "elsewhere"
        self.url = f"sqlite:///{self.folder}/people.sqlite3"

    def begin(self, skill: Skill) -> None:
        self.folder.rename(self.elsewhere)
        self.folder.write_text("")

    def end(self) -> None:
        self.folder.unlink()
        self.elsewhere.rename(self.folder)


class ReadOnly(Fault):
    """The file may only be read, by the system's own word: root, who may write everywhere, is nobody for that time."""

    told = "took nothing"

    def __init__(self, folder: Path) -> None:
        self.folder = Path(tempfile.mkdtemp())  # where nobody may go, other than where pytest has its folders
        self.folder.chmod(0o755)
        self.url = f"sqlite:///{self.folder}/people.sqlite3"
        self.user = os.geteuid()

    def begin(self, skill: Skill) -> None:
        self.worker = sqlite3.connect(self.folder / "people.sqlite3")  # another process of the skill's
        self.worker.execute("SELECT count(*) FROM people").fetchone()
        skill.store.close()
        for file in self.folder.iterdir():
            file.chmod(0o444)
        self.folder.chmod(0o555)
        if self.user == 0:
            os.seteuid(65534)

    def end(self) -> None:
        os.seteuid(self.user)
        self.folder.chmod(0o755)
        for file in self.folder.iterdir():
            file.chmod(0o600)
        self.worker.close()

    def clear(self) -> None:
        shutil.rmtree(self.folder)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The system refuses to let files grow, as on a full disk."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class Full(Fault):
    """Files can grow no more."""

    told = "took nothing"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "people.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def begin(self, skill: Skill) -> None:
        self.limit = no_file_larger_than(max(os.path.getsize(f"{self.path}{part}") for part in ("", "-wal")))
        self.limit.__enter__()

    def end(self) -> None:
        self.limit.__exit__(None, None, None)


class Locked(Fault):
    """Another process holds the file, and does not let go."""

    told = "took nothing"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "people.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def begin(self, skill: Skill) -> None:
        script = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
        command = [sys.executable, "-c", script, str(self.path)]
        self.other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.other.stdout
        assert self.other.stdout.readline() == b"held\n"
        skill.store.close()
        skill.store._shelf._wait = 0.1  # type: ignore[attr-defined]

    def end(self) -> None:
        self.other.communicate()


class Dynalite(Fault):
    """A DynamoDB of somebody else's making, in a process of its own, which keeps its items on the disk."""

    told = "gave nothing"
    url = "dynamodb:hip-coach-faults"

    def __init__(self, folder: Path) -> None:
        self.program = found("HIP_COACH_DYNALITE", "tests/npm/node_modules/.bin/dynalite")
        self.folder = folder
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        words = ("--host", "127.0.0.1", "--createTableMs", "0", "--path", str(self.folder), "--port", str(self.port))
        self.server = subprocess.Popen([self.program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_port(self.server, self.port)

    def stop(self) -> None:
        self.server.kill()
        self.server.wait(10)


class Silent(Dynalite):
    """It takes connections, and answers nothing: its process is halted."""

    def begin(self, skill: Skill) -> None:
        self.server.send_signal(signal.SIGSTOP)

    def end(self) -> None:
        self.server.send_signal(signal.SIGCONT)


class Killed(Dynalite):
    """It is gone, and started again."""

    def begin(self, skill: Skill) -> None:
        self.stop()

    def end(self) -> None:
        self.start()


@contextmanager
def dynamodb(fault: Dynalite) -> Iterator[None]:
    with environment(f"http://127.0.0.1:{fault.port}"), pytest.MonkeyPatch.context() as patched:
        from botocore.config import Config

        from skill.memory import dynamodb

        hasty = Config(connect_timeout=0.2, read_timeout=0.2, retries={"mode": "standard", "total_max_attempts": 2})
        patched.setattr(dynamodb, "_CLIENT", hasty)
        make_table(fault.url.removeprefix("dynamodb:"))
        try:
            yield
        finally:
            fault.stop()


AWAY = (Unreachable, Silent, Killed)
UNWRITABLE = (ReadOnly, Full, Locked)


@contextmanager
def happening(kind: type[Fault], folder: Path) -> Iterator[tuple[Skill, Fault]]:
    """Somebody in the middle of a routine, and a fault that can begin."""
    fault = kind(folder)
    with dynamodb(fault) if isinstance(fault, Dynalite) else nullcontext():
        skill = Skill(fault.url)
        skill.past()
        assert skill.health() == (200, "ok", "ok")
        skill.logged()
        try:
            yield skill, fault
        finally:
            skill.store.close()
            fault.clear()


@contextmanager
def under(fault: Fault, skill: Skill) -> Iterator[None]:
    """As long as it lasts; and health tells."""
    fault.begin(skill)
    try:
        yield
        assert skill.health() == (200, "degraded", "failing")
    finally:
        fault.end()


each_away = pytest.mark.parametrize("kind", AWAY)
each_unwritable = pytest.mark.parametrize("kind", UNWRITABLE)
each_kind = pytest.mark.parametrize("kind", [*AWAY, *UNWRITABLE])


@each_kind
def test_a_store_that_fails_amid_a_routine_is_not_heard(kind: type[Fault], tmp_path: Path) -> None:
    answers, _ = undisturbed(*DURING, *AFTER)
    with happening(kind, tmp_path) as (skill, fault):
        with under(fault, skill):
            assert skill.say(*DURING) == answers[: len(DURING)]
            lines = skill.logged()
            assert [line.get("store") for line in turns(lines)] == [fault.told] * len(DURING)
            assert {line["outcome"] for line in turns(lines)} == {"answered"}
            assert faults(lines) == [f"the store {'gave' if fault.told == 'gave nothing' else 'took'} no person"]
            assert UNSAVED in skill.attributes
        goes_on(skill, DURING, AFTER)
        assert UNSAVED not in skill.attributes
        assert skill.health() == (200, "ok", "ok")
        assert not any("store" in line for line in turns(skill.logged()))


@pytest.mark.parametrize(
    ("kind", "how"),
    [*((kind, "USER_INITIATED") for kind in (*AWAY, *UNWRITABLE)), (Full, "EXCEEDED_MAX_REPROMPTS"), (Full, "stop")],
)
def test_a_session_that_ends_while_the_store_fails_keeps_its_place(kind: type[Fault], how: str, tmp_path: Path) -> None:
    """There is no answer for it to ride in, so this process keeps it, and saves it when the store is back."""
    said = (*DURING, "stop") if how == "stop" else DURING
    answers, remembered = undisturbed(*said, ended="" if how == "stop" else how)
    with happening(kind, tmp_path) as (skill, fault):
        with under(fault, skill):
            assert skill.say(*said) == answers
            if how != "stop":
                skill.end(how)
            assert turns(skill.logged())[-1]["kept"] == "until the store is back"
        assert skill.remembered != remembered
        assert skill.health() == (200, "ok", "ok")
        assert skill.remembered == remembered
        assert faults(skill.logged()) == ["the store does not answer", "what was owed to somebody is saved"]


def test_the_next_who_is_saved_takes_along_what_waited(tmp_path: Path) -> None:
    """Where nobody asks for health, as on Lambda, somebody else's turn finds out that the store is back."""
    _, remembered = undisturbed(*DURING, ended="USER_INITIATED")
    with happening(Unreachable, tmp_path) as (skill, fault):
        with under(fault, skill):
            skill.say(*DURING)
            skill.end()
        to_app(skill.app)(law.request("LaunchRequest"))
        assert skill.remembered == remembered


@each_away
def test_who_opens_it_while_the_store_is_away_is_known(kind: type[Fault], tmp_path: Path) -> None:
    """To the process that saw them within the hour, even if their last session's end is not saved yet."""
    again = ("open", "yes", "ready", "stop")
    expected = Skill()
    expected.past()
    expected.say(*DURING)
    expected.end()
    answers = expected.say(*again)
    with happening(kind, tmp_path) as (skill, fault):
        with under(fault, skill):
            skill.say(*DURING)
            skill.end()
            assert skill.say(*again[:2]) == answers[:2]
            assert [line.get("store") for line in turns(skill.logged())][-2:] == ["gave nothing"] * 2
        assert skill.say(*again[2:]) == answers[2:]
        assert skill.remembered == expected.remembered


@each_unwritable
def test_who_opens_it_while_the_store_takes_nothing_finds_the_place(kind: type[Fault], tmp_path: Path) -> None:
    answers, _ = undisturbed(*DURING, "stop", "open", "yes")
    with happening(kind, tmp_path) as (skill, fault):
        with under(fault, skill):
            skill.say(*DURING, "stop")
            assert skill.say("open", "yes") == answers[-2:]
            assert UNSAVED in skill.attributes
        skill.say("stop")
        _, remembered = undisturbed(*DURING, "stop", "open", "yes", "stop")
        assert whenever(skill.remembered) == whenever(remembered)
        assert "what was owed to somebody is saved" not in faults(skill.logged())


def test_who_is_unknown_here_while_the_store_is_away_is_met_as_new_and_not_made_so(tmp_path: Path) -> None:
    """After a restart she cannot know them. What they do is added, when it is back, to what is remembered."""
    with happening(Unreachable, tmp_path) as (before, fault):
        before.end()
        remembered = before.remembered
        skill = Skill(fault.url)
        skill.talk.now = before.talk.now + timedelta(days=1)
        fault.begin(skill)
        assert skill.health() == (503, "unready", "failing")
        heard = skill.say("open", *HOLD)
        assert heard == Skill().say("open", *HOLD)
        assert {line["store"] for line in turns(skill.logged())} == {"gave nothing"}
        fault.end()
        skill.say("ready")
        found = skill.remembered
        today = skill.talk.now.date().isoformat()
        assert found["history"].pop(today)["finished"] == {"butterfly-stretch": 1}
        assert found["heard"].pop("butterfly-stretch") == remembered["heard"].pop("butterfly-stretch") + 1
        for kept in ("wishes", "talk", "history", "heard"):
            assert found[kept] == remembered[kept]
        skill.store.close()


def test_a_process_that_ends_before_the_store_is_back_says_what_is_lost(tmp_path: Path) -> None:
    """The one loss there is: what a session changed after the store had gone. The log says how many people's."""
    with happening(Unreachable, tmp_path) as (skill, fault):
        before = skill.remembered
        with under(fault, skill):
            skill.say(*DURING)
            skill.end()
            skill.logged()
            skill.store.close()
        assert "the store did not come back: the last session of 1 people is lost" in faults(skill.logged())
        assert skill.remembered == before


@each_kind
def test_nobody_is_told_that_they_were_forgotten_while_they_are_not(kind: type[Fault], tmp_path: Path) -> None:
    """She says sorry, and asks again; when the store is back, yes is enough. Nothing comes back later."""
    with happening(kind, tmp_path) as (skill, fault):
        skill.say("forget me")
        with under(fault, skill):
            (sorry,) = skill.say("yes")
            assert (sorry.text, sorry.open) == (library().phrases["apology"][0], True)
            lines = skill.logged()
            assert turns(lines)[-1]["outcome"] == "apologised"
            assert "a turn failed" in faults(lines)
        assert not skill.say("yes")[0].open
        assert skill.health() == (200, "ok", "ok")
        assert skill.store.export(USER) == {}


class Deaf:
    """A shelf that does what it is asked to, and then fails to say so, as a network that breaks amid an answer."""

    def __init__(self, shelf: Any) -> None:
        self.shelf, self.reads = shelf, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shelf, name)

    def read(self, name: str) -> str | None:
        if not self.reads:
            raise StoreFailed("no answer")
        return self.shelf.read(name)

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        self.shelf.replace(name, old, new)
        raise StoreFailed("no answer")


@pytest.mark.parametrize("then_away", [False, True])
def test_a_save_that_was_done_and_not_confirmed_counts_once(then_away: bool) -> None:
    """It is tried again where something has changed, and an exercise that was finished once is not counted twice."""
    answers, remembered = undisturbed(*DURING, *AFTER)
    skill = Skill()
    skill.past()
    shelf = skill.store._shelf
    deaf = skill.store._shelf = Deaf(shelf)  # type: ignore[assignment]
    for number, line in enumerate(DURING):
        deaf.reads = not (then_away and number % 2)
        assert skill.say(line) == [answers[number]]
    stores = [line.get("store") for line in turns(skill.logged())][-len(DURING) :]
    # Every turn has something to save: when somebody was here last.
    assert stores == (["took nothing", "gave nothing"] * 2 if then_away else ["took nothing"] * 4)
    assert UNSAVED in skill.attributes
    skill.store._shelf = shelf
    goes_on(skill, DURING, AFTER)
    assert remembered["history"]["2026-11-23"]["finished"] == {"fire-hydrant": 1, "hip-thrust": 1}
    assert UNSAVED not in skill.attributes


# How long a turn waits for a store


def test_a_turn_waits_for_a_busy_file_no_longer_than_it_has_time(tmp_path: Path) -> None:
    """Each use of the file waits twice at most, to open it and to do it; and no turn uses it often."""
    with happening(Locked, tmp_path) as (skill, _):
        shelf, most = skill.store._shelf, 0
        writes = Mock(replace=Mock(wraps=shelf.replace), scrub=Mock(wraps=shelf.scrub))  # a read waits for nobody
        with patch.multiple(shelf, replace=writes.replace, scrub=writes.scrub):
            for line in (*DURING, "how am i doing", "forget me", "yes"):
                writes.reset_mock()
                skill.say(line)
                most = max(most, len(writes.mock_calls))
        assert most == 2
        one_owed = 1
        assert (most + one_owed) * 2 * WAIT_SECONDS < ANSWER_SECONDS


def connections(listening: socket.socket) -> int:
    """How many wait to be taken."""
    listening.setblocking(False)
    number = 0
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()
            number += 1
    return number


def test_a_turn_asks_a_silent_database_twice_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found("HIP_COACH_DYNALITE", "tests/npm/node_modules/.bin/dynalite")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        with environment(f"http://127.0.0.1:{silent.getsockname()[1]}"):
            from skill.memory.dynamodb import _CLIENT

            skill = Skill("dynamodb:hip-coach")
            (answer,) = skill.say("start hip routine")
            skill.store.close()
        assert answer.open
        assert turns(skill.logged())[0]["store"] == "gave nothing"
        asked = connections(silent)
    attempts = _CLIENT.retries["total_max_attempts"]  # type: ignore[attr-defined]
    pause = 1  # seconds at most between two: botocore's standard mode
    assert asked == attempts
    assert attempts * (_CLIENT.connect_timeout + _CLIENT.read_timeout) + pause < ANSWER_SECONDS  # type: ignore[attr-defined]


# A store that is damaged, or gone for good


def spoilt(path: Path) -> None:
    """The file of a running skill, damaged from its first page to its last."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil_head(path)
    spoil_middle(path)


def deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (spoilt, r"is damaged .* set aside, and a fresh one begun, with the 0 people"),
        (deleted, "is gone: an empty one was begun"),
    ],
)
def test_a_file_that_is_damaged_or_deleted_amid_a_routine_costs_no_place(
    harm: Callable[[Path], None], told: str, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    skill = Skill(f"sqlite:///{folder}/people.sqlite3")
    skill.past()
    skill.logged()
    harm(folder / "people.sqlite3")
    answers = skill.say("next", "where am i", "stop")
    assert "Number two of six: hip thrust." in answers[0].text
    assert answers[1].text.startswith("Hip thrust, number two of six.")
    lines = skill.logged()
    (critical,) = [line for line in lines if line["level"] == "critical"]
    assert re.search(told, critical["event"])
    assert {line["outcome"] for line in turns(lines)} == {"answered"}
    assert skill.remembered["underway"]["exercise"] == "hip-thrust"
    assert skill.remembered["wishes"] == {}
    assert len(set_aside(folder / "people.sqlite3")) == (harm is spoilt)
    skill.talk.wait(DAY)
    assert "you were at hip thrust" in skill.say("open")[0].text
    assert skill.health() == (200, "ok", "ok")
    skill.store.close()


def test_a_file_that_is_damaged_in_one_place_costs_only_who_was_there(tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite3"
    skill = Skill(f"sqlite:///{path}")
    for n in range(60):
        save(skill.store, asked_by(f"before {n}"), {"text": "x" * 1000})
    skill.past()
    for n in range(60):
        save(skill.store, asked_by(f"after {n}"), {"text": "x" * 1000})
    spoil_page_of("before 30", path)
    skill.logged()
    skill.store.close()
    goes_on(skill)
    known = [bool(skill.store.export(f"{when} {n}")) for when in ("before", "after") for n in range(60)]
    assert 110 < sum(known) < 120
    (critical,) = [line["event"] for line in skill.logged() if line["level"] == "critical"]
    assert f"with the {sum(known) + 1} people that could be read" in critical
    assert skill.health() == (200, "ok", "ok")
    skill.store.close()


def spoil_page_of(user: str, path: Path) -> None:
    """Damage the one page of the file that holds somebody's record, but not the index of names."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    at = next(found.start() for found in re.finditer(user.encode() + b"\\{", data)) // 4096 * 4096
    data[at : at + 200] = b"\xff" * 200
    path.write_bytes(data)


@pytest.mark.parametrize("junk", ["", "{", "[1]", '{"version": 1, "household": 7}'])
def test_a_damaged_record_is_mended_from_what_this_process_knows(junk: str, tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite3"
    skill = Skill(f"sqlite:///{path}")
    skill.past()
    skill.logged()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE people SET record = ?", (junk,))
    goes_on(skill)
    assert any(event.startswith("a stored record is damaged") for event in faults(skill.logged()))
    skill.store.close()


# Content


def broken_content(folder: Path) -> Path:
    """A copy of the content in which two things are wrong."""
    copy = Path(shutil.copytree(CONTENT, folder / "content"))
    (copy / "en" / "exercises" / "butterfly-stretch.yaml").unlink()
    routine = next((copy / "routines").glob("*.yaml"))
    routine.write_text("steps: [")
    return copy


def test_broken_content_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = broken_content(tmp_path)
    monkeypatch.setenv("HIP_COACH_VERIFY", "off")
    monkeypatch.setenv("HIP_COACH_CONTENT", str(copy))
    assert main(["serve", "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert "butterfly-stretch" in told
    assert "routines/" in told
    with pytest.raises(ContentFaults):
        create_app(Settings(verify=False, content=copy))


def test_content_that_breaks_under_a_running_skill_is_not_heard(tmp_path: Path) -> None:
    skill = Skill(content=Path(shutil.copytree(CONTENT, tmp_path / "read")))
    skill.past()
    shutil.rmtree(tmp_path / "read")
    broken_content(tmp_path).rename(tmp_path / "read")
    goes_on(skill)


# Clocks, certificates: with requests that are really signed


class Verified(Skill):
    """The skill as it is served to Alexa; each request is signed, and the clock of this machine can be wrong."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        roots = folder / "roots.pem"
        roots.write_bytes(forge.trusted())
        self.wrong_by = timedelta()
        self.certificates = forge.URL
        self.host_is_up = True
        monkeypatch.setattr(verify, "_system_clock", lambda: self.talk.now + self.wrong_by)
        download = certificates.download
        monkeypatch.setattr(
            certificates, "download", lambda url: forge.good_pem() if self.host_is_up else download(url)
        )
        self.log = io.StringIO()
        undisturbed(*DURING, *AFTER)  # it writes a log of its own, when it is first asked for
        settings = Settings(skill_ids=(Identity().skill,), trust_roots=roots, content=CONTENT)
        self.app = create_app(settings)
        self.talk = Talk(Wire(self._signed, ear(), "en-US"), ear())
        logs.write_to(self.log)

    def _signed(self, envelope: dict[str, Any]) -> dict[str, Any]:
        envelope["context"]["System"]["apiEndpoint"] = ""  # nobody is asked for the time zone
        body = json.dumps(envelope).encode()
        headers = {"SignatureCertChainUrl": self.certificates, "Signature-256": forge.sign(body)}
        answer = self.app.test_client().post("/alexa", data=body, headers=headers, content_type="application/json")
        if answer.status_code != 200:
            raise RefusedError(answer.status_code)
        told = answer.get_json()
        assert isinstance(told, dict)
        return told


class RefusedError(Exception):
    """No answer: the person hears Alexa's own apology."""


@pytest.fixture
def verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verified:
    skill = Verified(tmp_path, monkeypatch)
    skill.past()
    skill.logged()
    return skill


def refused(skill: Verified) -> dict[str, Any]:
    """The line of a turn that is refused; nobody has heard or changed anything."""
    now, last = skill.talk.now, skill.talk.last
    with pytest.raises(RefusedError, match="400"):
        skill.say("next")
    skill.talk.now, skill.talk.last = now, last
    (line,) = skill.logged()
    assert (line["status"], line["outcome"], line["level"]) == (400, "refused", "warning")
    return line


@pytest.mark.parametrize(("ahead", "reason"), [(1, Reason.TIME_OLD), (-1, Reason.TIME_AHEAD)])
def test_a_clock_of_ours_that_is_wrong_refuses_everybody_and_says_why(
    ahead: int, reason: Reason, verified: Verified
) -> None:
    answers, _ = undisturbed(*DURING, *AFTER)
    verified.wrong_by = ahead * timedelta(seconds=TIMESTAMP_SECONDS + 1)
    assert refused(verified)["reason"] == reason
    verified.wrong_by = ahead * timedelta(seconds=TIMESTAMP_SECONDS - 1)
    assert verified.say(*DURING) == answers[: len(DURING)]
    verified.wrong_by = timedelta()
    goes_on(verified, DURING, AFTER)


def test_while_the_certificates_cannot_be_had_known_ones_serve_on(
    verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, _ = undisturbed(*DURING, *AFTER)
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, address)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    verified.host_is_up = False
    assert verified.say(*DURING) == answers[: len(DURING)]
    verified.logged()
    verified.certificates = forge.URL.replace("12", "13")
    for _ in range(2):
        line = refused(verified)
        assert (line["reason"], line.get("cause")) == (Reason.DOWNLOAD_FAILED, "ProxyError")
    verified.host_is_up = True
    goes_on(verified, DURING, AFTER)


def asked(*lines: str, after: float, shifted: float = 0) -> tuple[list[Answer], Record]:
    """Amid a hold, so many seconds into it, by a clock that has been put forward or back since."""
    skill = Skill()
    skill.say(*HOLD)
    skill.talk.wait(after + shifted)
    answers = skill.say(*lines)
    return answers, skill.remembered


@pytest.mark.parametrize("line", ["where am i", "repeat", "pause", "next", "how many left", "stop"])
@pytest.mark.parametrize("back", [60, 7_200, 400 * DAY])
def test_a_clock_that_is_put_back_amid_a_hold_begins_it_again(line: str, back: int) -> None:
    """The time that has passed cannot be told any more, so it is as if none had; nothing counts that was not done."""
    again = ("go on", "ready")
    answers, remembered = asked(line, *again, after=10, shifted=-back)
    expected, rightly = asked(line, *again, after=0)
    assert [answer.text for answer in answers] == [answer.text for answer in expected]
    assert remembered["heard"] == rightly["heard"]


@pytest.mark.parametrize("line", ["where am i", "next", "stop"])
@pytest.mark.parametrize("forward", [600, 7_200])
def test_a_clock_that_is_put_forward_amid_a_hold_ends_it(line: str, forward: int) -> None:
    answers, _ = asked(line, after=10, shifted=forward)
    expected, _ = asked(line, after=100)
    assert [answer.text for answer in answers] == [answer.text for answer in expected]


# Sounds


@contextmanager
def sounding(folder: Path) -> Iterator[tuple[Skill, Callable[[str], bytes | None]]]:
    """Somebody in front of a hold, with sounds; and their device, which gets them from the address in the answer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(folder))
        skill = Skill(public_url="https://coach.example.org")
        skill.say(*HOLD[:-1])
        app = skill.app
        yield skill, lambda name: from_app(app)(f"https://coach.example.org/sounds/{name}.mp3")


TICKS = "en-hold-20-ticks"


@pytest.fixture(scope="module")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The sound as it should be."""
    with sounding(tmp_path_factory.mktemp("caches")) as (_, fetch):
        mp3 = fetch(TICKS)
    assert mp3
    return mp3


def test_a_disk_without_room_for_sounds_is_not_heard(tmp_path: Path, ticks: bytes) -> None:
    """They are kept in memory."""
    with sounding(tmp_path) as (skill, fetch):
        with no_file_larger_than(1000):
            assert f"<{TICKS}>" in skill.say("ready")[0].text
            assert fetch(TICKS) == fetch(TICKS) == ticks
        told = [line["level"] for line in skill.logged() if "sounds cannot be kept on disk" in line["event"]]
        assert told == ["warning"]
        assert list(tmp_path.rglob("*.mp3")) == []


@pytest.mark.parametrize("harm", ["gone", "cut", "empty"])
def test_a_sound_that_is_missing_or_damaged_is_made_again(harm: str, tmp_path: Path, ticks: bytes) -> None:
    with sounding(tmp_path) as (skill, fetch):
        assert fetch(TICKS) == ticks
        (file,) = tmp_path.rglob(f"{TICKS}.mp3")
        if harm == "gone":
            file.unlink()
        else:
            file.write_bytes(ticks[: len(ticks) // 2] if harm == "cut" else b"")
        assert f"<{TICKS}>" in skill.say("ready")[0].text
        assert fetch(TICKS) == ticks
        assert file.read_bytes() == ticks
        assert faults(skill.logged()) == []


def test_sounds_that_a_device_cannot_get_are_counted_aloud_and_it_is_said_once(tmp_path: Path) -> None:
    with sounding(tmp_path) as (skill, _):
        assert f"<{TICKS}>" in skill.say("ready")[0].text
        skill.logged()
        fail(skill, "INVALID_RESPONSE")
        (line,) = skill.logged()
        assert (line["ended"], line["error"], line["outcome"]) == ("ERROR", "INVALID_RESPONSE", "silent")
        told = library().phrases["sounds-failed"][0]
        opened, entered, counted = skill.say("open", "yes", "ready")
        assert opened.text.startswith(told)
        assert "you were at butterfly stretch" in opened.text.lower()
        assert "<" not in counted.text
        assert "Half way, ten to go." in counted.text
        assert told not in entered.text + counted.text
        skill.talk.wait(5)
        skill.end()
        opened, _, counted = skill.say("open", "yes", "ready")
        assert told not in opened.text
        assert f"<{TICKS}>" in counted.text


def fail(skill: Skill, error: str) -> None:
    """Alexa ends the session, because of the last answer."""
    wire = skill.talk.room
    assert isinstance(wire, Wire)
    ended = wire._envelopes.ended(wire.session, skill.talk.now, "ERROR", "something")
    ended["request"]["error"]["type"] = error
    assert wire.send(ended)["response"] == {}
    wire.session = wire._envelopes.session()
    skill.talk.last = None


def test_where_there_were_no_sounds_none_are_blamed() -> None:
    skill = Skill()
    skill.say(*HOLD)
    fail(skill, "INVALID_RESPONSE")
    (opened,) = skill.say("open")
    assert re.match(r"(Welcome back|Hello again)\. You were at butterfly stretch\.", opened.text)


# The table


def table() -> list[list[str]]:
    """Its rows, without their heads."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if row[0] != "What happens" and row[0].strip("-")]


def defined(file: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE))


def test_the_table_and_the_tests_agree() -> None:
    named: set[str] = set()
    for row in table():
        assert len(row) == 5, row
        assert all(row), row
        tests = re.findall(r"`(?:(\w+\.py)::)?(test_\w+)`", row[4])
        assert tests, row
        for file, test in tests:
            assert test in defined(ROOT / "tests" / file if file else Path(__file__)), test
            named |= {test} if not file else set()
    assert defined(Path(__file__)) - named == {"test_the_table_and_the_tests_agree"}
