"""What is heard of an answer, and when: SSML -> sentences, breaks and sound clips, their lengths, and their captions.

The lengths are what a device would take: words at the pace of Alexa's voice, breaks as written, and clips as long as
the file says (`mp3_seconds`) or, where no file can be had, as long as its name says. Of what is inside a sound only
its name is known, and what the name's pattern says:

en-hold-20-ticks        a hold of 20 seconds, with ticks; a second more for its end
en-left-10-quiet        what is left of a longer hold
en-reps-2-2-3-2-8       8 reps: 2 seconds up, 2 held, 3 down, 2 of rest; a second before, and one after
en-bed-60               60 seconds of soft sound
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from urllib.parse import urlsplit
from xml.etree import ElementTree

WORDS_PER_MINUTE = 150
"""A comfortable synthetic voice speaks 150 to 200 words a minute (Sutton 1995, as cited in the content notes)."""

MP3_BITS_PER_SECOND = 48_000
"""The rate Alexa asks of every clip, so length follows from size."""

UNKNOWN_CLIP_SECONDS = 5.0

BREAKS = {"none": 0.0, "x-weak": 0.0, "weak": 0.1, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
"""Seconds for a break that states a strength; Amazon gives no figures, these are ours."""

RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.6}
"""How fast a named prosody rate is beside the usual; ours too."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or part of one."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Break:
    """Silence that the response asks for."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound file. `name` is the last part of its address without the ending."""

    url: str
    name: str
    seconds: float


Item = Sentence | Break | Clip


@dataclass(frozen=True)
class Playback:
    """Everything heard in one go, in order."""

    items: tuple[Item, ...] = ()

    @cached_property
    def seconds(self) -> float:
        """How long it all takes."""
        return sum(item.seconds for item in self.items)

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """When each item starts, in seconds from the beginning."""
        return tuple(accumulate((item.seconds for item in self.items[:-1]), initial=0.0)) if self.items else ()

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


def playback_of_ssml(ssml: str, fetch: Fetch = no_sounds) -> Playback:
    """What is heard of a piece of SSML.

    Raises:
        NotSpeakable: it is not well-formed XML with `speak` around it.
    """
    return Playback(tuple(_joined(_items(speak_element(ssml), 1.0, fetch))))


def playback_of_text(text: str) -> Playback:
    """What is heard of text that is no SSML."""
    return Playback(tuple(_sentences(text, 1.0)))


def speak_element(ssml: str) -> ElementTree.Element:
    """The parsed `speak` element. Alexa's own tags carry the prefix `amazon:`, which no SSML declares.

    Raises:
        NotSpeakable: as for `parse`.
    """
    if "<!" in ssml:
        raise NotSpeakable("SSML holds no declarations, comments or CDATA")
    try:
        found = ElementTree.fromstring(ssml.replace("<speak", '<speak xmlns:amazon="amazon"', 1))
    except ElementTree.ParseError as wrong:
        raise NotSpeakable(f"not well-formed: {wrong}") from wrong
    if found.tag != "speak":
        raise NotSpeakable(f"the outermost tag is {found.tag}, not speak")
    return found


def _items(element: ElementTree.Element, rate: float, fetch: Fetch) -> Iterator[Item]:
    match element.tag:
        case "break":
            yield Break(break_seconds(element))
        case "audio":
            yield _clip(element.get("src", ""), fetch)
        case "sub":
            yield from _sentences(element.get("alias", ""), rate)
        case _:
            inside = rate * _rate(element.get("rate", "")) if element.tag == "prosody" else rate
            yield from _sentences(element.text or "", inside)
            for child in element:
                yield from _items(child, inside, fetch)
                yield from _sentences(child.tail or "", inside)


def break_seconds(element: ElementTree.Element) -> float:
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


def _joined(items: Iterator[Item]) -> Iterator[Item]:
    """Puts together what only a tag divided: "hold for <say-as …>20</say-as> seconds.", and two breaks on end."""
    last: Item | None = None
    for item in items:
        both = _together(last, item) if last else None
        if last and not both:
            yield last
        last = both or item
    if last:
        yield last


def _together(first: Item, second: Item) -> Item | None:
    match first, second:
        case Sentence(text, seconds), Sentence() if not re.search(r"[.!?…]$", text):
            gap = "" if re.match(r"[.,;:!?…)]", second.text) else " "
            return Sentence(text + gap + second.text, seconds + second.seconds)
        case Break(seconds), Break():
            return Break(seconds + second.seconds)
        case _:
            return None


def _clip(url: str, fetch: Fetch) -> Clip:
    name = urlsplit(url).path.rpartition("/")[2].rpartition(".")[0] or url
    data = fetch(url)
    inside = contents(name)
    seconds = mp3_seconds(data) if data else inside.seconds if inside else UNKNOWN_CLIP_SECONDS
    return Clip(url, name, seconds)


def mp3_seconds(data: bytes) -> float:
    """How long an MP3 of Alexa's constant rate plays: its size, without any ID3 tag in front, says so."""
    size = len(data)
    if data[:3] == b"ID3" and size >= 10:
        size -= 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    return max(size, 0) * 8 / MP3_BITS_PER_SECOND


EDGE_SECONDS = 1.0
"""Before the first rep, and after the last of anything."""

_PATTERN = re.compile(r"(?:[a-z]{2,3}-)?(hold|left|reps|bed)((?:-\d+)+)(?:-(ticks|quiet))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beat:
    """What is going on from one second to another."""

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Contents:
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
        case "hold", [seconds]:
            return Contents(seconds + EDGE_SECONDS, f"hold for {seconds} seconds{ticking}", _hold(seconds))
        case "left", [seconds]:
            return Contents(seconds + EDGE_SECONDS, f"hold for the last {seconds} seconds{ticking}", _hold(seconds))
        case "bed", [seconds]:
            return Contents(seconds, f"{seconds} seconds of soft sound", (Beat("soft sound", 0.0, seconds),))
        case "reps", [lift, hold, lower, relax, count]:
            beats = tuple(_reps(lift, hold, lower, relax, count))
            words = f"{count} reps, each {lift} s up, {hold} s held, {lower} s down"
            return Contents(beats[-1].end + EDGE_SECONDS, words, beats)
        case _:
            return None


def _hold(seconds: int) -> tuple[Beat, ...]:
    return (Beat("hold", 0.0, seconds),)


def _reps(lift: int, hold: int, lower: int, relax: int, count: int) -> Iterator[Beat]:
    at = EDGE_SECONDS
    yield Beat("get ready", 0.0, at)
    for rep in range(1, count + 1):
        for label, seconds in (("lift", lift), ("hold", hold), ("lower", lower), ("relax", relax)):
            if rep < count or label != "relax":
                yield Beat(f"rep {rep} of {count}: {label}", at, at + seconds)
            at += seconds


SHORT = 4
"""A sentence of so many words or fewer, with a pause after it, may be a beat of a count."""

FEWEST_BEATS = 4
"""So many beats on end are a count."""

SHORTEST_QUIET_SECONDS = 4.0
"""A shorter pause is only breath."""

Timed = tuple[Item, float]
"""Something heard, and when it begins, in seconds from the beginning of the speech."""


class CaptionKind(StrEnum):
    """What a caption is of."""

    LINE = "line"
    COUNT = "count"
    SOUND = "sound"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Caption:
    """One thing to show.

    Attributes:
        kind: what it is of.
        text: what it says, or what it is.
        start: when it begins, in seconds from the beginning of the speech.
        end: when it is over.
        beats: what goes on inside it, in order, in seconds of the speech; none for a line.
    """

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
        """Nothing is being said."""
        self._coming: list[Caption] = []

    def begin(self, speech: Playback) -> None:
        """Something is being said now; what was said before is forgotten."""
        self._coming = list(captions(speech))

    def due(self, at: float) -> list[Caption]:
        """What became due up to this second of the speech."""
        due = [one for one in self._coming if (one.end if one.kind is CaptionKind.COUNT else one.start) <= at]
        self._coming = self._coming[len(due) :]
        return due

    def cut(self, at: float) -> list[Caption]:
        """What became due when the speech breaks off: of a count, the beats that were begun."""
        due = self.due(at)
        begun = [one for one in self._coming if one.start <= at]
        self._coming = []
        texts = (" … ".join(beat.label for beat in one.beats if beat.start <= at) for one in begun)
        return due + [replace(one, text=text, end=at) for one, text in zip(begun, texts, strict=True)]


def captions(speech: Playback) -> tuple[Caption, ...]:
    """All that a speech has to show, in order."""
    return tuple(_captions(tuple(zip(speech.items, speech.starts, strict=True))))


def _captions(timed: Sequence[Timed]) -> Iterator[Caption]:
    at = 0
    while at < len(timed):
        beats = _count_from(timed, at)
        if beats:
            yield _count(timed[at : at + beats])
        else:
            yield from _single(*timed[at])
        at += beats or 1


def _count_from(timed: Sequence[Timed], at: int) -> int:
    """How many items from here on are one count: short sentences, each with a pause after it. 0 where none starts."""
    end = at
    while end + 1 < len(timed) and _is_beat(timed[end][0]) and isinstance(timed[end + 1][0], Break):
        end += 2
    return end - at if end - at >= 2 * FEWEST_BEATS else 0


def _is_beat(item: Item) -> bool:
    return isinstance(item, Sentence) and len(item.text.split()) <= SHORT


def _count(timed: Sequence[Timed]) -> Caption:
    said = [(item.text.rstrip(".,"), start) for item, start in timed if isinstance(item, Sentence)]
    last, last_start = timed[-1]
    end = last_start + last.seconds
    ends = [start for _, start in said[1:]] + [end]
    beats = tuple(Beat(text, start, until) for (text, start), until in zip(said, ends, strict=True))
    return Caption(CaptionKind.COUNT, " … ".join(text for text, _ in said), timed[0][1], end, beats)


def _single(item: Item, start: float) -> Iterator[Caption]:
    end = start + item.seconds
    match item:
        case Sentence(text):
            yield Caption(CaptionKind.LINE, text, start, end)
        case Clip():
            yield _clip_caption(item, start, end)
        case Break(seconds) if seconds >= SHORTEST_QUIET_SECONDS:
            yield Caption(CaptionKind.QUIET, "quiet", start, end, (Beat("quiet", start, end),))
        case _:
            pass


def _clip_caption(clip: Clip, start: float, end: float) -> Caption:
    inside = contents(clip.name)
    if inside is None:
        return Caption(CaptionKind.SOUND, clip.name, start, end, (Beat(clip.name, start, end),))
    beats = tuple(replace(beat, start=start + beat.start, end=start + beat.end) for beat in inside.beats)
    return Caption(CaptionKind.SOUND, inside.words, start, end, beats)
