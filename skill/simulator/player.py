"""Plays the sound clips of what is heard, with a program that the machine has; without one it stays silent.

It follows the device: each tick it is told where in the speech the device is, and starts or stops what belongs there.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from skill.simulator.playback import Clip, Fetch, Playback

PROGRAMS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet", "-ss", "{at}", "{file}"),
    ("mpv", "--no-video", "--really-quiet", "--start={at}", "{file}"),
    ("mpg123", "-q", "{file}"),
    ("afplay", "{file}"),
)
"""What can play an MP3 here, the best first: the first two can also begin in the middle."""

Which = Callable[[str], str | None]


class Running(Protocol):
    """A program that plays."""

    def terminate(self) -> None:
        """End it."""

    def wait(self) -> int:
        """Until it has ended."""


Start = Callable[[list[str]], Running]


def _start(command: list[str]) -> Running:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


class Player:
    """Plays clips while it is entered; leaves no process and no file behind."""

    def __init__(self, fetch: Fetch, *, which: Which = shutil.which, start: Start = _start) -> None:
        """Nothing is played yet.

        Args:
            fetch: where the sound files come from.
            which: finds a program.
            start: starts one.
        """
        self._fetch = fetch
        self._start = start
        self._program = next((program for program in PROGRAMS if which(program[0])), None)
        self._playing: tuple[Clip, float] | None = None
        self._running: Running | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="hip-coach-")

    @property
    def program(self) -> str | None:
        """The program that plays; None where there is none."""
        return self._program[0] if self._program else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._folder.cleanup()

    def follow(self, speech: Playback, position: float) -> None:
        """Have just that clip sound which belongs to this position, or none."""
        due = next(
            (
                (item, start)
                for item, start in zip(speech.items, speech.starts, strict=True)
                if isinstance(item, Clip) and start <= position < start + item.seconds
            ),
            None,
        )
        if due == self._playing:
            return
        self.stop()
        self._playing = due
        if due:
            self._play(due[0], position - due[1])

    def stop(self) -> None:
        """Silence."""
        self._playing = None
        if self._running:
            self._running.terminate()
            self._running.wait()
            self._running = None

    def _play(self, clip: Clip, at: float) -> None:
        sound = self._fetch(clip.url)
        if sound is None or self._program is None:
            return
        file = Path(self._folder.name) / f"{clip.name}.mp3"
        file.write_bytes(sound)
        self._running = self._start([word.format(at=f"{at:.2f}", file=file) for word in self._program])
