"""The shape of each content file. The descriptions become the help that editors show."""

from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    Strict,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from skill.library.faults import Rule
from skill.library.limits import EXAMPLE_PHRASES, SLOT_VALUE_CHARACTERS
from skill.library.models import Kind, Level, Sides

MOST_SPOKEN = 60
"""The largest number that has a word of its own, so the largest that is counted aloud."""

_FIVES_FROM = 10
"""Holds of this many seconds and more are stretches; stretches are timed in steps of five seconds."""

_CUE_WORDS = 12
_BEAT_WORDS = 3

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")


def _fault(rule: Rule, what: str, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError(rule.value, "{what}", {"what": what, "hint": hint})


def _in_fives(seconds: int) -> int:
    if seconds >= _FIVES_FROM and seconds % 5:
        what = f"a hold of {seconds} seconds is not a multiple of five"
        hint = f"{seconds // 5 * 5} or {seconds // 5 * 5 + 5} seconds"
        raise _fault(Rule.HOLD_NOT_IN_FIVES, what, hint)
    return seconds


def _short(most: int) -> AfterValidator:
    def check(text: str) -> str:
        words = len(text.split())
        if words > most:
            raise _fault(Rule.WRONG_LENGTH, f"this has {words} words", f"at most {most}")
        return text

    return AfterValidator(check)


def _zero_to_sixty(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) != MOST_SPOKEN + 1:
        what = f"there are {len(words)} words for numbers"
        raise _fault(Rule.WRONG_LENGTH, what, f"from zero to sixty there are {MOST_SPOKEN + 1}")
    return words


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


ID = r"^[a-z]+(-[a-z0-9]+)*$"
_LOCALE = r"^[a-z]{2}-[A-Z]{2}$"
LANGUAGE = r"^[a-z]{2}$"
_COUNTRY = r"^[A-Z]{2}$"
_MARK = r"^[STIR?]$"
_URL = r"^https?://\S+$"
PATTERNS = {
    ID: ("an id", "ids are lower-case words joined by hyphens"),
    _LOCALE: ("an Alexa locale", "two letters for the language and two for the country, like en-US"),
    _COUNTRY: ("a country", "two capital letters, like US"),
    LANGUAGE: ("a language", "two letters, like en"),
    _MARK: ("a mark", "S, T, I, R or ?"),
    _URL: ("a web address", "it begins with https://"),
}
"""What each pattern stands for, and how to meet it."""

Id = Annotated[str, StringConstraints(pattern=ID)]
"""An id where it is given; where one is used it is plain text, and has to be one that was given."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=SLOT_VALUE_CHARACTERS)]
Texts = tuple[Text, ...]
Some = Annotated[tuple[T, ...], Field(min_length=1)]
Sentences = Some[Text]
Variants = Annotated[Sentences, BeforeValidator(_as_list, json_schema_input_type=Text | Sentences)]
Country = Annotated[str, StringConstraints(pattern=_COUNTRY)]
Locale = Annotated[str, StringConstraints(pattern=_LOCALE)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Mark = Annotated[str, StringConstraints(pattern=_MARK)]
Url = Annotated[str, StringConstraints(pattern=_URL)]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=MOST_SPOKEN)]
Seconds = Annotated[int, Strict(), Field(ge=1, le=600)]
HoldSeconds = Annotated[Count, AfterValidator(_in_fives)]
Days = Annotated[int, Strict(), Field(ge=1, le=7)]
Beat = Annotated[Text, _short(_BEAT_WORDS)]


class Shape(BaseModel):
    """What all files keep: nothing beyond the keys that are known, and nothing changes once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _changes(shape: type[S]) -> type[S]:
    """Makes every key of a shape one that may be left out, because it is as usual; but a label is always needed."""
    for name, field in shape.model_fields.items():
        if name != "label":
            field.default = None
    return shape


class RangeFile(Shape):
    """What a number may be (least, most), and what it is when nobody asks (usual)."""

    least: Count = Field(description="The least that can be asked for.")
    usual: Count = Field(description="What it is when nobody asks.")
    most: Count = Field(description="The most that can be asked for.")

    @model_validator(mode="after")
    def _ordered(self) -> "RangeFile":
        if not self.least <= self.usual <= self.most:
            numbers = f"least {self.least}, usual {self.usual}, most {self.most}"
            raise _fault(Rule.WRONG_ORDER, f"{numbers} do not rise", "least is at most usual, usual at most most")
        return self


class HoldFile(RangeFile):
    """Seconds of hold in each rep. Ten seconds and more are counted in fives."""

    least: HoldSeconds = Field(description="The shortest hold that can be asked for, in seconds.")
    usual: HoldSeconds = Field(description="The hold when nobody asks, in seconds.")
    most: HoldSeconds = Field(description="The longest hold that can be asked for, in seconds.")


class DaysFile(Shape):
    """On how many days of a week the exercise does good."""

    least: Days = Field(description="The fewest days a week.")
    most: Days = Field(description="The most days a week.")

    @model_validator(mode="after")
    def _ordered(self) -> "DaysFile":
        if self.least > self.most:
            raise _fault(Rule.WRONG_ORDER, f"least {self.least} is more than most {self.most}")
        return self


class TempoFile(Shape):
    """Seconds for the moving parts of one rep."""

    lift: Count = Field(description="Seconds from rest into the hold.")
    lower: Count = Field(description="Seconds out of the hold.")
    relax: Count = Field(description="Seconds of rest before the next rep.")


class DoseFile(Shape):
    """How much of the exercise."""

    reps: RangeFile = Field(description="Reps in a set.")
    sets: RangeFile = Field(description="Sets on each side.")
    hold: HoldFile = Field(description="Seconds of hold in each rep.")
    rest: Seconds = Field(description="Seconds of rest between sets.")
    tempo: TempoFile = Field(description="Seconds for the moving parts of one rep.")


@_changes
class DoseChanges(DoseFile):
    """What of the dose differs in this form."""


class _FormFile(Shape):
    position: Text = Field(description="The position it is done in: an id from positions.yaml.")
    equipment: Texts = Field((), description="What is needed: ids that names.yaml of each language has words for.")
    setup: Seconds = Field(description="Seconds to get set, once in the position.")
    switch: Seconds | None = Field(None, description="Seconds to change sides. Needed exactly when sides is 'each'.")


@_changes
class FormChanges(_FormFile):
    """An easier or harder form: only what differs from the usual one."""

    dose: DoseChanges = Field(description="What of the dose differs.")


class SourceFile(Shape):
    """Where a fact comes from."""

    fact: Text = Field(description="What the source says, in our own words.")
    key: Text | None = Field(None, description="The source's short name.")
    mark: Mark = Field(
        description="S clinical or public body, T trade or one clinic, I our own, R recalled, ? uncertain."
    )
    url: Url | None = Field(None, description="The page that says it.")


class ExerciseFile(_FormFile):
    """exercises/<id>.yaml: the facts of one exercise, in no language."""

    kind: Kind = Field(description="What it is for: strength or mobility.")
    sides: Sides = Field(description="'each': one side at a time, each with the same dose. 'together': both at once.")
    days_per_week: DaysFile = Field(description="On how many days of a week it does good.")
    dose: DoseFile = Field(description="How much of it.")
    cautions: Texts = Field(
        (), description="Who should think twice: ids that names.yaml of each language has words for."
    )
    easier: FormChanges | None = Field(None, description="What differs in the easier form, if there is one.")
    harder: FormChanges | None = Field(None, description="What differs in the harder form, if there is one.")
    sources: Some[SourceFile] = Field(description="Where the figures above come from.")


class BeatsFile(Shape):
    """One to three words each, spoken while a rep is counted aloud; each has to fit its part of the tempo."""

    lift: Beat = Field(description="Said on the way into the hold.")
    hold: Beat = Field(description="Said as the hold begins.")
    lower: Beat = Field(description="Said on the way out of the hold.")


class MistakeFile(Shape):
    """What often goes wrong, and the cue that mends it."""

    mistake: Text = Field(description="What often goes wrong, in one sentence.")
    cue: Annotated[Text, _short(_CUE_WORDS)] = Field(description="What to do instead, in at most twelve words.")


class PostureFile(Shape):
    """Where the rest of the body is, a sentence each: the answers to what people ask with their eyes closed."""

    breathing: Text = Field(description="When to breathe in and when out.")
    head: Text = Field(description="What the head rests on, and where they look.")
    hands: Text = Field(description="Where the arms and hands are.")
    feet: Text = Field(description="Where the feet are, how far apart or how high.")


@_changes
class PostureChanges(PostureFile):
    """What of the posture differs in this form."""


class _SaidOfForm(Shape):
    setup: Sentences = Field(
        description="How to get set, one instruction in each sentence. {working} and {supporting} stand for the sides."
    )
    setup_short: Text = Field(description="One short sentence to get set again after a break.")
    move: Text = Field(description="What happens in one rep, in one or two sentences.")
    switch: Text | None = Field(
        None,
        description="The change of sides: limb first, then the change. {working} is the side that works from now on.",
    )
    switch_short: Text | None = Field(
        default=None,
        description="The change of sides for who knows the exercise, where it takes more than to name the side.",
    )
    side: Text | None = Field(
        None,
        description="The side named by its limb, as a part of a sentence: {working} leg on top, so lie on your "
        "{supporting} side. Needed exactly when sides is 'each'.",
    )
    leave: Text | None = Field(None, description="How to come out of it, said when it is over; it names no side.")
    beats: BeatsFile = Field(description="The words that lead one rep when it is counted aloud.")


_POSTURE = "What is answered to who asks about breathing, head, hands or feet, in a sentence each."


@_changes
class FormWords(_SaidOfForm):
    """The words of an easier or harder form: a label, and whatever differs from the usual form."""

    label: Text = Field(description="What this form is called in a sentence, for example: the easier version, seated.")
    posture: PostureChanges = Field(description=_POSTURE)


class ExerciseWords(_SaidOfForm):
    """<language>/exercises/<id>.yaml: the words of one exercise."""

    name: Name = Field(description="What it is called.")
    synonyms: tuple[Name, ...] = Field((), description="What else people may call it.")
    purpose: Text = Field(description="What it is for, in one or two sentences. No promises about health.")
    muscles: Text = Field(description="The muscles that work or are stretched, in one sentence.")
    posture: PostureFile = Field(description=_POSTURE)
    feel: Text = Field(description="Where it should be felt, in one sentence.")
    mistakes: Annotated[tuple[MistakeFile, ...], Field(min_length=2)] = Field(
        description="What often goes wrong, at least two."
    )
    caution: Text = Field(description="One short sentence before the first time: who should take care.")
    safety: Text = Field(description="The answer to 'is this safe for me?'. It asks nothing and diagnoses nothing.")
    easier: FormWords | None = Field(None, description="Words of the easier form, exactly if there is one.")
    harder: FormWords | None = Field(None, description="Words of the harder form, exactly if there is one.")


class StepFile(Shape):
    """One exercise of a routine: its id alone, or its id and the form to do it in."""

    exercise: Text = Field(description="The id of an exercise.")
    form: Level = Field(Level.USUAL, description="The form to do it in.")


def _as_step(value: object) -> object:
    return {"exercise": value} if isinstance(value, str) else value


StepOrId = Annotated[StepFile, BeforeValidator(_as_step, json_schema_input_type=str | StepFile)]


class RoutineFile(Shape):
    """routines/<id>.yaml: exercises in order."""

    steps: Some[StepOrId] = Field(description="The exercises, in order.")


class RoutineWords(Shape):
    """<language>/routines/<id>.yaml: the words of one routine."""

    name: Name = Field(description="What it is called.")
    synonyms: tuple[Name, ...] = Field((), description="What else people may call it.")
    summary: Text = Field(description="What it is, in one sentence.")
    begin: Text = Field(description="Said when it starts, in one or two sentences.")
    lay_out: Text | None = Field(
        default=None, description="Where to put what is needed, said after it was named, in one sentence."
    )


class PositionFile(Shape):
    """One position of the body."""

    floor: Flag = Field(description="Whether it is on the floor.")
    kneeling: Flag = Field(False, description="Whether it is on one's knees.")


class PositionsFile(Shape):
    """positions.yaml: the positions, and the seconds from each to each other."""

    positions: dict[Id, PositionFile] = Field(description="All positions.", min_length=1)
    seated_pause: Seconds = Field(description="Seconds of quiet sitting inside every change from the floor up.")
    standing_pause: Annotated[int, Field(ge=0, le=60)] = Field(
        default=0, description="Seconds of quiet standing before they step away from where they came up from the floor."
    )
    seconds: dict[Id, dict[Id, Seconds]] = Field(description="From each position to each other one.")


class LocaleFile(Shape):
    """How one Alexa locale is served."""

    language: Language = Field(description="The folder of its words.")
    invocation: Text = Field(description="What people say to open the skill there.")
    zone: Text = Field("UTC", description="The time zone of a device that does not tell its own.")


class SkillFile(Shape):
    """skill.yaml: what the skill is called, and which language serves which Alexa locale."""

    title: Text = Field(description="Shown on cards.")
    locales: dict[Locale, LocaleFile] = Field(description="The Alexa locales that are served.", min_length=1)
    first_routine: Text = Field(description="The routine that 'start' alone means.")
    off_the_floor_routine: Text = Field(description="The routine for who cannot get down to the floor.")
    countries: dict[Country, Texts] = Field(
        {}, description="The time zones of each country whose emergency number names.yaml knows."
    )
    example_phrases: Texts | None = Field(
        default=None,
        min_length=EXAMPLE_PHRASES,
        max_length=EXAMPLE_PHRASES,
        description="Exactly three, taken from the sample utterances; for the store.",
    )


class SideNames(Shape):
    """What the sides are called."""

    left: Text = Field(description="The left side.")
    right: Text = Field(description="The right side.")


class NamesFile(Shape):
    """<language>/names.yaml: what ids and numbers are called."""

    sides: SideNames = Field(description="What the sides are called.")
    equipment: dict[Id, Text] = Field(description="As said after 'you will need'.")
    equipment_called: dict[Id, Some[Name]] = Field(
        description="What people call each piece of equipment, its usual name first."
    )
    equipment_instead: dict[Id, Text] = Field(
        {}, description="What will do instead, in a sentence; an exercise whose equipment nothing replaces is left out."
    )
    emergency_numbers: dict[Country, Text] = Field({}, description="The number to call in each country, as it is said.")
    cautions: dict[Id, Text] = Field(description="Short phrases that can stand in a list.")
    positions: dict[Id, Text] = Field(description="What each position is called.")
    numbers: Annotated[Texts, AfterValidator(_zero_to_sixty)] = Field(
        description="The numbers from zero to sixty as words.",
        json_schema_extra={"minItems": MOST_SPOKEN + 1, "maxItems": MOST_SPOKEN + 1},
    )


class PositionWords(Shape):
    """<language>/positions.yaml: how to get from one position to another."""

    to: dict[Id, Sentences] = Field(description="Said to reach each position, unless ways says otherwise.")
    ways: dict[Id, dict[Id, Sentences]] = Field(
        {}, description="Said instead to reach a position from a certain other one: from, then to."
    )
    down: Sentences = Field(description="Said first, on the way down to the floor.")
    down_without_kneeling: Sentences = Field(description="The same for somebody who cannot kneel.")
    up_before_pause: Sentences = Field(description="Said first on the way up from the floor, before sitting a while.")
    up_from: dict[Id, Sentences] = Field(
        {}, description="Said instead of up_before_pause on the way up from a certain position."
    )
    up_after_pause: Sentences = Field(description="Said after sitting a while, on the way up from the floor.")
    up_after_pause_without_kneeling: Sentences = Field(description="The same for somebody who cannot kneel.")


class PhrasesFile(RootModel[dict[str, Variants]]):
    """<language>/phrases.yaml: all else that is said, each phrase a sentence or a list of variants."""


class UtterancesFile(RootModel[dict[str, Sentences]]):
    """<language>/utterances.yaml: what people say, for each thing that can be meant."""
