"""A whole routine as one sound, led from start to end with nobody interrupting; and a picture of it.

For listening to it, timing it, and taking it along.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import assert_never

from skill.coaching.cadence import Cadence, Tone
from skill.coaching.practice import Pace
from skill.dialogue.events import Event, Said, StartExercise, StartRoutine
from skill.dialogue.prompt import Part, Say, Silence, Sound, seconds_of
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Scene, Session, Turn
from skill.library.models import Library
from skill.library.values import Value
from skill.media.recording import Voice, level
from skill.media.sounds.catalogue import sound_named
from skill.media.sounds.compose import compose
from skill.media.sounds.samples import LOUDEST, RATE, Samples, count_of, encode, silence
from skill.media.sounds.store import write
from skill.media.sounds.vocabulary import Vocabulary

_SOME_DAY = datetime(2026, 1, 1, 9, tzinfo=UTC)


def rehearse(library: Library, name: str, sounds: frozenset[str], person: Person | None = None) -> Iterator[Turn]:
    """Turn after turn of a routine or exercise in flow, each taken up when all of the one before was heard.

    Where there are no sounds, everything is counted aloud. Unless a person is given, it is one who has heard the
    safety line and wants to flow.
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
    parts: list[Part] = []
    for part in (part for turn in rehearse(library, name, sounds) for part in turn.prompt.parts):
        if isinstance(part, Say):
            text = part.text
            for question in asked:
                text = text.removesuffix(question)
            if text.strip():
                parts.append(Say(text.strip()))
        else:
            parts.append(part)
    return tuple(parts)


class Hold(Value):
    """A hold inside a narration: from the tone that begins it to the one that ends it."""

    start_ms: float
    end_ms: float

    @property
    def seconds(self) -> float:
        return (self.end_ms - self.start_ms) / 1000


class Narration(Value):
    """Samples, and where in them the holds lie."""

    samples: Samples
    holds: tuple[Hold, ...]


def narrate(parts: Iterable[Part], voice: Voice, vocabulary: Vocabulary) -> Narration:
    """Speak and compose all parts, in order; the sounds keep the vocabulary's own voice.

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
                found = sound_named(name)
                if found is None:
                    raise ValueError(f"no sound is called {name!r}")
                holds += _holds(found[1], len(samples) * 1000 / RATE)
                samples += compose(found[1], vocabulary)
            case _:
                assert_never(part)
    return Narration(samples, tuple(holds))


def write_mp3(narration: Narration, path: Path) -> None:
    """Write a narration as one MP3, whole or not at all."""
    write(path, encode(narration.samples))


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
    body = "\n".join(line for row in range(rows) for line in _row(narration, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS + 2 * MARGIN} {rows * ROW_HEIGHT}">\n'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _row(narration: Narration, row: int) -> Iterator[str]:
    middle = row * ROW_HEIGHT + ROW_HEIGHT - HALF
    yield f'<text x="4" y="{middle + 4}">{row * ROW_SECONDS // 60}:00</text>'
    scale = COLUMNS / (ROW_SECONDS * 1000)
    for hold in narration.holds:
        left, right = (at * scale - row * COLUMNS for at in (hold.start_ms, hold.end_ms))
        if right > 0 and left < COLUMNS:
            x, width = MARGIN + max(0.0, left), min(float(COLUMNS), right) - max(0.0, left)
            yield f'<rect class="hold" x="{x:.1f}" y="{middle - HALF}" width="{width:.1f}" height="{2 * HALF}"/>'
            if left >= 0:
                yield f'<text x="{x:.1f}" y="{middle - HALF - 4}">{hold.seconds:g} s</text>'
    step = ROW_SECONDS * RATE // COLUMNS
    samples = narration.samples[row * ROW_SECONDS * RATE : (row + 1) * ROW_SECONDS * RATE]
    strokes = []
    for column, at in enumerate(range(0, len(samples), step)):
        part = samples[at : at + step]
        # Square-rooted, so that the bed can be seen.
        high = round(HALF * (max(max(part), -min(part)) / LOUDEST) ** 0.5)
        if high:
            strokes.append(f"M{MARGIN + column} {middle - high}V{middle + high}")
    yield f'<path class="wave" d="{"".join(strokes)}"/>'
