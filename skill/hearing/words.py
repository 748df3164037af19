"""Sentences in one canonical form: lower case, no punctuation, contractions written out, numbers as digits."""

import re
from collections.abc import Iterator, Sequence

Words = tuple[str, ...]

_UNDER_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS_FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = _UNDER_TWENTY.split()
_TENS = dict(zip(_TENS_FROM_TWENTY.split(), range(20, 100, 10), strict=True))
_VALUE = {word: value for value, word in enumerate(_ONES)} | _TENS

# People type with and without the apostrophe; both are heard as the long form.
_CONTRACTIONS = {
    "im": "i am",
    "ive": "i have",
    "youre": "you are",
    "youve": "you have",
    "its": "it is",
    "thats": "that is",
    "theres": "there is",
    "whats": "what is",
    "wheres": "where is",
    "hows": "how is",
    "whens": "when is",
    "whos": "who is",
    "lets": "let us",
    "hes": "he is",
    "shes": "she is",
    "somethings": "something is",
    "everythings": "everything is",
    "nothings": "nothing is",
    "someones": "someone is",
    "somebodys": "somebody is",
    "weve": "we have",
    "theyre": "they are",
    "cant": "cannot",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "wont": "will not",
    "wouldnt": "would not",
    "shouldnt": "should not",
    "couldnt": "could not",
    "havent": "have not",
    "hasnt": "has not",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "got to",
    "gimme": "give me",
    "lemme": "let me",
    "ok": "okay",
}
_LONG_FORMS = (("can not", "cannot"), ("'ll", " will"), ("i'd", "i would"), ("we're", "we are"), ("'em", "them"))


def normalise(text: str) -> Words:
    """The words of a sentence in canonical form; digits stand for numbers, whichever way they were written.

    "Ten more seconds, please!" and "10 more seconds please" come out alike.
    """
    plain = text.lower().replace("’", "'")
    for short, long in _LONG_FORMS:
        plain = re.sub(rf"(?<![a-z]){short}\b" if short[0] != "'" else rf"{short}\b", long, plain)
    bare = re.findall(r"[^\W_]+", plain.replace("'", ""))
    return tuple(_numbers([part for word in bare for part in _CONTRACTIONS.get(word, word).split()]))


def _numbers(words: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        value, used = _number_at(words, at)
        yield words[at] if used == 0 else str(value)
        at += max(used, 1)


def _number_at(words: Sequence[str], at: int) -> tuple[int, int]:
    """The number that starts here and how many words it takes; 0 words where there is none."""
    digits = _digit_run(words, at)
    if len(digits) >= 3:  # a number read out digit by digit: nine one one
        return int("".join(digits)), len(digits)
    first = _VALUE.get(words[at])
    if first is None:
        return 0, 0
    second = _VALUE.get(words[at + 1], 0) if at + 1 < len(words) else 0
    if first >= 20 and 1 <= second <= 9:
        return first + second, 2
    if at + 1 < len(words) and words[at + 1] == "hundred":
        return first * 100, 2
    return first, 1


def _digit_run(words: Sequence[str], at: int) -> list[str]:
    run: list[str] = []
    for word in words[at:]:
        value = _VALUE.get(word, int(word) if word.isdecimal() and len(word) == 1 else 10)
        if value > 9:
            break
        run.append(str(value))
    return run


def spelled(word: str) -> str:
    """A number from 0 to 99 as words; any other word as it is."""
    if not word.isdecimal() or int(word) > 99:
        return word
    value = int(word)
    if value < 20:
        return _ONES[value]
    tens = next(name for name, ten in _TENS.items() if ten == value // 10 * 10)
    return f"{tens} {_ONES[value % 10]}" if value % 10 else tens


def stem(word: str) -> str:
    """A word without the endings that do not change what is meant: hurts and hurting are hurt.

    The ending -er stays, since easier and harder mean more than easy and hard.
    """
    for ending, least in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            root = word.removesuffix(ending)
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and ending in ("ing", "ed") else root
    return word
