"""A whole conversation: what a person says, line by line, and all that is heard; and it as a text.

Time goes by in it in one of two ways: as it does, or as fast as it can.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from skill.hearing import Heard
from skill.simulator.device import (
    Closed,
    Cut,
    Device,
    Ending,
    Happening,
    Ignored,
    Refused,
    Shows,
    Speaks,
    State,
    Understood,
)
from skill.simulator.playback import CaptionKind, Playback, captions

BARGE_IN_SECONDS = 8.0
"""How long she has spoken when a line that begins with the wake word interrupts her; at most half of what she says."""

WAIT = "/wait"
"""A line that begins with this lets seconds pass: "/wait 20"."""

MOST_SECONDS = 24 * 3600
"""The longest wait."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something said, or "" where only time passed, and everything that happened until the next thing was said.

    Attributes:
        said: the line.
        at: seconds from the beginning of the conversation.
        happened: what came of it.
        waited: how many seconds passed knowingly, where nothing was said.
    """

    said: str
    at: float
    happened: tuple[Happening, ...] = ()
    waited: float = 0.0

    @property
    def heard(self) -> str:
        """All words that were begun to be spoken, reprompts too."""
        return " ".join(one.speech.text for one in self.happened if isinstance(one, Speaks)).strip()

    @property
    def understood(self) -> Heard | None:
        """What the device took it for."""
        return next((one.heard for one in self.happened if isinstance(one, Understood)), None)

    @property
    def closed(self) -> Ending | None:
        """Why the session ended, where it did."""
        return next((one.why for one in self.happened if isinstance(one, Closed)), None)

    @property
    def refused(self) -> tuple[str, ...]:
        """What the device could not use in a response."""
        return tuple(problem for one in self.happened if isinstance(one, Refused) for problem in one.problems)


class Record:
    """The exchanges of a conversation, as they come about."""

    def __init__(self, began: datetime) -> None:
        """Begin, at a device's time."""
        self.exchanges: list[Exchange] = []
        self._began = began

    def said(self, line: str, now: datetime) -> None:
        """Something is said."""
        self.exchanges.append(Exchange(line, (now - self._began).total_seconds()))

    def waited(self, seconds: float, now: datetime) -> None:
        """So many seconds are let pass."""
        self.exchanges.append(Exchange("", (now - self._began).total_seconds(), waited=seconds))

    def passed(self, happened: tuple[Happening, ...]) -> None:
        """Time passed, and this happened meanwhile."""
        if self.exchanges and happened:
            last = self.exchanges[-1]
            self.exchanges[-1] = replace(last, happened=(*last.happened, *happened))


Clock = Callable[[], datetime]
"""The time it is, with a time zone."""


class Driver(Protocol):
    """Drives a device."""

    live: bool
    """Whether time goes by between two lines."""

    record: Record

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        """What happened since the last tick; `typing` when somebody is in the middle of a line."""

    def say(self, line: str) -> tuple[Happening, ...]:
        """Something is said, and this came of it."""

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        """So many seconds go by at once, and this happened in them."""

    def leave(self) -> None:
        """The person has gone. The device is not told: it is as if its plug were pulled."""


class RealTime:
    """Time goes by as it does. A line typed into her speech is taken as said with the wake word."""

    live = True

    def __init__(self, device: Device, clock: Clock) -> None:
        """Drive a device by a clock."""
        self.record = Record(device.now)
        self._device = device
        self._clock = clock
        self._ahead = device.now - clock()

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        now = self._clock() + self._ahead
        return self._passed(self._device.keep_listening(now) if typing else self._device.pass_to(now))

    def say(self, line: str) -> tuple[Happening, ...]:
        self.record.said(line, self._device.now)
        happened = self._device.hear(line, woken=self._device.state is State.SPEAKING)
        happened += self._device.start_speaking()
        # What asking and answering take on a device is added to its clock, so that nobody has to wait for it here.
        self._ahead = self._device.now - self._clock()
        return self._passed(happened)

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        self.record.waited(seconds, self._device.now)
        self._ahead += timedelta(seconds=seconds)
        return self.tick(typing=False)

    def leave(self) -> None:
        if self._device.state is State.SPEAKING:
            self.record.passed((Cut(self._device.position),))

    def _passed(self, happened: tuple[Happening, ...]) -> tuple[Happening, ...]:
        self.record.passed(happened)
        return happened


class VirtualTime:
    """Nothing is waited for: what she says is over when the next line is said, unless that interrupts her.

    A line interrupts her where it comes after a wait, or begins with the wake word.
    """

    live = False

    def __init__(self, device: Device) -> None:
        """Drive a device, whatever it is doing."""
        self.record = Record(device.now)
        self._device = device
        self._placed = False

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        return ()

    def say(self, line: str) -> tuple[Happening, ...]:
        self.record.passed(self._time_for(line))
        self.record.said(line, self._device.now)
        self.record.passed(self._device.hear(line, woken=self._placed))
        if self._device.parting:
            self.record.passed(self._device.finish_speaking())
        self._placed = False
        return self.record.exchanges[-1].happened

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        self.record.waited(seconds, self._device.now)
        self.record.passed(self._device.pass_over(seconds))
        self._placed = True
        return self.record.exchanges[-1].happened

    def leave(self) -> None:
        pass

    def _time_for(self, line: str) -> tuple[Happening, ...]:
        device = self._device
        if self._placed or device.state is not State.SPEAKING:
            return ()
        if device.ear.hear(line).woken:
            return device.pass_over(min(BARGE_IN_SECONDS, (device.speech.seconds - device.position) / 2))
        return device.finish_speaking()


def wait_seconds(line: str) -> float:
    """The seconds of a line like "/wait 20" or "/wait 20s".

    Raises:
        ValueError: there is no number after the command.
    """
    seconds = float(line.removeprefix(WAIT).strip().removesuffix("s"))
    if not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"seconds from 0 to {MOST_SECONDS}, please")
    return seconds


def converse(device: Device, lines: Iterable[str]) -> tuple[Exchange, ...]:
    """Says all lines to a device, one after the other.

    Args:
        device: whatever it is doing.
        lines: each something to say, or "/wait 20".

    Returns:
        One exchange a line.

    Raises:
        ValueError: there is no number of seconds after "/wait".
    """
    pace = VirtualTime(device)
    for line in lines:
        if line.split(maxsplit=1)[:1] == [WAIT]:
            pace.wait(wait_seconds(line))
        else:
            pace.say(line)
    return tuple(pace.record.exchanges)


def transcript(exchanges: Sequence[Exchange]) -> str:
    """A conversation as Markdown, as it was heard: what was interrupted breaks off."""
    flat = [entry for exchange in exchanges for entry in (exchange, *exchange.happened)]
    speaks = [one for one in flat if isinstance(one, Cut | Speaks)]
    cut_after = {id(one): after.after for one, after in pairwise(speaks) if isinstance(after, Cut)}
    return "\n\n".join(line for one in flat for line in _paragraph(one, cut_after.get(id(one)))) + "\n"


def _paragraph(entry: Exchange | Happening, cut_after: float | None) -> Iterator[str]:
    match entry:
        case Exchange(said=said) if said:
            yield f"**You:** {said}"
        case Exchange(waited=seconds):
            yield f"*({seconds:g} seconds pass)*"
        case Speaks(speech):
            yield f"**Coach:** {_told(speech, cut_after)}"
        case Ignored(why):
            yield f"*({why})*"
        case Refused(problems):
            yield f"*(the device refuses this response: {'; '.join(problems)})*"
        case Shows(title):
            yield f"*(a card in the app: {title})*"
        case Closed(why):
            yield f"*(the session is over: {why})*"
        case _:
            pass


def _told(speech: Playback, cut_after: float | None) -> str:
    heard = speech if cut_after is None else speech.until(cut_after)
    told = (one.text if one.kind is CaptionKind.LINE else f"*({one.text})*" for one in captions(heard))
    return " ".join(told) + ("" if cut_after is None else " —")
