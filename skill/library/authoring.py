"""Help for whoever writes content: schemas for their editor, and the first files of a new exercise or routine.

The JSON Schemas let editors complete keys, show help and mark slips. A content file names its own in its first line:

    # yaml-language-server: $schema=../schemas/exercise.json

New files are templates that load at once, and say what they are.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from skill.library import files
from skill.library.load import examine, the_phrases

_TEMPLATES = Path(__file__).parent / "templates"

KINDS: Mapping[str, type[BaseModel]] = {
    "skill": files.SkillFile,
    "positions": files.PositionsFile,
    "exercise": files.ExerciseFile,
    "routine": files.RoutineFile,
    "exercise-words": files.ExerciseWords,
    "routine-words": files.RoutineWords,
    "names": files.NamesFile,
    "position-words": files.PositionWords,
    "phrases": files.PhrasesFile,
    "utterances": files.UtterancesFile,
}
"""The kinds of content file, by the name of their schema."""


def schemas() -> Mapping[str, dict[str, Any]]:
    """The JSON Schema of each kind of content file, by kind."""
    found = {kind: model.model_json_schema(schema_generator=_Schema) for kind, model in KINDS.items()}
    phrases = {key: sorted(names) for key, names in the_phrases().items()}
    kinds = {"-".join(("phrase", *names)): names for names in phrases.values()}
    found["phrases"] = {
        "$defs": {"variants": found["phrases"].pop("additionalProperties")},
        **found["phrases"],
        "additionalProperties": False,
        "properties": {key: {"$ref": f"#/$defs/{'-'.join(('phrase', *names))}"} for key, names in phrases.items()},
    }
    for kind, names in kinds.items():
        told = f"Placeholders: {', '.join(f'{{{name}}}' for name in names) or 'none'}."
        found["phrases"]["$defs"][kind] = {"$ref": "#/$defs/variants", "description": told}
    dialect = {"$schema": GenerateJsonSchema.schema_dialect}
    return {kind: dialect | _untitled(schema) for kind, schema in found.items()}


def schema_texts() -> Mapping[str, str]:
    """The schemas as they are kept in `schemas/` of a content folder, by file name."""
    texts = {kind: json.dumps(schema, indent=2, ensure_ascii=False) for kind, schema in schemas().items()}
    reference = re.compile(r'\{\s+("\$ref": "[^"]*")\s+\}')  # on one line
    return {f"{kind}.json": reference.sub(r"{\1}", text) + "\n" for kind, text in texts.items()}


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic makes up from Python names; editors would show them."""
    match schema:
        case list():
            return [_untitled(part) for part in schema]
        case dict():
            told = ((key, part) for key, part in schema.items() if key != "title" or not isinstance(part, str))
            return {key: _untitled(part) for key, part in told}
        case _:
            return schema


class _Schema(GenerateJsonSchema):
    """Content has no nulls: a key that is not wanted is left out."""

    def nullable_schema(self, schema: NullableSchema | WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    default_schema = nullable_schema


class NotWrittenError(Exception):
    """The files cannot be written; says why, and what to do. Nothing has changed."""


def new_exercise(folder: Path, id_: str) -> tuple[Path, ...]:
    """Writes the facts of a new exercise, and its words in every language.

    Args:
        folder: a content folder.
        id_: the new exercise's id; its first name is made from it.

    Returns:
        The files written.

    Raises:
        NotWrittenError: the id is none, or is taken, or the content would not load with it.
    """
    return _write(folder, "exercise", id_, "")


def new_routine(folder: Path, id_: str, steps: Sequence[str]) -> tuple[Path, ...]:
    """Writes a new routine of the exercises with these ids, and its words in every language; see `new_exercise`."""
    if not steps:
        raise NotWrittenError("a routine needs at least one exercise")
    return _write(folder, "routine", id_, ", ".join(steps))


def _write(folder: Path, kind: str, id_: str, steps: str) -> tuple[Path, ...]:
    if not re.fullmatch(files.ID, id_):
        raise NotWrittenError(f"'{id_}' is not an id: use lower-case words joined by hyphens, like side-step")
    content, before = examine(folder)
    positions = content.positions.keys("positions")
    if kind == "exercise" and not positions:
        raise NotWrittenError(f"{content.positions.file} has no positions yet; an exercise needs one")
    texts = {folder / f"{kind}s" / f"{id_}.yaml": _filled(kind, steps=steps, position=next(iter(positions or {}), ""))}
    for name, language in content.languages.items():
        numbers = language.names.says("numbers")
        spoken = {str(number): str(word) for number, word in enumerate(numbers if isinstance(numbers, list) else [])}
        named = " ".join(spoken.get(part, part) for part in id_.split("-"))
        texts[folder / name / f"{kind}s" / f"{id_}.yaml"] = _filled(f"{kind}-words", name=named)
    for file in texts:
        if file.exists():
            raise NotWrittenError(f"{file} is there already: choose another id, or edit that file")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    _, after = examine(folder)
    if new := [fault for fault in after if fault not in before]:
        for file in texts:
            file.unlink()
        told = "\n".join(map(str, new))
        raise NotWrittenError(f"nothing was written, because the content would not load:\n{told}")
    return tuple(texts)


def _filled(template: str, **values: str) -> str:
    return Template((_TEMPLATES / f"{template}.yaml").read_text(encoding="utf-8")).substitute(values)
