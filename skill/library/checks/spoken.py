"""Every text can be spoken as it stands: short sentences, words for numbers, no promises about health."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from skill.library.faults import Fault, Rule, Where
from skill.library.pages import ContentPages, Page

SENTENCE_CHARACTERS = 220
"""A longer sentence is more than a breath, and more than can be kept in mind while moving."""

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


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of single texts, in every file whose words are said."""
    for where, title in content.skill.find("title"):
        if isinstance(title, str):
            yield from _text(content.skill, where, title)
    for language in content.languages.values():
        for page in (*language.spoken(), *language.phrased()):
            for where, text in page.texts():
                yield from _text(page, where, text.strip())
        for words in language.exercises.values():
            yield from _asks(words)


def _text(page: Page[Any], where: Where, text: str) -> Iterator[Fault]:
    if not _PLAIN.fullmatch(text):
        yield from _characters(page, where, text)
    if found := _CLAIM.search(text):
        what = f"'{found[0]}' promises something about health"
        yield page.fault(Rule.HEALTH_CLAIM, where, what, "say what is done and what is felt")
    if len(text) > SENTENCE_CHARACTERS:
        yield from _sentences(page, where, text)


def _characters(page: Page[Any], where: Where, text: str) -> Iterator[Fault]:
    if (found := re.search(r"\d+", text)) and "synonyms" not in where:
        yield page.fault(Rule.DIGITS, where, f"'{found[0]}' is in digits", "write the number as a word")
    for character in dict.fromkeys(text):
        if not _sayable(character):
            hint = "write it on one line, or with >- instead of |" if character == "\n" else "leave it out"
            yield page.fault(Rule.CHARACTER, where, f"{_shown(character)} cannot be spoken", hint)


def _shown(character: str) -> str:
    if character == "\n":
        return "a line break"
    name = unicodedata.name(character, f"the control character {ord(character):#04x}").lower()
    return f"'{character}' ({name})" if character.isprintable() else name


def _sayable(character: str) -> bool:
    """Whether a voice can make something of it: not of markup, control characters and emoji."""
    category = unicodedata.category(character)
    return character not in "<>&" and category[0] != "C" and category not in ("So", "Sk", "Me")


def _sentences(page: Page[Any], where: Where, text: str) -> Iterator[Fault]:
    for sentence in _SENTENCE_END.split(text):
        if len(sentence) > SENTENCE_CHARACTERS:
            what = f"the sentence '{sentence[:30]}…' has {len(sentence)} characters"
            yield page.fault(Rule.SENTENCE_TOO_LONG, where, what, f"at most {SENTENCE_CHARACTERS} fit into a breath")


def _asks(words: Page[Any]) -> Iterator[Fault]:
    """The answer about safety is no question: nothing about a person's health is ever asked."""
    for where, text in words.find("safety"):
        if isinstance(text, str) and "?" in text:
            yield words.fault(Rule.ASKS, where, "this answer asks something", "nothing about health is ever asked")
