"""Odd values of every kind as strategies, damage to JSON, and JSON that `json.dumps` would not write."""

import json
import operator
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from ask_sdk_model import Request
from hypothesis import strategies as st
from scenes import library

T = TypeVar("T")

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


# The ids that mean something to the skill, and all the other words that may stand in a session or in a record

EXERCISES, ROUTINES, EQUIPMENT = (tuple(of) for of in (library().exercises, library().routines, library().equipment))
WORDS = (
    *EXERCISES, *ROUTINES, *(f"exercise/{name}" for name in EXERCISES), *(f"routine/{name}" for name in ROUTINES),
    *library().position_names, "exercise/", "routine/", "exercise/none", "choosing", "offering", "positioning",
    "moving", "paused", "hurting", "confirming", "finishing", "forgetting", "guided", "flow", "slower", "usual",
    "faster", "learning", "more", "less", "easier", "harder", "left", "right",
)  # fmt: skip


def _nested(depth: int, pair: tuple[bytes, bytes], core: bytes) -> Raw:
    return Raw(pair[0] * depth + core + pair[1] * depth)


def nested(depths: Sequence[int] = DEPTHS) -> st.SearchStrategy[Raw]:
    """Objects or lists in one another."""
    pairs = ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"hip_coach":', b"}]"), (b'{"__dict__":', b"}"))
    cores = (b"0", b'"x"', b"null", b"{}", b"[]")
    return st.builds(_nested, st.sampled_from(depths), st.sampled_from(pairs), st.sampled_from(cores))


odd_text = (
    st.sampled_from(ODD_TEXTS)
    | st.sampled_from(ODD_TEXTS + DATES + ZONES)
    | st.builds(operator.mul, st.sampled_from('aé𝒜\x00\ud800{<&\\"'), st.sampled_from(LENGTHS))
    | st.text(st.characters(exclude_categories=()), max_size=6)
)
"""A text that is hard to bear."""

any_key = st.sampled_from(MISTAKABLE) | st.sampled_from(WORDS) | odd_text | st.sampled_from(DATES)
"""A key of an object: known, mistakable or odd."""

_leaf = (
    st.sampled_from((None, True, False, [], {}, [None], [[]], [{}], {"": None}, {"a": []})).map(deepcopy)
    | st.sampled_from(NUMBERS)
    | st.integers(-400, 400)
    | odd_text
    | st.sampled_from(WORDS)
)

odd = (
    _leaf
    | st.lists(_leaf, max_size=3)
    | st.dictionaries(any_key, _leaf, max_size=3)
    | st.lists(st.dictionaries(any_key, _leaf, max_size=2), max_size=2)
    | nested((1, 3, 11, 12, 13, 40))
)
"""Anything at all."""


class Draw:
    """Draws from strategies, in the middle of one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def __call__(self, strategy: st.SearchStrategy[T]) -> T:
        return self._draw(strategy)

    def number(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))

    def of(self, values: Sequence[T]) -> T:
        """One of some values."""
        return values[self.number(0, len(values) - 1)]

    def share(self, percent: int) -> bool:
        """True so many times of a hundred."""
        return self.number(0, 99) >= 100 - percent


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


def _do_damage(draw: Draw, value: Any) -> None:
    """One part dropped, renamed, added, wrapped or swapped; or anything in its place."""
    found = places(value)
    holder, key = draw.of(found)
    match draw.of(("put", "put", "drop", "rename", "add", "wrap", "swap")):
        case "put":
            holder[key] = draw(odd)
        case "drop":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            names = (key.upper(), key.lower(), key + " ", f"_{key}", key[:-1], draw.of(MISTAKABLE), draw(odd_text))
            holder[draw.of(names)] = holder.pop(key)
        case "add" | "rename":
            holders = [value, *(holder[key] for holder, key in found if isinstance(holder[key], dict))]
            draw.of([one for one in holders if isinstance(one, dict)] or [{}])[draw(any_key)] = draw(odd)
        case "wrap":
            inner = holder[key]
            wrapped = ([inner], {"value": inner}, [inner, inner], [None, inner], [[inner]], {str(key): inner})
            holder[key] = draw.of(wrapped)
        case _:  # two parts change places, or one comes twice
            other, there = draw.of(found)
            mine, theirs = deepcopy(holder[key]), deepcopy(other[there])
            holder[key] = theirs
            if draw.share(50):
                other[there] = mine


@st.composite
def damaged(draw: st.DrawFn, value: Any, most: int = 4) -> Any:
    """A copy of a value with some damage done to it."""
    value = deepcopy(value)
    for _ in range(draw(st.integers(1, most))):
        if places(value):
            _do_damage(Draw(draw), value)
    return value
