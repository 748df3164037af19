"""Writes the files of a new exercise or routine: templates that load at once, and say what they are."""

import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from skill.library.checks import Registry
from skill.library.files import ID
from skill.library.load import examine

_TEMPLATES = Path(__file__).parent / "templates"


class NotWrittenError(Exception):
    """The files cannot be written; says why, and what to do. Nothing has changed."""


def new_exercise(folder: Path, id_: str, registry: Registry | None = None) -> tuple[Path, ...]:
    """Writes the facts of a new exercise, and its words in every language.

    Args:
        folder: a content folder.
        id_: the new exercise's id; its first name is made from it.
        registry: the phrases that the skill says, as for `load`.

    Returns:
        The files written.

    Raises:
        NotWrittenError: the id is none, or is taken, or the content would not load with it.
    """
    content, _ = examine(folder, registry)
    positions = content.positions.keys("positions")
    if not positions:
        raise NotWrittenError(f"{content.positions.file} has no positions yet; an exercise needs one")
    return _write(folder, "exercise", id_, {"position": next(iter(positions))}, registry)


def new_routine(folder: Path, id_: str, steps: Sequence[str], registry: Registry | None = None) -> tuple[Path, ...]:
    """Writes a new routine of the exercises with these ids, and its words in every language.

    Returns:
        The files written.

    Raises:
        NotWrittenError: the id is none, or is taken, or the content would not load with it.
    """
    if not steps:
        raise NotWrittenError("a routine needs at least one exercise")
    return _write(folder, "routine", id_, {"steps": ", ".join(steps)}, registry)


def _write(folder: Path, kind: str, id_: str, facts: dict[str, str], registry: Registry | None) -> tuple[Path, ...]:
    if not re.fullmatch(ID, id_):
        raise NotWrittenError(f"'{id_}' is not an id: use lower-case words joined by hyphens, like side-step")
    content, before = examine(folder, registry)
    texts = {folder / f"{kind}s" / f"{id_}.yaml": _filled(kind, facts)}
    for name, language in content.languages.items():
        numbers = language.names.says("numbers")
        spoken = {str(number): str(word) for number, word in enumerate(numbers if isinstance(numbers, list) else [])}
        named = " ".join(spoken.get(part, part) for part in id_.split("-"))
        texts[folder / name / f"{kind}s" / f"{id_}.yaml"] = _filled(f"{kind}-words", {"name": named})
    for file in texts:
        if file.exists():
            raise NotWrittenError(f"{file} is there already: choose another id, or edit that file")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    _, after = examine(folder, registry)
    if new := [fault for fault in after if fault not in before]:
        for file in texts:
            file.unlink()
        told = "\n".join(map(str, new))
        raise NotWrittenError(f"nothing was written, because the content would not load:\n{told}")
    return tuple(texts)


def _filled(template: str, values: dict[str, str]) -> str:
    return Template((_TEMPLATES / f"{template}.yaml").read_text(encoding="utf-8")).substitute(values)
