"""JSON Schemas of the content files, so that editors complete keys, show help and mark slips.

A content file names its schema in its first line:

    # yaml-language-server: $schema=../schemas/exercise.json
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from skill.library import files
from skill.library.load import the_phrases
from skill.library.spoken import Registry

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


def schemas(registry: Registry | None = None) -> Mapping[str, dict[str, Any]]:
    """The JSON Schema of each kind of content file, by kind; `registry` says which phrases there are, as for `load`."""
    found = {kind: model.model_json_schema(schema_generator=_Schema) for kind, model in KINDS.items()}
    known = the_phrases() if registry is None else registry
    phrases = {key: sorted(names) for key, names in known.items()}
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


def write_schemas(folder: Path, registry: Registry | None = None) -> tuple[Path, ...]:
    """Writes the schemas into `schemas/` of a content folder; returns the files that were not up to date."""
    stale = _stale(folder, registry)
    for file, text in stale.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tuple(stale)


def check_schemas(folder: Path, registry: Registry | None = None) -> tuple[Path, ...]:
    """The schema files of a content folder that are missing or not up to date; none is good."""
    return tuple(_stale(folder, registry))


def _stale(folder: Path, registry: Registry | None) -> dict[Path, str]:
    found = {}
    for kind, schema in schemas(registry).items():
        file, text = folder / "schemas" / f"{kind}.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        text = re.sub(r'\{\s+("\$ref": "[^"]*")\s+\}', r"{\1}", text)  # a reference on one line
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            found[file] = text
    return found


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic makes up from Python names; editors would show them."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: part for key, part in schema.items() if key != "title" or not isinstance(part, str)}
    return {key: _untitled(part) for key, part in told.items()}


class _Schema(GenerateJsonSchema):
    """Content has no nulls: a key that is not wanted is left out."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])
