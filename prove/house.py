"""The house, drawn from its imports: rooms, arrows, lines, and what tells whether it is chopped too small.

    python prove/house.py [REVISION]

Measures the code as it stands, and the code of a revision beside it (by default the last one before the rooms were
moved), and writes both between the marks in docs/tour.md.
"""

import ast
import io
import re
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
    small: int = 0
    twice: int = 0
    loose: int = 0
    rooms: Counter[str] = field(default_factory=Counter)
    arrows: set[tuple[str, str]] = field(default_factory=set)
    beside: dict[str, int] = field(default_factory=dict)


def measured(root: Path) -> House:
    """Count one tree."""
    house, homes = House(), defaultdict(set)
    for path in sorted((root / "skill").rglob("*.py")):
        text, inside = path.read_text(encoding="utf-8"), path.relative_to(root / "skill")
        tree = ast.parse(text)
        room = inside.parts[0] if len(inside.parts) > 1 else "the front door"
        house.modules += 1
        house.lines += text.count("\n")
        house.code += _code_lines(tree)
        house.rooms[room] += text.count("\n")
        house.loose += len(inside.parts) == 1 and path.stem not in {"__init__", "__main__"}
        house.arrows |= {(room, other) for other in _imported(tree) if other != room}
        house.functions += sum(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))
        house.small += _small(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(path)
    house.twice = sum(len(where) > 1 for where in homes.values())
    for folder in ("tests", "prove", "benchmarks"):
        house.beside[folder] = sum(path.read_text().count("\n") for path in (root / folder).glob("*.py"))
    return house


def _code_lines(tree: ast.Module) -> int:
    """Lines on which something stands that is neither comment nor docstring."""
    code, prose = set[int](), set[int]()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Constant(str())):
                prose.update(range(node.lineno, (node.end_lineno or 0) + 1))
            case ast.stmt():
                code.update((node.lineno, node.end_lineno or 0))
            case ast.expr():
                code.update(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(code - prose)


def _imported(tree: ast.Module) -> Iterator[str]:
    """The rooms from which a module takes something."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"skill.{name}" for name in names] if node.module == "skill" else [node.module]
        for name in names:
            if found := re.match(r"skill\.((?!__)\w+)(\.)?", name):
                yield found[1] if found[2] or (ROOT / "skill" / found[1]).is_dir() else "the front door"


def _small(tree: ast.Module) -> int:
    """How many small private helpers are called from one place."""
    nodes = list(ast.walk(tree))
    used = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    used.update(node.attr for node in nodes if isinstance(node, ast.Attribute))
    return sum(
        (node.end_lineno or 0) - node.lineno < SMALL and used[node.name] == 1
        for node in nodes
        if isinstance(node, ast.FunctionDef) and re.match("_(?!_)", node.name)
    )


def _at(revision: str) -> House:
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")
        return measured(Path(folder))


def _figures(house: House) -> dict[str, int]:
    """The table's rows."""
    return {
        "modules in `skill/`": house.modules,
        "lines": house.lines,
        "lines of code": house.code,
        "lines of code a module": house.code // house.modules,
        "functions per 1,000 lines of code": house.functions * 1000 // house.code,
        "loose files at the top": house.loose,
        "rooms": len(house.rooms),
        "arrows between rooms": len(house.arrows),
        f"private helpers called from one place, {SMALL} lines or fewer": house.small,
        "public names that stand in more than one module": house.twice,
        **{f"lines in `{name}/`": lines for name, lines in house.beside.items()},
    }


def page(before: House, now: House) -> str:
    """The table, and the rooms with their arrows."""
    then = _figures(before)
    rows = [f"| {name} | {then[name]:,} | {figure:,} |" for name, figure in _figures(now).items()]
    named = {room: room.replace(" ", "_") for room in now.rooms}
    rooms = [f'    {named[room]}["{room} · {lines:,}"]' for room, lines in now.rooms.items()]
    arrows = [f"    {named[one]} --> {named.get(other, other)}" for one, other in sorted(now.arrows)]
    table = ("| | before | now |", "|---|---:|---:|", *rows)
    return "\n".join((BEGIN, *table, "", "```mermaid", "flowchart TD", *rooms, *arrows, "```", END))


def main() -> None:
    """Measure both, and write the page."""
    made = page(_at(sys.argv[1] if len(sys.argv) > 1 else BEFORE), measured(ROOT))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + made + text[text.index(END) + len(END) :], encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
