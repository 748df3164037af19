"""Whether the skill is ready: what a load balancer and a monitor are told."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import law
import pytest

from skill import __version__
from skill.memory.opening import open_store
from skill.memory.people import People
from skill.memory.shelf import MemoryShelf, StoreFailed
from skill.web import create_app
from skill.web.app import HEALTH_SECONDS, Health, Status
from skill.web.settings import Settings


class Shaky(MemoryShelf):
    """A shelf that can be made to fail, and counts how often it was asked to change something."""

    up, asked = True, 0

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        self.asked += 1
        if not self.up:
            raise StoreFailed("the disk is away")
        return super().replace(name, old, new)


def test_health_says_which_release_runs_and_that_it_remembers() -> None:
    response = law.client().get("/health")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ok", "store": "ok", "version": __version__}


def test_a_store_that_never_answered_makes_it_unready(tmp_path: Path) -> None:
    """A release with a wrong setting replaces no good one: nobody is sent there."""
    (tmp_path / "file").write_text("")
    app = create_app(Settings(verify=False, store=f"sqlite:///{(tmp_path / 'file' / 'people').as_posix().lstrip('/')}"))
    response = app.test_client().get("/health")
    assert (response.status_code, response.get_json()["status"]) == (503, "unready")
    assert app.test_client().post("/alexa", json=law.envelope("launch")).status_code == 200


def test_a_store_that_fails_later_degrades_it_and_it_recovers() -> None:
    """Without a store every turn is still answered, so people are still sent there; a monitor sees it."""
    shelf, later = Shaky(), count(1000, HEALTH_SECONDS)
    health = Health(People(shelf), clock=lambda: float(next(later)))
    for shelf.up, status in ((True, Status.OK), (False, Status.DEGRADED), (True, Status.OK)):
        assert health.look() is status


def test_asking_often_costs_the_store_nothing() -> None:
    """Whoever hammers the address reads an answer that is some seconds old."""
    shelf = Shaky()
    health = Health(People(shelf), clock=lambda: 1000.0)
    assert {health.look() for _ in range(50)} == {Status.OK}
    assert shelf.asked == 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[People]:
    with closing(open_store(f"sqlite:///{(tmp_path / 'people.sqlite3').as_posix().lstrip('/')}")) as opened:
        opened.probe()
        yield opened


def test_a_store_that_may_only_be_read_is_failing(store: People) -> None:
    """To be ready is to be able to remember, and not only to look up."""
    assert Health(store, clock=time.monotonic).look() is Status.OK
    store._shelf._once(lambda connection: connection.execute("PRAGMA query_only = ON"))  # type: ignore[attr-defined]
    assert Health(store, clock=time.monotonic).look() is Status.UNREADY


def test_asking_leaves_nothing_behind(store: People) -> None:
    assert store.export("nobody") == {}
