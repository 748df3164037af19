"""Kills worker processes with kill -9 in the middle of turns, and looks for places that were acknowledged and are lost.

    python -m prove.crashes [--times 300]

Four worker processes serve the skill over HTTP, as forked by a web server, and share one SQLite file. Four people are
led through the routine as fast as it goes, each turn by any of the workers. What a turn should leave behind is known
before it is sent, because a second copy of the skill, which nobody kills, has answered it first. A turn that was
answered must be in the store; one that was not may be there as a whole or not at all.

The page is written by the full run only. Everything runs on this machine, and ends by itself.
"""

import argparse
import http.client
import json
import os
import platform
import random
import select
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from skill.memory.newest import Asking
from skill.memory.opening import open_store
from skill.simulator.wire import Conversation, Envelopes, Identity, random_ids
from skill.web import create_app
from skill.web.settings import Settings

PAGE = Path("docs/crashes.md")
TIMES = 300
WORKERS = 4
VISITORS = 4
ALL_AT_ONCE = 5
"""Every fifth time all workers are killed together: then nobody is left who has the file open, and whoever comes next
must recover it from its log."""

BEYOND = 1.2
"""The worker is killed at a moment between the sending of a request and this many times the usual length of a turn: so
before it is saved, while it is saved, and after."""

TEXT = """# Killed in the middle of turns

Written by `prove/crashes.py` on {date}: {machine}, SQLite {sqlite}.

{workers} worker processes share one SQLite file. One of them, and every {all}th time all of them, are ended by
kill -9 while they are answering a turn; a new one takes over. A turn that was answered must be in the store, with every
one before it; a turn that was cut off may be there as a whole, or not at all.

| what | number |
|---|---|
{rows}"""


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Thousands of requests are nothing to read."""


# The workers: a process that loads the skill once, and forks


def app_with(store: str) -> Flask:
    """The app as `hip-coach serve` has it, in local mode."""
    return create_app(Settings(verify=False, store=store))


def serve(store: str) -> None:
    """Keep four workers alive, and say which; end when standard input does.

    The listening sockets stay open in here, so a request that comes while its worker is dead waits for the next one.
    """
    app = app_with(store)
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(WORKERS)]
    workers: dict[int, int] = {}
    while True:
        for slot in set(range(WORKERS)) - set(workers.values()):
            worker = fork(app, listening[slot])
            workers[worker] = slot
            print(json.dumps([slot, listening[slot].getsockname()[1], worker]), flush=True)
        if select.select([sys.stdin], [], [], 0.002)[0]:
            break
        reap(workers)
    for worker in workers:
        os.kill(worker, signal.SIGKILL)


def fork(app: Flask, listening: socket.socket) -> int:
    if worker := os.fork():
        return worker
    with make_server(
        *listening.getsockname(), app, threaded=True, request_handler=Quiet, fd=listening.fileno()
    ) as server:
        server.serve_forever()
    os._exit(0)


def reap(workers: dict[int, int]) -> None:
    while workers and (ended := os.waitpid(-1, os.WNOHANG)[0]):
        del workers[ended]


class Workers:
    """The workers as seen from outside: where they listen, and what their process ids are."""

    def __init__(self, store: str) -> None:
        command = [sys.executable, "-m", "prove.crashes", "--serve", store]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports: dict[int, int] = {}
        self.pids: dict[int, int] = {}
        self.restarts: list[float] = []
        self._killed: dict[int, float] = {}
        self._listener = Thread(target=self._listen)
        self._listener.start()
        while len(self.pids) < WORKERS and self._process.poll() is None:
            time.sleep(0.01)

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            slot, port, pid = json.loads(line)
            self.ports[slot], self.pids[slot] = port, pid
            if slot in self._killed:
                self.restarts.append(time.monotonic() - self._killed.pop(slot))

    def kill(self, slots: list[int]) -> None:
        for slot in slots:
            self._killed[slot] = time.monotonic()
            os.kill(self.pids.pop(slot), signal.SIGKILL)

    def await_all(self) -> None:
        while len(self.pids) < WORKERS:
            time.sleep(0.001)

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        self._listener.join()


# The people


class Round:
    """What all share: the workers, what is in flight, and what was found."""

    def __init__(self, folder: Path, times: int) -> None:
        self.path = folder / "people.sqlite3"
        self.workers = Workers(f"sqlite:///{self.path}")
        self.shadow = Shadow(folder / "shadow.sqlite3")
        self.times = times
        self.found: Counter[str] = Counter()
        self.faults: list[str] = []
        self.kills = 0
        self.over = Event()
        self.sent: list[int] = []
        self.took: deque[float] = deque([0.006], maxlen=50)
        self.opening = Lock()
        self.settled = 0
        self._lock = Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self.found[what] += 1

    @contextmanager
    def in_flight(self, slot: int) -> Iterator[None]:
        self.sent.append(slot)
        try:
            yield
        finally:
            self.sent.remove(slot)

    def stored(self, user: str, settle: bool = False) -> Any:
        """What is in the store, through a connection that is closed again, so that this process keeps nothing open.

        A commit whose process is killed while it is put on the disk may be in SQLite's log, but not yet in the log's
        index: nobody sees it, until the log is recovered, or it is overwritten by the next commit. `settle` makes that
        next commit, so that what is seen is what there will be.
        """
        with self.opening, closing(open_store(f"sqlite:///{self.path}")) as store:
            if settle:
                self.settled += 1
                store.keep(store.recall(Asking("somebody else")), {"settled": self.settled})
            return without_time(store.export(user))


class Shadow:
    """The same skill with a store of its own, which nobody kills: it knows what a turn leaves behind."""

    def __init__(self, path: Path) -> None:
        self._client = app_with(f"sqlite:///{path}").test_client()
        self._store = open_store(f"sqlite:///{path}")
        self._lock = Lock()

    def answer(self, envelope: dict[str, Any], user: str, before: Any) -> Any:
        """What a turn leaves behind, where `before` was stored."""
        with self._lock:
            if without_time(self._store.export(user)) != before:
                self._put(user, before)
            self._client.post("/alexa", json=envelope)
            return without_time(self._store.export(user))

    def _put(self, user: str, record: Any) -> None:
        self._store.delete(user)
        if record:
            self._store.keep(self._store.recall(Asking(user)), record["household"])

    def close(self) -> None:
        self._store.close()


def without_time(record: dict[str, Any]) -> dict[str, Any]:
    """A record, but for when it was saved, which no two skills can agree about."""
    return {
        key: {name: part for name, part in value.items() if name != "saved_at"} if key == "household" else value
        for key, value in record.items()
    }


def visit(number: int, round_: Round) -> None:
    """Be led through the routine again and again, each turn by any worker, until the round is over."""
    chance = random.Random(number)
    envelopes = Envelopes(Identity(user=f"amzn1.ask.account.{number}"), random_ids())
    user, now = envelopes.identity.user, datetime(2026, 1, 1, 9, tzinfo=UTC)
    acknowledged: Any = {}
    session, seen = envelopes.session(), 0
    while not round_.over.is_set():
        if seen != round_.kills:
            seen = round_.kills
            compare(round_, user, round_.stored(user), [acknowledged], "after a kill")
        now += timedelta(seconds=20)
        envelope = offline(next_request(envelopes, session, now, chance))
        expected = round_.shadow.answer(envelope, user, acknowledged)
        reply = turn(round_, chance.randrange(WORKERS), envelope)
        if reply is None:
            stored = round_.stored(user, settle=True)
            compare(round_, user, stored, [acknowledged, expected], "after a turn that was cut off")
            round_.count("saved" if stored == expected != acknowledged else "not saved")
            acknowledged, session = stored, envelopes.session()
        else:
            acknowledged, session = expected, after(session, reply, envelopes)
    compare(round_, user, round_.stored(user), [acknowledged], "at the end")


def turn(round_: Round, slot: int, envelope: dict[str, Any]) -> dict[str, Any] | None:
    """The answer to a request; None when it was cut off."""
    began = time.monotonic()
    try:
        with round_.in_flight(slot):
            reply = post(round_.workers.ports[slot], envelope)
    except (OSError, http.client.HTTPException):
        round_.count(f"broken {slot}")
        return None
    round_.took.append(time.monotonic() - began)
    round_.count("acknowledged")
    return reply


def compare(round_: Round, user: str, stored: Any, allowed: list[Any], when: str) -> None:
    if stored not in allowed:
        round_.count("lost")
        round_.faults.append(f"{when}: {user} has {stored}, and not {' or '.join(map(str, allowed))}")
        round_.over.set()


def next_request(envelopes: Envelopes, session: Conversation, now: datetime, chance: random.Random) -> dict[str, Any]:
    if session.new:
        return envelopes.launch(session, now)
    wish = chance.choices(["AMAZON.NextIntent", "StartRoutineIntent", "FlowIntent", "GuidedIntent"], [20, 1, 1, 1])[0]
    phase = session.attributes.get("hip_coach", {}).get("phase")
    return envelopes.intent(session, now, "StartRoutineIntent" if phase in ("choosing", None) else wish, {}, {})


def offline(envelope: dict[str, Any]) -> dict[str, Any]:
    """A request without the token with which the skill would ask Amazon for the time zone: this proof asks nobody."""
    envelope["context"]["System"].pop("apiAccessToken", None)
    return envelope


def after(session: Conversation, reply: Mapping[str, Any], envelopes: Envelopes) -> Conversation:
    if reply["response"].get("shouldEndSession", True):
        return envelopes.session()
    return Conversation(session.id, False, reply.get("sessionAttributes") or {})


def post(port: int, envelope: dict[str, Any]) -> dict[str, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/alexa", json.dumps(envelope), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {body!r}")
    answer: dict[str, Any] = json.loads(body)
    return answer


# The killer


def kill_again_and_again(round_: Round) -> None:
    """Kill until as many kills as asked for have cut off a turn."""
    chance = random.Random(0)
    while round_.found["in the middle"] < round_.times and not round_.over.is_set():
        everyone = round_.kills % ALL_AT_ONCE == ALL_AT_ONCE - 1
        kill_once(round_, chance, everyone)
        round_.workers.await_all()
        check(round_)
    round_.over.set()


def kill_once(round_: Round, chance: random.Random, everyone: bool) -> None:
    while not (sent := list(round_.sent)):
        time.sleep(0.0002)
    slots = list(range(WORKERS)) if everyone else [chance.choice(sent)]
    before = broken(round_, slots)
    with round_.opening:
        time.sleep(chance.uniform(0, BEYOND * statistics.median(list(round_.took))))
        round_.workers.kill(slots)
    round_.kills += 1
    until = time.monotonic() + 0.1
    while time.monotonic() < until and broken(round_, slots) == before:
        time.sleep(0.001)
    if broken(round_, slots) > before:
        round_.count("in the middle")
        round_.count("all at once" if everyone else "one")


def broken(round_: Round, slots: list[int]) -> int:
    return sum(round_.found[f"broken {slot}"] for slot in slots)


def check(round_: Round) -> None:
    """SQLite's integrity check, without any of our code."""
    with round_.opening, closing(sqlite3.connect(round_.path, timeout=5)) as db:
        found = [line for (line,) in db.execute("PRAGMA integrity_check")]
    round_.count("integrity checks")
    if found != ["ok"] or list(round_.path.parent.glob("*.damaged-*")):
        round_.faults.append(f"integrity check: {found}")
        round_.over.set()


# The page


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--times", type=int, default=TIMES, help="kills that cut off a turn (default: %(default)s)")
    arguments.add_argument("--serve", metavar="STORE", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        round_ = Round(Path(folder), asked.times)
        try:
            run(round_)
        finally:
            round_.workers.end()
            round_.shadow.close()
    page = written(round_)
    print(page)
    if round_.faults:
        sys.exit("\n".join(round_.faults))
    if asked.times >= TIMES:
        PAGE.write_text(page, "utf-8")


def run(round_: Round) -> None:
    threads = [Thread(target=guarded, args=(round_, visit, number, round_)) for number in range(VISITORS)]
    threads.append(Thread(target=guarded, args=(round_, kill_again_and_again, round_)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def guarded(round_: Round, work: Any, *arguments: Any) -> None:
    """A thread that fails ends the round, and is a fault."""
    try:
        work(*arguments)
    except Exception as fault:
        round_.faults.append(f"{work.__name__}: {fault!r}")
        round_.over.set()


def written(round_: Round) -> str:
    found = round_.found
    cut_off = sum(number for what, number in found.items() if what.startswith("broken"))
    rows = {
        "kills": round_.kills,
        "of them in the middle of a turn": found["in the middle"],
        "of these, all workers at once": found["all at once"],
        "turns answered": found["acknowledged"],
        "turns cut off": cut_off,
        "of them saved before the end": found["saved"],
        "acknowledged places lost": found["lost"],
        "integrity checks": found["integrity checks"],
        "median time until the next worker is there": f"{statistics.median(round_.workers.restarts) * 1000:.0f} ms",
    }
    return TEXT.format(
        date=datetime.now(UTC).date(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        sqlite=sqlite3.sqlite_version,
        workers=WORKERS,
        all=ALL_AT_ONCE,
        rows="".join(f"| {what} | {number} |\n" for what, number in rows.items()),
    )


if __name__ == "__main__":
    main()
