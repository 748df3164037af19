"""Content with as many exercises as you like: the real ones, and copies of them under names that can be told apart.

python -m benchmarks.many NUMBER FOLDER     writes it, and prints what looking it over took, as JSON
"""

import json
import math
import shutil
import sys
import time
from itertools import islice, pairwise, product
from pathlib import Path
from typing import Any

import yaml

from skill.alexa.lint import lint
from skill.alexa.model import models
from skill.library import content_folder
from skill.library.load import load

_WORDS = """
amber bright calm dusty early fresh gentle happy ivory jolly kind little mellow noble olive proud quiet rosy silver
tender upper velvet warm young zesty

acorn badger clover dolphin ember falcon garden heron island jasmine kitten lantern meadow nutmeg otter pebble robin
sparrow tulip willow

arch bend bridge circle curl dip drift fold glide hinge lift loop press raise reach roll slide sway swing twist
"""
_COLUMNS = tuple(tuple(column.split()) for column in _WORDS.split("\n\n"))
"""A name has one word from each; no two of them sound alike."""

MOST = math.prod(map(len, _COLUMNS))
"""So many names there are for copies."""

_SYNONYMS = ("exercise", "move", "movement", "drill", "exercises", "moves", "movements", "drills", "one")

STEPS = 6
"""Exercises in each routine of copies."""


def write(number: int, folder: Path) -> tuple[str, ...]:
    """Write content with so many exercises, the real ones among them, into a new folder; every copy is in a routine.

    Returns:
        The ids of the copies.
    """
    shutil.copytree(content_folder(), folder)
    originals = sorted(path.stem for path in (folder / "exercises").glob("*.yaml"))
    ids = []
    for at, words in enumerate(islice(product(*_COLUMNS), number - len(originals))):
        original, name, identity = originals[at % len(originals)], " ".join(words), "-".join(words)
        shutil.copy(folder / f"exercises/{original}.yaml", folder / f"exercises/{identity}.yaml")
        text = yaml.safe_load((folder / f"en/exercises/{original}.yaml").read_text(encoding="utf-8"))
        text |= {"name": name, "synonyms": [f"{name} {word}" for word in _SYNONYMS[: len(text["synonyms"])]]}
        _write(folder / f"en/exercises/{identity}.yaml", text)
        ids.append(identity)
    for first in range(0, len(ids), STEPS):
        steps = ids[first : first + STEPS]
        name = f"{steps[0].replace('-', ' ')} series"
        _write(folder / f"routines/{steps[0]}-series.yaml", {"steps": steps})
        begin = "We'll do a few exercises. You'll want a mat."
        summary = f"The {name} is a few exercises."
        told = {"name": name, "synonyms": [f"{name} routine"], "summary": summary, "begin": begin}
        _write(folder / f"en/routines/{steps[0]}-series.yaml", told)
    return tuple(ids)


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100), encoding="utf-8")


def main() -> None:
    number, folder = int(sys.argv[1]), Path(sys.argv[2])
    write(number, folder)
    times = [time.perf_counter()]
    libraries = load(folder)
    times.append(time.perf_counter())
    made = models(libraries, folder)
    times.append(time.perf_counter())
    faults = list(lint(made["en-US"]))
    times.append(time.perf_counter())
    load_seconds, model_seconds, lint_seconds = (after - before for before, after in pairwise(times))
    print(json.dumps({"load": load_seconds, "models": model_seconds, "lint": lint_seconds, "faults": faults[:3]}))


if __name__ == "__main__":
    main()
