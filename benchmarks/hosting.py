"""One contestant behind the WSGI server that serves the skill; `posting` starts it.

    python -m benchmarks.hosting NAME FOLDER

It prints "ready", its port, and the milliseconds of processor time until then. Its standard input's end ends it.
"""

import os
import socket
import sys
import time
from pathlib import Path
from threading import Thread

from benchmarks.calling import pin
from benchmarks.contestants import CONTESTANTS, write_log
from skill.web.serving import BACKLOG, Server


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    pin(0)
    Thread(target=_end_with_input, daemon=True).start()
    app = CONTESTANTS[name].make(folder)
    write_log(name, folder)
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listening:
        server = Server(app, listening)
        print("ready", listening.getsockname()[1], time.process_time() * 1000, flush=True)
        server.work()


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
