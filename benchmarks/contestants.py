"""Who is measured: how each makes its app, and what a process of its own does with it.

    python -m benchmarks.contestants NAME FOLDER ready          makes the app, and ends
    python -m benchmarks.contestants NAME FOLDER answer         makes it, and answers one launch
    python -m benchmarks.contestants NAME FOLDER serve          behind waitress, until its input ends; prints the port
    python -m benchmarks.contestants NAME FOLDER visits I N     answers N visits, of users from I on, once told to

The folder holds the roots, the chain and the bodies, which `benchmarks/run.py` writes.
"""

import atexit
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

App = Callable[..., Any]
"""A WSGI app."""

SKILL_ID = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"
URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
"""Where Alexa says that its certificates are."""


def _stock(_folder: Path) -> App:
    from benchmarks.hello import create_app

    return create_app()


def _ours(folder: Path, store: str = "memory:") -> App:
    from skill.alexa import logs
    from skill.alexa.door import chains
    from skill.web import assembly, create_app
    from skill.web.settings import Settings

    assembly.device_zone = lambda _envelope: "Europe/London"  # nobody is asked; it is kept, as in life
    chain = (folder / "chain.pem").read_bytes()
    chains.download = lambda *_, **__: chain
    stream = (folder / f"log-{os.getpid()}").open("a", encoding="utf-8")
    atexit.register(stream.close)
    logs.write_to(stream)  # a line for each request, as whoever serves it would have it
    return create_app(Settings(skill_ids=(SKILL_ID,), trust_roots=folder / "roots.pem", store=store))


def _sqlite(folder: Path) -> App:
    return _ours(folder, f"sqlite:///{(folder / f'people-{os.getpid()}.sqlite3').resolve()}")


def _month(folder: Path) -> App:
    shutil.copy(folder / "month.sqlite3", folder / f"people-{os.getpid()}.sqlite3")
    return _sqlite(folder)


def _shared(folder: Path) -> App:
    return _ours(folder, f"sqlite:///{(folder / 'shared.sqlite3').resolve()}")


CONTESTANTS: dict[str, Callable[[Path], App]] = {
    "stock": _stock,
    "memory": _ours,
    "sqlite": _sqlite,
    "month": _month,
    "shared": _shared,
}
"""Stock is the hello world of Amazon's SDK, which verifies nothing; all the others are ours, and verify."""


def bodies_of(name: str, folder: Path) -> list[str]:
    """The bodies of the turns of a visit, as of a moment ago."""
    found: list[str] = json.loads((folder / f"{'month' if name == 'month' else 'fresh'}.json").read_text())
    return found


def environ(body: bytes, signature: str) -> dict[str, Any]:
    """What a server makes of a request."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/alexa",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "5000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "127.0.0.1:5000",
        "HTTP_USER_AGENT": "benchmarks",
        "HTTP_SIGNATURE_256": signature,
        "HTTP_SIGNATURECERTCHAINURL": URL,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def answer(app: App, request: dict[str, Any]) -> tuple[str, bytes]:
    """The status and the body that an app, called as a WSGI server calls it, answers with."""
    statuses: list[str] = []
    chunks = app(request, lambda status, _headers, _exc_info=None: statuses.append(status))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return statuses[-1], body


class Visits:
    """Pays visits to an app, each by another user, and tells what they took of this thread's processor time."""

    def __init__(self, name: str, folder: Path, first: int = 0) -> None:
        """Makes the app."""
        from benchmarks.visit import Signer

        self._app = CONTESTANTS[name](folder)
        self._sign = Signer(folder)
        self._bodies = bodies_of(name, folder)
        self._users = count(first)

    def pay(self, visits: int) -> float:
        """Seconds for so many visits; making and signing their requests does not count.

        Raises:
            ValueError: a request was not answered as it should be.
        """
        seconds = 0.0
        for _ in range(visits):
            user = next(self._users)
            requests = [environ(*self._sign(body, user)) for body in self._bodies]
            began = time.thread_time()
            answers = [answer(self._app, request) for request in requests]
            seconds += time.thread_time() - began
            for status, body in answers:
                if not status.startswith("200") or b'"SSML"' not in body:
                    raise ValueError(f"{status}: {body[:300]!r}")
        return seconds


def _serve(app: App) -> None:
    from waitress.server import create_server

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        Thread(target=lambda: os._exit(len(sys.stdin.buffer.read())), daemon=True).start()
        print(listening.getsockname()[1], flush=True)
        create_server(app, sockets=[listening], threads=16).run()


def main() -> None:
    name, folder, work = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    match work:
        case "ready":
            CONTESTANTS[name](folder)
        case "answer":
            body, signature = json.loads((folder / "launch").read_text("utf-8"))
            status, _ = answer(CONTESTANTS[name](folder), environ(body.encode(), signature))
            sys.exit(not status.startswith("200"))
        case "serve":
            with suppress(AttributeError, OSError):  # the client is on the last core
                os.sched_setaffinity(0, {0})
            _serve(CONTESTANTS[name](folder))
        case "visits":
            first, number = map(int, sys.argv[4:])
            visits = Visits(name, folder, first)
            print("ready", flush=True)
            sys.stdin.readline()
            visits.pay(number)
            print("done", flush=True)


if __name__ == "__main__":
    main()
