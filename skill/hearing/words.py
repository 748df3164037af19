"""Sentences in one canonical form, and the values of slots in them.

Canonical is lower case, no punctuation, contractions written out, numbers as digits.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from skill.library.values import Value

Tokens = tuple[str, ...]

_UNDER_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _UNDER_TWENTY.split(), _FROM_TWENTY.split()
_VALUE = {word: value for value, word in enumerate(_ONES)} | dict(zip(_TENS, range(20, 100, 10), strict=True))

_DIGIT = rf"(?:{'|'.join(_ONES[:10])}|\d)"
_NUMBER = re.compile(
    rf"\b(?:(?P<digits>{_DIGIT}(?: {_DIGIT}){{2,}})|(?P<tens>{'|'.join(_TENS)}) (?P<ones>{'|'.join(_ONES[1:10])})"
    rf"|(?P<hundreds>{'|'.join(_VALUE)}) hundred|(?P<number>{'|'.join(_VALUE)}))\b"
)
"""A number in words, or one that is read out digit by digit: nine one one."""

# People type with and without the apostrophe; both are heard as the long form.
_CONTRACTIONS = (
    ("im", "i am"),
    ("cant", "cannot"),
    ("wont", "will not"),
    ("lets", "let us"),
    ("gotta", "got to"),
    ("ok", "okay"),
    ("gimme", "give me"),
    ("lemme", "let me"),
    ("wanna", "want to"),
    ("gonna", "going to"),
    (r"(i|you|we)ve", r"\1 have"),
    (r"(you|they)re", r"\1 are"),
    (r"(it|that|there|what|where|how|when|who|he|she|(?:some|every|no)thing|some(?:one|body))s", r"\1 is"),
    (r"(do|does|did|is|are|was|would|should|could|have|has)nt", r"\1 not"),
)
_LONG_FORMS = (("can not", "cannot"), ("'ll", " will"), ("i'd", "i would"), ("we're", "we are"), ("'em", "them"))


def normalise(text: str) -> Tokens:
    """The words of a sentence in canonical form; digits stand for numbers, whichever way they were written.

    "Ten more seconds, please!" and "10 more seconds please" come out alike.
    """
    plain = text.lower().replace("’", "'")
    for short, long in _LONG_FORMS:
        plain = re.sub(rf"(?<![a-z]){short}\b" if short[0] != "'" else rf"{short}\b", long, plain)
    bare = re.findall(r"[^\W_]+", plain.replace("'", ""))
    return tuple(_NUMBER.sub(_figures, " ".join(map(_long, bare))).split())


def _figures(found: re.Match[str]) -> str:
    if found["digits"]:
        return str(int("".join(str(_VALUE.get(digit, digit)) for digit in found["digits"].split())))
    if found["tens"]:
        return str(_VALUE[found["tens"]] + _VALUE[found["ones"]])
    return str(_VALUE[found["hundreds"]] * 100 if found["hundreds"] else _VALUE[found["number"]])


@lru_cache(maxsize=1024)
def _long(word: str) -> str:
    for short, long in _CONTRACTIONS:
        if found := re.fullmatch(short, word):
            return found.expand(long)
    return word


def spelled(word: str) -> str:
    """A number from 0 to 99 as words; any other word as it is."""
    if not word.isdecimal() or int(word) > 99:
        return word
    tens, ones = divmod(int(word), 10)
    if tens < 2:
        return _ONES[int(word)]
    return f"{_TENS[tens - 2]} {_ONES[ones]}" if ones else _TENS[tens - 2]


def stem(word: str) -> str:
    """A word without the endings that do not change what is meant: hurts and hurting are hurt.

    The ending -er stays, since easier and harder mean more than easy and hard.
    """
    for ending, least in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            root = word.removesuffix(ending)
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and ending in ("ing", "ed") else root
    return word


NUMBER = "AMAZON.NUMBER"

VALUE_CUT = 80.0
"""How like a value (ratio of the letters, spaces aside) some words must be, of 100."""

FUZZY_FROM_LETTERS = 6
"""Shorter words must be exact: one letter of them changes what they are."""

EXAMPLE_NUMBER = "ten"

MOST_WORDS = 6
"""The longest value looked for, in words."""


class Spoken(Value):
    """What was said for a slot: the words, and the value of the slot's type that they stand for, if any does."""

    type: str
    words: str
    id: str | None = None
    name: str | None = None


class Interpretation(Value):
    """A sentence in which some words are taken as values: each of them became one word, `{TYPE}`.

    `likeness` says how like their names the values were said, of 100.
    """

    words: Tokens
    values: tuple[Spoken, ...] = ()
    likeness: float = 100.0


class _Span(Value):
    """The words from `start` to before `end`; `likeness` to the value's name, of 100."""

    start: int
    end: int
    value: Spoken
    likeness: float = 100.0

    def overlaps(self, other: "_Span") -> bool:
        return self.start < other.end and other.start < self.end


class SlotValues:
    """All values of a model's slot types, by every name they have."""

    def __init__(self, types: Iterable[Mapping[str, Any]]) -> None:
        self._types = {kind["name"]: dict(_named_values(kind)) for kind in types}

    def readings(self, words: Tokens) -> Iterator[Interpretation]:
        """The sentence as it is, and then with one or two values in it, the longest first."""
        yield Interpretation(words)
        spans = [span for name in self._types for span in _best(self._found(name, words))]
        spans += [_Span(at, at + 1, Spoken(NUMBER, word)) for at, word in enumerate(words) if word.isdecimal()]
        spans.sort(key=lambda span: span.start - span.end)
        yield from (_reading(words, (span,)) for span in spans)
        pairs = (sorted(pair, key=lambda span: span.start) for pair in combinations(spans, 2))
        yield from (_reading(words, pair) for pair in pairs if not pair[0].overlaps(pair[1]))

    def unknown(self, words: Tokens) -> Iterator[Interpretation]:
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

    def _found(self, name: str, words: Tokens) -> Iterator[_Span]:
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
    return _said(words).replace(" ", "")


def _said(words: Sequence[str]) -> str:
    """As a device reports it: numbers inside a name are words."""
    return " ".join(map(spelled, words))


def _windows(words: Tokens) -> Iterator[tuple[int, int]]:
    return (span for span in combinations(range(len(words) + 1), 2) if span[1] - span[0] <= MOST_WORDS)


def _best(spans: Iterable[_Span]) -> list[_Span]:
    """The likest of those that overlap; of equals, the longest."""
    kept: list[_Span] = []
    for span in sorted(spans, key=lambda span: (-span.likeness, span.start - span.end)):
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
    return kept


def _reading(words: Tokens, spans: Sequence[_Span]) -> Interpretation:
    masked = list(words)
    for span in reversed(spans):
        masked[span.start : span.end] = [f"{{{span.value.type}}}"]
    return Interpretation(tuple(masked), tuple(span.value for span in spans), min(span.likeness for span in spans))
