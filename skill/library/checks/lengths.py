"""What is said fits its time: the introduction a listener's patience, the beats their tempo."""

from collections.abc import Iterator

from skill.library.assemble import forms
from skill.library.faults import Fault, Rule
from skill.library.files import ExerciseFile, ExerciseWords
from skill.library.models import Form, Level
from skill.library.pages import ContentPages, Page

INTRODUCTION_CHARACTERS = 1_500
"""About a hundred seconds of speech: name, purpose, set-up, move and feel of one exercise together."""

SECONDS_A_WORD = 0.4
"""150 words a minute, the slow end of what younger and older listeners find comfortable in a synthetic voice:
https://experts.nebraska.edu/en/publications/younger-and-older-adults-rate-performance-when-listening-to-synth"""


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of length, in every form of every exercise."""
    for language in content.languages.values():
        for id_, words in language.exercises.items():
            facts = content.exercises.get(id_)
            if facts and facts.shape and words.shape and set(_levels(facts.shape)) == set(_levels(words.shape)):
                for form in forms(facts.shape, words.shape).values():
                    yield from _introduction(words, form)
                    yield from _beats(words, form)


def _levels(said: ExerciseFile | ExerciseWords) -> Iterator[Level]:
    if said.easier:
        yield Level.EASIER
    if said.harder:
        yield Level.HARDER


def _introduction(page: Page[ExerciseWords], form: Form) -> Iterator[Fault]:
    words = page.whole
    length = len(" ".join((words.name, words.purpose, *form.setup, form.move, words.feel)))
    if length > INTRODUCTION_CHARACTERS:
        what = f"purpose, setup, move and feel together have {length} characters"
        hint = f"at most {INTRODUCTION_CHARACTERS} can be listened to"
        yield page.fault(Rule.INTRODUCTION_TOO_LONG, _place(page, form, "setup"), what, hint)


def _beats(page: Page[ExerciseWords], form: Form) -> Iterator[Fault]:
    tempo, beats = form.dose.tempo, form.beats
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
            yield page.fault(Rule.BEAT_TOO_LONG, (*_place(page, form, "beats"), part), what, hint)


def _place(page: Page[ExerciseWords], form: Form, key: str) -> tuple[str, ...]:
    """Where a form's words are: with the form if it has its own, else with the usual form."""
    return (form.level.value, key) if page.keys(form.level.value, key) or page.says(form.level.value, key) else (key,)
