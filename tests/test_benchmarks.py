"""The benchmarks measure what they say they do. How fast anything is, no test says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import forge
import pytest

from benchmarks import contestants, many, run, timed
from benchmarks.contestants import CONTESTANTS, answer, environ
from benchmarks.visit import ROUTINE, SOMEBODY, Signer, authority, bodies, give_all, month, user_id
from skill.alexa import certificates
from skill.alexa.lint import lint
from skill.alexa.model import models
from skill.library.load import load
from skill.web import assembly


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the contestants need, as a run makes it, but with a shorter month."""
    made = tmp_path_factory.mktemp("benchmarks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(made))
        yield made


@pytest.fixture(autouse=True)
def _the_world_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contestant cuts its own process off from the world, and here that is this one."""
    monkeypatch.setattr(certificates, "download", certificates.download)
    monkeypatch.setattr(assembly, "device_zone", assembly.device_zone)


@pytest.fixture(scope="module")
def visit(folder: Path) -> list[str]:
    authority(folder)
    made = bodies(run.local("memory:"), 1)
    (folder / "fresh.json").write_text(json.dumps(made), "utf-8")
    return made


def test_a_routine_is_played_to_its_end_and_is_of_this_moment(visit: list[str]) -> None:
    """Alexa's requests are valid for 150 seconds, and a routine lasts twenty minutes; each is as of now."""
    assert len(visit) == len(ROUTINE)
    asked = [json.loads(body) for body in visit]
    sent = [datetime.fromisoformat(one["request"]["timestamp"]) for one in asked]
    assert all(abs(datetime.now(UTC) - moment) < timedelta(seconds=100) for moment in sent)
    carried = [one["session"]["attributes"].get("hip_coach", {}).get("since") for one in asked]
    since = [moment for moment in carried if moment]
    assert len(since) > 10
    assert max(since) - min(since) < 300, "each turn is some minutes after the one before it, not after the first"


@pytest.mark.parametrize("name", ["stock", "memory", "sqlite"])
def test_all_answer_a_whole_visit_and_are_timed(name: str, folder: Path, visit: list[str]) -> None:
    assert contestants.Visits(name, folder).pay(1) > 0


def test_who_refuses_is_found_out(folder: Path, visit: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    old = [body.replace(f'"timestamp":"{datetime.now(UTC):%Y}', '"timestamp":"2020') for body in visit]
    monkeypatch.setattr(contestants, "bodies_of", lambda *_: old)
    with pytest.raises(ValueError, match="400"):
        contestants.Visits("memory", folder).pay(1)


def test_ours_does_verify(folder: Path, visit: list[str]) -> None:
    assert contestants.URL == forge.URL
    app, sign = CONTESTANTS["memory"](folder), Signer(folder)
    body, good = sign(visit[0], 7)
    _, other = sign(visit[1], 7)
    assert answer(app, environ(body, good))[0].startswith("200")
    assert answer(app, environ(body, other))[0].startswith("400")


def test_somebody_after_a_month_has_a_history_and_so_have_the_others(folder: Path) -> None:
    """The row that is called so is about people who were there before."""
    file = folder / "people.sqlite3"
    send = run.local(f"sqlite:///{file}")
    month(send, SOMEBODY, days=1)
    give_all(file, SOMEBODY, range(3))
    new, known = (json.dumps(bodies(send, user)) for user in (5, 2))
    assert user_id(SOMEBODY) in known
    assert new != known


def test_over_http_every_request_of_every_connection_is_answered(folder: Path, visit: list[str]) -> None:
    assert timed.over_http(1, "memory", str(folder)) > 0
    timed.stop()


def test_more_content_passes_every_check_and_is_found_by_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    copies = many.write(31, folder)
    libraries = load(folder)
    assert not [line for model in models(libraries, folder).values() for line in lint(model)]
    library = libraries["en-US"]
    planned = {step.exercise for routine in library.routines.values() for step in routine.steps}
    assert set(copies) <= planned
    assert len({exercise.name for exercise in library.exercises.values()}) == 31
    assert many.MOST >= run.EXERCISES


def test_a_figure_tells_its_noise_and_is_compared_round_by_round() -> None:
    slow, fast = run.Figure((2.0, 40.0, 6.0)), run.Figure((1.0, 20.0, 3.0))
    assert slow.told(1) == "6.0 (2.0–40.0)"
    assert slow.over(fast).rounds == (2.0, 2.0, 2.0)
    assert run.Aim("a", "≤ 1", "2", met=False).row()[-1] == "**no**"
