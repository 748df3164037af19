"""How a conversation looks in a terminal: what was said, line by line; and below it what is going on just now."""

from collections.abc import Iterable
from math import ceil
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from skill.hearing import Heard, How
from skill.simulator.device import (
    Closed,
    Cut,
    Deaf,
    Device,
    Ending,
    Happening,
    Ignored,
    Refused,
    Shows,
    State,
    Understood,
)
from skill.simulator.keys import Begun
from skill.simulator.playback import Caption, CaptionKind, captions

MARGIN = 7
"""Columns on the left that say who speaks."""

CARD_CHARACTERS = 60


def said(console: Console, line: str) -> None:
    """What the person said."""
    _row(console, "you", line, "bold cyan")


def told(console: Console, caption: Caption, *, first: bool) -> None:
    """One caption of what she says; `first` when she begins with it."""
    coach = "coach" if first else ""
    match caption.kind:
        case CaptionKind.LINE:
            _row(console, coach, caption.text, "default")
        case CaptionKind.COUNT:
            _row(console, coach, f"{caption.text} ({caption.end - caption.start:.0f} s)", "green")
        case CaptionKind.SOUND:
            _row(console, "", f"♪ {caption.text} ({caption.end - caption.start:.0f} s)", "green")
        case CaptionKind.QUIET:
            _row(console, "", f"… {caption.end - caption.start:.0f} s of quiet", "dim")


def happened(console: Console, one: Happening) -> None:
    """What happened beside the speaking."""
    match one:
        case Understood(heard):
            _row(console, "", f"→ {understood(heard)}", "dim")
        case Ignored(why):
            _row(console, "", _HINTS.get(why, why), "yellow")
        case Cut(after):
            _row(console, "", f"— interrupted after {after:.0f} s", "dim")
        case Shows(title, text):
            _row(console, "", f"card in the app: {title}: {_shortened(text)}", "dim")
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


def hint(console: Console, text: str) -> None:
    """Something about the terminal itself."""
    _row(console, "", text, "yellow")


def table(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    """Two columns."""
    for left, right in rows:
        console.print(Text.assemble((f"{left:<26}", "dim"), right))


def understood(heard: Heard) -> str:
    """What a sentence was taken for, with its slots and how sure that is."""
    slots = "".join(f" {name}={value.id or value.words}" for name, value in heard.slots.items())
    how = f"like a sample, {heard.score:.0f} of 100" if heard.how is How.LIKE else heard.how
    return f"{heard.intent}{slots} ({how})"


def footer(device: Device, suggested: Iterable[str], begun: Begun, width: int) -> Text:
    """What is going on now, what one could say, and what was typed so far; each in one line."""
    text, cursor = begun
    before = text[max(0, cursor - width + 4) : cursor]
    prompt = Text.assemble(("› ", "bold cyan"), before, ("▏", "cyan"), text[cursor:])
    lines = (_progress(device, width), _status(device), _suggested(suggested, width), prompt)
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


def _suggested(suggested: Iterable[str], width: int) -> Text:
    """As many as fit, whole."""
    line = "try:"
    for one in suggested:
        more = f"{line}{' ·' if line != 'try:' else ''} {one}"
        line = more if len(more) < width else line
    return Text(line, style="dim")


def _row(console: Console, who: str, text: str, style: str) -> None:
    """One paragraph with a hanging indent."""
    lines = wrap(text, max(console.width - MARGIN, 20)) or [""]
    indented = f"\n{' ' * MARGIN}".join(lines)
    console.print(Text.assemble((f"{who:<{MARGIN}}", "dim"), (indented, style)))


def _shortened(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= CARD_CHARACTERS else one_line[: CARD_CHARACTERS - 1] + "…"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
