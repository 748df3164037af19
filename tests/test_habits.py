"""What holds the project together beside its code: hooks, workflows, and that tests leave the user's data alone."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_python_that_is_promised_is_tried() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["prove"]["strategy"]["matrix"]
    listed = [line.rsplit(" ", 1)[1] for line in SETTINGS["project"]["classifiers"] if "Python :: 3." in line]
    assert matrix["python"] == listed
    assert SETTINGS["project"]["requires-python"].startswith(f">={listed[0]}")


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_workflows_are_readable(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_a_tag_without_its_section_in_the_changelog_is_refused(tmp_path: Path) -> None:
    steps = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]["release"]["steps"]
    script = next(step["run"] for step in steps if "CHANGELOG" in step.get("run", ""))
    (tmp_path / "skill").mkdir()
    (tmp_path / "skill" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [1.2.3] - 2026-11-25\n")

    def run(tag: str) -> int:
        command = ["bash", "-e", "-c", script]
        environ = os.environ | {"GITHUB_REF_NAME": tag}
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False).returncode

    assert run("v1.2.3") == 0
    assert run("v1.2.4") != 0
    (tmp_path / "skill" / "__init__.py").write_text('__version__ = "1.2.4"\n')
    assert run("v1.2.3") != 0


def test_the_tests_leave_the_users_own_data_alone() -> None:
    inside = "import os; print(*(os.environ[name] for name in ('XDG_DATA_HOME', 'XDG_CACHE_HOME', 'HIP_COACH_STORE')))"
    said = subprocess.run([sys.executable, "-c", inside], capture_output=True, text=True, check=True).stdout.split()
    home = str(Path.home())
    assert not any(place.startswith(home) for place in said[:2])
    assert said[2] == "memory:"


def test_nobody_finds_this_machine_in_the_lock_files() -> None:
    """What was locked says what and which hash, and not where it was fetched."""
    for path in ROOT.glob("requirements*.txt"):
        assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", path.read_text()), path.name
