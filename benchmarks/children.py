"""Processes that are started to be measured: how to run them, to tell them something, and to see what they use."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, AnyStr


def python_for(code: Path | None, *words: str) -> tuple[list[str], dict[str, str]]:
    """How to run Python with our code, or with another copy of it.

    Args:
        code: a folder with another copy of the project; None is this one.
        words: what Python is to run.

    Returns:
        The command and its environment.
    """
    here = Path(__file__).resolve().parent.parent
    places = [str(code.resolve())] if code else []
    paths = [*places, str(here), str(here / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # with it, each start would compile everything anew
    return [sys.executable, "-P", *words], environment


def ends(process: "subprocess.Popen[AnyStr]") -> tuple[IO[AnyStr], IO[AnyStr]]:
    """Where a process is told something, and where it says something; both must be pipes."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("its standard input and output are no pipes")
    return process.stdin, process.stdout


def ask(process: "subprocess.Popen[str]", line: str = "") -> str:
    """Tell it a line, and wait for one from it; "" when it has ended."""
    told, says = ends(process)
    told.write(f"{line}\n")
    told.flush()
    return says.readline()


def resident(process: int, line: str = "VmRSS") -> float:
    """The memory of a process in MB; of VmHWM the most it ever had, where the system tells that."""
    try:
        told = Path(f"/proc/{process}/status").read_text().splitlines()
        kilobytes = next(one.split()[1] for one in told if one.startswith(f"{line}:"))
    except OSError:
        asked = ["ps", "-o", "rss=", "-p", str(process)]
        kilobytes = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return int(kilobytes) * 1024 / 1e6
