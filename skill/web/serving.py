"""Serves the app over HTTP: one process by waitress, several by gunicorn.

Both are run by their own arguments. TLS is the work of a proxy or a tunnel, and so is whoever is slow or crafts
requests: docs/serving.md says what of it is harmless without one. What is added here is how to stop, and that who does
not read what was answered is let go.
"""

import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from skill.library.limits import REQUEST_BYTES
from skill.web.local import is_loopback

log = logging.getLogger(__name__)

THREADS = 16
"""Turns answered at the same time by one process. A turn is a millisecond of work; the rest waits for the disk, or up
to a second for Amazon to tell a time zone."""

CONNECTIONS = 4_000
"""Connections that one process holds."""

FILES = 200
"""Files kept free beside the connections: the store's, the sounds', the logs'."""

IDLE_SECONDS = 75
"""How long a connection may do nothing. Load balancers close theirs after 60 by default, and must be the first to."""

UNREAD_BYTES = 100_000
"""How much of what was answered may wait to be read before the next request on that connection, sent already, begins:
until then a thread waits (waitress's `outbuf_high_watermark`). Only sounds have more bytes than that."""

UNREAD_SECONDS = 20.0
"""How long what was answered may wait without any of it being read."""

STOP_SECONDS = 8.5
"""How long turns under way may take once we are told to stop. Whoever stops us is to allow ten seconds."""

GRACE_SECONDS = 1.0
"""How long, once told to stop, a request that has only begun to come is waited for."""

HEADER_BYTES = 16 * 1_024
"""Bytes of a request's headers; Alexa's have about one thousand."""

BACKLOG = 1_024
"""Connections that the system holds until we take them."""

WITHOUT_POLL = 450
"""Connections where there is no poll(): select() on Windows takes 512 sockets."""


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
    if not is_loopback(host):
        log.warning(
            "listening on %s: let nobody reach it but a proxy that speaks TLS, reads requests whole and keeps answers "
            "for who reads slowly (docs/serving.md has one for nginx and one for Caddy)",
            host,
        )
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
        workers: processes that answer; more than one needs gunicorn, and a store that they can share.
        threads: turns that each of them answers at the same time.

    Raises:
        ModuleNotFoundError: there are to be several workers, and gunicorn is not installed.
        SystemExit: several workers have stopped.
    """
    store = app.extensions["hip-coach"].store
    if workers > 1:
        _serve_by_gunicorn(app, listening, workers, threads, store.close)
        return
    server = Server(app, listening, threads)
    with _on_stop(server.stop):
        try:
            server.work()
        finally:
            store.close()


class Server:
    """One process that answers, by waitress, whose loop is run here so that it can be stopped."""

    def __init__(self, app: Any, listening: socket.socket, threads: int = THREADS) -> None:
        """Starts the threads; nothing is answered before `work`.

        Args:
            app: a WSGI app.
            listening: the socket, which `work` closes at its end.
            threads: turns answered at the same time.
        """
        logging.getLogger("waitress").setLevel(logging.WARNING)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it has a line for each request that waits
        self._told = False
        self._map: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._map,
            sockets=[listening],
            threads=threads,
            backlog=BACKLOG,
            connection_limit=_room(),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=1,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=REQUEST_BYTES + 1,  # it refuses what is as large as this
            inbuf_overflow=2 * REQUEST_BYTES,  # so that no request is put into a file
            outbuf_high_watermark=UNREAD_BYTES,
            ident=None,
            # Local mode refuses what was forwarded, so it must see those headers; nothing else believes them.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,  # who hangs up is nothing to read
        )

    def stop(self) -> None:
        """Have `work` come to its end. May be called from any thread, and from a signal handler."""
        self._told = True
        self._server.pull_trigger()

    def work(self) -> None:
        """Answer requests until told to stop; then finish the turns under way."""
        look = time.monotonic() + 1
        while not self._told:
            self._round(1.0)
            if time.monotonic() >= look:
                self._close_those(_does_not_read)
                look = time.monotonic() + 1
        self._round(0.0)  # who has come already may have sent a request
        wasyncore.dispatcher.close(self._server)
        told = time.monotonic()
        while self._server.active_channels and time.monotonic() - told < STOP_SECONDS:
            self._round(0.05)
            waits_for_none = _idle if time.monotonic() - told < GRACE_SECONDS else _unasked
            self._close_those(waits_for_none)
        unfinished = sum(bool(channel.requests) for channel in self._server.active_channels.values())
        self._server.task_dispatcher.shutdown(timeout=0.5)
        if unfinished:  # their threads end with the process, and use the map until then
            log.error("%d turns did not come to their end within %s seconds", unfinished, STOP_SECONDS)
        else:
            wasyncore.close_all(self._map)

    def _round(self, seconds: float) -> None:
        """Wait for something to happen at any connection, and deal with it."""
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)

    def _close_those(self, which: Callable[[Any], bool]) -> None:
        for channel in tuple(self._server.active_channels.values()):
            if which(channel):
                channel.handle_close()


def _unasked(channel: Any) -> bool:
    """Whether no whole request is being answered on this connection."""
    return not (channel.requests or channel.total_outbufs_len)


def _idle(channel: Any) -> bool:
    return _unasked(channel) and channel.request is None


def _does_not_read(channel: Any) -> bool:
    """Whether somebody asks for more and more without reading it, or reads nothing at all.

    Waitress lets such a connection hold a thread, and closes it only once it can be written to: never.
    """
    ahead = len(channel.requests) > 1 and channel.total_outbufs_len > UNREAD_BYTES
    return ahead or bool(channel.total_outbufs_len and time.time() - channel.last_activity > UNREAD_SECONDS)


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


@contextmanager
def _on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """While the block runs, SIGTERM and Ctrl-C call `stop`, once; Ctrl-C a second time ends the process."""

    def told(*_: object) -> None:
        if signal.getsignal(signal.SIGINT) == told:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, told)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve_by_gunicorn(
    app: Flask, listening: socket.socket, workers: int, threads: int, close: Callable[[], None]
) -> None:
    from gunicorn.app.base import BaseApplication  # late: not on Windows, and only here

    options = {
        "bind": f"fd://{listening.detach()}",  # which it closes
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "worker_connections": CONNECTIONS,
        "keepalive": IDLE_SECONDS,
        "graceful_timeout": int(STOP_SECONDS),
        "limit_request_field_size": HEADER_BYTES,
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_exit": lambda _arbiter, _worker: close(),
    }

    class Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Application().run()
