"""Values of ours survive JSON, other releases and damage."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from damage import anything
from hypothesis import given
from hypothesis import strategies as st

from skill.dialogue.session import LONGEST_SAID, Person, Session
from skill.library.plain import Damaged, from_plain, to_plain, with_unknown
from skill.library.values import LARGEST, LONGEST, MOST, Bounded, Number, Text, Value, field


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(Value):
    needed: Number
    colour: Colour = Colour.BLUE


class Whole(Value):
    number: Number = 3
    text: Text = "t"
    flag: bool = True
    maybe: Number | None = None
    inner: Inner | None = None
    many: Bounded[Mapping[Text, Inner]] = field(default_factory=dict)
    row: Bounded[tuple[Number, ...]] = (1, 2)


FULL = Whole(-5, "x", False, 9, Inner(1, Colour.RED), {"a": Inner(2)}, (7, 8))


@pytest.mark.parametrize("value", [Whole(), FULL])
def test_a_value_comes_back_from_json_as_it_was(value: Whole) -> None:
    assert from_plain(Whole, json.loads(json.dumps(to_plain(value)))) == value


@pytest.mark.parametrize(
    ("damaged", "settled"),
    [
        (None, Whole()),
        ([], Whole()),
        ("text", Whole()),
        ({"number": "3"}, Whole()),
        ({"number": True}, Whole()),
        ({"number": 3.5}, Whole()),
        ({"number": float("nan")}, Whole()),
        ({"number": float("inf")}, Whole()),
        ({"number": Decimal("4")}, Whole(number=4)),
        ({"number": 4.0}, Whole(number=4)),
        ({"number": 10**30}, Whole(number=LARGEST)),
        ({"number": -(10**30)}, Whole(number=-LARGEST)),
        ({"text": 5}, Whole()),
        ({"text": "x" * (LONGEST + 1)}, Whole()),
        ({"flag": 0}, Whole()),
        ({"maybe": []}, Whole()),
        ({"inner": {"colour": "red"}}, Whole()),
        ({"inner": {"needed": 1, "colour": "green"}}, Whole(inner=Inner(1))),
        ({"inner": {"needed": 1, "colour": ["red"]}}, Whole(inner=Inner(1))),
        ({"many": {"a": {"needed": 1}, "b": 7}}, Whole(many={"a": Inner(1)})),
        ({"many": []}, Whole()),
        ({"row": [5, "six", 7]}, Whole(row=(5, 7))),
        ({"row": 5}, Whole()),
        ({"row": list(range(MOST + 1))}, Whole(row=tuple(range(MOST)))),
        ({"row": [10**30]}, Whole(row=(LARGEST,))),
        (
            {"many": {str(n): {"needed": n} for n in range(MOST + 1)}},
            Whole(many={str(n): Inner(n) for n in range(MOST)}),
        ),
        ({"many": {"x" * (LONGEST + 1): {"needed": 1}, "a": {"needed": 1}}}, Whole(many={"a": Inner(1)})),
        ({"many": {"a": {"needed": 1, "colour": "green"}}}, Whole(many={"a": Inner(1)})),
        ({"\ud800": 1, "number": 5}, Whole(number=5)),
        ({"from_the_future": 1}, Whole()),
    ],
)
def test_what_is_damaged_is_as_if_new_and_the_rest_stays(damaged: object, settled: Whole) -> None:
    assert from_plain(Whole, damaged) == settled


@given(anything, st.sampled_from(["number", "text", "flag", "maybe", "inner", "many", "row"]))
def test_no_damage_raises(damage: Any, where: str) -> None:
    assert isinstance(from_plain(Whole, damage), Whole)
    assert isinstance(from_plain(Whole, {where: damage}), Whole)


def test_a_value_that_needs_what_is_missing_is_damaged_as_a_whole() -> None:
    with pytest.raises(Damaged):
        from_plain(Inner, {})


FURTHER = {
    "new": [1, {"a": None}],
    "inner": {"needed": 7, "new": 2.5},
    "many": {"a": {"needed": 1, "new": "n"}, "gone": {"needed": 1, "new": "n"}},
    "row": [{"new": 1}],
    "maybe": {"new": 1},
}


def test_what_another_release_knows_is_taken_along_at_any_depth() -> None:
    plain = to_plain(FULL)
    taken = with_unknown(Whole, plain, FURTHER)
    assert taken.pop("new") == FURTHER["new"]
    assert taken["inner"].pop("new") == 2.5
    assert taken["many"]["a"].pop("new") == "n"
    assert taken == plain == to_plain(FULL)


@given(anything, st.sampled_from(["number", "inner", "many", "row", "unknown"]))
def test_whatever_is_taken_along_is_json_and_harms_nothing_of_ours(damage: Any, where: str) -> None:
    for before in (damage, {where: damage}, {"inner": {where: damage}}, {"many": {"a": {where: damage}}}):
        taken = with_unknown(Whole, to_plain(FULL), before)
        assert from_plain(Whole, json.loads(json.dumps(taken, allow_nan=False))) == FULL


def test_a_value_without_anything_unknown_is_itself() -> None:
    plain = to_plain(FULL)
    assert with_unknown(Whole, plain, to_plain(Whole())) is plain


@pytest.mark.parametrize("kind", [Session, Person])
def test_all_that_is_kept_is_json_and_bounded(kind: type[Value]) -> None:
    """Whoever adds a field that JSON cannot keep, or that could grow for ever, hears of it before any person does."""
    schema = msgspec.json.schema(kind)
    for part in parts_of(schema):
        match part.get("type"):
            case "string":
                assert "enum" in part or part["maxLength"] <= max(LONGEST, LONGEST_SAID), part
            case "integer":
                assert -LARGEST <= part["minimum"] <= part["maximum"] <= LARGEST, part
            case "array":
                assert part["maxItems"] <= MOST, part
            case "object":
                assert "properties" in part or part["maxProperties"] <= MOST, part
            case other:
                assert other in (None, "boolean", "null"), part


def parts_of(schema: object) -> Iterator[dict[str, Any]]:
    """All schemas inside a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str) or "$ref" in schema:
            yield schema
        for part in schema.values():
            yield from parts_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts_of(part)


def test_many_threads_may_be_the_first_to_read_a_kind() -> None:
    """Msgspec by itself ends the process there (0.22.0); so it is tried in another one."""
    tried = """
import sys
from collections.abc import Mapping
from threading import Barrier, Thread
import msgspec
from skill.library.plain import convert
sys.setswitchinterval(1e-6)
for number in range(20):
    inner = msgspec.defstruct(f"Inner{number}", [("a", int, 0)], frozen=True)
    kind = msgspec.defstruct(f"Kind{number}", [(f"f{n}", Mapping[str, inner] | None, None) for n in range(40)])
    together = Barrier(8)
    def read():
        together.wait()
        convert({f"f{n}": {"x": {"a": 1}} for n in range(40)}, kind)
    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
    assert subprocess.run([sys.executable, "-c", tried], check=False).returncode == 0
