"""A virtual device in the terminal: type what you would say, read what you would hear, and watch the holds run."""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil, inf
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from skill.hearing import Ear, How
from skill.simulator.conversation import (
    WAIT,
    Clock,
    Driver,
    RealTime,
    VirtualTime,
    everything,
    suggestions,
    transcript,
    wait_seconds,
)
from skill.simulator.device import (
    Closed,
    Cut,
    Deaf,
    Device,
    Ending,
    Happening,
    Ignored,
    Listens,
    Refused,
    Shows,
    Speaks,
    State,
    Understood,
)
from skill.simulator.keys import Begun, Typed, can_edit, typed_keys, typed_lines
from skill.simulator.playback import PROGRAMS, Caption, CaptionKind, Playback, Player, Subtitles, captions, no_sounds
from skill.simulator.wire import Identity, from_app, to_app

TICK_SECONDS = 0.1

COMMANDS = (
    ("/wait 20", "let 20 seconds pass at once"),
    ("/json", "show the last request and its answer"),
    ("/help", "this, and what can be said"),
    ("/quit", "leave; so does Ctrl-D"),
)

TAKEN_AS_WOKEN = 'taken as said with the wake word: on a real device, begin with "alexa, …" while she speaks'


def talk(
    app: Any,
    model: Mapping[str, Any],
    *,
    fast: bool | None = None,
    locale: str = "en-US",
    transcript_to: Path | None = None,
    play_sounds: bool = False,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> int:
    """Talk to a skill until the person has had enough.

    Args:
        app: the skill: a Flask app in local mode, or a function that takes an envelope and gives the answer.
        model: the JSON of the interaction model.
        fast: nothing is waited for; None means: unless a person types at a terminal.
        locale: the device's language and country.
        transcript_to: where to write the conversation, as Markdown, at the end.
        play_sounds: whether sound clips are played, too, where this machine can.
        stdin: where lines come from, a terminal or anything else; None means the standard input.
        stdout: where it is shown; None means the standard output.
        clock: the time it is, with a time zone.

    Returns:
        The exit code: 0, or 1 when the device refused a response.
    """
    stdin, stdout = stdin or sys.stdin, stdout or sys.stdout
    # A plain function has no sound files.
    send, fetch = (to_app(app), from_app(app)) if hasattr(app, "test_client") else (app, no_sounds)
    at_terminal = stdin.isatty() and stdout.isatty()
    hurried = not at_terminal if fast is None else fast
    device = Device(send, Ear(model), clock(), identity=Identity(locale=locale), fetch=fetch)
    pace = VirtualTime(device) if hurried else RealTime(device, clock)
    editing = at_terminal and can_edit()
    reading = typed_keys if editing else typed_lines
    console = Console(file=stdout, highlight=False, markup=False)
    below = Live(console=console, auto_refresh=False, transient=True) if editing else None
    player = Player(fetch) if play_sounds else None
    if player and player.program is None:
        _hint(console, f"no sounds are played: none of {', '.join(one[0] for one in PROGRAMS)} is installed here")
    if at_terminal and not editing:
        _hint(console, "whole lines only, without keys: pip install 'hip-coach[talk]'")
    with suppress(KeyboardInterrupt), reading(stdin) as typed, player or nullcontext():
        _Talk(device, pace, typed, console, player, at_terminal, below).run()
    pace.leave()
    if transcript_to:
        transcript_to.write_text(transcript(pace.exchanges), encoding="utf-8")
    return int(any(exchange.refused for exchange in pace.exchanges))


@dataclass
class _Talk:
    """One sitting at the terminal: of a `person`, or of a file; `below` shows what goes on just now."""

    device: Device
    pace: Driver
    typed: Typed
    console: Console
    player: Player | None
    person: bool
    below: Live | None
    _subtitles: Subtitles = field(default_factory=Subtitles)
    _shown: Text | None = None
    _turn: int = 0
    _quit: bool = False
    _mentioned: bool = False

    def run(self) -> None:
        """Talk, until there is nothing more to say."""
        opening = f"open {self.device.ear.invocation}"
        self.console.print(f'A virtual Echo. Say "{opening}" to begin; /help helps.', style="dim")
        with self.below or nullcontext():
            while not self._quit:
                self._show(self.pace.tick(typing=bool(self.typed.begun.text)))
                self._refresh()
                # A line from a file waits until she listens; a person may type whenever they like.
                if self.pace.live and not self.person and self.device.state is State.SPEAKING:
                    time.sleep(TICK_SECONDS)
                    continue
                line = (self.typed.line(TICK_SECONDS) or "").strip()
                if line:
                    self._turn += 1
                    (self._command if line.startswith("/") else self._say)(line)
                else:
                    self._quit = self.typed.over

    def _command(self, line: str) -> None:
        _row(self.console, "you", line, "bold cyan")
        match line.split()[0]:
            case command if command == WAIT:
                try:
                    seconds = wait_seconds(line)
                except ValueError:
                    _hint(self.console, f"say how many seconds: {WAIT} 20")
                else:
                    self._show(self.pace.wait(seconds))
            case "/json":
                self.console.print_json(json.dumps(self.device.last))
            case "/help":
                for what, told in (*COMMANDS, *everything(self.device.ear)):
                    self.console.print(Text.assemble((f"{what:<26}", "dim"), told))
            case "/quit":
                self._quit = True
            case unknown:
                _hint(self.console, f"there is no command {unknown}; /help lists them")

    def _say(self, line: str) -> None:
        happened = self.pace.say(line)
        cuts = [one for one in happened if isinstance(one, Cut)]
        for cut in cuts:
            self._show_captions(self._subtitles.cut(cut.after))
        _row(self.console, "you", line, "bold cyan")
        self._show(happened)
        if cuts and not self._mentioned and not self.device.ear.hear(line).woken:
            self._mentioned = True
            _hint(self.console, TAKEN_AS_WOKEN)

    def _show(self, happened: tuple[Happening, ...]) -> None:
        for one in happened:
            if isinstance(one, Speaks | Listens | Closed):
                self._show_captions(self._subtitles.due(inf))
            if isinstance(one, Speaks):
                self._subtitles.begin(one.speech)
                if not self.pace.live:
                    self._show_captions(self._subtitles.due(inf))
            _show_happening(self.console, one)
        speaking = self.device.state is State.SPEAKING and self.pace.live
        if speaking:
            self._show_captions(self._subtitles.due(self.device.position))
        if self.player:
            self.player.follow(self.device.speech if speaking else Playback(), self.device.position)

    def _show_captions(self, due: Iterable[Caption]) -> None:
        for one in due:
            who = "coach" if one.start == 0 else ""
            seconds = f"{one.end - one.start:.0f} s"
            match one.kind:
                case CaptionKind.LINE:
                    _row(self.console, who, one.text, "default")
                case CaptionKind.COUNT:
                    _row(self.console, who, f"{one.text} ({seconds})", "green")
                case CaptionKind.SOUND:
                    _row(self.console, "", f"♪ {one.text} ({seconds})", "green")
                case CaptionKind.QUIET:
                    _row(self.console, "", f"… {seconds} of quiet", "dim")

    def _refresh(self) -> None:
        if self.below:
            suggested = suggestions(self.device, self._turn)
            now = footer(self.device, suggested, self.typed.begun, self.console.width)
            if now != self._shown:
                self._shown = now
                self.below.update(now, refresh=True)


# What is shown: what was said, line by line; and below it what is going on just now.

MARGIN = 7
"""Columns on the left that say who speaks."""

CARD_CHARACTERS = 60


def _show_happening(console: Console, one: Happening) -> None:
    """What happened beside the speaking."""
    match one:
        case Understood(heard):
            slots = "".join(f" {name}={value.id or value.words}" for name, value in heard.slots.items())
            how = f"like a sample, {heard.score:.0f} of 100" if heard.how is How.LIKE else heard.how
            _row(console, "", f"→ {heard.intent}{slots} ({how})", "dim")
        case Ignored(why):
            _row(console, "", _HINTS.get(why, why), "yellow")
        case Cut(after):
            _row(console, "", f"— interrupted after {after:.0f} s", "dim")
        case Shows(title, text):
            _row(console, "", f"card in the app: {title}: {shorten(text, CARD_CHARACTERS, placeholder=' …')}", "dim")
        case Refused(problems):
            _row(console, "", f"the device refuses this response: {'; '.join(problems)}", "bold red")
        case Closed(why):
            _row(console, "", f"closed: {_ENDINGS.get(why, why)}", "dim")
        case _:
            pass


_HINTS = {
    Deaf.CLOSED: 'nothing is open, so she does not hear this: say "open …" with the name of the skill first',
    Deaf.SPEAKING: 'not heard: while she speaks, begin with "alexa, …"',
}
_ENDINGS = {Ending.NOBODY_ANSWERED: "nobody answered, so the device ended the session"}


def _hint(console: Console, text: str) -> None:
    """Something about the terminal itself."""
    _row(console, "", text, "yellow")


def footer(device: Device, suggested: Iterable[str], begun: Begun, width: int) -> Text:
    """What is going on now, what one could say, and what was typed so far; each in one line."""
    text, cursor = begun
    before = text[max(0, cursor - width + 4) : cursor]
    prompt = Text.assemble(("› ", "bold cyan"), before, ("▏", "cyan"), text[cursor:])
    trying = "try:"
    for one in suggested:  # as many as fit, whole
        more = f"{trying}{' ·' if trying != 'try:' else ''} {one}"
        trying = more if len(more) < width else trying
    lines = (_progress(device, width), _status(device), Text(trying, style="dim"), prompt)
    for line in lines:
        line.truncate(width - 1, overflow="ellipsis")
    return Text("\n").join(lines)


def _progress(device: Device, width: int) -> Text:
    """The beat that is going on, a bar, and the seconds left of all of it."""
    at = device.position
    running = (one for one in captions(device.speech) if one.kind is not CaptionKind.LINE and one.start <= at < one.end)
    caption = next(running, None) if device.state is State.SPEAKING else None
    if caption is None:
        return Text("")
    left = caption.end - at
    label, seconds = f"{caption.beat(at).label:<20.20}", f"{ceil(left):4} s"
    room = width - MARGIN - len(label) - len(seconds) - 3
    done = round(room * (1 - left / (caption.end - caption.start)))
    bar = (("━" * done, "green"), ("─" * (room - done), "dim"))
    return Text.assemble(" " * MARGIN, (label, "bold green"), " ", *bar, seconds)


def _status(device: Device) -> Text:
    at, length = _clock(device.position), _clock(device.speech.seconds)
    match device.state:
        case State.SPEAKING:
            return Text.assemble(("● speaking ", "green"), f"{at} of {length}", ('   to interrupt: "alexa, …"', "dim"))
        case State.LISTENING:
            left = (device.until - device.now).total_seconds() if device.until else 0
            return Text.assemble(("● listening ", "blue"), (f"for {left:.0f} s", "dim"))
        case State.CLOSED:
            return Text.assemble(("○ closed", "dim"))


def _row(console: Console, who: str, text: str, style: str) -> None:
    """One paragraph with a hanging indent."""
    lines = wrap(text, max(console.width - MARGIN, 20)) or [""]
    indented = f"\n{' ' * MARGIN}".join(lines)
    console.print(Text.assemble((f"{who:<{MARGIN}}", "dim"), (indented, style)))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
