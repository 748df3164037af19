"""What is kept from one start to the next: found again while nothing has changed, and never believed blindly."""

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from skill.library.faults import ContentFaults
from skill.library.folder import content_folder
from skill.web.assembly import assemble
from skill.web.kept import OLD, fingerprint, kept_or_made
from skill.web.settings import Settings

MODULES = frozenset({"fractions"})


class Maker:
    """Makes a value, and counts how often."""

    def __init__(self, value: object = Fraction(1, 3)) -> None:
        self.value = value
        self.times = 0

    def __call__(self) -> object:
        self.times += 1
        return self.value


@pytest.fixture
def make() -> Maker:
    return Maker()


def test_what_was_kept_is_not_made_again(tmp_path: Path, make: Maker) -> None:
    """The second start finds what the first one left."""
    first, second = (kept_or_made(tmp_path, "a", MODULES, make) for _ in range(2))
    assert first == second == Fraction(1, 3)
    assert make.times == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: b"",
        lambda kept: kept[: len(kept) // 2],
        lambda kept: b"\x80\x05\x95nonsense",
        lambda kept: pickle.dumps(subprocess.Popen),
        lambda kept: b"cos\nsystem\n(S'touch /nowhere/at/all'\ntR.",
    ],
    ids=["empty", "cut off", "nonsense", "another class", "a command"],
)
def test_what_cannot_be_read_is_made_anew(damage: Callable[[bytes], bytes], tmp_path: Path, make: Maker) -> None:
    """A damaged file costs a moment; a forged one runs nothing."""
    kept_or_made(tmp_path, "a", MODULES, make)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert kept_or_made(tmp_path, "a", MODULES, make) == Fraction(1, 3)
    assert kept_or_made(tmp_path, "a", MODULES, make) == Fraction(1, 3)
    assert make.times == 2


def test_without_a_place_everything_works(tmp_path: Path, make: Maker) -> None:
    """For a user without a home, or with a full disk: only the start takes longer."""
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "below"):
        assert kept_or_made(folder, "a", MODULES, make) == Fraction(1, 3)
    assert make.times == 2


def test_what_is_kept_does_not_pile_up(tmp_path: Path, make: Maker) -> None:
    """However often content is changed."""
    for number in range(3 * OLD):
        kept_or_made(tmp_path, f"of-{number}", MODULES, make)
    assert len(list(tmp_path.iterdir())) <= OLD + 1
    assert (tmp_path / f"of-{3 * OLD - 1}.pickle").exists()


def test_any_change_is_noticed(tmp_path: Path) -> None:
    """A byte, a name, a new file, a file that is gone; a compiled one that Python itself leaves is none."""
    folder = tmp_path / "content"
    (folder / "en").mkdir(parents=True)
    (folder / "en" / "a.yaml").write_text("ab")
    (folder / "en" / "b.yaml").write_text("c")
    seen = {fingerprint([folder])}

    def changed() -> bool:
        before = len(seen)
        seen.add(fingerprint([folder]))
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
    (folder / "load.pyc").write_text("x")
    assert not changed()


# The content


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(content_folder(), tmp_path / "content")
    return tmp_path / "content"


def title(content: Path) -> object:
    parts = assemble(Settings(verify=False, content=content))
    handler = parts.apologise.__self__  # type: ignore[attr-defined]
    return {locale: library.title for locale, library in handler._libraries.items()}


@pytest.mark.usefixtures("caches")
def test_the_content_is_the_same_kept_or_read(content: Path) -> None:
    """Whole, value for value, and all its sounds."""

    def everything() -> object:
        parts = assemble(Settings(verify=False, content=content))
        return parts.apologise.__self__._libraries, parts.sounds.names  # type: ignore[attr-defined]

    read, kept = everything(), everything()
    assert read == kept


@pytest.mark.usefixtures("caches")
def test_a_changed_sentence_is_heard_at_the_next_start(content: Path) -> None:
    """Whoever mends a word need not know that anything is kept."""
    before = title(content)
    path = next(path for path in content.rglob("*.yaml") if "Hip Coach" in path.read_text())
    path.write_text(path.read_text().replace("Hip Coach", "Hip Teacher"))
    assert title(content) != before


@pytest.mark.usefixtures("caches")
def test_content_that_becomes_wrong_is_refused_at_the_next_start(content: Path) -> None:
    """What was right yesterday is no excuse."""
    title(content)
    next(content.glob("exercises/*.yaml")).write_text("nothing: at all\n")
    with pytest.raises(ContentFaults):
        title(content)


def test_a_second_start_needs_none_of_what_reads_content(content: Path, caches: Path) -> None:
    """That is what makes it quick: on Lambda, somebody waits for it."""
    look = "import sys; from pathlib import Path; from skill.web import assembly, settings"
    look += "; assembly.assemble(settings.Settings(verify=False, content=Path(sys.argv[1])))"
    look += "; print('pydantic' in sys.modules)"
    environment = os.environ | {"XDG_CACHE_HOME": str(caches)}
    told = [
        subprocess.run(
            [sys.executable, "-c", look, str(content)], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert told == ["True", "False"]
