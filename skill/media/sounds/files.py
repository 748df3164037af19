"""Files that are either whole or not there."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".part"
"""What the name of a file ends in while it is being written."""

STALE_SECONDS = 3600
"""An unfinished file this old was left by a process that died."""


def write(path: Path, data: bytes) -> None:
    """Write a file so that any reader, in any process, at any time, sees either the old one or the new one.

    Raises:
        OSError: the folder cannot be written or the disk is full; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(unfinished).unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove what processes that died while writing have left in a folder. Never raises."""
    with suppress(OSError):
        for path in folder.glob(f".*{UNFINISHED}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink()
