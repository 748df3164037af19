"""Makes the library of each locale out of pages that are known to be without fault."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

from skill.library import files
from skill.library.models import Exercise, Form, Level, Library, Routine, Side, Step, Transition
from skill.library.plain import convert
from skill.library.reading import ContentPages, LanguagePages

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
    ways, without_kneeling = (_transitions(content.positions.whole, words, kneeling=can) for can in (True, False))
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
    days = (facts.days_per_week.least, facts.days_per_week.most)
    return _made(Exercise, facts, words, id=id_, days_per_week=days, forms=forms(facts, words))


def forms(facts: files.ExerciseFile, words: files.ExerciseWords) -> Mapping[Level, Form]:
    """Every form of an exercise, complete: the usual one, and what differs put into it for the others."""
    found = {Level.USUAL: _form(Level.USUAL, facts, words, "")}
    others = ((Level.EASIER, facts.easier, words.easier), (Level.HARDER, facts.harder, words.harder))
    for level, changed, told in others:
        if changed and told:
            found[level] = _form(level, _with(facts, changed), _with(words, told), told.label)
    return found


def _with(usual: S, changes: BaseModel) -> S:
    """A shape with what differs: a part whose own parts may differ singly (dose, posture) is changed part by part."""
    update = {}
    for key in changes.model_fields_set & type(usual).model_fields.keys():
        new, old = getattr(changes, key), getattr(usual, key)
        update[key] = _with(old, new) if isinstance(new, files.DoseChanges | files.PostureChanges) else new
    return usual.model_copy(update=update)


def _form(level: Level, facts: files.ExerciseFile, words: files.ExerciseWords, label: str) -> Form:
    said = {key: getattr(words, key) or "" for key in ("switch", "switch_short", "side", "leave")}
    seconds = {"setup_seconds": facts.setup, "switch_seconds": facts.switch or 0}
    return _made(Form, facts, words, level=level, label=label, **seconds, **said)


def _made(kind: type[V], *shapes: BaseModel, **given: object) -> V:
    """A value out of the parts of these shapes that have the names of its own; the later of two counts."""
    parts: dict[str, object] = {}
    for shape in shapes:
        parts |= dict(shape)
    made: V = convert(parts | given, kind, from_attributes=True)
    return made


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
    return _made(
        Routine, words, id=id_, steps=steps, on_the_floor=not floor.isdisjoint(positions), lay_out=words.lay_out or ""
    )


def _transitions(
    facts: files.PositionsFile, words: files.PositionWords, *, kneeling: bool
) -> Mapping[tuple[str, str], Transition]:
    """The way between any two positions: down to the floor, up from it with a seated pause, or across."""
    down = words.down if kneeling else words.down_without_kneeling
    after = words.up_after_pause if kneeling else words.up_after_pause_without_kneeling
    ways = {}
    for start, row in facts.seconds.items():
        for end, seconds in row.items():
            into = words.ways.get(start, {}).get(end, words.to[end])
            match facts.positions[start].floor, facts.positions[end].floor:
                case False, True:
                    way = Transition(seconds, (*down, *into), 0, ())
                case True, False:
                    before = words.up_from.get(start, words.up_before_pause)
                    sit, stand = facts.seated_pause, facts.standing_pause
                    up = ((*after, *into), 0, ()) if not stand else (after, stand, into)
                    way = Transition(seconds, before, sit, *up)
                case _:
                    way = Transition(seconds, into, 0, ())
            ways[start, end] = way
    return ways
