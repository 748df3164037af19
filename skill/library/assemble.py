"""Makes the library of each locale out of pages that are known to be without fault."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

from skill.library import files
from skill.library.models import (
    Beats,
    Dose,
    Exercise,
    Form,
    Level,
    Library,
    Mistake,
    Posture,
    Routine,
    Side,
    Step,
    Transition,
)
from skill.library.pages import ContentPages, LanguagePages
from skill.library.values import convert, replace

S = TypeVar("S", bound=BaseModel)
V = TypeVar("V")


def assemble(content: ContentPages) -> Mapping[str, Library]:
    """The library of every locale; those of one language share all but phrases and invocation name."""
    made = {library.locale: library for pages in content.languages.values() for library in _libraries(content, pages)}
    return {locale: made[locale] for locale in content.skill.whole.locales}


def _libraries(content: ContentPages, pages: LanguagePages) -> Iterator[Library]:
    skill, positions, names = content.skill.whole, content.positions.whole.positions, pages.names.whole
    words, phrases = pages.positions.whole, pages.phrases.whole.root
    exercises = {
        id_: _exercise(id_, facts.whole, pages.exercises[id_].whole) for id_, facts in content.exercises.items()
    }
    floor = frozenset(id_ for id_, position in positions.items() if position.floor)
    routines = {
        id_: _routine(id_, facts.whole, pages.routines[id_].whole, exercises, floor)
        for id_, facts in content.routines.items()
    }
    ways = _transitions(content.positions.whole, words, words.down, words.up_after_pause)
    without_kneeling = _transitions(
        content.positions.whole, words, words.down_without_kneeling, words.up_after_pause_without_kneeling
    )
    emergency_numbers = {
        zone: names.emergency_numbers[country]
        for country, zones in skill.countries.items()
        if country in names.emergency_numbers
        for zone in zones
    }
    for locale, about in skill.locales.items():
        if about.language == pages.language:
            override = pages.overrides.get(locale)
            yield Library(
                locale=locale,
                language=pages.language,
                title=skill.title,
                invocation=about.invocation,
                zone=about.zone,
                first_routine=skill.first_routine,
                off_the_floor_routine=skill.off_the_floor_routine,
                exercises=exercises,
                routines=routines,
                phrases=phrases | override.whole.root if override else phrases,
                numbers=names.numbers,
                sides={Side.LEFT: names.sides.left, Side.RIGHT: names.sides.right},
                equipment=names.equipment,
                equipment_called=names.equipment_called,
                equipment_instead=names.equipment_instead,
                emergency_numbers=emergency_numbers,
                position_names=names.positions,
                floor_positions=floor,
                kneeling_positions=frozenset(id_ for id_, position in positions.items() if position.kneeling),
                transitions=ways,
                transitions_without_kneeling=without_kneeling,
            )


def _exercise(id_: str, facts: files.ExerciseFile, words: files.ExerciseWords) -> Exercise:
    """One exercise out of its two files."""
    return Exercise(
        id=id_,
        kind=facts.kind,
        sides=facts.sides,
        days_per_week=(facts.days_per_week.least, facts.days_per_week.most),
        cautions=facts.cautions,
        name=words.name,
        synonyms=words.synonyms,
        purpose=words.purpose,
        muscles=words.muscles,
        feel=words.feel,
        mistakes=tuple(_value(told, Mistake) for told in words.mistakes),
        caution=words.caution,
        safety=words.safety,
        forms=forms(facts, words),
    )


def forms(facts: files.ExerciseFile, words: files.ExerciseWords) -> Mapping[Level, Form]:
    """Every form of an exercise, complete: the usual one, and what differs put into it for the others."""
    found = {Level.USUAL: _form(Level.USUAL, facts, words, "")}
    if facts.easier and words.easier:
        told = words.easier
        found[Level.EASIER] = _form(Level.EASIER, _with(facts, facts.easier), _with(words, told), told.label)
    if facts.harder and words.harder:
        told = words.harder
        found[Level.HARDER] = _form(Level.HARDER, _with(facts, facts.harder), _with(words, told), told.label)
    return found


def _with(usual: S, changes: BaseModel) -> S:
    """A shape with what differs: a part whose own parts may differ singly (dose, posture) is changed part by part."""
    update = {}
    for key in changes.model_fields_set & type(usual).model_fields.keys():
        new, old = getattr(changes, key), getattr(usual, key)
        update[key] = _with(old, new) if isinstance(new, files.DoseChanges | files.PostureChanges) else new
    return usual.model_copy(update=update)


def _form(level: Level, facts: files.ExerciseFile, words: files.ExerciseWords, label: str) -> Form:
    return Form(
        level=level,
        position=facts.position,
        equipment=facts.equipment,
        setup_seconds=facts.setup,
        switch_seconds=facts.switch or 0,
        dose=_value(facts.dose, Dose),
        label=label,
        setup=words.setup,
        setup_short=words.setup_short,
        move=words.move,
        switch=words.switch or "",
        switch_short=words.switch_short or "",
        side=words.side or "",
        leave=words.leave or "",
        beats=_value(words.beats, Beats),
        posture=_value(words.posture, Posture),
    )


def _value(shape: BaseModel, kind: type[V]) -> V:
    """A shape as the value that has parts of the same names."""
    return convert(shape, kind, from_attributes=True)


def _routine(
    id_: str,
    facts: files.RoutineFile,
    words: files.RoutineWords,
    exercises: Mapping[str, Exercise],
    floor: frozenset[str],
) -> Routine:
    """One routine out of its two files; whether it goes to the floor follows from its steps."""
    steps = tuple(Step(step.exercise, step.form) for step in facts.steps)
    positions = {exercises[step.exercise].form(step.level).position for step in steps}
    on_the_floor = not floor.isdisjoint(positions)
    lay_out = words.lay_out or ""
    return Routine(id_, steps, on_the_floor, words.name, words.synonyms, words.summary, words.begin, lay_out)


def _transitions(
    facts: files.PositionsFile, words: files.PositionWords, down: tuple[str, ...], up_after_pause: tuple[str, ...]
) -> Mapping[tuple[str, str], Transition]:
    """The way between any two positions: down to the floor, up from it with a seated pause, or across."""
    ways = {}
    for start, row in facts.seconds.items():
        for end, seconds in row.items():
            into = words.ways.get(start, {}).get(end, words.to[end])
            match facts.positions[start].floor, facts.positions[end].floor:
                case False, True:
                    way = Transition(seconds, (*down, *into), 0, ())
                case True, False:
                    before = words.up_from.get(start, words.up_before_pause)
                    way = Transition(seconds, before, facts.seated_pause, (*up_after_pause, *into))
                    if facts.standing_pause:
                        way = replace(way, after=up_after_pause, standing_seconds=facts.standing_pause, then=into)
                case _:
                    way = Transition(seconds, into, 0, ())
            ways[start, end] = way
    return ways
