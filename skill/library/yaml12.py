"""YAML 1.2 as content needs it: `yes`, `no`, `on` and `off` are words, and every place has its line.

PyYAML reads version 1.1, where `- no` is False. Only its parser is used here (in C where that is built in);
what a scalar means is decided below, by the core schema of YAML 1.2, https://yaml.org/spec/1.2.2/#103-core-schema.
Keys are always text. Content is written by people in plain editors, so whatever makes one place change
another (anchors, aliases, tags, several documents, a key given twice) is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from skill.library.faults import Rule, Where

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

Loader = type[yaml.SafeLoader] | type[yaml.CSafeLoader]
FASTEST: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it, about ten times as fast; both say the same of our content."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS: Mapping[str, bool | None] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"), None)
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)

_QUOTES = "text that holds ': ' or begins with one of { [ & * ! | > % @ goes into quotes"
_OUT = "remove it, or put the text into quotes"
_TABS = "indent with spaces, not tabs; put text that begins with @, % or ` into quotes"
_SYNTAX = (
    ("mapping values are not allowed", "there is a ': ' where no key can be", "put the text into quotes"),
    ("cannot start any token", "nothing can begin with this character", _TABS),
    ("did not find expected", "it is unclear what is key and what is text here", _QUOTES),
    ("expected ','", "it is unclear what is key and what is text here", _QUOTES),
    ("expected <", "it is unclear what is key and what is text here", _QUOTES),
    ("unknown escape", "there is a backslash that means nothing", "use single quotes, or no backslash"),
    ("unexpected end of stream", "a quote is opened and never closed", ""),
    ("control characters are not allowed", "there is an invisible control character", "delete it"),
    ("special characters are not allowed", "there is an invisible control character", "delete it"),
)
"""What the parsers' commonest complaints mean, and the usual cure."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that this reader refuses, and where it was found."""

    rule: Rule
    line: int
    where: Where
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, the line of every place in it (counted from 1), and what is refused in it.

    `leaves` are the places that hold a text, a number, a truth or nothing, each with its value.
    """

    value: Value
    lines: Mapping[Where, int]
    leaves: Sequence[tuple[Where, Value]] = ()
    problems: Sequence[Problem] = ()

    def line(self, where: Where) -> int:
        """The line of a place, or of the nearest place around it that the file has."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read(text: str, loader: Loader = FASTEST) -> Document:
    """The document in a text. Text that is no YAML at all gives an empty document with its problem."""
    try:
        reading = _Reading(text, loader)
        value = reading.document()
    except yaml.MarkedYAMLError as error:
        return Document(None, {}, (), (_syntax_problem(_marked_line(error), error.problem or str(error)),))
    except yaml.reader.ReaderError as error:
        return Document(None, {}, (), (_syntax_problem(_unreadable_line(error, text), error.reason),))
    return Document(value, reading.lines, tuple(reading.leaves), tuple(reading.problems))


def scalar(text: str) -> Value:
    """What an unquoted scalar stands for under the core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "+-.0123456789":
        if _INT.fullmatch(text):
            return int(text, 0 if text[1:2] in ("o", "x") else 10)
        if _FLOAT.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _marked_line(error: yaml.MarkedYAMLError) -> int:
    """The line to look at: of a quote that is never closed, where it was opened."""
    endless = error.problem is not None and "unexpected end of stream" in error.problem
    mark = error.context_mark if endless and error.context_mark else error.problem_mark
    return mark.line + 1 if mark else 1


def _unreadable_line(error: yaml.reader.ReaderError, text: str) -> int:
    """The line of a character that cannot be; the parser in C counts bytes, the one in Python characters."""
    if error.encoding == "unicode":
        return text[: error.position].count("\n") + 1
    return text.encode()[: error.position].count(b"\n") + 1


def _syntax_problem(line: int, complaint: str) -> Problem:
    for part, what, hint in _SYNTAX:
        if part in complaint:
            return Problem(Rule.NOT_YAML, line, (), what, hint)
    return Problem(Rule.NOT_YAML, line, (), f"this is not YAML ({complaint})", _QUOTES)


def _line(event: Event) -> int:
    """The line an event begins on, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reading:
    """One pass over a text's parse events, gathering lines, leaves and problems on the way."""

    def __init__(self, text: str, loader: Loader) -> None:
        self.event: Callable[[], Any] = loader(text).get_event
        self.lines: dict[Where, int] = {}
        self.leaves: list[tuple[Where, Value]] = []
        self.problems: list[Problem] = []

    def document(self) -> Value:
        """The value of the first document; the others are a problem."""
        value: Value = None
        seen = False
        while not isinstance(event := self.event(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                if seen:
                    self.refuse(event, (), "the file holds a second document", "remove the line '---'")
                    break
                value = self.node(self.event(), ())
                seen = True
        return value

    def node(self, event: Event, where: Where) -> Value:
        """The value that begins with an event."""
        self.lines.setdefault(where, _line(event))
        self.check(event, where)
        if isinstance(event, MappingStartEvent):
            return self.mapping(where)
        if isinstance(event, SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(event := self.event(), SequenceEndEvent):
                items.append(self.node(event, (*where, len(items))))
            return items
        value: Value = f"*{event.anchor}" if isinstance(event, AliasEvent) else None
        if isinstance(event, ScalarEvent):
            value = scalar(event.value) if event.implicit[0] else event.value
        self.leaves.append((where, value))
        return value

    def mapping(self, where: Where) -> dict[str, Value]:
        """The entries up to the end of a mapping. Of a key given twice the first value counts."""
        entries: dict[str, Value] = {}
        while not isinstance(event := self.event(), MappingEndEvent):
            known = len(self.leaves)
            key = ""
            if isinstance(event, ScalarEvent):
                key = str(event.value)
                self.check(event, where)
            else:
                self.refuse(event, where, "a key has to be a word", _QUOTES)
                self.node(event, (*where, ""))
            inside = (*where, key)
            line = _line(event)
            first = self.lines.setdefault(inside, line)
            value = self.node(self.event(), inside)
            if key in entries:
                told = f"the key '{key}' is here twice", f"first on line {first}"
                self.problems.append(Problem(Rule.KEY_TWICE, line, where, *told))
                del self.leaves[known:]
            entries.setdefault(key, value)
        return entries

    def check(self, event: Event, where: Where) -> None:
        """Refuses anchors, aliases and tags."""
        if isinstance(event, AliasEvent):
            self.refuse(event, where, f"*{event.anchor} is an alias", _OUT)
        elif (anchor := getattr(event, "anchor", None)) is not None:
            self.refuse(event, where, f"&{anchor} is an anchor", _OUT)
        elif getattr(event, "tag", None) is not None:
            self.refuse(event, where, "tags (!) are not used in content", _OUT)

    def refuse(self, event: Event, where: Where, what: str, hint: str) -> None:
        """Notes something that is YAML but not for content."""
        self.problems.append(Problem(Rule.NOT_PLAIN_YAML, _line(event), where, what, hint))
