"""The benchmarks measure what they say they do. How fast anything is, no test says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import forge
import pytest

from benchmarks import many, posting, profile, start, turns
from benchmarks.calling import Caller, Took, environ
from benchmarks.children import python_for
from benchmarks.contestants import KEEPING, LOCAL, OURS, STOCK
from benchmarks.conversation import ROUTINE, SHOWN
from benchmarks.figures import Figure, percentile, table
from benchmarks.growth import asking_for
from benchmarks.setting import Setting, setting
from benchmarks.signing import Posted, Visit
from skill.alexa.lint import lint
from skill.alexa.model import models
from skill.library.load import load


@pytest.fixture(scope="module")
def here() -> Iterator[Setting]:
    with setting(quick=True) as made:
        yield made


@pytest.fixture(scope="module")
def visit(here: Setting) -> Visit:
    return next(here.requests.visits(range(7, 8)))


def test_a_routine_is_played_to_its_end_with_every_kind_of_turn_that_is_shown(here: Setting) -> None:
    """The figures are of a whole routine as it is really done."""
    assert set(SHOWN) <= {step.kind for step in ROUTINE}
    *others, last = (answer["response"]["shouldEndSession"] for answer in here.requests.answers)
    assert (set(others), last) == ({False}, True)


def test_requests_are_of_this_moment_though_the_turns_lie_minutes_apart(visit: Visit) -> None:
    """Alexa's requests are valid for 150 seconds, and a routine lasts twenty minutes."""
    sent = [datetime.fromisoformat(json.loads(one.body)["request"]["timestamp"]) for one in visit]
    assert all(abs(datetime.now(UTC) - moment) < timedelta(seconds=100) for moment in sent)
    since = [moment for one in visit if (moment := _since(one))]
    assert len(since) > 10
    assert max(since) - min(since) < 300, "each turn is some minutes after the one before it, not after the first"


def _since(posted: Posted) -> int | None:
    """When the answer before it was given, as its session has it."""
    session: dict[str, int] = json.loads(posted.body)["session"]["attributes"].get("hip_coach", {})
    return session.get("since")


def test_all_are_asked_the_same_and_ours_says_what_it_says_when_the_routine_is_played(here: Setting) -> None:
    """No contestant gets an easier question, and ours gives no cheaper answer: it raises if it said something else."""
    who = [one for one in turns.entrants() if one.contestant in (STOCK.name, KEEPING.name)]
    times = turns.measure(here.requests, here.folder, rounds=2, users=1, who=who)
    assert [len(one.means) for one in times] == [2, 2]
    told = turns.told(times, who)
    assert all(one.title in told for one in (STOCK, KEEPING))


def test_a_contestant_that_says_something_else_is_found_out(here: Setting) -> None:
    """A benchmark of apologies would be a fast one."""
    took = Took(((1,) * len(ROUTINE),), 1, ("<speak>Sorry.</speak>",) * len(ROUTINE))
    ours = next(one for one in turns.entrants() if one.contestant == OURS.name)
    with pytest.raises(ValueError, match="something else"):
        turns._check_speech(here.requests, ours, took)


def test_ours_does_verify(here: Setting, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called verified refuses a signature that is another request's."""
    monkeypatch.setattr("urllib.request.OpenerDirector.open", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(here.folder))
    call = Caller(OURS.make(here.folder))
    first, second, *_ = visit
    assert call(environ(first.body, first.signature, forge.URL))[0] > 0
    with pytest.raises(ValueError, match="400"):
        call(environ(first.body, second.signature, forge.URL))


@pytest.mark.skipif(posting.serving_missing() is not None, reason=str(posting.serving_missing()))
def test_over_http_the_python_ones_answer_every_request(here: Setting) -> None:
    """Every answer of a whole routine comes, over one connection or several."""
    visits = tuple(here.requests.visits(range(20, 23)))
    with posting.served(posting.python_host(LOCAL, here.folder)) as server:
        assert len(posting.post_all(server.port, visits, connections=2).each) == 3 * len(ROUTINE)
        assert server.megabytes > 10


@pytest.mark.skipif(posting.node_missing() is not None, reason=str(posting.node_missing()))
def test_over_http_node_verifies(here: Setting, visit: Visit) -> None:
    """Amazon's adapter for Node lets our signatures in, by our root, and nothing else."""
    first, second, *_ = visit
    with posting.served(posting.node_host(here.folder)) as server:
        assert len(posting.post_all(server.port, ((first, second),), connections=1).each) == 2
        with pytest.raises(ValueError, match="400"):
            posting.post_all(server.port, ((Posted(first.kind, first.body, second.signature),),), connections=1)


def test_a_start_is_timed_until_it_is_ready_and_until_it_has_answered(here: Setting) -> None:
    """The first answer comes after the start, so nothing can hide behind being put off."""
    ours = start.run_python(here, start.STARTS[-1])
    assert 0 < ours.wall < ours.answered
    assert ours.cpu > 0
    assert ours.peak > 10


def test_more_content_passes_every_check_and_is_found_by_its_names(tmp_path: Path) -> None:
    """The copies are content like any other: fit to be published, and each with a name of its own."""
    folder = tmp_path / "content"
    copies = many.write(31, folder)
    libraries = load(folder)
    assert not [line for model in models(libraries, folder).values() for line in lint(model)]
    library = libraries["en-US"]
    assert len(library.exercises) == 31
    planned = {step.exercise for routine in library.routines.values() for step in routine.steps}
    assert set(copies) <= planned
    assert len({exercise.name for exercise in library.exercises.values()}) == 31
    assert many.MOST >= 10_000


def test_turns_in_more_content_are_what_they_are_called(tmp_path: Path) -> None:
    """An exercise that is asked for by name is explained and begun; a name that nobody knows begins nothing."""
    from benchmarks.grown import turns_of
    from skill.web import create_app
    from skill.web.settings import Settings

    folder = tmp_path / "content"
    *_, last = many.write(12, folder)
    kinds = turns_of(create_app(Settings(verify=False, content=folder)), last, 2)
    assert list(kinds) == list(dict.fromkeys(step.kind for step in asking_for(last)))
    assert {len(took) for kind, took in kinds.items() if kind != "Ready"} == {2}


@pytest.mark.parametrize(
    ("file", "function", "part"),
    [
        ("/x/skill/alexa/verify.py", "check", "verify"),
        ("/x/ask_sdk_core/serialize.py", "__deserialize_model", "read"),
        ("/x/ask_sdk_core/serialize.py", "serialize", "write"),
        ("/x/skill/alexa/logs.py", "end", "the line in the log"),
        ("/x/skill/dialogue/table.py", "respond", "dialogue"),
        ("/x/skill/web.py", "alexa", "the rest of ours"),
        ("/x/site-packages/flask/app.py", "wsgi_app", "Flask"),
    ],
)
def test_the_profile_knows_what_is_at_work(file: str, function: str, part: str) -> None:
    """A part of a turn is counted where it belongs."""
    assert str(profile.part_named(file, function)).startswith(part)


@pytest.mark.parametrize(
    ("file", "function"), [("/lib/json/decoder.py", "decode"), ("/x/skill/library/plain.py", "to_plain")]
)
def test_what_works_for_others_is_counted_to_them(file: str, function: str) -> None:
    """The standard library is no part of a turn by itself."""
    assert profile.part_named(file, function) is None


def test_the_profile_sees_ours_at_work(here: Setting) -> None:
    """Every part of a turn is counted."""
    told = profile._in_its_own_process(here, 1, "count")
    assert "| skill.alexa.verify |" in told
    assert "| skill.dialogue.respond |" in told


def test_a_figure_tells_its_noise_and_is_compared_round_by_round() -> None:
    """A round that was disturbed disturbs both sides of a ratio."""
    slow, fast = Figure((2.0, 40.0, 6.0)), Figure((1.0, 20.0, 3.0))
    assert slow.told(1) == "6.0 (2.0–40.0)"
    assert slow.over(fast).rounds == (2.0, 2.0, 2.0)
    assert percentile(list(range(200)), 99) == 198
    assert table(("a", "b"), [("x", "1")]) == "| a | b |\n|---|---:|\n| x | 1 |\n"


def test_another_copy_of_the_code_comes_before_this_one(tmp_path: Path) -> None:
    """Two states of the project can be measured in one run."""
    _, environment = python_for(tmp_path)
    assert environment["PYTHONPATH"].startswith(str(tmp_path))
