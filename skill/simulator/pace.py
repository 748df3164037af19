"""The two ways in which time goes by in a terminal: as it does, or as fast as it can."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from skill.simulator.conversation import Conversation, Record
from skill.simulator.device import Cut, Device, Happening, State

Clock = Callable[[], datetime]
"""The time it is, with a time zone."""


class Pace(Protocol):
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


class Fast:
    """Nothing is waited for: what she says is over when the next line is said, unless that interrupts her."""

    live = False

    def __init__(self, device: Device) -> None:
        """Drive a device in virtual time."""
        self._conversation = Conversation(device)
        self.record = self._conversation.record

    def tick(self, *, typing: bool) -> tuple[Happening, ...]:
        return ()

    def say(self, line: str) -> tuple[Happening, ...]:
        return self._conversation.say(line).happened

    def wait(self, seconds: float) -> tuple[Happening, ...]:
        return self._conversation.wait(seconds).happened

    def leave(self) -> None:
        pass
