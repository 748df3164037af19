"""Odd values of every kind, damage to JSON, and JSON that `json.dumps` would not write."""

import json
from copy import deepcopy
from dataclasses import dataclass
from random import Random as Chance
from typing import Any

from ask_sdk_model import Request

# JSON that json.dumps cannot write


@dataclass(frozen=True)
class Raw:
    """Bytes that stand in the JSON as they are."""

    written: bytes

    def __deepcopy__(self, _memo: object) -> "Raw":
        return self


@dataclass(frozen=True)
class Pairs:
    """An object whose keys may come twice."""

    pairs: tuple[tuple[str, Any], ...]


def written(value: Any, *, ascii_only: bool = True) -> bytes:
    """A value as JSON; what is not ASCII is escaped, or else encoded, half pairs of surrogates too."""
    match value:
        case Raw():
            return value.written
        case dict() | Pairs():
            pairs = value.pairs if isinstance(value, Pairs) else value.items()
            inner = (b"%b:%b" % (_text(key, ascii_only), written(item, ascii_only=ascii_only)) for key, item in pairs)
            return b"{%b}" % b",".join(inner)
        case list():
            return b"[%b]" % b",".join(written(item, ascii_only=ascii_only) for item in value)
        case str():
            return _text(value, ascii_only)
        case _:
            return json.dumps(value).encode()


def _text(text: str, ascii_only: bool) -> bytes:
    return json.dumps(text, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


# Odd values

DEPTHS = (1, 2, 5, 10, 11, 12, 13, 14, 20, 50, 90, 97, 98, 99, 100, 101, 102, 150, 200, 300, 330, 400, 480, 500, 600,
          700, 800, 900, 950, 980, 990, 1000, 1100, 2000, 5000, 20_000, 60_000)  # fmt: skip

NUMBERS = tuple(
    Raw(number)
    for number in (
        b"0", b"-0", b"-0.0", b"1", b"-1", b"7", b"12", b"0.5", b"-7.25", b"999", b"1000", b"2147483648", b"1e2",
        b"99999999999", b"100000000000", b"100000000001", b"-100000000001", b"1e10", b"1e-400", b"1e400", b"-1e400",
        b"1" + b"0" * 30, b"1" + b"0" * 308, b"1" + b"0" * 309, b"-1" + b"0" * 310, b"1" + b"0" * 4000, b"9" * 4300,
        b"9" * 4301, b"1" + b"0" * 20000, b"1." + b"3" * 5000, b"NaN", b"Infinity", b"-Infinity", b"1763823845",
        b"1763823845000", b"0x10", b"01", b"1_000", b"+1", b".5", b"1.", b"1e",
    )
)  # fmt: skip

LENGTHS = (0, 1, 63, 64, 65, 140, 199, 200, 201, 512, 2048, 5000, 20_000, 60_000, 100_000)

ODD_TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff", "\udc00\ud800", "x\ud800y", "\u202e\u202dabc\u2066",
    "\u0301\u0300e\u0301",
    "e\u0301" * 60, "𝒜𝓁𝑒𝓍𝒶", "👩‍🦽‍➡️", "\ufeff", "\ufffe\uffff", "\u2028\u2029", "\x7f\x80\x9f", "<speak>",
    "</speak><audio src='x'/>",
    "&amp;&lt;&#0;", "{plan}", "{0}", "{", "%s%n", "%(x)s", "' OR 1=1 --", "../../etc/passwd", "$where", "__class__",
    "ﬀ", "İ", "ß",
    "null", "None", "true", "NaN", "-1", "0", "01", "1.0", "１２", "²", "?", "1e400", "9" * 5000, "LaunchRequest",
    "standing",
)  # fmt: skip

DATES = ("2026-11-22", "2026-11-23", "2026-11-21", "2026-11-15", "2026-10-01", "20261122", "2026-W47-7", "2026W477",
         "9999-12-31", "0001-01-01", "2026-11-22T10:00:00", "2026-2-3", "2026-02-30", "١٢٣٤-٠١-٠١", "", "zzz",
         "-")  # fmt: skip

ZONES = ("Europe/London", "America/New_York", "America", "UTC", "Factory", "localtime", "posixrules", "tzdata.zi",
         "../../etc/passwd", "/etc/localtime", "\x00", "\ud800", "a" * 64, "a" * 65, "Etc/GMT+12",
         "Pacific/Kiritimati", "")  # fmt: skip

TIMES = (
    "2026-11-22T15:04:05Z", "2026-11-22T15:04:05", "2026-11-22T15:04:05.123456789Z", "2026-11-22T15:04:05+00:00",
    "2026-11-22T15:04:05+99:99", "2026-11-22T15:04:05-23:59", "2026-11-22T15:04:05+24:00", "2026-11-22T24:00:00Z",
    "2026-11-22T15:04:60Z", "2026-11-22t15:04:05z", "2026-11-22 15:04:05", "2026-11-22", "2026-W47-7",
    "2026-W47-7T15:04:05Z", "20261122T150405Z", "2026-11-22T15:04:05,5Z", "2026-11-22T15",
    "2026-11-22T15:04:05+01:00:30",
    "2026-11-22T15:04:05+01:00:30.5", "2026-11-22\x0015:04:05", "2026-11-22\ud80015:04:05", "2026-326", "15:04:05",
    "Z", "T",
    "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z",
    "2000-01-01T00:00:00Z", "2000-01-01T00:00:00+14:00", "3000-12-31T23:59:59Z", "3000-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "10000-01-01T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z", "-2026-11-22T15:04:05Z", "1763823845", "1763823845000", "now", "tomorrow", "Sunday",
    "2026-11-22T15:04:05 EST", "2026-11-22T15:04:05 XYZ", "2026-11-22T15:04:05 UTC+3", "22 Nov 2026", "11/22/2026",
    "1" * 30, "1" * 5000, "1:" * 3000, "a" * 20_000, "٢٠٢٦-١١-٢٢T١٥:٠٤:٠٥Z", "2026-11-22T15:04:05Z" * 2,
    "2026-11-22T15:04:05.Z", "2026-11-22T15:04:05" + "." + "1" * 3000 + "Z",
)  # fmt: skip

LOCALES = ("en-US", "en-GB", "en-AU", "en", "EN-us", "en_US", "de-DE", "fr-FR", "es-MX", "ja-JP", "hi-IN", "ar-SA",
           "xx-XX", "-",
           "--", "en-", "-US", "en-US-x-private", "i-klingon", "C.UTF-8", "../en-US", "en-US\x00")  # fmt: skip

MISTAKABLE = (
    "__dict__", "__class__", "__weakref__", "__doc__", "__init__", "__module__", "__eq__", "__hash__", "__slots__",
    "__getattribute__", "__setattr__", "_x", "attribute_map", "deserialized_types", "discriminator_value_class_map",
    "get_real_child_model", "to_dict", "to_str", "request_id", "object_type", "user_id", "person_id", "device_id",
    "application_id", "session_id", "supported_interfaces", "alexa_presentation_apl", "api_access_token",
    "api_endpoint",
    "system", "request", "session", "context", "attributes", "new", "user", "person", "device", "intent", "slots",
    "name",
    "value", "resolutions", "resolutions_per_authority", "status", "code", "values", "id", "timestamp", "locale",
    "reason",
    "error", "dialog_state", "slot_value", "confirmation_status", "task", "type", "version", "viewport", "viewports",
)  # fmt: skip
"""Keys that are names of the SDK's models in Python, or of Python itself, and so could be taken for them."""

KINDS_OF_REQUEST = tuple(sorted(Request.discriminator_value_class_map))


@dataclass(frozen=True)
class Vocabulary:
    """The ids that mean something to the skill."""

    exercises: tuple[str, ...]
    routines: tuple[str, ...]
    words: tuple[str, ...]
    """These and all the other words that may stand in a session or in what is remembered of a person."""


def vocabulary(library: Any) -> Vocabulary:
    """The ids of a library, as plans and alone, and the words of our own enums."""
    exercises, routines = tuple(library.exercises), tuple(library.routines)
    plans = (*(f"exercise/{name}" for name in exercises), *(f"routine/{name}" for name in routines))
    others = (
        "exercise/", "routine/", "exercise/none", "choosing", "offering", "positioning", "moving", "paused", "hurting",
        "confirming", "finishing", "forgetting", "guided", "flow", "slower", "usual", "faster", "learning", "more",
        "less",
        "easier", "harder", "left", "right",
    )  # fmt: skip
    return Vocabulary(exercises, routines, (*exercises, *routines, *plans, *library.position_names, *others))


def odd_number(chance: Chance) -> Any:
    """A number as no program of ours would write it, or one that is small and whole."""
    return chance.choice(NUMBERS) if chance.random() < 0.5 else chance.randint(-400, 400)


def odd_text(chance: Chance) -> str:
    """A text that is hard to bear."""
    match chance.randrange(8):
        case 0:
            return chance.choice('aé𝒜\x00\ud800{<&\\"') * chance.choice(LENGTHS)
        case 1:
            return chance.choice(DATES + ZONES)
        case 2:
            return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(6)))
        case _:
            return chance.choice(ODD_TEXTS)


def nested(chance: Chance, depth: int | None = None) -> Raw:
    """Objects or lists in one another."""
    depth = chance.choice(DEPTHS) if depth is None else depth
    pairs = ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"hip_coach":', b"}]"), (b'{"__dict__":', b"}"))
    opening, closing = chance.choice(pairs)
    return Raw(opening * depth + chance.choice((b"0", b'"x"', b"null", b"{}", b"[]")) + closing * depth)


def odd(chance: Chance, words: Vocabulary) -> Any:
    """Anything at all."""
    match chance.randrange(10):
        case 0:
            return chance.choice((None, True, False, [], {}, [None], [[]], [{}], {"": None}, {"a": []}))
        case 1 | 2:
            return odd_number(chance)
        case 3 | 4:
            return odd_text(chance)
        case 5 | 6:
            return chance.choice(words.words)
        case 7:
            return [odd(chance, words) for _ in range(chance.randrange(4))]
        case 8:
            return {str(any_key(chance, words)): odd(chance, words) for _ in range(chance.randrange(4))}
        case _:
            return nested(chance, chance.choice((1, 3, 11, 12, 13, 40))) if chance.random() < 0.3 else 7


def any_key(chance: Chance, words: Vocabulary) -> str:
    """A key of an object: known, mistakable or odd."""
    choices = (chance.choice(MISTAKABLE), chance.choice(words.words), odd_text(chance), chance.choice(DATES))
    return chance.choice(choices)


# Damage to JSON


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each holder in a value with each of its keys or indices."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        found += [(holder, key) for key in keys]
        left += [holder[key] for key in keys]
    return found


def drop(chance: Chance, value: Any, _words: Vocabulary) -> None:
    holder, key = chance.choice(places(value))
    del holder[key]


def rename(chance: Chance, value: Any, words: Vocabulary) -> None:
    holder, key = chance.choice([place for place in places(value) if isinstance(place[0], dict)])
    names = (key.upper(), key.lower(), key + " ", f"_{key}", key[:-1], chance.choice(MISTAKABLE), odd_text(chance))
    holder[chance.choice(names)] = holder.pop(key)


def put(chance: Chance, value: Any, words: Vocabulary) -> None:
    """Something else in place of something."""
    holder, key = chance.choice(places(value))
    holder[key] = odd(chance, words)


def add(chance: Chance, value: Any, words: Vocabulary) -> None:
    """A key that was not there; often one that could be mistaken for the SDK's own."""
    holders = [one for one in (value, *(holder[key] for holder, key in places(value))) if isinstance(one, dict)]
    if holders:
        chance.choice(holders)[any_key(chance, words)] = odd(chance, words)


def wrap(chance: Chance, value: Any, _words: Vocabulary) -> None:
    holder, key = chance.choice(places(value))
    inner = holder[key]
    wrapped = ([inner], {"value": inner}, [inner, inner], [None, inner], [[inner]], {str(key): inner})
    holder[key] = chance.choice(wrapped)


def swap(chance: Chance, value: Any, _words: Vocabulary) -> None:
    """Two parts change places, or one comes twice."""
    found = places(value)
    (one, here), (other, there) = chance.choice(found), chance.choice(found)
    mine, theirs = deepcopy(one[here]), deepcopy(other[there])
    one[here] = theirs
    if chance.random() < 0.5:
        other[there] = mine


DAMAGES = (drop, rename, put, put, add, wrap, swap)


def damage(chance: Chance, value: Any, words: Vocabulary, most: int = 4) -> Any:
    """A copy of a value with some damage done to it."""
    value = deepcopy(value)
    for _ in range(chance.randint(1, most)):
        if places(value):
            chance.choice(DAMAGES)(chance, value, words)
    return value
