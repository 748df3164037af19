"""Builds every sound, asks ffprobe about each, hears each again, and writes what was found to docs/sounds.md.

    python -m prove.sounds

Takes some minutes and needs ffmpeg. The test suite does the same with a sample.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prove.page import today, write
from skill.coaching.plan import Place
from skill.coaching.practice import Habits, PieceKind, Practice, practice
from skill.coaching.timeline import Telling, passages
from skill.library import content_folder
from skill.library.load import load
from skill.library.models import Library, Step, Wording
from skill.media.sounds import catalogue, samples
from skill.media.sounds.build import build_all, steps
from tests import measure
from tests.measure import Held

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
{exercises}"""


@dataclass
class Found:
    """What was measured in all sounds together."""

    probes: set[measure.Probe]
    frames: set[tuple[str, int, int]]
    lengths: dict[str, list[Held]]
    counts: list[Held]
    starts: list[float]
    hidden: int = 0


def main() -> None:
    if not measure.has_ffmpeg():
        sys.exit("ffmpeg and ffprobe are needed: apt install ffmpeg")
    library = load(content_folder())["en-US"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        built = build_all(library, folder)
        found = _measured(folder)
    page = TEXT.format(
        today=today(),
        number=built.number,
        megabytes=built.megabytes,
        hours=built.bytes * 8 / 48_000 / 3600,
        seconds=built.seconds,
        formats=", ".join(sorted({_format(probe) for probe in found.probes})),
        longest=max(probe.seconds for probe in found.probes),
        frames=", ".join(f"{kind}, {bits} bit/s, {rate} Hz" for kind, bits, rate in found.frames),
        delay=samples.DELAY_MS,
        errors="".join(_errors(found)),
        hidden=found.hidden,
        exercises="".join(_exercises(library, found.lengths)),
    )
    write("sounds.md", page)


def _measured(folder: Path) -> Found:
    found = Found(set(), set(), {}, [], [])
    for path in steps(sorted(folder.iterdir()), "measuring"):
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


def _format(probe: measure.Probe) -> str:
    return f"{probe.codec}, {probe.sample_rate} Hz, {probe.channels} channel, {probe.bit_rate} bit/s"


def _errors(found: Found) -> Iterator[str]:
    lengths = [held for all_held in found.lengths.values() for held in all_held]
    for what in ("hold", "rep"):
        errors = [held.error for held in lengths if held.what == what]
        yield f"| length of a {what} | {len(errors)} | {max(errors):.1f} ms | 50 ms |\n"
    errors = [held.error for held in found.counts]
    yield f"| from one count to the next | {len(errors)} | {max(errors):.1f} ms | 20 ms |\n"
    yield f"| start of a word or tone | {len(found.starts)} | {max(found.starts):.1f} ms | 50 ms |\n"


def _exercises(library: Library, lengths: dict[str, list[Held]]) -> Iterator[str]:
    for exercise in library.exercises.values():
        for level in exercise.forms:
            done = practice((Step(exercise.id, level),), 0, Habits(), library)
            yield from _sets(f"{exercise.name} | {level}", done, library, lengths)


def _sets(what: str, done: Practice, library: Library, lengths: dict[str, list[Held]]) -> Iterator[str]:
    for index, piece in enumerate(done.pieces):
        if piece.kind is PieceKind.SET:
            told = passages(done, Place(0, index), Telling(Wording(library)))
            names = [catalogue.sound_name(library.language, passage.sound) for passage in told if passage.sound]
            for name in dict.fromkeys(names):
                times = f" × {names.count(name)}" if names.count(name) > 1 else ""
                yield from _rows(f"| {what} | {piece.side or 'both'} | {name}{times}", lengths[name])


def _rows(start: str, lengths: list[Held]) -> Iterator[str]:
    for kind in ("hold", "rep"):
        of_kind = [held for held in lengths if held.what == kind]
        if of_kind:
            heard = " ".join(f"{held.heard / 1000:.3f}" for held in of_kind)
            yield f"{start} | {kind} | {of_kind[0].asked / 1000:.0f} | {heard} |\n"


if __name__ == "__main__":
    main()
