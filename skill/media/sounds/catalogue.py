"""The finite set of sounds that the holds, the reps and the waits of a library can ask for, and their names.

A sound's name is its language and its cadence: `en-hold-20-ticks`. Neither exercise nor side is in it, so
both sides hear the very same file, and one file serves every exercise with the same tempo.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product

from skill.coaching import cadence
from skill.coaching.cadence import LONG_HOLD_SECONDS, Cadence
from skill.coaching.practice import Speed
from skill.library.limits import AUDIO_SECONDS
from skill.library.models import Dose, Library
from skill.media.sounds.samples import encoded_ms

STEP_SECONDS = 5
"""Long holds and beds come in steps of so many seconds: what is left of a hold is rounded down to one."""

BED_MOST_SECONDS = 60
"""The longest bed; more is several of them."""

ASKED_HOLD_SECONDS = 5
"""The short hold that people ask for by number, beside those that the content names."""

_NAME = re.compile(r"(?P<language>[a-z]{2,3})-(?P<cadence>.+)", re.ASCII)


def sound_name(language: str, heard: Cadence) -> str:
    """The name of the sound of a cadence, in a language."""
    return f"{language}-{heard.name}"


def sound_named(name: str) -> tuple[str, Cadence] | None:
    """The language and cadence that a sound's name stands for, or None. Any text is safe to ask."""
    parts = _NAME.fullmatch(name)
    heard = parts and cadence.named(parts["cadence"])
    return (parts["language"], heard) if parts and heard else None


def catalogue(library: Library) -> tuple[str, ...]:
    """The names of all sounds of a library, in order; none is longer than Alexa plays."""
    doses = [form.dose for exercise in library.exercises.values() for form in exercise.forms.values()]
    longest = max((dose.hold.most for dose in doses if dose.hold.most >= LONG_HOLD_SECONDS), default=0)
    holds = (
        cadence.hold(seconds, ticks=ticks, whole=whole)
        for seconds, ticks, whole in product(_steps(longest), (True, False), (True, False))
    )
    heard = (*holds, *_sets(doses), *map(cadence.bed, _steps(BED_MOST_SECONDS)))
    fitting = (one for one in heard if encoded_ms(one.length_ms) <= AUDIO_SECONDS * 1000)
    return tuple(sorted({sound_name(library.language, one) for one in fitting}))


def _sets(doses: Iterable[Dose]) -> Iterator[Cadence]:
    """Reps with the usual hold and with five seconds, where a rep is still one sound; others are counted aloud."""
    patterns = set()  # as numbers first: many forms share them, and a cadence is dear to make
    for dose in doses:
        if dose.hold.usual < LONG_HOLD_SECONDS:
            tempo, wishes = dose.tempo, {dose.hold.usual, dose.hold.clamp(ASKED_HOLD_SECONDS)}
            for held, speed, count in product(wishes, Speed, range(1, dose.reps.most + 1)):
                if held < LONG_HOLD_SECONDS:
                    patterns.add((tempo.lift, held, tempo.lower, speed.relax(tempo.relax), count))
    for lift, held, lower, relax, count in patterns:
        yield cadence.reps(lift=lift, hold=held, lower=lower, relax=relax, count=count)


def _steps(most: int) -> range:
    return range(STEP_SECONDS, most + 1, STEP_SECONDS)
