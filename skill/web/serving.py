"""Serves the app over HTTP with waitress: slow senders hold no thread, and whoever says stop waits for turns under way.

Waitress reads each request whole, in one thread, before another thread answers it. What it leaves open is decided here:
how long a request may take to come, how long it may wait for a thread, how refusals look, and how to stop. Why it is
waitress, and where these figures come from, is told in docs/serving.md. TLS is the work of a proxy or a tunnel.
"""

import gc
import json
import logging
import os
import re
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from skill.library.limits import ANSWER_SECONDS, REQUEST_BYTES

log = logging.getLogger(__name__)

THREADS = 16
"""Turns answered at the same time by one process. A turn is a millisecond of work; the rest waits for the disk, or up
to a second for Amazon to tell a time zone."""

CONNECTIONS = 4_000
"""Connections that one process holds. As many turns as that are answered in about QUEUE_SECONDS."""

FILES = 200
"""Files kept free beside the connections: the store's, the sounds', the logs'."""

REQUEST_SECONDS = float(ANSWER_SECONDS)
"""How long a request may take to come, from its first byte to its last: later, nobody is waiting for its answer."""

IDLE_SECONDS = 75
"""How long a connection may do nothing. Load balancers close theirs after 60 by default, and must be the first to."""

QUEUE_SECONDS = 5.0
"""How long a request may wait for a thread. Alexa's eight seconds also hold the way here and back, and the turn itself,
which may wait a second for the store to load, and another to save."""

STOP_SECONDS = 8.5
"""How long turns under way may take once we are told to stop. Whoever stops us is to allow ten seconds."""

GRACE_SECONDS = 1.0
"""How long, once told to stop, a request that has only begun to come is waited for."""

LINGER_SECONDS = 2.0
"""How long what a refused sender still sends is thrown away, so that it can read why: a connection that is closed while
more is coming is reset, and the answer with it (RFC 9112, 9.6)."""

LINGER_BYTES = 1_000_000
"""How much of it is thrown away at most."""

HEADER_BYTES = 16 * 1_024
"""Bytes of a request's headers; Alexa's have about one thousand."""

BACKLOG = 1_024
"""Connections that the system holds until we take them."""

TAKEN_AT_ONCE = 64
"""Connections taken in one round of the loop, each of which looks at all the connections there are."""

WITHOUT_POLL = 450
"""Connections where there is no poll(): select() on Windows takes 512 sockets."""

BRAKE_SECONDS = 1.0
"""How long to wait before a worker that has died is replaced."""


class CannotListen(Exception):
    """The address cannot be listened on; says why, and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; who comes is held by the system until `serve` answers.

    Args:
        host: a name or an address of this machine.
        port: 0 takes any that is free.

    Raises:
        CannotListen: the port is taken, or the address is none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as fault:
        raise CannotListen(
            f"Cannot listen on {host}, port {port}: {fault.strerror}. "
            "If something else has the port, stop that, or choose another one with --port."
        ) from fault


def address(listening: socket.socket) -> str:
    """Where a socket listens, as one types it into a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Flask, listening: socket.socket, *, workers: int = 1, threads: int = THREADS) -> None:
    """Serve the app until SIGTERM or Ctrl-C; then finish the turns under way, and close the socket and the store.

    To be called in the main thread, because signals arrive there.

    Args:
        app: what `create_app()` made.
        listening: what `listen()` gave.
        workers: processes that answer; more than one needs a system that can fork, and a store that they can share.
        threads: turns that each of them answers at the same time.
    """
    if workers == 1:
        _work(app, listening, threads)
    else:
        parent = os.getpid()
        _supervise(workers, lambda: _work(app, listening, threads, parent), listening.close)


def _work(app: Flask, listening: socket.socket, threads: int, parent: int | None = None) -> None:
    """Answer requests until told to stop, or until the parent process, if one is given, has gone."""
    server = Server(app, listening, threads)
    with _on_stop(server.stop):
        try:
            server.work(lambda: parent is None or os.getppid() == parent)
        finally:
            app.extensions["hip-coach"].store.close()


@contextmanager
def _on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """While the block runs, SIGTERM and Ctrl-C call `stop`, once; Ctrl-C a second time ends the process."""

    def told(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a supervisor may tell the parent and the workers
        if signal.getsignal(signal.SIGINT) == told:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, told)
    _let_signals_in()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# The server


class Rarely(logging.Filter):
    """Lets a warning through once a minute: at its limit of connections, waitress has one for each of them."""

    def __init__(self, seconds: float = 60.0) -> None:
        """Takes how long a message stays away."""
        super().__init__()
        self._seconds = seconds
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR:
            return True
        due = self._said.get(str(record.msg), float("-inf")) + self._seconds
        if record.created < due:
            return False
        self._said[str(record.msg)] = record.created
        return True


wire = logging.getLogger(f"{__name__}.waitress")
"""What waitress has to tell, among what we tell."""
wire.setLevel(logging.WARNING)
wire.addFilter(Rarely())


class Reader(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads a request, and refuses what a proxy before us may have read otherwise: so requests are smuggled in."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)  # two lengths that differ, or agree, are refused there
        if "TRANSFER_ENCODING" in self.headers:  # left there by version 1.0, which has none
            raise ParsingError("Transfer-Encoding is not of this version")
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
        if self.chunked and [found.strip(b" \t").lower() for found in _ENCODING.findall(header_plus)] != [b"chunked"]:
            raise ParsingError("Transfer-Encoding is said twice")
        if "," in self.headers.get("HOST", ""):
            raise ParsingError("there are two Hosts")


_ENCODING = re.compile(rb"\r\ntransfer-encoding:([^\r\n]*)", re.IGNORECASE)


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """The answer to what is no request, or comes at a bad time: small JSON, as the app's own refusals are."""

    def service(self) -> None:
        with suppress(ClientDisconnected):
            super().service()

    def execute(self) -> None:
        error = self.request.error
        body = json.dumps({"error": f"{error.reason}."}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.refused = True
        self.write(body)


class Overload(Error):  # type: ignore[misc]  # waitress has no types
    """A request waited so long for a thread that its answer would come too late."""

    code = 503
    reason = "Service Unavailable"


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection, with what waitress does not know of it.

    Attributes:
        begun: when the first byte of a request came that is not there yet as a whole; None if there is none.
        whole: when the last request was there as a whole.
        refused: whether the last request was refused before all of it had come.
        lingering: since when what still comes is thrown away; None before that.
        thrown_away: bytes of it.
    """

    parser_class = Reader
    logger = wire
    error_task_class = Refusal
    begun: float | None = None
    whole: float = 0.0
    refused = False
    lingering: float | None = None
    thrown_away = 0

    def received(self, data: bytes) -> bool:
        if self.begun is None:
            self.begun = time.monotonic()
        return bool(super().received(data))  # if the request is whole now, this calls Server.add_task

    def send_continue(self) -> None:
        """Asks for the body, unless it is known already that it will not be read, or that there is none."""
        if self.request.error or self.request.body_rcv is None:
            self.request.expect_continue = False
        else:
            super().send_continue()

    def service(self) -> None:
        """Answers a request, in one of the threads."""
        if time.monotonic() - self.whole > QUEUE_SECONDS:
            self.requests[0].error = Overload("")
        super().service()

    def writable(self) -> bool:
        """Whether there is something to send that no thread is about to send itself.

        Without this the loop goes round and round while a thread is sending, and takes the interpreter from it.
        """
        if self.requests and not self.will_close and self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return False
        return bool(super().writable())

    def readable(self) -> bool:
        return self.lingering is not None or bool(super().readable())

    def handle_read(self) -> None:
        if self.lingering is None:
            super().handle_read()
            return
        self.thrown_away += len(self.recv(self.adj.recv_bytes))  # it closes by itself where there is no more
        if self.thrown_away > LINGER_BYTES:
            self.will_close = True

    def handle_write(self) -> None:
        if not (self.refused and self.close_when_flushed) or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.connected and not self.total_outbufs_len:
            self._linger()

    def _linger(self) -> None:
        self.close_when_flushed = False
        self.lingering = time.monotonic()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # the other side has gone
            self.will_close = True

    def is_idle(self) -> bool:
        """Whether nothing is under way on this connection."""
        return not (self.requests or self.total_outbufs_len) and self.begun is None and self.lingering is None

    def is_late(self, now: float) -> bool:
        """Whether a request takes too long to come, or what was refused does."""
        begun_late = self.begun is not None and now - self.begun > REQUEST_SECONDS
        return begun_late or (self.lingering is not None and now - self.lingering > LINGER_SECONDS)

    def may_go(self, now: float) -> bool:
        """Once we are told to stop: whether nobody is waiting for an answer here."""
        if self.begun is not None and now - self.begun > GRACE_SECONDS:
            return True
        return self.is_idle() and time.time() - self.creation_time > GRACE_SECONDS


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """One process that answers."""

    channel_class = Channel
    logger = wire

    def __init__(self, app: Any, listening: socket.socket, threads: int = THREADS) -> None:
        """Starts the threads; nothing is answered before `work`.

        Args:
            app: a WSGI app.
            listening: the socket, which `work` closes at its end.
            threads: turns answered at the same time.
        """
        self._told = False
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.queue_logger.setLevel(logging.ERROR)  # it would write a line for each request that waits
        dispatcher.logger = wire
        dispatcher.set_thread_count(threads)
        kind = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(app, {}, True, listening, dispatcher, _adjustments(listening), kind, bind_socket=False)

    def stop(self) -> None:
        """Have `work` come to its end. May be called from any thread, and from a signal handler."""
        self._told = True
        self.pull_trigger()

    def work(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Answer requests until told to stop, or no longer wanted; then finish the turns under way."""
        while not self._told and wanted():
            self._round(1.0)
        self.handle_accept()  # who has come already may have sent a request
        wasyncore.dispatcher.close(self)
        until = time.monotonic() + STOP_SECONDS
        while self.active_channels and time.monotonic() < until:
            self._let_go()
            self._round(0.05)
        self._end()

    def add_task(self, task: Channel) -> None:
        """A request is there as a whole."""
        task.begun = None
        task.whole = time.monotonic()
        super().add_task(task)

    def handle_accept(self) -> None:
        for _ in range(TAKEN_AT_ONCE):
            before = len(self._map)
            super().handle_accept()
            if len(self._map) == before:
                break

    def maintenance(self, now: float) -> None:
        """Once a second: closes what has been idle for too long, or too slow; and some more, if there is no room."""
        super().maintenance(now)
        channels = tuple(self.active_channels.values())
        late = [channel for channel in channels if channel.is_late(time.monotonic())]
        for channel in late + (_longest_idle(channels) if self.in_connection_overflow else []):
            channel.will_close = True

    def _round(self, seconds: float) -> None:
        """Wait for something to happen at any connection, and deal with it."""
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)

    def _let_go(self) -> None:
        self.maintenance(time.time())
        for channel in tuple(self.active_channels.values()):
            if channel.may_go(time.monotonic()):
                channel.will_close = True

    def _end(self) -> None:
        unfinished = sum(bool(channel.requests) for channel in self.active_channels.values())
        self.task_dispatcher.shutdown(timeout=0.5)
        if unfinished:  # their threads end with the process, and use the map until then
            log.error("%d turns did not come to their end within %s seconds", unfinished, STOP_SECONDS)
        else:
            wasyncore.close_all(self._map)


def _longest_idle(channels: tuple[Channel, ...]) -> list[Channel]:
    """A quarter of all idle connections: those that have been so for longest."""
    idle = sorted((channel for channel in channels if channel.is_idle()), key=lambda channel: channel.last_activity)
    return idle[: len(idle) // 4]


def _adjustments(listening: socket.socket) -> Any:
    return Adjustments(
        sockets=[listening],
        backlog=BACKLOG,
        connection_limit=_room(),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=1,
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=REQUEST_BYTES + 1,  # it refuses what is as large as this
        inbuf_overflow=2 * REQUEST_BYTES,  # so that no request is put into a file
        ident=None,
        # Local mode refuses what was forwarded, so it must see those headers; nothing else believes them.
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,  # who hangs up is nothing to read
    )


def _room() -> int:
    """How many connections this process can hold, having asked the system for as many as we want."""
    if not hasattr(select, "poll"):
        return WITHOUT_POLL
    import resource

    wanted = CONNECTIONS + FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return CONNECTIONS if allowed == resource.RLIM_INFINITY else min(CONNECTIONS, max(allowed - FILES, allowed // 2))


# More than one process


def _supervise(count: int, work: Callable[[], None], close: Callable[[], None]) -> None:
    """Keep so many workers alive until told to stop; then close the socket, tell them, and wait for their end."""
    workers: set[int] = set()
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        close()
        for worker in workers:
            os.kill(worker, signal.SIGTERM)

    gc.freeze()  # what is there now stays shared: collecting would write to it
    with _on_stop(stop):
        while not told:
            with _signals_held():
                if not told:
                    workers |= {_fork(work) for _ in range(count - len(workers))}
            if workers:
                _await_one(workers)
            if not told:
                log.error("a worker has died; another one takes its place")
                time.sleep(BRAKE_SECONDS)
        while workers:
            _await_one(workers)


def _await_one(workers: set[int]) -> None:
    ended, _ = os.wait()
    workers.discard(ended)


def _fork(work: Callable[[], None]) -> int:
    """The process id of a new worker, which does the work and nothing else."""
    if worker := os.fork():
        return worker
    status = 1
    try:
        for number in _STOPPING:  # what the parent does about them is not for its workers
            signal.signal(number, signal.SIG_DFL)
        work()
        status = 0
    except BaseException:
        log.exception("a worker cannot go on")
    finally:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(status)


@contextmanager
def _signals_held() -> Iterator[None]:
    """While the block runs, nobody tells us to stop: not between the birth of a worker and its being known."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        _let_signals_in()


def _let_signals_in() -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


_STOPPING = (signal.SIGTERM, signal.SIGINT)
