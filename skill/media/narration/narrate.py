"""A whole routine as one sound, led from start to end with nobody interrupting; and a picture of it.

For listening to it, timing it, and taking it along.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import assert_never

from skill.coaching.cadence import Cadence, Tone
from skill.coaching.practice import Pace
from skill.dialogue.events import Event, Said, StartExercise, StartRoutine
from skill.dialogue.prompt import Part, Say, Silence, Sound
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Scene, Session, Turn
from skill.dialogue.turns import seconds_of
from skill.library.models import Library
from skill.media.narration.record import level
from skill.media.narration.voices import Voice
from skill.media.sounds import files
from skill.media.sounds.catalogue import sound_named
from skill.media.sounds.compose import compose
from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, encode, silence
from skill.media.sounds.vocabulary import Vocabulary

_SOME_DAY = datetime(2026, 1, 1, 9, tzinfo=UTC)


def rehearse(library: Library, name: str, sounds: frozenset[str], person: Person | None = None) -> Iterator[Turn]:
    """Turn after turn of a routine or exercise in flow, each taken up when all of the one before was heard.

    Args:
        library: the content.
        name: the id of a routine or of an exercise.
        sounds: the sounds that can be heard; none has everything counted aloud.
        person: who does it; someone who has heard the safety line and wants to flow, unless given.
    """
    person = person or Person(pace=Pace.FLOW, safety_day="2026-01-01", last_day="2026-01-01")
    event: Event = StartRoutine(name) if name in library.routines else StartExercise(name)
    session, now = Session(), _SOME_DAY
    while True:
        turn = respond(session, event, Scene(person, library, Listener(sounds), now))
        yield turn
        if not turn.prompt.listen:
            return
        session, person, event = turn.session, turn.person, Said.RESUME
        now += timedelta(seconds=seconds_of(turn.prompt.parts, library.language) + 5)


def narration_parts(library: Library, name: str, sounds: frozenset[str]) -> tuple[Part, ...]:
    """A whole plan as one stretch of parts: without the questions between responses, which a recording cannot hear."""
    asked = {*library.phrases["go-on-question"], *library.phrases["finish-question"]}
    parts = parts_of(rehearse(library, name, sounds))
    spoken = (Say(_without(part.text, asked)) if isinstance(part, Say) else part for part in parts)
    return tuple(part for part in spoken if not (isinstance(part, Say) and not part.text))


def _without(text: str, asked: set[str]) -> str:
    for question in asked:
        text = text.removesuffix(question)
    return text.strip()


def parts_of(turns: Iterator[Turn]) -> tuple[Part, ...]:
    """All that is heard in these turns, one after the other."""
    return tuple(part for turn in turns for part in turn.prompt.parts)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold inside a narration: from the tone that begins it to the one that ends it."""

    start_ms: float
    end_ms: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end_ms - self.start_ms) / 1000


@dataclass(frozen=True, slots=True)
class Narration:
    """Samples, and where in them the holds lie."""

    samples: Samples
    holds: tuple[Hold, ...]


def narrate(parts: Iterable[Part], voice: Voice, vocabulary: Vocabulary) -> Narration:
    """Speak and compose all parts, in order.

    Args:
        parts: what is heard, in order, as prompts have it. A sound need not be in the catalogue.
        voice: who speaks the sentences; the sounds keep the vocabulary's own voice.
        vocabulary: the recorded words, in the language of the sounds.

    Raises:
        VoiceError: the voice did not speak.
        ValueError: a sound's name means nothing, or a sentence is silent.
        KeyError: the vocabulary lacks a word.
    """
    samples = silence(0)
    holds: list[Hold] = []
    for part in parts:
        match part:
            case Say(text):
                samples += level(voice.say(text))
            case Silence(seconds):
                samples += silence(count_of(seconds * 1000))
            case Sound(name, _):
                heard = _heard(name)
                holds += _holds(heard, len(samples) * 1000 / RATE)
                samples += compose(heard, vocabulary)
            case _:
                assert_never(part)
    return Narration(samples, tuple(holds))


def write_mp3(narration: Narration, path: Path) -> None:
    """Write a narration as one MP3, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    files.write(path, encode(narration.samples))


def _heard(name: str) -> Cadence:
    found = sound_named(name)
    if found is None:
        raise ValueError(f"no sound is called {name!r}")
    return found[1]


def _holds(heard: Cadence, start_ms: float) -> Iterator[Hold]:
    tones = [mark for mark in heard.marks if mark.tone in {Tone.HOLD, Tone.LOWER, Tone.END}]
    for begin, end in pairwise(tones):
        if begin.tone is Tone.HOLD:
            yield Hold(start_ms + begin.at_ms, start_ms + end.at_ms)


ROW_SECONDS = 60
COLUMNS = 1200
"""Columns in a row: twenty a second."""

ROW_HEIGHT, HALF, MARGIN = 90, 36, 50

_STYLE = (
    "text{font:11px sans-serif;fill:#444}.hold{fill:#cfe8d5}.wave{stroke:#2b5d8a;stroke-width:1;fill:none}"
    "svg{background:#fff}"
)


def waveform(narration: Narration) -> str:
    """The picture, as the text of an SVG file. Green is a hold, with its seconds above."""
    rows = max(1, -(-len(narration.samples) // (ROW_SECONDS * RATE)))
    height = rows * ROW_HEIGHT
    body = "\n".join(line for row in range(rows) for line in _row(narration, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS + 2 * MARGIN} {height}">\n'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _row(narration: Narration, row: int) -> Iterator[str]:
    middle = row * ROW_HEIGHT + ROW_HEIGHT - HALF
    yield f'<text x="4" y="{middle + 4}">{row * ROW_SECONDS // 60}:00</text>'
    for hold in narration.holds:
        yield from _hold(hold, row, middle)
    strokes = "".join(
        f"M{MARGIN + column} {middle - high}V{middle + high}"
        for column, high in enumerate(_heights(narration, row))
        if high
    )
    yield f'<path class="wave" d="{strokes}"/>'


def _hold(hold: Hold, row: int, middle: int) -> Iterator[str]:
    """The part of a hold that lies in this row; its seconds stand where it begins."""
    scale = COLUMNS / (ROW_SECONDS * 1000)
    left = hold.start_ms * scale - row * COLUMNS
    right = hold.end_ms * scale - row * COLUMNS
    if right <= 0 or left >= COLUMNS:
        return
    x, width = max(0.0, left), min(float(COLUMNS), right) - max(0.0, left)
    yield (f'<rect class="hold" x="{MARGIN + x:.1f}" y="{middle - HALF}" width="{width:.1f}" height="{2 * HALF}"/>')
    if left >= 0:
        yield f'<text x="{MARGIN + x:.1f}" y="{middle - HALF - 4}">{hold.seconds:g} s</text>'


def _heights(narration: Narration, row: int) -> Iterator[int]:
    """Half the height of each column: its largest sample; square-rooted, so that the bed can be seen."""
    step = ROW_SECONDS * RATE // COLUMNS
    start = row * ROW_SECONDS * RATE
    for at in range(start, min(start + ROW_SECONDS * RATE, len(narration.samples)), step):
        part = narration.samples[at : at + step]
        yield round(HALF * (max(max(part), -min(part)) / LOUDEST) ** 0.5)
