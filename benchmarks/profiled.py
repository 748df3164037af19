"""Our app alone in a process, to be looked at; `profile` starts it.

    python -m benchmarks.profiled look|count FOLDER

It reads pickled visits from its standard input, and writes what was found, pickled.
"""

import os
import pickle
import sys
from pathlib import Path

from benchmarks.calling import pin, visit_all
from benchmarks.contestants import OURS, write_log
from benchmarks.profile import WORK


def main() -> None:
    work, folder = WORK[sys.argv[1]], Path(sys.argv[2])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # so that nothing else gets among the answers
    pin(-1)
    wires = pickle.load(sys.stdin.buffer)
    app = OURS.make(folder)
    write_log(OURS.name, folder)
    visit_all(app, wires[:1])
    with answers:
        pickle.dump(work(app, wires[1:]), answers)


if __name__ == "__main__":
    main()
