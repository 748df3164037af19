"""The lines that imports may not cross, and that crossing them is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of a copy of the skill."""
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder)},
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The skill's code and its settings, to be spoilt."""
    shutil.copytree(ROOT / "skill", tmp_path / "skill", ignore=shutil.ignore_patterns("__pycache__", "*.wav"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize("line", ["import flask", "import sqlite3", "import time", "from skill.alexa import requests"])
def test_the_core_stays_pure(copy: Path, line: str) -> None:
    spoilt = copy / "skill" / "dialogue" / "progress.py"
    spoilt.write_text(spoilt.read_text() + f"\n{line}\n")
    said = lint(copy)
    assert said.returncode != 0
    assert "skill.dialogue.progress" in said.stdout


def test_no_sentence_of_hers_is_in_python() -> None:
    import yaml

    code = "\n".join(path.read_text() for path in (ROOT / "skill").rglob("*.py"))
    words = yaml.safe_load((ROOT / "content" / "en" / "phrases.yaml").read_text())
    said = [variant for entry in words.values() for variant in (entry if isinstance(entry, list) else [entry])]
    for sentence in said:
        if len(str(sentence).split()) >= 5:
            assert str(sentence) not in code, sentence
