"""A million requests that are made to break the skill, sent through the whole app, and every answer checked.

    python -m prove.fuzz [COUNT] [--seed SEED] [--keep FOLDER] [--jobs JOBS]

They go to two apps in each process: one that verifies, with requests that are properly signed but for the kinds that
are about the signature, and one in local mode. Hypothesis draws them from the strategies in `tests/fuzzing.py`; what
must hold of each answer is in `tests/firing.py`. Fewer than a hundred thousand are sent without writing docs/fuzz.md.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from pathlib import Path

from dateutil.parser import UnknownTimezoneWarning
from firing import Answer, Mode, Range, Shot, faults_of
from fuzzing import GOING_ON, KINDS, Attack, Stock, attacks
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from prove.page import today, write

COUNT, WRITTEN = 1_000_000, 100_000
SEED = 20_261_122
SHOWN = 20
"""Faults that are told one by one."""

BATCH = 500
"""Requests that hypothesis draws in a row; it remembers what it drew."""

ANSWERED = (200, 206)

TEXT = """# Requests made to break it

Written by `prove/fuzz.py` on {today}.

{count:,} requests, drawn by hypothesis from seed {seed}, each through the whole app by its WSGI interface, in {jobs}
processes: {signed:,} to an app that verifies, and {local:,} to one in local mode. To the one that verifies they come
with a genuine signature, so that they get past the door, but for some kinds that are about the door. After each, up to
three things are said in the session that came back, if one did; these are a row of their own. It took {seconds:.0f} s:
making them, signing them, answering them and checking the answers; {rate:.0f} a second.

Of each answer it was checked that no exception left the app; that its status was not 5xx; that nothing was logged as
an error with a traceback, as a fault is that was caught; that a refusal is a small JSON object with one sentence in
it; that an answer keeps the law of responses (`tests/law.py`: Amazon's model, SSML well formed and within the limits,
silence where nothing may be said); that it was no apology; and, where only one status is right, that it was that one.

| kind | signed | local | answered | refused | apologies | 5xx | other faults | median | slowest |
|---|---|---|---|---|---|---|---|---|---|
{rows}
Refused says how often with which status. Times are in milliseconds, of the app alone, with its check of the signature.

{faults}
"""


@dataclass
class Row:
    """What became of one kind of requests."""

    sent: Counter[Mode] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    apologies: int = 0
    wrong: int = 0
    took: list[float] = field(default_factory=list)

    def __iadd__(self, other: "Row") -> "Row":
        self.sent += other.sent
        self.statuses += other.statuses
        self.apologies += other.apologies
        self.wrong += other.wrong
        self.took += other.took
        return self


@dataclass
class Report:
    """What became of some of them."""

    rows: dict[str, Row] = field(
        default_factory=lambda: {name: Row() for name in (*(one.name for one in KINDS), GOING_ON)}
    )
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("count", type=int, nargs="?", default=COUNT, help="requests (default: %(default)s)")
    arguments.add_argument("--seed", type=int, default=SEED, help="what they are drawn from (default: %(default)s)")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the bodies of what broke something")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    asked = arguments.parse_args()
    print(f"seed {asked.seed}")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    whole, began = Report(), time.perf_counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for part in pool.map(fire, *zip(*batches(asked.count, asked.seed), strict=True), repeat(asked.keep)):
            whole.faults += part.faults
            for name, row in part.rows.items():
                whole.rows[name] += row
    whole.seconds = time.perf_counter() - began
    page = written(whole, asked.seed, asked.jobs)
    if asked.count >= WRITTEN:
        write("fuzz.md", page)
    else:
        print(page)
    if whole.faults:
        sys.exit(f"{len(whole.faults)} faults")


def batches(count: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Which kind, how many requests, and their seed: each kind by its share, and at least once."""
    shares = sum(kind.share for kind in KINDS)
    for number, kind in enumerate(KINDS):
        left = max(1, count * kind.share // shares)
        while left > 0:
            seed += 1
            yield number, min(left, BATCH), seed
            left -= BATCH


@cache
def _range() -> tuple[Range, Stock]:
    warnings.simplefilter("ignore", UnknownTimezoneWarning)  # dateutil's, of times that name a zone
    range_ = Range(Path(tempfile.mkdtemp()))
    return range_, Stock(range_)


class Enough(Exception):
    """So many were sent as were asked for."""


def fire(number: int, count: int, seed: int, keep: Path | None) -> Report:
    """Send so many of one kind, and what is said after them."""
    range_, stock = _range()
    report, sent = Report(), 0

    def send(attack: Attack) -> None:
        nonlocal sent
        before = time.perf_counter()
        for shot, answer in attack.fire(range_):
            took = time.perf_counter() - before
            sent += 1
            note(report, attack.mode, shot, answer, took, keep)
            before = time.perf_counter()
        if sent >= count:
            raise Enough

    drawing = settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck), report_multiple_bugs=False)  # fmt: skip
    with suppress(Enough):
        seeded(seed)(drawing(given(attacks(KINDS[number], stock))(send)))()
    return report


def note(report: Report, mode: Mode, shot: Shot, answer: Answer, took: float, keep: Path | None) -> None:
    row = report.rows[shot.kind]
    row.sent[mode] += 1
    row.statuses[answer.status] += 1
    row.took.append(took)
    row.apologies += answer.apologised
    faults = faults_of(shot, answer)
    if not faults:
        return
    row.wrong += not answer.apologised and answer.status < 500
    report.faults.append(f"{shot.kind}, {mode}: {'; '.join(faults)}")
    if keep:
        name = f"{os.getpid()}-{time.monotonic_ns()}"
        (keep / f"{name}.body").write_bytes(shot.body)
        (keep / f"{name}.txt").write_text(f"{report.faults[-1]}\n{dict(shot.environ)!r}\n", "utf-8")


def written(report: Report, seed: int, jobs: int) -> str:
    total = Row()
    for row in report.rows.values():
        total += row
    count = sum(total.sent.values())
    return TEXT.format(
        today=today(),
        count=count,
        seed=seed,
        jobs=jobs,
        signed=total.sent[Mode.SIGNED],
        local=total.sent[Mode.LOCAL],
        seconds=report.seconds,
        rate=count / report.seconds,
        rows="".join(line(name, row) for name, row in {**report.rows, "**all**": total}.items()),
        faults=told(report.faults),
    )


def line(name: str, row: Row) -> str:
    """A row of the table."""
    answered = sum(row.statuses[status] for status in ANSWERED)
    failed = sum(number for status, number in row.statuses.items() if status >= 500 or status == 0)
    refused = {status: number for status, number in sorted(row.statuses.items()) if status not in ANSWERED}
    told = ", ".join(f"{status}: {number:,}" for status, number in refused.items())
    sent = " | ".join(f"{row.sent[mode]:,}" for mode in Mode)
    median, slowest = (statistics.median(row.took) * 1000, max(row.took) * 1000) if row.took else (0, 0)
    return (
        f"| {name} | {sent} | {answered:,} | {told} | {row.apologies} | {failed} | {row.wrong} "
        f"| {median:.1f} | {slowest:.0f} |\n"
    )


def told(faults: list[str]) -> str:
    """The faults, each kind of them once, and how often."""
    if not faults:
        return "Nothing broke."
    kinds = Counter(fault[:300] for fault in faults)
    return "\n".join(f"- {number} times: `{fault}`" for fault, number in kinds.most_common(SHOWN))


if __name__ == "__main__":
    main()
