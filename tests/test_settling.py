"""What comes back from a device or a store is believed in nothing: it becomes the nearest legal thing."""

from typing import Any

import pytest
from telling_turns import Told, cases, hold

from skill.coaching.timeline import speaking_seconds


@cases("settling")
def test_what_comes_back_is_settled(case: dict[str, Any]) -> None:
    hold(case)


GETTING_SET = (
    "Set your hands under your shoulders, knees under your hips. Keep arms long and back flat, looking at the floor."
)
"""What is told first of the last part of a set-up; then comes what will be counted."""

TOLD_IN = speaking_seconds(GETTING_SET)
BEGINS = 1.5
"""Seconds between an answer and its first sound."""

HEARD, NOT_HEARD = "After each number, lift. Here we go.", "When I count:"


@pytest.mark.parametrize(
    ("words", "seconds", "heard"),
    [
        ("ready", 0.85 * TOLD_IN, HEARD),
        ("ready", 0.6 * TOLD_IN, NOT_HEARD),
        ("ready", 0.8 * TOLD_IN + 1, HEARD),
        ("where am i", TOLD_IN + 1, GETTING_SET),
        ("where am i", TOLD_IN + 4, NOT_HEARD),
    ],
    ids=["she may speak quicker than is estimated", "but not so quick", "ready takes no time", "a question", "later"],
)
def test_what_was_heard_is_not_told_again(words: str, seconds: float, heard: str) -> None:
    """Who asks something began to ask it some seconds ago, and has not heard more."""
    told = Told()
    assert told.all("start hip routine", "ready", "ready").startswith(GETTING_SET)
    answer = told.say(words, after=BEGINS + seconds)
    assert heard in answer
    assert (GETTING_SET in answer) == (heard is GETTING_SET)
