"""The timeline: both sides get the same, counts are even, and what is spoken lasts as long as what is sounded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import library

from skill.coaching import cadence, plan
from skill.coaching.fitting import Span, cue_at, fit
from skill.coaching.plan import Place
from skill.coaching.practice import Habits, PieceKind, Practice, Speed, Wish, practice
from skill.coaching.timeline import CueKind, Telling, passages, speaking_seconds
from skill.library.models import Level, Step, Wording

EXERCISES = sorted(library().exercises)
TELLING = Telling(Wording(library()))


def practised(exercise: str, level: Level = Level.USUAL, speed: Speed = Speed.USUAL, **wish: int) -> Practice:
    """One exercise by itself, as wished."""
    return practice((Step(exercise, level),), 0, Habits({exercise: Wish(**wish)}, speed), library())  # type: ignore[arg-type]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("speed", Speed)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_both_sides_get_the_same_and_every_word_has_its_time(exercise: str, level: Level, speed: Speed) -> None:
    """Counted aloud it lasts as long as its sound, but for the chime's room at the end of a hold."""
    made = practised(exercise, level, speed)
    told = [
        tuple(passages(made, Place(0, n), TELLING))
        for n, piece in enumerate(made.pieces)
        if piece.kind is PieceKind.SET
    ]
    assert len({round(sum(one.seconds for one in all_of_it), 3) for all_of_it in told}) == 1
    assert len({tuple(one.sound.name for one in all_of_it if one.sound) for all_of_it in told}) == 1
    tail = cadence.TAIL_MS / 1000 if made.long_holds else 0
    for passage in told[0]:
        if passage.sound:
            assert passage.seconds + tail == pytest.approx(passage.sound.length_ms / 1000)
        for cue in passage.cues:
            assert speaking_seconds(cue.say) <= cue.seconds, cue


@pytest.mark.parametrize("seconds", range(10, 65, 5))
def test_a_long_hold_lasts_what_it_says(seconds: int) -> None:
    made = practised("figure-4", hold=seconds)
    hold = next(p for p in passages(made, Place(0, 1), TELLING) if p.sound)
    assert hold.seconds == made.hold == seconds
    left = float(seconds)
    for before, cue in pairwise(hold.cues):
        left -= before.seconds
        assert Wording(library()).number(round(left)) in cue.say.lower()
    assert [cue.say for cue in hold.cues[-3:]] == ["Three.", "Two.", "One."]


@given(st.integers(1, 12), st.integers(0, 11))
def test_what_is_left_of_a_set_is_a_shorter_set(reps: int, done: int) -> None:
    made = practised("fire-hydrant", reps=reps)
    if done < made.reps:
        (left,) = passages(made, Place(0, 1, done), TELLING)
        assert left.sound is not None
        assert left.sound.name.endswith(f"-{made.reps - done}")
        counted = [cue.place.rep for cue in left.cues if cue.kind is CueKind.MOVE]
        assert counted == list(range(done, made.reps))


@given(st.floats(0, 400))
def test_an_interruption_has_a_place(elapsed: float) -> None:
    """Any moment of a response lies at a place of it, and later moments never lie earlier."""
    steps = plan.steps("routine/hip-routine", library())
    made = [practice(steps, index, Habits(), library()) for index in range(len(steps))]
    span = fit(dict(enumerate(made)).get, Place(0, 1), TELLING, lambda name: False)
    assert Place(0, 1) <= _at(span, elapsed) <= _at(span, elapsed + 1) <= span.ends


def _at(span: Span, elapsed: float) -> Place:
    found = cue_at(span, elapsed)
    return found[0].place if found else span.ends


def test_speech_takes_about_what_people_take() -> None:
    text = "Set your hands under your shoulders, and your knees under your hips. " * 10
    assert 130 <= len(text.split()) / speaking_seconds(text) * 60 <= 175
    assert speaking_seconds("") == 0
    assert speaking_seconds("one") >= 0.4


@pytest.mark.parametrize("name", ["hold-20-ticks", "left-15-quiet", "reps-2-2-3-2-8", "bed-60"])
def test_a_name_says_what_is_inside(name: str) -> None:
    found = cadence.named(name)
    assert found
    assert found.name == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "hold-0-ticks", "hold-20", "../hold-20-ticks", "reps-2-2-3-2-0", "bed-6000", "HOLD-20-ticks"),
        "hold-२०-ticks",
    ],
)
def test_what_fits_no_pattern_is_no_sound(name: str) -> None:
    assert cadence.named(name) is None
