"""The house, drawn from its imports: rooms, arrows, lines, and what tells whether it is chopped too small.

    python prove/house.py [REVISION]

Measures the code as it stands, and the code of a revision beside it (by default the last one before the rooms were
moved), and writes both between the marks in docs/tour.md.
"""

import ast
import io
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tour.md"
BEFORE = "c4495df"
BEGIN, END = "<!-- house: made by `python prove/house.py` -->", "<!-- end of the house -->"
SMALL = 4
"""A helper of so many lines or fewer, called from one place, is one that a reader has to look up for nothing."""


@dataclass
class House:
    """What was counted in one tree."""

    modules: int = 0
    lines: int = 0
    code: int = 0
    functions: int = 0
    small: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    loose: int = 0
    rooms: dict[str, int] = field(default_factory=dict)
    arrows: Counter[tuple[str, str]] = field(default_factory=Counter)
    beside: dict[str, int] = field(default_factory=dict)


def measured(root: Path) -> House:
    """Count one tree."""
    house, homes = House(), defaultdict(set)
    for path in sorted((root / "skill").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        house.modules += 1
        house.lines += text.count("\n")
        house.code += _code_lines(tree)
        room = _room(path.relative_to(root / "skill"))
        house.rooms[room] = house.rooms.get(room, 0) + text.count("\n")
        house.loose += len(path.relative_to(root / "skill").parts) == 1 and path.stem not in {"__init__", "__main__"}
        house.arrows.update((room, other) for other in _imported(tree) if other != room)
        house.functions += sum(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))
        house.small += [f"{path.relative_to(root)}:{name}" for name in _small(tree, text)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(str(path.relative_to(root)))
    house.twice = sorted(name for name, where in homes.items() if len(where) > 1)
    for folder in ("tests", "prove", "benchmarks"):
        house.beside[folder] = sum(path.read_text().count("\n") for path in (root / folder).glob("*.py"))
    return house


def _room(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else "the front door"


def _code_lines(tree: ast.Module) -> int:
    """Lines on which something stands that is neither comment nor docstring."""
    on = {line for node in ast.walk(tree) if isinstance(node, ast.stmt) for line in (node.lineno, node.end_lineno)}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and node.end_lineno is not None:
            on.update(range(node.lineno, node.end_lineno + 1))
    prose = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return len({line for line in on if line is not None} - prose)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = node.module == "skill"
            names = [f"skill.{alias.name}" for alias in node.names] if whole else [node.module]
        for name in names:
            parts = name.split(".")
            if parts[0] == "skill" and len(parts) > 1 and not parts[1].startswith("__"):
                yield parts[1] if (ROOT / "skill" / parts[1]).is_dir() or len(parts) > 2 else "the front door"


def _small(tree: ast.Module, text: str) -> Iterator[str]:
    used = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    used.update(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_") and not node.name.startswith("__"):
            short = (node.end_lineno or 0) - node.lineno + 1 <= SMALL
            if short and used[node.name] == 1:
                yield node.name


def _at(revision: str) -> House:
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")
        return measured(Path(folder))


def page(before: House, now: House) -> str:
    """The table, and the rooms with their arrows."""

    def row(name: str, of_before: object, of_now: object) -> str:
        return f"| {name} | {of_before} | {of_now} |"

    def both(name: str, count: str) -> str:
        return row(name, *(f"{eval_of(one, count):,}" for one in (before, now)))

    def eval_of(house: House, count: str) -> int:
        value = getattr(house, count)
        return value if isinstance(value, int) else len(value)

    rows = [
        both("modules in `skill/`", "modules"),
        both("lines", "lines"),
        both("lines of code", "code"),
        row("lines of code a module", before.code // before.modules, now.code // now.modules),
        row(
            "functions per 1,000 lines of code",
            before.functions * 1000 // before.code,
            now.functions * 1000 // now.code,
        ),
        both("loose files at the top", "loose"),
        both("rooms", "rooms"),
        both("arrows between rooms", "arrows"),
        both(f"private helpers called from one place, {SMALL} lines or fewer", "small"),
        both("public names that stand in more than one module", "twice"),
        *(row(f"lines in `{name}/`", f"{before.beside[name]:,}", f"{now.beside[name]:,}") for name in now.beside),
    ]
    named = {room: room.replace(" ", "_") for room in now.rooms}
    rooms = [f'    {named[room]}["{room} · {lines:,}"]' for room, lines in now.rooms.items()]
    arrows = [f"    {named[one]} --> {named.get(other, other)}" for one, other in sorted(now.arrows)]
    table = "\n".join(("| | before | now |", "|---|---:|---:|", *rows))
    return "\n".join((BEGIN, table, "", "```mermaid", "flowchart TD", *rooms, *arrows, "```", END))


def main() -> None:
    """Measure both, and write the page."""
    before = _at(sys.argv[1] if len(sys.argv) > 1 else BEFORE)
    now = measured(ROOT)
    made = page(before, now)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + made + text[text.index(END) + len(END) :], encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
