"""What content keeps beyond the shape of each file: files agree with each other, and what they say can be spoken.

A check takes pages and yields faults. It never stops at the first, and stays silent about what it cannot know
because another file is missing or misshapen.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from skill.library.assemble import forms
from skill.library.faults import Fault, Rule, Where, compared, meant
from skill.library.files import ExerciseFile, ExerciseWords
from skill.library.models import Form, Level, Sides
from skill.library.page import Keys, Page
from skill.library.reading import ContentPages, LanguagePages

Registry = Mapping[str, frozenset[str]]
"""The key of every phrase the skill says -> the placeholders that each of its sentences has to use."""

_OTHER_FORMS = (Level.EASIER.value, Level.HARDER.value)
_FORMS = ((), *((form,) for form in _OTHER_FORMS))
"""The places of the three forms inside an exercise's file."""

SENTENCE_CHARACTERS = 220
"""A longer sentence is more than a breath, and more than can be kept in mind while moving."""

INTRODUCTION_CHARACTERS = 1_500
"""About a hundred seconds of speech: name, purpose, set-up, move and feel of one exercise together."""

SECONDS_A_WORD = 0.4
"""150 words a minute, the slow end of what younger and older listeners find comfortable in a synthetic voice:
https://experts.nebraska.edu/en/publications/younger-and-older-adults-rate-performance-when-listening-to-synth"""

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")

_NONE: frozenset[str] = frozenset()
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
    """Every fault between the files of a content folder, and in what they say.

    Args:
        content: the pages, misshapen ones among them.
        registry: the phrases that the skill says and their placeholders.
    """
    for exercise in content.exercises.values():
        yield from _known_ids(exercise, content)
        yield from _switch(exercise, exercise)
    for routine in content.routines.values():
        yield from _steps(routine, content)
    for key in ("first_routine", "off_the_floor_routine"):
        yield from _known(content.skill, [(key,)], content.routines, Rule.ROUTINE_UNKNOWN, "routine")
    if isinstance(title := content.skill.says("title"), str):
        yield from _text(content.skill, ("title",), title)
    positions = content.positions.keys("positions")
    if positions is not None:
        yield from _changes(content.positions, positions)
        yield from _off_the_floor(content)
    for language in content.languages.values():
        yield from _equipment(language.names)
        yield from _pairs(content, language)
        yield from _names(language)
        if positions is not None:
            yield from _ways(language, positions)
        yield from _phrases(content, language, registry)
        for id_, words in language.exercises.items():
            yield from _exercise(words, content.exercises.get(id_))
        others: list[Page[Any]] = [*language.routines.values(), language.names, language.positions]
        for page in others:
            for where, text in page.texts:
                yield from _text(page, where, text)
                yield from _unknown(page, where, text, _NONE if _PLACED.isdisjoint(where[:1]) else _SIDES)


# Ids


def _known_ids(exercise: Page[Any], content: ContentPages) -> Iterator[Fault]:
    places = [(*form, "position") for form in _FORMS]
    yield from _known(exercise, places, content.positions.keys("positions"), Rule.POSITION_UNKNOWN, "position")
    for names in (language.names for language in content.languages.values()):
        equipment, cautions = names.keys("equipment"), names.keys("cautions")
        places = [(*form, "equipment", "*") for form in _FORMS]
        yield from _known(exercise, places, equipment, Rule.EQUIPMENT_UNKNOWN, "equipment", names.file)
        yield from _known(exercise, [("cautions", "*")], cautions, Rule.CAUTION_UNKNOWN, "caution", names.file)


def _known(
    page: Page[Any],
    places: Sequence[tuple[str, ...]],
    known: Collection[str] | None,
    rule: Rule,
    noun: str,
    file: str = "",
) -> Iterator[Fault]:
    """Faults of ids that are not known. `file` is where new ones are given their words."""
    if known is None:
        return
    for where, value in chain.from_iterable(page.find(*place) for place in places):
        if isinstance(value, str) and value not in known:
            cure = f"{file} has no words for it" if file else ""
            yield page.fault(rule, where, f"unknown {noun} '{value}'", meant(value, known, cure))


def _steps(routine: Page[Any], content: ContentPages) -> Iterator[Fault]:
    known = content.exercises
    yield from _known(routine, (("steps", "*"), ("steps", "*", "exercise")), known, Rule.EXERCISE_UNKNOWN, "exercise")
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


def _pairs(content: ContentPages, language: LanguagePages) -> Iterator[Fault]:
    """Faults of facts without words and of words without facts, which are files of the same name."""
    pairs: list[tuple[str, Mapping[str, Page[Any]], Mapping[str, Page[Any]]]] = [
        ("exercise", content.exercises, language.exercises),
        ("routine", content.routines, language.routines),
    ]
    for noun, facts, words in pairs:
        lone = [id_ for id_ in facts if id_ not in words]
        strays, missing = compared([id_ for id_ in words if id_ not in facts], lone)
        for id_ in strays:
            hint = meant(id_, lone, f"write {content.folder}/{noun}s/{id_}.yaml")
            yield words[id_].fault(Rule.FACTS_MISSING, (), f"there is no {noun} '{id_}'", hint)
        for id_ in missing:
            what = f"the {noun} '{id_}' has no words in this language"
            file = f"{content.folder}/{language.language}/{noun}s/{id_}.yaml"
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
    missing = Rule.CHANGE_MISSING
    yield from _all(page, ("seconds",), positions, missing, "the seconds from {} to elsewhere are missing")
    for start in positions:
        yield from _all(page, ("seconds", start), positions, missing, f"the seconds from {start} to {{}} are missing")
        for where, _ in page.find("seconds", start, start):
            yield page.fault(Rule.CHANGE_NEEDLESS, where, "from a position to itself is no change", "remove it")
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
    words, missing, what = language.positions, Rule.POSITION_WORDS_MISSING, "there are no words for the position '{}'"
    yield from _all(words, ("to",), positions, missing, what)
    yield from _all(language.names, ("positions",), positions, missing, what)
    for where in (("up_from",), ("ways",), *(("ways", start) for start in words.keys("ways") or {})):
        yield from _all(words, where, positions)


def _all(
    page: Page[Any], where: tuple[str, ...], positions: Keys, rule: Rule | None = None, what: str = ""
) -> Iterator[Fault]:
    """Faults of the keys at a place: each has to be a position and, with a rule, each position but its own there."""
    strays, missing = compared(page.keys(*where) or {}, positions)
    for position in strays:
        hint = meant(position, positions)
        yield page.fault(Rule.POSITION_UNKNOWN, (*where, position), f"unknown position '{position}'", hint)
    for position in missing if page.keys(*where) is not None else ():
        if rule and position not in where[1:]:
            yield page.fault(rule, where, what.replace("{}", position))


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


# Phrases and placeholders


def _phrases(content: ContentPages, language: LanguagePages, registry: Registry) -> Iterator[Fault]:
    """All phrases are there, and no other, and each uses its placeholders; so does what a locale says differently."""
    told, overrides = language.phrases.keys(), language.overrides
    if registry and told is not None:  # else the file that says which phrases there are cannot be read: that is told
        unused, missing = compared(told, registry)
        for key in unused:
            near = meant(key, registry, "remove it")
            yield language.phrases.fault(Rule.PHRASE_UNUSED, (key,), "this phrase is never said", near)
        for key in missing:
            braces = " and ".join(f"{{{name}}}" for name in sorted(registry[key]))
            hint = f"it has to use {braces}" if braces else "it has no placeholders"
            yield language.phrases.fault(Rule.PHRASE_MISSING, (), f"missing phrase '{key}'", hint)
    found = content.skill.find("locales", "*", "language")
    served = [str(where[1]) for where, value in found if value == language.language]
    for locale, page in overrides.items():
        if locale not in served and content.skill.keys("locales"):
            what = f"no locale '{locale}' is served in this language"
            yield page.fault(Rule.OVERRIDE_FOR_NO_LOCALE, (), what, meant(locale, served))
        for key in page.keys() or {}:
            if registry and key not in registry:
                what = "there is no such phrase to say differently"
                yield page.fault(Rule.OVERRIDE_UNKNOWN, (key,), what, meant(key, registry, "remove it"))
    for page in (language.phrases, *overrides.values()):
        for where, text in page.texts:
            yield from _text(page, where, text)
            if (wanted := registry.get(str(where[0]) if where else "")) is not None:
                yield from _unknown(page, where, text, wanted)
                for name in compared(_PLACEHOLDER.findall(text), sorted(wanted))[1]:
                    what = f"{{{name}}} is missing"
                    yield page.fault(Rule.PLACEHOLDER_MISSING, where, what, "each sentence has to use it")


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
    text = text.strip()
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
    if facts and facts.keys() is not None and words.keys() is not None:
        yield from _forms(facts, words)
        yield from _switch(facts, words)
    together = facts is not None and facts.says("sides") == Sides.TOGETHER
    for where, text in words.texts:
        sided = not _SIDED.isdisjoint(where[:2])
        yield from _text(words, where, text)
        yield from _unknown(words, where, text, _SIDES if sided else _NONE)
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
