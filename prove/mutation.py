"""What the tests notice: small faults put into the code, one at a time, and whether any test fails.

    python prove/mutation.py [--each 150] [--seed 1] [ROOM …]

mutmut makes the faults; so many of each room are drawn by the seed and run against the tests that reach them. Survivors
that are equal to the code, or guards that nothing can reach, stand with their reason in prove/survivors.yaml and are
left out of the share. Writes docs/mutation.md.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".mutation"
PAGE = ROOT / "docs" / "mutation.md"
REASONS = ROOT / "prove" / "survivors.yaml"
ROOMS = ("coaching", "dialogue", "memory")
AIM = 0.08

# mutmut looks for a private name of pytest's that newer ones have no more.
RUN = "import pytest; pytest.Item._nodeid = property(lambda item: item.nodeid); from mutmut.__main__ import cli; cli()"

KILLED, SURVIVED, UNTESTED, TIMED_OUT = "noticed", "not noticed", "reached by no test", "noticed, by a time-out"
VERDICTS = {0: SURVIVED, 5: UNTESTED, 33: UNTESTED} | dict.fromkeys((24, -24, 36, 152, -9), TIMED_OUT)


@dataclass
class Room:
    """What became of one room's faults."""

    made: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, what was changed, and the reason why it may stay; "" for none."""

    @property
    def share(self) -> float:
        """Real survivors, of all but those that may stay."""
        excused = sum(1 for _, _, reason in self.survivors if reason)
        tried = sum(self.verdicts.values()) - excused
        return (len(self.survivors) - excused) / tried if tried else 0.0


def _prepared() -> None:
    """A copy of what git knows, with mutmut's settings from pyproject.toml."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, known.split("\0")):
        if (ROOT / name).is_file():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, FOLDER / name)


def _mutmut(*arguments: str) -> None:
    command = [sys.executable, "-c", RUN, "run", "--max-children", "2", *arguments]
    with (FOLDER / "mutmut.log").open("ab") as log:
        subprocess.run(command, cwd=FOLDER, stdout=log, stderr=log, check=False)


def _verdicts(room: str) -> Iterator[tuple[str, int | None]]:
    for path in sorted((FOLDER / "mutants" / "skill" / room).rglob("*.py.meta")):
        yield from json.loads(path.read_text())["exit_code_by_key"].items()


def _changed(name: str) -> str:
    """What a fault changed: the lines before and after."""
    code = RUN.replace("cli()", f"cli(['show', {name!r}])")
    shown = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True, check=False).stdout
    lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
    return " ".join(" ".join(line.split()) for line in lines)


def measured(rooms: Sequence[str], each: int, seed: int) -> dict[str, Room]:
    """Draw, run, and read what came of it."""
    reasons = yaml.safe_load(REASONS.read_text()) or {} if REASONS.exists() else {}
    _prepared()
    _mutmut("skill.no_such_module*")  # makes all faults, and learns which tests reach what
    found = {}
    for room in rooms:
        names = sorted(name for name, _ in _verdicts(room))
        drawn = set(Random(seed).sample(names, min(each, len(names))))
        if drawn:
            _mutmut(*sorted(drawn))
        if all(code is None for _, code in _verdicts(room)):
            sys.exit(f"Nothing was run: {FOLDER / 'mutmut.log'} says why.")
        result = Room(made=len(names))
        for name, code in _verdicts(room):
            if name in drawn and code is not None:
                verdict = VERDICTS.get(code, KILLED)
                result.verdicts[verdict] += 1
                if verdict in {SURVIVED, UNTESTED}:
                    changed = _changed(name)
                    result.survivors.append((name, changed, reasons.get(changed, "")))
        found[room] = result
        print(room, dict(result.verdicts), f"{result.share:.1%}", flush=True)
    return found


def page(found: dict[str, Room], each: int, seed: int) -> str:
    """The table, and every survivor."""

    def row(name: str, room: Room) -> str:
        noticed = room.verdicts[KILLED] + room.verdicts[TIMED_OUT]
        excused = sum(1 for _, _, reason in room.survivors if reason)
        tried, left = sum(room.verdicts.values()), len(room.survivors) - excused
        return f"| {name} | {room.made:,} | {tried} | {noticed} | {excused} | {left} | {room.share:.1%} |"

    rows = "\n".join(row(name, room) for name, room in found.items())
    stay = "\n".join(
        f"| `{name.removeprefix('skill.')}` | `{changed.replace('|', chr(92) + '|')}` | {reason or 'to be noticed'} |"
        for room in found.values()
        for name, changed, reason in room.survivors
    )
    return f"""# What the tests notice

Written by `python prove/mutation.py --each {each} --seed {seed}` on {datetime.now(UTC):%Y-%m-%d}, Python
{platform.python_version()}. Small faults are put into the code, one at a time (a comparison turned, a call dropped, a
number off by one), and the tests that reach that place are run. The aim is that at most {AIM:.0%} of them stay
unnoticed, those left out that change nothing or that nothing can reach.

| room | faults that can be made | tried | noticed | equal, or a guard | not noticed | share |
|---|---:|---:|---:|---:|---:|---:|
{rows}

## Who survived

| fault | what it changed | why it may stay |
|---|---|---|
{stay}
"""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = measured(asked.rooms, asked.each, asked.seed)
    PAGE.write_text(page(found, asked.each, asked.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
