"""Kills worker processes with kill -9 in the middle of turns, and looks for places that were acknowledged and are lost.

    python -m prove.crashes [--times 300]

Four worker processes serve the skill over HTTP, as `hip-coach serve --workers 4` does, and share one SQLite file. Four
people are led through the routine as fast as it goes, each turn by any of the workers. What a turn should leave behind
is known before it is sent, because a second copy of the skill, which nobody kills, has answered it first. A turn that
was answered must be in the store; one that was not may be there as a whole or not at all.

The page is written by the full run only. Everything runs on this machine, and ends by itself.
"""

import argparse
import http.client
import json
import logging
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from flask import Flask

from prove.page import options, rows, today, write
from skill.memory.newest import Asking
from skill.memory.opening import open_store
from skill.memory.people import People
from skill.simulator.wire import Conversation, Envelopes, Identity, random_ids
from skill.web import create_app, serving
from skill.web.settings import Settings

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

Written by `prove/crashes.py` on {today}.

{workers} worker processes share one SQLite file. One of them, and every {all}th time all of them, are ended by
kill -9 while they are answering a turn; a new one takes over. A turn that was answered must be in the store, with every
one before it; a turn that was cut off may be there as a whole, or not at all.

| what | number |
|---|---|
{rows}
"""


def app_with(store: str) -> Flask:
    """The app as `hip-coach serve` has it, in local mode."""
    return create_app(Settings(verify=False, store=store))


def serve(store: str) -> None:
    """Keep four workers alive, as the skill does, and print the port and the id of every worker that begins.

    They are killed as the group that they are when standard input ends, so also when whoever started them does.
    """
    app = app_with(store)
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    # Who was sent SIGKILL may be out of memory, it says each time.
    logging.getLogger("gunicorn.error").addFilter(lambda record: "SIGKILL" not in record.getMessage())
    os.register_at_fork(after_in_child=lambda: os.write(1, b"%d\n" % os.getpid()))
    Thread(target=lambda: os.read(0, 1) or os.killpg(0, signal.SIGKILL), daemon=True).start()
    serving.serve(app, listening, workers=WORKERS)


class Workers:
    """The workers as seen from outside. `alive` are their process ids; `restarts` the seconds until all were back."""

    def __init__(self, store: str) -> None:
        command = [sys.executable, "-m", "prove.crashes", "--serve", store]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout
        self._told = self._process.stdout
        self.port = int(self._told.readline())
        self.alive: set[int] = set()
        self.restarts: list[float] = []
        self._killed = 0.0
        self._listener = Thread(target=self._listen)
        self._listener.start()
        self.await_all()

    def _listen(self) -> None:
        for pid in self._told:
            self.alive.add(int(pid))
            if self._killed and len(self.alive) == WORKERS:
                self.restarts.append(time.monotonic() - self._killed)

    def kill(self, pids: list[int]) -> None:
        self.alive.difference_update(pids)
        self._killed = time.monotonic()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def await_all(self) -> None:
        while len(self.alive) < WORKERS and self._process.poll() is None:
            time.sleep(0.001)

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)
        self._listener.join()
        self._told.close()


class Shadow:
    """The same skill with a store of its own, which nobody kills: it knows what a turn leaves behind."""

    def __init__(self) -> None:
        app = app_with("memory:")
        self._client = app.test_client()
        self._store: People = app.extensions["hip-coach"].store
        self._lock = Lock()

    def answer(self, envelope: dict[str, Any], user: str, before: Any) -> Any:
        """What a turn leaves behind, where `before` was stored."""
        with self._lock:
            if exported(self._store, user) != before:
                self._store.delete(user)
                if before:
                    self._store.keep(self._store.recall(Asking(user)), before["household"])
            self._client.post("/alexa", json=envelope)
            return exported(self._store, user)


def exported(store: People, user: str) -> dict[str, Any]:
    """What is stored, but for when it was saved, which no two skills can agree about."""
    record = store.export(user)
    record.get("household", {}).pop("saved_at", None)
    return record


class Round:
    """Workers, people who are led, and one who kills; and what was found."""

    def __init__(self, folder: Path, times: int) -> None:
        self._path = folder / "people.sqlite3"
        self._store = f"sqlite:///{self._path}"
        self._shadow = Shadow()
        with closing(open_store(self._store)) as store:
            store.export("somebody else")  # so that the file is there
        self.workers = Workers(self._store)
        self._times = times
        self.found: Counter[str] = Counter()
        self.faults: list[str] = []
        self._over = Event()
        self._took: deque[float] = deque([0.006], maxlen=50)
        self._opening = Lock()
        self._counting = Lock()

    def run(self) -> None:
        work = [*(partial(self._visit, number) for number in range(VISITORS)), self._kill_again_and_again]
        threads = [Thread(target=self._guarded, args=(one,)) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _guarded(self, work: Callable[[], None]) -> None:
        """A thread that fails ends the round, and is a fault."""
        try:
            work()
        except Exception as fault:
            self._fault(repr(fault))

    def _fault(self, told: str) -> None:
        self.faults.append(told)
        self._over.set()

    def _count(self, what: str, number: int = 1) -> None:
        with self._counting:
            self.found[what] += number

    # The people

    def _visit(self, number: int) -> None:
        """Be led through the routine again and again, each turn by any worker, until the round is over."""
        chance = random.Random(number)
        envelopes = Envelopes(Identity(user=f"amzn1.ask.account.{number}"), random_ids())
        user, now = envelopes.identity.user, datetime(2026, 1, 1, 9, tzinfo=UTC)
        acknowledged: Any = {}
        session, seen = envelopes.session(), 0
        while not self._over.is_set():
            if seen != self.found["kills"]:
                seen = self.found["kills"]
                self._compare(user, self._stored(user), [acknowledged], "after a kill")
            now += timedelta(seconds=20)
            envelope = next_request(envelopes, session, now, chance)
            expected = self._shadow.answer(envelope, user, acknowledged)
            reply = self._answer(envelope)
            if reply is None or "unsaved" in reply.get("sessionAttributes", {}):
                stored = self._stored(user, settle=True)
                self._compare(user, stored, [acknowledged, expected], "after a turn that was cut off")
                self._count("saved", stored == expected != acknowledged)
                acknowledged, session = stored, envelopes.session()
            elif reply["response"].get("shouldEndSession", True):
                acknowledged, session = expected, envelopes.session()
            else:
                acknowledged = expected
                session = Conversation(session.id, False, reply.get("sessionAttributes") or {})
        self._compare(user, self._stored(user), [acknowledged], "at the end")

    def _answer(self, envelope: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; None when it was cut off."""
        began = time.monotonic()
        self._count("waiting")
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.workers.port, timeout=20)) as connection:
                connection.request("POST", "/alexa", json.dumps(envelope), {"Content-Type": "application/json"})
                response = connection.getresponse()
                body = response.read()
        except (OSError, http.client.HTTPException):
            self._count("cut off")
            return None
        finally:
            self._count("waiting", -1)
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {body!r}")
        self._took.append(time.monotonic() - began)
        answer: dict[str, Any] = json.loads(body)
        self._count("unsaved" if "unsaved" in answer.get("sessionAttributes", {}) else "acknowledged")
        return answer

    def _stored(self, user: str, settle: bool = False) -> Any:
        """What is in the store, through a connection that is closed again, so that this process keeps nothing open.

        A commit whose process is killed while it is put on the disk may be in SQLite's log, but not yet in the log's
        index: nobody sees it, until the log is recovered, or it is overwritten by the next commit. `settle` makes that
        next commit, so that what is seen is what there will be.
        """
        with self._opening, closing(open_store(self._store)) as store:
            if settle:
                store.keep(store.recall(Asking("somebody else")), {"settled": time.monotonic_ns()})
            return exported(store, user)

    def _compare(self, user: str, stored: Any, allowed: list[Any], when: str) -> None:
        if stored not in allowed:
            self._count("lost")
            self._fault(f"{when}: {user} has {stored}, and not {' or '.join(map(str, allowed))}")

    # The killer

    def _kill_again_and_again(self) -> None:
        """Kill until as many kills as asked for have cut off a turn."""
        chance = random.Random(0)
        while self.found["in the middle"] < self._times and not self._over.is_set():
            everyone = self.found["kills"] % ALL_AT_ONCE == ALL_AT_ONCE - 1
            if self._cuts_off(chance, everyone):
                self._count("in the middle")
                self._count("all at once", everyone)
            self.workers.await_all()
            self._check()
        self._over.set()

    def _cuts_off(self, chance: random.Random, everyone: bool) -> bool:
        """Kill once, and say whether a turn was cut off by it."""
        while not self.found["waiting"] and not self._over.is_set():
            time.sleep(0.0002)
        before = self.found["cut off"]
        with self._opening:
            time.sleep(chance.uniform(0, BEYOND * statistics.median(list(self._took))))
            alive = sorted(self.workers.alive)
            self.workers.kill(alive if everyone else [chance.choice(alive)])
        self._count("kills")
        until = time.monotonic() + 0.1
        while time.monotonic() < until and self.found["cut off"] == before:
            time.sleep(0.001)
        return self.found["cut off"] > before

    def _check(self) -> None:
        """SQLite's integrity check, without any of our code."""
        with self._opening, closing(sqlite3.connect(self._path, timeout=5)) as db:
            found = [line for (line,) in db.execute("PRAGMA integrity_check")]
        self._count("integrity checks")
        if found != ["ok"] or list(self._path.parent.glob("*.damaged-*")):
            self._fault(f"integrity check: {found}")


def next_request(envelopes: Envelopes, session: Conversation, now: datetime, chance: random.Random) -> dict[str, Any]:
    if session.new:
        envelope = envelopes.launch(session, now)
    else:
        wishes = ["AMAZON.NextIntent", "StartRoutineIntent", "FlowIntent", "GuidedIntent"]
        (wish,) = chance.choices(wishes, [20, 1, 1, 1])
        phase = session.attributes.get("hip_coach", {}).get("phase")
        envelope = envelopes.intent(session, now, "StartRoutineIntent" if phase in ("choosing", None) else wish, {}, {})
    # Without the token with which the skill would ask Amazon for the time zone: this proof asks nobody.
    del envelope["context"]["System"]["apiAccessToken"]
    return envelope


def main() -> None:
    arguments = options(__doc__)
    arguments.add_argument("--times", type=int, default=TIMES, help="kills that cut off a turn (default: %(default)s)")
    arguments.add_argument("--serve", metavar="STORE", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        round_ = Round(Path(folder), asked.times)
        try:
            round_.run()
        finally:
            round_.workers.end()
    page = written(round_)
    if round_.faults or asked.times < TIMES:
        print(page)
        sys.exit("\n".join(round_.faults) or 0)
    write("crashes.md", page)


def written(round_: Round) -> str:
    found = round_.found
    told = {
        "kills": found["kills"],
        "of them in the middle of a turn": found["in the middle"],
        "of these, all workers at once": found["all at once"],
        "turns answered": found["acknowledged"],
        "turns answered that say that they were not saved": found["unsaved"],
        "turns cut off": found["cut off"],
        "of them saved before the end": found["saved"],
        "acknowledged places lost": found["lost"],
        "integrity checks": found["integrity checks"],
        "median time until the next worker is there": f"{statistics.median(round_.workers.restarts) * 1000:.0f} ms",
    }
    return TEXT.format(
        today=today(f"SQLite {sqlite3.sqlite_version}"), workers=WORKERS, all=ALL_AT_ONCE, rows=rows(told.items())
    )


if __name__ == "__main__":
    main()
