"""The front door of the library: content comes in whole, or with every fault at once."""

from collections.abc import Mapping
from pathlib import Path

from skill.library.agreement import check
from skill.library.assemble import assemble
from skill.library.checks.phrases import Registry
from skill.library.faults import ContentFaults, Fault, Rule
from skill.library.models import Library
from skill.library.pages import ContentPages
from skill.library.phrases import PHRASES
from skill.library.reading import Reading


def load(folder: Path, registry: Registry = PHRASES) -> Mapping[str, Library]:
    """The library of each Alexa locale, by locale code such as `en-US`.

    Args:
        folder: a content folder, as `content_folder` finds it.
        registry: the phrases that the skill says and their placeholders.

    Raises:
        ContentFaults: something is wrong with the content; carries every fault in every file.
    """
    content, faults = examine(folder, registry)
    if faults:
        raise ContentFaults(faults)
    return assemble(content)


def examine(folder: Path, registry: Registry = PHRASES) -> tuple[ContentPages, tuple[Fault, ...]]:
    """The pages of a content folder as far as they can be read, and every fault in them; see `load`.

    Raises:
        ContentFaults: there is no such folder.
    """
    if not folder.is_dir():
        what = "there is no such content folder"
        raise ContentFaults([Fault(str(folder), 1, "", what, rule=Rule.FILE_MISSING)])
    reading = Reading(folder)
    content = reading.content()
    return content, (*reading.faults, *check(content, registry))
