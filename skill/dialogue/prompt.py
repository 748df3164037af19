"""What is heard and shown in answer to one event, before it is made into any platform's form."""

from collections.abc import Iterable
from functools import lru_cache

from skill.coaching.fitting import Span
from skill.coaching.timeline import PASSAGES, Passage, speaking_seconds
from skill.library.values import Value


class Say(Value):
    """One or more sentences, as plain text."""

    text: str


class Silence(Value):
    """So many seconds of quiet; any length, the renderer keeps to the platform's limits or refuses."""

    seconds: float


class Sound(Value):
    """One of our sounds, by its name in the catalogue, and how long it lasts."""

    name: str
    seconds: float


Part = Say | Silence | Sound


class Card(Value):
    """Something to read later, in the companion app."""

    title: str
    text: str


class Prompt(Value):
    """One answer: what is heard, what is asked again if nobody answers, and whether she listens afterwards.

    `listen` and a non-empty `reprompt` always go together. `suggestions` are things the person could say now.
    """

    parts: tuple[Part, ...] = ()
    reprompt: tuple[Part, ...] = ()
    listen: bool = False
    card: Card | None = None
    suggestions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a prompt that breaks the law of responses.

        Raises:
            ValueError: she listens without a reprompt, or has a reprompt without listening.
        """
        if self.listen != bool(self.reprompt):
            raise ValueError("a prompt listens exactly when it has a reprompt")


# Parts put together

SHORTEST_SILENCE = 0.05
"""Seconds of quiet below which nobody hears it."""


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts without empty ones, speech next to speech made one."""
    made: list[Part] = []
    for part in parts:
        match part:
            case Say(""):
                continue
            case Say(text) if made and isinstance(made[-1], Say):
                made[-1] = Say(f"{made[-1].text} {text}")
            case Silence(seconds) if seconds < SHORTEST_SILENCE:
                continue
            case _:
                made.append(part)
    return tuple(made)


def seconds_of(parts: Iterable[Part], language: str) -> float:
    """How long parts are expected to last, speech estimated."""
    return sum(speaking_seconds(part.text, language) if isinstance(part, Say) else part.seconds for part in parts)


def of_span(span: Span, language: str) -> tuple[Part, ...]:
    """A span as parts: its sounds where they can be heard, its cues spoken and counted where not."""
    parts: list[Part] = []
    for passage, as_sound in zip(span.passages, span.sounds, strict=True):
        if as_sound and passage.sound:
            parts.append(Sound(f"{language}-{passage.sound.name}", passage.sound.length_ms / 1000))
        else:
            parts += _counted_aloud(passage, language)
    return tuple(parts)


def spoken(passages: Iterable[Passage], language: str) -> tuple[Part, ...]:
    """Passages counted aloud: each cue's words, then the quiet that fills its time."""
    return tuple(part for passage in passages for part in _counted_aloud(passage, language))


@lru_cache(maxsize=PASSAGES)
def _counted_aloud(passage: Passage, language: str) -> tuple[Part, ...]:
    pairs = ((Say(cue.say), Silence(cue.seconds - speaking_seconds(cue.say, language))) for cue in passage.cues)
    return joined(part for pair in pairs for part in pair)
