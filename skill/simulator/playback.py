"""What is heard of an answer, and when: SSML -> sentences, breaks and sound clips, how long they are, their captions.

The lengths are what a device would take: words at the pace of Alexa's voice, breaks as written, and clips as long as
the file says (`mp3_seconds`) or, where no file can be had, as long as its name says. Of what is inside a sound only
its name is known, and what the name's pattern says:

en-hold-20-ticks        a hold of 20 seconds, with ticks; a second more for its end
en-left-10-quiet        what is left of a longer hold
en-reps-2-2-3-2-8       8 reps: 2 seconds up, 2 held, 3 down, 2 of rest; a second before, and one after
en-bed-60               60 seconds of soft sound
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from xml.etree import ElementTree

from skill.library.limits import AUDIO_BITS_PER_SECOND
from skill.library.values import Value, replace

WORDS_PER_MINUTE = 150
"""A comfortable synthetic voice speaks 150 to 200 words a minute (Sutton 1995, as cited in the content notes)."""

UNKNOWN_CLIP_SECONDS = 5.0

BREAKS = {"none": 0.0, "x-weak": 0.0, "weak": 0.1, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
"""Seconds for a break that states a strength; Amazon gives no figures, these are ours."""

RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.6}
"""How fast a named prosody rate is beside the usual; ours too."""


class Sentence(Value):
    """A sentence, or part of one."""

    text: str
    seconds: float


class Break(Value):
    """Silence that the response asks for."""

    seconds: float


class Clip(Value):
    """A sound file. `name` is the last part of its address without the ending."""

    url: str
    name: str
    seconds: float


Item = Sentence | Break | Clip


class Playback(Value, dict=True):
    """Everything heard in one go, in order."""

    items: tuple[Item, ...] = ()

    @cached_property
    def seconds(self) -> float:
        """How long it all takes."""
        return sum(item.seconds for item in self.items)

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """When each item starts, in seconds from the beginning."""
        return tuple(accumulate((item.seconds for item in self.items), initial=0.0))[:-1]

    @property
    def text(self) -> str:
        """The words alone."""
        return " ".join(item.text for item in self.items if isinstance(item, Sentence))

    def until(self, seconds: float) -> "Playback":
        """What of it had begun after so many seconds."""
        return Playback(tuple(i for i, start in zip(self.items, self.starts, strict=True) if start < seconds))


class NotSpeakable(ValueError):
    """The SSML is not well-formed, so a device says nothing at all."""


Fetch = Callable[[str], bytes | None]
"""The bytes of the file at an address, or None where it cannot be had."""


def no_sounds(_url: str) -> bytes | None:
    """A fetch for when there is nobody to ask: lengths then come from the names."""
    return None


def playback_of(speech: object, fetch: Fetch = no_sounds) -> Playback:
    """What is heard of an `outputSpeech`, whichever of its two kinds it is; nothing where there is none.

    Raises:
        NotSpeakable: its SSML is not well-formed.
    """
    if not isinstance(speech, Mapping):
        return Playback()
    if "ssml" in speech:
        return playback_of_ssml(speech["ssml"], fetch)
    return Playback(tuple(_sentences(speech.get("text") or "", 1.0)))


def playback_of_ssml(ssml: str, fetch: Fetch = no_sounds) -> Playback:
    """What is heard of a piece of SSML: well-formed XML with `speak` around it.

    Raises:
        NotSpeakable: it is not.
    """
    if "<!" in ssml:
        raise NotSpeakable("SSML holds no declarations, comments or CDATA")
    try:
        # Alexa's own tags carry the prefix `amazon:`, which no SSML declares.
        speak = ElementTree.fromstring(ssml.replace("<speak", '<speak xmlns:amazon="amazon"', 1))
    except ElementTree.ParseError as wrong:
        raise NotSpeakable(f"not well-formed: {wrong}") from wrong
    if speak.tag != "speak":
        raise NotSpeakable(f"the outermost tag is {speak.tag}, not speak")
    items: list[Item] = []
    for item in _items(speak, 1.0, fetch):
        # What only a tag divided is put together: "hold for <say-as …>20</say-as> seconds.", and two breaks on end.
        match (items[-1] if items else None), item:
            case Sentence(text, seconds), Sentence() if not re.search(r"[.!?…]$", text):
                gap = "" if re.match(r"[.,;:!?…)]", item.text) else " "
                items[-1] = Sentence(text + gap + item.text, seconds + item.seconds)
            case Break(seconds), Break():
                items[-1] = Break(seconds + item.seconds)
            case _:
                items.append(item)
    return Playback(tuple(items))


def _items(element: ElementTree.Element, rate: float, fetch: Fetch) -> Iterator[Item]:
    match element.tag:
        case "break":
            yield Break(_break_seconds(element))
        case "audio":
            url = element.get("src", "")
            name = urlsplit(url).path.rpartition("/")[2].rpartition(".")[0] or url
            data, inside = fetch(url), contents(name)
            yield Clip(url, name, mp3_seconds(data) if data else inside.seconds if inside else UNKNOWN_CLIP_SECONDS)
        case "sub":
            yield from _sentences(element.get("alias", ""), rate)
        case _:
            inside_rate = rate * _rate(element.get("rate", "")) if element.tag == "prosody" else rate
            yield from _sentences(element.text or "", inside_rate)
            for child in element:
                yield from _items(child, inside_rate, fetch)
                yield from _sentences(child.tail or "", inside_rate)


def _break_seconds(element: ElementTree.Element) -> float:
    """How long a `break` lasts; with neither time nor strength it is a medium one."""
    time = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", element.get("time", "").strip())
    if time:
        return float(time[1]) / (1000 if time[2] == "ms" else 1)
    return BREAKS.get(element.get("strength", "medium"), BREAKS["medium"])


def _rate(text: str) -> float:
    percent = re.fullmatch(r"(\d+)%", text.strip())
    return max(0.2, int(percent[1]) / 100) if percent else RATES.get(text.strip(), 1.0)


def _sentences(text: str, rate: float) -> Iterator[Sentence]:
    for sentence in re.split(r"(?<=[.!?…])\s+", " ".join(text.split())):
        spoken = len(re.findall(r"\w[\w'’-]*", sentence))
        if sentence:
            yield Sentence(sentence, spoken * 60 / WORDS_PER_MINUTE / rate)


def mp3_seconds(data: bytes) -> float:
    """How long an MP3 of Alexa's constant rate plays: its size, without any ID3 tag in front, says so."""
    size = len(data)
    if data[:3] == b"ID3" and size >= 10:
        size -= 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    return max(size, 0) * 8 / AUDIO_BITS_PER_SECOND


EDGE_SECONDS = 1.0
"""Before the first rep, and after the last of anything."""

_PATTERN = re.compile(r"(?:[a-z]{2,3}-)?(hold|left|reps|bed)((?:-\d+)+)(?:-(ticks|quiet))?", re.ASCII)


class Beat(Value):
    """What is going on from one second to another."""

    label: str
    start: float
    end: float


class Contents(Value):
    """What is inside a clip: how many seconds, in words, and beat by beat from its start."""

    seconds: float
    words: str
    beats: tuple[Beat, ...]


def contents(name: str) -> Contents | None:
    """What is inside a clip of this name, or None where the name does not say."""
    found = _PATTERN.fullmatch(name)
    if found is None:
        return None
    numbers = [int(number) for number in found[2].split("-")[1:]]
    ticking = ", ticking" if found[3] == "ticks" else ""
    match found[1], numbers:
        case "hold" | "left" as kind, [seconds]:
            words = f"hold for {'the last ' if kind == 'left' else ''}{seconds} seconds{ticking}"
            return Contents(seconds + EDGE_SECONDS, words, (Beat("hold", 0.0, seconds),))
        case "bed", [seconds]:
            return Contents(seconds, f"{seconds} seconds of soft sound", (Beat("soft sound", 0.0, seconds),))
        case "reps", [lift, hold, lower, relax, count]:
            at = EDGE_SECONDS
            beats = [Beat("get ready", 0.0, at)]
            for rep in range(1, count + 1):
                for label, seconds in (("lift", lift), ("hold", hold), ("lower", lower), ("relax", relax)):
                    beats.append(Beat(f"rep {rep} of {count}: {label}", at, at + seconds))
                    at += seconds
            del beats[-1]  # nobody relaxes inside the sound after the last one
            words = f"{count} reps, each {lift} s up, {hold} s held, {lower} s down"
            return Contents(beats[-1].end + EDGE_SECONDS, words, tuple(beats))
        case _:
            return None


SHORT = 4
"""A sentence of so many words or fewer, with a pause after it, may be a beat of a count."""

FEWEST_BEATS = 4
"""So many beats on end are a count."""

SHORTEST_QUIET_SECONDS = 4.0
"""A shorter pause is only breath."""


class CaptionKind(StrEnum):
    """What a caption is of."""

    LINE = "line"
    COUNT = "count"
    SOUND = "sound"
    QUIET = "quiet"


class Caption(Value):
    """One thing to show, from `start` to `end` of the speech in seconds; a line has no beats inside it."""

    kind: CaptionKind
    text: str
    start: float
    end: float
    beats: tuple[Beat, ...] = ()

    def beat(self, at: float) -> Beat:
        """What is going on at a moment of the speech."""
        current = (beat for beat in self.beats if beat.start <= at < beat.end)
        return next(current, Beat("", self.start, self.end))


class Subtitles:
    """Hands out the captions of what is being said as they fall due: a count at its end, all others at their start."""

    def __init__(self) -> None:
        self._coming: tuple[Caption, ...] = ()

    def begin(self, speech: Playback) -> None:
        """Something is being said now; what was said before is forgotten."""
        self._coming = captions(speech)

    def due(self, at: float) -> list[Caption]:
        """What became due up to this second of the speech."""
        due = [one for one in self._coming if (one.end if one.kind is CaptionKind.COUNT else one.start) <= at]
        self._coming = self._coming[len(due) :]
        return due

    def cut(self, at: float) -> list[Caption]:
        """What became due when the speech breaks off: of a count, the beats that were begun."""
        due = self.due(at)
        for one in self._coming:
            if one.start <= at:
                begun = " … ".join(beat.label for beat in one.beats if beat.start <= at)
                due.append(replace(one, text=begun, end=at))
        self._coming = ()
        return due


def captions(speech: Playback) -> tuple[Caption, ...]:
    """All that a speech has to show, in order."""
    found: list[Caption] = []
    at = 0
    while at < len(speech.items):
        item, start = speech.items[at], speech.starts[at]
        end = start + item.seconds
        counted = _counted(speech.items[at:])
        match item:
            case _ if counted:
                ends = list(accumulate((seconds for _, seconds in counted), initial=start))
                beats = tuple(Beat(text, *span) for (text, _), span in zip(counted, pairwise(ends), strict=True))
                text = " … ".join(beat.label for beat in beats)
                found.append(Caption(CaptionKind.COUNT, text, start, ends[-1], beats))
            case Sentence(text):
                found.append(Caption(CaptionKind.LINE, text, start, end))
            case Clip(name=name):
                inside = contents(name) or Contents(item.seconds, name, (Beat(name, 0.0, item.seconds),))
                beats = tuple(replace(beat, start=start + beat.start, end=start + beat.end) for beat in inside.beats)
                found.append(Caption(CaptionKind.SOUND, inside.words, start, end, beats))
            case Break(seconds) if seconds >= SHORTEST_QUIET_SECONDS:
                found.append(Caption(CaptionKind.QUIET, "quiet", start, end, (Beat("quiet", start, end),)))
            case _:
                pass
        at += 2 * len(counted) or 1
    return tuple(found)


def _counted(items: Sequence[Item]) -> list[tuple[str, float]]:
    """The count with which these items begin: short sentences, and how long each takes with the pause after it."""
    beats = []
    for said, pause in zip(items[::2], items[1::2], strict=False):
        if not (isinstance(said, Sentence) and isinstance(pause, Break) and len(said.text.split()) <= SHORT):
            break
        beats.append((said.text.rstrip(".,"), said.seconds + pause.seconds))
    return beats if len(beats) >= FEWEST_BEATS else []


PROGRAMS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet", "-ss", "{at}", "{file}"),
    ("mpv", "--no-video", "--really-quiet", "--start={at}", "{file}"),
    ("mpg123", "-q", "{file}"),
    ("afplay", "{file}"),
)
"""What can play an MP3 here, the best first: the first two can also begin in the middle."""


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


class Player:
    """Plays clips while it is entered, with a program that the machine has; leaves no process and no file behind."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        which: Callable[[str], str | None] = shutil.which,
        start: Callable[[list[str]], "subprocess.Popen[bytes]"] = _start,
    ) -> None:
        self._fetch = fetch
        self._start = start
        self._command = next((program for program in PROGRAMS if which(program[0])), ())
        self.program = self._command[0] if self._command else None
        """The program that plays; None where there is none."""
        self._playing: tuple[Clip, float] | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="hip-coach-")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def follow(self, speech: Playback, position: float) -> None:
        """Have just that clip sound which belongs to this position, or none."""
        clips = ((one, at) for one, at in zip(speech.items, speech.starts, strict=True) if isinstance(one, Clip))
        due = next(((clip, at) for clip, at in clips if at <= position < at + clip.seconds), None)
        if due == self._playing:
            return
        self.stop()
        self._playing = due
        if due and self._command and (sound := self._fetch(due[0].url)) is not None:
            file = Path(self._folder.name) / f"{due[0].name}.mp3"
            file.write_bytes(sound)
            at = f"{position - due[1]:.2f}"
            self._running = self._start([word.format(at=at, file=file) for word in self._command])

    def stop(self) -> None:
        """Silence."""
        self._playing = None
        if self._running:
            self._running.terminate()
            self._running.wait()
            self._running = None
