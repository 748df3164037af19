"""Content files as they were read: what each says, in which shape, and how to speak of a place in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from skill.library import files
from skill.library.faults import Fault, Rule, Where, place
from skill.library.yaml12 import Document, Value

S = TypeVar("S", bound=BaseModel)
Keys = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Page(Generic[S]):
    """One content file.

    Attributes:
        file: its path as it is printed, from the content folder on.
        id: its name without the ending.
        document: what it says; empty when it is missing or no YAML.
        shape: the same as typed values, or None when something is wrong with it.
    """

    file: str
    id: str
    document: Document
    shape: S | None = None

    @property
    def whole(self) -> S:
        """The typed values of a page that is known to be without fault."""
        if self.shape is None:
            raise ValueError(f"{self.file} has faults")
        return self.shape

    @property
    def readable(self) -> bool:
        """Whether the file has any keys at all."""
        return isinstance(self.document.value, dict)

    def find(self, *pattern: str | int) -> Iterator[tuple[Where, Value]]:
        """All places that a pattern of keys leads to, with what is there; `*` is every key or item."""
        return _find(self.document.value, pattern, ())

    def keys(self, *keys: str | int) -> Keys | None:
        """The keys and values at a place, or None when there are none to speak of."""
        return next((value for _, value in self.find(*keys) if isinstance(value, dict)), None)

    def says(self, *keys: str | int) -> Value:
        """What is at a place, or None."""
        return next((value for _, value in self.find(*keys)), None)

    @property
    def texts(self) -> tuple[tuple[Where, str], ...]:
        """Every text in the file, with its place."""
        return tuple((where, value) for where, value in self.document.leaves if isinstance(value, str))

    def fault(self, rule: Rule, where: Where, what: str, hint: str = "", line_of: Where | None = None) -> Fault:
        """A fault at a place of this file, on the line of that place or of another."""
        line = self.document.line(where if line_of is None else line_of)
        return Fault(self.file, line, place(where), what, hint, rule)


@dataclass(frozen=True, slots=True)
class LanguagePages:
    """The files of one language."""

    language: str
    folder: str
    exercises: Mapping[str, Page[files.ExerciseWords]]
    routines: Mapping[str, Page[files.RoutineWords]]
    names: Page[files.NamesFile]
    positions: Page[files.PositionWords]
    phrases: Page[files.PhrasesFile]
    overrides: Mapping[str, Page[files.PhrasesFile]]
    utterances: Page[files.UtterancesFile] | None


@dataclass(frozen=True, slots=True)
class ContentPages:
    """All files of a content folder."""

    folder: str
    skill: Page[files.SkillFile]
    positions: Page[files.PositionsFile]
    exercises: Mapping[str, Page[files.ExerciseFile]]
    routines: Mapping[str, Page[files.RoutineFile]]
    languages: Mapping[str, LanguagePages]


def _find(value: Value, pattern: Where, where: Where) -> Iterator[tuple[Where, Value]]:
    if not pattern:
        yield where, value
        return
    part, rest = pattern[0], pattern[1:]
    if isinstance(value, dict) and part != "*":
        if part in value:
            yield from _find(value[str(part)], rest, (*where, part))
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if part in ("*", key):
                yield from _find(inner, rest, (*where, key))
