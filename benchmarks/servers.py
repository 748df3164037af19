"""Measures the WSGI servers that can be imported, with the skill as it is, and writes the table in docs/serving.md.

    python -m benchmarks.servers [--only NAME …] [--quick]

Each server is started as a process of its own, in local mode, with an SQLite file, one worker and 16 threads, and
settings as near to ours as it has. The clients are raw sockets in this process, which binds to 127.0.0.1 alone. Linux
only. For servers that are not ours: `pip install gunicorn granian cheroot hypercorn` into an environment of your own.
"""

import argparse
import http.client
import json
import os
import platform
import re
import resource
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from itertools import count
from pathlib import Path
from typing import Any

from skill.library.limits import ANSWER_SECONDS, REQUEST_BYTES
from skill.memory.people import PeopleStore
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids
from skill.web import create_app
from skill.web.settings import Settings

PAGE = Path("docs/serving.md")
BEGIN = "<!-- measured: made by `python -m benchmarks.servers` -->"
END = "<!-- end -->"

RUNS = 3
TURNS = 1_500
MANY_TURNS = 20_000
KEPT = (1, 8, 32)
IDLE = 2_000
SLOW = 500
CROWD = 3_000
TRIES = 20
THREADS = 16
TRIED_THREADS = (1, 2, 4, 8, 16, 32)
SLOW_USER = "amzn1.ask.account.SLOW"
SLOW_TURN = 2.0


# The servers, each run by `--run NAME --port PORT` in a process of its own


def application() -> Any:
    """The skill in local mode. One user's turns take two seconds in the store."""
    load = PeopleStore.get_attributes

    def slow(self: PeopleStore, request_envelope: Any) -> Any:
        if request_envelope.context.system.user.user_id == SLOW_USER:
            time.sleep(SLOW_TURN)
        return load(self, request_envelope)

    PeopleStore.get_attributes = slow  # type: ignore[method-assign]
    return create_app(Settings(verify=False, store=os.environ["HIP_COACH_STORE"]))


def run_ours(port: int, threads: int) -> None:
    from skill.web import serving

    with serving.listen("127.0.0.1", port) as listening:
        serving.serve(application(), listening, threads=threads)


def run_ours_twice(port: int, threads: int) -> None:
    from skill.web import serving

    with serving.listen("127.0.0.1", port) as listening:
        serving.serve(application(), listening, workers=2, threads=threads)


def run_waitress(port: int, threads: int) -> None:
    """As it comes, but for the threads."""
    import waitress

    waitress.serve(application(), host="127.0.0.1", port=port, threads=threads, clear_untrusted_proxy_headers=False)


def run_werkzeug(port: int, threads: int) -> None:
    """What `serve` was before: a server for development."""
    from werkzeug.serving import run_simple

    run_simple("127.0.0.1", port, application(), threaded=True)


def run_gunicorn(port: int, threads: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Gunicorn(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in {
                "bind": f"127.0.0.1:{port}", "workers": 1, "worker_class": "gthread", "threads": threads,
                "keepalive": 75, "worker_connections": 4_000, "backlog": 1_024, "graceful_timeout": 9,
            }.items():  # fmt: skip
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application()

    Gunicorn().run()


def run_granian(port: int, threads: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    Granian(
        "benchmarks.servers:application", factory=True, address="127.0.0.1", port=port, interface=Interfaces.WSGI,
        workers=1, blocking_threads=threads, backlog=4_096, backpressure=4_096, workers_kill_timeout=9,
        http1_settings=HTTP1Settings(header_read_timeout=8_000),
    ).serve()  # fmt: skip


def run_cheroot(port: int, threads: int) -> None:
    from cheroot.wsgi import Server

    server = Server(
        ("127.0.0.1", port), application(), numthreads=threads, request_queue_size=1_024, timeout=10, shutdown_timeout=9
    )

    def stop(*_: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    server.safe_start()


def run_hypercorn(port: int, threads: int) -> None:
    from hypercorn.config import Config
    from hypercorn.run import run

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.application_path = "wsgi:benchmarks.servers:application()"
    config.keep_alive_timeout, config.read_timeout, config.graceful_timeout = 75, 8, 9
    config.backlog, config.wsgi_max_body_size, config.workers = 1_024, REQUEST_BYTES + 1, 1
    run(config)


SERVERS: dict[str, tuple[Callable[[int, int], None], str]] = {
    "ours": (run_ours, "waitress"),
    "ours, 2 workers": (run_ours_twice, "waitress"),
    "waitress": (run_waitress, "waitress"),
    "gunicorn": (run_gunicorn, "gunicorn"),
    "granian": (run_granian, "granian"),
    "cheroot": (run_cheroot, "cheroot"),
    "hypercorn": (run_hypercorn, "hypercorn"),
    "werkzeug": (run_werkzeug, "werkzeug"),
}


# The client


def turn(user: str = "amzn1.ask.account.GOOD") -> bytes:
    """A whole HTTP request: "don't wait for me", which is saved."""
    device = Envelopes(Identity(user=user), numbered_ids())
    session = Conversation("amzn1.echo-api.session.1", False, {})
    body = json.dumps(device.intent(session, datetime.now(UTC), "FlowIntent", {}, {})).encode()
    return head(len(body)) + body


def head(length: int, *more: str) -> bytes:
    lines = ("POST /alexa HTTP/1.1", "Host: localhost", "Content-Type: application/json", *more)
    return "\r\n".join((*lines, f"Content-Length: {length}", "", "")).encode()


@dataclass
class Client:
    """One connection that is kept, and asks again as soon as it is answered."""

    connection: socket.socket
    sent_at: float = 0.0
    received: bytes = b""
    missing: int | None = None

    def send(self, request: bytes) -> None:
        self.received, self.missing, self.sent_at = b"", None, time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> bool:
        """Takes what is there; whether the answer is whole now."""
        data = self.connection.recv(65_536)
        if not data:
            raise ConnectionError("closed in the middle of an answer")
        self.received += data
        if self.missing is None and b"\r\n\r\n" in self.received:
            self.missing = _length(self.received)
        return self.missing is not None and len(self.received) >= self.missing

    def wait(self) -> None:
        """Until the answer is whole."""
        while not self.receive():
            pass

    def is_over(self) -> bool:
        """Whether the server closes the connection after this answer."""
        headers = self.received.partition(b"\r\n\r\n")[0].lower()
        return headers.startswith(b"http/1.0") or b"connection: close" in headers


def _length(received: bytes) -> int:
    """How long the answer is, headers and all."""
    headers, _, _ = received.partition(b"\r\n\r\n")
    if headers.split(b" ", 2)[1] != b"200":
        raise ConnectionError(headers.decode("latin-1"))
    length = next(line for line in headers.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(headers) + 4 + int(length.partition(b":")[2])


def load(port: int, connections: int, turns: int) -> tuple[float, list[float]]:
    """Asks so many turns on so many connections: turns a second, and the seconds that each took."""
    requests = [turn(f"amzn1.ask.account.{number}") for number in range(connections)]
    took: list[float] = []
    poll, clients = select.poll(), dict[int, tuple[Client, bytes]]()

    def begin(request: bytes) -> None:
        client = Client(connect(port))
        client.send(request)
        poll.register(client.connection, select.POLLIN)
        clients[client.connection.fileno()] = client, request

    began = time.perf_counter()
    for request in requests:
        begin(request)
    try:
        while len(took) < turns:
            for file, _ in poll.poll(20_000) or never():
                client, request = clients[file]
                if not client.receive():
                    continue
                took.append(time.perf_counter() - client.sent_at)
                if client.is_over():
                    poll.unregister(file)
                    clients.pop(file)[0].connection.close()
                    begin(request)
                else:
                    client.send(request)
        return len(took) / (time.perf_counter() - began), took
    finally:
        for client, _ in clients.values():
            client.connection.close()


def never() -> Any:
    raise TimeoutError("no answer within 20 s")


def connect(port: int, seconds: float = 20) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), seconds)


def good_client(port: int) -> "Seen":
    """A good client among bad ones: it comes anew for each turn, and waits as long as Alexa does."""
    seen = Seen()
    for _ in range(TRIES):
        began = time.perf_counter()
        try:
            with connect(port, ANSWER_SECONDS) as connection:
                client = Client(connection)
                client.send(turn())
                client.wait()
            seen.took.append(time.perf_counter() - began)
        except OSError:
            seen.failed += 1
            if seen.failed == 2:
                break
    return seen


@dataclass
class Seen:
    """What a good client saw."""

    took: list[float] = field(default_factory=list)
    failed: int = 0

    def __str__(self) -> str:
        if self.failed:
            return f"**not answered** ({len(self.took)} of {len(self.took) + self.failed})"
        return f"{milliseconds(statistics.median(self.took))}, worst {milliseconds(max(self.took))}"


# A server under test


@contextmanager
def running(name: str, folder: Path, threads: int = THREADS) -> Iterator["Process"]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "HIP_COACH_VERIFY": "off", "HIP_COACH_STORE": f"sqlite:///{folder}/people.sqlite3"}
    log = (folder / f"{name}.log").open("w")
    command = [
        sys.executable,
        "-m",
        "benchmarks.servers",
        "--run",
        name,
        "--port",
        str(port),
        "--threads",
        str(threads),
    ]
    with log, subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True) as process:
        found = Process(process, port, time.perf_counter())
        try:
            found.wait_until_up()
            yield found
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a session of its own: nobody else is in it


@dataclass
class Process:
    process: subprocess.Popen[bytes]
    port: int
    began: float
    start: float = 0.0

    def wait_until_up(self) -> None:
        while True:
            with suppress(OSError), connect(self.port) as connection:
                client = Client(connection)
                client.send(turn())
                client.wait()
                break
            if self.process.poll() is not None or time.perf_counter() - self.began > 30:
                raise RuntimeError("it does not start")
            time.sleep(0.02)
        self.start = time.perf_counter() - self.began

    def megabytes(self) -> float:
        """What it and its workers hold in memory, what they share counted once."""
        return sum(_pss(pid) for pid in _family(self.process.pid)) / 1_024


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss:")))


# What is measured


def speed(server: Process, turns: int) -> dict[str, str]:
    """Three runs at each number of connections, after a first one that does not count."""
    load(server.port, 8, turns // 3)
    rows = {}
    for connections in KEPT:
        try:
            runs = [load(server.port, connections, turns) for _ in range(RUNS)]
        except OSError as fault:
            rows[f"{connections} kept: turns/s"] = f"**fails** ({fault})"
            continue
        rates = [rate for rate, _ in runs]
        took = sorted(seconds for _, all_of_them in runs for seconds in all_of_them)
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        rows[f"{connections} kept: turns/s"] = f"{statistics.median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f})"
        rows[f"{connections} kept: p50, p99"] = f"{milliseconds(p50)}, {milliseconds(p99)}"
    return rows


def memory(server: Process, turns: int) -> dict[str, str]:
    before = server.megabytes()
    load(server.port, 8, turns)
    return {f"MB at start, after {turns:,} turns": f"{before:.0f}, {server.megabytes():.0f}"}


def with_idle(server: Process) -> str:
    """Connections that say nothing."""
    with ExitStack() as held:
        try:
            for _ in range(IDLE):
                held.enter_context(connect(server.port, 3))
        except OSError as fault:
            return f"**refuses connections** ({fault})"
        return f"{good_client(server.port)}; {server.megabytes():.0f} MB"


def with_slow(server: Process, where: int) -> str:
    """Connections that have sent all but `where` bytes of a turn, or so many, and go on with a byte each second."""
    request = turn()
    stuck = request[:where]
    with ExitStack() as held:
        slow: list[socket.socket] = []
        try:
            for _ in range(SLOW):
                slow.append(held.enter_context(connect(server.port, 3)))
                slow[-1].sendall(stuck)
        except OSError as fault:
            return f"**refuses connections** ({fault})"
        dripping = os.fork()
        if not dripping:
            drip(slow, request[where:])
        try:
            time.sleep(1.5)
            return str(good_client(server.port))
        finally:
            os.kill(dripping, signal.SIGKILL)
            os.waitpid(dripping, 0)


def drip(slow: list[socket.socket], rest: bytes) -> None:
    """A process that drips until it is killed."""
    for at in count():
        for connection in slow:
            with suppress(OSError):
                connection.send(rest[at % (len(rest) - 9)].to_bytes(), socket.MSG_DONTWAIT)
        time.sleep(1)


def with_crowd(server: Process) -> str:
    """A turn on each of very many connections, all at the same moment: who is answered while somebody listens?"""
    request, began = turn(), time.perf_counter()
    answered: list[float] = []
    otherwise: Counter[str] = Counter()
    poll, waiting = select.poll(), dict[int, Client]()
    with ExitStack() as held:
        try:
            for _ in range(CROWD):
                client = Client(held.enter_context(connect(server.port, 3)))
                poll.register(client.connection, select.POLLIN)
                waiting[client.connection.fileno()] = client
        except OSError as fault:
            return f"**refuses connections** ({fault})"
        for client in waiting.values():
            client.send(request)
        while waiting and time.perf_counter() - began < 30:
            for file, _ in poll.poll(1_000):
                client = waiting[file]
                try:
                    if not client.receive():
                        continue
                    answered.append(time.perf_counter() - client.sent_at)
                except OSError as fault:
                    otherwise[str(fault).split("\r")[0].removeprefix("HTTP/1.1 ")] += 1
                poll.unregister(file)
                del waiting[file]
    if waiting:
        otherwise["not answered within 30 s"] = len(waiting)
    late = sum(seconds > ANSWER_SECONDS for seconds in answered)
    told = "".join(f", {number} {what}" for what, number in otherwise.items())
    return f"{len(answered) - late} in time, {late} too late{told}"


def with_leavers(server: Process) -> str:
    """Clients that hang up in the middle of the body, or before the answer."""
    request = turn()
    for sent in (request[:-30], request) * 50:
        with connect(server.port) as connection:
            connection.sendall(sent)
    return str(good_client(server.port))


def stopping(server: Process) -> dict[str, str]:
    """SIGTERM while a turn is under way, beside a connection that is kept."""
    with connect(server.port) as idle, connect(server.port) as connection:
        Client(idle).send(turn())
        client = Client(connection)
        client.send(turn(SLOW_USER))
        time.sleep(0.5)
        began = time.perf_counter()
        server.process.send_signal(signal.SIGTERM)
        try:
            client.wait()
            answered = "answered"
        except OSError:
            answered = "**cut off**"
        try:
            status = server.process.wait(20)
        except subprocess.TimeoutExpired:
            return {"SIGTERM during a turn of 2 s": f"{answered}, **does not end within 20 s**"}
        took = time.perf_counter() - began
    return {"SIGTERM during a turn of 2 s": f"{answered}, status {status} after {took:.1f} s"}


def refusals(server: Process) -> dict[str, str]:
    body = b"{}"
    too_much = REQUEST_BYTES + 1
    chunked = head(0, "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    return {
        "too large, only its headers sent": told(server, head(too_much)),
        "too large, sent whole": told(server, head(too_much) + b"x" * too_much),
        "too large, in chunks": told(server, chunked + b"%x\r\n%s\r\n0\r\n\r\n" % (too_much, b"x" * too_much)),
        "too large, asks whether to send it": told(server, head(too_much, "Expect: 100-continue")),
        "two Content-Lengths": told(server, head(2, "Content-Length: 3") + body + b" "),
        "Content-Length and chunked": told(server, head(2, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n"),
        "a garbage request line": told(server, b"hello\r\n\r\n"),
        "Server header": told(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", header=True),
    }


def told(server: Process, sent: bytes, header: bool = False) -> str:
    """What a client is told: the status, and what kind of body."""
    with connect(server.port, 3) as connection:
        try:
            connection.sendall(sent)
            response = http.client.HTTPResponse(connection)
            response.begin()
            response.read()
        except TimeoutError:
            return "nothing within 3 s"
        except (OSError, http.client.HTTPException):
            return "closed without a word"
    if header:
        return response.headers["Server"] or "none"
    kind = (response.headers["Content-Type"] or "no type").partition(";")[0].rpartition("/")[2]
    continues = "100, then " if response.debuglevel else ""
    return f"{continues}{response.status} {kind}"


def weight(package: str) -> str:
    """Megabytes on disk of a package and of what it needs beyond the skill's own, and how many packages that is."""
    wanted, todo = dict[str, float](), [package]
    while todo:
        name = todo.pop()
        if name not in wanted and (name not in OURS or name == package):
            found = distribution(name)
            wanted[name] = sum(_bytes(file) for file in found.files or ())
            todo += [needed for line in found.requires or () if _installed(needed := _name(line))]
    return f"{sum(wanted.values()) / 1e6:.1f} MB, {len(wanted)}"


OURS = ("click", "flask", "jinja2", "werkzeug", "markupsafe", "itsdangerous", "blinker", "typing_extensions")
"""Packages that the skill needs anyway."""


def _name(requirement: str) -> str:
    """The package that a line of requirements names; none for one that only an extra needs."""
    return "none" if "extra ==" in requirement else re.split(r"[^\w.-]", requirement)[0]


def _bytes(file: Any) -> int:
    path = Path(str(file.locate()))
    return path.stat().st_size if path.suffix != ".pyc" and path.exists() else 0


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def measured(name: str, quick: bool) -> dict[str, str]:
    """All of it, for one server; started anew for each thing that may harm it."""
    package = SERVERS[name][1]
    rows = {"version": version(package), "on disk, packages": weight(package)}

    def part(work: Callable[[Process], Any]) -> Any:
        with tempfile.TemporaryDirectory() as folder, running(name, Path(folder)) as server:
            rows.setdefault("first answer after", f"{server.start:.1f} s")
            return work(server)

    rows |= part(lambda server: memory(server, TURNS if quick else MANY_TURNS))
    rows |= part(lambda server: speed(server, TURNS // 5 if quick else TURNS))
    rows[f"among {IDLE:,} idle connections"] = part(with_idle)
    rows[f"among {SLOW} slow in their headers"] = part(lambda server: with_slow(server, 40))
    rows[f"among {SLOW} slow in their body"] = part(lambda server: with_slow(server, -200))
    rows[f"{CROWD:,} turns at once"] = part(with_crowd)
    rows["after 100 hung up"] = part(with_leavers)
    rows |= part(stopping)
    rows |= part(refusals)
    return rows


def by_threads() -> str:
    """Ours, with other numbers of threads."""
    lines = ["| threads | 8 kept: turns/s | 32 kept: turns/s | p99 of 32 |", "|---|---|---|---|"]
    for threads in TRIED_THREADS:
        with tempfile.TemporaryDirectory() as folder, running("ours", Path(folder), threads) as server:
            rows = speed(server, TURNS)
        p99 = rows["32 kept: p50, p99"].partition(", ")[2]
        lines.append(f"| {threads} | {rows['8 kept: turns/s']} | {rows['32 kept: turns/s']} | {p99} |")
    return "\n".join(lines) + "\n"


def importable() -> list[str]:
    return [name for name, (_, package) in SERVERS.items() if _installed(package)]


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


# The page


def main() -> None:
    asked = _asked()
    if asked.run:
        SERVERS[asked.run][0](asked.port, asked.threads)
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_000), hard))
    before = os.getloadavg()[0]
    results = {}
    for name in asked.only or importable():
        print(f"{name} …", file=sys.stderr, flush=True)
        results[name] = measured(name, asked.quick)
        print(json.dumps(results[name], ensure_ascii=False), file=sys.stderr, flush=True)
    table = written(results, before)
    print(table)
    if not (asked.quick or asked.only):
        table += f"\nOurs with other numbers of threads, one worker:\n\n{by_threads()}"
        page = PAGE.read_text("utf-8")
        head_, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{head_}{BEGIN}\n{table}{END}{rest.partition(END)[2]}", "utf-8")


def _asked() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", nargs="+", choices=SERVERS, help="these alone; the page is not written")
    arguments.add_argument("--quick", action="store_true", help="fewer turns; the page is not written")
    arguments.add_argument("--run", choices=SERVERS, help=argparse.SUPPRESS)
    arguments.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    return arguments.parse_args()


def written(results: dict[str, dict[str, str]], load_before: float) -> str:
    names = list(results)
    what = list(dict.fromkeys(row for rows in results.values() for row in rows))
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    lines += [f"| {row} | {' | '.join(results[name].get(row, '') for name in names)} |" for row in what]
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return (
        f"Taken on {datetime.now(UTC):%Y-%m-%d} on {machine}, client and server on the same machine; load average\n"
        f"before {load_before:.1f}. Turns a second: the median of {RUNS} runs, and the least and the most.\n\n"
        + "\n".join(lines)
        + "\n"
    )


if __name__ == "__main__":
    main()
