"""What a process knows of people while their store is away: enough, not for long, and nothing of the forgotten."""

import pytest
from ask_sdk_core.exceptions import PersistenceException
from test_stores import asked_by

from skill.dialogue.session import Day, Person
from skill.memory import meanwhile
from skill.memory.in_memory import MemoryShelf, MemoryStore
from skill.memory.meanwhile import Meanwhile, Unsaved
from skill.memory.people import PeopleStore
from skill.memory.record import record_of
from skill.memory.shelf import Change
from skill.memory.whose import Whose

ANNE, BEN = Whose("anne"), Whose("ben")
NOBODY = record_of(Person())


def finished(number: int, at: int) -> dict[str, object]:
    """The record of somebody who has done so many bridges."""
    return record_of(Person(history={"2026-11-22": Day(finished={"bridge": number})}), at)


def bridges(store: PeopleStore, user: str = "anne") -> int:
    return int(store.get_attributes(asked_by(user))["history"]["2026-11-22"]["finished"]["bridge"])


def test_who_was_seen_lately_is_known_and_no_longer_than_an_hour() -> None:
    """Long enough for a routine; and whoever is forgotten by way of another process is not known here for ever."""
    now = 0.0
    known = Meanwhile(clock=lambda: now)
    known.saw(ANNE, {"a": 1})
    now = meanwhile.SEEN_SECONDS - 1
    known.saw(BEN, {"b": 1})
    assert (known.last(ANNE), known.last(BEN)) == ({"a": 1}, {"b": 1})
    now += 2
    assert (known.last(ANNE), known.last(BEN)) == ({}, {"b": 1})


def test_only_so_many_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest unseen go first."""
    monkeypatch.setattr(meanwhile, "SEEN", 2)
    known = Meanwhile()
    for who in (ANNE, BEN, ANNE, Whose("cleo")):
        known.saw(who, {"is": who.user})
    assert [known.last(who) for who in (ANNE, BEN)] == [{"is": "anne"}, {}]


def test_whom_the_store_no_longer_holds_is_not_known() -> None:
    """Somebody forgotten elsewhere."""
    known = Meanwhile()
    known.saw(ANNE, {"a": 1})
    known.saw(ANNE, {})
    assert known.last(ANNE) == {}


def test_of_the_forgotten_nothing_is_kept() -> None:
    """All of a household, or one speaker of it."""
    known = Meanwhile()
    cleo = Whose("anne", "cleo")
    for who in (ANNE, cleo, BEN):
        known.saw(who, {"is": 1})
        known.owe(who, Unsaved({}, {}))
    known.forget("anne", "cleo")
    assert (known.last(cleo), known.hand_over(cleo), known.last(ANNE)) == ({}, None, {"is": 1})
    known.forget("anne")
    assert (known.last(ANNE), known.hand_over(ANNE), len(known)) == ({}, None, 1)


def test_what_waits_for_the_store_is_bounded(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """However long it is away, and however many talk: the oldest goes, and the log says so."""
    monkeypatch.setattr(meanwhile, "OWED", 2)
    store = MemoryStore()
    for user in ("anne", "ben", "cleo"):
        store.owe(asked_by(user), Unsaved(finished(1, 1), NOBODY))
    assert "one was not saved, and is lost" in caplog.text
    store.probe()
    assert [bool(store.export(user)) for user in ("anne", "ben", "cleo")] == [False, True, True]


def test_what_waited_is_added_to_what_another_device_has_saved() -> None:
    """Neither erases the other."""
    store = MemoryStore()
    store.save_attributes(asked_by("anne"), finished(2, 1))
    store.owe(asked_by("anne"), Unsaved(finished(3, 5), finished(2, 1)))
    store.save_attributes(asked_by("anne"), finished(4, 3))
    assert bridges(store) == 5


def test_what_waited_is_saved_once() -> None:
    """Whoever comes back takes it along, and nobody else saves it."""
    store = MemoryStore()
    store.owe(asked_by("anne"), Unsaved(finished(1, 1), NOBODY))
    assert store.hand_over(asked_by("anne")) is not None
    assert store.hand_over(asked_by("anne")) is None
    store.probe()
    assert store.export("anne") == {}


def test_who_was_forgotten_meanwhile_does_not_come_back() -> None:
    """By way of what one device could not save, another had it all deleted."""
    store = MemoryStore()
    store.owe(asked_by("anne"), Unsaved(finished(3, 5), finished(2, 1)))
    store.probe()
    assert store.export("anne") == {}
    assert Unsaved(finished(3, 5), finished(2, 1)).forgotten({})
    assert not Unsaved(finished(3, 5), NOBODY).forgotten({})


def test_what_arrived_after_all_is_not_counted_again() -> None:
    """A database that did it, and failed to say so, is recognised by the record, or by its time."""
    base, tried, since = finished(1, 1), finished(2, 5), finished(3, 9)
    assert Unsaved(tried, base, tried=5).onto(tried) == tried
    assert Unsaved(since, base, tried=5).onto(tried) == since
    elsewhere = finished(2, 4)
    assert Unsaved(tried, base, tried=5).onto(elsewhere)["history"] == finished(3, 0)["history"]


class Refusing(MemoryShelf):
    """A shelf that does what it is to do, and of one user says that it did not."""

    def __init__(self) -> None:
        super().__init__()
        self.silent_about = ""

    def change(self, name: str, change: Change) -> None:
        super().change(name, change)
        if name == self.silent_about:
            raise PersistenceException("no answer")


def test_what_arrived_as_it_was_caught_up_with_is_not_counted_again() -> None:
    """Health is asked for again and again, and each time what waits is tried once more."""
    shelf = Refusing()
    store = PeopleStore(shelf)
    store.save_attributes(asked_by("anne"), finished(1, 1))
    store.owe(asked_by("anne"), Unsaved(finished(2, 5), finished(1, 1)))
    shelf.silent_about = "anne"
    for _ in range(2):
        store.probe()
    assert store.hand_over(asked_by("anne")) == Unsaved(finished(2, 5), finished(1, 1), tried=5)
    store.owe(asked_by("anne"), Unsaved(finished(2, 5), finished(1, 1), tried=5))
    shelf.silent_about = ""
    store.probe()
    assert store.hand_over(asked_by("anne")) is None
    assert bridges(store) == 2


def test_after_a_save_that_failed_the_store_is_tried_out_and_nothing_is_left_of_that() -> None:
    """A full disk grants the right to write, and takes nothing: only a write can tell."""
    shelf = Refusing()
    store = PeopleStore(shelf)
    shelf.silent_about = "anne"
    with pytest.raises(PersistenceException):
        store.save_attributes(asked_by("anne"), finished(1, 1))
    store.probe()
    assert store.export("nobody") == {}
    assert store.export("anne") != {}
