"""Servers of the contestants, and a client that posts to them over connections that are kept open."""

import os
import re
import selectors
import shutil
import socket
import subprocess
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.calling import pin
from benchmarks.children import ends, python_for, resident
from benchmarks.contestants import KEEPING, LOCAL, OURS, STOCK, Contestant
from benchmarks.signing import Posted, Visit

NPM = Path(__file__).resolve().parent.parent / "tests" / "npm"
HELLO_JS = Path(__file__).resolve().parent / "hello.js"


@dataclass(frozen=True)
class Host:
    """A server to start.

    Attributes:
        title: as tables have it.
        command: starts it.
        environment: for that.
    """

    title: str
    command: tuple[str, ...]
    environment: dict[str, str]


def serving_missing() -> str | None:
    """Why the Python ones cannot be served here, or None if they can."""
    return None if find_spec("waitress") else "no waitress"


def node_missing() -> str | None:
    """Why the hello world for Node cannot be served here, or None if it can."""
    if shutil.which("node") is None:
        return "no node"
    absent = [name for name in ("express", "ask-sdk-express-adapter") if not (NPM / "node_modules" / name).is_dir()]
    return f"no {' and no '.join(absent)}: `make parts` installs them" if absent else None


def hosts(folder: Path) -> tuple[Host, ...]:
    """All that can be served here."""
    found: list[Host] = []
    if not serving_missing():
        found += [python_host(one, folder) for one in (STOCK, OURS, KEEPING, LOCAL)]
    if not node_missing():
        found += [node_host(), node_host(folder)]
    return tuple(found)


def python_host(contestant: Contestant, folder: Path) -> Host:
    """How one of the Python ones is served."""
    command, environment = python_for(None, "-m", "benchmarks.hosting", contestant.name, str(folder))
    return Host(contestant.title, tuple(command), environment)


def node_host(folder: Path | None = None) -> Host:
    """How the hello world for Node is served: verified, where there is a folder with roots and a chain."""
    files = (str(folder / "roots.pem"), str(folder / "chain.pem")) if folder else ()
    title = f"hello world, Node SDK, {'verified' if files else 'unverified'}"
    environment = {**os.environ, "NODE_PATH": str(NPM / "node_modules"), "NODE_ENV": "production"}
    return Host(title, ("node", str(HELLO_JS), *files), environment)


@dataclass(frozen=True)
class Served:
    """A server that answers, on this port of this machine."""

    host: Host
    process: "subprocess.Popen[str]"
    port: int

    @property
    def megabytes(self) -> float:
        """The memory that it has now (RSS)."""
        return resident(self.process.pid)


@contextmanager
def served(host: Host) -> Iterator[Served]:
    """Serve it for the length of a block.

    Raises:
        RuntimeError: it did not come up; what went wrong stands in the standard error.
    """
    with subprocess.Popen(
        host.command, env=host.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        told, says = ends(process)
        try:
            said = says.readline().split()
            if said[:1] != ["ready"]:
                raise RuntimeError(f"{host.title} cannot be served")
            yield Served(host, process, int(said[1]))
        finally:
            told.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def all_served(hosts: Iterable[Host]) -> Iterator[list[Served]]:
    """Serve all of them at once, for the length of a block."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(host)) for host in hosts]


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """Keep this process off the servers' core, where the system can."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    pin(-1)
    try:
        yield
    finally:
        if before is not None:
            os.sched_setaffinity(0, before)


@dataclass
class Answered:
    """What posting took: nanoseconds for each request, and for all of them together."""

    each: list[int] = field(default_factory=list)
    whole: int = 0

    @property
    def per_second(self) -> float:
        return len(self.each) / (self.whole / 1e9)


def post_all(port: int, visits: Sequence[Visit], connections: int) -> Answered:
    """Post whole routines, over so many connections at once; a routine's turns in order, over one of them.

    Raises:
        ValueError: something was not answered as it should be.
        ConnectionError: a connection was closed.
    """
    waiting = [deque(_request(port, posted) for visit in visits[at::connections] for posted in visit)
               for at in range(connections)]  # fmt: skip
    answered = Answered()
    with ExitStack() as stack:
        lines = [_Line(stack.enter_context(_connected(port)), requests) for requests in waiting if requests]
        chosen = stack.enter_context(selectors.DefaultSelector())
        for line in lines:
            chosen.register(line.socket, selectors.EVENT_READ, line)
        began = time.perf_counter_ns()
        for line in lines:
            line.send()
        under_way = len(lines)
        while under_way:
            for key, _ in chosen.select():
                took = key.data.receive()
                if took:
                    answered.each.append(took)
                    under_way -= not key.data.send()
        answered.whole = time.perf_counter_ns() - began
    return answered


def _connected(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _request(port: int, posted: Posted) -> bytes:
    headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(posted.body)), **posted.headers}
    lines = ("POST /alexa HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", "")
    return "\r\n".join(lines).encode() + posted.body


class _Line:
    """One connection, with the requests that go over it one after the other."""

    def __init__(self, connected: socket.socket, requests: deque[bytes]) -> None:
        self.socket = connected
        self._requests = requests
        self._heard = b""
        self._sent = 0

    def send(self) -> bool:
        """Send the next request, if there is one."""
        if not self._requests:
            return False
        self._heard = b""
        self._sent = time.perf_counter_ns()
        self.socket.sendall(self._requests.popleft())
        return True

    def receive(self) -> int:
        """Take what has come; once the answer is whole, gives the nanoseconds since its request was sent, else 0."""
        came = self.socket.recv(65_536)
        if not came:
            raise ConnectionError("the connection was closed")
        self._heard += came
        head, end, body = self._heard.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return 0
        took = time.perf_counter_ns() - self._sent
        if not head.startswith(b"HTTP/1.1 200 ") or b'"SSML"' not in body:
            raise ValueError(f"not answered as it should be: {self._heard[:500]!r}")
        return took


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found is None:
        raise ValueError(f"an answer without its length: {head[:500]!r}")
    return int(found[1])
