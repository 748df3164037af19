"""JSON Schemas of the content files, so that editors complete keys, show help and mark slips.

A content file names its schema in its first line:

    # yaml-language-server: $schema=../schemas/exercise.json
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from skill.library import files
from skill.library.checks import Registry
from skill.library.load import the_phrases

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


def schema_texts(registry: Registry | None = None) -> Mapping[str, str]:
    """The schemas as they are kept in `schemas/` of a content folder, by file name."""
    texts = {kind: json.dumps(schema, indent=2, ensure_ascii=False) for kind, schema in schemas(registry).items()}
    reference = re.compile(r'\{\s+("\$ref": "[^"]*")\s+\}')  # on one line
    return {f"{kind}.json": reference.sub(r"{\1}", text) + "\n" for kind, text in texts.items()}


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
