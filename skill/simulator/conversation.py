"""A whole conversation: what a person says, line by line, and all that is heard; it as a text; and what one could say.

Time goes by in it in one of two ways: as it does, or as fast as it can.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from skill.hearing import EXIT, FALLBACK, LAUNCH, Ear, How
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
)
from skill.simulator.playback import CaptionKind, captions

BARGE_IN_SECONDS = 8.0
"""How long she has spoken when a line that begins with the wake word interrupts her; at most half of what she says."""

WAIT = "/wait"
"""A line that begins with this lets seconds pass: "/wait 20"."""

MOST_SECONDS = 24 * 3600
"""The longest wait."""


@dataclass
class Exchange:
    """Something said, or "" where only time was `waited`; and all that happened until the next thing was said."""

    said: str = ""
    waited: float = 0.0
    happened: tuple[Happening, ...] = ()

    @property
    def heard(self) -> str:
        """All words that were begun to be spoken, reprompts too."""
        return " ".join(one.speech.text for one in self.happened if isinstance(one, Speaks)).strip()

    @property
    def closed(self) -> Ending | None:
        """Why the session ended, where it did."""
        return next((one.why for one in self.happened if isinstance(one, Closed)), None)

    @property
    def refused(self) -> tuple[str, ...]:
        """What the device could not use in a response."""
        return tuple(problem for one in self.happened if isinstance(one, Refused) for problem in one.problems)


Clock = Callable[[], datetime]
"""The time it is, with a time zone."""


class Driver:
    """Drives a device, whatever it is doing, and writes down the exchanges. Each step gives what came of it."""

    live: bool
    """Whether time goes by between two lines."""

    def __init__(self, device: Device) -> None:
        self.exchanges: list[Exchange] = []
        self._device = device

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        """Time went by since the last tick; `typing` when somebody is in the middle of a line."""
        return ()

    def say(self, line: str) -> tuple[Happening, ...]:
        """Something is said."""
        raise NotImplementedError

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        """So many seconds go by at once."""
        raise NotImplementedError

    def leave(self) -> None:
        """The person has gone. The device is not told: it is as if its plug were pulled."""

    def _passed(self, happened: tuple[Happening, ...]) -> tuple[Happening, ...]:
        if self.exchanges:
            self.exchanges[-1].happened += happened
        return happened


class RealTime(Driver):
    """Time goes by as it does. A line typed into her speech is taken as said with the wake word."""

    live = True

    def __init__(self, device: Device, clock: Clock) -> None:
        super().__init__(device)
        self._clock = clock
        self._ahead = device.now - clock()

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        now = self._clock() + self._ahead
        return self._passed(self._device.keep_listening(now) if typing else self._device.pass_to(now))

    def say(self, line: str) -> tuple[Happening, ...]:
        self.exchanges.append(Exchange(line))
        happened = self._device.hear(line, woken=self._device.state is State.SPEAKING)
        happened += self._device.start_speaking()
        # What asking and answering take on a device is added to its clock, so that nobody has to wait for it here.
        self._ahead = self._device.now - self._clock()
        return self._passed(happened)

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        self.exchanges.append(Exchange(waited=seconds))
        self._ahead += timedelta(seconds=seconds)
        return self.tick(typing=False)

    def leave(self) -> None:
        if self._device.state is State.SPEAKING:
            self._passed((Cut(self._device.position),))


class VirtualTime(Driver):
    """Nothing is waited for: what she says is over when the next line is said, unless that interrupts her.

    A line interrupts her where it comes after a wait, or begins with the wake word.
    """

    live = False
    _placed = False

    def say(self, line: str) -> tuple[Happening, ...]:
        device = self._device
        if device.state is State.SPEAKING and not self._placed:
            left = device.speech.seconds - device.position
            woken = device.ear.hear(line).woken
            self._passed(device.pass_over(min(BARGE_IN_SECONDS, left / 2)) if woken else device.finish_speaking())
        self.exchanges.append(Exchange(line))
        self._passed(device.hear(line, woken=self._placed))
        if device.parting:
            self._passed(device.finish_speaking())
        self._placed = False
        return self.exchanges[-1].happened

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        self.exchanges.append(Exchange(waited=seconds))
        self._placed = True
        return self._passed(self._device.pass_over(seconds))


def wait_seconds(line: str) -> float:
    """The seconds of a line like "/wait 20" or "/wait 20s"; ValueError where there is no number."""
    seconds = float(line.removeprefix(WAIT).strip().removesuffix("s"))
    if not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"seconds from 0 to {MOST_SECONDS}, please")
    return seconds


def converse(device: Device, lines: Iterable[str]) -> tuple[Exchange, ...]:
    """Says all lines to a device, one after the other: each something to say, or "/wait 20".

    Raises:
        ValueError: there is no number of seconds after "/wait".
    """
    pace = VirtualTime(device)
    for line in lines:
        if line.split(maxsplit=1)[:1] == [WAIT]:
            pace.wait(wait_seconds(line))
        else:
            pace.say(line)
    return tuple(pace.exchanges)


def transcript(exchanges: Sequence[Exchange]) -> str:
    """A conversation as Markdown, as it was heard: what was interrupted breaks off."""
    flat = [entry for exchange in exchanges for entry in (exchange, *exchange.happened)]
    speaks = [one for one in flat if isinstance(one, Cut | Speaks)]
    cut_after = {id(one): after.after for one, after in pairwise(speaks) if isinstance(after, Cut)}
    told = (_paragraph(one, cut_after.get(id(one))) for one in flat)
    return "\n\n".join(filter(None, told)) + "\n"


def _paragraph(entry: Exchange | Happening, cut_after: float | None) -> str:
    match entry:
        case Exchange(said) if said:
            return f"**You:** {said}"
        case Exchange(waited=seconds):
            return f"*({seconds:g} seconds pass)*"
        case Speaks(speech):
            heard = captions(speech if cut_after is None else speech.until(cut_after))
            told = (one.text if one.kind is CaptionKind.LINE else f"*({one.text})*" for one in heard)
            return f"**Coach:** {' '.join(told)}{'' if cut_after is None else ' —'}"
        case Ignored(why):
            return f"*({why})*"
        case Refused(problems):
            return f"*(the device refuses this response: {'; '.join(problems)})*"
        case Shows(title):
            return f"*(a card in the app: {title})*"
        case Closed(why):
            return f"*(the session is over: {why})*"
        case _:
            return ""


LONGEST_OFFER = 4
"""An offer like "say skip this one" has no more words than this."""

USEFUL = {
    State.SPEAKING: (
        *("AMAZON.PauseIntent", "HowLongLeftIntent", "ItHurtsIntent", "AMAZON.NextIntent", "WhereToFeelIntent"),
        *("MoreSecondsIntent", "AmIDoingItRightIntent", "SkipExerciseIntent", "SlowerIntent", "WhereAmIIntent"),
    ),
    State.LISTENING: (
        *("ReadyIntent", "AMAZON.HelpIntent", "ExplainIntent", "AMAZON.RepeatIntent", "StartRoutineIntent"),
        *("WhatsNextIntent", "EasierIntent", "AMAZON.PreviousIntent", "WhyIntent", "AMAZON.StopIntent"),
    ),
}
"""Intents worth knowing of, by what the device is doing."""


def suggestions(device: Device, turn: int, number: int = 7) -> tuple[str, ...]:
    """Sentences that lead somewhere now: what she offers, and then others, which come round as `turn` counts up."""
    ear = device.ear
    if device.state is State.CLOSED:
        return (f"open {ear.invocation}", f"ask {ear.invocation} to {_first(ear, 'StartRoutineIntent')}")
    useful = USEFUL[device.state]
    begin = turn % len(useful)
    told = (_first(ear, intent) for intent in (*useful[begin:], *useful[:begin]) if intent in ear.slots)
    return tuple(dict.fromkeys((*offers(ear, device.speech.text), *told)))[:number]


def offers(ear: Ear, told: str) -> Iterator[str]:
    """What she tells people to say: "Say ready when you're set, or ask, what's next?" offers two things."""
    for offer in re.findall(r"\b(?:say|ask),? ([^.!?…]+)", told, flags=re.IGNORECASE):
        for part in re.split(r"[,;:]|\bor\b", offer):
            words = re.findall(r"[\w'’-]+", part.lower())[:LONGEST_OFFER]
            heads = (" ".join(words[:length]) for length in range(len(words), 0, -1))
            said = next((head for head in heads if ear.hear(head).how is How.EXACT), None)
            if said:
                yield said


def _first(ear: Ear, intent: str) -> str:
    """An intent's first sample, with a value of each of its slots filled in."""
    said = next(iter(ear.says(intent)), "start")
    return re.sub(r"\{(\w+)\}", lambda slot: ear.example(ear.slots[intent][slot[1]]), said)


def everything(ear: Ear) -> Iterator[tuple[str, str]]:
    """Every intent that can be said, and one way to say it."""
    for intent in ear.slots:
        if intent not in (FALLBACK, LAUNCH, EXIT, "AMAZON.NavigateHomeIntent"):
            yield intent, _first(ear, intent)
