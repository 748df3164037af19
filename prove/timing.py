"""How long each routine is said to take in flow, beside how long it takes when it is spoken and sounded.

Needs ffprobe and the offline voice (`make voice` installs it). Writes docs/timing.md, and docs/hip-routine.svg: the
narrated hip routine with its holds marked.
"""

import sys
import tempfile
import time
from pathlib import Path

import measure

from prove.page import DOCS, clock, english, rows, today, write
from skill.dialogue.prompt import seconds_of
from skill.media.narration import narrate, narration_parts, waveform, write_mp3
from skill.media.recording import Hibari, VoiceError
from skill.media.sounds import vocabulary
from skill.media.sounds.catalogue import catalogue
from skill.media.sounds.samples import RATE

ALLOWED = 0.10


def main() -> int:
    """Measure, write, and fail where a prediction is off by more than ALLOWED."""
    try:
        voice = Hibari()
    except VoiceError as fault:
        print(f"prove/timing.py skipped: {fault}")
        return 0
    library = english()
    words, names = vocabulary.load("en"), frozenset(catalogue(library))
    found, worst, made = [], 0.0, ""
    for name, routine in library.routines.items():
        parts = narration_parts(library, name, names)
        began = time.perf_counter()
        told = narrate(parts, voice, words)
        predicted, measured = seconds_of(parts, "en"), len(told.samples) / RATE
        off = predicted / measured - 1
        worst = max(worst, abs(off))
        found.append((routine.name, clock(predicted), clock(measured), f"{off:+.1%}", len(told.holds)))
        if name == library.first_routine:
            with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
                write_mp3(told, Path(file.name))
                took, size = time.perf_counter() - began, Path(file.name).stat().st_size / 1e6
                heard = clock(measure.probe(Path(file.name)).seconds)
            made = f"{heard} by ffprobe, {size:.1f} MB, made in {took:.0f} s without a network"
            (DOCS / "hip-routine.svg").write_text(waveform(told), encoding="utf-8")
    write("timing.md", _page(rows(found), made))
    return int(worst > ALLOWED)


def _page(table: str, made: str) -> str:
    return f"""# How long it takes

Written by `prove/timing.py` on {today()}.

Each routine in flow, with sounds, for someone new to it. *Predicted* is what she reckons with when she says how long is
left and when she fits a response: sounds exactly, speech estimated. *Measured* is the offline voice's speech and the
composed sounds, one after the other. Alexa's own voice may be a little faster or slower; the holds and reps are not.

| routine | predicted | measured | off by | holds in it |
|---|---|---|---|---|
{table}

The narrated hip routine as one file: {made}. `hip-coach narrate hip-routine` makes it.

![The waveform of the narrated hip routine, with its holds marked](hip-routine.svg)

Counted aloud, without sounds, each hold and each rep is laid out in the same seconds; how exactly they are kept
depends on how fast Alexa speaks, so they can be off by a few seconds in a set.
"""


if __name__ == "__main__":
    sys.exit(main())
