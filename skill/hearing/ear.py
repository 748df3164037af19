"""Typed words -> the intent and slots a device would report, by way of the interaction model alone.

Three ways of hearing, in this order: exactly one of the sample utterances; like one of them; not at all. It stands in
for Amazon's own understanding, which is better at some things and worse at others; docs/ear.md has its figures.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from skill.hearing.built_in import BUILT_IN, EXIT, EXITS, LAUNCH, LINKS, OPENERS, TRAILERS, WAKE_WORDS
from skill.hearing.likeness import Candidate, Likeness, Sample
from skill.hearing.words import NUMBER, Interpretation, SlotValues, Spoken, Tokens, normalise
from skill.library.values import Value, field, replace

FALLBACK = "AMAZON.FallbackIntent"

UNSURE = "UnwellIntent"
"""What a sentence means that is only something like an emergency: she asks whether it is one."""

MILDER = {
    **dict.fromkeys(("EmergencyIntent", "GaveWayIntent", "DizzyIntent", "OutOfBreathIntent"), UNSURE),
    "SharpPainIntent": "ItHurtsIntent",
}
"""What ends an exercise is acted on where a sentence is close to a sample; where it is only like one, it means this."""

URGENT = (
    *("EmergencyIntent", "GaveWayIntent", "SharpPainIntent", "DizzyIntent", "OutOfBreathIntent"),
    *(UNSURE, "ItHurtsIntent"),
)
"""Where two meanings are nearly as likely, these win, the first before the others: nobody's chest pain is a 'next'."""

LASTING = (
    *("LeaveOutIntent", "FlowIntent", "GuidedIntent", "QuietIntent", "TicksIntent", "TalkLessIntent", "TalkMoreIntent"),
    *("ForgetMeIntent", "EnoughForTodayIntent"),
)
"""What stays when the session is over: a sentence must be close to a sample, or it is not understood."""

LEAST = 60.0
"""How like a sample a sentence must be to be taken for it, of 100."""

LEAST_LASTING = 70.0
"""The same for what lasts."""

THING = "EQUIPMENT"
"""The slot type of things: a chair that fell over is nobody who did, so for an urgent intent it is a word like any."""

NEAR = 12.0
"""So many points ahead may another meaning be, and an urgent one still wins."""


class Bar(Value):
    """What a sample must have in common with a sentence, of 100 each: see `Candidate`."""

    likeness: float
    said: float
    own: float = 0.0
    likely: float = 0.0

    def takes(self, found: Candidate) -> bool:
        """Whether the sentence is as like the sample as that."""
        return (
            not found.denied
            and found.likeness >= self.likeness
            and found.said >= self.said
            and found.own >= self.own
            and found.likely >= self.likely
        )


CLOSE = Bar(likeness=80, said=85)
"""Close to a sample of an urgent intent: it is acted on."""

MUCH = Bar(likeness=50, said=70, own=50, likely=60)
"""Much of a sample of an urgent intent was said, with a word that such samples use more than others."""

ALL = Bar(likeness=30, said=90, own=60, likely=30)
"""All of one was said, whatever was said besides."""

NAMED = Bar(likeness=35, said=60, own=85, likely=30)
"""More than half of one, with a word that hardly anything else uses: chest, fainted, ambulance."""

LOOSE = {"GaveWayIntent": (ALL,), "SharpPainIntent": (MUCH, ALL), "ItHurtsIntent": (MUCH, ALL)}
"""What makes a sentence like an urgent intent, where it is not close; for all others, any of the three. But many a
thing snaps or is stuck that is no joint."""


class How(StrEnum):
    """How a sentence was understood."""

    EXACT = "exact"
    LIKE = "like"
    NOT = "not understood"


class Heard(Value):
    """What was understood: an intent, or LAUNCH or EXIT; how, and how like a sample it is, of 100."""

    intent: str
    slots: Mapping[str, Spoken] = field(default_factory=dict)
    how: How = How.NOT
    score: float = 0.0
    woken: bool = False
    """The sentence began with a wake word."""
    invoked: bool = False
    """It named the skill, so it is for the skill even when no session is open."""


class _Guess(Value):
    """What a sentence may mean, by which sample, with what taken as values in it."""

    intent: str
    found: Candidate
    reading: Interpretation


class Ear:
    """Hears what an interaction model lets a person say."""

    def __init__(self, model: Mapping[str, Any], urgent: Sequence[str] = URGENT) -> None:
        """Learn the JSON of an interaction model. `urgent` intents win a near tie, the most urgent first."""
        language = model["interactionModel"]["languageModel"]
        self.invocation = " ".join(normalise(language["invocationName"]))
        self.slots = {
            intent["name"]: {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
            for intent in language["intents"]
        }
        self._says = {
            intent["name"]: (*intent.get("samples", ()), *BUILT_IN.get(intent["name"], ()))
            for intent in language["intents"]
        }
        samples = tuple(self._samples())
        self._vocabulary = SlotValues(language.get("types", ()))
        self._exactly = {sample.words: sample for sample in reversed(samples)}
        self._likeness = Likeness(samples, urgent)
        self._urgent = tuple(urgent)

    def hear(self, text: str) -> Heard:
        """What a sentence means, whether or not it begins with a wake word or names the skill."""
        said = " ".join(normalise(text))
        wake_word = _WAKE_WORD.match(said)
        rest, invoked = _without_invocation(said[wake_word.end() :] if wake_word else said, self.invocation)
        woken = wake_word is not None
        if invoked and not rest:
            return Heard(LAUNCH, how=How.EXACT, score=100.0, woken=woken, invoked=True)
        return replace(self._understood(rest), woken=woken, invoked=invoked)

    def says(self, intent: str) -> tuple[str, ...]:
        """The ways to say an intent, as the model writes them; for a built-in one, the phrases it brings, too."""
        return self._says.get(intent, ())

    def example(self, slot_type: str) -> str:
        """A value of a slot's type, as one would say it."""
        return self._vocabulary.example(slot_type)

    def _samples(self) -> Iterator[Sample]:
        for intent, ways in self._says.items():
            for text in ways:
                parts = re.split(r"\{(\w+)\}", text)
                words = [
                    [f"{{{self.slots[intent][part]}}}"] if at % 2 else normalise(part) for at, part in enumerate(parts)
                ]
                yield Sample(intent, tuple(word for part in words for word in part))

    def _understood(self, words: Tokens) -> Heard:
        readings = tuple(self._vocabulary.readings(words))
        return (
            self._exact(readings)
            or (Heard(EXIT, how=How.EXACT, score=100.0) if " ".join(words) in EXITS else None)
            or self._like(readings)
            or self._exact(self._vocabulary.unknown(words))
            or Heard(FALLBACK)
        )

    def _exact(self, readings: Iterator[Interpretation] | Sequence[Interpretation]) -> Heard | None:
        for reading in readings:
            sample = self._exactly.get(reading.words)
            if sample:
                how = How.EXACT if reading.likeness == 100 else How.LIKE
                return self._heard(sample.intent, reading.values, how, reading.likeness)
        return None

    def _like(self, readings: Sequence[Interpretation]) -> Heard | None:
        best: dict[str, _Guess] = {}
        for reading in readings:
            for found in self._likeness.candidates(reading.words):
                intent, enough = self._meant(found, reading)
                if enough and (intent not in best or found.points > best[intent].found.points):
                    best[intent] = _Guess(intent, found, reading)
        if not best:
            return None
        most = max(guess.found.points for guess in best.values())
        urgent = (best[name] for name in self._urgent if name in best and best[name].found.points >= most - NEAR)
        guess = next(urgent, None) or max(best.values(), key=lambda one: one.found.points)
        if guess.intent in LASTING and guess.found.likeness < LEAST_LASTING:
            return None
        # A number may be a word like any other ("skip this one"); a name is a name in any reading.
        names = (value for other in reversed(readings) for value in other.values if value.type != NUMBER)
        return self._heard(guess.intent, (*names, *guess.reading.values), How.LIKE, guess.found.likeness)

    def _meant(self, found: Candidate, reading: Interpretation) -> tuple[str, bool]:
        """What a sentence means that is like this sample, and whether it is enough like it to mean that."""
        intent = found.sample.intent
        if intent not in self._urgent:
            return intent, found.likeness >= LEAST and not found.denied
        if any(value.type == THING for value in reading.values):
            return intent, False
        if CLOSE.takes(found) and not found.elsewhere:
            return intent, True
        milder = MILDER.get(intent, intent)
        loose = any(bar.takes(found) for bar in LOOSE.get(intent, (MUCH, ALL, NAMED)))
        return milder if milder in self.slots else intent, loose

    def _heard(self, intent: str, values: Iterable[Spoken], how: How, score: float) -> Heard:
        said = {value.type: value for value in values}
        filled = {name: said[kind] for name, kind in self.slots[intent].items() if kind in said}
        return Heard(intent, filled, how, score)


_WAKE_WORD = re.compile(rf"(?:{'|'.join(WAKE_WORDS)})(?: |$)")

_NAMED = (
    rf"(?:{OPENERS}) %s(?: (?:{LINKS}))?(?: (?P<wish>.+))?",
    r"%s(?P<wish>)",
    rf"(?P<wish>.+) (?:{TRAILERS}) %s",
)


def _without_invocation(text: str, name: str) -> tuple[Tokens, bool]:
    """The wish that is left when the skill's name and the words that go with it are taken away."""
    named = rf"(?:the |my )?{re.escape(name)}(?: skill| app)?"
    for pattern in _NAMED:
        found = re.fullmatch(pattern % named, text)
        if found:
            return tuple((found["wish"] or "").split()), True
    return tuple(text.split()), False
