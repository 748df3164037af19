"""What is remembered of a person: the page that tells of it, old forms, other zones, and being forgotten."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from conversing import Talk, Wire
from hypothesis import given
from hypothesis import strategies as st
from scenes import CONTENT, NOW, scene

from skill.__main__ import main
from skill.alexa.time_zone import zone
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, Speed, Wish
from skill.coaching.practice import Talk as Telling
from skill.dialogue.events import Said, StartExercise
from skill.dialogue.progress import KEPT_DAYS, run_of_days, this_week
from skill.dialogue.respond import respond
from skill.dialogue.session import Day, Person, Session, Underway
from skill.hearing.ear import Ear
from skill.library.models import Level
from skill.library.values import fields, replace
from skill.memory.record import VERSION, person_of, record_of
from skill.memory.shelf import StoreFailed
from skill.memory.sqlite import SqliteShelf
from skill.simulator.wire import Envelopes, Identity, numbered_ids, to_app
from skill.web import create_app
from skill.web.settings import Settings

ROOT = Path(__file__).parent.parent
MODEL = json.loads((ROOT / "interaction_model" / "en-US.json").read_text())
USER = Identity().user

Json = dict[str, Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where people are remembered."""
    return tmp_path / "people.sqlite3"


@contextmanager
def talking(file: Path) -> Iterator[Talk]:
    """Somebody who talks to a skill that remembers in a file."""
    ear = Ear(MODEL)
    app = create_app(Settings(verify=False, content=CONTENT, store=f"sqlite:///{file}"))
    yield Talk(Wire(to_app(app), ear, "en-US"), ear)
    app.extensions["hip-coach"].store.close()


@pytest.fixture
def talk(file: Path) -> Iterator[Talk]:
    """The same, in the file of that test."""
    with talking(file) as talk:
        yield talk


def stored(file: Path) -> list[tuple[Any, ...]]:
    """Every row of every table in the file."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]


def says(talk: Talk, *lines: str) -> None:
    for line in lines:
        talk.say(line)


def household(file: Path) -> Json:
    """The one record that is there."""
    (record,) = [json.loads(cell) for row in stored(file) for cell in row if str(cell).startswith("{")]
    found: Json = record["household"]
    return found


@contextmanager
def edited(file: Path) -> Iterator[Json]:
    """That record as it is in the file, to be changed there."""
    with closing(sqlite3.connect(file)) as db, db:
        held = json.loads(db.execute("SELECT record FROM people").fetchone()[0])
        yield held
        db.execute("UPDATE people SET record = ?", (json.dumps(held),))


def test_the_privacy_page_names_everything_that_is_stored(talk: Talk, file: Path) -> None:
    says(talk, "start hip routine", "ready", "do eight reps", "that hurts", "skip this one", "stop")
    page = (ROOT / "docs" / "privacy.md").read_text()
    rows = re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    kept = set(household(file))
    assert kept == told
    assert kept - {"version", "saved_at", "saved_by", "begun"} == {field.name for field in fields(Person)}


def test_pain_leaves_no_trace(tmp_path: Path) -> None:
    records = []
    for name, lines in {"one": ("pause", "skip it today"), "other": ("that hurts", "skip this one")}.items():
        with talking(tmp_path / name) as talk:
            says(talk, "start hip routine", *lines, "stop")
        records.append(household(tmp_path / name) | {"saved_at": 0, "seen_at": 0})
    assert records[0] == records[1]


def test_forget_me_leaves_no_row(talk: Talk, file: Path) -> None:
    says(talk, "start hip routine", "ready", "stop", "open")
    assert any(USER in str(row) for row in stored(file))
    talk.say("forget me")
    closing = talk.say("yes")
    assert not closing.open
    assert not any(USER in str(row) for row in stored(file))
    assert USER.encode() not in file.read_bytes()


def test_disabling_the_skill_deletes_all_of_a_users(talk: Talk, file: Path) -> None:
    talk.say("start hip routine")
    disabled = Envelopes(Identity(), numbered_ids()).launch(talk.room.session, NOW)  # type: ignore[attr-defined]
    del disabled["session"]
    disabled["request"] |= {"type": "AlexaSkillEvent.SkillDisabled"}
    talk.room.send(disabled)  # type: ignore[attr-defined]
    assert not any(USER in str(row) for row in stored(file))


def test_an_operator_can_show_and_delete(
    talk: Talk, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIP_COACH_STORE", f"sqlite:///{file}")
    talk.say("start hip routine")
    assert main(["people", "export", USER]) == 0
    assert json.loads(capsys.readouterr().out)["household"]["underway"]["plan"] == "routine/hip-routine"
    assert main(["people", "delete", USER]) == 0
    assert not any(USER in str(row) for row in stored(file))


# Old forms


@pytest.mark.parametrize(
    "record",
    [
        None,
        {},
        {"version": 1, "safety_heard": True, "pace": "flow", "underway": {"plan": "routine/hip-routine", "place": {}}},
        {"version": 2, "pace": "flow", "wishes": "all", "history": {"yesterday": {"finished": {"figure-4": 2}}}},
        {"version": 99, "pace": "flow", "something": {"new": 1}},
        {"version": "two", "pace": "flow"},
        {"version": 1.5, "heard": {"figure-4": -3}, "left_out": ["figure-4", 7], "history": {"2026-11-22": 5}},
    ],
)
def test_old_and_damaged_forms_load_into_something_sensible(record: dict[str, Any] | None) -> None:
    person = person_of(record)
    if record and "pace" in record:
        assert person.pace is Pace.FLOW
    turn = respond(Session(), Said.READY, scene(person))
    assert turn.prompt.listen
    assert record_of(turn.person)["version"] == VERSION


def test_a_record_comes_back_as_it_went() -> None:
    person = Person(
        underway=Underway("routine/hip-routine", Place(2, 1, 3, 5), "figure-4", ("hip-thrust",)),
        pace=Pace.FLOW,
        talk=Telling.LESS,
        speed=Speed.SLOWER,
        wishes={"figure-4": Wish(reps=3), "fire-hydrant": Wish(level=Level.EASIER, reps=4)},
        heard={"figure-4": 2},
        left_out=("butterfly-stretch",),
        history={"2026-11-22": Day({"figure-4": 1}, {"hip-thrust": 1}, {"routine/hip-routine": 1})},
        last_day="2026-11-22",
        zone="Europe/London",
    )
    assert person_of(json.loads(json.dumps(record_of(person, 5)))) == person


LATER: Json = {
    "version": 9,
    "tempo": {"beats": 60, "sung": [1.5, "la"]},
    "underway": {"tune": "waltz"},
    "wishes": {"fire-hydrant": {"band": "red"}, "hip-thrust": {"band": "green"}},
    "history": {"2026-11-20": {"moods": {"fine": 1}}},
    "earlier": {"since": "2025-01-01"},
}
"""What a release after this one may keep of somebody, beside what this one knows."""


def test_what_a_later_release_keeps_is_left_where_it_is(talk: Talk, file: Path) -> None:
    says(talk, "start hip routine", "do eight reps", "skip this one", "do nine reps", "ready")
    with edited(file) as held:
        held |= {"plants": {"fern": 1}}
        person = held["household"]
        person |= {"version": LATER["version"], "tempo": LATER["tempo"]}
        person["underway"] |= LATER["underway"]
        person["earlier"] |= LATER["earlier"]
        person["history"]["2026-11-20"] = {"finished": {"fire-hydrant": 2}, **LATER["history"]["2026-11-20"]}
        for name, more in LATER["wishes"].items():
            person["wishes"][name] |= more
    talk.say("slower")
    with edited(file) as held:
        assert held["plants"] == {"fern": 1}
        found = held["household"]
    assert (found["version"], found["tempo"]) == (9, LATER["tempo"])
    assert found["speed"] == "slower"
    assert found["underway"]["tune"] == "waltz"
    assert found["earlier"]["since"] == "2025-01-01"
    assert [found["wishes"][name]["band"] for name in LATER["wishes"]] == ["red", "green"]
    assert found["history"]["2026-11-20"] == person["history"]["2026-11-20"] | {"skipped": {}, "whole": {}}
    person = replace(person_of(found), wishes={}, underway=Underway("exercise/hip-thrust", Place(0)))
    assert record_of(person, 1, found)["wishes"] == {}, "what is taken back goes with all that was said of it"
    assert record_of(person, 1, found)["underway"] == record_of(person)["underway"], "that was said of another plan"


def test_what_a_later_release_keeps_rides_along(talk: Talk, file: Path) -> None:
    talk.say("start hip routine")
    with edited(file) as held:
        held["household"] |= {"version": 9, "tempo": LATER["tempo"]}
    with patch.object(SqliteShelf, "replace", side_effect=StoreFailed("full")):
        talk.say("slower")
    talk.say("skip this one")
    found = household(file)
    assert (found["version"], found["tempo"], found["speed"]) == (9, LATER["tempo"], "slower")


@pytest.mark.parametrize(
    "odd", [{"a": {"b": float("nan")}}, ["x" * 300], {"x" * 300: 1}, [[[[[[[[1]]]]]]]], 10**30, "\ud800"]
)
def test_what_no_store_could_keep_is_not_taken_along(odd: Any) -> None:
    record = record_of(Person(), 1, {"version": 2, "odd": odd, "fine": 1})
    assert "odd" not in record
    assert record["fine"] == 1
    many = {f"field {number}": "x" * 200 for number in range(199)}
    assert record_of(Person(), 1, {"version": 10**9, **many}) == record_of(Person(), 1)


# Days


def finish_one(person: Person, now: datetime) -> Person:
    """Somebody who knows an exercise does it to its end."""
    person = replace(person, heard={"sit-to-stand": max(9, person.heard.get("sit-to-stand", 0))})
    turn = respond(Session(), StartExercise("sit-to-stand"), scene(person, now))
    # Through UTC, because in local time an hour comes twice.
    one, four = ((now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo) for minutes in (1, 4))
    turn = respond(turn.session, Said.READY, scene(turn.person, one))
    return respond(turn.session, Said.TIMED_OUT, scene(turn.person, four)).person


def test_a_years_history_stays_small() -> None:
    person = Person()
    for day in range(365):
        person = finish_one(person, NOW + timedelta(days=day))
    assert len(person.history) <= KEPT_DAYS + 1
    assert person.earlier.days + len(person.history) == 365
    assert person.earlier.exercises + sum(sum(day.finished.values()) for day in person.history.values()) == 365
    assert len(json.dumps(record_of(person))) < 8_000


def test_a_day_is_the_persons_own() -> None:
    """Half past eleven in the evening in New York belongs to that evening, whatever the day is in London."""
    late = datetime(2026, 11, 23, 4, 30, tzinfo=UTC).astimezone(zone("America/New_York"))
    assert list(finish_one(Person(), late).history) == ["2026-11-22"]


def test_the_hour_that_comes_twice_is_still_one_day() -> None:
    """When the clocks go back, what is done before and after lies on the same day, and a hold lasts what it lasts."""
    eastern = zone("America/New_York")
    person = Person()
    for moment in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)):
        person = finish_one(person, moment.astimezone(eastern))
    assert {name: day.finished["sit-to-stand"] for name, day in person.history.items()} == {"2026-11-01": 2}
    before, after = (datetime(2026, 11, 1, hour, 59, 50, tzinfo=UTC).astimezone(eastern) for hour in (5, 6))
    assert after.timestamp() - before.timestamp() == 3600


@given(st.lists(st.integers(0, 40), max_size=20), st.integers(0, 40))
def test_looking_back_never_fails(days: list[int], today: int) -> None:
    start = date(2026, 11, 1)
    history = {(start + timedelta(days=day)).isoformat(): Day(finished={"figure-4": 1}) for day in days}
    person = Person(history=history | {"nonsense": Day(finished={"figure-4": 1})})
    week = this_week(person, start + timedelta(days=today))
    assert all((start + timedelta(days=today) - day).days < 7 for day in week)
    assert run_of_days(person, start + timedelta(days=today)) <= len(history)


def test_a_missed_day_does_not_break_a_run() -> None:
    done = Day(finished={"figure-4": 1})
    days = {f"2026-11-{day:02d}": done for day in (2, 12, 14, 17, 19, 22)}
    assert run_of_days(Person(history=days), NOW.date()) == 5
