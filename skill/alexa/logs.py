"""What whoever runs the skill can read: a line of JSON for each request, and one for each thing that goes wrong.

In no line stands what somebody said, or who they are. Facts are noted one by one (docs/serving.md explains them). Of an
exception the type and the place in the code are written, and its text only where we know what such a text holds.
"""

import json
import logging
import re
import sqlite3
import sys
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

import msgspec

from skill.memory.shelf import StoreFailed

log = logging.getLogger(__name__)

TELLING: tuple[type[BaseException], ...] = (OSError, sqlite3.Error, StoreFailed)
"""Exceptions whose text names files, tables and states of a disk or database, never what came in a request."""

FRAMES = 8
"""Places in the code that are told of an exception, the innermost ones; and as many of its causes."""


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

_began: ContextVar[float] = ContextVar("began", default=0.0)


def begin() -> None:
    """A request has come; what is noted from now on is noted of it."""
    _facts.set({})
    _began.set(time.perf_counter())


def note(**facts: object) -> None:
    """Note something of the request under way; a later note of the same name replaces an earlier one."""
    noted = _facts.get()
    if noted is not None:
        noted.update(facts)


def end(*, write: bool = True) -> None:
    """The request is done: write its line, unless nobody needs to read it. A second call does nothing."""
    facts = _facts.get()
    _facts.set(None)
    if facts is None or not write:
        return
    facts["ms"] = round((time.perf_counter() - _began.get()) * 1000, 2)
    outcome = facts.setdefault("outcome", Outcome.FAILED)
    told = f"request {outcome}" + (f": {facts['reason']}" if "reason" in facts else "")
    level = _LEVELS.get(outcome, logging.INFO)
    if log.isEnabledFor(level):
        # It takes time to look up who tells it.
        record = logging.LogRecord(log.name, level, __file__, 0, told, (), None)
        record.facts = facts
        log.handle(record)


def write_to(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write all that the skill has to tell to a stream, as lines of JSON; a second call replaces the first.

    Args:
        stream: where to; None is standard error.
        level: the least that is worth a line.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines())
    ours = logging.getLogger("skill")
    ours.handlers = [handler]
    ours.setLevel(level)
    ours.propagate = False


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """A line of JSON; anything that JSON does not know is written by its type's name."""
        line: Facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        if request := (_facts.get() or {}).get("request"):
            line["request"] = request
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line |= _fault(record.exc_info[1])
        try:
            return msgspec.json.encode(line, enc_hook=_kind).decode()
        except UnicodeEncodeError:  # half a pair of surrogates
            return json.dumps(line, default=_kind)


def _kind(value: object) -> str:
    return type(value).__name__


def _fault(fault: BaseException) -> Facts:
    """An exception and its causes, and where in the code it was raised."""
    told: list[str] = []
    one: BaseException | None = fault
    while one is not None and len(told) < FRAMES:
        told.append(f"{_kind(one)}: {one}" if isinstance(one, TELLING) else _kind(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    at = [f"{_in_package(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": list(dict.fromkeys(told)), "at": at}


_PLACE = re.compile(r".*[/\\]site-packages[/\\](.+)|.*[/\\](skill[/\\].+)|(?:.*[/\\])?(.*)", re.DOTALL)


def _in_package(path: str) -> str:
    """A source file from its package on: where it is installed is of no use to a reader."""
    found = _PLACE.fullmatch(path)
    return next(filter(None, found.groups()), path) if found else path
