"""One contestant in a process of its own; `turns` starts it.

    python -m benchmarks.worker NAME FOLDER

It reads pickled lists of visits from its standard input, and answers each with what they took.
"""

import os
import pickle
import sys
from pathlib import Path

from benchmarks.calling import pin, visit_all
from benchmarks.contestants import CONTESTANTS, write_log


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # so that nothing else gets among the answers
    pin(-1)
    app = CONTESTANTS[name].make(folder)
    write_log(name, folder)
    while True:
        try:
            visits = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(visit_all(app, visits), answers)
        answers.flush()


if __name__ == "__main__":
    main()
