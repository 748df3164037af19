"""A hundred thousand requests that are made to break the skill, sent through the whole app, and every answer checked.

    python -m prove.fuzz [COUNT] [--seed SEED] [--keep FOLDER]

They go to two apps in this process: one that verifies, with requests that are properly signed but for the kinds that
are about the signature, and one in local mode. What is odd about them, and what must hold of each answer, is in
`tests/fuzzing.py` and `tests/firing.py`. The full count writes docs/fuzz.md.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dateutil.parser import UnknownTimezoneWarning
from firing import Answer, Mode, Range, Shot, faults_of
from fuzzing import KINDS, Stock, shots

PAGE = Path("docs/fuzz.md")
COUNT = 100_000
SEED = 20_261_122
SHOWN = 20
"""Faults that are told one by one."""

ANSWERED = (200, 206)

TEXT = """# Requests made to break it

Written by `prove/fuzz.py` on {date}: {machine}.

{count:,} requests, drawn from seed {seed}, each through the whole app by its WSGI interface, all in one process:
{signed:,} to an app that verifies, and {local:,} to one in local mode. To the one that verifies they come with a
genuine signature, so that they get past the door, but for the last kinds, which are about the door. It took
{seconds:.0f} s: making them, signing them, answering them and checking the answers; {rate:.0f} a second.

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


@dataclass
class Report:
    """What became of all of them."""

    rows: dict[str, Row] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("count", type=int, nargs="?", default=COUNT, help="requests (default: %(default)s)")
    arguments.add_argument("--seed", type=int, default=SEED, help="what they are drawn from (default: %(default)s)")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the bodies of what broke something")
    asked = arguments.parse_args()
    warnings.simplefilter("ignore", UnknownTimezoneWarning)  # dateutil's, of times that name a zone
    print(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory() as folder:
        range_ = Range(Path(folder))
        try:
            report = fire(range_, asked.count, asked.seed, asked.keep)
        finally:
            range_.close()
    page = written(report, asked.seed)
    print(page)
    if asked.count >= COUNT:
        PAGE.write_text(page, "utf-8")
    if report.faults:
        sys.exit(f"{len(report.faults)} faults")


def fire(range_: Range, count: int, seed: int, keep: Path | None) -> Report:
    """Send them all."""
    report = Report(rows={kind.name: Row() for kind in KINDS})
    began = time.perf_counter()
    stock = Stock(range_)
    for mode, shot in shots(count, seed, stock):
        sent = time.perf_counter()
        answer = range_.send(mode, shot)
        took = time.perf_counter() - sent
        stock.learn(answer)
        note(report, mode, shot, answer, took, keep)
    report.seconds = time.perf_counter() - began
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
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{len(report.faults):04}.body").write_bytes(shot.body)
        (keep / f"{len(report.faults):04}.txt").write_text(f"{report.faults[-1]}\n{dict(shot.environ)!r}\n", "utf-8")


def written(report: Report, seed: int) -> str:
    total = sum_of(report.rows)
    count = sum(total.sent.values())
    return TEXT.format(
        date=datetime.now(UTC).date(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        count=count,
        seed=seed,
        signed=total.sent[Mode.SIGNED],
        local=total.sent[Mode.LOCAL],
        seconds=report.seconds,
        rate=count / report.seconds,
        rows="".join(line(name, row) for name, row in {**report.rows, "**all**": total}.items()),
        faults=told(report.faults),
    )


def sum_of(rows: dict[str, Row]) -> Row:
    total = Row()
    for row in rows.values():
        total.sent += row.sent
        total.statuses += row.statuses
        total.apologies += row.apologies
        total.wrong += row.wrong
        total.took += row.took
    return total


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
