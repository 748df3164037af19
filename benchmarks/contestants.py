"""Who is measured: how each makes its app, in a process of its own."""

import atexit
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

App = Callable[..., Any]
"""A WSGI app."""

SKILL_ID = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True)
class Contestant:
    """One who takes part.

    Attributes:
        name: by which it is asked for.
        title: as tables have it.
        make: makes its app, given a folder that holds the roots and the chain, and that it may write to.
    """

    name: str
    title: str
    make: Callable[[Path], App]


def _hello(_folder: Path) -> App:
    from benchmarks.hello import create_app

    return create_app()


def _verifying(folder: Path) -> App:
    return _ours(folder, verify=True)


def _keeping(folder: Path) -> App:
    return _ours(folder, verify=True, store=f"sqlite:///{(folder / f'people-{os.getpid()}.sqlite3').resolve()}")


def _local(folder: Path) -> App:
    return _ours(folder, verify=False)


def _ours(folder: Path, *, verify: bool, store: str = "memory:") -> App:
    from skill.web import create_app
    from skill.web.settings import Settings

    os.environ["XDG_CACHE_HOME"] = str(folder)
    without_network(folder / "chain.pem")
    ids = (SKILL_ID,) if verify else ()
    return create_app(Settings(skill_ids=ids, verify=verify, trust_roots=folder / "roots.pem", store=store))


def without_network(chain: Path) -> None:
    """Have this process download that chain, whatever it asks for; it speaks with nobody."""
    from urllib.request import OpenerDirector

    with suppress(ImportError):
        from skill.alexa.door import chains

        chains.download = lambda *_, **__: chain.read_bytes()

    # What an older copy of ours, or of whatever asks by urllib, would go by.
    class Answer(BytesIO):
        status = 200

    def answer(*_: object, **__: object) -> Answer:
        return Answer(chain.read_bytes())

    OpenerDirector.open = answer  # type: ignore[method-assign]


def write_log(name: str, folder: Path) -> None:
    """Have ours write its lines, one for each request, into a file there, as whoever serves it would."""
    if name == STOCK.name or not find_spec("skill.alexa.logs"):  # an older copy of ours has none
        return
    from skill.alexa import logs

    stream = (folder / f"log-{os.getpid()}").open("a", encoding="utf-8")
    atexit.register(stream.close)
    logs.write_to(stream)


STOCK = Contestant("stock", "hello world, Python SDK, unverified", _hello)
OURS = Contestant("ours", "ours, verified, memory", _verifying)
KEEPING = Contestant("ours-sqlite", "ours, verified, SQLite", _keeping)
LOCAL = Contestant("ours-local", "ours, unverified, memory", _local)

CONTESTANTS = {one.name: one for one in (STOCK, OURS, KEEPING, LOCAL)}
