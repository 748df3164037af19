"""What can be wrong with content, and how its author is told: all at once, each with its line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

Where = tuple[str | int, ...]
"""A place inside a file: keys, and positions in lists counted from 0. Printed, positions count from 1."""

_FEW = 12
"""So many choices can be listed in a hint without hiding the message."""


class Rule(StrEnum):
    """The rules that content keeps. tests/bad_content breaks each of them at least once."""

    # One file, read for itself
    FILE_MISSING = "file-missing"
    FILE_STRAY = "file-stray"
    BAD_ID = "bad-id"
    NOT_YAML = "not-yaml"
    NOT_PLAIN_YAML = "not-plain-yaml"
    KEY_TWICE = "key-twice"
    KEY_UNKNOWN = "key-unknown"
    KEY_MISSING = "key-missing"
    NO_VALUE = "no-value"
    WRONG_TYPE = "wrong-type"
    WRONG_VALUE = "wrong-value"
    OUT_OF_RANGE = "out-of-range"
    WRONG_LENGTH = "wrong-length"
    WRONG_ORDER = "wrong-order"
    HOLD_NOT_IN_FIVES = "hold-not-in-fives"

    # Files that have to agree
    LANGUAGE_MISSING = "language-missing"
    WORDS_MISSING = "words-missing"
    FACTS_MISSING = "facts-missing"
    EXERCISE_UNKNOWN = "exercise-unknown"
    FORM_UNKNOWN = "form-unknown"
    ROUTINE_UNKNOWN = "routine-unknown"
    ROUTINE_ON_FLOOR = "routine-on-floor"
    POSITION_UNKNOWN = "position-unknown"
    POSITION_WORDS_MISSING = "position-words-missing"
    EQUIPMENT_UNKNOWN = "equipment-unknown"
    CAUTION_UNKNOWN = "caution-unknown"
    NAME_TWICE = "name-twice"
    FORM_WORDS_MISSING = "form-words-missing"
    FORM_WORDS_NEEDLESS = "form-words-needless"
    SWITCH_MISSING = "switch-missing"
    SWITCH_NEEDLESS = "switch-needless"
    CHANGE_MISSING = "change-missing"
    CHANGE_NEEDLESS = "change-needless"
    PAUSE_TOO_LONG = "pause-too-long"
    PHRASE_MISSING = "phrase-missing"
    PHRASE_UNUSED = "phrase-unused"
    OVERRIDE_UNKNOWN = "override-unknown"
    OVERRIDE_FOR_NO_LOCALE = "override-for-no-locale"

    # What can be spoken
    PLACEHOLDER_MISSING = "placeholder-missing"
    PLACEHOLDER_UNKNOWN = "placeholder-unknown"
    SIDE_IN_BOTH_TOGETHER = "side-in-both-together"
    INTRODUCTION_TOO_LONG = "introduction-too-long"
    SENTENCE_TOO_LONG = "sentence-too-long"
    BEAT_TOO_LONG = "beat-too-long"
    DIGITS = "digits"
    CHARACTER = "character"
    HEALTH_CLAIM = "health-claim"
    ASKS = "asks"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a content file: where it is, what it is, and (if known) how to mend it."""

    file: str
    line: int
    where: str
    what: str
    hint: str = ""
    rule: Rule | None = None

    def __str__(self) -> str:
        """One line that editors and terminals make clickable."""
        place = f"{self.where}: " if self.where else ""
        cure = f", {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}: {place}{self.what}{cure}"


class ContentFaults(Exception):
    """Content that cannot be used, with everything that is wrong with it, ordered by file and line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Takes the faults in any order; says each once."""
        in_order = sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.where, fault.what))
        self.faults: tuple[Fault, ...] = tuple(in_order)
        super().__init__("\n".join(map(str, self.faults)))


def place(where: Where) -> str:
    """A place as people read it: `setup › 2`."""
    return " › ".join(str(part + 1) if isinstance(part, int) else part for part in where)


def closest(word: str, choices: Collection[str]) -> str | None:
    """The choice that was probably meant, if any is near."""
    near = get_close_matches(word, choices, n=1)
    return near[0] if near else None


def meant(word: str, choices: Collection[str], otherwise: str = "") -> str:
    """A hint for a word that is none of the choices: the nearest, else `otherwise`, else what there is."""
    near = closest(word, choices)
    if near is not None:
        return f"did you mean '{near}'?"
    return otherwise or (f"choose from: {', '.join(sorted(choices))}" if 0 < len(choices) <= _FEW else "")


def compared(found: Collection[str], wanted: Collection[str]) -> tuple[list[str], list[str]]:
    """What is found and not wanted, and what is wanted and missing.

    What an unknown word was meant to be is not missing: one slip of the pen is one fault.
    """
    unknown = [word for word in found if word not in wanted]
    intended = {closest(word, wanted) for word in unknown}
    return unknown, [word for word in wanted if word not in found and word not in intended]
