"""Where the content lies."""

from pathlib import Path

import skill


def content_folder(given: Path | None = None) -> Path:
    """The folder to load: the one given, else the installed package's, else the repository's own."""
    package = Path(skill.__file__).parent
    installed = package / "content"
    return given or (installed if installed.is_dir() else package.parent / "content")
