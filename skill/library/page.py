"""One content file as it was read: what stands at each place, on which line, and what is refused in it.

Content is YAML 1.2: `yes`, `no`, `on` and `off` are words. PyYAML reads version 1.1, where `- no` is False, so only its
parser is used (in C where that is built in); what a scalar means is decided here, by the core schema of YAML 1.2,
https://yaml.org/spec/1.2.2/#103-core-schema. Keys are always text. Whatever makes one place change another (anchors,
aliases, tags, several documents, a key given twice) is refused, because people write content in plain editors.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Generic, TypeAlias, TypeVar

import yaml

from skill.library.faults import Fault, Rule, Where, place

S = TypeVar("S")
Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Keys = dict[str, Value]

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


@dataclass(slots=True)
class Page(Generic[S]):
    """One content file.

    Attributes:
        file: its path as it is printed, from the content folder on.
        value: what it says; None when it is missing or no YAML.
        lines: the line of every place in it, counted from 1.
        leaves: the places that hold a text, a number, a truth or nothing, each with its value.
        faults: what is wrong in this file alone.
        shape: the same as typed values, or None when something is wrong with it.
    """

    file: str
    value: Value = None
    lines: dict[Where, int] = field(default_factory=dict)
    leaves: list[tuple[Where, Value]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    shape: S | None = None

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return PurePath(self.file).stem

    @property
    def whole(self) -> S:
        """The typed values of a page that is known to be without fault."""
        if self.shape is None:
            raise ValueError(f"{self.file} has faults")
        return self.shape

    @property
    def texts(self) -> tuple[tuple[Where, str], ...]:
        """Every text in the file, with its place."""
        return tuple((where, value) for where, value in self.leaves if isinstance(value, str))

    def find(self, *pattern: str | int) -> Iterator[tuple[Where, Value]]:
        """All places that a pattern of keys leads to, with what is there; `*` is every key or item."""
        return _find(self.value, pattern, ())

    def says(self, *keys: str | int) -> Value:
        """What is at a place, or None."""
        return next((value for _, value in self.find(*keys)), None)

    def keys(self, *keys: str | int) -> Keys | None:
        """The keys and values at a place, or None when there are none to speak of."""
        return value if isinstance(value := self.says(*keys), dict) else None

    def line(self, where: Where) -> int:
        """The line of a place, or of the nearest place around it that the file has."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, rule: Rule, where: Where, what: str, hint: str = "", line: int | None = None) -> Fault:
        """A fault at a place of this file, on the line of that place or on another."""
        return Fault(self.file, self.line(where) if line is None else line, place(where), what, hint, rule)


def _find(value: Value, pattern: Where, where: Where) -> Iterator[tuple[Where, Value]]:
    if not pattern:
        yield where, value
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        if pattern[0] in ("*", key):
            yield from _find(inner, pattern[1:], (*where, key))


def read(text: str, file: str = "", loader: Loader = FASTEST) -> Page[Any]:
    """The page of a text. Text that is no YAML at all gives an empty page with its fault."""
    page = Page[Any](file)
    try:
        page.value = _Reader(page, loader(text).get_event).document()
    except yaml.MarkedYAMLError as error:
        # Of a quote that is never closed, look where it was opened.
        endless = "unexpected end of stream" in (error.problem or "")
        mark = error.context_mark if endless and error.context_mark else error.problem_mark
        return _no_yaml(file, mark.line if mark else 0, error.problem or str(error))
    except yaml.reader.ReaderError as error:
        # The parser in C counts bytes, the one in Python characters.
        read = text[: error.position].encode() if error.encoding == "unicode" else text.encode()[: error.position]
        return _no_yaml(file, read.count(b"\n"), error.reason)
    return page


def _no_yaml(file: str, line: int, complaint: str) -> Page[Any]:
    found = ((what, hint) for part, what, hint in _SYNTAX if part in complaint)
    what, hint = next(found, (f"this is not YAML ({complaint})", _QUOTES))
    return Page(file, faults=[Fault(file, line + 1, "", what, hint, Rule.NOT_YAML)])


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


def _line(event: yaml.Event) -> int:
    """The line an event begins on, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Fills a page in one pass over the events of a parser."""

    def __init__(self, page: Page[Any], event: Callable[[], Any]) -> None:
        self.page = page
        self.event = event

    def document(self) -> Value:
        """The value of the first document; the others are a problem."""
        value: Value = None
        while not isinstance(event := self.event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                if self.page.lines:
                    self.refuse(event, (), "the file holds a second document", "remove the line '---'")
                    break
                value = self.node(self.event(), ())
        return value

    def node(self, event: yaml.Event, where: Where) -> Value:
        """The value that begins with an event."""
        self.page.lines.setdefault(where, _line(event))
        self.check(event, where)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(where)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(event := self.event(), yaml.SequenceEndEvent):
                items.append(self.node(event, (*where, len(items))))
            return items
        value: Value = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else None
        if isinstance(event, yaml.ScalarEvent):
            value = scalar(event.value) if event.implicit[0] else event.value
        self.page.leaves.append((where, value))
        return value

    def mapping(self, where: Where) -> dict[str, Value]:
        """The entries up to the end of a mapping. Of a key given twice the first value counts."""
        entries: dict[str, Value] = {}
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            known = len(self.page.leaves)
            key = ""
            if isinstance(event, yaml.ScalarEvent):
                key = str(event.value)
                self.check(event, where)
            else:
                self.refuse(event, where, "a key has to be a word", _QUOTES)
                self.node(event, (*where, ""))
            inside = (*where, key)
            line = _line(event)
            first = self.page.lines.setdefault(inside, line)
            value = self.node(self.event(), inside)
            if key in entries:
                what, hint = f"the key '{key}' is here twice", f"first on line {first}"
                self.page.faults.append(self.page.fault(Rule.KEY_TWICE, where, what, hint, line))
                del self.page.leaves[known:]
            entries.setdefault(key, value)
        return entries

    def check(self, event: yaml.Event, where: Where) -> None:
        """Refuses anchors, aliases and tags."""
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, where, f"*{event.anchor} is an alias", _OUT)
        elif (anchor := getattr(event, "anchor", None)) is not None:
            self.refuse(event, where, f"&{anchor} is an anchor", _OUT)
        elif getattr(event, "tag", None) is not None:
            self.refuse(event, where, "tags (!) are not used in content", _OUT)

    def refuse(self, event: yaml.Event, where: Where, what: str, hint: str) -> None:
        """Notes something that is YAML but not for content."""
        self.page.faults.append(self.page.fault(Rule.NOT_PLAIN_YAML, where, what, hint, _line(event)))
