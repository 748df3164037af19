"""Content with as many exercises as you like: the real ones, and copies of them under other names that can be spoken.

    python -m benchmarks.many NUMBER FOLDER

No other name sounds quite like one of them.
"""

import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any

import yaml

from skill.library.folder import content_folder

_WORDS = """
amber bright calm dusty early fresh gentle happy ivory jolly kind little mellow noble olive proud quiet rosy silver
tender upper velvet warm young zesty

acorn badger clover dolphin ember falcon garden heron island jasmine kitten lantern meadow nutmeg otter pebble robin
sparrow tulip willow

arch bend bridge circle curl dip drift fold glide hinge lift loop press raise reach roll slide sway swing twist
"""
_COLUMNS = tuple(tuple(column.split()) for column in _WORDS.split("\n\n"))
"""A name has one word from each."""

MOST = math.prod(map(len, _COLUMNS))
"""So many names there are for copies."""

_SYNONYMS = ("exercise", "move", "movement", "drill", "exercises", "moves", "movements", "drills", "one")

STEPS = 6
"""Exercises in each routine of copies."""


def write(number: int, folder: Path) -> tuple[str, ...]:
    """Write content with so many exercises; every copy is in a routine.

    Args:
        number: of exercises, the real ones among them.
        folder: is made; there must be no such folder yet.

    Returns:
        The ids of the copies.
    """
    real = content_folder()
    shutil.copytree(real, folder)
    models = sorted(path.stem for path in (real / "exercises").glob("*.yaml"))
    copies = list(islice(_copies(models), number - len(models)))
    for model, name in copies:
        _write_exercise(folder, model, name)
    names = [name for _, name in copies]
    for first in range(0, len(names), STEPS):
        _write_routine(folder, names[first : first + STEPS])
    return tuple(map(_id, names))


def _id(name: str) -> str:
    return name.replace(" ", "-")


def _copies(models: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A model and a name for each copy."""
    for number, words in enumerate(product(*_COLUMNS)):
        yield models[number % len(models)], " ".join(words)


def _write_exercise(folder: Path, model: str, name: str) -> None:
    shutil.copy(folder / "exercises" / f"{model}.yaml", folder / "exercises" / f"{_id(name)}.yaml")
    words = _read(folder / "en" / "exercises" / f"{model}.yaml")
    words["name"] = name
    words["synonyms"] = [f"{name} {word}" for word in _SYNONYMS[: len(words["synonyms"])]]
    _write(folder / "en" / "exercises" / f"{_id(name)}.yaml", words)


def _write_routine(folder: Path, names: Sequence[str]) -> None:
    name = f"{names[0]} series"
    _write(folder / "routines" / f"{_id(name)}.yaml", {"steps": list(map(_id, names))})
    words = {
        "name": name,
        "synonyms": [f"{name} routine"],
        "summary": f"The {name} is a few exercises.",
        "begin": "We'll do a few exercises. You'll want a mat.",
    }
    _write(folder / "en" / "routines" / f"{_id(name)}.yaml", words)


def _read(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return read


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100), encoding="utf-8")


def main() -> None:
    number, folder = int(sys.argv[1]), Path(sys.argv[2])
    print(f"{len(write(number, folder))} copies in {folder}")


if __name__ == "__main__":
    main()
