"""What pydantic has against a value, in plain words: the rule, what is wrong, and how to mend it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from skill.library.faults import Rule, Where, meant
from skill.library.files import PATTERNS

Complaint = tuple[Rule, str, str]

_TOO_MUCH = {
    "greater_than_equal": ("{given} is too little", "at least {ge}"),
    "less_than_equal": ("{given} is too much", "at most {le}"),
}
_TOO_LONG = {
    "string_too_short": ("the text is empty", ""),
    "string_too_long": ("the text has {length} characters", "at most {max_length}"),
    "too_short": ("there are {length} in the list", "at least {min_length}"),
    "too_long": ("there are {length} in the list", "at most {max_length}"),
}
_LIST = ("{given} is not a list", "write [...], or lines that begin with '- '")
_KEYS = ("{given} is not a set of keys", "write lines like 'key: value'")
_WRONG_TYPE = {
    "string_type": ("{given} is not text", ""),
    "int_type": ("{given} is not a whole number", ""),
    "bool_type": ("{given} is neither true nor false", ""),
    "tuple_type": _LIST,
    "dict_type": _KEYS,
    "model_type": _KEYS,
}
_TABLES = ((Rule.OUT_OF_RANGE, _TOO_MUCH), (Rule.WRONG_LENGTH, _TOO_LONG), (Rule.WRONG_TYPE, _WRONG_TYPE))
"""pydantic's own names of errors, and what they mean to somebody who writes content."""

_OWN = {rule.value: rule for rule in Rule}


def complaint(error: ErrorDetails, where: Where) -> Complaint:
    """The complaint about the value at a place. Unknown and missing keys are not handled here."""
    kind, given, limits = error["type"], error["input"], error.get("ctx", {})
    for rule, table in _TABLES:
        if kind in table:
            return _from_table(rule, kind, given, limits)
    match kind:
        case "enum":
            choices = re.findall(r"'([^']*)'", str(limits["expected"]))
            return Rule.WRONG_VALUE, f"unknown {where[-1]} {_shown(given)}", meant(str(given), choices)
        case "string_pattern_mismatch":
            noun, hint = PATTERNS[str(limits["pattern"])]
            return Rule.WRONG_VALUE, f"{_shown(given)} is not {noun}", hint
        case _:
            return _OWN.get(kind, Rule.WRONG_VALUE), error["msg"], str(limits.get("hint", ""))


def _from_table(rule: Rule, kind: str, given: Any, limits: Mapping[str, Any]) -> Complaint:
    if isinstance(given, list) and not given:
        return rule, "the list is empty", ""
    length = len(given) if isinstance(given, str | list) else 0
    what, hint = dict(_TABLES)[rule][kind]
    told = hint.format(**limits) or _quotes(kind, given)
    return rule, what.format(given=_shown(given), length=length), told


def _quotes(kind: str, given: object) -> str:
    """The commonest cause of a wrong type: quotes that are missing, or too many."""
    match kind, given:
        case "string_type", dict():
            return "text that begins with { goes into quotes"
        case "string_type", bool() | int() | float():
            return "a name that looks like something else goes into quotes"
        case "int_type", str() if given.isdecimal():
            return "write it without quotes"
        case _:
            return ""


def _shown(value: object) -> str:
    match value:
        case str():
            return f"'{value}'"
        case bool():
            return str(value).lower()
        case list():
            return "a list"
        case dict():
            return "a set of keys"
        case _:
            return str(value)
