"""A skill that answers from a table, for tests of the virtual device."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skill.hearing.ear import Ear
from skill.simulator.device import Device, Manners
from skill.simulator.wire import numbered_ids

MODEL: dict[str, Any] = json.loads((Path(__file__).parent / "models" / "small.json").read_text())
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOUNDS = "https://sounds.example"


def answer(ssml: str, reprompt: str | None = "Still there?", **more: Any) -> dict[str, Any]:
    """A response that speaks, and listens if it has a reprompt; `more` goes into the response as it is."""
    response: dict[str, Any] = {
        "outputSpeech": {"type": "SSML", "ssml": f"<speak>{ssml}</speak>"},
        "shouldEndSession": reprompt is None,
    }
    if reprompt is not None:
        response["reprompt"] = {"outputSpeech": {"type": "SSML", "ssml": f"<speak>{reprompt}</speak>"}}
    return {"version": "1.0", "sessionAttributes": {}, "response": response | more}


def audio(name: str) -> str:
    return f'<audio src="{SOUNDS}/{name}.mp3"/>'


ANSWERS = {
    "LaunchRequest": answer("Welcome to Hip Coach. Say start hip routine, or help."),
    "StartRoutineIntent": answer(
        "Fire hydrant. Come onto your hands and knees, and take your time with it, because there is no hurry. "
        "When you are in position, say ready.",
        f"Take your time. {audio('bed-60')} Are you ready? Say ready.",
    ),
    "ReadyIntent": answer(f"Lift. {audio('hold-20-ticks')} And lower. Say ready for the other side."),
    "AMAZON.NextIntent": answer(
        'Six. <break time="700ms"/> Lift <break time="1600ms"/> hold <break time="1600ms"/> and lower '
        '<break time="1200ms"/> Last one. <break time="600ms"/> Lift <break time="1600ms"/> hold '
        '<break time="1600ms"/> and lower <break time="1200ms"/> Done. Say next.'
    ),
    "HowLongLeftIntent": answer(f"About ten seconds. {audio('left-10-ticks')} And lower. Say ready."),
    "AMAZON.StopIntent": answer("Your place is kept. Goodbye.", None),
    "AMAZON.HelpIntent": answer("Say ready or stop.", card={"type": "Simple", "title": "Help", "content": "ready"}),
    "SessionEndedRequest": {"version": "1.0", "response": {}},
}
OTHERWISE = answer("I can start a routine. Say start hip routine.")


class FakeSkill:
    """Answers by the table; keeps what it was asked."""

    def __init__(self, answers: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answers = {**ANSWERS, **(answers or {})}

    def __call__(self, envelope: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(envelope)
        request = envelope["request"]
        body = self._answers.get(request["intent"]["name"] if "intent" in request else request["type"], OTHERWISE)
        return body | {"sessionAttributes": {"turn": len(self.asked)}}

    @property
    def last(self) -> dict[str, Any]:
        """The last request that was not the end of a session."""
        return next(one for one in reversed(self.asked) if one["request"]["type"] != "SessionEndedRequest")


def device(skill: FakeSkill | None = None, manners: Manners | None = None) -> Device:
    """A device with the small model and this skill on it, plugged in at noon."""
    return Device(skill or FakeSkill(), Ear(MODEL), NOON, ids=numbered_ids(), manners=manners or Manners())
