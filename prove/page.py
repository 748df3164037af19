"""What all the scripts here share: the pages that they write, and the line that says when and where."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def today(*more: str) -> str:
    """The date and the machine, with whatever else matters: "2026-11-22: Linux x86_64, 2 cores, Python 3.11.7"."""
    where = (
        f"{platform.system()} {platform.machine()}",
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
    )
    return f"{datetime.now(UTC).date()}: {', '.join((*where, *more))}"


def write(name: str, text: str) -> None:
    """Write a page of the documentation, and print it."""
    (DOCS / name).write_text(text, encoding="utf-8")
    print(text)
