"""What a turn takes inside the process: an app is called as a WSGI server calls it, and nothing else is measured."""

import pickle
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import forge

from benchmarks.calling import Took
from benchmarks.children import ends, python_for
from benchmarks.contestants import KEEPING, LOCAL, OURS, STOCK
from benchmarks.conversation import ROUTINE, SHOWN
from benchmarks.figures import Figure, percentile, table
from benchmarks.setting import Setting
from benchmarks.signing import Requests, Visit

ALL = "all turns"

TEXT = """## A turn, in process

The app is called as a WSGI server calls it: nothing is measured but what it does itself. {rounds} rounds; in each, each
of them answers {users} whole routines of {steps} turns, each of another user, signed for that moment. Shown are the
medians of the rounds and, in brackets, the least and the most; p99 is over all rounds.

{tables}
A request has {body:,} bytes (median). The hello world answers all of them alike, stores nothing,
and writes no log; ours writes a line for each request into a file.
"""


@dataclass(frozen=True)
class Entrant:
    """A contestant with the code that it runs.

    Attributes:
        contestant: one of CONTESTANTS, by its name.
        title: as tables have it.
        code: a folder with another copy of the project; None is this one.
    """

    contestant: str
    title: str
    code: Path | None = None


def entrants(beside: Path | None = None) -> tuple[Entrant, ...]:
    """Everybody; and ours once more as it is in another folder."""
    usual = tuple(Entrant(one.name, one.title) for one in (STOCK, OURS, KEEPING, LOCAL))
    return usual + ((Entrant(OURS.name, f"{OURS.title}, the other copy", beside),) if beside else ())


@dataclass
class Times:
    """What one entrant's turns took.

    Attributes:
        kinds: for each kind of turn and for ALL, all nanoseconds, a list for each round.
        means: the mean of each round's turns, in nanoseconds.
        cpu: the mean of processor time a turn, for each round.
    """

    kinds: dict[str, list[list[int]]] = field(default_factory=lambda: defaultdict(list))
    means: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, kinds: Sequence[str], took: Took) -> None:
        """Take up a round."""
        for kind in dict.fromkeys(kinds):
            numbers = [number for number, other in enumerate(kinds) if other == kind]
            self.kinds[kind].append([visit[number] for visit in took.turns for number in numbers])
        every = list(chain.from_iterable(took.turns))
        self.kinds[ALL].append(every)
        self.means.append(statistics.fmean(every))
        self.cpu.append(took.cpu / len(every))

    def median(self, kind: str) -> Figure:
        """The median turn of a kind in each round, in microseconds."""
        return Figure(tuple(statistics.median(found) / 1000 for found in self.kinds[kind]))

    def slow(self, kind: str) -> float:
        """What 99 of 100 turns of a kind do not exceed, over all rounds, in microseconds."""
        return percentile(list(chain.from_iterable(self.kinds[kind])), 99) / 1000

    @property
    def mean(self) -> Figure:
        """The mean turn of each round, in microseconds."""
        return Figure(tuple(mean / 1000 for mean in self.means))

    @property
    def cpu_mean(self) -> Figure:
        """The mean processor time a turn of each round, in microseconds."""
        return Figure(tuple(mean / 1000 for mean in self.cpu))


@contextmanager
def worker(entrant: Entrant, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in which an entrant's app waits for visits."""
    command, environment = python_for(entrant.code, "-m", "benchmarks.worker", entrant.contestant, str(folder))
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            ends(process)[0].close()
            process.wait(timeout=30)


def ask(process: "subprocess.Popen[bytes]", visits: Sequence[Visit]) -> Took:
    """Have a worker answer these visits.

    Raises:
        EOFError: it failed; what went wrong stands in the standard error.
    """
    told, says = ends(process)
    pickle.dump([[(one.body, one.signature, forge.URL) for one in visit] for visit in visits], told)
    told.flush()
    took: Took = pickle.load(says)
    return took


WARMING = 3
"""Visits before the first that counts."""


def measure(requests: Requests, folder: Path, rounds: int, users: int, who: Sequence[Entrant]) -> list[Times]:
    """Let everybody answer the same requests, in turns.

    Args:
        requests: makes them.
        folder: has the roots and the chain; stores are put there.
        rounds: how often each has its turn.
        users: whole routines in each round, from a user each.
        who: takes part.

    Returns:
        What it took each of them.

    Raises:
        ValueError: ours did not say what it said when the routine was played.
    """
    kinds = [step.kind for step in ROUTINE]
    times = [Times() for _ in who]
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(entrant, folder)) for entrant in who]
        for process, entrant in zip(workers, who, strict=True):
            _check_speech(requests, entrant, ask(process, tuple(requests.visits(range(WARMING)))))
        for number in range(rounds):
            first = WARMING + number * users
            visits = tuple(requests.visits(range(first, first + users)))
            for place in range(len(who)):
                at = (place + number) % len(who)  # so that nobody is always the first
                times[at].add(kinds, ask(workers[at], visits))
    return times


def _check_speech(requests: Requests, entrant: Entrant, took: Took) -> None:
    if entrant.contestant == STOCK.name or entrant.code:
        return
    expected = tuple(answer["response"]["outputSpeech"]["ssml"] for answer in requests.answers)
    if took.speech != expected:
        raise ValueError(f"{entrant.title}: it said something else than when the routine was played")


def told(times: Sequence[Times], who: Sequence[Entrant], kinds: Sequence[str] = SHOWN) -> str:
    """The tables: the kinds of turn, and the whole routine."""
    stock = times[[entrant.contestant for entrant in who].index(STOCK.name)]
    whole = table(
        ("", "mean of a routine's turns, µs", "processor time, µs", "median, µs", "p99, µs", "times the stock mean"),
        (
            (
                entrant.title,
                one.mean.told(),
                one.cpu_mean.told(),
                one.median(ALL).told(),
                f"{one.slow(ALL):,.0f}",
                one.mean.over(stock.mean).told(2),
            )
            for entrant, one in zip(who, times, strict=True)
        ),
    )
    single = table(
        ("median, µs", *kinds),
        (
            (entrant.title, *(f"{one.median(kind).told()}; p99 {one.slow(kind):,.0f}" for kind in kinds))
            for entrant, one in zip(who, times, strict=True)
        ),
    )
    ratios = table(
        ("times the stock median", *kinds),
        (
            (entrant.title, *(one.median(kind).over(stock.median(kind)).told(2) for kind in kinds))
            for entrant, one in zip(who, times, strict=True)
            if one is not stock
        ),
    )
    return "\n".join((whole, single, ratios))


def section(here: Setting) -> str:
    """This section of the page."""
    rounds, users = here.at_most(15, 5), here.at_most(20, 10)
    who = entrants(here.beside)
    return TEXT.format(
        rounds=rounds,
        users=users,
        steps=len(ROUTINE),
        body=round(statistics.median(map(len, here.requests.bodies()))),
        tables=told(measure(here.requests, here.folder, rounds, users, who), who),
    )
