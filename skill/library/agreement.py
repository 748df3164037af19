"""All checks of what one file alone cannot show."""

from collections.abc import Iterator

from skill.library.checks import forms, ids, lengths, names, phrases, positions, spoken
from skill.library.checks.phrases import Registry
from skill.library.faults import Fault
from skill.library.pages import ContentPages


def check(content: ContentPages, registry: Registry) -> Iterator[Fault]:
    """Every fault between the files of a content folder, and in the words themselves.

    Args:
        content: the pages, misshapen ones among them.
        registry: the phrases that the skill says and their placeholders.
    """
    yield from ids.check(content)
    yield from names.check(content)
    yield from forms.check(content)
    yield from positions.check(content)
    yield from phrases.check(content, registry)
    yield from spoken.check(content)
    yield from lengths.check(content)
