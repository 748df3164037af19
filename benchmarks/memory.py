"""The memory of a process that answers, after a thousand turns, ten thousand, and fifty thousand."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.contestants import KEEPING, OURS, STOCK
from benchmarks.conversation import ROUTINE
from benchmarks.figures import table
from benchmarks.posting import (
    Host,
    Served,
    all_served,
    node_host,
    node_missing,
    on_the_other_core,
    post_all,
    python_host,
    serving_missing,
)
from benchmarks.setting import Setting
from skill.memory.in_memory import PEOPLE

FULL, QUICK = (1_000, 10_000, 50_000), (200, 1_000)
CONNECTIONS = 8
CHUNK = 40
"""Routines that are signed at a time, so that each request is fresh when it is sent."""

FIRST_USER = 100_000_000

TEXT = """## Memory

The same kinds of server, each asked by eight connections at once; every routine of {steps} turns is another user's, so
the last column is after {users:,} users. Shown is what the process has (RSS, in MB). Ours with its store in memory
keeps a record of each of them, up to its own limit of {people:,} users; the one with SQLite keeps none in memory.

{table}{missing}"""


def section(here: Setting) -> str:
    """This section of the page."""
    marks = QUICK if here.quick else FULL
    with all_served(_hosts(here.folder)) as servers, on_the_other_core():
        rows = list(_rows(here, servers, marks))
    columns = list(zip(*rows, strict=True))
    head, *body = [tuple(map(str, column)) for column in columns]
    missing = [f"\nLeft out: {one}.\n" for one in (serving_missing(), node_missing()) if one]
    return TEXT.format(
        steps=len(ROUTINE),
        people=PEOPLE,
        users=-(-marks[-1] // len(ROUTINE)),
        table=table(head, body),
        missing="".join(missing),
    )


def _hosts(folder: Path) -> tuple[Host, ...]:
    """Those of which each does something with memory that the others do not."""
    python = () if serving_missing() else (STOCK, OURS, KEEPING)
    node = () if node_missing() else (node_host(folder),)
    return (*(python_host(one, folder) for one in python), *node)


def _rows(here: Setting, servers: Sequence[Served], marks: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """What each server has, at the start and at each mark; headed by their titles."""
    yield ("after turns", *(server.host.title for server in servers))
    yield ("0", *map(_told, servers))
    user = 0
    for mark in marks:
        while user * len(ROUTINE) < mark:
            more = min(CHUNK, -(-mark // len(ROUTINE)) - user)
            first = FIRST_USER + user
            visits = tuple(here.requests.visits(range(first, first + more)))
            for server in servers:
                post_all(server.port, visits, CONNECTIONS)
            user += more
        yield (f"{mark:,}", *map(_told, servers))


def _told(server: Served) -> str:
    return f"{server.megabytes:.1f}"
