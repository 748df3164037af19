"""The server: who is slow, rude or gone costs nobody else anything, and it stops without cutting anybody off."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import law
import pytest

from skill import __version__
from skill.library.limits import REQUEST_BYTES
from skill.web import serving

SECONDS = 30
"""How long a good client waits at most. It never has to; a server that hangs fails its test."""

LAUNCH = json.dumps(law.envelope("launch")).encode()

LONG = 8_000_000
"""Bytes of an answer: more than a system takes from us before they are read. No sound has more than a million."""

SLOW = """
import os, sys
from skill.web import serving
from skill.web.settings import Settings
from skill.web import create_app

app = create_app(Settings(verify=False, store=sys.argv[1]))
store = app.extensions["hip-coach"].store
load = store.recall

def slow(*asking):
    print("begun", os.getpid(), flush=True)
    os.read(0, 1)
    return load(*asking)

store.recall = slow
serving.STOP_SECONDS = float(sys.argv[3])
with serving.listen("127.0.0.1", 0) as listening:
    print(serving.address(listening), flush=True)
    serving.serve(app, listening, workers=int(sys.argv[2]))
"""
"""A server whose store says when it is asked, and answers when it is told to."""


@contextmanager
def process(*words: str, errors: IO[str] | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of its own, and its port."""
    environment = {**os.environ, "HIP_COACH_VERIFY": "off", "HIP_COACH_STORE": "memory:"}
    with subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors or subprocess.DEVNULL,  # not a pipe, which might fill
        text=True,
        env=environment,
        start_new_session=True,
    ) as running:
        try:
            yield running, int(re.findall(r":(\d+)", heard(running))[0])
        finally:
            running.kill()


def heard(running: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert running.stdout
    return running.stdout.readline()


def told(running: subprocess.Popen[str]) -> None:
    """Let the slow store go on."""
    assert running.stdin
    running.stdin.write("\n")
    running.stdin.flush()


def begun(running: subprocess.Popen[str], connection: socket.socket) -> int:
    """Begin a turn that the slow store keeps waiting; returns which process has it."""
    connection.sendall(TURN)
    word, pid = heard(running).split()
    assert word == "begun"
    return int(pid)


def slow(store: Path, workers: str = "1", seconds: str = "30", **more: Any) -> Any:
    """That server, with a store in a file, and so much time to stop."""
    return process("-c", SLOW, f"sqlite:///{store}", workers, seconds, **more)


@contextmanager
def within(app: Any, threads: int = 4) -> Iterator[int]:
    """A server in a thread of this process, and its port."""
    with serving.listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        server = serving.Server(app, listening, threads)
        thread = Thread(target=server.work)
        thread.start()
        try:
            yield port
        finally:
            server.stop()
            thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The skill, as `make serve` has it."""
    with process("-m", "skill", "serve", "--port", "0") as (_, port):
        yield port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), SECONDS)


def head(length: int, *more: str) -> bytes:
    """The headers of a request to the skill."""
    lines = ("POST /alexa HTTP/1.1", "Host: localhost", "Content-Type: application/json", *more)
    return "\r\n".join((*lines, f"Content-Length: {length}", "", "")).encode()


TURN = head(len(LAUNCH)) + LAUNCH
CHUNKED = head(0, "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
IN_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(LAUNCH), LAUNCH)


def answer(connection: socket.socket) -> tuple[http.client.HTTPResponse, bytes]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response, response.read()


def ask(port: int, sent: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    with connect(port) as connection:
        connection.sendall(sent)
        return answer(connection)


def is_well(port: int) -> None:
    """A good client is answered, by the skill."""
    response, body = ask(port, TURN)
    assert response.status == 200
    assert "outputSpeech" in json.loads(body)["response"]


def is_closed(connection: socket.socket) -> bool:
    """Waits until the other side has closed the connection without a word."""
    return received(connection, 1) == 0


def received(connection: socket.socket, most: int = LONG * 100) -> int:
    """Reads what there still is, until the other side closes: how many bytes."""
    read = 0
    with suppress(ConnectionError):
        while read < most and (some := connection.recv(65_536)):
            read += len(some)
    return read


def is_refused(port: int) -> bool:
    """Waits until nobody takes a connection any more."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            connect(port).close()
        except ConnectionError:
            return True
    return False


def refused(answered: tuple[http.client.HTTPResponse, bytes], status: int) -> None:
    """It is refused by a few words that name no software."""
    response, body = answered
    assert response.status == status
    assert len(body) < 200
    assert tells_nothing(response, body)


def tells_nothing(response: http.client.HTTPResponse, body: bytes) -> bool:
    """Nobody learns what serves, nor which version of it."""
    text = f"{response.headers}{body.decode()}".lower()
    return response.headers["Server"] is None and not any(name in text for name in ("waitress", "python", "werkzeug"))


# Answering


def test_a_turn_is_answered_and_the_connection_kept(port: int) -> None:
    with connect(port) as connection:
        for _ in range(3):
            connection.sendall(TURN)
            response, _ = answer(connection)
            assert response.status == 200
            assert tells_nothing(response, b"")  # what Alexa reads is another matter


def test_two_requests_at_once_are_answered_in_their_order(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(TURN + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        first, second = b"".join(iter(lambda: connection.recv(65_536), b"")).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert b"outputSpeech" in first
    assert json.loads(second.partition(b"\r\n\r\n")[2])["version"] == __version__


def test_a_body_may_come_in_chunks(port: int) -> None:
    response, _ = ask(port, CHUNKED + IN_CHUNKS)
    assert response.status == 200


def test_who_asks_whether_to_go_on_is_told_to(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(head(len(LAUNCH), "Expect: 100-continue"))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(LAUNCH)
        assert answer(connection)[0].status == 200


def test_what_was_forwarded_is_still_seen_to_be(port: int) -> None:
    refused_here, body = ask(port, TURN.replace(b"Host:", b"X-Forwarded-For: 8.8.8.8\r\nHost:"))
    assert refused_here.status == 403
    assert b"forwarded" in body


# Bad clients


def test_hanging_up_harms_nobody(port: int) -> None:
    for sent in (TURN[:30], TURN[:-30], TURN) * 40:
        with connect(port) as connection:
            connection.sendall(sent)
    is_well(port)


def test_two_thousand_open_connections_are_held(port: int) -> None:
    with ExitStack() as held:
        held.callback(more_files(2_300))
        idle = [held.enter_context(connect(port)) for _ in range(2_000)]
        is_well(port)
        for connection in (idle[0], idle[-1]):
            connection.sendall(TURN)
            assert answer(connection)[0].status == 200


def more_files(wanted: int) -> Callable[[], None]:
    """Lets this process hold so many files; returns what undoes it."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"this system lets nobody hold more than {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_slow_clients_hold_no_thread(port: int) -> None:
    with ExitStack() as held:
        slow = [held.enter_context(connect(port)) for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(TURN[: 40 if number % 2 else -40])
        is_well(port)
        for number, connection in enumerate(slow):
            connection.sendall(TURN[40:41] if number % 2 else TURN[-40:-39])
        is_well(port)
        slow[0].sendall(TURN[-39:])
        assert answer(slow[0])[0].status == 200


def test_who_does_nothing_at_all_is_let_go_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "IDLE_SECONDS", 1)
    with within(hello) as port, connect(port) as idle:
        assert is_closed(idle)


def hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


# Who asks and does not read


def long(environ: Any, start_response: Any) -> list[bytes]:
    body = b"x" * (LONG if environ["PATH_INFO"] == "/sound" else 5)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


SOUND = b"GET /sound HTTP/1.1\r\nHost: localhost\r\n\r\n"


def are_answered(port: int) -> None:
    """Whoever asks for little has it soon."""
    for _ in range(20):
        began = time.monotonic()
        assert len(ask(port, GET)[1]) == 5
        assert time.monotonic() - began < 8


@pytest.mark.parametrize("asked", [1, 20], ids=["one each", "twenty each"])
def test_who_asks_for_sounds_and_never_reads_keeps_nobody_waiting(asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "UNREAD_SECONDS", 2.0)
    with within(long) as port, ExitStack() as held:
        rude = [held.enter_context(unreading(port, SOUND * asked)) for _ in range(16)]
        are_answered(port)
        Event().wait(4)  # longer than anybody may leave an answer unread: that is the case in question
        for connection in rude:
            assert received(connection) < asked * LONG
        assert len(ask(port, SOUND)[1]) == LONG


@contextmanager
def unreading(port: int, sent: bytes) -> Iterator[socket.socket]:
    """A connection that takes hardly anything of what is answered."""
    with socket.socket() as connection:
        connection.settimeout(SECONDS)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(sent)
        yield connection


def test_who_reads_slowly_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "UNREAD_SECONDS", 3.0)
    with within(long) as port, connect(port) as slow:
        slow.sendall(SOUND)
        read, began = 0, time.monotonic()
        while read < LONG:
            some = slow.recv(150_000)
            assert some
            read += len(some)
            Event().wait(0.1)  # so that all of it takes longer than nothing may be read
        assert time.monotonic() - began > serving.UNREAD_SECONDS


def test_behind_the_proxy_of_the_documentation_who_does_not_read_is_its_concern(tmp_path: Path) -> None:
    """It takes the whole answer off our hands, and waits by itself for whoever is slow to send or to read."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    with within(long) as port, behind(nginx, port, tmp_path) as proxy, ExitStack() as held:
        rude = [held.enter_context(unreading(proxy, SOUND * 20)) for _ in range(16)]
        slow = [held.enter_context(connect(proxy)) for _ in range(100)]
        for connection in slow:
            connection.sendall(TURN[:-40])
        are_answered(proxy)
        assert len(ask(proxy, SOUND)[1]) == LONG
        assert len(rude) == 16
        for crafted in SMUGGLED:
            assert ask(proxy, crafted)[0].status == 400


SMUGGLED = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    head(len(LAUNCH), f"Content-Length: {len(LAUNCH) + 1}") + LAUNCH,
    head(len(LAUNCH), "Transfer-Encoding: chunked") + IN_CHUNKS,
    CHUNKED.replace(b": chunked", b": chunked\r\nTransfer-Encoding: chunked") + IN_CHUNKS,
)
"""Two Hosts, two lengths, a length and chunks, two encodings: each side might read them otherwise."""


@contextmanager
def behind(nginx: str, port: int, folder: Path) -> Iterator[int]:
    """A proxy before that port, with the lines of docs/serving.md and what makes it run here; its own port."""
    page = (Path(__file__).parent.parent / "docs" / "serving.md").read_text(encoding="utf-8")
    (location,) = re.findall(r"^    (location / \{\n.*?^    \})", page, re.MULTILINE | re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    ours = "user root; " if os.geteuid() == 0 else ""  # else its workers may not write where it keeps long answers
    (folder / "nginx.conf").write_text(
        f"{ours}daemon off; pid {folder}/pid; error_log stderr; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; {places}\nserver {{ listen 127.0.0.1:{own};\n"
        f"{location.replace('127.0.0.1:5000', f'127.0.0.1:{port}')}\n}} }}\n"
    )
    command = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]
    with (folder / "errors").open("w") as errors, subprocess.Popen(command, stderr=errors) as running:
        try:
            until = time.monotonic() + SECONDS
            while time.monotonic() < until and running.poll() is None:
                with suppress(ConnectionRefusedError):
                    connect(own).close()
                    break
                Event().wait(0.05)
            yield own
        finally:
            running.terminate()


# What is refused before the app sees it


def test_too_large_a_request_is_refused(port: int) -> None:
    much = b"x" * (2 * REQUEST_BYTES)
    for sent, status in (
        (head(len(much)) + much, 413),
        (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(much), much), 413),
        (head(0, f"X: {'x' * serving.HEADER_BYTES}"), 431),
        (head(REQUEST_BYTES) + much[:REQUEST_BYTES], 400),  # just small enough: the app finds that it is no JSON
    ):
        refused(ask(port, sent), status)
        is_well(port)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /\x00 HTTP/9.9.9\r\n\r\n", 400),
        (b"POST /alexa HTTP/1.1\nHost: localhost\n\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        (head(len(LAUNCH), f"Content-Length: {len(LAUNCH) + 1}") + LAUNCH + b" ", 400),
        (head(len(LAUNCH), f"Content-Length: {len(LAUNCH)}") + LAUNCH, 400),
        (TURN.replace(b"Content-Length: ", b"Content-Length: -"), 400),
        (TURN.replace(b"Content-Length: ", b"Content-Length: +"), 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (head(len(LAUNCH), "Transfer-Encoding: gzip") + LAUNCH, 501),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(sent: bytes, status: int, port: int) -> None:
    refused(ask(port, sent), status)
    is_well(port)


# Stopping


@pytest.mark.parametrize(("sign", "workers"), [(signal.SIGTERM, "1"), (signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_a_turn_under_way_is_finished_before_it_stops(sign: signal.Signals, workers: str, tmp_path: Path) -> None:
    """The store is closed then. One process lets go of who is idle at once; several as their supervisor sees fit."""
    store = tmp_path / "people.sqlite3"
    with slow(store, workers) as (running, port), connect(port) as idle, connect(port) as connection:
        begun(running, connection)
        os.killpg(running.pid, sign)
        if workers == "1":
            assert is_closed(idle)
            assert is_refused(port)
        told(running)
        assert answer(connection)[0].status == 200
        assert is_closed(connection)
        assert running.wait(SECONDS) == 0
    assert store.exists()
    assert not Path(f"{store}-wal").exists()


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with slow(tmp_path / "people.sqlite3", "2") as (running, port):
        with connect(port) as connection:
            os.kill(begun(running, connection), signal.SIGKILL)
            assert is_closed(connection)
        for _ in range(2):
            with connect(port) as connection:
                begun(running, connection)
                told(running)
                assert answer(connection)[0].status == 200
        running.terminate()
        assert running.wait(SECONDS) == 0


def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    with slow(tmp_path / "people.sqlite3", "2") as (running, port):
        with connect(port) as connection:
            begun(running, connection)
            running.kill()
            told(running)
            assert answer(connection)[0].status == 200
        assert is_refused(port)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_turn_that_never_ends_does_not_keep_it_from_stopping(workers: str, tmp_path: Path) -> None:
    with (
        (tmp_path / "log").open("w+") as errors,
        slow(tmp_path / "people.sqlite3", workers, "0.1", errors=errors) as (running, port),
        connect(port) as connection,
    ):
        begun(running, connection)
        running.terminate()
        assert is_closed(connection)
        assert running.wait(SECONDS) == 0
    assert workers == "2" or "1 turns did not come to their end" in (tmp_path / "log").read_text()


# Where it listens


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_it_says_where_it_listens(host: str) -> None:
    try:
        listening = serving.listen(host, 0)
    except serving.CannotListen:
        if host == "::1":
            pytest.skip("this system has no IPv6")
        raise
    with closing(listening):
        port = listening.getsockname()[1]
        assert serving.address(listening) in (f"http://127.0.0.1:{port}", f"http://[::1]:{port}")


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_it_cannot_listen_elsewhere(host: str) -> None:
    with pytest.raises(serving.CannotListen, match=f"Cannot listen on {host}, port 0: "):
        serving.listen(host, 0)


def test_a_port_that_is_taken_is_named(port: int) -> None:
    with pytest.raises(serving.CannotListen, match=f"port {port}: .*in use.*--port"):
        serving.listen("127.0.0.1", port)


def test_who_listens_to_others_is_told_to_have_a_proxy(caplog: pytest.LogCaptureFixture) -> None:
    serving.listen("127.0.0.1", 0).close()
    assert not caplog.records
    with suppress(serving.CannotListen):
        serving.listen("192.0.2.1", 0).close()
    assert "let nobody reach it but a proxy" in caplog.text
