"""The phrases in content are the phrases the skill says, each with the placeholders it will be given."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skill.library.faults import Fault, Rule, Where, meant, not_mistyped
from skill.library.pages import ContentPages, LanguagePages, Page

Registry = Mapping[str, frozenset[str]]
"""The key of every phrase the skill says -> the placeholders that each of its sentences has to use."""

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")

_SIDES = frozenset({"working", "supporting"})
_SIDED = frozenset({"setup", "setup_short", "move", "switch", "side", "posture"})
"""What of an exercise's words is only ever said while a side is working."""

_PLACED = frozenset({"to", "ways", "positions"})
"""What of the words for positions may name the side that works there, or lies below."""


def check(content: ContentPages, registry: Registry) -> Iterator[Fault]:
    """Faults of phrase keys, and of placeholders anywhere."""
    for language in content.languages.values():
        yield from _keys(language.phrases, registry)
        yield from _overrides(content, language, registry)
        for page in language.phrased():
            for where, text in page.texts():
                yield from _filled(page, where, text, registry)
        for id_, words in language.exercises.items():
            yield from _sided(words, content.exercises.get(id_))
        others: list[Page[Any]] = [*language.routines.values(), language.names, language.positions]
        for page in others:
            for where, text in page.texts():
                yield from _unknown(page, where, text, _SIDES if not _PLACED.isdisjoint(where[:1]) else frozenset())


def _keys(page: Page[Any], registry: Registry) -> Iterator[Fault]:
    if not page.readable:
        return
    told = page.keys() or {}
    unused = [key for key in told if key not in registry]
    for key in unused:
        near = meant(key, registry, "remove it")
        yield page.fault(Rule.PHRASE_UNUSED, (key,), "this phrase is never said", near)
    for key in not_mistyped([key for key in registry if key not in told], unused, registry):
        braces = " and ".join(f"{{{name}}}" for name in sorted(registry[key]))
        hint = f"it has to use {braces}" if braces else "it has no placeholders"
        yield page.fault(Rule.PHRASE_MISSING, (), f"missing phrase '{key}'", hint)


def _overrides(content: ContentPages, language: LanguagePages, registry: Registry) -> Iterator[Fault]:
    served = {where[1] for where, value in content.skill.find("locales", "*", "language") if value == language.language}
    for locale, page in language.overrides.items():
        if locale not in served and content.skill.keys("locales"):
            what = f"no locale '{locale}' is served in this language"
            yield page.fault(Rule.OVERRIDE_FOR_NO_LOCALE, (), what, meant(locale, [str(name) for name in served]))
        for key in page.keys() or {}:
            if key not in registry:
                what = "there is no such phrase to say differently"
                yield page.fault(Rule.OVERRIDE_UNKNOWN, (key,), what, meant(key, registry, "remove it"))


def _filled(page: Page[Any], where: Where, text: str, registry: Registry) -> Iterator[Fault]:
    wanted = registry.get(str(where[0]) if where else "")
    if wanted is None:
        return
    yield from _unknown(page, where, text, wanted)
    used = dict.fromkeys(_PLACEHOLDER.findall(text))
    for name in not_mistyped(sorted(wanted - used.keys()), [name for name in used if name not in wanted], wanted):
        yield page.fault(Rule.PLACEHOLDER_MISSING, where, f"{{{name}}} is missing", "each sentence has to use it")


def _sided(words: Page[Any], facts: Page[Any] | None) -> Iterator[Fault]:
    together = facts is not None and facts.says("sides") == "together"
    for where, text in words.texts():
        sided = not _SIDED.isdisjoint(where[:2])
        yield from _unknown(words, where, text, _SIDES if sided else frozenset())
        if sided and together and not _SIDES.isdisjoint(_PLACEHOLDER.findall(text)):
            what = "a side is named, but the sides work together"
            yield words.fault(Rule.SIDE_IN_BOTH_TOGETHER, where, what, "write the sentence for both sides")


def _unknown(page: Page[Any], where: Where, text: str, known: frozenset[str]) -> Iterator[Fault]:
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            hint = meant(name, known, "nothing is filled in here" if not known else "")
            yield page.fault(Rule.PLACEHOLDER_UNKNOWN, where, f"unknown placeholder {{{name}}}", hint)
    if "{" in (rest := _PLACEHOLDER.sub("", text)) or "}" in rest:
        hint = "a placeholder is a word in braces, like {number}"
        yield page.fault(Rule.PLACEHOLDER_UNKNOWN, where, "a brace that belongs to no placeholder", hint)
