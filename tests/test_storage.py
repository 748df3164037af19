"""What is remembered of a person, and a store that remembers it."""

import law
from keeping import asked_by, given, save

from skill.alexa.recall import asking_of
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, Speed
from skill.dialogue.session import Person, Underway
from skill.library.values import replace
from skill.memory.people import People
from skill.memory.record import person_of, record_of
from skill.memory.shelf import MemoryShelf

ANNE = Person(underway=Underway("routine/hip-routine", Place(2, 1, 3)), pace=Pace.FLOW, speed=Speed.SLOWER)


def test_a_damaged_part_of_a_record_costs_that_part_alone() -> None:
    record = record_of(ANNE) | {"underway": {"plan": "routine/hip-routine"}}
    assert person_of(record) == replace(ANNE, underway=None)


def test_a_record_that_was_given_is_nobody_elses_to_change() -> None:
    store = People(MemoryShelf())
    save(store, asked_by("anne"), {"list": [1]})
    given(store, asked_by("anne"))["list"].append(2)
    assert given(store, asked_by("anne")) == {"list": [1]}


def test_a_person_is_known_by_the_session_where_the_context_does_not_say() -> None:
    assert asking_of(law.received({"request": {"type": "X"}, "session": {"user": {"userId": "anne"}}})).user == "anne"
    assert asking_of(law.received({"request": {"type": "X"}})).user == ""


def test_memory_is_bounded_and_forgets_those_away_for_longest() -> None:
    store = People(MemoryShelf(2))
    for user in ("anne", "ben", "anne", "cleo"):
        save(store, asked_by(user), {"is": user})
    found = [given(store, asked_by(user)) for user in ("anne", "ben", "cleo")]
    assert found == [{"is": "anne"}, {}, {"is": "cleo"}]
