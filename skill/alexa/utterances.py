"""What people say, read from a language's utterances.yaml."""

from collections.abc import Mapping
from pathlib import Path

from skill.alexa.intents import INTENTS
from skill.library.faults import ContentFaults, Rule, compared, meant
from skill.library.files import UtterancesFile
from skill.library.reading import Reading

KEYS = tuple(intent.says for intent in INTENTS if intent.says is not None)
"""The keys of utterances.yaml: one for each intent of our own."""


def utterances(folder: Path, language: str) -> Mapping[str, tuple[str, ...]]:
    """The sample utterances of a language, by key, as they are written.

    Args:
        folder: a content folder.
        language: names a folder in it, such as `en`.

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
