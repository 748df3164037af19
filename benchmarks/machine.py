"""Where and when figures were taken."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def told() -> str:
    """The machine, the date, and the versions that matter, in a paragraph."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("flask", "flask-ask-sdk", "ask-sdk-core"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {platform.system()} {platform.machine()}, {_processor()}, "
        f"{os.cpu_count()} cores{_load()}. Python {platform.python_version()}, {packages}; {_node()}."
    )


def _load() -> str:
    """What else goes on here: the processes that wanted to run, on the average of the last minute."""
    return f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else "unknown processor"


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        return "no Node"
    return f"Node {subprocess.run([node, '--version'], capture_output=True, text=True, check=True).stdout.strip()}"
