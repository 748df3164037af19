"""Holds a page against the shape of its kind, and says in plain words what does not fit, and how to mend it."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from skill.library.faults import Fault, Rule, Where, closest, meant
from skill.library.files import PATTERNS
from skill.library.page import Page

S = TypeVar("S", bound=BaseModel)

_LIST = (Rule.WRONG_TYPE, "{given} is not a list", "write [...], or lines that begin with '- '")
_KEYS = (Rule.WRONG_TYPE, "{given} is not a set of keys", "write lines like 'key: value'")
_COMPLAINTS = {
    "greater_than_equal": (Rule.OUT_OF_RANGE, "{given} is too little", "at least {ge}"),
    "less_than_equal": (Rule.OUT_OF_RANGE, "{given} is too much", "at most {le}"),
    "string_too_short": (Rule.WRONG_LENGTH, "the text is empty", ""),
    "string_too_long": (Rule.WRONG_LENGTH, "the text has {length} characters", "at most {max_length}"),
    "too_short": (Rule.WRONG_LENGTH, "there are {length} in the list", "at least {min_length}"),
    "too_long": (Rule.WRONG_LENGTH, "there are {length} in the list", "at most {max_length}"),
    "string_type": (Rule.WRONG_TYPE, "{given} is not text", ""),
    "int_type": (Rule.WRONG_TYPE, "{given} is not a whole number", ""),
    "bool_type": (Rule.WRONG_TYPE, "{given} is neither true nor false", ""),
    "tuple_type": _LIST,
    "dict_type": _KEYS,
    "model_type": _KEYS,
}
"""pydantic's own names of errors, and what they mean to somebody who writes content."""


def fit(page: Page[S], model: type[S]) -> None:
    """Gives a page its values in the shape of its kind, or the faults of what does not fit.

    For a parent whose children fail pydantic reports a phantom error, so an error whose place leads to
    another's is dropped. A key that is misspelt is one fault, not an unknown and a missing one.
    """
    if page.value is None:
        page.faults.append(page.fault(Rule.NO_VALUE, (), "the file is empty"))
        return
    try:
        shape, found = model.model_validate(page.value), list[ErrorDetails]()
    except ValidationError as invalid:
        shape, found = None, invalid.errors(include_url=False)
    # pydantic puts a mark behind a key that is itself wrong
    errors = {tuple(part for part in error["loc"] if part != "[key]"): error for error in found}
    parents = {other[:end] for other in errors for end in range(len(other))}
    errors = {where: error for where, error in errors.items() if where not in parents}
    # a place without a value that is inside something wrong, or is a key that should not be, is told as that
    unknown = {where for where, error in errors.items() if error["type"] == "extra_forbidden"}
    empty = (where for where, value in page.leaves if value is None and where not in unknown)
    nothing = {where for where in empty if not any(where[:end] in errors for end in range(len(where)))}
    cure = "write one, or remove the key"
    faults = [page.fault(Rule.NO_VALUE, where, "there is no value", cure) for where in nothing]
    faults += _tell(page, model, {where: error for where, error in errors.items() if where not in nothing})
    page.shape = None if faults else shape
    page.faults += faults


def _tell(page: Page[Any], model: type[BaseModel], errors: Mapping[Where, ErrorDetails]) -> Iterator[Fault]:
    intended = set()
    for where, error in errors.items():
        if error["type"] == "extra_forbidden":
            key, known = str(where[-1]), _inside(model, where[:-1])
            intended.add((*where[:-1], closest(key, known)))
            hint = meant(key, known)
            yield page.fault(Rule.KEY_UNKNOWN, where[:-1], f"unknown key '{key}'", hint, page.line(where))
    for where, error in errors.items():
        if error["type"] == "missing" and where not in intended:
            described = _inside(model, where[:-1])[str(where[-1])].description
            yield page.fault(Rule.KEY_MISSING, where[:-1], f"missing key '{where[-1]}'", f"add it: {described}")
        elif error["type"] not in ("missing", "extra_forbidden"):
            rule, what, hint = _complaint(error, where)
            there = where  # a text that may stand for a list of one has no first item
            while there and there not in page.lines:
                there = there[:-1]
            yield page.fault(rule, there, what, hint)


def _inside(annotation: Any, where: Where) -> dict[str, FieldInfo]:
    """The keys of the shape at a place inside a value of some type."""
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is Annotated or type(None) in inner:
        return _inside(inner[0], where)
    if not where:
        fields: dict[str, FieldInfo] = annotation.model_fields
        return fields
    if inner:
        return _inside(inner[1 if kind is dict else 0], where[1:])
    return _inside(annotation.model_fields[where[0]].annotation, where[1:])


def _complaint(error: ErrorDetails, where: Where) -> tuple[Rule, str, str]:
    """The rule, what is wrong, and how to mend it."""
    kind, given, limits = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case _ if kind in _COMPLAINTS:
            rule, what, hint = _COMPLAINTS[kind]
            if given == []:
                return rule, "the list is empty", ""
            length = len(given) if isinstance(given, str | list) else 0
            return rule, what.format(given=_shown(given), length=length), hint.format(**limits) or _quotes(kind, given)
        case "enum":
            choices = re.findall(r"'([^']*)'", str(limits["expected"]))
            return Rule.WRONG_VALUE, f"unknown {where[-1]} {_shown(given)}", meant(str(given), choices)
        case "string_pattern_mismatch":
            noun, hint = PATTERNS[str(limits["pattern"])]
            return Rule.WRONG_VALUE, f"{_shown(given)} is not {noun}", hint
        case _:
            ours = kind in Rule.__members__.values()
            return Rule(kind) if ours else Rule.WRONG_VALUE, error["msg"], str(limits.get("hint", ""))


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
