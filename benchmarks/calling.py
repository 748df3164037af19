"""An app is called as a WSGI server calls it, and the time is taken."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from benchmarks.contestants import App

Wire = tuple[tuple[bytes, str, str], ...]
"""The visit of one user: body, signature and certificate URL of each request."""


@dataclass(frozen=True)
class Took:
    """What some visits took.

    Attributes:
        turns: nanoseconds of each turn, by visit.
        cpu: nanoseconds of this process for all turns together.
        speech: what was said in the first visit, turn by turn; an apology of ours is plain text, and an error here.
    """

    turns: tuple[tuple[int, ...], ...]
    cpu: int
    speech: tuple[str, ...]


def environ(body: bytes, signature: str, url: str) -> dict[str, Any]:
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
        "HTTP_ACCEPT": "application/json",
        "HTTP_ACCEPT_CHARSET": "utf-8",
        "HTTP_USER_AGENT": "benchmarks",
        "HTTP_SIGNATURE_256": signature,
        "HTTP_SIGNATURECERTCHAINURL": url,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


class Caller:
    """Calls an app and takes the time."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.cpu = 0

    def __call__(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """One request; gives the nanoseconds until its answer was there, and the answer.

        Raises:
            ValueError: the answer was not 200.
        """
        cpu, began = time.process_time_ns(), time.perf_counter_ns()
        answer = self._app(asked, self._start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        took = time.perf_counter_ns() - began
        self.cpu += time.process_time_ns() - cpu
        if not self._status.startswith("200"):
            raise ValueError(f"{self._status}: {body[:300]!r}")
        return took, body

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self._status = status


def visit_all(app: App, visits: Sequence[Wire]) -> Took:
    """Answer all visits, one after the other.

    Raises:
        ValueError: a request was not answered as it should be.
    """
    caller = Caller(app)
    turns, speech = [], []
    for number, visit in enumerate(visits):
        mine = []
        for request in visit:
            took, body = caller(environ(*request))
            mine.append(took)
            if b'"SSML"' not in body:
                raise ValueError(f"nothing is said in {body[:300]!r}")
            if number == 0:
                speech.append(str(json.loads(body)["response"]["outputSpeech"]["ssml"]))
        turns.append(tuple(mine))
    return Took(tuple(turns), caller.cpu, tuple(speech))


def pin(core: int) -> None:
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        available = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {available[core % len(available)]})
