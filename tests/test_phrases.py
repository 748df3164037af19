"""Every phrase that the code speaks is in the content with just its placeholders, and none is there for nothing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scenes import library

from skill.library.load import the_phrases

ROOT = Path(__file__).parent.parent / "skill"
BY_NAME = re.compile(r"suggest-[a-z]+|(alarm|over)-reprompt")
"""Phrases that are named by a phase, which is none of the words in the code."""


@cache
def nodes() -> tuple[ast.AST, ...]:
    """All that the code says."""
    return tuple(node for path in sorted(ROOT.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text())))


def spoken() -> Iterator[tuple[re.Pattern[str], frozenset[str]]]:
    """The keys of each call that speaks a phrase, as far as they stand there, and the placeholders that it gives."""
    for node in nodes():
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ("words", "just_say"):
            given = frozenset(keyword.arg or "**" for keyword in node.keywords)
            yield from ((keys, given) for keys in _keys(node.args[0]))


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _keys(argument: ast.expr) -> list[re.Pattern[str]]:
    match argument:
        case ast.Constant(value=str(key)):
            return [re.compile(re.escape(key))]
        case ast.IfExp(body=body, orelse=orelse):
            return _keys(body) + _keys(orelse)
        case ast.JoinedStr(values=[ast.Constant(), *_] as parts):
            said = (re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z-]*" for part in parts)
            return [re.compile("".join(said))]
        case _:
            return []


def test_every_phrase_is_given_its_placeholders() -> None:
    """Whoever names a phrase gives it just what its sentences use; whoever names a family, what one of it uses."""
    calls = list(spoken())
    assert len(calls) > 60
    for keys, given in calls:
        needed = {key: names for key, names in the_phrases().items() if keys.fullmatch(key)}
        assert needed, f"{keys.pattern} is spoken, but content/en/phrases.yaml has no such phrase"
        assert given in needed.values() or "**" in given, f"{keys.pattern} is given {given}"
    for key, names in the_phrases().items():
        ways = {given for keys, given in calls if keys.fullmatch(key)}
        assert not ways or names in ways or any("**" in given for given in ways), f"{key} is given {ways}"


def test_no_phrase_is_there_for_nothing() -> None:
    texts = {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    families = [keys for keys, _ in spoken()]
    for key in the_phrases():
        stem = key.removesuffix("-one").removesuffix("-many")
        known = {key, stem} & texts or BY_NAME.fullmatch(key) or any(keys.fullmatch(key) for keys in families)
        assert known, f"{key} is spoken nowhere"


def test_every_placeholder_is_one_that_is_given_somewhere() -> None:
    named = {node.arg for node in nodes() if isinstance(node, ast.keyword | ast.arg)}
    named |= {node.value for node in nodes() if isinstance(node, ast.Constant)}
    assert frozenset().union(*the_phrases().values()) <= named


def test_nothing_that_remains_is_called_left() -> None:
    """What remains is "to go": in "left leg on top, five reps left" the same word is a side, too."""
    for key, variants in library().phrases.items():
        for said in variants:
            assert not re.search(r"\{(?!side)[a-z]+\} left\b", said), f"{key}: {said}"
