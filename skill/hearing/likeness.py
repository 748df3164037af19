"""How like a sample a sentence is, when it is none of them.

The letters are compared by rapidfuzz's token_set_ratio, which forgives order, repetition and added words. It also
forgives too much: a sample whose words all occur in a long sentence scores 100, whatever else was said. So words
count by how much they tell: one that few intents use tells a lot, one that many use next to nothing, and one that
was said but is in no sample at all speaks against every sample. Of samples equally like, a naive Bayes guess from
all samples of their intents decides.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from skill.hearing.built_in import FILLERS
from skill.hearing.words import Tokens, stem

PLURALS = frozenset({"legs", "arms"})
"""Words that stay as they are: one numb leg is a nerve that was sat on, two are an emergency."""

DENIALS = frozenset({"not", "cannot", "no", "never", "neither", "isnt", "without"})
"""Who says that something does not go has said one of these."""

SPEAKER = frozenset({"i", "my", "me"})
"""Who speaks of himself has said one of these: "I fell over", and not "the chair fell over"."""

DENYING = frozenset({"not", "no", "never"})
DENIED_WORDS = 3
"""Of these, each denies the words that come after it, so many: "I do not feel dizzy"."""

CLAUSES = frozenset({"i", "my", "and", "but", "so", "call", "get", "help", "please"})
"""With one of these a new thing is said, which nobody denied: "I'm not joking, call an ambulance"."""

OWN_DENIED = 60.0
"""How much a word must belong to grave intents alone, of 100, for them not to be meant where it is denied."""

SAMPLE_CUT = 60.0
"""How like a sample (token_set_ratio) a sentence must be to be compared with it at all, of 100."""

LETTERS_SHARE = 0.2
"""How much the letters count; the rest is what the words tell."""

STRANGE = 1.6
"""How much a word tells that is in no sample, beside the most telling word that is."""

FILLER_WEIGHT = 0.3
"""The most that a word of politeness tells; the most telling words have about 4."""

VALUE_WEIGHT = 1.0
"""The most that a slot's value tells: an exercise that is named says little about what is wanted of it."""

MISTYPED_CUT = 85.0
"""How like a word of the samples (ratio of the letters) a word must be to be taken for it, mistyped, of 100."""

MISTYPED_FROM_LETTERS = 5
"""Shorter words are taken as they are."""

GUESS_POINTS = 10.0
"""How many of 100 points the guess from all samples of an intent is worth."""

SMOOTHING = 0.1
"""Added to every count of a word, so that an intent that never used it is unlikely and not impossible."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to say an intent: its words, where a slot is a word like `{TYPE}`."""

    intent: str
    words: Tokens


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sample that a sentence is like.

    Attributes:
        sample: the sample.
        likeness: how like it, of 100.
        points: to rank it by.
        said: how much of what the sample tells was said, whatever was said besides, of 100.
        own: how much the most telling word in common belongs to such intents alone, of 100.
        likely: how probable the guess from all samples holds it that one of such intents is meant, of 100.
        elsewhere: the sample is about who speaks, and the sentence is about nobody who speaks.
        denied: the sample denies something and the sentence does not, or the sentence denies what the sample says.
    """

    sample: Sample
    likeness: float
    points: float
    said: float
    own: float
    likely: float
    elsewhere: bool
    denied: bool


class Likeness:
    """Compares sentences with the samples of a model."""

    def __init__(self, samples: Sequence[Sample], grave: Sequence[str] = ()) -> None:
        """Weigh the words of all samples.

        Args:
            samples: every way to say every intent.
            grave: the intents whose own words are to be known: how much a word belongs to them and to no others.
        """
        self._samples = samples
        self._grave = tuple(grave)
        self._texts = [" ".join(sample.words) for sample in samples]
        self._stems = [_stems(sample.words) for sample in samples]
        self._guess = _Guess(samples)
        uses = {(word, one.intent) for one, stems in zip(samples, self._stems, strict=True) for word in stems}
        intents = len({sample.intent for sample in samples})
        spread = Counter(word for word, _ in uses)
        self._weights = {word: math.log(1 + intents / count) for word, count in spread.items()}
        self._strange = STRANGE * math.log(1 + intents)
        everywhere = Counter(
            word
            for one, stems in zip(samples, self._stems, strict=True)
            for word in set(stems).difference(() if one.intent in grave else _refused(one.words))
        )
        there = Counter(
            word for one, stems in zip(samples, self._stems, strict=True) if one.intent in grave for word in stems
        )
        self._own = {word: 100 * there[word] / max(1, everywhere[word]) for word in self._weights}

    def candidates(self, words: Tokens) -> Iterator[Candidate]:
        """The samples that a sentence might be like, in no order."""
        from rapidfuzz import fuzz, process

        words = tuple(map(self._meant, words))
        said, refused = _stems(words), frozenset(_refused(words))
        guess = self._guess.of(words)
        likely = 100 * sum(guess.get(intent, 0.0) for intent in self._grave)
        found = process.extract(
            " ".join(words), self._texts, scorer=fuzz.token_set_ratio, score_cutoff=SAMPLE_CUT, limit=None
        )
        for _, letters, at in found:
            likeness = LETTERS_SHARE * letters + (1 - LETTERS_SHARE) * 100 * self._shared(said, self._stems[at])
            sample = self._samples[at]
            points = likeness + GUESS_POINTS * guess[sample.intent]
            stems = self._stems[at]
            common = [word for word in stems if word in said]
            own = max((self._own[word] for word in common if word not in FILLERS), default=0.0)
            elsewhere = bool(SPEAKER.intersection(stems)) and not SPEAKER.intersection(said)
            if DENIALS.intersection(stems):
                denied = not DENIALS.intersection(said)
            else:
                denied = any(self._own[word] >= OWN_DENIED for word in common if word in refused)
            yield Candidate(sample, likeness, points, self._told(common, stems), own, likely, elsewhere, denied)

    def _meant(self, word: str) -> str:
        """The word itself, or the one of the samples that it is a slip of the fingers for."""
        from rapidfuzz import fuzz, process

        if stem(word) in self._weights or len(word) < MISTYPED_FROM_LETTERS or word.startswith("{"):
            return word
        meant = process.extractOne(stem(word), self._weights.keys(), scorer=fuzz.ratio, score_cutoff=MISTYPED_CUT)
        return meant[0] if meant else word

    def _shared(self, said: Tokens, sample: Tokens) -> float:
        """What two sentences have in common, of what both of them tell: 0 to 1."""
        common = sum(2 * self._weight(word) for word in said if word in sample)
        return common / (sum(map(self._weight, said)) + sum(map(self._weight, sample)) or 1)

    def _told(self, common: Iterable[str], sample: Tokens) -> float:
        """How much of what a sample tells is told by the words in common, of 100."""
        return 100 * sum(map(self._weight, common)) / (sum(map(self._weight, sample)) or 1)

    def _weight(self, word: str) -> float:
        weight = self._weights.get(word, self._strange)
        if word.startswith("{"):
            return min(weight, VALUE_WEIGHT)
        return min(weight, FILLER_WEIGHT) if word in FILLERS else weight


class _Guess:
    """Naive Bayes on words and pairs of words: which intent uses such words?"""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        for sample in samples:
            self._counts[sample.intent].update(_features(sample.words))
        self._known = {feature for counts in self._counts.values() for feature in counts}
        self._totals = {intent: counts.total() for intent, counts in self._counts.items()}

    def of(self, words: Tokens) -> dict[str, float]:
        """How probable each intent is."""
        features = _features(words) & self._known
        logs = {}
        for intent, counts in self._counts.items():
            whole = self._totals[intent] + SMOOTHING * len(self._known)
            logs[intent] = sum(math.log((counts[feature] + SMOOTHING) / whole) for feature in features)
        most = max(logs.values())
        chances = {intent: math.exp(log - most) for intent, log in logs.items()}
        return {intent: chance / sum(chances.values()) for intent, chance in chances.items()}


def _stems(words: Tokens) -> Tokens:
    return tuple(dict.fromkeys(word if word in PLURALS else stem(word) for word in words))


def _refused(words: Tokens) -> Iterator[str]:
    """The words that are said not to be so."""
    for at, word in enumerate(words):
        if word in DENYING:
            after = words[at + 1 : at + 1 + DENIED_WORDS]
            yield from _stems(tuple(takewhile(lambda word: word not in CLAUSES, after)))


def _features(words: Tokens) -> set[str]:
    stems = ["^", *map(stem, words), "$"]
    return {*stems[1:-1], *(f"{first} {second}" for first, second in pairwise(stems))}
