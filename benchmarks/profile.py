"""Where the time of a verified turn goes.

    PYTHONPATH=.:tests python -m benchmarks.profile [VISITS]

Twice: by looking, a thousand times a second, at what is being done, which slows hardly anything down and gives the
shares; and by cProfile, which counts every call and makes small ones look dear, for the functions themselves.
"""

import cProfile
import os
import pickle
import pstats
import signal
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

import forge

from benchmarks.calling import Wire, visit_all
from benchmarks.children import python_for
from benchmarks.contestants import App
from benchmarks.figures import table
from benchmarks.setting import Setting, setting

EVERY_SECONDS = 0.001

PARTS: Sequence[tuple[str, Sequence[str]]] = (
    ("verify: signature, time, skill", ("skill/alexa/verify", "skill/alexa/door/")),
    (
        "write the answer: models into JSON",
        ("ask_sdk_core/serialize.py:serialize", "skill/alexa/sdk.py:serialize", "skill/alexa/sdk.py:_of_model"),
    ),
    ("the line in the log", ("skill/alexa/logs.py", "skill/alexa/requests.py:facts_of")),
    ("session attributes", ("skill/alexa/envelope.py:session_of", "skill/alexa/envelope.py:attributes_of")),
    (
        "read the envelope: JSON into models",
        ("ask_sdk_core/serialize.py", "skill/alexa/envelope.py", "skill/alexa/sdk.py", "skill/alexa/requests.py"),
    ),
    ("recall and remember: people, storage", ("skill/alexa/people.py", "skill/memory/")),
    ("coaching", ("skill/coaching/",)),
    ("dialogue", ("skill/dialogue/", "skill/library/")),
    ("render", ("skill/media/speech.py", "skill/alexa/responses.py")),
    ("the rest of ours", ("/skill/",)),
    ("the rest of the SDK", ("/ask_sdk", "/flask_ask_sdk/")),
    ("Flask and Werkzeug", ("/flask/", "/werkzeug/")),
)
"""What each part is known by: a piece of a file's path, or after a colon a function in that file; the first counts."""

FOR_OTHERS = "skill/library/plain.py"
"""Of ours, but it works for whoever called it: for sessions, and for people."""

ELSEWHERE = "elsewhere"

TEXT = """## Where a turn's time goes

Ours, verified, with its store in memory: {looks:,} looks at {turns:,} turns of whole routines. As many without anybody
looking took {mean:,.0f} µs each (median of the visits). What the standard library and other packages do is counted to
whoever called them.

{table}
"""


def part_of(frame: FrameType | None) -> str:
    """Which part is at work: the innermost that is known."""
    while frame is not None:
        code = frame.f_code
        found = part_named(code.co_filename, code.co_name)
        if found:
            return found
        frame = frame.f_back
    return ELSEWHERE


def part_named(file: str, function: str) -> str | None:
    """The part to which a function belongs, or None for one that works for whoever called it."""
    place = file.replace(os.sep, "/")
    if place.endswith(FOR_OTHERS):
        return None
    for part, marks in PARTS:
        if any(mark in f"{place}:{function}" for mark in marks):
            return part
    return None


class Looks:
    """Looks at what is being done, again and again, for the length of a block."""

    def __init__(self) -> None:
        self.parts: Counter[str] = Counter()

    def __enter__(self) -> "Looks":
        self._before = signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, EVERY_SECONDS, EVERY_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        self.parts[part_of(frame)] += 1


def section(here: Setting) -> str:
    """This section of the page."""
    visits = here.at_most(400, 40)
    if not hasattr(signal, "setitimer"):
        return "## Where a turn's time goes\n\nLeft out: this system has no interval timer.\n"
    turns, mean, parts = _in_its_own_process(here, visits, "look")
    inside = sum(parts.values()) - parts[ELSEWHERE]
    rows = [(part, f"{parts[part] / inside * 100:.1f} %", f"{parts[part] / inside * mean:,.0f}") for part, _ in PARTS]
    return TEXT.format(looks=inside, turns=turns, mean=mean, table=table(("", "share", "µs a turn"), rows))


def _in_its_own_process(here: Setting, visits: int, work: str) -> Any:
    """What some work finds in a process that has nothing but our app; the first visit does not count."""
    requests = here.requests.visits(range(200_000_000, 200_000_001 + visits))
    wires = [tuple((one.body, one.signature, forge.URL) for one in visit) for visit in requests]
    command, environment = python_for(None, "-m", "benchmarks.profiled", work, str(here.folder))
    done = subprocess.run(command, env=environment, input=pickle.dumps(wires), stdout=subprocess.PIPE, check=True)
    return pickle.loads(done.stdout)


def look(app: App, wires: Sequence[Wire]) -> tuple[int, float, Counter[str]]:
    """Look at every other visit.

    Returns:
        The turns that were looked at; the mean turn of a visit, in microseconds, in the median of the others; and how
        often each part was seen at work.
    """
    parts: Counter[str] = Counter()
    means = []
    for seen, unseen in zip(wires[::2], wires[1::2], strict=False):
        with Looks() as looks:
            visit_all(app, [seen])
        parts += looks.parts
        means += [statistics.fmean(visit) / 1000 for visit in visit_all(app, [unseen]).turns]
    return sum(map(len, wires[::2])), statistics.median(means), parts


def count(app: App, wires: Sequence[Wire]) -> str:
    """What cProfile finds: the packages by their own time, then the functions."""
    profile = cProfile.Profile()
    profile.runcall(visit_all, app, wires)
    told = StringIO()
    stats = pstats.Stats(profile, stream=told)
    rows = _packages(stats, sum(map(len, wires)))
    told.write(table(("package", "own time, µs a turn", "cumulative, µs a turn", "calls a turn"), rows))
    stats.sort_stats("tottime").print_stats(30)
    return told.getvalue()


WORK = {"look": look, "count": count}


Place = tuple[str, int, str]
Edge = tuple[int, int, float, float]


def _packages(stats: pstats.Stats, turns: int) -> list[tuple[str, ...]]:
    """For each package: its own time; that of everything it calls, once for each way into it; and its calls."""
    own: dict[str, float] = defaultdict(float)
    cumulative: dict[str, float] = defaultdict(float)
    calls: Counter[str] = Counter()
    entries: dict[Place, tuple[int, int, float, float, dict[Place, Edge]]] = vars(stats)["stats"]
    for place, (_, number, alone, _, callers) in entries.items():
        package = _package(place)
        own[package] += alone
        calls[package] += number
        for caller, (_, _, _, under_it) in callers.items():
            if _package(caller) != package:
                cumulative[package] += under_it
    return [
        (package, f"{seconds / turns * 1e6:,.1f}", f"{cumulative[package] / turns * 1e6:,.1f}",
         f"{calls[package] / turns:,.0f}")
        for package, seconds in sorted(own.items(), key=lambda one: -one[1])[:25]
    ]  # fmt: skip


def _package(place: Place) -> str:
    """The package of a function: of ours its module, of others the name below site-packages or the library."""
    parts = Path(place[0]).parts
    if "skill" in parts[:-1]:
        return ".".join((*parts[parts.index("skill") : -1], Path(place[0]).stem))
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return "built in" if place[0] in ("~", "") or place[0].startswith("<") else "the standard library"


def main() -> None:
    visits = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with setting(quick=True) as here:
        print(section(here))
        print(_in_its_own_process(here, visits, "count"))


if __name__ == "__main__":
    main()
