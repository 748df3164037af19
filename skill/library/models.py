"""The content as the rest of the house sees it: frozen values, whole, and already in one language.

What is large has a hash that is quick to make, so that what was worked out from it once can be found again.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from skill.library.values import Value


class Side(StrEnum):
    """A side of the body. The working side is the one that moves or is stretched."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Kind(StrEnum):
    """What an exercise is for."""

    STRENGTH = "strength"
    MOBILITY = "mobility"


class Sides(StrEnum):
    """Whether the sides work one at a time, each with the same dose, or both together."""

    EACH = "each"
    TOGETHER = "together"


class Level(StrEnum):
    """The forms in which an exercise can be done."""

    EASIER = "easier"
    USUAL = "usual"
    HARDER = "harder"

    @property
    def easier(self) -> "Level | None":
        """The next easier one; None for the easiest."""
        return {Level.HARDER: Level.USUAL, Level.USUAL: Level.EASIER}.get(self)

    @property
    def harder(self) -> "Level | None":
        """The next harder one; None for the hardest."""
        return {Level.EASIER: Level.USUAL, Level.USUAL: Level.HARDER}.get(self)


class Range(Value):
    """What a number may be, and what it is when nobody asks."""

    least: int
    usual: int
    most: int

    def clamp(self, wish: int) -> int:
        """The allowed number nearest to a wish."""
        return max(self.least, min(self.most, wish))


class Tempo(Value):
    """Seconds for the moving parts of one rep: into the hold, out of it, and rest before the next."""

    lift: int
    lower: int
    relax: int


class Dose(Value):
    """How much of an exercise: reps in a set, sets a side, seconds of hold in a rep, and of rest between sets."""

    reps: Range
    sets: Range
    hold: Range
    rest: int
    tempo: Tempo


class Beats(Value):
    """The short words that lead one rep when it is counted aloud."""

    lift: str
    hold: str
    lower: str


class Posture(Value):
    """Where the rest of the body is: the answers to what people ask with their eyes closed."""

    breathing: str
    head: str
    hands: str
    feet: str


class Form(Value):
    """One way of doing an exercise. `{working}` and `{supporting}` in its words stand for the two sides.

    `side` names a side by its limb, as a part of a sentence; "" where the sides work together. `leave` says how to come
    out of it when it is over; "" where that needs no words.
    """

    level: Level
    position: str
    equipment: tuple[str, ...]
    setup_seconds: int
    switch_seconds: int
    dose: Dose
    label: str
    setup: tuple[str, ...]
    setup_short: str
    move: str
    switch: str
    switch_short: str
    side: str
    leave: str
    beats: Beats
    posture: Posture

    def __hash__(self) -> int:
        return hash((self.level, self.setup_short))


class Mistake(Value):
    """What often goes wrong, and the cue that mends it."""

    mistake: str
    cue: str


class Exercise(Value):
    """One exercise: its facts and its words, in every form it has. USUAL is always there."""

    id: str
    kind: Kind
    sides: Sides
    days_per_week: tuple[int, int]
    cautions: tuple[str, ...]
    name: str
    synonyms: tuple[str, ...]
    purpose: str
    muscles: str
    feel: str
    mistakes: tuple[Mistake, ...]
    caution: str
    safety: str
    forms: Mapping[Level, Form]

    def __hash__(self) -> int:
        return hash(self.id)

    def form(self, level: Level) -> Form:
        """The form asked for, or the usual one where the exercise has no such form."""
        return self.forms.get(level, self.forms[Level.USUAL])


class Step(Value):
    """One line of a routine."""

    exercise: str
    level: Level = Level.USUAL


class Routine(Value):
    """Exercises in order. `on_the_floor` is worked out from their positions."""

    id: str
    steps: tuple[Step, ...]
    on_the_floor: bool
    name: str
    synonyms: tuple[str, ...]
    summary: str
    begin: str
    lay_out: str = ""


class Transition(Value):
    """Getting from one position to another: what to say, how many seconds it takes, and the pauses inside it.

    `before` is said first; then, where `pause_seconds` is not 0, comes that much quiet sitting; then `after`; then,
    where `standing_seconds` is not 0, that much quiet standing, and `then`.
    """

    seconds: int
    before: tuple[str, ...]
    pause_seconds: int
    after: tuple[str, ...]
    standing_seconds: int = 0
    then: tuple[str, ...] = ()


class Library(Value):
    """Everything she knows, for one Alexa locale, in that locale's language.

    `emergency_numbers` are by time zone; a zone that is missing is in a country whose number is not known here.
    `transitions` lead from any position to any other, the second mapping for somebody who cannot kneel.
    """

    locale: str
    language: str
    title: str
    invocation: str
    zone: str
    first_routine: str
    off_the_floor_routine: str
    exercises: Mapping[str, Exercise]
    routines: Mapping[str, Routine]
    phrases: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    sides: Mapping[Side, str]
    equipment: Mapping[str, str]
    equipment_called: Mapping[str, tuple[str, ...]]
    equipment_instead: Mapping[str, str]
    emergency_numbers: Mapping[str, str]
    position_names: Mapping[str, str]
    floor_positions: frozenset[str]
    kneeling_positions: frozenset[str]
    transitions: Mapping[tuple[str, str], Transition]
    transitions_without_kneeling: Mapping[tuple[str, str], Transition]

    def __hash__(self) -> int:
        return hash(self.locale)


def capitalised(text: str) -> str:
    """The text with its first letter made a capital, as a sentence wants it."""
    return text[:1].upper() + text[1:]


def sentences(*texts: str) -> str:
    """Sentences one after another, each beginning with a capital, empty ones left out."""
    return " ".join(capitalised(text.strip()) for text in texts if text.strip())


class Wording(Value):
    """The words of one turn: which variant is heard depends on how many turns went before, so it can be replayed."""

    library: Library
    turn: int = 0

    def __call__(self, key: str, /, **given: str) -> str:
        """The phrase of that key for this turn, with its placeholders filled."""
        variants = self.library.phrases[key]
        return variants[self.turn % len(variants)].format(**given)

    def all(self, key: str) -> tuple[str, ...]:
        """Every variant of a phrase, for phrases that are lists."""
        return self.library.phrases[key]

    def number(self, number: int) -> str:
        """A number as a word; digits where the content has no word for it."""
        return self.library.numbers[number] if 0 <= number < len(self.library.numbers) else str(number)

    def amount(self, unit: str, number: int) -> str:
        """A number of something: the phrase `<unit>-one` for 1, `<unit>-many` otherwise."""
        if number == 1:
            return self(f"{unit}-one")
        return self(f"{unit}-many", number=self.number(number))

    def side(self, side: Side) -> str:
        """The name of a side."""
        return self.library.sides[side]

    def position(self, position: str) -> str:
        """The name of a position, as one would remind of it: on your back."""
        return self.library.position_names[position]

    def listed(self, items: Iterable[str]) -> str:
        """Things in a row, with commas and a last "and"."""
        *most, last = items
        return self("list-and", first=", ".join(most), last=last) if most else last
