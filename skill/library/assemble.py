"""Makes the library of each locale out of pages that are known to be without fault."""

from collections.abc import Mapping
from typing import TypeVar

from skill.library.files import (
    DoseChanges,
    DoseFile,
    ExerciseFile,
    ExerciseWords,
    FormChanges,
    FormWords,
    LocaleFile,
    PostureChanges,
    RangeFile,
    RoutineFile,
    RoutineWords,
)
from skill.library.models import (
    Beats,
    Dose,
    Exercise,
    Form,
    Level,
    Library,
    Mistake,
    Posture,
    Range,
    Routine,
    Side,
    Step,
    Tempo,
    Transition,
)
from skill.library.pages import ContentPages, LanguagePages

T = TypeVar("T")


def assemble(content: ContentPages) -> Mapping[str, Library]:
    """The library of every locale; those of one language share all but phrases and invocation name."""
    languages = {name: _Language(content, pages) for name, pages in content.languages.items()}
    served = content.skill.whole.locales
    return {locale: languages[about.language].library(locale, about) for locale, about in served.items()}


class _Language:
    """What all locales of one language have in common."""

    def __init__(self, content: ContentPages, pages: LanguagePages) -> None:
        self.content = content
        self.pages = pages
        self.exercises = {
            id_: exercise(id_, facts.whole, pages.exercises[id_].whole) for id_, facts in content.exercises.items()
        }
        self.floor = frozenset(name for name, position in content.positions.whole.positions.items() if position.floor)
        self.kneeling = frozenset(id_ for id_, one in content.positions.whole.positions.items() if one.kneeling)
        self.routines = {
            id_: routine(id_, facts.whole, pages.routines[id_].whole, self.exercises, self.floor)
            for id_, facts in content.routines.items()
        }
        self.phrases = pages.phrases.whole.root
        words = pages.positions.whole
        self.transitions = transitions(content, pages, words.down, words.up_after_pause)
        self.transitions_without_kneeling = transitions(
            content, pages, words.down_without_kneeling, words.up_after_pause_without_kneeling
        )

    def library(self, locale: str, about: LocaleFile) -> Library:
        """The library of one locale of this language."""
        skill, names = self.content.skill.whole, self.pages.names.whole
        override = self.pages.overrides.get(locale)
        return Library(
            locale=locale,
            language=self.pages.language,
            title=skill.title,
            invocation=about.invocation,
            zone=about.zone,
            first_routine=skill.first_routine,
            off_the_floor_routine=skill.off_the_floor_routine,
            exercises=self.exercises,
            routines=self.routines,
            phrases=self.phrases | override.whole.root if override else self.phrases,
            numbers=names.numbers,
            sides={Side.LEFT: names.sides.left, Side.RIGHT: names.sides.right},
            equipment=names.equipment,
            equipment_called=names.equipment_called,
            equipment_instead=names.equipment_instead,
            emergency_numbers={
                zone: names.emergency_numbers[country]
                for country, zones in skill.countries.items()
                if country in names.emergency_numbers
                for zone in zones
            },
            position_names=names.positions,
            floor_positions=self.floor,
            kneeling_positions=self.kneeling,
            transitions=self.transitions,
            transitions_without_kneeling=self.transitions_without_kneeling,
        )


def exercise(id_: str, facts: ExerciseFile, words: ExerciseWords) -> Exercise:
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
        mistakes=tuple(Mistake(told.mistake, told.cue) for told in words.mistakes),
        caution=words.caution,
        safety=words.safety,
        forms=forms(facts, words),
    )


def forms(facts: ExerciseFile, words: ExerciseWords) -> Mapping[Level, Form]:
    """Every form of an exercise, complete: the usual one, and what differs merged into it for the others."""
    usual = Form(
        level=Level.USUAL,
        position=facts.position,
        equipment=facts.equipment,
        setup_seconds=facts.setup,
        switch_seconds=facts.switch or 0,
        dose=_dose(facts.dose),
        label="",
        setup=words.setup,
        setup_short=words.setup_short,
        move=words.move,
        switch=words.switch or "",
        side=words.side or "",
        leave=words.leave or "",
        beats=Beats(words.beats.lift, words.beats.hold, words.beats.lower),
        posture=Posture(words.posture.breathing, words.posture.head, words.posture.hands, words.posture.feet),
    )
    found = {Level.USUAL: usual}
    if facts.easier and words.easier:
        found[Level.EASIER] = _differing(usual, Level.EASIER, facts.easier, words.easier)
    if facts.harder and words.harder:
        found[Level.HARDER] = _differing(usual, Level.HARDER, facts.harder, words.harder)
    return found


def _differing(usual: Form, level: Level, facts: FormChanges, words: FormWords) -> Form:
    beats = words.beats
    return Form(
        level=level,
        position=_or(facts.position, usual.position),
        equipment=_or(facts.equipment, usual.equipment),
        setup_seconds=_or(facts.setup, usual.setup_seconds),
        switch_seconds=_or(facts.switch, usual.switch_seconds),
        dose=_changed(usual.dose, facts.dose) if facts.dose else usual.dose,
        label=words.label,
        setup=_or(words.setup, usual.setup),
        setup_short=_or(words.setup_short, usual.setup_short),
        move=_or(words.move, usual.move),
        switch=_or(words.switch, usual.switch),
        side=_or(words.side, usual.side),
        leave=_or(words.leave, usual.leave),
        beats=Beats(beats.lift, beats.hold, beats.lower) if beats else usual.beats,
        posture=_posture(usual.posture, words.posture) if words.posture else usual.posture,
    )


def _posture(usual: Posture, changes: PostureChanges) -> Posture:
    return Posture(
        breathing=_or(changes.breathing, usual.breathing),
        head=_or(changes.head, usual.head),
        hands=_or(changes.hands, usual.hands),
        feet=_or(changes.feet, usual.feet),
    )


def _dose(dose: DoseFile) -> Dose:
    tempo = Tempo(dose.tempo.lift, dose.tempo.lower, dose.tempo.relax)
    return Dose(_range(dose.reps), _range(dose.sets), _range(dose.hold), dose.rest, tempo)


def _changed(usual: Dose, changes: DoseChanges) -> Dose:
    tempo = changes.tempo
    return Dose(
        reps=_range(changes.reps) if changes.reps else usual.reps,
        sets=_range(changes.sets) if changes.sets else usual.sets,
        hold=_range(changes.hold) if changes.hold else usual.hold,
        rest=_or(changes.rest, usual.rest),
        tempo=Tempo(tempo.lift, tempo.lower, tempo.relax) if tempo else usual.tempo,
    )


def _range(file: RangeFile) -> Range:
    return Range(file.least, file.usual, file.most)


def _or(given: T | None, usual: T) -> T:
    return usual if given is None else given


def routine(
    id_: str,
    facts: RoutineFile,
    words: RoutineWords,
    exercises: Mapping[str, Exercise],
    floor: frozenset[str],
) -> Routine:
    """One routine out of its two files; whether it goes to the floor follows from its steps."""
    steps = tuple(Step(step.exercise, step.form) for step in facts.steps)
    positions = {exercises[step.exercise].form(step.level).position for step in steps}
    on_the_floor = not floor.isdisjoint(positions)
    return Routine(id_, steps, on_the_floor, words.name, words.synonyms, words.summary, words.begin)


def transitions(
    content: ContentPages, pages: LanguagePages, down: tuple[str, ...], up_after_pause: tuple[str, ...]
) -> Mapping[tuple[str, str], Transition]:
    """The way between any two positions: down to the floor, up from it with a seated pause, or across."""
    facts, words = content.positions.whole, pages.positions.whole
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
                case _:
                    way = Transition(seconds, into, 0, ())
            ways[start, end] = way
    return ways
