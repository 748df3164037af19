"""A virtual device in the terminal: type what you would say, read what you would hear, and watch the holds run."""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from skill.hearing import Ear
from skill.simulator import screen
from skill.simulator.conversation import WAIT, Clock, Driver, RealTime, VirtualTime, transcript, wait_seconds
from skill.simulator.device import Closed, Cut, Device, Happening, Listens, Speaks, State
from skill.simulator.keys import Typed, can_edit, typed_keys, typed_lines
from skill.simulator.playback import Caption, Playback, Subtitles, no_sounds
from skill.simulator.player import PROGRAMS, Player
from skill.simulator.suggest import everything, suggestions
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
    identity: Identity | None = None,
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
        play_sounds: whether sound clips are played, too, where this machine can.
        transcript_to: where to write the conversation, as Markdown, at the end.
        identity: whose device it is.
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
    device = Device(send, Ear(model), clock(), identity=identity or Identity(locale=locale), fetch=fetch)
    pace: Driver = VirtualTime(device) if hurried else RealTime(device, clock)
    editing = at_terminal and can_edit()
    reading = typed_keys if editing else typed_lines
    console = Console(file=stdout, highlight=False, markup=False)
    player = Player(fetch) if play_sounds else None
    if player and player.program is None:
        screen.hint(console, f"no sounds are played: none of {', '.join(one[0] for one in PROGRAMS)} is installed here")
    if at_terminal and not editing:
        screen.hint(console, "whole lines only, without keys: pip install 'hip-coach[talk]'")
    with suppress(KeyboardInterrupt), reading(stdin) as typed, player or nullcontext():
        _Talk(device, pace, typed, console, player, person=at_terminal, footer=editing).run()
    pace.leave()
    exchanges = pace.record.exchanges
    if transcript_to:
        transcript_to.write_text(transcript(exchanges), encoding="utf-8")
    return int(any(exchange.refused for exchange in exchanges))


class _Talk:
    """One sitting at the terminal."""

    def __init__(
        self,
        device: Device,
        pace: Driver,
        typed: Typed,
        console: Console,
        player: Player | None,
        *,
        person: bool,
        footer: bool,
    ) -> None:
        self._device = device
        self._player = player
        self._speech = Playback()
        self._pace = pace
        self._typed = typed
        self._console = console
        self._person = person
        self._footer = Live(console=console, auto_refresh=False, transient=True) if footer else None
        self._shown: Text | None = None
        self._subtitles = Subtitles()
        self._turn = 0
        self._quit = False
        self._mentioned = False

    def run(self) -> None:
        """Talk, until there is nothing more to say."""
        opening = f"open {self._device.ear.invocation}"
        self._console.print(f'A virtual Echo. Say "{opening}" to begin; /help helps.', style="dim")
        with self._footer or nullcontext():
            while not (self._quit or self._is_over()):
                self._show(self._pace.tick(typing=bool(self._typed.begun.text)))
                self._refresh()
                line = self._next_line()
                if line is not None:
                    self._take(line.strip())

    def _is_over(self) -> bool:
        """Nothing more comes; without a person at the keys, what is being said is heard to its end first."""
        speaking = self._pace.live and not self._person and self._device.state is State.SPEAKING
        return self._typed.over and not speaking

    def _next_line(self) -> str | None:
        """The next line. One from a file waits until she listens; a person may type whenever they like."""
        if self._pace.live and not self._person and self._device.state is State.SPEAKING:
            time.sleep(TICK_SECONDS)
            return None
        return self._typed.line(TICK_SECONDS)

    def _take(self, line: str) -> None:
        if not line:
            return
        self._turn += 1
        if line.startswith("/"):
            screen.said(self._console, line)
            self._command(line)
        else:
            self._say(line)

    def _command(self, line: str) -> None:
        match line.split()[0]:
            case command if command == WAIT:
                self._wait(line)
            case "/json":
                self._console.print_json(json.dumps(self._device.last))
            case "/help":
                screen.table(self._console, (*COMMANDS, *everything(self._device.ear)))
            case "/quit":
                self._quit = True
            case unknown:
                screen.hint(self._console, f"there is no command {unknown}; /help lists them")

    def _wait(self, line: str) -> None:
        try:
            seconds = wait_seconds(line)
        except ValueError:
            screen.hint(self._console, f"say how many seconds: {WAIT} 20")
        else:
            self._show(self._pace.wait(seconds))

    def _show(self, happened: tuple[Happening, ...]) -> None:
        for one in happened:
            self._show_one(one)
        speaking = self._device.state is State.SPEAKING and self._pace.live
        if speaking:
            self._told(self._subtitles.due(self._device.position))
        if self._player:
            self._player.follow(self._speech if speaking else Playback(), self._device.position if speaking else 0.0)

    def _show_one(self, one: Happening) -> None:
        match one:
            case Speaks(speech):
                self._told(self._subtitles.due(inf))
                self._subtitles.begin(speech)
                self._speech = speech
                if not self._pace.live:
                    self._told(self._subtitles.due(inf))
            case Listens() | Closed():
                self._told(self._subtitles.due(inf))
                screen.happened(self._console, one)
            case _:
                screen.happened(self._console, one)

    def _told(self, due: Iterable[Caption]) -> None:
        for caption in due:
            screen.told(self._console, caption, first=caption.start == 0)

    def _say(self, line: str) -> None:
        happened = self._pace.say(line)
        cuts = [one for one in happened if isinstance(one, Cut)]
        for cut in cuts:
            self._told(self._subtitles.cut(cut.after))
        screen.said(self._console, line)
        self._show(happened)
        if cuts and not self._mentioned and not self._device.ear.hear(line).woken:
            self._mentioned = True
            screen.hint(self._console, TAKEN_AS_WOKEN)

    def _refresh(self) -> None:
        if self._footer is None:
            return
        suggested = suggestions(self._device, self._turn)
        now = screen.footer(self._device, suggested, self._typed.begun, self._console.width)
        if now != self._shown:
            self._shown = now
            self._footer.update(now, refresh=True)
