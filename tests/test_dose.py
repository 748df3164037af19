"""How much is done: never more than the content allows, the same on both sides, and as long as it is said to last."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import library
from telling_turns import Told, cases, hold

from skill.coaching import cadence, plan
from skill.coaching.fitting import RESPONSE_CHARACTERS, RESPONSE_SECONDS, Span, cue_at, fit
from skill.coaching.plan import Place
from skill.coaching.practice import Habits, PieceKind, Practice, Speed, Wish, practice
from skill.coaching.timeline import Cue, CueKind, Passage, Telling, passages, speaking_seconds
from skill.library.limits import CLIPS, SPEECH_CHARACTERS
from skill.library.models import Level, Side, Sides, Step, Wording
from skill.library.values import replace

TELLING = Telling(Wording(library()))
ROUTINES = sorted(library().routines)
TWO_SIDED = sorted(name for name, one in library().exercises.items() if one.sides is Sides.EACH)

wishes = st.builds(
    Wish,
    level=st.none() | st.sampled_from(Level),
    reps=st.none() | st.integers(1, 60),
    sets=st.none() | st.integers(1, 9),
    hold=st.none() | st.integers(1, 300),
)


def led_through(practices: list[Practice], telling: Telling, *, sounds: bool, lead: float = 0.0) -> list[Span]:
    """What is heard, response after response, always forward, of exercises that are led to their end."""
    at = dict(enumerate(practices)).get
    spans = [fit(at, Place(), telling, lambda _: sounds, lead)]
    while not spans[-1].finished:
        assert len(spans) == 1 or spans[-1].ends > spans[-2].ends, "no response gets any further"
        spans.append(fit(at, spans[-1].ends, telling, lambda _: sounds, lead))
    return spans


def counted(spans: list[Span], practices: list[Practice]) -> dict[tuple[int, Side | None], tuple[int, float]]:
    """By exercise and side: how many reps were told to begin, and how many seconds were held in all."""
    done: dict[tuple[int, Side | None], tuple[int, float]] = {}
    for cue in (cue for span in spans for passage in span.passages for cue in passage.cues):
        piece = practices[cue.place.step].pieces[cue.place.piece]
        if piece.kind is PieceKind.SET and cue.place.stage == 0 and cue.kind in (CueKind.MOVE, CueKind.HOLD):
            reps, held = done.get((cue.place.step, piece.side), (0, 0.0))
            more = (1, 0.0) if cue.kind is CueKind.MOVE else (0, cue.seconds)
            done[cue.place.step, piece.side] = reps + more[0], held + more[1]
    return done


# Both sides alike


@settings(max_examples=60)
@given(
    st.sampled_from(ROUTINES),
    st.dictionaries(st.sampled_from(sorted(library().exercises)), wishes, max_size=6),
    st.dictionaries(st.sampled_from(TWO_SIDED), st.permutations(list(Side)).map(tuple), max_size=4),
    st.sampled_from(Speed),
    st.booleans(),
    st.booleans(),
)
def test_both_sides_get_the_same_reps_and_seconds(
    routine: str,
    wished: dict[str, Wish],
    order: dict[str, tuple[Side, ...]],
    speed: Speed,
    flowing: bool,
    sounds: bool,
) -> None:
    steps = plan.steps(plan.of_routine(routine), library())
    habits = Habits(wished, speed, sides=order)
    made = [practice(steps, index, habits, library()) for index in range(len(steps))]
    spans = led_through(made, replace(TELLING, flowing=flowing), sounds=sounds)
    done = counted(spans, made)
    for index, one in enumerate(made):
        amount = one.reps * one.sets
        if one.exercise.sides is Sides.EACH:
            assert done[index, Side.LEFT] == done[index, Side.RIGHT] == (amount, amount * one.hold)
        else:
            assert done[index, None] == (amount, amount * one.hold)


@pytest.mark.parametrize("first", ["", "left", "right"])
@pytest.mark.parametrize("wish", [{}, {"reps": 5, "sets": 3}, {"level": "easier"}, {"level": "harder", "reps": 2}])
@pytest.mark.parametrize("exercise", TWO_SIDED)
def test_a_conversation_leads_both_sides_alike(exercise: str, wish: dict[str, object], first: str) -> None:
    other = "left" if first == "right" else "right"
    today = {"day": "2026-11-22", "sides": {exercise: [first, other]} if first else {}}
    told = Told({"wishes": {exercise: wish}, "today": today}, sounds=True)
    answer, heard = told.answer(f"start {library().exercises[exercise].name}"), ""
    while answer.open:
        answer = told.answer("ready")
        heard += f" {answer.text}"
    counted_aloud = [word for word in heard.split() if word.startswith(("<en-reps", "<en-hold")) or word == "Hold."]
    half = len(counted_aloud) // 2
    assert half
    assert counted_aloud[:half] == counted_aloud[half:]


# Never more than the content allows


@cases("dose")
def test_a_dose_keeps_to_its_range(case: dict[str, Any]) -> None:
    hold(case)


@pytest.mark.parametrize("speed", Speed)
def test_there_is_always_a_second_between_two_reps(speed: Speed) -> None:
    """However fast: a second at the least; slower is two more than usual."""
    least = {Speed.SLOWER: 3, Speed.USUAL: 1, Speed.FASTER: 1}
    assert [speed.relax(1), speed.relax(5)] == [least[speed], 5 + {"slower": 2, "usual": 0, "faster": -1}[speed]]


# How long it lasts


@pytest.mark.parametrize("seconds", [20, 25, 30, 60])
def test_half_way_is_half_way(seconds: int) -> None:
    """In a sound it is said in the very middle; and only in a hold that is heard whole, and is long enough."""
    said = {mark.at_ms for mark in cadence.hold(seconds, ticks=True).marks if mark.word == "halfway"}
    assert said == {seconds * 500}
    rest = cadence.hold(seconds, ticks=True, whole=False)
    assert not [mark for mark in rest.marks if mark.word == "halfway"]
    assert not [mark for mark in cadence.hold(15, ticks=True).marks if mark.word == "halfway"]


@pytest.mark.parametrize(("seconds", "counted"), [(1, []), (2, ["1"]), (3, ["2", "1"]), (4, ["3", "2", "1"])])
def test_a_short_hold_is_counted_down_from_inside_it(seconds: int, counted: list[str]) -> None:
    marks = [mark for mark in cadence.hold(seconds, ticks=False).marks if mark.word]
    assert [mark.word for mark in marks] == [f"number-{left}" for left in counted]
    assert all(0 < mark.at_ms < seconds * 1000 for mark in marks)


def test_a_set_of_one_is_counted_as_one() -> None:
    one, two = (cadence.reps(lift=2, hold=2, lower=2, relax=2, count=count) for count in (1, 2))
    assert [mark.word for mark in one.marks if mark.word] == ["number-1"]
    assert [mark.word for mark in two.marks if mark.word] == ["number-2", "last-one"]


def test_where_a_long_speech_was_interrupted_when_spoken_quicker() -> None:
    """Words may take a share of their time; the quiet after them takes all of it."""
    text = "Cross your left ankle over your right thigh, just above the knee, toes pulled up."
    spoken = speaking_seconds(text)
    first, quiet, last = (
        Cue(CueKind.SET_UP, text, spoken, Place(0, 0)),
        Cue(CueKind.REST, "", 8.0, Place(0, 1)),
        Cue(CueKind.SET_UP, text, spoken, Place(0, 2)),
    )
    span = Span((Passage((first, quiet, last)),), (False,), Place(1), "", finished=False)

    def at(elapsed: float) -> int | None:
        found = cue_at(span, elapsed, 0.8)
        return found[0].place.piece if found else None

    begins, ends = 0.8 * spoken, 0.8 * spoken + 8
    assert [at(begins - 0.01), at(begins + 0.01), at(ends - 0.01), at(ends + 0.01)] == [0, 1, 1, 2]
    assert [at(ends + begins - 0.01), at(ends + begins + 0.01)] == [2, None]


def test_a_long_answer_before_a_long_set_keeps_to_the_time_of_a_response() -> None:
    told = Told({"speed": "slower", "wishes": {"fire-hydrant": {"reps": 12, "sets": 3, "hold": 10}}})
    told.all("start fire hydrant", "ready", "ready")
    assert told.answer("ready").seconds <= RESPONSE_SECONDS + 5
    answer = told.answer("is it safe", after=10)
    assert "ask your own team" in answer.text
    assert RESPONSE_SECONDS - 25 < answer.seconds <= RESPONSE_SECONDS + 5


# What one response holds


@given(st.sampled_from(ROUTINES), st.booleans(), st.booleans(), st.integers(1, 3), st.integers(0, 60))
def test_one_response_holds_what_it_may(routine: str, flowing: bool, sounds: bool, sets: int, lead: int) -> None:
    """Within time and clips, and never inside a hold."""
    steps = plan.steps(plan.of_routine(routine), library())
    habits = Habits({step.exercise: Wish(sets=sets, reps=12, hold=60) for step in steps}, Speed.SLOWER)
    made = [practice(steps, index, habits, library()) for index in range(len(steps))]
    for span in led_through(made, replace(TELLING, flowing=flowing), sounds=sounds, lead=lead):
        assert span.seconds <= RESPONSE_SECONDS - lead
        assert sum(span.sounds) <= CLIPS
        assert span.ends.held == 0


@pytest.mark.parametrize("letters", [4, 60, 200])
def test_counted_aloud_a_response_keeps_to_its_characters(letters: int) -> None:
    habits = Habits({"fire-hydrant": Wish(reps=12, sets=3, hold=1)}, Speed.FASTER)
    made = practice((Step("fire-hydrant"),), 0, habits, library())
    beats = replace(made.form.beats, lift="l" * letters, hold="h" * letters, lower="w" * letters)
    wordy = replace(made, form=replace(made.form, beats=beats))
    for span in led_through([wordy], replace(TELLING, flowing=True), sounds=False):
        cues = [cue for passage in span.passages for cue in passage.cues]
        assert sum(len(cue.say) for cue in cues) <= RESPONSE_CHARACTERS < SPEECH_CHARACTERS
        assert span.passages


@settings(max_examples=60)
@given(
    st.sampled_from(["butterfly-stretch", "figure-4", "hip-flexor-stretch"]),
    st.integers(1, 5),
    st.integers(10, 60),
    st.floats(0, 100),
    st.booleans(),
)
def test_no_response_ends_between_a_hold_and_its_release(
    exercise: str, reps: int, hold: int, lead: float, sounds: bool
) -> None:
    habits = Habits({exercise: Wish(reps=reps, hold=hold)}, Speed.SLOWER)
    made = practice((Step(exercise),), 0, habits, library())
    for span in led_through([made], replace(TELLING, flowing=True), sounds=sounds, lead=lead):
        kinds = [passage.cues[0].kind for passage in span.passages]
        for kind, after in zip(kinds, [*kinds[1:], None], strict=True):
            assert (after is CueKind.LOWER) == (kind is CueKind.HOLD)
        assert span.ends.held == 0


def test_after_an_interrupted_hold_every_other_one_has_its_way_in() -> None:
    made = practice((Step("figure-4"),), 0, Habits(), library())
    telling = replace(TELLING, flowing=True, holding=True)
    span = fit(lambda index: made if index == 0 else None, Place(0, 1, 0, 10), telling, lambda _: True)
    cues = [passage.cues[0] for passage in span.passages]
    led_in = [(cue.place.piece, cue.place.rep) for cue in cues if cue.kind is CueKind.MOVE]
    held = [(cue.place.piece, cue.place.rep, cue.place.held) for cue in cues if cue.kind is CueKind.HOLD]
    assert held == [(1, 0, 10), (1, 1, 0), (3, 0, 0), (3, 1, 0)]
    assert led_in == [(1, 1), (3, 0), (3, 1)]


@pytest.mark.parametrize("held", range(0, 20, 5))
def test_going_on_inside_a_hold_holds_what_is_left(held: int) -> None:
    made = practice((Step("figure-4"),), 0, Habits(), library())
    told = passages(made, Place(0, 1, 0, held), replace(TELLING, holding=True))
    assert told[0].cues[0].kind is CueKind.HOLD
    assert told[0].seconds == 20 - held
    assert told[0].sound is not None
    assert told[0].sound.name == (f"left-{20 - held}-ticks" if held else "hold-20-ticks")
    assert [cue.place.held for cue in told[0].cues if cue.say in ("Two.", "One.")] == [15, 15]
