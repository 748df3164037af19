"""The interaction model of each locale, generated from the content and the table of intents, never edited."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skill.alexa.intents import INTENTS, Intent, Slot
from skill.library.faults import ContentFaults, Rule, compared, meant
from skill.library.files import UtterancesFile
from skill.library.models import Library
from skill.library.reading import Reading

Model = Mapping[str, Any]
Said = Mapping[str, tuple[str, ...]]

KEYS = tuple(intent.says for intent in INTENTS if intent.says is not None)
"""The keys of utterances.yaml: one for each intent of our own."""


def interaction_model(library: Library, said: Said) -> dict[str, Any]:
    """The interaction model of a locale, as the developer console and SMAPI take it, with its language's utterances."""
    values: dict[Slot, Mapping[str, Iterable[str]]] = {
        Slot.EXERCISE: {one.id: (one.name, *one.synonyms) for one in library.exercises.values()},
        Slot.ROUTINE: {one.id: (one.name, *one.synonyms) for one in library.routines.values()},
        Slot.SIDE: {side: (name,) for side, name in library.sides.items()},
        Slot.EQUIPMENT: library.equipment_called,
    }
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": library.invocation,
                "intents": [_intent(intent, said) for intent in INTENTS],
                "types": [
                    {"name": slot.type, "values": [_value(id_, *names) for id_, names in named.items()]}
                    for slot, named in values.items()
                ],
            }
        }
    }


def models(libraries: Mapping[str, Library], content: Path) -> dict[str, dict[str, Any]]:
    """The interaction models of all locales, from the libraries by locale and the folder they were loaded from.

    Raises:
        ContentFaults: a language's utterances.yaml cannot be used.
    """
    languages = {library.language for library in libraries.values()}
    said = {language: utterances(content, language) for language in languages}
    return {locale: interaction_model(library, said[library.language]) for locale, library in libraries.items()}


def utterances(folder: Path, language: str) -> Said:
    """The sample utterances of a language, such as `en`, by key, as they are written.

    Raises:
        ContentFaults: the file is missing, not of the right shape, or has other keys than the table of intents.
    """
    reading = Reading(folder)
    page = reading.page(f"{language}/utterances.yaml", UtterancesFile)
    said = page.shape.root if page.shape else dict.fromkeys(KEYS, ())
    unknown, missing = compared(said, KEYS)
    faults = list(reading.faults)
    for key in missing:
        faults.append(page.fault(Rule.KEY_MISSING, (), f"the key '{key}' is missing"))
    for key in unknown:
        faults.append(page.fault(Rule.KEY_UNKNOWN, (), f"unknown key '{key}'", meant(key, KEYS), page.line((key,))))
    if faults:
        raise ContentFaults(faults)
    return {key: said[key] for key in KEYS}


def distinct(made: Mapping[str, Model]) -> dict[str, Model]:
    """The models that differ, each under the first locale that has it: what there is to look over and to review."""
    kept: dict[str, Model] = {}
    for locale, model in made.items():
        if model not in kept.values():
            kept[locale] = model
    return kept


def text(model: Model) -> str:
    """A model as it is kept: the same text for the same model, a line for each sample."""
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"


def _intent(intent: Intent, said: Said) -> dict[str, Any]:
    if intent.says is None:
        return {"name": intent.name, "samples": []}
    slots = [{"name": slot.value, "type": slot.type} for slot in intent.slots.values()]
    samples = list(said[intent.says])
    return {"name": intent.name, **({"slots": slots} if slots else {}), "samples": samples}


def _value(id_: str, name: str, *others: str) -> dict[str, Any]:
    return {"id": str(id_), "name": {"value": name, "synonyms": list(others)}}
