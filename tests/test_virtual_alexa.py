"""A device that others wrote (virtual-alexa) leads a person through whole routines, over HTTP, with our own model."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Thread

import law
import pytest
from werkzeug.serving import make_server

from skill.alexa.envelope import KEY

NPM = Path(__file__).parent / "npm"
MODEL = Path(__file__).parent.parent / "interaction_model" / "en-US.json"
UNTIL_CLOSED = 80
"""More turns than any routine needs."""


@dataclass(frozen=True)
class Said:
    """One turn as the device saw it."""

    sentence: str
    asked: law.Json
    answered: law.Json

    @property
    def heard(self) -> str:
        return law.speech_of(self.answered["response"]["outputSpeech"])

    @property
    def closed(self) -> bool:
        return bool(self.answered["response"]["shouldEndSession"])


Drive = Callable[..., list[Said]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The skill in local mode, on a real socket."""
    server = make_server("127.0.0.1", 0, law.local_app(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alexa"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def drive(url: str) -> Drive:
    """Says sentences one after the other; gives every turn."""
    node = shutil.which("node")
    if node is None or not (NPM / "node_modules" / "virtual-alexa").is_dir():
        pytest.skip("no virtual-alexa: `make parts` installs it")

    def run(*script: str | tuple[str, int], seconds: int = 45) -> list[Said]:
        done = subprocess.run(
            [node, "drive.js", url, str(MODEL), law.SKILL_ID, str(seconds)],
            cwd=NPM,
            input=json.dumps(script),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        turns = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [Said(turn["said"], turn["request"], turn["response"]) for turn in turns]

    return run


def check(turns: list[Said]) -> None:
    """Every answer is legal, and within a session the attributes come back as they were sent."""
    for turn in turns:
        law.check_law(turn.asked, turn.answered)
    for before, after in pairwise(turns):
        if not before.closed:
            assert after.asked["session"]["attributes"] == before.answered["sessionAttributes"]
            assert after.asked["session"]["new"] is False


@pytest.mark.parametrize("seconds", [3, 45, 400])
def test_ready_alone_leads_from_the_start_to_the_closing_words(drive: Drive, seconds: int) -> None:
    turns = drive("", "start hip routine", ("ready", UNTIL_CLOSED), seconds=seconds)
    check(turns)
    assert turns[-1].closed
    assert not any(turn.closed for turn in turns[:-1])
    assert len(turns) < UNTIL_CLOSED
    heard = " ".join(turn.heard for turn in turns).lower()
    for exercise in ("fire hydrant", "hip thrust", "side lying leg raise", "butterfly", "figure four", "hip flexor"):
        assert exercise in heard


def test_a_routine_with_every_kind_of_interruption_is_completed(drive: Drive) -> None:
    turns = drive(
        *("", "start hip routine", ("ready", 3)),  # there, set, and amid the first set
        *("explain fire hydrant", "how long left", "which side am i on", "where should i feel it"),
        *("am i doing it right", "ready", "go back", "say that again", "pause", "continue", "make it easier"),
        *("ten more seconds", "what's next", "how many left", "slower", "skip this side", "next", "skip this one"),
        *("go to figure four", "go to number three", "don't wait for me", "yes", "wait for me", "help"),
        *("why does hip strength matter", ("ready", UNTIL_CLOSED)),
        seconds=20,
    )
    check(turns)
    assert turns[-1].closed
    assert not any(turn.closed for turn in turns[:-1])
    assert turns[-1].sentence == "ready"


def test_stop_keeps_the_place_for_the_next_time(drive: Drive) -> None:
    turns = drive("", "start hip strength", ("ready", 7), "stop", "", "yes", ("ready", UNTIL_CLOSED))
    check(turns)
    (stopped,) = [turn for turn in turns if turn.sentence == "stop"]
    assert stopped.closed
    reopened = turns[turns.index(stopped) + 1]
    assert reopened.asked["session"]["new"] is True
    assert not reopened.asked["session"].get("attributes")
    assert reopened.answered["sessionAttributes"][KEY]["plan"] == "routine/hip-strength"
    assert turns[-1].closed
