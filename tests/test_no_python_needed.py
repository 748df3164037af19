"""A new exercise and routine in a content folder, and nothing else: she leads through them; the model has them."""

import shutil
from pathlib import Path

import pytest
from conversing import Talk, Wire
from scenes import CONTENT

from skill.__main__ import main
from skill.alexa.lint import lint
from skill.alexa.model import models
from skill.hearing.ear import Ear
from skill.library.load import load
from skill.simulator.wire import to_app
from skill.web import create_app
from skill.web.settings import Settings

MORE = Path(__file__).parent / "content_more"
"""One more exercise, and a routine that has it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real content with one more exercise, and a routine that has it."""
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    shutil.copytree(MORE, content, dirs_exist_ok=True)
    return content


def test_she_leads_through_an_exercise_that_only_content_knows(folder: Path) -> None:
    model = models(load(folder), folder)["en-US"]
    ear = Ear(model)
    app = create_app(Settings(verify=False, content=folder))
    talk = Talk(Wire(to_app(app), ear, "en-US"), ear)
    assert "Only two exercises today." in talk.say("start shorty").text
    assert "then lie on your right side. Say ready when you're there." in talk.say("ready").text
    assert "When I count: Open your left knee like a shell" in talk.say("ready").text
    assert "Seven. Open hold and close" in talk.say("ready").text
    assert "Open your right knee like a shell" in talk.say("explain the clamshell").text
    risen = talk.say("ready").text
    assert "sit to stand" in risen
    assert risen.endswith("Say ready when you're steady.")
    assert talk.say("ready").text.endswith("take a higher seat, or say easier. Say ready when you're there.")
    assert "Feel it in your thighs" in talk.say("ready").text
    assert "All done." in talk.say("ready").text
    closing = talk.say("ready")
    assert "the short routine" in closing.text
    assert not closing.open


def test_the_model_has_it(folder: Path) -> None:
    model = models(load(folder), folder)["en-US"]
    types = {kind["name"]: kind["values"] for kind in model["interactionModel"]["languageModel"]["types"]}
    clam = next(value for value in types["EXERCISE"] if value["id"] == "clam")
    assert clam["name"] == {"value": "clam", "synonyms": ["clams", "clamshell"]}
    assert "short-one" in [value["id"] for value in types["ROUTINE"]]
    assert lint(model) == ()


def test_the_scaffold_loads_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--content", str(folder), "exercise", "side-step"]) == 0
    assert main(["new", "--content", str(folder), "routine", "evening", "--of", "side-step,sit-to-stand"]) == 0
    assert main(["check", "--content", str(folder)]) == 0
    assert "11 exercises, 6 routines" in capsys.readouterr().out
    assert main(["new", "--content", str(folder), "exercise", "side-step"]) == 1
    assert "side-step" in capsys.readouterr().err


def test_bad_content_stops_the_start_with_every_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "routines" / "short-one.yaml").write_text("steps: [clam, sit-to-stnd]\nsy: what\n")
    words = (MORE / "en" / "exercises" / "clam.yaml").read_text()
    (folder / "en" / "exercises" / "clam.yaml").write_text(words.replace("feel:", "fel:"))
    assert main(["check", "--content", str(folder)]) == 1
    told = capsys.readouterr().err
    for part in ("short-one.yaml:1:", "sit-to-stand", "short-one.yaml:2:", "clam.yaml:18:", "'feel'"):
        assert part in told, told
    assert "Traceback" not in told
