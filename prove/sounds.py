"""Builds every sound, asks ffprobe about each, hears each again, and writes what was found to docs/sounds.md.

    python -m prove.sounds

Takes some minutes and needs ffmpeg. The test suite does the same with a sample.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import measure
from measure import Held

from prove.page import english, rows, today, write
from skill.coaching.plan import Place
from skill.coaching.practice import Habits, PieceKind, Practice, practice
from skill.coaching.timeline import Telling, passages
from skill.library.models import Library, Step, Wording
from skill.media.sounds import catalogue, samples
from skill.media.sounds.store import build_all

TEXT = """# The sounds, measured

Written by `prove/sounds.py` on {today}.

{number} sounds, {megabytes:.1f} MB, {hours:.1f} hours of sound, built in {seconds:.0f} s. ffprobe on
every one: {formats}; the longest plays {longest:.1f} s. Frame by frame: {frames}.

Decoded by ffmpeg, the first sample of every sound comes after {delay:.2f} ms of silence (the delay of encoder and
decoder, always the same, and taken off below). What starts in a sound was looked for where the level rises out of
quiet:

| in all {number} sounds | how many | largest error | allowed |
|---|---|---|---|
{errors}

{hidden} ticks lie under a spoken "half way" and cannot be measured this way.

## Every exercise, as it is done when nobody asks for anything else

Seconds asked and delivered, in order. Both sides are led by the same sounds.

| exercise | form | side | sound | what | asked | delivered |
|---|---|---|---|---|---|---|
{exercises}
"""


@dataclass
class Found:
    """What was measured in all sounds together."""

    probes: set[measure.Probe] = field(default_factory=set)
    frames: set[tuple[str, int, int]] = field(default_factory=set)
    lengths: dict[str, list[Held]] = field(default_factory=dict)
    counts: list[Held] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    hidden: int = 0


def main() -> None:
    if not measure.has_ffmpeg():
        sys.exit("ffmpeg and ffprobe are needed: apt install ffmpeg")
    library = english()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        built = build_all(library, Path(folder))
        seconds = time.perf_counter() - began
        found = _measured(Path(folder))
    formats = {
        f"{one.codec}, {one.sample_rate} Hz, {one.channels} channel, {one.bit_rate} bit/s" for one in found.probes
    }
    page = TEXT.format(
        today=today(),
        number=built.number,
        megabytes=built.megabytes,
        hours=built.bytes * 8 / 48_000 / 3600,
        seconds=seconds,
        formats=", ".join(sorted(formats)),
        longest=max(probe.seconds for probe in found.probes),
        frames=", ".join(f"{kind}, {bits} bit/s, {rate} Hz" for kind, bits, rate in found.frames),
        delay=samples.DELAY_MS,
        errors=rows(_errors(found)),
        hidden=found.hidden,
        exercises=rows(_exercises(library, found.lengths)),
    )
    write("sounds.md", page)


def _measured(folder: Path) -> Found:
    found = Found()
    for path in sorted(folder.iterdir()):
        mp3 = path.read_bytes()
        found.probes.add(measure.probe(path))
        found.frames |= set(measure.frames(mp3))
        named = catalogue.sound_named(path.stem)
        assert named is not None
        times = measure.delivered(named[1], mp3, samples.DELAY_MS)
        found.lengths[path.stem] = list(measure.lengths(named[1], times))
        found.counts += measure.steps(named[1], times)
        found.starts += [abs(at - mark.at_ms) for mark, at in times.items()]
        found.hidden += len(named[1].marks) - len(times)
    return found


def _errors(found: Found) -> Iterator[tuple[object, ...]]:
    held = [one for lengths in found.lengths.values() for one in lengths]
    for what, errors, allowed in (
        ("length of a hold", [one.error for one in held if one.what == "hold"], 50),
        ("length of a rep", [one.error for one in held if one.what == "rep"], 50),
        ("from one count to the next", [one.error for one in found.counts], 20),
        ("start of a word or tone", found.starts, 50),
    ):
        yield what, len(errors), f"{max(errors):.1f} ms", f"{allowed} ms"


def _exercises(library: Library, lengths: dict[str, list[Held]]) -> Iterator[tuple[object, ...]]:
    for exercise in library.exercises.values():
        for level in exercise.forms:
            done = practice((Step(exercise.id, level),), 0, Habits(), library)
            for index, piece in enumerate(done.pieces):
                if piece.kind is PieceKind.SET:
                    for sound, *delivered in _delivered(done, index, library, lengths):
                        yield exercise.name, level, piece.side or "both", sound, *delivered


def _delivered(done: Practice, index: int, library: Library, lengths: dict[str, list[Held]]) -> Iterator[list[str]]:
    """The sounds of a set, how often each, and what was asked of it and delivered."""
    told = passages(done, Place(0, index), Telling(Wording(library)))
    names = Counter(catalogue.sound_name(library.language, passage.sound) for passage in told if passage.sound)
    for name, number in names.items():
        for kind in ("hold", "rep"):
            if held := [one for one in lengths[name] if one.what == kind]:
                heard = " ".join(f"{one.heard / 1000:.3f}" for one in held)
                yield [name + f" × {number}" * (number > 1), kind, f"{held[0].asked / 1000:.0f}", heard]


if __name__ == "__main__":
    main()
