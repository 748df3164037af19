"""One person on many devices at the same moment, by threads and by processes: is every finished exercise counted?

    python -m prove.together [--devices 8] [--processes 4] [--turns 100]

Every turn of every device finishes one exercise, and all of them are sent at the same second. Nothing is merged in the
store, so each that was too slow has to be made again. Everything runs on this machine, in a folder of its own.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

from flask import Flask

from prove.page import options
from skill.dialogue.events import Event
from skill.dialogue.prompt import Prompt, Say
from skill.dialogue.session import Day, Scene, Session, Turn
from skill.library.values import replace
from skill.simulator.wire import Conversation, Envelopes, Identity, random_ids
from skill.web import create_app
from skill.web.settings import Settings

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY, USER = NOW.date().isoformat(), Identity().user


def finishes_one(session: Session, event: Event, scene: Scene) -> Turn:
    """A turn in which a bridge is finished."""
    done = scene.person.history.get(DAY, Day()).finished.get("bridge", 0)
    person = replace(scene.person, history={DAY: Day(finished={"bridge": done + 1})}, zone="UTC")
    return Turn(
        replace(session, turns=session.turns + 1), person, Prompt((Say("Fine."),), (Say("Well?"),), listen=True)
    )


def app_at(store: str) -> Flask:
    """The skill in local mode, in which every turn finishes something."""
    app = create_app(Settings(verify=False, store=store))
    dispatcher = app.extensions["hip-coach"].skill.request_dispatcher
    dispatcher.request_mappers[0].request_handler_chains[0].request_handler._respond = finishes_one
    return app


def talk(app: Flask, turns: int) -> int:
    """A device's session of so many turns; how many of its turns still ride in it unsaved at its end."""
    envelopes, client = Envelopes(Identity(), random_ids()), app.test_client()
    session = envelopes.session()
    for _ in range(turns):
        answer: dict[str, Any] = client.post("/alexa", json=envelopes.launch(session, NOW)).get_json()
        session = Conversation(session.id, False, answer["sessionAttributes"])
    return len(session.attributes.get("unsaved", {}).get("turns", ()))


def by_threads(app: Flask, devices: int, turns: int) -> None:
    """So many devices at once, each served by a thread."""
    with ThreadPoolExecutor(devices) as pool:
        list(pool.map(talk, repeat(app, devices), repeat(turns)))


def process(store: str, devices: int, turns: int) -> None:
    """A worker of its own."""
    app = app_at(store)
    by_threads(app, devices, turns)
    app.extensions["hip-coach"].store.close()


def by_processes(store: str, processes: int, devices: int, turns: int) -> None:
    """The same in several workers."""
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=process, args=(store, devices, turns)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(codes := [worker.exitcode for worker in workers]):
        raise RuntimeError(f"a worker has failed: {codes}")


def counted(app: Flask) -> int:
    """How many are counted in the store."""
    found = app.extensions["hip-coach"].store.export(USER)
    return int(found["household"]["history"][DAY]["finished"]["bridge"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was finished, and what was counted; 1 where that is not the same."""
    parser = options(__doc__)
    for name, usual in (("devices", 8), ("processes", 4), ("turns", 100)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args(arguments)
    right = True
    with tempfile.TemporaryDirectory() as folder:
        for name, store, processes in (
            ("threads, in memory", "memory:", 1),
            ("threads, SQLite", f"sqlite:///{folder}/threads.sqlite3", 1),
            ("processes, SQLite", f"sqlite:///{folder}/processes.sqlite3", asked.processes),
        ):
            app, began, devices = app_at(store), time.monotonic(), max(1, asked.devices // processes)
            if processes > 1:
                by_processes(store, processes, devices, asked.turns)
            else:
                by_threads(app, devices, asked.turns)
            finished, found = processes * devices * asked.turns, counted(app)
            print(f"{name}: {finished} finished, {found} counted, in {time.monotonic() - began:.1f} s", flush=True)
            right &= found == finished
            app.extensions["hip-coach"].store.close()
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
