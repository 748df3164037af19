"""How the skill grows with its content: a start, the memory and a turn with ten exercises, and with ten thousand."""

import json
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.children import ask, python_for
from benchmarks.conversation import LAUNCH, READY, Step
from benchmarks.figures import Figure, percentile, table
from benchmarks.many import write
from benchmarks.setting import Setting
from benchmarks.start import Started, started

FULL, QUICK = (10, 100, 1_000, 10_000), (10, 100)
SLOW = 10_000
"""With so many exercises there are two starts only."""

WARMING = 3
"""Visits before the first that counts."""

TEXT = """## More content

The real exercises, and copies of them under other names that are spoken as easily, each in a routine. One start of
each in local mode, with nothing kept from an earlier one; then {runs} more in turns, but one with {slow:,} exercises;
and {visits} visits in each. A turn is measured as above, without the signature; shown are the median of all and p99.

{start}
{turns}
`hip-coach check`, once for each:

{check}
{verdict}
"""

UNREFUSED = """Neither a start nor the check refuses any of these. What Alexa can be taught may end before: a model of
over 1,000,000 characters was [refused in 2017](https://github.com/alexa/ask-cli/issues/9), a limit that the check does
not know."""
REFUSED = "The check refuses some of these, as the last column says."


def asking_for(exercise: str) -> tuple[Step, ...]:
    """A visit in which an exercise is asked for by its name, and one that nobody knows."""
    return (
        Step("Open", LAUNCH),
        Step("Start routine", "StartRoutineIntent", "hip-routine"),
        READY,
        Step("Explain, by name", "ExplainIntent", exercise),
        Step("Skip", "SkipExerciseIntent"),
        Step("Name nobody knows", "StartExerciseIntent", "?"),
        Step("Start, by name", "StartExerciseIntent", exercise),
        READY,
    )


@dataclass
class Grown:
    """What was found with so many exercises.

    Attributes:
        starts: one for each process; the first had to read the content.
        turns: for each kind of turn, microseconds, from all processes.
        check: what `checked` says.
    """

    exercises: int
    folder: Path
    asked: str
    starts: list[Started] = field(default_factory=list)
    turns: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    check: dict[str, Any] = field(default_factory=dict)


def section(here: Setting) -> str:
    """This section of the page."""
    runs, visits = here.at_most(3, 2), here.at_most(60, 10)
    sizes = QUICK if here.quick else FULL
    grown = [_written(here.folder / f"content-{size}", size) for size in sizes]
    for number in range(1 + runs):
        for one in grown:
            if one.exercises < SLOW or number < 2:
                _start(one, visits)
    for one in grown:
        one.check = _checked(one.folder)
    verdict = REFUSED if any(one.check["faults"] for one in grown) else UNREFUSED
    return TEXT.format(
        runs=runs,
        visits=visits,
        slow=SLOW,
        start=_starts(grown),
        turns=_turns(grown),
        check=_checks(grown),
        verdict=verdict,
    )


def _written(folder: Path, size: int) -> Grown:
    *_, last = write(size, folder)
    return Grown(size, folder, last)


def _start(one: Grown, visits: int) -> None:
    """Start a process with this content, and take up what it and its turns took."""
    words = ("-m", "benchmarks.grown", str(one.folder), one.asked, str(visits + WARMING))
    command, environment = python_for(None, *words)

    def answer(process: "subprocess.Popen[str]", _port: int) -> None:
        for kind, took in json.loads(ask(process)).items():
            one.turns[kind] += took[WARMING * len(took) // (visits + WARMING) :]

    one.starts.append(started(f"{one.exercises} exercises", command, environment, answer))


def _checked(folder: Path) -> dict[str, Any]:
    command, environment = python_for(None, "-m", "benchmarks.checked", str(folder))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _starts(grown: Sequence[Grown]) -> str:
    head = ("exercises", "first start, ready after, s", "memory at most, MB", "later starts, s", "memory at most, MB")
    return table(
        head,
        (
            (
                f"{one.exercises:,}",
                *_told_starts(one.starts[:1]),
                *_told_starts(one.starts[1:]),
            )
            for one in grown
        ),
    )


def _told_starts(starts: Sequence[Started]) -> tuple[str, str]:
    wall, peak = Figure(tuple(one.wall / 1000 for one in starts)), Figure(tuple(one.peak for one in starts))
    return wall.told(2), peak.told(1)


def _turns(grown: Sequence[Grown]) -> str:
    kinds = tuple(grown[0].turns)
    return table(
        ("exercises; µs", *kinds),
        ((f"{one.exercises:,}", *(_told(one.turns[kind]) for kind in kinds)) for one in grown),
    )


def _told(took: Sequence[float]) -> str:
    return f"{statistics.median(took):,.0f}; p99 {percentile(took, 99):,.0f}"


def _checks(grown: Sequence[Grown]) -> str:
    head = ("exercises", "load, s", "make the models, s", "look them over, s", "memory at most, MB", "slot values")
    return table(
        (*head, "characters of a model", "faults"),
        (
            (
                f"{one.exercises:,}",
                *(f"{one.check[step]:,.1f}" for step in ("load", "model", "lint")),
                f"{one.check['peak']:,.0f}",
                f"{one.check['values']:,}",
                f"{one.check['characters']:,}",
                "; ".join(one.check["faults"]) or "none",
            )
            for one in grown
        ),
    )
