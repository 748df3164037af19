"""What hatchling runs when it packs a wheel: the content is read and checked, and a snapshot of it goes along."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Snapshot(BuildHookInterface[Any]):
    """Adds the snapshot to what is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # it reads the files as they are
            return
        sys.path.insert(0, self.root)
        try:
            from skill.web.content import SNAPSHOT, pack
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory()
        made = Path(self._folder.name, SNAPSHOT.name)
        made.write_bytes(pack(Path(self.root, "content")))
        build_data["force_include"][str(made)] = f"skill/{SNAPSHOT.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()
