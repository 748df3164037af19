"""The words of an exercise fit its facts: words for each form, a change of sides where sides change."""

from collections.abc import Iterator
from typing import Any

from skill.library.checks.ids import FORMS
from skill.library.faults import Fault, Rule
from skill.library.models import Level, Sides
from skill.library.pages import ContentPages, Page


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of forms and of changes of side."""
    for exercise in content.exercises.values():
        yield from _switch(exercise, exercise)
    for language in content.languages.values():
        for id_, words in language.exercises.items():
            facts = content.exercises.get(id_)
            if facts and facts.readable and words.readable:
                yield from _forms(facts, words)
                yield from _switch(facts, words)


def _forms(facts: Page[Any], words: Page[Any]) -> Iterator[Fault]:
    for level in (Level.EASIER, Level.HARDER):
        has, told = facts.keys() or {}, words.keys() or {}
        if level in has and level not in told:
            what = f"there is a form '{level}' in {facts.file}, but no words for it"
            yield words.fault(Rule.FORM_WORDS_MISSING, (), what, f"add {level}, at least with a label")
        elif level in told and level not in has:
            what = f"these are words for a form that {facts.file} does not have"
            yield words.fault(Rule.FORM_WORDS_NEEDLESS, (level.value,), what)


def _switch(facts: Page[Any], page: Page[Any]) -> Iterator[Fault]:
    """A change of sides, and in words a name for each side, are there exactly when the sides work one at a time."""
    sides, told = facts.says("sides"), page.keys() or {}
    needed = {"switch": "the seconds of changing sides"}
    if facts is not page:
        needed = {"switch": "the words of changing sides", "side": "the side named by its limb"}
    for key, what in needed.items():
        if sides == Sides.EACH and key not in told:
            why = f"missing key '{key}': the sides work one at a time"
            yield page.fault(Rule.SWITCH_MISSING, (), why, f"add {what}")
        if sides == Sides.TOGETHER:
            for form in FORMS:
                for where, _ in page.find(*form, key):
                    why = "the sides work together and never change"
                    yield page.fault(Rule.SWITCH_NEEDLESS, where, why, "remove it")
