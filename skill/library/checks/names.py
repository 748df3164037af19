"""No two exercises or routines answer to the same name, or people would get what they did not ask for."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from skill.library.faults import Fault, Rule
from skill.library.pages import ContentPages, LanguagePages, Page


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of names and synonyms that are used twice in a language, be it in one file."""
    for language in content.languages.values():
        yield from _twice(language)


def _twice(language: LanguagePages) -> Iterator[Fault]:
    used: dict[str, str] = {}
    pages: tuple[Page[Any], ...] = (*language.exercises.values(), *language.routines.values())
    for page in pages:
        for where, name in chain(page.find("name"), page.find("synonyms", "*")):
            if not isinstance(name, str):
                continue
            heard = " ".join(name.lower().replace("-", " ").split())
            if heard in used:
                first = "this file has it already" if used[heard] == page.file else f"{used[heard]} has it already"
                yield page.fault(Rule.NAME_TWICE, where, f"the name '{name}' is used twice", first)
            used.setdefault(heard, page.file)
