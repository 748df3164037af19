"""What a mutation run found that nothing held (docs/mutation.md), room by room."""

from typing import Any

import pytest
from scenes import library
from telling_turns import Told

from skill.coaching.timeline import speaking_seconds
from skill.dialogue.diagram import diagram
from skill.dialogue.session import Person
from skill.memory.household import Household, read, written
from skill.memory.opening import default_store_url, parse
from skill.memory.record import fingerprint, is_later, person_of, record_of, version_of

# Coaching

KNOWN = dict.fromkeys(library().exercises, 6)
"""Everything has been heard six times."""


def test_who_knows_a_routine_minds_one_thing_in_every_third_exercise() -> None:
    """Not before the first movement of a session; and another thing each time."""
    told = Told({"heard": KNOWN, "safety_day": "2026-11-22"})
    minded = {cue.cue for one in library().exercises.values() for cue in one.mistakes}
    heard = told.say("start hip routine") + "".join(told.say("ready") for _ in range(10))
    assert [cue for cue in sorted(minded) if cue in heard] == ["Let your lower ribs be heavy."]


def test_a_language_nobody_timed_is_as_fast_as_english() -> None:
    """As fast as the one that is meant when none is said."""
    text = "Bend your knees, feet flat, head heavy."
    assert speaking_seconds(text) == speaking_seconds(text, "en") == speaking_seconds(text, "xx")


# Dialogue


def test_an_exercise_in_which_a_joint_gave_way_is_left_out_today() -> None:
    """It is not suggested again before tomorrow."""
    told = Told()
    told.all("start hip routine", "ready", "ready", "ready")
    told.say("my hip gave way", after=12)
    assert told.person["today"]["left"] == ["fire-hydrant"]


def test_a_routine_that_content_has_lost_is_not_started() -> None:
    """It was asked about, and a release came in between: "yes" starts the first routine."""
    told = Told(session={"phase": "choosing", "asked": "routine/gone"})
    assert "We'll make one trip down to the floor, and finish standing." in told.say("yes")


def test_what_they_agree_to_is_what_was_just_explained() -> None:
    """And not the first routine."""
    told = Told(session={"phase": "choosing", "asked": "routine/hip-strength"})
    assert "We'll strengthen your hips, all on the floor." in told.say("yes")


def test_what_was_left_is_gone_on_with_where_a_release_has_moved_it() -> None:
    """By its exercise, and not by its number."""
    left = {"plan": "routine/hip-routine", "place": {"step": 1, "piece": 1}, "exercise": "figure-4"}
    told = Told({"underway": left, "safety_day": "2026-11-22", "last_day": "2026-11-21"})
    assert "you were at figure four, number five of six, left ankle over." in told.say("open")
    told.say("yes")
    assert told.session["exercise"] == "figure-4"
    assert "Figure four, number five of six, left ankle over." in told.say("ready")


def test_where_there_is_no_harder_form_she_says_so() -> None:
    """The exercise is done in its usual form, which is its hardest."""
    told = Told()
    told.all("start seated figure four", "ready", "ready")
    assert "This is the hardest way I have." in told.say("harder")


def test_the_picture_of_the_phases_says_what_leads_where() -> None:
    """Each event in its plainest form, and only those that lead elsewhere."""
    lines = diagram(library()).splitlines()
    assert lines[:3] == ["stateDiagram-v2", "    [*] --> choosing", "    [*] --> offering : something unfinished"]
    assert "    moving --> paused : No, NotYet, Pause, Explain, OutOfBreath" in lines
    assert "    finishing --> moving : MoreSeconds, MoreReps" in lines
    assert "    over --> alarm : Unwell" in lines


# Memory


def test_a_record_of_the_first_version_keeps_nothing_that_meant_something_else() -> None:
    """It knew only that the safety line was heard, and not when: it is told once more."""
    old = {"version": 1, "safety_heard": True, "sessions": 4}
    assert person_of(old) == Person(sessions=4)
    assert "safety_heard" not in record_of(person_of(old), made_from=old)


def _underway(plan: str, **more: object) -> dict[str, Any]:
    return {"version": 2, "underway": {"plan": plan, "place": {"step": 1}, **more}}


def test_what_a_later_release_said_of_a_plan_goes_with_that_plan() -> None:
    """It is kept while the plan is, and holds of no other one."""
    before = _underway("routine/hip-routine", later="kept")
    same = record_of(person_of(_underway("routine/hip-routine")), made_from=before)
    other = record_of(person_of(_underway("routine/hip-strength")), made_from=before)
    assert same["underway"]["later"] == "kept"
    assert "later" not in other["underway"]


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 2), (3, 3), (999, 999), (1_000, 2), ("3", 2)])
def test_a_record_keeps_the_version_of_a_later_release(before: object, after: int) -> None:
    """So that the later release does not bring up to date what is so already; what is no version is damage."""
    assert record_of(Person(), made_from={"version": before})["version"] == after


def test_a_record_is_told_from_others_by_its_last_request_or_its_time() -> None:
    """One that says neither is still some record."""
    assert version_of({"saved_at": 12, "saved_by": {"requests": ["a", "b"]}}) == "b"
    assert version_of({"saved_at": 12}) == "12"
    assert version_of({"version": 2}) == "0"
    assert version_of({}) == ""


def test_an_id_of_half_characters_has_a_fingerprint_of_its_own() -> None:
    """Whatever a request carries as an id."""
    assert fingerprint("half \ud83d") != fingerprint("half \ud83e")
    assert fingerprint("") == fingerprint(None) == ""


def test_a_moment_more_than_a_day_ahead_is_astray() -> None:
    """To the millisecond."""
    day = 86_400_000
    assert [is_later(at, 5) for at in (5, 6, 5 + day, 6 + day)] == [False, True, True, False]


def test_half_a_character_is_kept_as_a_question_mark() -> None:
    """It came back in a damaged session, and no store takes it; everything else of the person stays."""
    text = written(Household({"": {"version": 2, "body": "half \ud83d", "sessions": 4}}))
    assert text is not None
    assert read(text).people == {"": {"version": 2, "body": "half ?", "sessions": 4}}


@pytest.mark.parametrize("url", ["sqlite:///data/", "sqlite:///C:\\data\\", "sqlite:///:memory:"])
def test_a_folder_is_no_file(url: str) -> None:
    """On any system."""
    with pytest.raises(ValueError, match="is no file; name one, or say memory:"):
        parse(url)


def test_an_address_of_a_file_says_how_it_begins() -> None:
    """As it is written."""
    with pytest.raises(ValueError, match=r"^the address of an SQLite file begins with sqlite:///"):
        parse("sqlite:data")


def test_on_windows_the_file_lies_among_the_local_data() -> None:
    """Where Windows says it is."""
    found = default_store_url({"LOCALAPPDATA": "D:/Local"}, "win32")
    assert found == "sqlite:///D:/Local/hip-coach/people.sqlite3"
