"""Requests that are made to break the skill, of many kinds, as strategies.

`tests/test_fuzz.py` sends a few of each kind, `prove/fuzz.py` as many as are asked for. After most of them somebody
goes on, in the session that came back, as if nothing had been.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import forge
import law
import oddities
from firing import Answer, Json, Mode, Range, Shot, signed
from hypothesis import strategies as st
from oddities import (
    DATES,
    EXERCISES,
    MISTAKABLE,
    WORDS,
    Draw,
    Pairs,
    Raw,
    any_key,
    damaged,
    odd,
    odd_text,
    places,
    written,
)

from skill.alexa.intents import INTENTS, Intent, Slot
from skill.library.limits import REQUEST_BYTES
from skill.memory.shelf import StoreFailed
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids

KEY, SPEAKER, UNSAVED = "hip_coach", "speaker", "unsaved"
"""What a session carries: the conversation, whose voice it is, and what no store took."""

# What is said

Pick = Callable[[Sequence[Any]], Any]
"""Takes one of some values."""

EVENTS = ("LaunchRequest", "IntentRequest", "SessionEndedRequest")
_ON = [intent for intent in INTENTS if intent.name in ("AMAZON.NextIntent", "ReadyIntent", "StartRoutineIntent")]
_AWAY = ("AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent", "EmergencyIntent", "AMAZON.NoIntent")
_STAYING = [intent for intent in INTENTS if intent.name not in _AWAY]
_IDS = {
    Slot.EXERCISE: EXERCISES,
    Slot.ROUTINE: oddities.ROUTINES,
    Slot.SIDE: ("left", "right"),
    Slot.EQUIPMENT: oddities.EQUIPMENT,
}
_CHOICES = {slot: [law.matched(slot.value, name) for name in names] for slot, names in _IDS.items()} | {
    Slot.NUMBER: [law.number(said) for said in ("1", "2", "5", "30", "999", "?", None)]
}


def _said(pick: Pick, intent: Intent, attributes: Mapping[str, Any], at: datetime) -> Json:
    filled = {}
    for slot in intent.slots.values():
        empty = {"name": slot.value, "confirmationStatus": "NONE"}
        filled[slot.value] = pick((pick(_CHOICES[slot]),) * 4 + (empty,))
    return _at(law.intent(intent.name, dict(attributes), **deepcopy(filled)), at)


def anything_said(pick: Pick, attributes: Mapping[str, Any], at: datetime) -> Json:
    """Any intent of ours, any launch, any end."""
    kind = pick(("IntentRequest",) * 12 + EVENTS)
    if kind == "IntentRequest":
        return _said(pick, pick(INTENTS), attributes, at)
    reason = pick(("USER_INITIATED", "ERROR", "EXCEEDED_MAX_REPROMPTS"))
    more = {"reason": reason} if kind == "SessionEndedRequest" else {}
    return _at(law.request(kind, dict(attributes), **more), at)


def _at(asked: Json, at: datetime) -> Json:
    asked["request"]["timestamp"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return asked


# The stock: what is damaged


@dataclass(frozen=True)
class Moment:
    """A request in the middle of a conversation, and when it was sent."""

    asked: Json
    at: datetime


class Stock:
    """Recorded requests, and conversations that were really had."""

    def __init__(self, range_: Range) -> None:
        """Has the conversations, with the app in local mode."""
        self.recorded = [law.envelope(name) for name in law.names()]
        self.moments = [moment for seed in range(12) for moment in _had(range_, seed)]
        self.riding = [moment for seed in range(12, 18) for moment in _had(range_, seed, saving=False)]
        assert any(KEY in moment.asked["session"]["attributes"] for moment in self.moments)
        assert any(UNSAVED in moment.asked["session"]["attributes"] for moment in self.riding)

    def any(self, draw: Draw) -> Json:
        """A request in the middle of a conversation, or a recorded one."""
        return deepcopy(draw.of((draw.of(self.moments).asked, draw.of(self.recorded))))


TURNS = 30
"""Turns of a conversation in the stock."""


def _had(range_: Range, seed: int, *, saving: bool = True) -> Iterator[Moment]:
    """A conversation as it is had; with a store that takes nothing, what is not saved rides along."""
    chance = Random(seed)
    envelopes = Envelopes(Identity(skill=law.SKILL_ID, user=f"amzn1.ask.account.{seed}"), numbered_ids())
    session, now = envelopes.session(), forge.NOW
    for turn in range(TURNS):
        intent = chance.choice(chance.choice((_ON, _STAYING)))
        asked = _said(chance.choice, intent, session.attributes, now) if turn else envelopes.launch(session, now)
        asked["session"] |= {"new": session.new, "attributes": dict(session.attributes)}
        _by(asked, envelopes.identity.user)
        if turn:
            yield Moment(deepcopy(asked), now)
        with ExitStack() as stack:
            if not saving:
                fails = patch.object(range_.store(Mode.LOCAL), "keep", side_effect=StoreFailed)
                stack.enter_context(fails)
            answer = range_.send(Mode.LOCAL, Shot("", written(asked), now))
        replied = json.loads(answer.body)
        if replied["response"]["shouldEndSession"]:
            return
        session = Conversation(session.id, False, replied["sessionAttributes"])
        now += timedelta(seconds=chance.choice((5, 20, 60, 240)))


def _by(asked: Json, user: str) -> Json:
    asked["context"]["System"]["user"] = asked["session"]["user"] = {"userId": user}
    return asked


# Kinds of requests


@dataclass(frozen=True)
class Kind:
    """A kind of request: a row of the table.

    Attributes:
        name: what is odd about it.
        make: makes one of them.
        share: how many of them there are, beside the others.
        modes: the apps that they are sent to.
    """

    name: str
    make: Callable[[Draw, Stock], Shot]
    share: int
    modes: tuple[Mode, ...]


KINDS: list[Kind] = []

GOING_ON = "going on, in the session that came back"


def kind(name: str, share: int = 2, modes: tuple[Mode, ...] = tuple(Mode)) -> Callable[[Callable[..., Any]], Any]:
    """Makes a function that draws JSON, moments or shots a kind of request."""

    def registered(function: Callable[..., Any]) -> Callable[[Draw, Stock], Shot]:
        def make(draw: Draw, stock: Stock) -> Shot:
            made = function(draw, stock)
            if isinstance(made, Shot):
                return replace(made, kind=name)
            asked, at = (made.asked, made.at) if isinstance(made, Moment) else (made, forge.NOW)
            return Shot(name, written(asked, ascii_only=not draw.share(40)), at)

        KINDS.append(Kind(name, make, share, modes))
        return make

    return registered


@dataclass(frozen=True)
class Attack:
    """A request, the app that it is sent to, and what is said after it."""

    mode: Mode
    shot: Shot
    then: tuple[Json, ...]

    def __repr__(self) -> str:
        shot = self.shot
        return f"{self.mode}: {shot.kind}: {shot.body[:2000]!r}, {dict(shot.environ)!r:.500}, {self.then!r:.2000}"

    def fire(self, range_: Range) -> Iterator[tuple[Shot, Answer]]:
        """Send them one after the other, as long as a session comes back."""
        shot, answer = self.shot, range_.send(self.mode, self.shot)
        yield shot, answer
        for asked in self.then:
            if answer.status != 200 or b"sessionAttributes" not in answer.body:
                return
            asked["session"]["attributes"] = json.loads(answer.body)["sessionAttributes"]
            shot = Shot(GOING_ON, written(asked), self.shot.at, statuses=(200,))
            answer = range_.send(self.mode, shot)
            yield shot, answer


@st.composite
def attacks(drawn: st.DrawFn, kind: Kind, stock: Stock) -> Attack:
    """Requests of a kind, each with up to three more after it."""
    draw = Draw(drawn)
    shot = kind.make(draw, stock)
    then = tuple(anything_said(draw.of, {}, shot.at) for _ in range(draw.number(0, 3)))
    return Attack(draw.of(kind.modes), shot, then)


@kind("whole: nothing is odd", share=4)
def whole(draw: Draw, stock: Stock) -> Shot:
    """A real turn of a real session: were it refused, all the others would prove nothing."""
    return _http(draw, stock, statuses=(200,))


@kind("recorded requests, damaged", share=8)
def recorded_damaged(draw: Draw, stock: Stock) -> Json:
    made: Json = draw(damaged(draw.of(stock.recorded)))
    return made


@kind("parts of two requests mixed", share=3)
def mixed(draw: Draw, stock: Stock) -> Json:
    one, other = deepcopy(draw.of(stock.recorded)), deepcopy(draw.of(stock.recorded))
    for _ in range(draw.number(1, 4)):
        (holder, key), (theirs, name) = draw.of(places(one)), draw.of(places(other))
        renamed = isinstance(holder, dict) and isinstance(name, str) and draw.share(50)
        holder[name if renamed else key] = deepcopy(theirs[name])
    return one


# Something else in some places


def _put(name: str, share: int, value: st.SearchStrategy[Any], most: int = 1, where: Callable[..., Any] = bool) -> None:
    """A kind of request that has these values in up to so many places, of those that are asked for."""

    @kind(name, share)
    def made(draw: Draw, stock: Stock) -> Json:
        asked = stock.any(draw)
        for _ in range(draw.number(1, most)):
            if found := [place for place in places(asked) if where(place)]:
                holder, key = draw.of(found)
                holder[key] = draw(value)
        return asked


_put(
    "wrong types in many places",
    3,
    st.sampled_from((None, True, 0, -1.5, "", "x", [], {}, [None], ["x"], {"x": None}, [[]], [{}])).map(deepcopy),
    most=40,
    where=lambda place: place[1] not in ("type", "timestamp", "applicationId"),
)
_put(
    "huge texts", 1, st.builds(str.__mul__, st.sampled_from('aé𝒜\x00\\"<{1 \ud800'), st.sampled_from(oddities.LENGTHS))
)
_put("huge and odd numbers", 3, st.sampled_from(oddities.NUMBERS), most=3)
_put("nested deeply", 2, oddities.nested())
_put("odd Unicode", 3, odd_text, most=3, where=lambda place: isinstance(place[0][place[1]], str))


@kind("keys that are names of the SDK's or of Python's", share=4)
def mistakable(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    ours = asked.get("session", {}).get("attributes")
    found = (holder[key] for holder, key in places(asked))
    models = [asked, *(inner for inner in found if isinstance(inner, dict) and inner is not ours)]
    for _ in range(draw.number(1, 3)):
        draw.of(models)[draw.of((*MISTAKABLE, *MISTAKABLE, draw(odd_text)))] = draw(odd)
    return asked


@kind("parts missing", share=2)
def missing(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    for _ in range(draw.number(1, 12)):
        if found := places(asked):
            holder, key = draw.of(found)
            del holder[key]
    return asked


@kind("keys that come twice", share=1)
def twice(draw: Draw, stock: Stock) -> Any:
    asked = draw(damaged(draw.of(stock.recorded), 1))
    inner = [place for place in places(asked) if isinstance(place[0][place[1]], dict)]
    if not inner or draw.share(20):
        return Pairs((*asked.items(), ("request", draw.of(stock.recorded)["request"])))
    holder, key = draw.of(inner)
    pairs = list(holder[key].items())
    more = [(draw.of(pairs)[0], draw(odd)) for _ in range(min(2, len(pairs)))]
    holder[key] = Pairs(tuple(draw(st.permutations(pairs + more))))
    return asked


# In the middle of a session

_COUNTS = (-(10**11), -1000, -301, -5, -1, 0, 1, 2, 3, 5, 7, 8, 20, 59, 60, 99, 100, 240, 999, 10**6, 10**11, 10**12)
_count, _word, _day = (st.sampled_from(of) for of in (_COUNTS, WORDS, DATES))
_moment = st.builds(
    lambda since, seconds: int(forge.NOW.timestamp()) + since + seconds,
    st.sampled_from((0, 5, 60, 600, 3600)),
    st.sampled_from((-100_000, -300, -100, -60, -30, -10, -3, -1, 0, 1, 60, 10**6)),
)
_flag = st.sampled_from((True, False, None))

plausible = _count | _count | _moment | _flag | _word | st.lists(_word, max_size=3)
"""A value as our own attributes have them, if not in this place."""


def _of(names: Sequence[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(dict.fromkeys(names, value))


_version = st.sampled_from((1, 2, 3, -1, 10**400, Raw(b"1e400"), True, "2"))
_FIELDS = {
    "history": st.dictionaries(_day, _of(("finished", "skipped", "whole"), st.dictionaries(_word, _count, max_size=3))),
    "wishes": _of(EXERCISES, _of(("level", "reps", "sets", "hold"), plausible)),
    "heard": _of(EXERCISES, _count),
    "left_out": st.sampled_from((list(EXERCISES), list(EXERCISES[1:]), [EXERCISES[0]] * 500)).map(deepcopy),
    "underway": _of(("plan", "exercise"), _word)
    .flatmap(lambda of: st.just(of) | st.just(of | {"done": [of["exercise"]] * 4}))
    .flatmap(lambda of: _of(("step", "piece", "rep", "held"), _count).map(lambda place: of | {"place": place})),
    "zone": st.sampled_from(oddities.ZONES),
    "last_day": _day,
    "safety_day": _day,
    "earlier": _of(("days", "exercises"), _count),
    "saved_at": _version,
    "version": _version,
}
"""Fields of a record as they might be: known words, and numbers beyond all sense."""


def _spoilt(draw: Draw, value: Any) -> None:
    """Some parts of a value of ours are another one of ours, or anything."""
    for _ in range(draw.number(1, 6)):
        if not (found := places(value)):
            return
        holder, key = draw.of(found)
        theirs, name = draw.of([(one, at) for one, at in found if type(one[at]) is type(holder[key])])
        holder[key] = draw(draw.of((odd, *[st.just(deepcopy(theirs[name]))] * 3, *[plausible] * 6)))


def _record(draw: Draw, record: Any) -> Any:
    """What is remembered of a person, with parts of it odd."""
    record = deepcopy(record) if isinstance(record, dict) else {}
    for _ in range(draw.number(0, 3)):
        name = draw.of(tuple(_FIELDS))
        record[name] = draw(_FIELDS[name])
    _spoilt(draw, record)
    return draw(damaged(record)) if draw.share(20) else record


@kind("sessions damaged in their middle", share=16)
def sessions_damaged(draw: Draw, stock: Stock) -> Moment:
    found = deepcopy(draw.of(stock.moments))
    attributes = found.asked["session"]["attributes"]
    ours = attributes.get(KEY) or {}
    if draw.share(15):
        attributes[KEY] = draw(damaged(ours))
    else:
        _spoilt(draw, ours)
    if draw.share(20):
        attributes[SPEAKER] = draw.of(("", "amzn1.ask.person.ANNE", "amzn1.ask.person.BEN"))
    at = found.at + timedelta(seconds=draw.of((-60, 0, 0, 0, 1, 5, 30, 100, 300, 86_400)))
    return Moment(anything_said(draw.of, attributes, at), at)


@kind("attributes that are none of ours", share=2)
def attributes_of_others(draw: Draw, stock: Stock) -> Json:
    keyed = st.dictionaries(any_key, odd, min_size=1, max_size=12)
    texts = st.dictionaries(st.text(max_size=2), odd_text, min_size=10, max_size=20)
    asked = deepcopy(draw.of(stock.recorded))
    session = asked.setdefault("session", {"new": False, "user": {"userId": "u"}})
    session["attributes"] = draw(odd | keyed | _of((KEY, SPEAKER, UNSAVED), odd) | texts)
    return asked


@kind("damaged records that ride in a session", share=8)
def riding_damaged(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    riding = attributes.setdefault(UNSAVED, {"record": {}, "base": {}})
    for half in draw.of((("record",), ("base",), ("record", "base"))):
        riding[half] = _record(draw, riding.get(half))
    if draw.share(30):
        riding["turns"] = draw(damaged(riding.get("turns", [])))
    if draw.share(20):
        attributes[UNSAVED] = draw(damaged(riding))
    asked = anything_said(draw.of, attributes, found.at)
    return Moment(_by(asked, f"amzn1.ask.account.{draw.number(0, 19)}"), found.at)


@kind("huge records and sessions", share=1)
def huge_records(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    filler = draw.of(("a", "é", "𝒜")) * 20
    many = [f"{number}{filler}" for number in range(draw.of((100, 500, 2000)))]
    record = attributes.setdefault(UNSAVED, {"record": {}, "base": {}})["record"]
    days = [f"{1900 + number // 12}-{number % 12 + 1:02}-01" for number in range(len(many))]
    match draw.of(("history", "wishes", "heard", "left_out", "done", "speaker")):
        case "done":
            attributes[KEY]["done"] = many
        case "speaker":
            attributes[SPEAKER] = filler * len(many)
        case "left_out":
            record["left_out"] = many
        case "history":
            record["history"] = {day: {"finished": {"figure-4": 1}} for day in days}
        case name:
            record[name] = {one: draw.of((1, {})) for one in many}
    return Moment(anything_said(draw.of, attributes, found.at), found.at)


@kind("damaged records in the store", share=4)
def stored_damaged(draw: Draw, stock: Stock) -> Shot:
    found = draw.of(stock.riding)
    attributes = found.asked["session"]["attributes"]
    try:
        stored = json.loads(written(_record(draw, attributes.get(UNSAVED, {}).get("record"))))
        json.dumps(stored, allow_nan=False)
    except ValueError:  # what is no JSON, no store holds
        stored = {}
    new = draw.share(70)
    asked = anything_said(draw.of, {} if new else attributes, found.at)
    asked["session"]["new"] = new
    user = "amzn1.ask.account.STORED"
    return Shot("", written(_by(asked, user)), found.at, stored=(user, stored), statuses=(200,))


# Parts of a request


@kind("odd times", share=3)
def times(draw: Draw, stock: Stock) -> Moment:
    found = deepcopy(draw.of(stock.moments))
    seconds = draw.of((-3601, -3600, -3599, -151, -150, -149, -1, 1, 149, 150, 151, 3599, 3600, 3601))
    near = (found.at + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found.asked["request"]["timestamp"] = draw.of((near, draw.of(oddities.TIMES), draw.of(oddities.TIMES)))
    if draw.share(30):
        found.asked["context"]["Viewport"] = {"shape": "OVAL"}
    return found


@kind("odd locales", share=1)
def locales(draw: Draw, stock: Stock) -> Moment:
    found = deepcopy(draw.of(stock.moments))
    found.asked["request"]["locale"] = draw(st.sampled_from(oddities.LOCALES) | odd)
    return found


@kind("odd intents", share=2)
def intents(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.moments)
    intent = draw.of(INTENTS).name
    name = draw.of((intent.lower(), intent + " ", intent[:-1], f"AMAZON.{intent}", draw(odd)))
    said = {"name": name, "slots": draw.of(({}, None, [], draw(odd)))}
    said |= draw(st.dictionaries(any_key, odd, max_size=2))
    asked = law.request("IntentRequest", deepcopy(found.asked["session"]["attributes"]), intent=said)
    return Moment(_at(asked, found.at), found.at)


@kind("odd slots", share=5)
def slots(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.moments)
    intent = draw.of([intent for intent in INTENTS if intent.slots])
    asked = _said(draw.of, intent, deepcopy(found.asked["session"]["attributes"]), found.at)
    filled = asked["request"]["intent"]["slots"]
    for name in list(filled):
        filled[name] = _odd_slot(name, draw)
    if draw.share(20):
        filled[draw(any_key)] = draw(odd)
    return Moment(asked, found.at)


def _odd_slot(name: str, draw: Draw) -> Any:
    value = draw(_word | odd_text | odd)
    code = draw.of(("ER_SUCCESS_MATCH", "ER_SUCCESS_MATCH", "ER_SUCCESS_NO_MATCH", "ER_NEW", None, 7))
    values: Any = [{"value": {"name": "x", "id": value}}]
    values = draw.of((values, [None], [{}], [{"value": None}], [7], [], None, "x", {}, [None, *values], values))
    authority = {"authority": "a", "status": {"code": code}, "values": values}
    authorities = draw.of(([authority], [None], [None, authority], [], {}, "x", None, [authority] * 20, [[]]))
    slot = {"name": name, "value": value, "resolutions": {"resolutionsPerAuthority": authorities}}
    if draw.share(20):
        slot["slotValue"] = {"type": draw.of(("Simple", "List", "Odd")), "values": [draw(odd)]}
    return draw(damaged(slot, 2)) if draw.share(20) else slot


_KEYS = ("reason", "error", "intent", "token", "payload", "body", "cause", "task", "events", "errors", "version",
         "name", "arguments", "status", "dialogState", "eventCreationTime", "input", "message", "source",
         "apiRequest")  # fmt: skip


@kind("other types of request", share=4)
def types(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.moments)
    name = draw.of(oddities.KINDS_OF_REQUEST)
    more = draw(st.dictionaries(st.sampled_from(_KEYS), odd, max_size=4))
    more |= {"reason": draw.of(("ERROR", "USER_INITIATED", "NEW"))} if draw.share(30) else {}
    asked = law.request("x", deepcopy(found.asked["session"]["attributes"]), **more)
    asked["request"]["type"] = draw.of((name, name, name, name.lower(), name + "X", draw(odd)))
    return Moment(_at(asked, found.at), found.at)


@kind("odd users, voices and devices", share=2)
def people(draw: Draw, stock: Stock) -> Moment:
    found = deepcopy(draw.of(stock.moments))
    value = odd_text | odd
    addresses = st.sampled_from(("https://api.amazonalexa.com:99999", "https://[", "https://api.eu.amazonalexa.com"))
    ids = {"user": "userId", "person": "personId", "device": "deviceId"}
    parts = {part: _of((key,), value) for part, key in ids.items()}
    parts |= dict.fromkeys(("apiEndpoint", "apiAccessToken"), value | addresses)
    found.asked["context"]["System"] |= draw(st.fixed_dictionaries({}, optional=parts))
    found.asked["session"]["new"] = draw.of((True, False, None, "no"))
    return found


# Bytes


@kind("cut off, flipped or shuffled bytes", share=5)
def bytes_damaged(draw: Draw, stock: Stock) -> Shot:
    shot = _http(draw, stock)
    return replace(shot, body=_bytes_damaged(draw, shot.body))


def _bytes_damaged(draw: Draw, body: bytes) -> bytes:
    """Cut off before or after a spot, a part left out, a part that comes twice, or some bits that are others."""
    start, end = draw.number(0, len(body) - 1), draw.number(0, len(body) - 1)
    made = bytearray(body)
    for _ in range(draw.of((1, 1, 1, 2, 8))):
        made[draw.number(0, len(made) - 1)] ^= 1 << draw.number(0, 7)
    near = start + draw.number(-99, 29)
    return draw.of((body[:start], body[end:], body[:start] + body[max(near, 0) :], bytes(made), bytes(made)))


@kind("not UTF-8, or JSON in another coding", share=2)
def codings(draw: Draw, stock: Stock) -> Shot:
    text = json.dumps(draw.of(stock.recorded))
    body, spot = text.encode(), draw.number(0, len(text) - 1)
    bad = draw.of((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3", b"\x80", b"\xf0\x9f", b"\x00"))
    other = draw.of(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"))
    made = draw.of((body[:spot] + bad + body[spot:], b"\xef\xbb\xbf" + body, text.encode(other), b"\x1f\x8b" + body))
    statuses = (400,) if made[:3] == b"\xef\xbb\xbf" or b"\xff" in made or made[1:2] == b"\x00" else None
    return Shot("", made, statuses=statuses)


@kind("not an envelope at all", share=1)
def no_envelope(draw: Draw, stock: Stock) -> Shot:
    bodies = (b"", b" ", b"{", b"[]", b"{}", b"null", b"7", b'"x"', b"NaN", b"\x00", b"{}{}", b"[" * 100_000, b"{" * 9,
              b'{"request": []}', b'{"request": {"type": []}}', b'{"a":' * 20_000, b"GET / HTTP/1.1\r\n\r\n", b"<xml/>",
              draw(st.binary(max_size=100)) * draw.number(1, 5), written(draw(odd)))  # fmt: skip
    body = draw.of(bodies)
    return Shot("", body, statuses=_refusals(body))


def _refusals(body: bytes) -> tuple[int, ...]:
    """How a body is refused that must be: unread, when it is too large to be read."""
    return (400,) if len(body) <= REQUEST_BYTES else (413,)


@kind("sizes around the limit", share=1)
def sizes(draw: Draw, stock: Stock) -> Shot:
    shot = _http(draw, stock)
    size = draw.of((REQUEST_BYTES - 1, REQUEST_BYTES, REQUEST_BYTES + 1, 2 * REQUEST_BYTES))
    return replace(shot, body=shot.body.ljust(size), statuses=(200,) if size <= REQUEST_BYTES else (413,))


# HTTP

_SOUND = "/sounds/en-hold-5-ticks.mp3"
_METHODS = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "", "POST ",
            "P\x00ST", "\xff", "X" * 5000)  # fmt: skip
_PATHS = (
    "", "/", "alexa", "/alexa/", "//alexa", "/alexa//", "///", "/ALEXA", "/alexa\x00", "/../alexa", "/./alexa",
    "/%61lexa", "/alexa/../health", "/alexa;x=1", "/alexa\n", "/sounds/", "/sounds//", "/sounds/../../etc/passwd",
    "/sounds/x.mp3/", _SOUND, "/sounds/" + "a" * 5000, "/sounds/.mp3", "/sounds/\x00.mp3", "/\xff\xfe",
    "/\xe5\x81\xa5", "/health", "/health/", "//health", "/static/x", "/" * 3000,
)  # fmt: skip
_TYPES = (
    None, "", "text/plain", "application/json; charset=utf-16", "application/json;charset=\x00", "APPLICATION/JSON",
    "application/vnd.api+json", "application/json, text/plain", "multipart/form-data; boundary=x",
    "multipart/form-data", "application/x-www-form-urlencoded", ";;;", "application/json" * 300,
    'application/json; a="', "\xff", "application/json\n", " application/json ",
    "application/json; charset=" + "x" * 3000, "application/json;" * 200, "*/*", "json",
)  # fmt: skip
_HOSTS = (None, "", "evil.example", "localhost", "LOCALHOST:1", "localhost:99999", "localhost:x", "[::1]:80", "[",
          "127.0.0.1:0", "127.1", "a" * 300, "a" * 60_000, "localhost\x00", "\xff", "localhost@evil",
          "127.0.0.1.nip.io", "::1", "127.0.0.1,x", " ", "<script>", "\r\nX: y")  # fmt: skip
_HEADERS = ("X_FORWARDED_FOR", "FORWARDED", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "RANGE", "IF_NONE_MATCH",
            "IF_MODIFIED_SINCE", "ACCEPT", "ACCEPT_ENCODING", "COOKIE", "CONTENT_ENCODING", "EXPECT", "AUTHORIZATION",
            "DATE", "UPGRADE", "CONNECTION", "TE", "X_HTTP_METHOD_OVERRIDE", "ORIGIN", "REFERER", "", "SIGNATURE",
            "CONTENT_MD5", "X\xff", "A B", "CONTENT_LENGTH", "CONTENT_TYPE", "PROXY",
            "X_FORWARDED_" + "A" * 60_000)  # fmt: skip
_VALUES = ("", " ", "1", "bytes=0-", "bytes=9-1", "bytes=" + "0-1," * 500, "\xff\xfe", "\x00", "a" * 60_000,
           "Basic \xff", "Basic ====", "Bearer x", "gzip", "100-continue", "h2c", "GET", "null", "=", ";;;=", '"',
           'W/"x"', "%00", "*", "for=127.0.0.1", "Sun, 99 Foo 9999 99:99:99 GMT")  # fmt: skip
_ADDRESSES = (None, "", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "x", "127.0.0.1:80", "\xff", "0")


def _environ(**values: Sequence[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({name.replace("wsgi_", "wsgi."): st.sampled_from(of) for name, of in values.items()})


_sent = st.dictionaries(st.sampled_from([f"HTTP_{name}" for name in _HEADERS]), st.sampled_from(_VALUES),
                                min_size=1, max_size=4)  # fmt: skip
_server = _environ(
    SERVER_NAME=("", "\xff", "a" * 300),
    SERVER_PORT=("", "0", "99999", "http"),
    wsgi_url_scheme=("http", "https", "ftp", ""),
)
_around = st.one_of(
    st.just({}),
    _environ(HTTP_HOST=_HOSTS),
    _environ(REMOTE_ADDR=_ADDRESSES),
    st.just({"REQUEST_METHOD": "GET", "PATH_INFO": _SOUND}),
    _server,
)
_ENVIRONS = {
    "odd methods": (1, _environ(REQUEST_METHOD=_METHODS, PATH_INFO=("/alexa", "/alexa", "/health", _SOUND, "/x"))),
    "odd paths": (
        2,
        _environ(
            PATH_INFO=(*_PATHS, *(f"/alexa {chr(number)}" for number in range(256))),
            REQUEST_METHOD=("POST", "GET", "HEAD"),
            SCRIPT_NAME=("", "", "", "/", "/x", "\xff"),
            QUERY_STRING=("", "", "x=1", "%ff=%00", "&&=&", "a" * 5000),
        )
        | _environ(PATH_INFO=_PATHS, REQUEST_METHOD=("POST", "GET")),
    ),
    "odd content types": (1, _environ(CONTENT_TYPE=_TYPES)),
    "odd headers, hosts and addresses": (
        3,
        st.builds(lambda *of: of[0] | of[1] | of[2], _sent, _around, _around),
    ),
}


def _http(draw: Draw, stock: Stock, environ: Json | None = None, statuses: tuple[int, ...] | None = None) -> Shot:
    found = draw.of(stock.moments)
    return Shot("", written(found.asked), found.at, environ or {}, statuses)


for _name, (_share, _strategy) in _ENVIRONS.items():
    kind(_name, _share)(lambda draw, stock, strategy=_strategy: _http(draw, stock, draw(strategy)))


class _Breaking(io.RawIOBase):
    """A connection that breaks off in the middle of the body."""

    def __init__(self, start: bytes) -> None:
        self._start = io.BytesIO(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not (taken := self._start.readinto(buffer)):
            raise ConnectionResetError("the other side went away")
        return taken


@kind("odd content lengths and broken connections", share=2)
def content_lengths(draw: Draw, stock: Stock) -> Shot:
    shot = _http(draw, stock)
    size = len(shot.body)
    lengths = (None, "", "0", "-1", "abc", "1e3", "1", "9" * 20, "9" * 5000, f" {size} ", f"+{size}", "\xb2",
               *map(str, (size // 2, size, size + 1, REQUEST_BYTES, REQUEST_BYTES + 1)))  # fmt: skip
    environ: Json = {"CONTENT_LENGTH": draw.of(lengths)}
    if draw.share(30):
        environ |= {"HTTP_TRANSFER_ENCODING": draw.of(("chunked", "gzip, chunked", "x")), "CONTENT_LENGTH": None}
        environ["wsgi.input_terminated"] = draw.of((True, None))
    if draw.share(20):
        environ["wsgi.input"] = _Breaking(shot.body[: draw.number(0, size - 1)])
        environ["wsgi.input_terminated"] = draw.of((True, None))
    return replace(shot, environ=environ)


# The gate


@kind("unsigned", share=1, modes=(Mode.SIGNED,))
def unsigned(draw: Draw, stock: Stock) -> Shot:
    shot = draw.of((recorded_damaged, bytes_damaged, sessions_damaged, no_envelope))(draw, stock)
    return replace(shot, genuine=False, statuses=_refusals(shot.body))


@kind("forged: the body differs from what was signed", share=1, modes=(Mode.SIGNED,))
def forged_bodies(draw: Draw, stock: Stock) -> Shot:
    shot = _http(draw, stock, statuses=(400,))
    changed = _bytes_damaged(draw, shot.body)
    changed = changed if changed != shot.body else changed + b" "
    return replace(shot, body=changed, environ=signed(shot.body), genuine=False)


@kind("forged or odd signature headers", share=3, modes=(Mode.SIGNED,))
def forged_headers(draw: Draw, stock: Stock) -> Shot:
    shot = _http(draw, stock)
    environ: Json = signed(shot.body)
    name = draw.of(list(environ))
    good = environ[name]
    spot = draw.number(0, len(good) - 1)
    flipped = good[:spot] + chr((ord(good[spot]) ^ (1 << draw.number(0, 6))) or 1) + good[spot + 1 :]
    environ[name] = draw.of((
        None, "", " ", "=", "\xff", "\x00", good[:-1], good + "=", f"{good},{good}", good * 300, good.swapcase(),
        flipped, "http://s3.amazonaws.com/echo.api/x", "https://s3.amazonaws.com:443/echo.api/../x", "https://[",
        "https://s3.amazonaws.com", "file:///etc/passwd", "//", ":", "A" * 344, "A" * 341, "~" * 60_000,
    ))  # fmt: skip
    changed = name.endswith("256") or environ[name] != good
    spared = environ[name] is not None and environ[name].lower().startswith("https://s3.amazonaws.com")
    return replace(shot, environ=environ, statuses=(400,) if changed and not spared else None, genuine=False)


@kind("several kinds of damage at once", share=5)
def several(draw: Draw, stock: Stock) -> Moment:
    made = draw.of((sessions_damaged, riding_damaged, slots, times, people, types))(draw, stock)
    try:
        asked = json.loads(made.body)
    except ValueError:
        asked = draw.of(stock.recorded)
    return Moment(draw(damaged(asked, 3)), made.at)
