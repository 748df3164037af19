"""Two whole apps to send requests to, and what must hold of every answer.

One verifies, and plays its sounds; the other is in local mode, and counts aloud.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from logging.handlers import BufferingHandler
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import forge
import law
from flask import Flask
from keeping import asked_by, save
from werkzeug.test import EnvironBuilder, run_wsgi_app

from skill.alexa.time_zone import device_zone
from skill.memory.people import People
from skill.memory.shelf import StoreFailed
from skill.web import create_app
from skill.web.settings import Settings

Json = dict[str, Any]


class Mode(StrEnum):
    """How an app runs: behind its gate, with properly signed requests, or on this machine alone."""

    SIGNED = "signed"
    LOCAL = "local"


@dataclass(frozen=True)
class Shot:
    """One request.

    Attributes:
        kind: what is odd about it, a row of the table.
        body: its bytes.
        at: what the clock says when it arrives, behind the gate.
        environ: what is different in its WSGI environment; None leaves a key out.
        statuses: the only statuses that it may be answered with; None for any that is no fault of ours.
        genuine: the signature is right, where one is asked for.
        stored: what is remembered of a user before it arrives.
    """

    kind: str
    body: bytes
    at: datetime = forge.NOW
    environ: Mapping[str, Any] = field(default_factory=dict)
    statuses: tuple[int, ...] | None = None
    genuine: bool = True
    stored: tuple[str, Json] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, and what was logged meanwhile; `raised` is an exception that left the app."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    logged: tuple[logging.LogRecord, ...]
    raised: Exception | None = None

    @property
    def apologised(self) -> bool:
        """Something failed, so that she said sorry; only an apology is plain text, and each has its log line."""
        told = any(getattr(record, "facts", {}).get("outcome") == "apologised" for record in self.logged)
        return told or (self.status == 200 and b'"PlainText"' in self.body)


# The two apps


class Range:
    """The whole app twice, in this process, and nothing of it reaches a network or a disk. Close it after use."""

    def __init__(self, folder: Path) -> None:
        """Starts both apps; the folder is for the file of roots to trust, and for sounds."""
        self.now = forge.NOW
        self._log = BufferingHandler(10**6)
        self._open = ExitStack()
        for logger in map(logging.getLogger, ("skill", "ask_sdk_core", "werkzeug")):  # Flask's, for our app, is ours
            self._open.enter_context(patch.multiple(logger, handlers=[self._log], propagate=False))
            self._open.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.INFO)
        self._open.enter_context(patch.dict("os.environ", XDG_CACHE_HOME=str(folder)))
        roots = folder / "roots.pem"
        roots.write_bytes(forge.trusted())
        with self._outside():
            gated = create_app(Settings(forge.SKILL_IDS, trust_roots=roots, public_url="https://coach.example"))
            self.apps = {Mode.SIGNED: gated, Mode.LOCAL: create_app(Settings(verify=False))}

    @contextmanager
    def _outside(self) -> Iterator[None]:
        """In place of the world: the certificates' host, the system's clock and Alexa's settings API."""
        with (
            patch("skill.alexa.certificates.download", lambda _url: forge.good_pem()),
            patch("skill.alexa.verify._system_clock", lambda: self.now),
            patch("skill.web.assembly.device_zone", partial(device_zone, fetch=_zones_at_random())),
        ):
            yield

    def store(self, mode: Mode) -> People:
        """Where an app remembers people."""
        store: People = self.apps[mode].extensions["hip-coach"].store
        return store

    def send(self, mode: Mode, shot: Shot) -> Answer:
        """Send a request through the whole app."""
        self.now = shot.at
        if shot.stored:
            user, record = shot.stored
            self.store(mode).delete(user)
            with suppress(StoreFailed):  # too large for any store, so it is in none
                save(self.store(mode), asked_by(user), record)
        headers = signed(shot.body) if mode is Mode.SIGNED and shot.genuine else {}
        ours = EnvironBuilder("/alexa", method="POST", data=shot.body, content_type="application/json").get_environ()
        environ = ours | {"HTTP_HOST": "localhost:8080", "REMOTE_ADDR": "127.0.0.1"} | headers | dict(shot.environ)
        self._log.buffer.clear()
        answer = _called(self.apps[mode], {name: value for name, value in environ.items() if value is not None})
        return replace(answer, logged=tuple(self._log.buffer))

    def close(self) -> None:
        """Let go of the stores, and of the log."""
        for mode in self.apps:
            self.store(mode).close()
        self._open.close()


def _zones_at_random() -> Callable[[str, str], bytes]:
    """Stands for Alexa's settings API: mostly a time zone, sometimes nothing that makes sense."""
    chance = Random(7)
    answers = (b'"Europe/London"', b'"Asia/Kathmandu"', b'"Nowhere/Atlantis"', b"7", b"", b"\xff", b"[", b'"\\ud800"')

    def fetch(_url: str, _token: str) -> bytes:
        if chance.random() < 0.1:
            raise OSError("no network today")
        return chance.choice(answers)

    return fetch


def signed(body: bytes) -> dict[str, str]:
    """The two headers of a genuine request."""
    return {"HTTP_SIGNATURECERTCHAINURL": forge.URL, "HTTP_SIGNATURE_256": forge.sign(body)}


def _called(app: Flask, environ: Json) -> Answer:
    try:
        chunks, status, headers = run_wsgi_app(app, environ, buffered=True)
    except Exception as fault:
        return Answer(0, {}, b"", (), fault)
    return Answer(int(status.split()[0]), dict(headers), b"".join(chunks), ())


# What must hold of every answer


def faults_of(shot: Shot, answer: Answer) -> list[str]:
    """What is wrong with an answer: nothing, however odd the request."""
    if answer.raised is not None:
        return [f"an exception left the app: {answer.raised!r}"]
    faults = [f"logged: {_told(record)}" for record in answer.logged if _is_fault(record)]
    if answer.apologised:
        faults.append("an apology")
    if answer.status >= 500:
        faults.append(f"status {answer.status}")
    if shot.statuses is not None and answer.status not in shot.statuses:
        faults.append(f"status {answer.status} is none of {shot.statuses}: {answer.body[:200]!r}")
    try:
        _check(shot, answer)
    except Exception as fault:
        faults.append(f"against the law: {fault!r:.400}")
    return faults


def _is_fault(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR and bool(record.exc_info)


def _told(record: logging.LogRecord) -> str:
    return f"{record.name}: {record.getMessage()}: {record.exc_info[1] if record.exc_info else None!r:.300}"


def _check(shot: Shot, answer: Answer) -> None:
    method = str(shot.environ.get("REQUEST_METHOD", "POST"))
    if method.upper() == "HEAD" or answer.status == 304:
        assert answer.body == b""
    elif answer.status not in (200, 206):
        check_refusal(answer)
    elif method.upper() == "POST":
        assert answer.headers["Content-Type"] == "application/json"
        asked = json.loads(shot.body, parse_int=lambda digits: int(digits[:4000]))  # more than Python takes
        law.check_law(asked, strict(answer.body), sorry=b'"PlainText"' in answer.body)


def check_refusal(answer: Answer) -> None:
    """A refusal is a small JSON object with one sentence in it."""
    assert answer.headers["Content-Type"] == "application/json"
    assert len(answer.body) < 600, f"{len(answer.body)} bytes"
    told = strict(answer.body)
    assert list(told) == ["error"], told
    assert isinstance(told["error"], str), told
    assert told["error"], told
    assert "Traceback" not in told["error"]


def strict(body: bytes) -> Json:
    """JSON as the standard has it, without Python's NaN and Infinity."""

    def no_constant(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    found: Json = json.loads(body, parse_constant=no_constant)
    return found
