"""What whoever runs the skill can read: a line of JSON for each request, and one for each thing that goes wrong.

In no line stands what somebody said, or who they are. Facts are noted one by one (docs/serving.md explains them). Of an
exception the type and the place in the code are written, and its text only where we know what such a text holds.
"""

import json
import logging
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

import msgspec

from skill.memory.shelf import StoreFailed

log = logging.getLogger(__name__)
_OURS = logging.getLogger("skill")

TELLING: tuple[type[BaseException], ...] = (OSError, sqlite3.Error, StoreFailed)
"""Exceptions whose text names files, tables and states of a disk or database, never what came in a request."""

FRAMES = 8
"""Places in the code that are told of an exception, the innermost ones."""


class Outcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    SILENT = "silent"
    """Heard, and nothing may be said to it: the end of a session, an event."""
    APOLOGISED = "apologised"
    """Something failed; she said sorry, and the place was kept."""
    REFUSED = "refused"
    FAILED = "failed"
    """No answer was given at all; this is never meant to happen."""


_LEVELS: dict[object, int] = {
    Outcome.REFUSED: logging.WARNING,
    Outcome.APOLOGISED: logging.ERROR,
    Outcome.FAILED: logging.ERROR,
}

Facts = dict[str, object]

_facts: ContextVar[Facts | None] = ContextVar("facts", default=None)
"""What has been noted of the request that this thread is busy with."""


def begin() -> None:
    """A request has come; what is noted from now on is noted of it."""
    _facts.set({"started": time.perf_counter()})


def note(**facts: object) -> None:
    """Note something of the request under way; a later note of the same name replaces an earlier one."""
    noted = _facts.get()
    if noted is not None:
        noted.update(facts)


def end(*, write: bool = True) -> None:
    """The request is done: write its line, unless nobody needs to read it. A second call does nothing."""
    noted = _facts.get()
    _facts.set(None)
    if noted is None or not write:
        return
    started = noted.pop("started")
    assert isinstance(started, float)
    facts = noted | {"ms": round((time.perf_counter() - started) * 1000, 2)}
    outcome = facts.get("outcome", Outcome.FAILED)
    level = _LEVELS.get(outcome, logging.INFO)
    told = f"request {outcome}" + (f": {facts['reason']}" if "reason" in facts else "")
    if not log.isEnabledFor(level):
        return
    match _OURS.handlers:
        case [Lines() as lines] if not _OURS.propagate:
            # Nobody else listens, so no record of it need be made, nor is it looked up who tells it.
            lines.write(_line(time.time(), level, log.name, told, facts))
        case _:
            record = logging.LogRecord(log.name, level, __file__, 0, told, (), None)
            record.facts = facts
            log.handle(record)


@contextmanager
def request() -> Iterator[None]:
    """A request, from its coming to its end, whatever that is."""
    begin()
    note(outcome=Outcome.FAILED)
    try:
        yield
    finally:
        end()


def write_to(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write all that the skill has to tell to a stream, as lines of JSON; a second call replaces the first.

    Args:
        stream: where to; None is standard error.
        level: the least that is worth a line.
    """
    _OURS.handlers = [Lines(stream or sys.stderr)]
    _OURS.setLevel(level)
    _OURS.propagate = False


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """A record of Python's logging as a line, without a line end."""
        facts: Facts = {**_request_id(), **getattr(record, "facts", {})}
        if record.exc_info and record.exc_info[1]:
            facts |= _fault(record.exc_info[1])
        return _line(record.created, record.levelno, record.name, record.getMessage(), facts)

    def write(self, line: str) -> None:
        """Write a line that is there already."""
        with self.lock or nullcontext():
            self.stream.write(line + self.terminator)
            self.flush()


def _line(at: float, level: int, name: str, event: str, facts: Facts) -> str:
    """A line of JSON; anything that JSON does not know is written by its type's name."""
    line = {
        "time": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(level).lower(),
        "from": name,
        "event": event,
        **facts,
    }
    try:
        return msgspec.json.encode(line, enc_hook=_kind).decode()
    except UnicodeEncodeError:  # half a pair of surrogates
        return json.dumps(line, default=_kind)


def _kind(value: object) -> str:
    return type(value).__name__


def _request_id() -> Facts:
    noted = _facts.get() or {}
    return {"request": noted["request"]} if "request" in noted else {}


def _fault(fault: BaseException) -> Facts:
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    at = [f"{_in_package(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": list(dict.fromkeys(_told(one) for one in _with_causes(fault))), "at": at}


def _with_causes(fault: BaseException) -> Iterator[BaseException]:
    """An exception, what caused it, and so on; at most as many as frames are told."""
    one: BaseException | None = fault
    for _ in range(FRAMES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _told(fault: BaseException) -> str:
    name = type(fault).__name__
    return f"{name}: {fault}" if isinstance(fault, TELLING) else name


def _in_package(path: str) -> str:
    """A source file from its package on: where it is installed is of no use to a reader."""
    for folder in ("/site-packages/", "\\site-packages\\", "/skill/", "\\skill\\"):
        before, found, after = path.rpartition(folder)
        if found and before:
            return f"skill/{after}" if "skill" in folder else after
    return path.rpartition("/")[2]
