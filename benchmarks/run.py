"""What a turn and a start cost, beside the hello world of Amazon's SDK.

    PYTHONPATH=.:tests python -m benchmarks.run                   all of it; writes docs/benchmarks.md
    PYTHONPATH=.:tests python -m benchmarks.run --quick           small counts, to see that it works; only prints
    PYTHONPATH=.:tests python -m benchmarks.run --keep FOLDER     keeps what `python -m pyperf compare_to` reads

pyperf takes the times, in processes of its own; here is what takes turns with what, and the page.
"""

import argparse
import compileall
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyperf

from benchmarks.visit import DAYS, SOMEBODY, Send, Signer, authority, bodies, give_all, month

PAGE = Path("docs/benchmarks.md")
EXERCISES = 1_000
PROCESSES = 8
GIVEN = 1_000
"""Users who are given a month of history beforehand; as many visits can be paid."""

FRESH_SECONDS = 60
"""How long requests are used before they are made anew; Alexa's are good for 150, and a round may go on meanwhile."""


NAMES = {
    "stock": "hello world, Python SDK, unverified",
    "memory": "ours, verified, memory",
    "sqlite": "ours, verified, SQLite",
    "month": f"ours, verified, SQLite, after {DAYS} days",
    "clone": "ours, run from a clone",
}

TEXT = """# What it costs

Written by `benchmarks/run.py` (`make bench`), in one run of {minutes:.1f} minutes that began on {machine}

Beside the skill stands a hello world: what Amazon's SDK for Python costs by itself. It verifies nothing, because the
SDK's verifier cannot be imported beside today's OpenSSL; ours does, as it must when Alexa calls, with a chain that it
has fetched before, and writes a line in a log for each request.

Both are sent the same bytes: the whole hip routine, turn by turn, each visit by another user, signed for that moment.
[pyperf](https://pyperf.readthedocs.io) takes the times in fresh worker processes, after warming up. There are {rounds}
rounds, in which all take turns, so that whatever disturbs one disturbs all. Shown are the medians of the rounds, and in
brackets the least and the most. What carries over to other machines is how many times as long something takes.

| | aim | found | |
|---|---:|---:|---|
{aims}

## A turn, in process

The app is called as a WSGI server calls it. Counted is the processor time of the thread. *After {days} days* is
somebody who did the routine on each of them, in a session that is under way; it stands beside SQLite, where it is kept.

{turns}

## Over HTTP

Each behind waitress with sixteen threads, one process on one core; the client is on the other core of the same machine
and keeps eight connections open.

{http}

## A start

Whole processes, from nothing until they end, with all bytecode there: the app is made; or the app is made and answers
its first launch, for which ours has to verify certificates. Ours is the wheel, as pip installs it: it carries its
content read and checked. A clone of the repository reads the content's YAML at each start, and checks it.

{starts}
{cold}
## {processes} processes on one SQLite file

{shared}

## A thousand exercises

{check}
"""


@dataclass(frozen=True)
class Figure:
    """What was found in each of several rounds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def told(self, digits: int = 0) -> str:
        """The median, and in brackets the least and the most."""
        least, most = min(self.rounds), max(self.rounds)
        spread = f" ({least:,.{digits}f}–{most:,.{digits}f})" if len(self.rounds) > 1 else ""
        return f"{self.median:,.{digits}f}{spread}"

    def over(self, other: "Figure") -> "Figure":
        """This as so many times another, round by round: what disturbs a round disturbs both."""
        return Figure(tuple(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)))


@dataclass(frozen=True)
class Aim:
    """What is asked for, and what was found."""

    what: str
    asked: str
    found: str
    met: bool

    def row(self) -> tuple[str, ...]:
        return self.what, self.asked, self.found, "yes" if self.met else "**no**"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all but the first column are aligned to the right."""
    ruler = "|".join(["---", *["---:"] * (len(head) - 1)])
    return "\n".join((f"| {' | '.join(head)} |", f"|{ruler}|", *(f"| {' | '.join(row)} |" for row in rows)))


def installed(folder: Path) -> Path:
    """Where the skill is as pip installs its wheel, with its snapshot of the content and its bytecode."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    shutil.unpack_archive(wheel, folder / "installed", "zip")
    compileall.compile_dir(folder / "installed", quiet=1)
    return folder / "installed"


def local(store: str) -> Send:
    """Ours in local mode, where requests need not be signed."""
    from skill.simulator.wire import to_app
    from skill.web import create_app
    from skill.web.settings import Settings

    return to_app(create_app(Settings(verify=False, store=store)))


class Run:
    """One run: its folder, its counts, and what pyperf found."""

    def __init__(self, folder: Path, keep: Path, quick: bool) -> None:
        """Makes what the contestants need.

        Args:
            folder: for what is needed on the way.
            keep: for pyperf's results.
            quick: small counts.
        """
        self.folder, self.keep, self.quick = folder, keep, quick
        self.rounds = 2 if quick else 7
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.pinned = (f"--affinity={cores[-1]}",) if cores else ()
        here = Path.cwd()
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment["PYTHONPATH"] = os.pathsep.join((str(here), str(here / "tests")))
        self.installed = installed(folder)
        self._plays, self._good_until = 0, 0.0
        authority(folder)
        self._fresh, self._kept = local("memory:"), local(f"sqlite:///{folder / 'month.sqlite3'}")
        month(self._kept, SOMEBODY, 1 if quick else DAYS)
        give_all(folder / "month.sqlite3", SOMEBODY, range(GIVEN))

    def fresh_requests(self) -> None:
        """Write down the requests of a visit as of now, unless those that are there still are: Alexa's expire."""
        if time.monotonic() < self._good_until:
            return
        self._good_until = time.monotonic() + FRESH_SECONDS
        self._plays += 1
        player = GIVEN + self._plays
        give_all(self.folder / "month.sqlite3", SOMEBODY, range(player, player + 1))
        fresh = bodies(self._fresh, player)
        (self.folder / "fresh.json").write_text(json.dumps(fresh), "utf-8")
        (self.folder / "month.json").write_text(json.dumps(bodies(self._kept, player)), "utf-8")
        body, signature = Signer(self.folder)(fresh[0], 1)
        (self.folder / "launch").write_text(json.dumps((body.decode(), signature)), "utf-8")

    def take_turns(self, work: str, names: Sequence[str], *options: str) -> dict[str, pyperf.Benchmark]:
        """Have pyperf time all of them, in so many rounds; `work` is one of `benchmarks.timed`, or how to start."""
        files = {name: self.keep / f"{work}-{name}.json" for name in names}
        for number in range(self.rounds):
            self.fresh_requests()
            for at in range(len(names)):
                name = names[(at + number) % len(names)]  # so that nobody is always the first
                python = (sys.executable, "-m")
                mine = ("--append", str(files[name]), "--quiet", "--processes=1", *self.pinned, *options)
                where = None
                if work in ("ready", "answer"):
                    # With -m, Python looks for modules where it is started first of all.
                    name, where = ("memory", None) if name == "clone" else (name, self.installed)
                    started = (*python, "benchmarks.contestants", name, str(self.folder), work)
                    command = (
                        *python,
                        "pyperf",
                        "command",
                        "--copy-env",
                        "--name",
                        f"{work}, {name}",
                        *mine,
                        "--",
                        *started,
                    )
                else:
                    command = (*python, "benchmarks.timed", work, name, str(self.folder), "--copy-env", *mine)
                subprocess.run(command, env=self.environment, cwd=where, check=True, stdout=subprocess.DEVNULL)
        return {name: pyperf.Benchmark.load(str(file)) for name, file in files.items()}


def _figures(found: dict[str, pyperf.Benchmark]) -> dict[str, Figure]:
    """The median seconds of each round."""
    return {
        name: Figure(tuple(statistics.median(run.values) for run in one.get_runs() if run.values))
        for name, one in found.items()
    }


def _turns(run: Run) -> tuple[str, list[Aim]]:
    options = ("--loops=2", "--values=2", "--warmups=1") if run.quick else ("--loops=6", "--values=4", "--warmups=1")
    found = _figures(run.take_turns("turn", ("stock", "memory", "sqlite", "month"), *options))
    rows = [
        (NAMES[name], Figure(tuple(value * 1e6 for value in one.rounds)).told(), one.over(found["stock"]).told(2))
        for name, one in found.items()
    ]
    memory, sqlite = found["memory"].over(found["stock"]), found["sqlite"].over(found["stock"])
    after = found["month"].over(found["sqlite"])
    aims = [
        Aim("a verified turn, store in memory", "≤ 1.2 × hello world", memory.told(2), memory.median <= 1.2),
        Aim("a verified turn, SQLite", "≤ 1.45 × hello world", sqlite.told(2), sqlite.median <= 1.45),
        Aim("the same after a month", "≤ 1.2 × fresh", after.told(2), after.median <= 1.2),
    ]
    return table(("", "µs a turn", "times the hello world"), rows), aims


def _http(run: Run) -> tuple[str, list[Aim]]:
    names = ("stock", "memory", "sqlite")
    options = ("--loops=1", "--values=2", "--warmups=1") if run.quick else ("--loops=4", "--values=3", "--warmups=1")
    found = _figures(run.take_turns("http", names, *options))
    rows = [
        (NAMES[name], Figure(tuple(1 / value for value in one.rounds)).told(), found["stock"].over(one).told(2))
        for name, one in found.items()
    ]
    aims = []
    for name, where in (("memory", "memory"), ("sqlite", "SQLite")):
        rate = found["stock"].over(found[name])
        aims.append(
            Aim(f"rate over eight connections, {where}", "≥ 0.85 × hello world", rate.told(2), rate.median >= 0.85)
        )
    return table(("", "requests a second", "times the hello world's rate"), rows), aims


def _starts(run: Run) -> tuple[str, list[Aim]]:
    names = ("stock", "memory", "clone")
    options = ("--loops=1", "--values=1" if run.quick else "--values=3", "--warmups=1")
    ready, answer = run.take_turns("ready", names, *options), run.take_turns("answer", names, *options)
    found, answered = _figures(ready), _figures(answer)
    rows = []
    for name in names:
        peak = max(one.get_metadata().get("command_max_rss", 0) for one in ready[name].get_runs()) / 1e6
        ms, first = (Figure(tuple(value * 1000 for value in one[name].rounds)).told() for one in (found, answered))
        rows.append((NAMES[name], ms, found[name].over(found["stock"]).told(2), first, f"{peak:.0f}"))
    ratio = found["memory"].over(found["stock"])
    head = ("", "the app is made, ms", "times the hello world", "and the first answer, ms", "memory at most, MB")
    return table(head, rows), [Aim("a start", "≤ 1.2 × hello world", ratio.told(2), ratio.median <= 1.2)]


def _cold(artefact: Path | None, python: str, folder: Path) -> tuple[str, list[Aim]]:
    """What `benchmarks/cold.py` says of the function's artefact, and the size of that as it is uploaded."""
    if artefact is None:
        return "", []
    zipped = Path(shutil.make_archive(str(folder / "artefact"), "zip", artefact)).stat().st_size / 1e6
    command = (sys.executable, "-m", "benchmarks.cold", str(artefact), python)
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    times = float(told.rpartition(", ")[2].split()[0])
    aims = [
        Aim("a cold start of the function", "≤ 2.5 × hello world", f"{times:.1f}", times <= 2.5),
        Aim("its artefact, zipped", "< 10 MB", f"{zipped:.1f} MB", zipped < 10),
    ]
    return f"\n## A cold start of the function\n\n```\n{told}\n```\n", aims


def _shared(run: Run) -> tuple[str, list[Aim]]:
    run.fresh_requests()
    visits = 2 if run.quick else 25
    before = set(run.folder.glob("log-*"))
    command = (sys.executable, "-m", "benchmarks.contestants", "shared", str(run.folder), "visits")
    started = [
        subprocess.Popen(
            (*command, str(one * visits), str(visits)),
            env=run.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for one in range(PROCESSES)
    ]
    pipes = [(one.stdin, one.stdout) for one in started if one.stdin and one.stdout]
    if any(says.readline() != "ready\n" for _, says in pipes):
        raise RuntimeError("one of the processes did not start")
    began = time.perf_counter()
    for told, _ in pipes:
        told.write("go\n")
        told.flush()
    if any(says.readline() != "done\n" for _, says in pipes):
        raise RuntimeError("one of the processes did not answer")
    seconds = time.perf_counter() - began
    for one in started:
        one.communicate()
    logs = [file.read_text("utf-8").splitlines() for file in set(run.folder.glob("log-*")) - before]
    lines = [line for log in logs for line in map(json.loads, log) if "ms" in line]
    faults = sum("store" in line for line in lines)
    slowest = max(line["ms"] for line in lines)
    text = (
        f"{len(lines):,} turns, {len(lines) / seconds:,.0f} a second; the signing of their requests is in that. The "
        f"slowest took {slowest:,.0f} ms. {faults} times the store gave or took nothing."
    )
    return text, [Aim(f"{PROCESSES} processes on one file", "no fault of the store", str(faults), not faults)]


def _check(run: Run) -> tuple[str, list[Aim]]:
    folder = run.folder / "many"
    number = 100 if run.quick else EXERCISES
    command = (sys.executable, "-m", "benchmarks.many", str(number), str(folder))
    done = subprocess.run(command, env=run.environment, check=True, stdout=subprocess.PIPE, text=True)
    took = json.loads(done.stdout)
    began = time.perf_counter()
    environment = run.environment | {"HIP_COACH_CONTENT": str(folder)}
    checked = subprocess.run((sys.executable, "-m", "skill", "check"), env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    text = (
        f"The real exercises and copies of them under other names, {number:,} in all. Reading them takes "
        f"{took['load']:.1f} s, making the interaction models {took['models']:.1f} s, and looking one of them over "
        f"{took['lint']:.2f} s. The whole of `hip-coach check` takes {seconds:.1f} s"
        + ("." if checked.returncode == 0 else f", and ends with {checked.returncode}.")
    )
    return text, [Aim(f"looking over {number:,} exercises", "< 2 s", f"{took['lint']:.2f} s", took["lint"] < 2)]


def machine() -> str:
    """The date, the machine, and the versions that matter."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("flask", "flask-ask-sdk", "ask-sdk-core", "pyperf"))
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or "unknown processor"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {platform.system()} {platform.machine()}, {processor}, "
        f"{os.cpu_count()} cores{load}. Python {platform.python_version()}, {packages}."
    )


def page(run: Run, artefact: Path | None, python: str) -> str:
    """Measure everything, and write the page."""
    began, where = time.monotonic(), machine()
    sections = [_turns(run), _http(run), _starts(run), _cold(artefact, python, run.folder), _shared(run), _check(run)]
    (turns, http, starts, cold, shared, check), aims = zip(*sections, strict=True)
    return TEXT.format(
        minutes=(time.monotonic() - began) / 60,
        machine=where,
        rounds=run.rounds,
        days=DAYS,
        processes=PROCESSES,
        aims="\n".join(f"| {' | '.join(aim.row())} |" for one in aims for aim in one),
        turns=turns,
        http=http,
        starts=starts,
        cold=cold,
        shared=shared,
        check=check,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small counts; writes nothing")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep pyperf's results there")
    parser.add_argument(
        "--artefact", type=Path, metavar="FOLDER", help="what `make build-HipCoach` packed: its cold start"
    )
    parser.add_argument("--python", default="python3.13", help="the interpreter that it was packed for")
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = name
        folder = Path(name)
        keep = (asked.keep or folder).resolve()
        keep.mkdir(parents=True, exist_ok=True)
        made = page(Run(folder, keep, asked.quick), asked.artefact, asked.python)
    print(made)
    if not asked.quick:
        PAGE.write_text(made, "utf-8")


if __name__ == "__main__":
    main()
