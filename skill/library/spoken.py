"""Content can be spoken as it stands: phrases that the skill says, placeholders that are filled, sentences of a breath.

A check takes pages and yields faults. It never stops at the first, and stays silent about what it cannot know
because another file is missing or misshapen.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from skill.library.assemble import forms
from skill.library.faults import Fault, Rule, Where, meant, not_mistyped
from skill.library.files import ExerciseFile, ExerciseWords
from skill.library.models import Form, Sides
from skill.library.pages import ContentPages, LanguagePages, Page

Registry = Mapping[str, frozenset[str]]
"""The key of every phrase the skill says -> the placeholders that each of its sentences has to use."""

SENTENCE_CHARACTERS = 220
"""A longer sentence is more than a breath, and more than can be kept in mind while moving."""

INTRODUCTION_CHARACTERS = 1_500
"""About a hundred seconds of speech: name, purpose, set-up, move and feel of one exercise together."""

SECONDS_A_WORD = 0.4
"""150 words a minute, the slow end of what younger and older listeners find comfortable in a synthetic voice:
https://experts.nebraska.edu/en/publications/younger-and-older-adults-rate-performance-when-listening-to-synth"""

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")

_SIDES = frozenset({"working", "supporting"})
_SIDED = frozenset({"setup", "setup_short", "move", "switch", "switch_short", "side", "posture"})
"""What of an exercise's words is only ever said while a side is working."""

_PLACED = frozenset({"to", "ways", "positions"})
"""What of the words for positions may name the side that works there, or lies below."""

_PLAIN = re.compile(r"[A-Za-z ,.;:!?'’{}-]*")
"""Texts of these characters alone need no closer look; nearly all are."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_CLAIM = re.compile(
    r"\b(cur(e|es|ed|ing)|treat(s|ed|ing|ments?)?|heal(s|ed|ing)?|pain[ -]relief|reliev(e|es|ing) pain"
    r"|therap(y|ies|eutic)|rehab(ilitates?|ilitation)?|diagnos(es?|ed|ing|is))\b",
    re.IGNORECASE,
)
"""Words that would read as a promise. Amazon refuses skills that claim to treat or diagnose:
https://developer.amazon.com/docs/custom-skills/policy-requirements-for-an-alexa-skill.html"""


def registry_of(phrases: Page[Any]) -> Registry:
    """The phrases of a page, with the placeholders of the first sentence of each: the pattern for all others."""
    said = ((str(key), text) for key, text in (phrases.keys() or {}).items())
    first = ((key, text[0] if isinstance(text, list) and text else text) for key, text in said)
    return {key: frozenset(_PLACEHOLDER.findall(text)) if isinstance(text, str) else frozenset() for key, text in first}


def check(content: ContentPages, registry: Registry) -> Iterator[Fault]:
    """Every fault in the words of a content folder.

    Args:
        content: the pages, misshapen ones among them.
        registry: the phrases that the skill says and their placeholders.
    """
    for where, title in content.skill.find("title"):
        if isinstance(title, str):
            yield from _text(content.skill, where, title)
    for language in content.languages.values():
        if registry:  # else the file that says which phrases there are cannot be read, and that is told
            yield from _keys(language.phrases, registry)
        yield from _overrides(content, language, registry)
        for page in (language.phrases, *language.overrides.values()):
            for where, text in page.texts:
                yield from _text(page, where, text.strip())
                yield from _filled(page, where, text, registry)
        for id_, words in language.exercises.items():
            yield from _exercise(words, content.exercises.get(id_))
        others: list[Page[Any]] = [*language.routines.values(), language.names, language.positions]
        for page in others:
            for where, text in page.texts:
                yield from _text(page, where, text.strip())
                yield from _unknown(page, where, text, frozenset() if _PLACED.isdisjoint(where[:1]) else _SIDES)


# Phrases and placeholders


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
            if registry and key not in registry:
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


def _unknown(page: Page[Any], where: Where, text: str, known: frozenset[str]) -> Iterator[Fault]:
    if "{" not in text and "}" not in text:
        return
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            hint = meant(name, known, "nothing is filled in here" if not known else "")
            yield page.fault(Rule.PLACEHOLDER_UNKNOWN, where, f"unknown placeholder {{{name}}}", hint)
    if "{" in (rest := _PLACEHOLDER.sub("", text)) or "}" in rest:
        hint = "a placeholder is a word in braces, like {number}"
        yield page.fault(Rule.PLACEHOLDER_UNKNOWN, where, "a brace that belongs to no placeholder", hint)


# Single texts


def _text(page: Page[Any], where: Where, text: str) -> Iterator[Fault]:
    if not _PLAIN.fullmatch(text):
        if (found := re.search(r"\d+", text)) and "synonyms" not in where:
            yield page.fault(Rule.DIGITS, where, f"'{found[0]}' is in digits", "write the number as a word")
        for character in dict.fromkeys(text):
            if not _sayable(character):
                hint = "write it on one line, or with >- instead of |" if character == "\n" else "leave it out"
                yield page.fault(Rule.CHARACTER, where, f"{_shown(character)} cannot be spoken", hint)
    if found := _CLAIM.search(text):
        what = f"'{found[0]}' promises something about health"
        yield page.fault(Rule.HEALTH_CLAIM, where, what, "say what is done and what is felt")
    for sentence in _SENTENCE_END.split(text) if len(text) > SENTENCE_CHARACTERS else ():
        if len(sentence) > SENTENCE_CHARACTERS:
            what = f"the sentence '{sentence[:30]}…' has {len(sentence)} characters"
            yield page.fault(Rule.SENTENCE_TOO_LONG, where, what, f"at most {SENTENCE_CHARACTERS} fit into a breath")


def _sayable(character: str) -> bool:
    """Whether a voice can make something of it: not of markup, control characters and emoji."""
    category = unicodedata.category(character)
    return character not in "<>&" and category[0] != "C" and category not in ("So", "Sk", "Me")


def _shown(character: str) -> str:
    if character == "\n":
        return "a line break"
    name = unicodedata.name(character, f"the control character {ord(character):#04x}").lower()
    return f"'{character}' ({name})" if character.isprintable() else name


# The words of one exercise


def _exercise(words: Page[ExerciseWords], facts: Page[ExerciseFile] | None) -> Iterator[Fault]:
    together = facts is not None and facts.says("sides") == Sides.TOGETHER
    for where, text in words.texts:
        sided = not _SIDED.isdisjoint(where[:2])
        yield from _text(words, where, text.strip())
        yield from _unknown(words, where, text, _SIDES if sided else frozenset())
        if sided and together and not _SIDES.isdisjoint(_PLACEHOLDER.findall(text)):
            what = "a side is named, but the sides work together"
            yield words.fault(Rule.SIDE_IN_BOTH_TOGETHER, where, what, "write the sentence for both sides")
        if where == ("safety",) and "?" in text:
            yield words.fault(Rule.ASKS, where, "this answer asks something", "nothing about health is ever asked")
    if facts and facts.shape and words.shape:
        told, has = words.shape, facts.shape
        if (bool(told.easier), bool(told.harder)) == (bool(has.easier), bool(has.harder)):
            for form in forms(has, told).values():
                yield from _lengths(words, form)


def _lengths(page: Page[ExerciseWords], form: Form) -> Iterator[Fault]:
    """What is said fits its time: the introduction a listener's patience, the beats their tempo."""
    words, tempo, beats = page.whole, form.dose.tempo, form.beats

    def place(key: str) -> tuple[str, ...]:
        """Where a form's words are: with the form if it has its own, else with the usual form."""
        return (form.level.value, key) if page.says(form.level.value, key) else (key,)

    length = len(" ".join((words.name, words.purpose, *form.setup, form.move, words.feel)))
    if length > INTRODUCTION_CHARACTERS:
        what = f"purpose, setup, move and feel together have {length} characters"
        hint = f"at most {INTRODUCTION_CHARACTERS} can be listened to"
        yield page.fault(Rule.INTRODUCTION_TOO_LONG, place("setup"), what, hint)
    parts = (
        ("lift", beats.lift, tempo.lift),
        ("hold", beats.hold, form.dose.hold.least),
        ("lower", beats.lower, tempo.lower),
    )
    for part, beat, seconds in parts:
        needed = len(beat.split()) * SECONDS_A_WORD
        if needed > seconds:
            what = f"'{beat}' takes {needed:.1f} seconds to say"
            hint = f"the {part} of the {form.level} form may take only {seconds}"
            yield page.fault(Rule.BEAT_TOO_LONG, (*place("beats"), part), what, hint)
