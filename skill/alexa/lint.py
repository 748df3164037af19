"""What Alexa, its certification or a listener would hold against an interaction model.

Each rule is one function from the model to its complaints; RULES is the list of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, product, zip_longest
from typing import Any, NamedTuple

from skill.alexa.intents import INTENTS
from skill.library.limits import INVOCATION_CHARACTERS, SLOT_VALUE_CHARACTERS

Language = Mapping[str, Any]
"""The languageModel inside an interaction model."""

BUILT_IN = {
    "AMAZON.CancelIntent": ("cancel", "never mind", "forget it"),
    "AMAZON.HelpIntent": ("help", "help me", "can you help me"),
    "AMAZON.NextIntent": ("next", "skip", "skip forward"),
    "AMAZON.NoIntent": ("no", "no thanks"),
    "AMAZON.PauseIntent": ("pause", "pause that"),
    "AMAZON.PreviousIntent": ("go back", "skip back", "back up"),
    "AMAZON.RepeatIntent": ("repeat", "say that again", "repeat that"),
    "AMAZON.ResumeIntent": ("resume", "continue", "keep going"),
    "AMAZON.StartOverIntent": ("start over", "restart", "start again"),
    "AMAZON.StopIntent": ("stop", "off", "shut up"),
    "AMAZON.YesIntent": ("yes", "yes please", "sure"),
}
"""What the built-in intents hear in English, as far as Amazon lists it.

[A] custom-skills/standard-built-in-intents.html
"""

# [A] interaction-model-design/design-the-invocation-name-for-your-skill.html
ARTICLES_AND_PREPOSITIONS = frozenset(
    {"a", "about", "an", "at", "by", "for", "from", "in", "of", "off", "on", "out", "the", "to", "up", "using", "with"}
)
WAKE_WORDS = frozenset({"alexa", "amazon", "echo", "computer", "ziggy", "skill", "app"})
LAUNCH_WORDS = frozenset(
    {"ask", "begin", "enable", "launch", "load", "open", "play", "resume", "run", "start", "talk", "tell", "use"}
)
CONNECTING_WORDS = frozenset(
    {"about", "and", "by", "for", "from", "if", "in", "that", "to", "using", "whether", "with"}
)

_NAME = re.compile(r"[A-Za-z][A-Za-z_]*")
_PLAIN = re.compile(r"[A-Za-z' .-]+")
_WORD = re.compile(r"\{([A-Za-z_]+)\}(?:'s)?|[A-Za-z'.-]+")
_SLOT = r"\{([A-Za-z_]+)\}"
_NUMBERS = ("one", "two", "five", "ten", "twenty", "forty five")


def lint(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything that is wrong with a model, a line each; empty for one that may be published."""
    language: Language = model["interactionModel"]["languageModel"]
    return tuple(complaint for rule in RULES for complaint in rule(language))


def invocation(language: Language) -> Iterator[str]:
    """The invocation name can be heard, and is one that Amazon accepts."""
    name: str = language["invocationName"]
    words = name.split()
    least, most = INVOCATION_CHARACTERS
    said = f"invocation name '{name}'"
    if not re.fullmatch(r"[a-z][a-z' .]*", name) or not least <= len(name) <= most:
        yield f"{said}: lower-case letters, spaces, apostrophes and periods only, {least} to {most} of them"
    if len(words) < 2:
        yield f"{said}: at least two words"
    if len(words) == 2 and ARTICLES_AND_PREPOSITIONS.intersection(words):
        yield f"{said}: no article or preposition in a name of two words"
    for word in sorted((WAKE_WORDS | LAUNCH_WORDS | CONNECTING_WORDS).intersection(words)):
        yield f"{said}: '{word}' is a word that Alexa itself listens for"


def names(language: Language) -> Iterator[str]:
    """Names of intents, slots and types are letters and underscores, and each is there once."""
    intents, types = language["intents"], language["types"]
    slots = [slot["name"] for intent in intents for slot in intent.get("slots", ())]
    ours = [intent["name"] for intent in intents if not _built_in(intent)]
    for name in {*ours, *slots, *(kind["name"] for kind in types)}:
        if not _NAME.fullmatch(name):
            yield f"'{name}': a name has letters and underscores only"
    for name in _twice([*(intent["name"] for intent in intents), *(kind["name"] for kind in types)]):
        yield f"'{name}' is there twice"


def built_ins(language: Language) -> Iterator[str]:
    """Every built-in intent that the skill answers is there, and without samples of ours."""
    there = {intent["name"]: intent for intent in language["intents"]}
    for intent in INTENTS:
        if intent.says is None and intent.name not in there:
            yield f"{intent.name} is missing"
    for name, intent in there.items():
        if _built_in(intent) and intent["samples"]:
            yield f"{name}: samples of our own make a built-in intent worse"


def samples(language: Language) -> Iterator[str]:
    """Samples are spelled as Alexa wants them, and use exactly the slots that their intent has."""
    for intent in language["intents"]:
        slots = {slot["name"] for slot in intent.get("slots", ())}
        used = {slot for sample in intent["samples"] for slot in _slots(sample)}
        if not intent["samples"] and not _built_in(intent):
            yield f"{intent['name']}: no samples"
        for slot in sorted(slots - used):
            yield f"{intent['name']}: no sample with {{{slot}}}"
        for sample in intent["samples"]:
            yield from (f"{intent['name']}: '{sample}': {what}" for what in _misspelled(sample, slots))


def _misspelled(sample: str, slots: set[str]) -> Iterator[str]:
    words = sample.split(" ")
    if not all(_WORD.fullmatch(word) for word in words):
        yield "words and {slots} with one space between; letters, apostrophes, periods and hyphens only"
    for slot in sorted(set(_slots(sample)) - slots):
        yield f"the intent has no slot {{{slot}}}"
    for slot in _twice(_slots(sample)):
        yield f"{{{slot}}} is there twice"
    for word in WAKE_WORDS.intersection(sample.lower().split()):
        yield f"'{word}' would wake a device, or never be heard"


def overlaps(language: Language) -> Iterator[str]:
    """Nothing that can be said means two things: no sentence is in two intents, whatever its slots say.

    All samples are followed at once, word by word, each slot through the tree of its values; only words that samples
    of two intents can say next are followed, so what one intent alone can say is never spelled out. Where the same
    samples have come to the same places before, by other words, nothing new can follow.
    """
    frames = list(_frames(language))

    @cache
    def intents(places: Places) -> frozenset[str]:
        return frozenset(frames[number].intent for number, _ in places)

    told: dict[tuple[int, int], str] = {}
    seen: set[tuple[frozenset[tuple[_Tree, Places]], Places]] = set()
    starts: At = {}
    for number, frame in enumerate(frames):
        starts[frame.trees[0]] = starts.get(frame.trees[0], frozenset()) | {(number, 0)}
    waiting: list[tuple[str, At]] = [("", starts)]
    while waiting:
        sentence, at = waiting.pop()
        ending: Places = frozenset().union(*(places for tree, places in at.items() if tree.ends))
        state = frozenset((tree, places) for tree, places in at.items() if tree.words), ending
        if state in seen:
            continue
        seen.add(state)
        here, ended = _arrived(at, frames)
        first = min(ended, default=0)
        for number in ended:
            if frames[number].intent != frames[first].intent:
                told.setdefault((number, first), sentence)
        waiting += ((f"{sentence} {word}".strip(), onwards) for word, onwards in _next_words(here, intents))
    for (number, first), sentence in sorted(told.items()):
        one, other = frames[number], frames[first]
        yield f"{one.intent}: '{one.sample}' and '{other.sample}' of {other.intent} can both say '{sentence}'"


class _Tree:
    """Texts word by word: the trees behind each word that may come next, and whether a text may end here."""

    __slots__ = ("ends", "words")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.words: dict[str, _Tree] = {}
        self.ends = False
        for text in texts:
            tree = self
            for word in text.lower().split():
                tree = tree.words.setdefault(word, _Tree())
            tree.ends = True


Places = frozenset[tuple[int, int]]
"""Where samples have come to: the number of each, and which of its trees it is in."""

At = dict[_Tree, Places]


class _Frame(NamedTuple):
    """A sample as a row of trees: one for each of its words and slots."""

    intent: str
    sample: str
    trees: tuple[_Tree, ...]


def _frames(language: Language) -> Iterator[_Frame]:
    values = {"AMAZON.NUMBER": list(_NUMBERS)} | {
        kind["name"]: [word for value in kind["values"] for word in _words_of(value)] for kind in language["types"]
    }

    @cache
    def tree(part: str, types: tuple[str, ...]) -> _Tree:
        """A word, or a slot with what is written to it; a slot of a type that is not there says nothing."""
        return _Tree(
            "".join(chain.from_iterable(zip_longest(re.split(_SLOT, part)[::2], words, fillvalue="")))
            for words in product(*(values.get(type_, [""]) for type_ in types))
        )

    for intent in language["intents"]:
        types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        for sample in intent["samples"]:
            parts = sample.split() or [""]
            trees = (tree(part, tuple(types.get(slot, "") for slot in _slots(part))) for part in parts)
            yield _Frame(intent["name"], sample, tuple(trees))


def _arrived(at: At, frames: Sequence[_Frame]) -> tuple[At, set[int]]:
    """Where else samples are that may have ended a slot or a word, and which of them may end altogether."""
    here: At = {}
    ended: set[int] = set()
    arriving = list(at.items())
    while arriving:
        tree, places = arriving.pop()
        if tree.words:
            here[tree] = here.get(tree, frozenset()) | places
        for number, index in places if tree.ends else ():
            trees = frames[number].trees
            if index + 1 < len(trees):
                arriving.append((trees[index + 1], frozenset([(number, index + 1)])))
            else:
                ended.add(number)
    return here, ended


def _next_words(at: At, intents: Callable[[Places], frozenset[str]]) -> Iterator[tuple[str, At]]:
    """The words that samples of two intents can say next. The largest tree of one intent is only asked for words."""
    lone = [tree for tree, places in at.items() if len(intents(places)) == 1]
    largest = max(lone, key=lambda tree: len(tree.words), default=None)
    found: dict[str, At] = {}
    for tree, places in at.items():
        if tree is not largest:
            for word, behind in tree.words.items():
                found.setdefault(word, {})[behind] = places
    if largest:
        for word in found:
            if word in largest.words:
                found[word][largest.words[word]] = at[largest]
    for word, onwards in found.items():
        if len(frozenset().union(*map(intents, onwards.values()))) > 1:
            yield word, onwards


def repeats(language: Language) -> Iterator[str]:
    """No intent has a sample twice."""
    for intent in language["intents"]:
        for sample in _twice(list(map(_heard, intent["samples"]))):
            yield f"{intent['name']}: '{sample}' is there twice"


def shadows(language: Language) -> Iterator[str]:
    """No sample repeats what a built-in intent hears anyway, with or without a please."""
    built_in = {phrase: name for name, phrases in BUILT_IN.items() for phrase in phrases}
    for intent in language["intents"]:
        for sample in intent["samples"]:
            bare = re.sub(r"^please | please$", "", _heard(sample))
            name = built_in.get(_heard(sample)) or built_in.get(bare)
            if name is not None:
                yield f"{intent['name']}: '{sample}' is what {name} hears"


def bare_slots(language: Language) -> Iterator[str]:
    """At most one intent has samples that are nothing but names, and one that are nothing but numbers.

    Alexa could not tell two of a kind apart; a number and a name of ours cannot be mistaken for each other.
    """
    first: dict[bool, tuple[str, str]] = {}
    for intent in language["intents"]:
        types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        for sample in intent["samples"]:
            if re.sub(_SLOT, "", sample).strip():
                continue
            number = all(types.get(slot) == "AMAZON.NUMBER" for slot in _slots(sample))
            name, other = first.setdefault(number, (intent["name"], sample))
            if name != intent["name"]:
                yield f"{intent['name']}: '{sample}' is nothing but a slot, as is '{other}' of {name}"


def slot_types(language: Language) -> Iterator[str]:
    """Every slot has a type that is there, and every type is used."""
    used = {slot["type"] for intent in language["intents"] for slot in intent.get("slots", ())}
    there = {kind["name"] for kind in language["types"]}
    yield from (f"slot type {name} is not there" for name in sorted(used - there) if not name.startswith("AMAZON."))
    yield from (f"slot type {name} is not used" for name in sorted(there - used))


def slot_values(language: Language) -> Iterator[str]:
    """Slot values can be heard, have an id each, and no two of them share an id or a word for it."""
    for kind in language["types"]:
        said = [word for value in kind["values"] for word in _words_of(value)]
        ids = [value.get("id", "") for value in kind["values"]]
        yield from (f"{kind['name']}: a value has no id" for one in ids if not one)
        yield from (f"{kind['name']}: the id '{one}' is there twice" for one in _twice(ids))
        yield from (f"{kind['name']}: '{word}' is there twice" for word in _twice(list(map(_heard, said))))
        for word in said:
            if not _PLAIN.fullmatch(word) or word != " ".join(word.split()):
                yield f"{kind['name']}: '{word}': letters, spaces, apostrophes, periods and hyphens only; spell numbers"
            if len(word) > SLOT_VALUE_CHARACTERS:
                yield f"{kind['name']}: '{word:.20}…' has {len(word)} characters, {SLOT_VALUE_CHARACTERS} are allowed"


RULES: tuple[Callable[[Language], Iterator[str]], ...] = (
    invocation,
    names,
    built_ins,
    samples,
    overlaps,
    repeats,
    shadows,
    bare_slots,
    slot_types,
    slot_values,
)


def _built_in(intent: Mapping[str, Any]) -> bool:
    return str(intent["name"]).startswith("AMAZON.")


def _heard(text: str) -> str:
    """A text as it is heard: letter case and spaces make no difference."""
    return " ".join(text.lower().split())


def _slots(sample: str) -> list[str]:
    return re.findall(_SLOT, sample)


def _twice(items: list[str]) -> list[str]:
    return sorted(item for item, count in Counter(items).items() if count > 1)


def _words_of(value: Mapping[str, Any]) -> list[str]:
    return [value["name"]["value"], *value["name"].get("synonyms", ())]
