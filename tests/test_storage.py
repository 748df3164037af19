"""What is remembered of a person, and a store that remembers it."""

import json
from threading import Thread
from typing import Any

import law
from damage import anything
from hypothesis import given as each
from keeping import asked_by, given, save

from skill.alexa.people import asking_of
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, Speed, Wish
from skill.dialogue.session import Person, Underway
from skill.library.models import Level
from skill.memory.in_memory import MemoryShelf
from skill.memory.people import People
from skill.memory.record import person_of, record_of

ANNE = Person(
    underway=Underway("routine/hip-routine", Place(2, 1, 3)),
    pace=Pace.FLOW,
    wishes={"fire-hydrant": Wish(level=Level.EASIER, reps=4)},
    speed=Speed.SLOWER,
)


def test_a_person_comes_back_from_a_record_as_they_were() -> None:
    """Place, pace and wishes are there again next week."""
    assert person_of(json.loads(json.dumps(record_of(ANNE)))) == ANNE


@each(anything)
def test_any_record_gives_a_person(record: Any) -> None:
    """A damaged record makes somebody new of a person, never an error."""
    assert isinstance(person_of(record), Person)
    assert isinstance(person_of({"underway": record, "wishes": record, "pace": record}), Person)


def test_a_damaged_part_of_a_record_costs_that_part_alone() -> None:
    """The place is forgotten, the wishes are not."""
    record = record_of(ANNE) | {"underway": {"plan": "routine/hip-routine"}}
    assert person_of(record) == Person(pace=ANNE.pace, wishes=ANNE.wishes, speed=ANNE.speed)


def test_people_are_kept_apart_and_can_be_forgotten() -> None:
    """Nobody meets another's place."""
    store = People(MemoryShelf())
    save(store, asked_by("anne"), {"a": 1})
    assert given(store, asked_by("anne")) == {"a": 1}
    assert given(store, asked_by("ben")) == {}
    store.forget(asked_by("anne"), everyone=True)
    store.forget(asked_by("anne"), everyone=True)
    assert given(store, asked_by("anne")) == {}


def test_a_record_that_was_given_is_nobody_elses_to_change() -> None:
    """What a caller does with a record it got changes nothing that is kept."""
    store = People(MemoryShelf())
    save(store, asked_by("anne"), {"list": [1]})
    given(store, asked_by("anne"))["list"].append(2)
    assert given(store, asked_by("anne")) == {"list": [1]}


def test_a_person_is_known_by_the_session_where_the_context_does_not_say() -> None:
    """Older envelopes name the user there only."""
    assert asking_of(law.received({"request": {"type": "X"}, "session": {"user": {"userId": "anne"}}})).user == "anne"
    assert asking_of(law.received({"request": {"type": "X"}})).user == ""


def test_memory_is_bounded_and_forgets_those_away_for_longest() -> None:
    """The process does not grow with every person who ever came by."""
    store = People(MemoryShelf(2))
    for user in ("anne", "ben", "anne", "cleo"):
        save(store, asked_by(user), {"is": user})
    assert [given(store, asked_by(user)) for user in ("anne", "ben", "cleo")] == [
        {"is": "anne"},
        {},
        {"is": "cleo"},
    ]


def test_several_threads_may_remember_at_once() -> None:
    """A busy server loses nobody."""
    store = People(MemoryShelf(1000))

    def some(first: int) -> None:
        for n in range(first, first + 100):
            save(store, asked_by(f"user {n}"), {"n": n})

    threads = [Thread(target=some, args=(n * 100,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(given(store, asked_by(f"user {n}")) == {"n": n} for n in range(400))
