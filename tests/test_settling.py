"""What comes back from a device or a store is believed in nothing: it becomes the nearest legal thing."""

from datetime import timedelta
from typing import Any

import pytest
from conversing import BEGINNING
from telling_turns import Told

from skill.coaching.timeline import speaking_seconds

NOW = int(BEGINNING.timestamp())

IN_A_SET = {
    "phase": "moving",
    "plan": "routine/hip-routine",
    "exercise": "fire-hydrant",
    "place": {"step": 0, "piece": 1},
    "ends": {"step": 0, "piece": 2},
    "body": "hands-and-knees",
    "since": NOW,
    "turns": 5,
    "safety_said": True,
}
"""A session in which the first set of fire hydrant has just begun."""


def carried(after: float = 0, person: dict[str, Any] | None = None, **session: Any) -> Told:
    """Somebody whose device brings that session back, with changes, so many seconds after its last answer."""
    return Told(person, {**IN_A_SET, **session}, now=BEGINNING + timedelta(seconds=after))


# Places


def test_a_rep_beyond_the_last_is_none() -> None:
    """Six of six reps are done in the stored place: that set has no such rep, so it begins anew."""
    told = carried(phase="paused", since=None, place={"step": 0, "piece": 1, "rep": 6})
    assert told.say("where am i").startswith("Fire hydrant, number one of six, left leg lifting. Say go")
    told = carried(phase="paused", since=None, place={"step": 0, "piece": 1, "rep": 5})
    assert told.say("where am i").startswith("Fire hydrant, number one of six, left leg lifting, one rep to go.")


@pytest.mark.parametrize(("held", "heard"), [(20, "Fifteen"), (15, "Three"), (300, "Fifteen"), (-5, "Twenty")])
def test_a_hold_that_was_held_to_its_end_is_none(held: int, heard: str) -> None:
    """Twenty of twenty seconds are held in the stored place: there is nothing left of it, so it is held anew."""
    place = {"step": 3, "piece": 1, "rep": 1, "held": held}
    told = carried(phase="paused", since=None, exercise="butterfly-stretch", place=place, body="lying-on-back")
    told.say("go on")
    assert f"One hold to go. Ease open. Hold. {heard}." in told.say("ready")


def test_a_position_that_content_no_longer_knows_is_standing() -> None:
    """Whoever is somewhere unknown is led from standing, whole."""
    told = carried(phase="paused", since=None, place={"step": 0, "piece": 1, "rep": 2}, body="hanging-upside-down")
    assert "Eyes open, hold something steady, and kneel" in told.say("go on")
    told = carried(phase="paused", since=None, place={"step": 0, "piece": 1, "rep": 2})
    assert "kneel" not in told.say("go on")


# A release changed the plan


def test_a_release_reorders_the_plan_in_mid_set_and_the_rep_goes_with_its_exercise() -> None:
    """Hip thrust was the first when the device went on; now it is the second."""
    place = {"step": 0, "piece": 1, "rep": 3}
    told = carried(phase="paused", since=None, exercise="hip-thrust", place=place, body="leaning-on-couch")
    assert told.say("where am i").startswith("Hip thrust, number two of six, five reps to go.")
    assert told.place == {"step": 1, "piece": 1, "rep": 3, "held": 0}


def test_while_something_was_playing_the_old_clock_does_not_count() -> None:
    """What was playing is another exercise's time by now: the place is where it began."""
    place = {"step": 0, "piece": 1, "rep": 3}
    told = carried(40, exercise="hip-thrust", place=place, ends={"step": 1, "piece": 0}, body="leaning-on-couch")
    assert told.say("where am i").startswith("Hip thrust, number two of six, five reps to go.")
    assert told.today == {}


def test_an_exercise_that_is_gone_from_the_plan_begins_anew_with_what_stands_there() -> None:
    """Nothing of the old one's place is taken over."""
    told = carried(phase="paused", since=None, exercise="gone", place={"step": 1, "piece": 1, "rep": 3})
    assert told.say("where am i").startswith("Hip thrust, number two of six. Say go on")


def test_content_loses_the_routine_between_shall_i_start_it_and_yes() -> None:
    """There is nothing to start: they go on with what they have."""
    told = carried(phase="confirming", since=None, asked="routine/gone", place={"step": 0, "piece": 1, "rep": 2})
    assert told.say("yes").startswith("Fire hydrant, number one of six, left leg lifting, four reps to go.")
    assert told.person["underway"]["plan"] == "routine/hip-routine"


def test_a_plan_that_no_release_knows_is_dropped_at_the_welcome() -> None:
    """It is said once that it has changed, and then it is forgotten."""
    told = Told({"last_day": "2026-11-21", "underway": {"plan": "routine/gone", "place": {"step": 1}}})
    assert told.say("open").startswith("Welcome back. What you were doing has changed since, so we begin anew.")
    assert told.person["underway"] is None


# Damaged clocks


def test_a_damaged_lead_does_not_freeze_the_place() -> None:
    """No answer speaks for years before it moves on: ten minutes later all of it was heard."""
    told = carried(600, lead=10**9)
    assert told.say("where am i").startswith("Fire hydrant, number one of six, right leg lifting.")
    assert carried(600, lead=-(10**9)).say("where am i").startswith("Fire hydrant, number one of six, right leg")


def test_a_damaged_end_of_the_safety_line_does_not_repeat_it_for_ever() -> None:
    """It was told minutes ago at the latest, whatever the session says."""
    told = carried(phase="paused", since=None, safety_until=10**11, person={"safety_day": "2026-11-22"})
    told.say("pause")
    assert "One thing first" not in told.say("go on", after=120)


def test_a_safety_line_that_was_interrupted_is_told_again() -> None:
    """And one that was heard is not."""
    told = Told()
    assert told.say("start hip routine").startswith("One thing first. This isn't medical advice.")
    assert told.say("ready", after=5).startswith("One thing first. This isn't medical advice.")
    assert "One thing first" not in told.say("repeat")


@pytest.mark.parametrize(("told_on", "again"), [("2026-09-23", True), ("2026-09-24", False)])
def test_the_safety_line_is_told_again_after_exactly_60_days(told_on: str, again: bool) -> None:
    """Sixty days are long, fifty-nine are not."""
    told = Told({"last_day": "2026-11-20", "safety_day": told_on})
    assert ("One thing first" in told.say("open")) == again


@pytest.mark.parametrize(("after", "again"), [(3, True), (12, True), (17, False)])
def test_the_greeting_before_the_safety_line_takes_four_seconds(after: float, again: bool) -> None:
    """The line counts as heard only when greeting and line can have been heard."""
    told = Told()
    told.say("open")
    assert ("One thing first" in told.say("start hip routine", after=after)) == again


# Whose time it is


GETTING_SET = (
    "Set your hands under your shoulders, knees under your hips. Keep arms long and back flat, looking at the floor."
)
"""What is told first of the last part of a set-up; then comes what will be counted."""

TOLD_IN = speaking_seconds(GETTING_SET)
BEGINS = 1.5
"""Seconds between an answer and its first sound."""


def after_getting_set(words: str, seconds: float) -> str:
    """What is heard when somebody says that so many seconds after she began to tell how to get set."""
    told = Told()
    assert told.all("start hip routine", "ready", "ready").startswith(GETTING_SET)
    return told.say(words, after=BEGINS + seconds)


@pytest.mark.parametrize(("share", "heard"), [(0.85, "After each number, lift. Here we go."), (0.6, "When I count:")])
def test_ready_a_little_early_counts_as_heard(share: float, heard: str) -> None:
    """She may speak quicker than is estimated: then "ready" is not told what they have heard."""
    assert after_getting_set("ready", share * TOLD_IN).startswith(heard)


def test_ready_takes_no_asking_time_off() -> None:
    """Who says "ready" has heard it to the moment at which they say it."""
    assert after_getting_set("ready", 0.8 * TOLD_IN + 1).startswith("After each number, lift. Here we go.")


@pytest.mark.parametrize(("seconds", "again"), [(1, True), (4, False)])
def test_a_question_takes_the_time_of_asking_off(seconds: float, again: bool) -> None:
    """Who asks something began to ask it some seconds ago, and has not heard more."""
    assert (GETTING_SET in after_getting_set("where am i", TOLD_IN + seconds)) == again


def test_after_a_jump_the_next_way_is_told_from_there() -> None:
    """After a jump the next set-up is told from the position that was jumped to, not from the plan's order."""
    told = Told()
    told.all("start hip routine", "ready", "ready", "go to hip thrust", "ready")
    heard = told.say("ready")
    assert "Number three of six: side lying leg raise." in heard
    assert "Eyes open, move away from the couch, hands down" in heard


# The end of a session


def test_left_in_flow_the_piece_that_was_running_is_offered() -> None:
    """Not where the answer began, four minutes ago."""
    told = Told({"pace": "flow"})
    told.all("start mobility routine", "go on")
    told.end("walks away", after=150)
    assert told.place == {"step": 1, "piece": 3, "rep": 0, "held": 0}


def test_an_answer_that_failed_is_told_again_from_where_it_began() -> None:
    """Nothing of it was heard, however long it has been."""
    told = Told({"pace": "flow"})
    told.all("start mobility routine", "go on")
    told.end("device fails", after=150)
    assert told.place == {"step": 1, "piece": 0, "rep": 0, "held": 0}


def test_left_in_the_piece_in_which_the_answer_began_is_that_place() -> None:
    """The reps that were done before that answer stay done."""
    told = Told()
    told.all("start hip routine", "ready", "ready", "ready")
    told.say("pause", after=30)
    told.all("go on")
    told.say("ready")
    told.end("walks away", after=20)
    assert told.place == {"step": 0, "piece": 1, "rep": 2, "held": 0}


def test_whoever_leaves_when_all_is_done_has_nothing_underway() -> None:
    """Nor has whoever does not answer there."""
    for how in ("walks away", "nobody answers"):
        told = Told()
        told.all("start butterfly stretch", "ready", "ready", "ready")
        told.end(how)
        assert told.person["underway"] is None


@pytest.mark.parametrize("after", [None, 2])
def test_nobody_answers_at_shall_i_forget_it_all(after: float | None) -> None:
    """Nothing is forgotten, and the place is where it was."""
    told = Told()
    told.all("start hip routine", "ready", "ready", "ready")
    told.say("forget me", after=30)
    told.end("nobody answers", after=after)
    assert told.place == {"step": 0, "piece": 1, "rep": 2, "held": 0}


# Wishes


def test_as_usual_forgets_this_exercises_wish_and_keeps_the_others() -> None:
    """Every other wish stays as it was."""
    told = Told({"wishes": {"fire-hydrant": {"reps": 8}, "hip-thrust": {"reps": 5}}})
    told.all("start hip routine", "ready", "ready", "as usual")
    assert set(told.person["wishes"]) == {"hip-thrust"}
    assert told.person["wishes"]["hip-thrust"]["reps"] == 5


def test_left_out_twice_is_left_out_once() -> None:
    """A list of what is left out has each exercise once."""
    told = Told()
    told.all("never hip thrust again", "never hip thrust again", "never figure four again")
    assert list(told.person["left_out"]) == ["hip-thrust", "figure-4"]


def test_an_exercise_is_left_out_in_mid_plan_while_an_earlier_one_is_left_out_too() -> None:
    """On with the one after it: the place counts what is left of the plan."""
    told = Told({"left_out": ["fire-hydrant"]})
    told.all("start hip routine", "ready", "skip this one", "ready")
    assert "butterfly stretch" in told.say("never this one again")
    assert told.person["underway"]["exercise"] == "butterfly-stretch"
    assert told.place["step"] == 1
