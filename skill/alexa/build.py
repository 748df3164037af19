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
    """Make all of it anew, from the content folder, into the repository.

    Returns:
        The files that changed, or that are gone because no model differs there.

    Raises:
        ContentFaults: the content cannot be used.
    """
    stale, needless = _not_fresh(content, root)
    for file, said in stale.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said, encoding="utf-8", newline="\n")
    for file in needless:
        file.unlink()
    return (*stale, *needless)


def check_all(content: Path, root: Path) -> tuple[str, ...]:
    """What is not fresh, a line each, with the cure.

    Raises:
        ContentFaults: the content cannot be used.
    """
    stale, needless = _not_fresh(content, root)

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


def _not_fresh(content: Path, root: Path) -> tuple[dict[Path, str], list[Path]]:
    """The files to write, with what they are to say, and the models that are no longer needed."""
    libraries = load(content)
    kept = distinct(models(libraries, content))
    made = {root / MODELS / f"{locale}.json": text(model) for locale, model in kept.items()}
    needless = [file for file in sorted((root / MODELS).glob("*.json")) if file not in made]
    made |= {content / "schemas" / name: schema for name, schema in schema_texts().items()}
    tour = root / "docs" / "tour.md"
    picture = f"```mermaid\n{diagram(next(iter(libraries.values())))}\n```\n"
    made[tour] = _PHASES.sub(lambda found: f"{found[1]}{picture}{found[2]}", tour.read_text(encoding="utf-8"))
    fresh = {file for file, said in made.items() if file.is_file() and file.read_text(encoding="utf-8") == said}
    return {file: said for file, said in made.items() if file not in fresh}, needless
