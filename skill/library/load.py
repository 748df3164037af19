"""The front door of the library: content comes in whole, or with every fault at once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from skill.library import checks, content_folder
from skill.library.assemble import assemble
from skill.library.checks import Registry
from skill.library.faults import ContentFaults, Fault, Rule
from skill.library.files import PhrasesFile, SkillFile
from skill.library.models import Library
from skill.library.reading import ContentPages, Reading


def load(folder: Path) -> Mapping[str, Library]:
    """The library of each Alexa locale, by locale code such as `en-US`.

    Args:
        folder: a content folder, as `content_folder` finds it; what it says is held against `the_phrases`.

    Raises:
        ContentFaults: something is wrong with the content; carries every fault in every file.
    """
    content, faults = examine(folder)
    if faults:
        raise ContentFaults(faults)
    return assemble(content)


def examine(folder: Path) -> tuple[ContentPages, tuple[Fault, ...]]:
    """The pages of a content folder as far as they can be read, and every fault in them; see `load`.

    Raises:
        ContentFaults: there is no such folder.
    """
    if not folder.is_dir():
        what = "there is no such content folder"
        raise ContentFaults([Fault(str(folder), 1, "", what, rule=Rule.FILE_MISSING)])
    reading = Reading(folder)
    content = reading.content()
    if reading.folder == content_folder().resolve():
        first = next(iter(content.languages.values()), None)
        registry = checks.registry_of(first.phrases) if first else {}
    else:
        registry = the_phrases()
    return content, (*reading.faults, *checks.check(content, registry))


@cache
def the_phrases() -> Registry:
    """The phrases that the skill says, and their placeholders: those of its own content in its first language.

    Other languages and other content folders are held against them.

    Raises:
        ContentFaults: the skill's own skill.yaml or its first language's phrases.yaml cannot be used.
    """
    reading = Reading(content_folder())
    first, *_ = reading.languages(reading.page("skill.yaml", SkillFile)) or [""]
    page = reading.page(f"{first}/phrases.yaml", PhrasesFile)
    if reading.faults:
        raise ContentFaults(reading.faults)
    return checks.registry_of(page)
