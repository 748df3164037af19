"""The content: what the files in content/ say, as typed values (models), and the reading and checking of them (load).

Only `models` is for the pure packages; everything that touches a file stays in the other modules.
"""

from pathlib import Path


def content_folder(given: Path | None = None) -> Path:
    """The folder to load: the one given, else the installed package's, else the repository's own."""
    package = Path(__file__).parent.parent
    installed = package / "content"
    return given or (installed if installed.is_dir() else package.parent / "content")
