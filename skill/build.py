"""Everything that is made from the content and the table, in one place: models, schemas, the picture of the phases."""

import re
from pathlib import Path

from skill.alexa.model import check_models, distinct, models, text, write_models
from skill.dialogue.diagram import diagram
from skill.library.load import load
from skill.library.schemas import check_schemas, write_schemas

MODELS = "interaction_model"
"""Here are the models to review: one of each that differ. Every locale's is made by `write_models_to`."""

TOUR = "docs/tour.md"

_PHASES = re.compile(r"(<!-- phases: made by `make build` -->\n).*?(<!-- end -->)", re.DOTALL)


def write_all(content: Path, root: Path) -> tuple[Path, ...]:
    """Make all of it anew.

    Args:
        content: the content folder.
        root: the repository.

    Returns:
        The files that changed.

    Raises:
        ContentFaults: the content cannot be used.
    """
    libraries = load(content)
    changed = [*write_models(distinct(models(libraries, content)), root / MODELS), *write_schemas(content)]
    tour, fresh = root / TOUR, _tour(content, root)
    if fresh != tour.read_text(encoding="utf-8"):
        tour.write_text(fresh, encoding="utf-8")
        changed.append(tour)
    return tuple(changed)


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


def check_all(content: Path, root: Path) -> tuple[str, ...]:
    """What is not fresh, a line each, with the cure.

    Raises:
        ContentFaults: the content cannot be used.
    """
    stale = [*check_models(distinct(models(load(content), content)), root / MODELS)]
    stale += [
        f"{path} is not what the code makes of it: run `make build` and commit it" for path in check_schemas(content)
    ]
    if _tour(content, root) != (root / TOUR).read_text(encoding="utf-8"):
        stale.append(f"{TOUR}: the picture of the phases is not what the table makes of it: run `make build`")
    return tuple(stale)


def _tour(content: Path, root: Path) -> str:
    """The tour of the house, with the picture of the phases as the table has them now."""
    library = next(iter(load(content).values()))
    text = (root / TOUR).read_text(encoding="utf-8")
    picture = f"```mermaid\n{diagram(library)}\n```\n"
    return _PHASES.sub(lambda found: f"{found[1]}{picture}{found[2]}", text)
