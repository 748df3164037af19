"""What a process knows of people while their store is away: enough, not for long, and nothing of the forgotten."""

import pytest
from keeping import asked_by, given, save

from skill.dialogue.session import Day, Person
from skill.library.values import replace
from skill.memory import unsaved as memory_unsaved
from skill.memory.newest import Asking
from skill.memory.people import People
from skill.memory.record import record_of, version_of
from skill.memory.shelf import MemoryShelf, StoreFailed
from skill.memory.unsaved import Done, Owed, OwnCopy, Unsaved

TODAY = "2026-11-22"


class Shelf(MemoryShelf):
    """A shelf that can be away, or do what it is to do and say that it did not."""

    def __init__(self) -> None:
        super().__init__()
        self.away = self.silent = False

    def read(self, name: str) -> str | None:
        if self.away:
            raise StoreFailed("away")
        return super().read(name)

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        if self.away:
            raise StoreFailed("away")
        done = super().replace(name, old, new)
        if self.silent:
            raise StoreFailed("no answer")
        return done


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def store(shelf: Shelf) -> People:
    return People(shelf)


def done(number: int) -> Person:
    """Somebody who has done so many bridges."""
    return Person(history={TODAY: Day(finished={"bridge": number})})


def finished(number: int, at: int) -> dict[str, object]:
    return record_of(done(number), at)


def bridges(store: People, user: str = "anne") -> int:
    return int(given(store, asked_by(user))["history"][TODAY]["finished"]["bridge"])


def one_more(person: Person, turn: Done) -> Person:
    """A turn that is made again."""
    return done((person.history[TODAY].finished["bridge"] if person.history else 0) + 1)


def unsaved(number: int, at: int, before: dict[str, object] | None = None) -> Unsaved:
    """What was not saved of somebody who has done so many, the last of them in one turn."""
    version = version_of(before) if before else ""
    return Unsaved(finished(number, at), version, (Done(f"r{number}", at, event={"is": "Ready"}),), "kitchen")


def owe(store: People, user: str, what: Unsaved) -> None:
    store.owe(asked_by(user), "", what, one_more)


def test_who_was_seen_lately_is_known_and_no_longer_than_an_hour() -> None:
    now = 0.0
    known = OwnCopy(clock=lambda: now)
    known.saw("anne", "a")
    now = memory_unsaved.SEEN_SECONDS - 1
    known.saw("ben", "b")
    assert (known.last("anne"), known.last("ben")) == ("a", "b")
    now += 2
    assert (known.last("anne"), known.last("ben")) == (None, "b")


def test_only_so_many_are_known_and_nobody_whom_the_store_no_longer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_unsaved, "SEEN", 2)
    known = OwnCopy()
    for user in ("anne", "ben", "anne", "cleo"):
        known.saw(user, user)
    assert [known.last(user) for user in ("anne", "ben")] == ["anne", None]
    known.saw("anne", None)
    assert known.last("anne") is None


def test_of_the_forgotten_nothing_is_kept() -> None:
    known = OwnCopy()
    for user, speaker in (("anne", ""), ("anne", "cleo"), ("ben", "")):
        known.saw(user, "text")
        known.owe(Owed(user, speaker, unsaved(1, 1), one_more))
    known.forget("anne", "cleo")
    assert (known.last("anne"), known.hand_over("anne", {"cleo"})) == (None, None)
    assert len(known) == 2
    known.forget("anne")
    assert (known.hand_over("anne", {""}), len(known)) == (None, 1)
    assert known.last("ben") == "text"


def test_somebody_who_was_only_read_is_known_when_the_store_goes_away() -> None:
    shelf = Shelf()
    save(People(shelf), asked_by("anne"), {"a": 1})
    store = People(shelf)
    assert store.last_seen(asked_by("anne")).record == {}
    store.recall(asked_by("anne"))
    known = store.last_seen(asked_by("anne"))
    assert (known.record, known.reached) == ({"a": 1}, False)


@pytest.mark.parametrize("everyone", [True, False])
def test_who_was_forgotten_is_not_known_when_the_store_then_fails(store: People, shelf: Shelf, everyone: bool) -> None:
    """The page on privacy promises it: this process knows nothing of them any more, or of that one speaker."""
    for speaker in ("anne", "ben"):
        save(store, asked_by("home", speaker), {"is": speaker})
    store.forget(asked_by("home", "anne"), everyone=everyone)
    shelf.away = True
    assert store.last_seen(asked_by("home", "anne")).record == {}
    assert (store.last_seen(asked_by("home", "ben")).record == {}) is everyone


def test_who_could_not_be_forgotten_is_not_known_here_either(store: People, shelf: Shelf) -> None:
    save(store, asked_by("anne"), {"a": 1})
    shelf.away = True
    with pytest.raises(StoreFailed):
        store.forget(asked_by("anne"), everyone=True)
    assert store.last_seen(asked_by("anne")).record == {}


def test_what_waits_for_the_store_is_bounded(
    store: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memory_unsaved, "OWED", 2)
    for user in ("anne", "ben", "cleo"):
        owe(store, user, unsaved(1, 1))
    assert "one was not saved, and is lost" in caplog.text
    store.probe()
    assert [bool(store.export(user)) for user in ("anne", "ben", "cleo")] == [False, True, True]


def test_what_waited_is_made_again_on_what_another_device_has_saved(store: People) -> None:
    save(store, asked_by("anne"), before := finished(2, 1))
    owe(store, "anne", unsaved(3, 5, before))
    save(store, asked_by("ben"), {"a": 1})
    assert bridges(store) == 3
    owe(store, "anne", replace(unsaved(3, 5, before), turns=(Done("other", event={"is": "Ready"}),)))
    store.probe()
    assert bridges(store) == 4


def test_what_waited_is_saved_once(store: People) -> None:
    owe(store, "anne", unsaved(1, 1))
    assert store.hand_over(store.recall(asked_by("anne"))) == unsaved(1, 1)
    assert store.hand_over(store.recall(asked_by("anne"))) is None
    store.probe()
    assert store.export("anne") == {}


def test_what_is_owed_to_one_speaker_is_not_handed_to_another(store: People) -> None:
    for speaker in ("anne", "ben"):
        save(store, asked_by("home", speaker), {"is": speaker})
    store.owe(asked_by("home", "anne"), "anne", unsaved(1, 1), one_more)
    for speaker in ("ben", ""):
        assert store.hand_over(store.recall(asked_by("home", speaker))) is None
    assert store.hand_over(store.recall(asked_by("home", "anne"))) is not None


def test_closing_saves_what_is_owed(store: People, shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    for user in ("anne", "ben"):
        owe(store, user, unsaved(1, 1))
    shelf.away = True
    store.close()
    assert "the last session of 2 people is lost" in caplog.text
    shelf.away = False
    store.close()
    assert [bridges(store, user) for user in ("anne", "ben")] == [1, 1]


def test_who_was_forgotten_meanwhile_does_not_come_back(store: People) -> None:
    """By way of what one device could not save, another had it all deleted."""
    owe(store, "anne", replace(unsaved(3, 5), known="begun"))
    store.probe()
    assert store.export("anne") == {}
    owe(store, "anne", unsaved(3, 5))
    store.probe()
    assert store.export("anne") != {}


def test_what_arrived_after_all_is_not_counted_again(store: People, shelf: Shelf) -> None:
    save(store, asked_by("anne"), before := finished(1, 1))
    owe(store, "anne", unsaved(2, 5, before))
    shelf.silent = True
    store.settle()
    assert bridges(store) == 2
    store.settle()
    shelf.silent = False
    store.settle()
    assert bridges(store) == 2
    assert store.hand_over(store.recall(asked_by("anne"))) is None


def test_a_save_that_is_no_change_is_one_all_the_same(store: People) -> None:
    known = store.recall(asked_by("anne"))
    known = store.keep(known, {"a": 1}) or known
    assert store.keep(known, {"a": 1})


def test_after_a_save_that_failed_the_store_is_tried_out_and_nothing_is_left_of_that(
    store: People, shelf: Shelf
) -> None:
    """A full disk grants the right to write, and takes nothing: only a write can tell."""
    shelf.silent = True
    with pytest.raises(StoreFailed):
        save(store, asked_by("anne"), finished(1, 1))
    with pytest.raises(StoreFailed):
        store.probe()
    shelf.silent = False
    store.probe()
    assert shelf.read("nobody") is None
    assert store.export("anne") != {}


def test_nobody_in_particular_is_never_owed_anything(store: People) -> None:
    store.owe(Asking(""), "", unsaved(1, 1), one_more)
    assert store.hand_over(store.recall(Asking(""))) is None
