"""SSML -> what is heard: words, pauses and sound clips, each with its length in seconds.

The lengths are what a device would take: words at the pace of Alexa's voice, breaks as written, and clips as long as
the file says (`mp3_seconds`) or, where no file can be had, as long as its name says.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from urllib.parse import urlsplit
from xml.etree import ElementTree

from skill.simulator.clips import contents

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
class Words:
    """A sentence, or part of one."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence that the response asks for."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound file. `name` is the last part of its address without the ending."""

    url: str
    name: str
    seconds: float


Item = Words | Pause | Clip


@dataclass(frozen=True)
class Speech:
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
        return " ".join(item.text for item in self.items if isinstance(item, Words))

    def until(self, seconds: float) -> "Speech":
        """What of it had begun after so many seconds."""
        return Speech(tuple(i for i, start in zip(self.items, self.starts, strict=True) if start < seconds))


class NotSpeakable(ValueError):
    """The SSML is not well-formed, so a device says nothing at all."""


Fetch = Callable[[str], bytes | None]
"""The bytes of the file at an address, or None where it cannot be had."""


def no_sounds(_url: str) -> bytes | None:
    """A fetch for when there is nobody to ask: lengths then come from the names."""
    return None


def parse(ssml: str, fetch: Fetch = no_sounds) -> Speech:
    """What is heard of a piece of SSML.

    Raises:
        NotSpeakable: it is not well-formed XML with `speak` around it.
    """
    return Speech(tuple(_joined(_items(root(ssml), 1.0, fetch))))


def plain(text: str) -> Speech:
    """What is heard of text that is no SSML."""
    return Speech(tuple(_sentences(text, 1.0)))


def root(ssml: str) -> ElementTree.Element:
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
            yield Pause(break_seconds(element))
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


def _sentences(text: str, rate: float) -> Iterator[Words]:
    for sentence in re.split(r"(?<=[.!?…])\s+", " ".join(text.split())):
        spoken = len(re.findall(r"\w[\w'’-]*", sentence))
        if sentence:
            yield Words(sentence, spoken * 60 / WORDS_PER_MINUTE / rate)


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
        case Words(text, seconds), Words() if not re.search(r"[.!?…]$", text):
            gap = "" if re.match(r"[.,;:!?…)]", second.text) else " "
            return Words(text + gap + second.text, seconds + second.seconds)
        case Pause(seconds), Pause():
            return Pause(seconds + second.seconds)
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
