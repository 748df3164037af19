"""What a start costs, in fresh processes: until the app is ready, and until its first answer has gone out."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from tempfile import TemporaryDirectory

import forge

from benchmarks.children import ask, ends, python_for, resident
from benchmarks.contestants import SKILL_ID
from benchmarks.figures import Figure, table
from benchmarks.posting import node_host, node_missing, post_all
from benchmarks.setting import Setting
from benchmarks.signing import Posted

READY = """
import sys, time
print("ready", 0, time.process_time() * 1000, flush=True)
sys.stdin.readline()
"""

ANSWER = """
from benchmarks.contestants import without_network
without_network(folder / "chain.pem")
from benchmarks.calling import Caller, environ
Caller(app)(environ((folder / "body").read_bytes(), (folder / "signature").read_text(), sys.argv[2]))
print("answered", flush=True)
"""

FOLDER = "import sys; from pathlib import Path; folder = Path(sys.argv[1])\n"

VERIFYING = """
from skill.web.settings import Settings
from skill.web import create_app
app = create_app(Settings(skill_ids=(sys.argv[3],), verify=True, trust_roots=folder / "roots.pem", store="memory:"))
"""


@dataclass(frozen=True)
class Start:
    """One kind of start.

    Attributes:
        title: as tables have it.
        code: what `python -c` is given, up to where it is ready.
        answers: there is an app that can answer then.
        fresh: nothing is kept from an earlier start.
        beside: it is run with the other copy of the project.
    """

    title: str
    code: str
    answers: bool = False
    fresh: bool = False
    beside: bool = False


STARTS = (
    Start("Python alone", "pass"),
    Start("hello world, Python SDK", "from benchmarks.hello import create_app\napp = create_app()", answers=True),
    Start("ours: `import skill.web` alone", "import skill.web"),
    Start(
        "ours: reading and checking the content alone",
        "import skill\nfrom skill.library.load import load\nload(Path(skill.__file__).parent.parent / 'content')",
    ),
    Start("ours, verified, memory, for the first time", VERIFYING, answers=True, fresh=True),
    Start("ours, verified, memory", VERIFYING, answers=True),
    Start("ours, unverified, memory", VERIFYING.replace("verify=True", "verify=False"), answers=True),
)

NODE = "hello world, Node SDK"


@dataclass(frozen=True)
class Started:
    """What a start took: milliseconds until ready, of processor time until then, MB at most, ms until an answer."""

    wall: float
    cpu: float
    peak: float
    answered: float = 0.0


TEXT = """## A start

Fresh processes, {runs} of each, in turns, after one that does not count, so that all files were read once and all
bytecode is there, and whatever ours keeps from one start for the next. Ready is when the app could take its first
request; the memory is the most there was until then. The first answer is to a launch, verified where the app verifies:
certificates have to be checked, and whatever is put off until the first request shows here. Ours reads certifi's roots,
and one more that vouches for our signatures.

{table}{missing}"""


def section(here: Setting) -> str:
    """This section of the page."""
    runs = here.at_most(11, 3)
    starts = (*STARTS, *(_in_another(start) for start in STARTS[-2:-1] if here.beside))
    runners: dict[str, Callable[[], Started]] = {start.title: partial(run_python, here, start) for start in starts}
    if not node_missing():
        runners[NODE] = partial(_node, here)
    found: dict[str, list[Started]] = {title: [] for title in runners}
    for number in range(runs + 1):
        for title, run in runners.items():
            took = run()
            if number:
                found[title].append(took)
    missing = f"\nLeft out: {node_missing()}.\n" if node_missing() else ""
    return TEXT.format(runs=runs, table=_table(found), missing=missing)


def _in_another(start: Start) -> Start:
    return replace(start, title=f"{start.title}, the other copy", beside=True)


def _table(found: dict[str, list[Started]]) -> str:
    stock = _figure(found[STARTS[1].title], lambda one: one.wall)
    rows = []
    for title, runs in found.items():
        wall = _figure(runs, lambda one: one.wall)
        cpu, peak = _figure(runs, lambda one: one.cpu), _figure(runs, lambda one: one.peak)
        answered = _figure(runs, lambda one: one.answered).told() if any(one.answered for one in runs) else "–"
        rows.append((title, wall.told(), cpu.told(), peak.told(1), answered, wall.over(stock).told(2)))
    head = ("", "ready after, ms", "processor time, ms", "memory at most, MB", "first answer after, ms")
    return table((*head, "times the hello world"), rows)


def _figure(runs: Sequence[Started], value: Callable[[Started], float]) -> Figure:
    return Figure(tuple(map(value, runs)))


def run_python(here: Setting, start: Start) -> Started:
    """Start Python with that code."""
    launch = _launch(here)
    (here.folder / "body").write_bytes(launch.body)
    (here.folder / "signature").write_text(launch.signature)
    code = f"{FOLDER}{start.code}\n{READY}{ANSWER if start.answers else ''}"
    words = ("-c", code, str(here.folder), forge.URL, SKILL_ID)
    command, environment = python_for(here.beside if start.beside else None, *words)

    def answer(process: "subprocess.Popen[str]", _port: int) -> None:
        if ask(process).split() != ["answered"]:
            raise RuntimeError(f"{start.title}: it did not answer")

    with TemporaryDirectory() as caches:
        environment |= {"XDG_CACHE_HOME": caches} if start.fresh else {}
        return started(start.title, command, environment, answer if start.answers else None)


def _node(here: Setting) -> Started:
    host, launch = node_host(here.folder), _launch(here)
    return started(
        host.title, host.command, host.environment, lambda _process, port: post_all(port, ((launch,),), connections=1)
    )


def _launch(here: Setting) -> Posted:
    return next(here.requests.visits(range(1)))[0]


def started(
    title: str,
    command: Sequence[str],
    environment: dict[str, str],
    answer: Callable[["subprocess.Popen[str]", int], object] | None,
) -> Started:
    """Start it, wait until it says that it is ready, and have it answer once, if it can."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        told, says = ends(process)
        said = says.readline().split()
        wall = time.perf_counter() - began
        if said[:1] != ["ready"]:
            raise RuntimeError(f"{title} did not start")
        peak = resident(process.pid, "VmHWM")
        asked = time.perf_counter()
        if answer:
            answer(process, int(said[1]))
        answered = wall + time.perf_counter() - asked if answer else 0.0
        told.close()
        process.wait(timeout=30)
    return Started(wall * 1000, float(said[2]), peak, answered * 1000)
