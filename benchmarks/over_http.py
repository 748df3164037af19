"""What a process answers over HTTP: requests in a second, and how long each takes for who waits for it."""

from collections.abc import Sequence
from itertools import chain

from benchmarks.figures import Figure, percentile, table
from benchmarks.posting import (
    Answered,
    Served,
    all_served,
    hosts,
    node_missing,
    on_the_other_core,
    post_all,
    serving_missing,
)
from benchmarks.setting import Setting
from benchmarks.turns import WARMING

CONNECTIONS = (1, 8)

TEXT = """## Over HTTP

One server process each, on one core; the client is a process of its own on the other core, on this machine, over
connections that are kept open. The Python ones are all behind the skill's own server (waitress). {rounds} rounds; in
each, each of them answers {users} whole routines over one connection, and {users} over eight. p50 and p99 are what the
client waits, over all rounds; with eight connections most of it is the wait for the other seven.

{tables}{missing}"""


def section(here: Setting) -> str:
    """This section of the page."""
    rounds, users = here.at_most(7, 3), here.at_most(60, 12)
    with all_served(hosts(here.folder)) as servers, on_the_other_core():
        tables = [_told(connections, servers, _measure(here, servers, connections, rounds, users))
                  for connections in CONNECTIONS]  # fmt: skip
    missing = [f"\nLeft out: {one}.\n" for one in (serving_missing(), node_missing()) if one]
    return TEXT.format(rounds=rounds, users=users, tables="\n".join(tables), missing="".join(missing))


def _measure(
    here: Setting, servers: Sequence[Served], connections: int, rounds: int, users: int
) -> list[list[Answered]]:
    """For each server, what each round took."""
    found: list[list[Answered]] = [[] for _ in servers]
    for server in servers:
        post_all(server.port, tuple(here.requests.visits(_users(connections, 0, users)))[:WARMING], connections)
    for number in range(1, rounds + 1):
        visits = tuple(here.requests.visits(_users(connections, number, users)))
        for place in range(len(servers)):
            at = (place + number) % len(servers)
            found[at].append(post_all(servers[at].port, visits, connections))
    return found


def _users(connections: int, number: int, users: int) -> range:
    """Others in every round."""
    first = connections * 1_000_000 + number * users
    return range(first, first + users)


def _told(connections: int, servers: Sequence[Served], found: Sequence[Sequence[Answered]]) -> str:
    rates = [Figure(tuple(one.per_second for one in rounds)) for rounds in found]
    rows = []
    for server, rate, rounds in zip(servers, rates, found, strict=True):
        waits = [took / 1e6 for took in chain.from_iterable(one.each for one in rounds)]
        slow = f"{percentile(waits, 99):.2f}"
        rows.append((server.host.title, rate.told(), f"{percentile(waits, 50):.2f}", slow, rate.over(rates[0]).told(2)))
    name = f"{connections} connection{'s' * (connections > 1)}"
    return table((name, "requests a second", "p50, ms", "p99, ms", "times the rate of the first"), rows)
