"""What pyperf times, in worker processes of its own: a turn in process, or turns over HTTP.

python -m benchmarks.timed turn|http NAME FOLDER [pyperf's options]
"""

import argparse
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from threading import Thread

import pyperf

from benchmarks.contestants import CONTESTANTS, URL, Visits, bodies_of

CONNECTIONS = 8


@cache
def _visits(name: str, folder: str) -> Visits:
    return Visits(name, Path(folder))


def turns(loops: int, name: str, folder: str) -> float:
    """Processor seconds of so many visits in process."""
    return _visits(name, folder).pay(loops)


_serving = ExitStack()


@cache
def _port(name: str, folder: str) -> int:
    """Serve it until `stop`."""
    command = (sys.executable, "-m", "benchmarks.contestants", name, folder, "serve")
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    _serving.callback(server.communicate)
    return int(server.stdout.readline()) if server.stdout else 0


def stop() -> None:
    """End the server."""
    _serving.close()


_users = count()


def over_http(loops: int, name: str, folder: str) -> float:
    """Seconds until so many visits over each of eight kept connections were answered."""
    from benchmarks.visit import Signer

    port, bodies, signed = _port(name, folder), bodies_of(name, Path(folder)), Signer(Path(folder))
    lines = [
        [_request(*signed(body, user)) for user in [next(_users) for _ in range(loops)] for body in bodies]
        for _ in range(CONNECTIONS)
    ]
    faults: list[Exception] = []
    threads = [Thread(target=_post_all, args=(port, requests, faults)) for requests in lines]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if faults:
        raise faults[0]
    return seconds


def _request(body: bytes, signature: str) -> bytes:
    head = (
        "POST /alexa HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Signature-256: {signature}",
        f"SignatureCertChainUrl: {URL}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _post_all(port: int, requests: Sequence[bytes], faults: list[Exception]) -> None:
    """Send them one after the other over one connection; what goes wrong is told in `faults`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests:
                line.sendall(request)
                heard, whole = b"", False
                while not whole:
                    came = line.recv(65_536)
                    if not came:
                        raise ConnectionError(f"closed after {heard[:300]!r}")
                    heard += came
                    head, _, body = heard.partition(b"\r\n\r\n")
                    length = _LENGTH.search(head)
                    whole = length is not None and len(body) >= int(length[1])
                if not heard.startswith(b"HTTP/1.1 200 ") or b'"SSML"' not in heard:
                    raise ValueError(f"not answered as it should be: {heard[:500]!r}")
    except (OSError, ValueError) as fault:
        faults.append(fault)


WORK = {"turn": (turns, 1), "http": (over_http, CONNECTIONS)}


def main() -> None:
    def hand_on(command: list[str], asked: argparse.Namespace) -> None:
        command.extend((asked.work, asked.name, asked.folder))

    runner = pyperf.Runner(program_args=("-m", "benchmarks.timed"), add_cmdline_args=hand_on)
    runner.argparser.add_argument("work", choices=WORK)
    runner.argparser.add_argument("name", choices=CONTESTANTS)
    runner.argparser.add_argument("folder")
    asked = runner.parse_args()
    work, at_once = WORK[asked.work]
    inner = at_once * len(bodies_of(asked.name, Path(asked.folder)))
    runner.bench_time_func(f"{asked.work}, {asked.name}", work, asked.name, asked.folder, inner_loops=inner)
    stop()


if __name__ == "__main__":
    main()
