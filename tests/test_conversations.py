"""Every conversation in tests/conversations, played on the pure core and over HTTP, heard alike on both."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conversing import BEGINNING, Core, Room, Talk, Wire, fits, play, scripts
from scenes import CONTENT, library, listener

from skill.hearing.ear import Ear
from skill.simulator.wire import to_app
from skill.web import create_app
from skill.web.settings import Settings

SCRIPTS = scripts()
MODEL = Path(__file__).parent.parent / "interaction_model" / "en-US.json"


@cache
def ear() -> Ear:
    """What hears the typed words, as the model that we ship lets it."""
    return Ear(json.loads(MODEL.read_text()))


def core(script: dict[str, Any]) -> Room:
    """The core by itself."""
    locale, sounds = script.get("locale", "en-US"), script.get("sounds") == "true"
    return Core(library(locale), listener(sounds), ear())


def wire(script: dict[str, Any]) -> Room:
    """The app, over HTTP as JSON."""
    url = "https://coach.example.org" if script.get("sounds") == "true" else None
    app = create_app(Settings(verify=False, content=CONTENT, public_url=url))
    return Wire(to_app(app), ear(), script.get("locale", "en-US"))


@pytest.mark.parametrize("room", [core, wire], ids=["core", "http"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_conversation(name: str, room: Callable[[dict[str, Any]], Room]) -> None:
    """What is heard is what the script says, line by line."""
    script = SCRIPTS[name]
    now = datetime.fromisoformat(script["begins"]) if "begins" in script else BEGINNING
    for said, expected, heard in play(Talk(room(script), ear(), now), script["talk"]):
        assert fits(expected, heard), f"\n{name} › {said}\n  expected: {expected}\n  heard:    {heard}"


def test_there_are_enough_conversations() -> None:
    """At least forty, each saying what it is about."""
    assert len(SCRIPTS) >= 40
    assert all(script["about"] for script in SCRIPTS.values())
