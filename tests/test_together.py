"""One person on several devices at the same moment: every exercise that is finished is counted, and once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from prove import together
from skill.memory.shelf import MemoryShelf, StoreFailed


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_devices_at_one_moment_count_everything_once(kind: str, tmp_path: Path) -> None:
    app = together.app_at("memory:" if kind == "memory" else f"sqlite:///{tmp_path}/people")
    together.by_threads(app, 4, 8)
    assert together.counted(app) == 32
    app.extensions["hip-coach"].store.close()


def test_devices_at_one_moment_in_several_processes_count_everything_once(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/people"
    together.by_processes(store, 2, 2, 8)
    app = together.app_at(store)
    assert together.counted(app) == 32
    app.extensions["hip-coach"].store.close()


class Racing(MemoryShelf):
    """A shelf in which somebody else is quicker so many times, or whose answers are lost."""

    quicker, lost, swaps = 0, False, 0
    race: Callable[[], object]

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        if self.quicker:
            before, self.quicker = self.quicker - 1, 0
            self.race()
            self.quicker = before
        self.swaps += 1
        swapped = super().replace(name, old, new)
        if self.lost:
            raise StoreFailed("no answer")
        return swapped


def test_a_turn_that_is_never_quick_enough_rides_along_and_counts_once() -> None:
    """It is tried a number of times; then it is as with a store that fails, and the next turn makes it again."""
    app = together.app_at("memory:")
    shelf = app.extensions["hip-coach"].store._shelf = Racing()
    shelf.race = lambda: together.talk(app, 1)
    shelf.quicker = 1000
    assert together.talk(app, 1) == 1
    others = shelf.swaps // 2
    shelf.quicker = 0
    assert together.counted(app) == others
    shelf.quicker = 10
    assert together.talk(app, 2) == 0
    assert together.counted(app) == others + 10 + 2


def test_an_answer_that_was_lost_counts_once() -> None:
    """The swap was done, and nobody was told: the record knows the requests, so only the last one still rides."""
    app = together.app_at("memory:")
    shelf = app.extensions["hip-coach"].store._shelf = Racing()
    shelf.lost = True
    assert together.talk(app, 5) == 1
    assert together.counted(app) == 5
    shelf.lost = False
    together.talk(app, 1)
    assert together.counted(app) == 6
