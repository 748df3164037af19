"""What the README shows: a routine as it is heard, and a picture of the terminal. As a script, it writes them."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "terminal.svg"
MODEL = ROOT / "interaction_model" / "en-US.json"

TALK = tuple((ROOT / "tests" / "showcase.txt").read_text().splitlines())
"""A whole hip routine, with an explanation, a pause, a step back, a jump, and ten more seconds."""

_BLOCK = re.compile(r"(<!-- transcript: made by `make build` -->\n).*?(<!-- end -->)", re.DOTALL)


def transcript() -> str:
    """The conversation, had with the app, as Markdown; it ends with the closing words and a closed session."""
    from skill.hearing.ear import Ear
    from skill.simulator.conversation import converse
    from skill.simulator.conversation import transcript as written
    from skill.simulator.device import Device
    from skill.simulator.wire import to_app
    from skill.web import create_app
    from skill.web.settings import Settings

    app = create_app(Settings(verify=False))
    device = Device(to_app(app), Ear(json.loads(MODEL.read_text())), datetime(2026, 11, 22, 9, tzinfo=UTC))
    exchanges = converse(device, TALK)
    assert exchanges[-1].closed == "the skill ended it"
    assert not any(exchange.refused for exchange in exchanges)
    return written(exchanges)


def readme() -> str:
    """The README with the conversation as it is now."""
    block = f"<details>\n<summary>A whole hip routine, as it is heard</summary>\n\n{transcript()}\n</details>\n"
    return _BLOCK.sub(lambda found: f"{found[1]}{block}{found[2]}", README.read_text())


def picture() -> str:
    """The terminal device, talked to, as an SVG."""
    from skill.simulator.terminal import talk
    from skill.web import create_app
    from skill.web.settings import Settings

    shown = io.StringIO()
    lines = "open hip coach\nstart butterfly stretch\nready\n"
    app = create_app(Settings(verify=False))
    talk(app, json.loads(MODEL.read_text()), fast=True, stdin=io.StringIO(lines), stdout=shown)
    console = Console(record=True, width=84, file=io.StringIO())
    console.print("$ make run", style="bold")
    for line in shown.getvalue().splitlines()[:44]:
        style = "bold cyan" if line.startswith("you") else "dim" if line.startswith("       →") else ""
        console.print(Text(line.replace(" ", "\N{NO-BREAK SPACE}"), style), soft_wrap=True)
    svg = console.export_svg(title="Hip Coach", unique_id="hip-coach")
    return re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(ROOT))
    for path, text in ((README, readme()), (PICTURE, picture())):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
