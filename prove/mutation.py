"""What the tests notice: small faults put into the code, one at a time, and whether any test fails.

    python prove/mutation.py [--each 150] [--seed 1] [--jobs 1] [--again] [ROOM …]

mutmut makes the faults: a comparison turned, a number off by one, an argument dropped. It does not run them: it passes
over properties and functions with a cache, picks tests by function rather than by line, gathers them anew for each
fault, and wraps functions so that a generator closed on another thread fails. So here a first pass learns which lines
each test runs; then the process that has gathered the tests forks once for each fault, has the faulty function's code
take the place of the right one, and runs the tests that reach the changed lines until one fails.

Of each room `--each` faults are drawn by the seed, as evenly over its functions as they come. Those that nobody can
notice stand with their reason in prove/survivors.yaml, by function and changed text, and are left out of the share.
`--again` learns only of tests that are new, and tries only what the last run did not see noticed. Writes
docs/mutation.md, and `.mutation/` for itself.
"""

import argparse
import ast
import difflib
import gc
import importlib
import inspect
import json
import os
import pickle
import pkgutil
import re
import resource
import signal
import sys
import time
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, zip_longest
from pathlib import Path
from random import Random
from types import CodeType, FunctionType
from typing import Any, NoReturn

import libcst as cst
import page
import pytest
import yaml
from coverage import Coverage
from mutmut.mutation.file_mutation import create_mutations

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".mutation"
REASONS = ROOT / "prove" / "survivors.yaml"
ROOMS = ("coaching", "dialogue", "memory")
AIM = 0.08
BUDGET = 40
"""Seconds of tests, the quickest, that each fault is given: what only a slower one notices counts as not noticed."""
MEMORY = 3 << 30
"""Bytes that a faulty process may take."""

# What runs the code of these rooms in this process, and quickly.
TESTS = (
    "alexa_skill",
    "audio",
    "coaching",
    "conversations",
    "dialogue",
    "dose",
    "faults",
    "history",
    "memory",
    "moments",
    "newest",
    "noticed",
    "own_copy",
    "phrases",
    "positions",
    "settling",
    "storage",
    "store_faults",
    "stores",
    "time_zone",
    "together",
    "web",
)

KILLED, TIMED_OUT, SURVIVED, UNTESTED = "noticed", "noticed, by a time-out", "not noticed", "reached by no test"


@dataclass(frozen=True)
class Fault:
    """One change to one function: `was` and `now` are the changed lines, `lines` where they stand."""

    module: str
    function: str
    was: str
    now: str
    lines: tuple[int, ...]
    source: str

    @property
    def room(self) -> str:
        return self.module.split(".")[1]

    @property
    def name(self) -> str:
        """What it is, wherever in the rooms it stands: by this survivors.yaml knows it."""
        return f"{self.function}: {self.was} -> {self.now}"


# ---- The faults


def _functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield inside + node.name, node


def _changed(before: Sequence[str], after: Sequence[str]) -> tuple[str, str, tuple[int, ...]]:
    was, now, lines = [], [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            was += before[a:b]
            now += after[c:d]
            lines += range(a + 1, max(b, a + 1) + 1)
    return " ".join(" ".join(was).split()), " ".join(" ".join(now).split()), tuple(lines)


Functions = list[tuple[str, list[Callable[[], Fault | None]]]]
"""By a function's name, what makes each fault of it, or finds that it is none."""


def faults_in(room: str) -> Functions:
    """All that can be made in a room, function by function, each made only when it is asked for."""
    return list(chain.from_iterable(_faults_of(path) for path in sorted((ROOT / "skill" / room).rglob("*.py"))))


def _faults_of(path: Path) -> Functions:
    # mutmut passes over what is decorated. A body is the same without its decorator.
    source = re.sub(r"(?m)^([ \t]*)@(?!.*\bsetter\b).*$", r"\1# \g<0>", path.read_text(encoding="utf-8"))
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    wrapped, mutations, *_ = create_mutations(str(path), source)
    inside = [(name, node) for name, node in _functions(ast.parse(source))]
    by_function: dict[cst.FunctionDef, list[Callable[[], Fault | None]]] = defaultdict(list)
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if isinstance(function, cst.FunctionDef):
            by_function[function].append(
                lambda mutation=mutation: _fault(module, source, wrapped, mutation, inside)  # type: ignore[misc]
            )
    return [(function.name.value, makers) for function, makers in by_function.items()]


def _fault(module: str, source: str, tree: cst.Module, mutation: Any, functions: Sequence[Any]) -> Fault | None:
    function = mutation.contained_by_top_level_function
    right = tree.code_for_node(function)
    wrong = tree.code_for_node(function.deep_replace(mutation.original_node, mutation.mutated_node))
    was, now, lines = _changed(right.splitlines(), wrong.splitlines())
    before, _, after = source.partition(right)
    faulty = before + wrong + after
    above = before.count("\n")
    at = [name for name, node in functions if lines and node.lineno <= lines[0] + above <= (node.end_lineno or 0)]
    if not at or ast.dump(ast.parse(faulty)) == ast.dump(ast.parse(source)):
        return None
    return Fault(module, at[0], was, now, tuple(line + above for line in lines), faulty)


def drawn(functions: Functions, each: int, seed: int) -> list[Fault]:
    """So many, one of each function in turn; by a chance of the function's own, whatever becomes of others."""
    by_chance = [(Random(f"{seed} {name}"), makers) for name, makers in functions]
    by_chance.sort(key=lambda pair: pair[0].random())
    found: dict[tuple[str, str], Fault] = {}
    for make in chain.from_iterable(zip_longest(*(chance.sample(them, len(them)) for chance, them in by_chance))):
        if len(found) == each:
            break
        if make and (fault := make()):
            found[fault.module, fault.name] = fault
    return list(found.values())


# ---- Putting one in


def _code(tree: CodeType, names: Sequence[str]) -> CodeType:
    for name in names:
        tree = next(c for c in tree.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return tree


def _function(holder: Any, names: Sequence[str]) -> FunctionType:
    for name in names:
        holder = inspect.getattr_static(holder, name)
    holder = getattr(holder, "fget", None) or getattr(holder, "__func__", holder)
    return inspect.unwrap(holder)


def put_in(fault: Fault) -> None:
    """Make it part of this process: everything that holds the function holds the faulty one now."""
    names = fault.function.split(".")
    function = _function(importlib.import_module(fault.module), names)
    tree = ast.parse(fault.source)
    function.__code__ = _code(compile(tree, function.__code__.co_filename, "exec", dont_inherit=True), names)
    arguments = dict(_functions(tree))[fault.function].args

    def valued(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "default", "eval"), function.__globals__)

    if function.__defaults__:
        function.__defaults__ = tuple(map(valued, arguments.defaults))
    if function.__kwdefaults__:
        named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        function.__kwdefaults__ = {argument.arg: valued(node) for argument, node in named if node}


# ---- Which tests reach which lines


@dataclass
class Reach:
    """By file, the tests that run each line; and how long each test takes, in seconds."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    def learn(self, items: Sequence[pytest.Item]) -> None:
        """Run these tests once, here."""
        coverage = Coverage(data_file=None, config_file=False, include=[f"{ROOT}/skill/{room}/*" for room in ROOMS])
        coverage.start()
        for item, following in zip_longest(items, items[1:]):
            for cached in _caches():
                cached.cache_clear()  # or a test would not be seen to run what an earlier one has run
            coverage.switch_context(item.nodeid)
            began = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.perf_counter() - began
        coverage.stop()
        data = coverage.get_data()
        for path in data.measured_files():
            by_line = self.lines.setdefault(path, {})
            for line, tests in data.contexts_by_lineno(path).items():
                by_line.setdefault(line, []).extend(filter(None, tests))

    def of(self, fault: Fault) -> list[str]:
        """The tests that run any of the statements that were changed; failing those, the function at all."""
        path = str(sys.modules[fault.module].__file__)
        by_line = self.lines.get(path, {})
        tests = {test for line in _statements(path, fault.lines) for test in by_line.get(line, ())}
        if not tests:
            node = _at(path)[fault.function]
            body = range(node.body[0].lineno, (node.end_lineno or 0) + 1)
            tests = {test for line in body for test in by_line.get(line, ())}
        if fault.room != "memory":
            tests = {test for test in tests if not test.endswith("-http]")}  # on the core it is the same conversation
        ordered = sorted(tests, key=self.seconds.__getitem__)
        spent = list(accumulate(map(self.seconds.__getitem__, ordered)))
        return ordered[: bisect(spent, BUDGET)]


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


@cache
def _at(path: str) -> Mapping[str, ast.FunctionDef]:
    return dict(_functions(_tree(path)))


def _statements(path: str, lines: Sequence[int]) -> set[int]:
    """All lines of the innermost statements that these lines are part of; of a compound one, those of its head."""
    found: set[int] = set()
    for line in lines:
        around = [
            range(node.lineno, (node.body[0].lineno if hasattr(node, "body") else (node.end_lineno or 0) + 1))
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.stmt | ast.match_case | ast.ExceptHandler) and hasattr(node, "lineno")
        ]
        holding = [lines_of for lines_of in around if line in lines_of]
        found |= set(min(holding, key=len)) if holding else {line}
    return found


def _caches() -> list[Any]:
    modules = [module for name, module in sys.modules.items() if name.startswith(tuple(f"skill.{r}" for r in ROOMS))]
    return [value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")]


# ---- Running


class Runner:
    """A pytest plugin that runs the tests once for each fault, each time in a process of its own."""

    def __init__(self, faults: Sequence[Fault], jobs: int, again: bool) -> None:
        self.faults, self.jobs, self.again = faults, jobs, again
        self.verdicts: dict[Fault, str] = {}
        self.successes: Counter[str] = Counter()
        self.running: dict[int, tuple[Fault, int]] = {}

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.reach = self._learned(session)
        known = {item.nodeid: item for item in session.items}
        gc.freeze()
        for fault in self.faults:
            tests = [test for test in self.reach.of(fault) if test in known]
            if not tests:
                self._judge(fault, UNTESTED)
                continue
            # Quick ones first, and those that have noticed much.
            tests.sort(key=lambda test: self.reach.seconds[test] / (1 + self.successes[test]))
            answer, tell = os.pipe()
            if (pid := os.fork()) == 0:
                self._child(session, [known[test] for test in tests], fault, tell)
            os.close(tell)
            self.running[pid] = fault, answer
            if len(self.running) == self.jobs:
                self._wait()
        while self.running:
            self._wait()
        return True

    def _learned(self, session: pytest.Session) -> Reach:
        """In a process of its own too, so that this one stays as it is."""
        FOLDER.mkdir(exist_ok=True)
        kept = FOLDER / "reach"
        known = pickle.loads(kept.read_bytes()) if self.again and kept.exists() else Reach({}, {})
        new = [item for item in session.items if item.nodeid not in known.seconds]
        if not new:
            return known
        if (pid := os.fork()) == 0:
            failed = True
            try:
                known.learn(new)
                kept.write_bytes(pickle.dumps(known))
                failed = session.testsfailed > 0
            finally:
                os._exit(failed)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            sys.exit("A test fails, or cannot be run, with no fault put in.")
        found: Reach = pickle.loads(kept.read_bytes())
        print(f"{len(found.seconds)} tests, {sum(found.seconds.values()):.0f} s; {len(new)} run now", flush=True)
        return found

    def _child(self, session: pytest.Session, items: Sequence[pytest.Item], fault: Fault, tell: int) -> NoReturn:
        os.setpgrp()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            put_in(fault)
            for item, following in zip_longest(items, items[1:]):
                signal.alarm(10 + int(5 * self.reach.seconds[item.nodeid]))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    os.write(tell, item.nodeid.encode())
                    os._exit(1)
        except BaseException:
            os._exit(3)
        os._exit(0)

    def _wait(self) -> None:
        pid, status = os.wait()
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # whatever it has started
        fault, answer = self.running.pop(pid)
        self.successes[os.read(answer, 4096).decode()] += 1
        os.close(answer)
        self._judge(fault, {0: SURVIVED, -signal.SIGALRM: TIMED_OUT}.get(os.waitstatus_to_exitcode(status), KILLED))

    def _judge(self, fault: Fault, verdict: str) -> None:
        self.verdicts[fault] = verdict
        at = f"{len(self.verdicts)}/{len(self.faults)}"
        if verdict in {SURVIVED, UNTESTED}:
            print(f"{at} {fault.module} {fault.name}", flush=True)
        elif len(self.verdicts) % 20 == 0:
            print(at, flush=True)


def _prepared() -> None:
    """Import all that is lazily imported, and have the content read once: neither is under test here."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import skill
    from skill.library import load as loading

    own, read = ROOT / "content", loading.load
    kept: dict[str, Any] = {}

    def load(folder: Path, *more: Any) -> Any:
        if Path(folder) != own or more:
            return read(folder, *more)
        return kept.setdefault("own", None) or kept.update(own=read(folder)) or kept["own"]

    loading.load = load
    load(own)
    for module in pkgutil.walk_packages(skill.__path__, "skill."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def run(faults: Sequence[Fault], jobs: int, again: bool) -> dict[Fault, str]:
    """Try each, and say what became of it."""
    os.chdir(ROOT)
    _prepared()
    runner = Runner(faults, jobs, again)
    names = [f"tests/test_{name}.py" for name in TESTS if (ROOT / f"tests/test_{name}.py").is_file()]
    quiet = ["-o", "addopts=--import-mode=importlib", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no"]
    pytest.main([*quiet, *names], plugins=[runner])
    if len(runner.verdicts) != len(faults):
        sys.exit("The run did not come to its end.")
    return runner.verdicts


# ---- The page


def reasons() -> dict[str, str]:
    """Why a fault may stay, by its name."""
    listed = yaml.safe_load(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    return {fault: why for why, faults in listed.items() for fault in faults}


def written(made: Mapping[str, int], verdicts: Mapping[Fault, str], each: int, seed: int) -> str:
    """The table, and every survivor."""
    excuses = reasons()
    rows, stay = [], defaultdict(list)
    totals: Counter[str] = Counter()
    for room, can in made.items():
        mine = {fault: verdict for fault, verdict in verdicts.items() if fault.room == room}
        count = Counter(mine.values())
        survivors = sorted((f for f in mine if mine[f] in {SURVIVED, UNTESTED}), key=lambda f: (f.module, f.name))
        excused = [fault for fault in survivors if fault.name in excuses]
        noticed = count[KILLED] + count[TIMED_OUT]
        row = {
            "made": can,
            "tried": len(mine),
            "noticed": noticed,
            "survived": len(survivors),
            "excused": len(excused),
        }
        totals.update(row)
        rows.append(_row(room, row))
        for fault in survivors:
            stay[excuses.get(fault.name, "to be noticed")].append(fault)
    rows.append(_row("all", totals))
    lists = "\n\n".join(
        f"**{why[0].upper()}{why[1:]}** ({len(faults)})\n\n"
        + "\n".join(f"- {f.module.removeprefix('skill.')}, `{f.function}`: `{f.was}` → `{f.now}`" for f in faults)
        for why, faults in sorted(stay.items(), key=lambda pair: (pair[0] != "to be noticed", pair[0]))
    )
    table = "\n".join(rows)
    return f"""# What the tests notice

Small faults are put into the code, one at a time (a comparison turned, an argument dropped, a number off by one), and
the tests that reach that place are run. At most {AIM:.0%} may stay unnoticed, those left out that nobody could notice.

Written by `python prove/mutation.py --each {each} --seed {seed}` on {page.today()}.

| room | faults that can be made | tried | noticed | survived | of these, with a reason | without | share |
|---|---:|---:|---:|---:|---:|---:|---:|
{table}

## Who survived, and why they may

{lists}
"""


def _row(name: str, counts: Mapping[str, int]) -> str:
    left = counts["survived"] - counts["excused"]
    share = left / max(1, counts["tried"] - counts["excused"])
    figures = " | ".join(
        f"{n:,}" for n in (*(counts[k] for k in ("made", "tried", "noticed", "survived", "excused")), left)
    )
    return f"| {name} | {figures} | {share:.1%} |"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    began = time.monotonic()
    made, faults = {}, []
    for room in asked.rooms:
        functions = faults_in(room)
        made[room] = sum(len(makers) for _, makers in functions)
        faults += drawn(functions, asked.each, asked.seed)
    print(f"{sum(made.values())} faults can be made; {len(faults)} are tried", flush=True)
    last = FOLDER / "verdicts.json"
    old = json.loads(last.read_text()) if asked.again and last.exists() else {}
    noticed = {fault: old[fault.name] for fault in faults if old.get(fault.name) in {KILLED, TIMED_OUT}}
    verdicts = noticed | run([fault for fault in faults if fault not in noticed], asked.jobs, asked.again)
    last.write_text(json.dumps({fault.name: verdict for fault, verdict in verdicts.items()}, indent=0))
    page.write("mutation.md", written(made, verdicts, asked.each, asked.seed))
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
