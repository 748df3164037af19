"""Everything that is made from the content and the table, in one place: models, schemas, the picture of the phases."""

import re
from pathlib import Path

from skill.alexa.model import distinct, models, text
from skill.dialogue.diagram import diagram
from skill.library.authoring import schema_texts
from skill.library.load import load

MODELS = "interaction_model"
"""Here are the models to review: one of each that differ. Every locale's is made by `write_models_to`."""

_PHASES = re.compile(r"(<!-- phases: made by `make build` -->\n).*?(<!-- end -->)", re.DOTALL)


def write_all(content: Path, root: Path) -> tuple[Path, ...]:
    """Make all of it anew.

    Args:
        content: the content folder.
        root: the repository.

    Returns:
        The files that changed, or that are gone because no model differs there.

    Raises:
        ContentFaults: the content cannot be used.
    """
    made = _made(content, root)
    stale = [file for file, text in made.items() if not _fresh(file, text)]
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made[file], encoding="utf-8", newline="\n")
    needless = [file for file in sorted((root / MODELS).glob("*.json")) if file not in made]
    for file in needless:
        file.unlink()
    return (*stale, *needless)


def check_all(content: Path, root: Path) -> tuple[str, ...]:
    """What is not fresh, a line each, with the cure.

    Raises:
        ContentFaults: the content cannot be used.
    """
    made = _made(content, root)
    stale = [file for file, text in made.items() if not _fresh(file, text)]
    needless = [file for file in sorted((root / MODELS).glob("*.json")) if file not in made]

    def told(file: Path) -> Path:
        return file.relative_to(root) if file.is_relative_to(root) else file

    return (
        *(f"{told(file)} is not what content and code make of it: run `make build` and commit it" for file in stale),
        *(f"{told(file)} is no model of its own: run `make build` and commit that it is gone" for file in needless),
    )


def write_models_to(folder: Path, content: Path) -> tuple[Path, ...]:
    """Write the model of every locale to <locale>.json in a folder, to be uploaded; returns the files.

    What else is in the folder stays.

    Raises:
        ContentFaults: the content cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / f"{locale}.json": model for locale, model in models(load(content), content).items()}
    for file, model in made.items():
        file.write_text(text(model), encoding="utf-8", newline="\n")
    return tuple(made)


def _made(content: Path, root: Path) -> dict[Path, str]:
    """All that is generated: each file and what it has to say."""
    libraries = load(content)
    kept = distinct(models(libraries, content))
    made = {root / MODELS / f"{locale}.json": text(model) for locale, model in kept.items()}
    made |= {content / "schemas" / name: schema for name, schema in schema_texts().items()}
    tour = root / "docs" / "tour.md"
    picture = f"```mermaid\n{diagram(next(iter(libraries.values())))}\n```\n"
    made[tour] = _PHASES.sub(lambda found: f"{found[1]}{picture}{found[2]}", tour.read_text(encoding="utf-8"))
    return made


def _fresh(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text
