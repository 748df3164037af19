"""The session rides to the device and back, and nothing in it is believed."""

import json
from typing import Any

import pytest
from damage import anything
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.envelope import KEY, attributes_of, session_of
from skill.coaching.plan import Place
from skill.dialogue.session import Phase, Session

places = st.builds(
    Place, st.integers(0, 20), st.integers(0, 20), st.integers(0, 60), st.integers(-300, 600), st.integers(0, 3)
)
sessions = st.builds(
    Session,
    phase=st.sampled_from(Phase),
    plan=st.text(max_size=40),
    place=places,
    ends=places,
    since=st.none() | st.integers(0, 2_000_000_000),
    lead=st.integers(0, 240),
    turns=st.integers(0, 1000),
    safety_said=st.booleans(),
    body=st.sampled_from(["", "lying-on-back"]),
    done=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    whole=st.booleans(),
    gathering=st.booleans(),
    leaving=st.sampled_from(["", "figure-4"]),
    opened=st.integers(0, 1000),
    sounded=st.booleans(),
    said=st.text(max_size=200),
    echoed=st.booleans(),
    number_for=st.sampled_from(["", "reps"]),
    no_kneeling=st.booleans(),
    recent=st.booleans(),
    up_at=st.integers(0, 2_000_000_000),
)


@given(sessions)
def test_a_session_comes_back_from_the_device_as_it_went(session: Session) -> None:
    assert session_of(json.loads(json.dumps(attributes_of(session)))) == session


@given(anything, st.sampled_from(["", "phase", "plan", "place", "ends", "since", "lead", "turns", "version"]))
def test_any_damage_gives_a_session(damage: Any, where: str) -> None:
    attributes: Any = {KEY: {where: damage}} if where else {KEY: damage}
    assert isinstance(session_of(attributes), Session)
    assert isinstance(session_of(damage), Session)


@pytest.mark.parametrize("attributes", [None, {}, {"of_somebody_else": 1}, {KEY: None}, {KEY: "x"}])
def test_no_session_of_ours_is_a_fresh_one(attributes: Any) -> None:
    assert session_of(attributes) == Session()


def test_what_is_whole_survives_what_is_damaged() -> None:
    damaged = {KEY: {"plan": "routine/hip-routine", "place": {"step": 2, "piece": "three"}, "turns": "many"}}
    assert session_of(damaged) == Session(plan="routine/hip-routine", place=Place(step=2))
