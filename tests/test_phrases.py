"""Every phrase that the code speaks is in the registry with just its placeholders, and none is there for nothing."""

import ast
from pathlib import Path

from skill.library.phrases import PHRASES

SPEAKING = ("coaching", "dialogue", "alexa")
ROOT = Path(__file__).parent.parent / "skill"
BY_NAME = ("suggest-", "help-", "said-", "no-", "dose-", "alarm-reprompt", "over-reprompt")
"""Families whose keys are put together where they are spoken, and two that are named by their phase."""


def spoken() -> dict[str, set[frozenset[str]]]:
    """Phrase key -> the placeholders it is given, for every call that names its key."""
    found: dict[str, set[frozenset[str]]] = {}
    for package in SPEAKING:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_words(node.func) and node.args:
                    given = frozenset(keyword.arg or "**" for keyword in node.keywords)
                    for key in _keys(node.args[0]):
                        found.setdefault(key, set()).add(given)
    return found


def _is_words(function: ast.expr) -> bool:
    return getattr(function, "attr", getattr(function, "id", "")) in ("words", "says")


def _keys(argument: ast.expr) -> list[str]:
    match argument:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.IfExp(body=body, orelse=orelse):
            return _keys(body) + _keys(orelse)
        case _:
            return []


def test_every_phrase_is_given_its_placeholders() -> None:
    """A call that names its phrase gives it exactly what the registry says."""
    calls = spoken()
    assert len(calls) > 60
    for key, ways in calls.items():
        assert key in PHRASES, f"{key} is spoken but not in skill/library/phrases.py"
        assert ways == {PHRASES[key]}, f"{key} is given {ways}"


def test_no_phrase_is_there_for_nothing() -> None:
    """Each key of the registry stands somewhere in the code, or belongs to a family that does."""
    code = "".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "phrases.py")
    for key in PHRASES:
        stem = key.removesuffix("-one").removesuffix("-many")
        known = f'"{key}"' in code or f'"{stem}"' in code or key.startswith(BY_NAME)
        assert known, f"{key} is spoken nowhere"
