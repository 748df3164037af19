"""The values that slots can take, and where in a sentence one of them was said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from skill.hearing.words import Words, normalise, spelled

NUMBER = "AMAZON.NUMBER"

VALUE_CUT = 80.0
"""How like a value (ratio of the letters, spaces aside) some words must be, of 100."""

FUZZY_FROM_LETTERS = 6
"""Shorter words must be exact: one letter of them changes what they are."""

EXAMPLE_NUMBER = "ten"

MOST_WORDS = 6
"""The longest value looked for, in words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said for a slot: the words, and the value of the slot's type that they stand for, if any does."""

    type: str
    words: str
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence in which some words are taken as values: each of them became one word, `{TYPE}`.

    `likeness` says how like their names the values were said, of 100.
    """

    words: Words
    values: tuple[Spoken, ...] = ()
    likeness: float = 100.0


@dataclass(frozen=True, slots=True)
class _Span:
    """The words from `start` up to, not including, `end`; `likeness` to the value's name, of 100."""

    start: int
    end: int
    value: Spoken
    likeness: float = 100.0

    def overlaps(self, other: "_Span") -> bool:
        return self.start < other.end and other.start < self.end


class Vocabulary:
    """All values of a model's slot types, by every name they have."""

    def __init__(self, types: Iterable[Mapping[str, Any]]) -> None:
        """Learn the `types` of an interaction model."""
        self._types = {kind["name"]: dict(_named_values(kind)) for kind in types}

    def readings(self, words: Words) -> Iterator[Reading]:
        """The sentence as it is, and then with one or two values in it, the longest first."""
        yield Reading(words)
        spans = [span for name in self._types for span in _best(self._found(name, words))]
        spans += [_Span(at, at + 1, Spoken(NUMBER, word)) for at, word in enumerate(words) if word.isdecimal()]
        spans.sort(key=lambda span: span.start - span.end)
        yield from (_reading(words, (span,)) for span in spans)
        pairs = (sorted(pair, key=lambda span: span.start) for pair in combinations(spans, 2))
        yield from (_reading(words, pair) for pair in pairs if not pair[0].overlaps(pair[1]))

    def unknown(self, words: Words) -> Iterator[Reading]:
        """Readings with a value that is none of ours but ends like one: pigeon stretch, knee raise."""
        for kind, values in self._types.items():
            endings = {name[-1] for name in map(normalise, (value.name or "" for value in values.values())) if name[1:]}
            for start, end in _windows(words):
                if end - start > 1 and words[end - 1] in endings:
                    value = Spoken(kind, _said(words[start:end]))
                    yield _reading(words, [_Span(start, end, value)])

    def example(self, name: str) -> str:
        """One value of a type, as one would say it."""
        first = next(iter(self._types.get(name, {}).values()), None)
        return first.words if first else EXAMPLE_NUMBER

    def _found(self, name: str, words: Words) -> Iterator[_Span]:
        from rapidfuzz import fuzz, process

        values = self._types[name]
        for start, end in _windows(words):
            said = _letters(words[start:end])
            cut = VALUE_CUT if len(said) >= FUZZY_FROM_LETTERS else 100.0
            best = process.extractOne(said, values.keys(), scorer=fuzz.ratio, score_cutoff=cut)
            if best:
                letters, likeness, _ = best
                value = Spoken(name, _said(words[start:end]), values[letters].id, values[letters].name)
                yield _Span(start, end, value, likeness)


def _named_values(kind: Mapping[str, Any]) -> Iterator[tuple[str, Spoken]]:
    for value in kind.get("values", ()):
        name = value["name"]
        meant = Spoken(kind["name"], name["value"], value.get("id"), name["value"])
        for said in (name["value"], *name.get("synonyms", ())):
            yield _letters(normalise(said)), meant


def _letters(words: Sequence[str]) -> str:
    """Run together, numbers as words: "clam shell" is "clamshell", and "figure for" is nearly "figure 4"."""
    return "".join(map(spelled, words)).replace(" ", "")


def _said(words: Sequence[str]) -> str:
    """As a device reports it: numbers inside a name are words."""
    return " ".join(map(spelled, words))


def _windows(words: Words) -> Iterator[tuple[int, int]]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
            yield start, end


def _best(spans: Iterable[_Span]) -> list[_Span]:
    """The likest of those that overlap; of equals, the longest."""
    kept: list[_Span] = []
    for span in sorted(spans, key=lambda span: (-span.likeness, span.start - span.end)):
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
    return kept


def _reading(words: Words, spans: Sequence[_Span]) -> Reading:
    masked = list(words)
    for span in reversed(spans):
        masked[span.start : span.end] = [f"{{{span.value.type}}}"]
    return Reading(tuple(masked), tuple(span.value for span in spans), min(span.likeness for span in spans))
