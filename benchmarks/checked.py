"""What `hip-coach check` does with a content folder, step by step; `growth` starts it.

    python -m benchmarks.checked CONTENT

It prints JSON: the seconds to load the content, to make the interaction models and to look them over, the faults, the
characters and the slot values of one model, and the most memory that it had, in MB.
"""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.children import resident
from skill.alexa.lint import lint
from skill.alexa.model import distinct, models
from skill.library.load import load


def main() -> None:
    folder = Path(sys.argv[1])
    began = time.perf_counter()
    libraries = load(folder)
    loaded = time.perf_counter()
    made = models(libraries, folder)
    modelled = time.perf_counter()
    faults = [line for model in distinct(made).values() for line in lint(model)]
    looked_over = time.perf_counter()
    model = next(iter(made.values()))
    words = [
        word
        for kind in model["interactionModel"]["languageModel"]["types"]
        for value in kind["values"]
        for word in (value["name"]["value"], *value["name"]["synonyms"])
    ]
    told = {
        "load": loaded - began,
        "model": modelled - loaded,
        "lint": looked_over - modelled,
        "faults": faults[:3],
        "characters": len(json.dumps(model, ensure_ascii=False, separators=(",", ":"))),
        "values": len(words),
        "peak": resident(os.getpid(), "VmHWM"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
