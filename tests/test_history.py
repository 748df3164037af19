"""What counts as done: heard through, moved on from, skipped, whole; and what is told of it later."""

from typing import Any

import pytest
from telling_turns import Told, day, without_form

FIRST_SET = ("start hip routine", "ready", "ready", "ready")
"""The first exercise of the hip routine, up to the set of its left side, which is being heard."""

BUTTERFLY = ("start butterfly stretch", "ready", "ready", "ready")
"""An exercise of one piece, which is being heard."""


def looking_back(history: dict[str, Any], **more: Any) -> str:
    """What she says of a history on 22 November."""
    return Told({"history": history, "last_day": "2026-11-22", **more}).say("how am i doing")


# Moving on, and leaving


def test_skipping_the_first_side_is_no_skipped_exercise() -> None:
    """The other side is still to come."""
    told = Told()
    told.all(*FIRST_SET)
    told.say("skip this side", after=10)
    assert told.today == {}


def test_skipping_the_last_side_is_a_skipped_exercise() -> None:
    """With it the exercise is left."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    told.say("skip this side", after=10)
    assert told.today == {"skipped": {"fire-hydrant": 1}}


def test_next_amid_the_last_set_of_an_exercise_counts_it_as_done() -> None:
    """Whoever moves on has done it, whatever the clock says; and the plan goes on."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    assert "Number two of six: hip thrust." in told.say("next", after=20)
    assert told.today == {"finished": {"fire-hydrant": 1}}


def test_next_amid_the_first_side_counts_nothing() -> None:
    """The other side is still to come."""
    told = Told()
    told.all(*FIRST_SET)
    told.say("next", after=20)
    assert told.today == {}


def test_next_amid_an_exercise_in_mid_plan_is_not_the_plans_end() -> None:
    """Every other exercise was done, also the one after it; the routine is whole only when its end is reached."""
    told = Told({"underway": {"plan": "routine/hip-routine", "place": {"step": 4}, "done": _ALL_BUT_THIS}})
    told.all("open", "go on", "ready", "ready", "ready", "ready")
    told.say("next", after=20)
    assert told.today == {"finished": {"figure-4": 1}}
    assert told.person["underway"]["place"]["step"] == 5


_ALL_BUT_THIS = ["fire-hydrant", "hip-thrust", "side-lying-leg-raise", "butterfly-stretch", "hip-flexor-stretch"]


def test_skip_in_the_last_piece_after_its_end_is_done_and_not_skipped() -> None:
    """All of it was heard: there is nothing left to skip."""
    told = Told()
    told.all(*BUTTERFLY, "skip this one")
    assert told.today == {"finished": {"butterfly-stretch": 1}}


def test_skip_on_the_way_up_at_the_end_skips_nothing() -> None:
    """All was done; what they are spared is only being led up."""
    told = Told()
    told.all(*BUTTERFLY, "ready")
    assert told.session["phase"] == "rising"
    told.say("skip this one")
    assert told.today == {"finished": {"butterfly-stretch": 1}}


def test_skip_after_a_question_at_the_end_is_done_and_not_skipped() -> None:
    """It was counted when it had been heard, and nothing has been running since."""
    told = Told()
    told.all(*BUTTERFLY, "how am i doing", "skip this one")
    assert told.today == {"finished": {"butterfly-stretch": 1}}


def test_skip_amid_the_last_piece_is_skipped() -> None:
    """Before its end it is."""
    told = Told()
    told.all(*BUTTERFLY)
    told.say("skip this one", after=20)
    assert told.today == {"skipped": {"butterfly-stretch": 1}}


def test_ready_while_a_set_up_is_told_counts_nothing() -> None:
    """They are ready to begin it, and have not done it."""
    told = Told()
    told.say("start butterfly stretch")
    for _ in range(3):
        told.say("ready", after=3)
        assert told.today == {}


def test_ready_between_two_sets_counts_nothing() -> None:
    """A set is not the exercise."""
    told = Told({"wishes": {"hip-thrust": {"sets": 2}}})
    told.all("start hip thrust", "ready", "ready", "ready")
    assert "The last set." in told.say("ready", after=85)
    assert told.today == {}


def test_ready_on_the_way_out_of_the_last_hold_of_a_side_counts_nothing() -> None:
    """The other side is still to come."""
    told = Told()
    told.all("start figure four", "ready", "ready", "ready")
    told.say("ready", after=63)
    assert told.today == {}


def test_yes_to_easier_is_no_skip() -> None:
    """It goes on in its easier form; without one it would be left."""
    told = Told()
    told.all(*FIRST_SET)
    assert "Shall I make it easier" in told.say("that hurts", after=20)
    assert "Here is the easier version" in told.say("yes")
    assert told.today == {}


def test_yes_where_there_is_nothing_easier_is_a_skip() -> None:
    """It is left, and so it says."""
    told = Told()
    told.all(*FIRST_SET)
    told.say("sharp pain", after=20)
    told.say("yes")
    assert told.today == {"skipped": {"fire-hydrant": 1}}


# The session's ends


def test_an_answer_that_the_device_could_not_use_finishes_nothing() -> None:
    """None of it was heard, however long ago it was given."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    told.end("device fails", after=500)
    assert told.today == {}


@pytest.mark.parametrize("how", ["nobody answers", "walks away"])
def test_the_exercises_that_were_heard_through_are_counted(how: str) -> None:
    """Nobody answers the question after an exercise, or they leave there: it was heard to its end."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    told.end(how)
    assert told.today == {"finished": {"fire-hydrant": 1}}


def test_when_nobody_answers_all_of_the_answer_was_heard() -> None:
    """The device says so, whatever the clock says."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    told.end("nobody answers", after=4)
    assert told.today == {"finished": {"fire-hydrant": 1}}
    assert told.person["underway"]["place"]["step"] == 1


def test_walking_away_amid_an_exercise_counts_nothing() -> None:
    """It was not heard to its end."""
    told = Told()
    told.all(*FIRST_SET, "ready")
    told.end("walks away", after=4)
    assert told.today == {}


# Whole


def test_a_routine_over_two_sessions_counts_as_whole_and_nothing_of_it_twice() -> None:
    """What was done yesterday is remembered with the place, and is not counted again today."""
    told = Told()
    told.all("start mobility routine", "ready", "ready", "ready", "stop")
    assert told.today == {"finished": {"butterfly-stretch": 1}}
    told.days_pass(1)
    answer = told.answer("open")
    while answer.open:
        answer = told.answer("ready")
    assert told.on("2026-11-22") == {"finished": {"butterfly-stretch": 1}}
    assert told.on("2026-11-23") == {
        "finished": {"figure-4": 1, "hip-flexor-stretch": 1},
        "whole": {"routine/hip-mobility": 1},
    }
    assert told.person["heard"] == {"butterfly-stretch": 1, "figure-4": 1, "hip-flexor-stretch": 1}


def test_a_routine_with_an_exercise_done_is_not_whole() -> None:
    """Two of three were skipped."""
    told = Told()
    told.all("start mobility routine", "ready", "skip this one", "skip this one", "ready", "ready", "ready", "ready")
    assert told.today == {
        "finished": {"hip-flexor-stretch": 1},
        "skipped": {"butterfly-stretch": 1, "figure-4": 1},
    }


def test_an_exercise_is_counted_again_in_another_plan_of_the_same_session() -> None:
    """What was counted belongs to its plan."""
    told = Told()
    told.all(*BUTTERFLY)
    told.all("start mobility routine", "ready", "ready", "ready")
    told.say("next", after=20)
    assert told.today == {"finished": {"butterfly-stretch": 2}}


# Looking back


def test_a_day_with_nothing_but_a_skip_is_no_active_day() -> None:
    """Nothing was done on it."""
    assert "nothing to look back on yet" in looking_back(day(22, skipped={"figure-4": 1}))
    told = looking_back(day(21, finished={"figure-4": 1}) | day(22, skipped={"figure-4": 1}))
    assert "you exercised on one day: one exercise in all" in told


@pytest.mark.parametrize(
    ("days", "run"), [((22, 20, 17), "three days"), ((22, 21, 17), "two days"), ((19, 16), "two days")]
)
def test_a_run_of_days_breaks_after_three_days_off(days: tuple[int, ...], run: str) -> None:
    """Two whole days off do not break it; three do."""
    history = {name: done for one in days for name, done in day(one, finished={"figure-4": 1}).items()}
    assert f"You're on a run of {run}" in looking_back(history)


def test_a_run_that_is_over_is_not_told() -> None:
    """The last day was four days ago."""
    history = day(18, finished={"figure-4": 1}) | day(17, finished={"figure-4": 1})
    assert "run" not in looking_back(history).split()


@pytest.mark.parametrize("order", [("hip-thrust", "figure-4"), ("figure-4", "hip-thrust")])
def test_the_exercise_that_was_skipped_most_is_named(order: tuple[str, str]) -> None:
    """Of two that were skipped, over several days."""
    often, seldom = "figure-4", "hip-thrust"
    skips = {name: 2 if name == often else 1 for name in order}
    history = day(22, finished={seldom: 1}, skipped=skips) | day(20, skipped={often: 1, seldom: 1})
    told = looking_back(history)
    assert "You skipped figure four." in told
    assert "try the easier figure four" in told


@pytest.mark.parametrize(("of_november", "named"), [(16, True), (15, False)])
def test_a_skip_is_told_for_seven_days(of_november: int, named: bool) -> None:
    """Today is the last of the seven."""
    history = day(22, finished={"hip-thrust": 1}) | day(of_november, skipped={"figure-4": 1})
    assert ("You skipped figure four." in looking_back(history)) == named


def test_a_day_that_is_written_otherwise_is_no_day() -> None:
    """A day has one name, so that it is never two."""
    odd = {"20261122": {"finished": {"figure-4": 3}, "skipped": {}, "whole": {}}}
    assert "nothing to look back on yet" in looking_back(odd)


def test_an_unknown_exercise_is_not_named() -> None:
    """A release may have dropped what was skipped most."""
    told = looking_back(day(22, finished={"figure-4": 1}, skipped={"gone": 5}))
    assert "skipped" not in told


BOTH_KINDS = {"hip-thrust": 1, "figure-4": 1}


@pytest.mark.parametrize(
    ("history", "suggested"),
    [
        (day(22, finished=BOTH_KINDS), "Tomorrow is a good day to rest, or just to stretch."),
        (day(21, finished=BOTH_KINDS), "Today is a good day for the hip routine."),
        (day(22, finished={"hip-thrust": 1}), "add some stretching"),
        (day(22, finished={"figure-4": 1}), "add some strength"),
    ],
)
def test_one_thing_is_suggested(history: dict[str, Any], suggested: str) -> None:
    """After today's routine: rest."""
    assert suggested in looking_back(history)


def test_no_easier_form_is_suggested_where_there_is_none() -> None:
    """What was skipped is named, and something else is suggested."""
    history = day(22, finished={"figure-4": 1}, skipped={"hip-thrust": 1})
    told = Told({"history": history}, content=without_form("hip-thrust", "easier")).say("how am i doing")
    assert "You skipped hip thrust." in told
    assert "easier" not in told
    assert "add some strength" in told


# How much is kept


def after_one_more(**person: Any) -> dict[str, Any]:
    """What is remembered when one exercise more was done on 22 November."""
    told = Told(person)
    told.all(*BUTTERFLY, "ready")
    return told.person


def test_days_are_kept_for_four_weeks() -> None:
    """The twenty-eighth day ago still by itself, the one before it in the sum."""
    last, past = "2026-10-25", "2026-10-24"
    done = {"finished": {"figure-4": 2}, "skipped": {}, "whole": {}}
    person = after_one_more(history={last: done, past: done}, earlier={"days": 3, "exercises": 7})
    assert sorted(person["history"]) == [last, "2026-11-22"]
    assert person["earlier"] == {"days": 4, "exercises": 9}


def test_a_day_in_the_future_is_let_go() -> None:
    """From a device gone wrong; tomorrow may be today somewhere else."""
    done = {"finished": {"figure-4": 2}, "skipped": {}, "whole": {}}
    person = after_one_more(history={"2026-11-23": done, "2026-11-24": done})
    assert sorted(person["history"]) == ["2026-11-22", "2026-11-23"]
    assert person["earlier"] == {"days": 0, "exercises": 0}


@pytest.mark.parametrize(("heard", "after"), [(97, 98), (98, 99), (99, 99), (100, 99)])
def test_nobody_needs_a_larger_count_than_99(heard: int, after: int) -> None:
    """How often an exercise was led through is counted so far."""
    assert after_one_more(heard={"butterfly-stretch": heard})["heard"] == {"butterfly-stretch": after}
