"""What all the scripts here share: their command line, the content, and the pages that they write."""

import os
import platform
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from skill.library import content_folder
from skill.library.load import load
from skill.library.models import Library

DOCS = Path(__file__).resolve().parent.parent / "docs"


def options(told: str | None) -> ArgumentParser:
    """A command line whose help is a script's docstring."""
    return ArgumentParser(description=told, formatter_class=RawDescriptionHelpFormatter)


def english() -> Library:
    """The content as it is."""
    return load(content_folder())["en-US"]


def today(*more: str) -> str:
    """The date and the machine, with whatever else matters: "2026-11-22: Linux x86_64, 2 cores, Python 3.11.7"."""
    where = (
        f"{platform.system()} {platform.machine()}",
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
    )
    return f"{datetime.now(UTC).date()}: {', '.join((*where, *more))}"


def rows(cells: Iterable[Iterable[object]]) -> str:
    """Rows of a Markdown table."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in cells)


def clock(seconds: float) -> str:
    """Minutes and seconds: "9:05"."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def write(name: str, text: str) -> None:
    """Write a page of the documentation, and print it."""
    (DOCS / name).write_text(text, encoding="utf-8")
    print(text)
