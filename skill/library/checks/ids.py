"""Every id that a file mentions exists, and every exercise and routine has both its facts and its words."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from skill.library.faults import Fault, Rule, closest, meant, not_mistyped
from skill.library.models import Level
from skill.library.pages import ContentPages, LanguagePages, Page

_FORMS = (Level.EASIER.value, Level.HARDER.value)
FORMS = ((), *((form,) for form in _FORMS))
"""The places of the three forms inside an exercise's file."""


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of everything that is named in one file and defined in another."""
    for exercise in content.exercises.values():
        yield from _positions(exercise, content)
        for language in content.languages.values():
            yield from _named(exercise, language)
    for language in content.languages.values():
        yield from _called(language)
    for routine in content.routines.values():
        yield from _steps(routine, content)
    for key in ("first_routine", "off_the_floor_routine"):
        yield from _known(content.skill, (key,), content.routines, Rule.ROUTINE_UNKNOWN, "routine")
    for language in content.languages.values():
        yield from _pairs("exercise", content, content.exercises, language, language.exercises)
        yield from _pairs("routine", content, content.routines, language, language.routines)


def _positions(exercise: Page[Any], content: ContentPages) -> Iterator[Fault]:
    positions = content.positions.keys("positions")
    if positions is not None:
        for form in FORMS:
            yield from _known(exercise, (*form, "position"), positions, Rule.POSITION_UNKNOWN, "position")


def _named(exercise: Page[Any], language: LanguagePages) -> Iterator[Fault]:
    equipment, cautions = language.names.keys("equipment"), language.names.keys("cautions")
    file = language.names.file
    if equipment is not None:
        for form in FORMS:
            pattern = (*form, "equipment", "*")
            yield from _known(exercise, pattern, equipment, Rule.EQUIPMENT_UNKNOWN, "equipment", file)
    if cautions is not None:
        yield from _known(exercise, ("cautions", "*"), cautions, Rule.CAUTION_UNKNOWN, "caution", file)


def _called(language: LanguagePages) -> Iterator[Fault]:
    """Equipment that can be needed and cannot be named by who has not got it, and the other way round."""
    names = language.names
    needed, called = names.keys("equipment"), names.keys("equipment_called")
    if needed is None or called is None:
        return
    yield from _known_keys(names, "equipment_called", called, needed)
    yield from _known_keys(names, "equipment", needed, called)


def _known_keys(page: Page[Any], key: str, found: Collection[str], known: Collection[str]) -> Iterator[Fault]:
    for id_ in found:
        if id_ not in known:
            what = f"'{id_}' stands in only one of equipment and equipment_called"
            yield page.fault(Rule.EQUIPMENT_UNKNOWN, (key, id_), what, meant(id_, known, "add it to both"))


def _steps(routine: Page[Any], content: ContentPages) -> Iterator[Fault]:
    known = content.exercises
    for pattern in (("steps", "*"), ("steps", "*", "exercise")):
        yield from _known(routine, pattern, known, Rule.EXERCISE_UNKNOWN, "exercise")
    for where, form in routine.find("steps", "*", "form"):
        exercise = known.get(str(routine.says(*where[:-1], "exercise")))
        forms = exercise.keys() if exercise else None
        if exercise and forms is not None and form in _FORMS and form not in forms:
            what = f"'{exercise.id}' has no {form} form"
            yield routine.fault(Rule.FORM_UNKNOWN, where, what, f"{exercise.file} can give it one")


def _known(
    page: Page[Any], pattern: tuple[str, ...], known: Collection[str], rule: Rule, noun: str, file: str = ""
) -> Iterator[Fault]:
    """Faults of ids that are not known. `file` is where new ones are given their words."""
    for where, value in page.find(*pattern):
        if isinstance(value, str) and value not in known:
            cure = f"{file} has no words for it" if file else ""
            yield page.fault(rule, where, f"unknown {noun} '{value}'", meant(value, known, cure))


def _pairs(
    noun: str,
    content: ContentPages,
    facts: Mapping[str, Page[Any]],
    language: LanguagePages,
    words: Mapping[str, Page[Any]],
) -> Iterator[Fault]:
    """Faults of facts without words and of words without facts, which are files of the same name."""
    strays = [id_ for id_ in words if id_ not in facts]
    for id_ in strays:
        near = closest(id_, [other for other in facts if other not in words])
        hint = f"did you mean '{near}'?" if near else f"write {content.folder}/{noun}s/{id_}.yaml"
        yield words[id_].fault(Rule.FACTS_MISSING, (), f"there is no {noun} '{id_}'", hint)
    lone = [id_ for id_ in facts if id_ not in words]
    for id_ in not_mistyped(lone, strays, lone):
        what = f"the {noun} '{id_}' has no words in this language"
        file = f"{language.folder}/{noun}s/{id_}.yaml"
        yield Fault(file, 1, "", what, "write this file", Rule.WORDS_MISSING)
