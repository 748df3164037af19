"""What one could say now: what she has just offered, and then a few sentences from the interaction model."""

import re
from collections.abc import Iterator

from skill.hearing import EXIT, FALLBACK, LAUNCH, Ear, How
from skill.simulator.device import Device, State

LONGEST_OFFER = 4
"""An offer like "say skip this one" has no more words than this."""

USEFUL = {
    State.SPEAKING: (
        *("AMAZON.PauseIntent", "HowLongLeftIntent", "ItHurtsIntent", "AMAZON.NextIntent", "WhereToFeelIntent"),
        *("MoreSecondsIntent", "AmIDoingItRightIntent", "SkipExerciseIntent", "SlowerIntent", "WhereAmIIntent"),
    ),
    State.LISTENING: (
        *("ReadyIntent", "AMAZON.HelpIntent", "ExplainIntent", "AMAZON.RepeatIntent", "StartRoutineIntent"),
        *("WhatsNextIntent", "EasierIntent", "AMAZON.PreviousIntent", "WhyIntent", "AMAZON.StopIntent"),
    ),
}
"""Intents worth knowing of, by what the device is doing."""


def suggestions(device: Device, turn: int, number: int = 7) -> tuple[str, ...]:
    """Sentences that lead somewhere now.

    Args:
        device: what it says and does decides.
        turn: counts up, so that other sentences come round.
        number: at most so many.
    """
    ear = device.ear
    if device.state is State.CLOSED:
        return (f"open {ear.invocation}", f"ask {ear.invocation} to {_first(ear, 'StartRoutineIntent')}")
    useful = USEFUL[device.state]
    begin = turn % len(useful)
    told = (_first(ear, intent) for intent in (*useful[begin:], *useful[:begin]) if intent in ear.slots)
    return tuple(dict.fromkeys((*offers(ear, device.speech.text), *told)))[:number]


def offers(ear: Ear, told: str) -> Iterator[str]:
    """What she tells people to say: "Say ready when you're set, or ask, what's next?" offers two things."""
    for offer in re.findall(r"\b(?:say|ask),? ([^.!?…]+)", told, flags=re.IGNORECASE):
        for part in re.split(r"[,;:]|\bor\b", offer):
            words = re.findall(r"[\w'’-]+", part.lower())[:LONGEST_OFFER]
            heads = (" ".join(words[:length]) for length in range(len(words), 0, -1))
            said = next((head for head in heads if ear.hear(head).how is How.EXACT), None)
            if said:
                yield said


def _first(ear: Ear, intent: str) -> str:
    """An intent's first sample, with a value of each of its slots filled in."""
    said = next(iter(ear.says(intent)), "start")
    return re.sub(r"\{(\w+)\}", lambda slot: ear.example(ear.slots[intent][slot[1]]), said)


def everything(ear: Ear) -> Iterator[tuple[str, str]]:
    """Every intent that can be said, and one way to say it."""
    for intent in ear.slots:
        if intent not in (FALLBACK, LAUNCH, EXIT, "AMAZON.NavigateHomeIntent"):
            yield intent, _first(ear, intent)
