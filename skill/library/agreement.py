"""Content files agree with each other: every id is one that there is, words fit facts, ways lead everywhere.

A check takes pages and yields faults. It never stops at the first, and stays silent about what it cannot know
because another file is missing or misshapen.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from skill.library.faults import Fault, Rule, closest, meant, not_mistyped
from skill.library.models import Level, Sides
from skill.library.pages import ContentPages, Keys, LanguagePages, Page

_OTHER_FORMS = (Level.EASIER.value, Level.HARDER.value)
_FORMS = ((), *((form,) for form in _OTHER_FORMS))
"""The places of the three forms inside an exercise's file."""


def check(content: ContentPages) -> Iterator[Fault]:
    """Every fault between the files of a content folder, misshapen ones among them."""
    for exercise in content.exercises.values():
        yield from _known_ids(exercise, content)
        yield from _switch(exercise, exercise)
    for routine in content.routines.values():
        yield from _steps(routine, content)
    for key in ("first_routine", "off_the_floor_routine"):
        yield from _known(content.skill, (key,), content.routines, Rule.ROUTINE_UNKNOWN, "routine")
    for language in content.languages.values():
        yield from _equipment(language.names)
        yield from _pairs("exercise", content, content.exercises, language, language.exercises)
        yield from _pairs("routine", content, content.routines, language, language.routines)
        yield from _names(language)
        for id_, words in language.exercises.items():
            facts = content.exercises.get(id_)
            if facts and facts.readable and words.readable:
                yield from _forms(facts, words)
                yield from _switch(facts, words)
    positions = content.positions.keys("positions")
    if positions is not None:
        yield from _changes(content.positions, positions)
        for language in content.languages.values():
            yield from _ways(language, positions)
        yield from _off_the_floor(content)


# Ids


def _known_ids(exercise: Page[Any], content: ContentPages) -> Iterator[Fault]:
    positions = content.positions.keys("positions")
    for form in _FORMS if positions is not None else ():
        yield from _known(exercise, (*form, "position"), positions or {}, Rule.POSITION_UNKNOWN, "position")
    for names in (language.names for language in content.languages.values()):
        equipment, cautions = names.keys("equipment"), names.keys("cautions")
        for form in _FORMS if equipment is not None else ():
            pattern = (*form, "equipment", "*")
            yield from _known(exercise, pattern, equipment or {}, Rule.EQUIPMENT_UNKNOWN, "equipment", names.file)
        if cautions is not None:
            yield from _known(exercise, ("cautions", "*"), cautions, Rule.CAUTION_UNKNOWN, "caution", names.file)


def _known(
    page: Page[Any], pattern: tuple[str, ...], known: Collection[str], rule: Rule, noun: str, file: str = ""
) -> Iterator[Fault]:
    """Faults of ids that are not known. `file` is where new ones are given their words."""
    for where, value in page.find(*pattern):
        if isinstance(value, str) and value not in known:
            cure = f"{file} has no words for it" if file else ""
            yield page.fault(rule, where, f"unknown {noun} '{value}'", meant(value, known, cure))


def _steps(routine: Page[Any], content: ContentPages) -> Iterator[Fault]:
    known = content.exercises
    for pattern in (("steps", "*"), ("steps", "*", "exercise")):
        yield from _known(routine, pattern, known, Rule.EXERCISE_UNKNOWN, "exercise")
    for where, form in routine.find("steps", "*", "form"):
        exercise = known.get(str(routine.says(*where[:-1], "exercise")))
        forms = exercise.keys() if exercise else None
        if exercise and forms is not None and form in _OTHER_FORMS and form not in forms:
            what = f"'{exercise.id}' has no {form} form"
            yield routine.fault(Rule.FORM_UNKNOWN, where, what, f"{exercise.file} can give it one")


def _equipment(names: Page[Any]) -> Iterator[Fault]:
    """Equipment that can be needed and cannot be named by who has not got it, and the other way round."""
    needed, called = names.keys("equipment"), names.keys("equipment_called")
    if needed is None or called is None:
        return
    for key, found, known in (("equipment_called", called, needed), ("equipment", needed, called)):
        for id_ in found:
            if id_ not in known:
                what = f"'{id_}' stands in only one of equipment and equipment_called"
                yield names.fault(Rule.EQUIPMENT_UNKNOWN, (key, id_), what, meant(id_, known, "add it to both"))


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


# Names and forms


def _names(language: LanguagePages) -> Iterator[Fault]:
    """No two exercises or routines answer to the same name, or people would get what they did not ask for."""
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


def _forms(facts: Page[Any], words: Page[Any]) -> Iterator[Fault]:
    """There are words for each form, and for no other."""
    has, told = facts.keys() or {}, words.keys() or {}
    for level in _OTHER_FORMS:
        if level in has and level not in told:
            what = f"there is a form '{level}' in {facts.file}, but no words for it"
            yield words.fault(Rule.FORM_WORDS_MISSING, (), what, f"add {level}, at least with a label")
        elif level in told and level not in has:
            what = f"these are words for a form that {facts.file} does not have"
            yield words.fault(Rule.FORM_WORDS_NEEDLESS, (level,), what)


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
        for form in _FORMS if sides == Sides.TOGETHER else ():
            for where, _ in page.find(*form, key):
                yield page.fault(Rule.SWITCH_NEEDLESS, where, "the sides work together and never change", "remove it")


# Positions


def _changes(page: Page[Any], positions: Keys) -> Iterator[Fault]:
    """The seconds from each position to each other; from the floor up, more than the pause inside them."""
    missing, told = Rule.CHANGE_MISSING, "the seconds from {} to {} are missing".format
    yield from _all(page, ("seconds",), positions, missing, lambda start: told(start, "elsewhere"))
    for start, row in (page.keys("seconds") or {}).items():
        if not isinstance(row, dict) or start not in positions:
            continue
        where = ("seconds", start)
        yield from _all(page, where, positions, missing, partial(told, start))
        if start in row:
            what = "from a position to itself is no change"
            yield page.fault(Rule.CHANGE_NEEDLESS, (*where, start), what, "remove it")
    pause = page.says("seated_pause")
    on_floor = [position for position in positions if page.says("positions", position, "floor") is True]
    for start in on_floor:
        for end in positions:
            seconds = page.says("seconds", start, end)
            if end not in on_floor and isinstance(seconds, int) and isinstance(pause, int) and seconds <= pause:
                what = f"{seconds} seconds leave none beside the seated pause of {pause}"
                yield page.fault(Rule.PAUSE_TOO_LONG, ("seconds", start, end), what)


def _ways(language: LanguagePages, positions: Keys) -> Iterator[Fault]:
    """Words for each position, and for no way that there is not."""
    for page, key in ((language.positions, "to"), (language.names, "positions")):
        rule = Rule.POSITION_WORDS_MISSING
        yield from _all(page, (key,), positions, rule, "there are no words for the position '{}'".format)
    page = language.positions
    for where in (("up_from",), ("ways",), *(("ways", start) for start in page.keys("ways") or {})):
        yield from _all(page, where, positions)


def _all(
    page: Page[Any],
    where: tuple[str, ...],
    positions: Keys,
    rule: Rule | None = None,
    what: Callable[[str], str] = str,
) -> Iterator[Fault]:
    """Faults of the keys at a place: each has to be a position and, with a rule, each position but its own there."""
    found = page.keys(*where)
    if found is None:
        return
    strays = [position for position in found if position not in positions]
    for position in strays:
        hint = meant(position, positions)
        yield page.fault(Rule.POSITION_UNKNOWN, (*where, position), f"unknown position '{position}'", hint)
    if rule:
        lacking = [position for position in positions if position not in found and position not in where[1:]]
        for position in not_mistyped(lacking, strays, positions):
            yield page.fault(rule, where, what(position))


def _off_the_floor(content: ContentPages) -> Iterator[Fault]:
    """Whoever asks for no floor must not be led there, not even by an easier or harder form."""
    routine = content.routines.get(str(content.skill.says("off_the_floor_routine")))
    if routine is None or routine.shape is None:
        return
    for number, step in enumerate(routine.shape.steps):
        facts = content.exercises.get(step.exercise)
        for where, position in (*facts.find("position"), *facts.find("*", "position")) if facts else ():
            if content.positions.says("positions", str(position), "floor") is True:
                form = f"the form '{where[0]}' of '{step.exercise}'" if len(where) > 1 else f"'{step.exercise}'"
                what = f"{form} is done on the floor, and this is the routine off the floor"
                yield routine.fault(Rule.ROUTINE_ON_FLOOR, ("steps", number), what)
