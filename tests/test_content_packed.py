"""The snapshot of the content: what an installed skill says is what the files say, and never what they said once."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from skill.library import content_folder
from skill.library.faults import ContentFaults
from skill.web import content

ROOT = Path(__file__).parent.parent

LOOK = """
import sys
from skill.web import content
libraries, sounds = content.content()
print(len(libraries), len(sounds), next(iter(libraries.values())).title)
print([name for name in ("pydantic", "yaml", "skill.library.load") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as it is made from here, unpacked where nothing else is."""
    folder = tmp_path_factory.mktemp("wheel")
    made = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(made, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def look(where: Path) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-P", "-c", LOOK],
        env={"PYTHONPATH": str(where)},
        cwd=where,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return told.stdout.splitlines()


def test_a_wheel_holds_all_that_the_files_say(installed: Path) -> None:
    made_from, (libraries, sounds) = content.unpack((installed / "skill" / content.SNAPSHOT.name).read_bytes())
    read, names = content.read(content_folder())
    assert (dict(libraries), sounds) == (dict(read), names)
    assert list(libraries) == list(read)
    assert made_from == content.digest(content_folder())
    assert libraries["en-GB"].exercises is libraries["en-US"].exercises


def test_an_installed_skill_starts_without_what_reads_content(installed: Path) -> None:
    assert look(installed)[1] == "[]"


def test_whoever_changes_the_installed_files_is_heard(installed: Path, tmp_path: Path) -> None:
    """And whoever takes them away, as the Lambda artefact does, has what was packed."""
    changed = Path(shutil.copytree(installed, tmp_path / "changed"))
    before = look(changed)
    for page in (changed / "skill" / "content").rglob("*.yaml"):
        page.write_text(page.read_text("utf-8").replace("Hip Coach", "Hip Teacher"), "utf-8")
    assert look(changed)[0] != before[0]
    shutil.rmtree(changed / "skill" / "content")
    assert look(changed) == before


def test_a_folder_that_is_named_is_always_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SNAPSHOT", tmp_path / "snapshot")
    content.SNAPSHOT.write_bytes(b"nonsense")
    named = Path(shutil.copytree(content_folder(), tmp_path / "content"))
    assert content.content(named)[1] == content.read(content_folder())[1]
    next(named.glob("exercises/*.yaml")).write_text("nothing: at all\n")
    with pytest.raises(ContentFaults):
        content.content(named)


def test_any_change_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    (folder / "en").mkdir(parents=True)
    (folder / "en" / "a.yaml").write_text("ab")
    (folder / "en" / "b.yaml").write_text("c")
    seen = {content.digest(folder)}

    def changed() -> bool:
        before = len(seen)
        seen.add(content.digest(folder))
        return len(seen) > before

    assert not changed()
    (folder / "en" / "a.yaml").write_text("a")
    (folder / "en" / "b.yaml").write_text("bc")
    assert changed()
    (folder / "en" / "a.yaml").rename(folder / "en" / "d.yaml")
    assert changed()
    (folder / "new.yaml").write_text("")
    assert changed()
    (folder / "en" / "b.yaml").unlink()
    assert changed()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("skill.__version__", "0.0.0")
        assert changed()


def test_a_working_tree_has_none() -> None:
    assert not content.SNAPSHOT.exists()
