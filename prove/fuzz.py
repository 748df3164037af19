"""A million requests that are made to break the skill, sent through the whole app, and every answer checked.

    python -m prove.fuzz [COUNT] [--seed SEED] [--keep FOLDER] [--jobs JOBS]

They go to two apps in each process: one that verifies, with requests that are properly signed but for the kinds that
are about the signature, and one in local mode. Hypothesis draws them from the strategies in `tests/fuzzing.py`; what
must hold of each answer is in `tests/firing.py`. Fewer than a hundred thousand are sent without writing docs/fuzz.md.
"""

import os
import statistics
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from pathlib import Path
from time import monotonic_ns, perf_counter

from dateutil.parser import UnknownTimezoneWarning
from firing import Answer, Mode, Range, Shot, faults_of
from fuzzing import GOING_ON, KINDS, Attack, Stock, attacks
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from prove.page import options, rows, today, write

COUNT, WRITTEN = 1_000_000, 100_000
SEED = 20_261_122
SHOWN = 20
"""Faults that are told one by one."""

BATCH = 500
"""Requests that hypothesis draws in a row; it remembers what it drew."""

ANSWERED = (200, 206)
APOLOGY, OTHERWISE = "an apology", "wrong otherwise"

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
    """What became of one kind of requests, or of all; times are in seconds."""

    counts: Counter[str | int] = field(default_factory=Counter)
    """How many were sent in each mode, came back with each status, were apologies, or were wrong in another way."""
    took: list[float] = field(default_factory=list)

    def __iadd__(self, other: "Row") -> "Row":
        self.counts += other.counts
        self.took += other.took
        return self


@dataclass
class Report:
    """What became of some of them, kind by kind."""

    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))
    faults: list[str] = field(default_factory=list)


def main() -> None:
    arguments = options(__doc__)
    arguments.add_argument("count", type=int, nargs="?", default=COUNT, help="requests (default: %(default)s)")
    arguments.add_argument("--seed", type=int, default=SEED, help="what they are drawn from (default: %(default)s)")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the bodies of what broke something")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    asked = arguments.parse_args()
    print(f"seed {asked.seed}")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    kinds = {name: Row() for name in (*(one.name for one in KINDS), GOING_ON)}
    faults, began = list[str](), perf_counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for part in pool.map(fire, *zip(*batches(asked.count, asked.seed), strict=True), repeat(asked.keep)):
            faults += part.faults
            for name, row in part.rows.items():
                kinds[name] += row
    page = written(kinds, faults, asked.seed, asked.jobs, perf_counter() - began)
    if asked.count >= WRITTEN:
        write("fuzz.md", page)
    else:
        print(page)
    if faults:
        sys.exit(f"{len(faults)} faults")


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
        before = perf_counter()
        for shot, answer in attack.fire(range_):
            took = perf_counter() - before
            sent += 1
            note(report, attack.mode, shot, answer, took, keep)
            before = perf_counter()
        if sent >= count:
            raise Enough

    drawing = settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck), report_multiple_bugs=False)  # fmt: skip
    with suppress(Enough):
        seeded(seed)(drawing(given(attacks(KINDS[number], stock))(send)))()
    return report


def note(report: Report, mode: Mode, shot: Shot, answer: Answer, took: float, keep: Path | None) -> None:
    row, faults = report.rows[shot.kind], faults_of(shot, answer)
    row.took.append(took)
    row.counts.update((mode, answer.status, *[APOLOGY] * answer.apologised))
    if not faults:
        return
    if not answer.apologised and answer.status < 500:
        row.counts[OTHERWISE] += 1
    report.faults.append(f"{shot.kind}, {mode}: {'; '.join(faults)}")
    if keep:
        name = f"{os.getpid()}-{monotonic_ns()}"
        (keep / f"{name}.body").write_bytes(shot.body)
        (keep / f"{name}.txt").write_text(f"{report.faults[-1]}\n{dict(shot.environ)!r}\n", "utf-8")


def written(kinds: dict[str, Row], faults: list[str], seed: int, jobs: int, seconds: float) -> str:
    total = Row()
    for row in kinds.values():
        total += row
    told = Counter(fault[:300] for fault in faults).most_common(SHOWN)
    return TEXT.format(
        today=today(),
        count=len(total.took),
        seed=seed,
        jobs=jobs,
        signed=total.counts[Mode.SIGNED],
        local=total.counts[Mode.LOCAL],
        seconds=seconds,
        rate=len(total.took) / seconds,
        rows=rows(map(cells, (*kinds, "**all**"), (*kinds.values(), total))),
        faults="\n".join(f"- {number} times: `{fault}`" for fault, number in told) or "Nothing broke.",
    )


def cells(name: str, row: Row) -> tuple[str, ...]:
    """A row of the table."""
    statuses = {key: number for key, number in sorted(row.counts.items(), key=str) if isinstance(key, int)}
    refused = ", ".join(f"{key}: {number:,}" for key, number in statuses.items() if key not in ANSWERED)
    return (
        name,
        *(f"{row.counts[mode]:,}" for mode in Mode),
        f"{sum(statuses.get(status, 0) for status in ANSWERED):,}",
        refused,
        f"{row.counts[APOLOGY]}",
        f"{sum(number for status, number in statuses.items() if status >= 500 or status == 0)}",
        f"{row.counts[OTHERWISE]}",
        f"{statistics.median(row.took or [0]) * 1000:.1f}",
        f"{max(row.took, default=0) * 1000:.0f}",
    )


if __name__ == "__main__":
    main()
