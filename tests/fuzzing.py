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
from firing import Answer, Json, Mode, Range, Shot, signed
from hypothesis import strategies as st
from oddities import (
    DATES,
    EQUIPMENT,
    EXERCISES,
    KINDS_OF_REQUEST,
    LENGTHS,
    LOCALES,
    MISTAKABLE,
    NUMBERS,
    ROUTINES,
    TIMES,
    WORDS,
    ZONES,
    Draw,
    Pairs,
    Raw,
    any_key,
    damaged,
    nested,
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
_CHOICES = {
    Slot.EXERCISE: [law.matched(Slot.EXERCISE.value, name) for name in EXERCISES],
    Slot.ROUTINE: [law.matched(Slot.ROUTINE.value, name) for name in ROUTINES],
    Slot.SIDE: [law.matched(Slot.SIDE.value, side) for side in ("left", "right")],
    Slot.EQUIPMENT: [law.matched(Slot.EQUIPMENT.value, name) for name in EQUIPMENT],
    Slot.NUMBER: [law.number(said) for said in ("1", "2", "5", "30", "999", "?", None)],
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

    def moment(self, draw: Draw) -> Moment:
        """A request in the middle of a conversation."""
        return deepcopy(draw.of(self.moments))

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
        asked["context"]["System"]["user"] = asked["session"]["user"] = {"userId": envelopes.identity.user}
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
    """Makes a function that draws bodies or shots a kind of request."""

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
    found = draw.of(stock.moments)
    return Shot("", written(found.asked), found.at, statuses=(200,))


@kind("recorded requests, damaged", share=8)
def recorded_damaged(draw: Draw, stock: Stock) -> Json:
    made: Json = draw(damaged(draw.of(stock.recorded)))
    return made


@kind("parts of two requests mixed", share=3)
def mixed(draw: Draw, stock: Stock) -> Json:
    one, other = deepcopy(draw.of(stock.recorded)), deepcopy(draw.of(stock.recorded))
    for _ in range(draw.number(1, 4)):
        (holder, key), (theirs, name) = draw.of(places(one)), draw.of(places(other))
        if draw.share(50):
            holder[key] = deepcopy(theirs[name])
        elif isinstance(holder, dict):
            holder[name if isinstance(name, str) else key] = deepcopy(theirs[name])
    return one


@kind("wrong types in many places", share=3)
def wrong_types(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    found = [(holder, key) for holder, key in places(asked) if key not in ("type", "timestamp", "applicationId")]
    for _ in range(draw.of((1, 4, len(found) // 3, len(found)))):
        holder, key = draw.of(found)
        holder[key] = deepcopy(draw.of((None, True, 0, -1.5, "", "x", [], {}, [None], ["x"], {"x": None}, [[]], [{}])))
    return asked


@kind("keys that are names of the SDK's or of Python's", share=4)
def mistakable(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    models = _models(asked)
    for _ in range(draw.number(1, 3)):
        draw.of(models)[draw.of(MISTAKABLE)] = draw(odd)
    return asked


def _models(asked: Json) -> list[Json]:
    """The objects that the SDK makes its models of."""
    ours = asked.get("session", {}).get("attributes")
    inner = [holder[key] for holder, key in places(asked) if isinstance(holder[key], dict) and holder[key] is not ours]
    return [asked, *inner]


@kind("nested deeply", share=2)
def deep(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    if draw.share(30):
        asked.setdefault("session", {}).setdefault("attributes", {})[draw(any_key)] = draw(nested())
    else:
        holder, key = draw.of(places(asked))
        holder[key] = draw(nested())
    if draw.share(30):
        asked["context"] = {"System": {"user": 7}, "Viewport": {"shape": "OVAL"}}
    return asked


@kind("huge texts", share=1)
def huge_texts(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    holder, key = draw.of(places(asked))
    text = draw.of(("a", "é", "𝒜", "\x00", "\\", '"', "<", "{", "1", " ", "\ud800")) * draw.of(LENGTHS)
    if isinstance(holder, dict) and draw.share(30):
        holder[text] = holder.pop(key)
    else:
        holder[key] = text
    return asked


@kind("huge and odd numbers", share=3)
def numbers(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    for _ in range(draw.number(1, 3)):
        holder, key = draw.of(places(asked))
        holder[key] = draw.of(NUMBERS)
    return asked


@kind("odd Unicode", share=3)
def unicode(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    for _ in range(draw.number(1, 3)):
        texts = [place for place in places(asked) if isinstance(place[0][place[1]], str)]
        if not texts:
            break
        holder, key = draw.of(texts)
        holder[key] = draw.of((draw(odd_text), holder[key] + draw(odd_text), draw(odd_text) + holder[key]))
    return asked


@kind("not UTF-8, or JSON in another coding", share=2)
def codings(draw: Draw, stock: Stock) -> Shot:
    asked = draw.of(stock.recorded)
    body = json.dumps(asked).encode()
    spot = draw.number(0, len(body) - 1)
    wrong = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3", b"\x80", b"\xf0\x9f", b"\x00")
    bad = draw.of(wrong)
    text = json.dumps(asked)
    made = draw.of(
        (
            body[:spot] + bad + body[spot:],
            b"\xef\xbb\xbf" + body,
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-32"),
            text.encode("utf-7"),
            text.encode("cp037"),
            b"\x1f\x8b" + body,
        )
    )
    statuses = (400,) if made[:3] == b"\xef\xbb\xbf" or b"\xff" in made or made[1:2] == b"\x00" else None
    return Shot("", made, statuses=statuses)


@kind("parts missing", share=2)
def missing(draw: Draw, stock: Stock) -> Json:
    asked = stock.any(draw)
    for _ in range(draw.number(1, 12)):
        if places(asked):
            holder, key = draw.of(places(asked))
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


def plausible(draw: Draw, at: datetime) -> Any:
    """A value as our own attributes have them, if not in this place."""
    match draw.number(0, 5):
        case 0 | 1:
            return draw.of(_COUNTS)
        case 2:
            return int(at.timestamp()) + draw.of((-100_000, -300, -100, -60, -30, -10, -3, -1, 0, 1, 60, 10**6))
        case 3:
            return draw.of((True, False, None))
        case 4:
            return draw.of(WORDS)
        case _:
            return [draw.of(WORDS) for _ in range(draw.number(0, 3))]


def _spoilt(draw: Draw, value: Any, at: datetime) -> None:
    """Some parts of a value of ours are another one of ours, or anything."""
    for _ in range(draw.number(1, 6)):
        if not (found := places(value)):
            return
        holder, key = draw.of(found)
        same = [(theirs, name) for theirs, name in found if type(theirs[name]) is type(holder[key])]
        theirs, name = draw.of(same)
        match draw.number(0, 9):
            case 0:
                holder[key] = draw(odd)
            case 1 | 2 | 3:
                holder[key] = deepcopy(theirs[name])
            case _:
                holder[key] = plausible(draw, at)


VOICES = ("", "amzn1.ask.person.ANNE", "amzn1.ask.person.BEN")
"""Voices that are recognised, and one that is not."""


@kind("sessions damaged in their middle", share=16)
def sessions_damaged(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    attributes = found.asked["session"]["attributes"]
    ours = attributes.get(KEY) or {}
    if draw.share(15):
        attributes[KEY] = draw(damaged(ours))
    else:
        _spoilt(draw, ours, found.at)
    if draw.share(20):
        attributes[SPEAKER] = draw.of(VOICES)
    at = found.at + timedelta(seconds=draw.of((-60, 0, 0, 0, 1, 5, 30, 100, 300, 86_400)))
    return Moment(anything_said(draw.of, attributes, at), at)


@kind("attributes that are none of ours", share=2)
def attributes_of_others(draw: Draw, stock: Stock) -> Json:
    keyed = st.dictionaries(any_key, odd, min_size=1, max_size=12)
    ours = st.fixed_dictionaries({KEY: odd, SPEAKER: odd, UNSAVED: odd})
    attributes = draw(odd | keyed | ours | st.dictionaries(st.text(max_size=2), odd_text, min_size=10, max_size=20))
    asked = deepcopy(draw.of(stock.recorded))
    asked.setdefault("session", {"new": False, "user": {"userId": "u"}})["attributes"] = attributes
    return asked


@kind("damaged records that ride in a session", share=8)
def riding_damaged(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    riding = attributes.setdefault(UNSAVED, {"record": {}, "base": {}})
    for half in draw.of((("record",), ("base",), ("record", "base"))):
        riding[half] = _record(draw, riding.get(half), found.at)
    if draw.share(30):
        riding["turns"] = draw(damaged(riding.get("turns", [])))
    if draw.share(20):
        attributes[UNSAVED] = draw(damaged(riding))
    asked = anything_said(draw.of, attributes, found.at)
    user = {"userId": f"amzn1.ask.account.{draw.number(0, 19)}"}
    asked["session"]["user"] = asked["context"]["System"]["user"] = user
    return Moment(asked, found.at)


def _record(draw: Draw, record: Any, at: datetime) -> Any:
    """What is remembered of a person, with parts of it odd."""
    record = deepcopy(record) if isinstance(record, dict) else {}
    for _ in range(draw.number(0, 3)):
        name = draw.of(("history", "wishes", "heard", "left_out", "underway", "zone", "last_day", "safety_day",
                              "earlier", "saved_at", "version"))  # fmt: skip
        record[name] = _field(draw, name, at)
    _spoilt(draw, record, at)
    return draw(damaged(record)) if draw.share(20) else record


def _counts(draw: Draw) -> dict[str, int]:
    return {draw.of(WORDS): draw.of(_COUNTS) for _ in range(draw.number(0, 3))}


def _field(draw: Draw, name: str, at: datetime) -> Any:
    """A field of a record as it might be: known words, and numbers beyond all sense."""
    match name:
        case "history":
            days = draw(st.sets(st.sampled_from(DATES)))
            return {day: {part: _counts(draw) for part in ("finished", "skipped", "whole")} for day in days}
        case "wishes":
            parts = ("level", "reps", "sets", "hold")
            return {one: {part: plausible(draw, at) for part in parts} for one in EXERCISES}
        case "heard":
            return {one: draw.of(_COUNTS) for one in EXERCISES}
        case "left_out":
            return draw.of((list(EXERCISES), list(EXERCISES[1:]), [EXERCISES[0]] * 500))
        case "underway":
            place = {part: draw.of(_COUNTS) for part in ("step", "piece", "rep", "held")}
            plan, exercise = draw.of(WORDS), draw.of(WORDS)
            return {"plan": plan, "place": place, "exercise": exercise, "done": [exercise] * draw.number(0, 4)}
        case "zone":
            return draw.of(ZONES)
        case "last_day" | "safety_day":
            return draw.of(DATES)
        case "earlier":
            return {"days": draw.of(_COUNTS), "exercises": draw.of(_COUNTS)}
        case _:
            return draw.of((1, 2, 3, -1, 10**400, Raw(b"1e400"), True, "2"))


@kind("huge records and sessions", share=1)
def huge_records(draw: Draw, stock: Stock) -> Moment:
    found = draw.of(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    many = draw.of((100, 500, 2000))
    filler = draw.of(("a", "é", "𝒜"))
    name = draw.of(("history", "wishes", "heard", "left_out", "done", "speaker"))
    records = attributes.setdefault(UNSAVED, {"record": {}, "base": {}})
    match name:
        case "done":
            attributes[KEY]["done"] = [f"{number}{filler * 40}" for number in range(many)]
        case "speaker":
            attributes[SPEAKER] = filler * many * 20
        case "left_out":
            records["record"][name] = [f"{number}{filler * 40}" for number in range(many)]
        case "history":
            days = [f"{1900 + number // 12}-{number % 12 + 1:02}-01" for number in range(many)]
            records["record"][name] = {day: {"finished": {"figure-4": 1}} for day in days}
        case _:
            records["record"][name] = {f"{number}{filler * 20}": draw.of((1, {})) for number in range(many)}
    return Moment(anything_said(draw.of, attributes, found.at), found.at)


@kind("damaged records in the store", share=4)
def stored_damaged(draw: Draw, stock: Stock) -> Shot:
    found = draw.of(stock.riding)
    riding = found.asked["session"]["attributes"].get(UNSAVED, {})
    record = _record(draw, riding.get("record"), found.at)
    try:
        stored = json.loads(written(record))
        json.dumps(stored, allow_nan=False)
    except ValueError:  # what is no JSON, no store holds
        stored = {}
    asked = anything_said(draw.of, found.asked["session"]["attributes"], found.at)
    if draw.share(70):
        asked["session"]["attributes"] = {}
        asked["session"]["new"] = True
    user = "amzn1.ask.account.STORED"
    asked["session"]["user"] = asked["context"]["System"]["user"] = {"userId": user}
    return Shot("", written(asked), found.at, stored=(user, stored), statuses=(200,))


# Parts of a request


@kind("odd times", share=3)
def times(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    asked = found.asked
    seconds = draw.of((-3601, -3600, -3599, -151, -150, -149, -1, 1, 149, 150, 151, 3599, 3600, 3601))
    near = (found.at + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked["request"]["timestamp"] = draw.of((near, draw.of(TIMES), draw.of(TIMES)))
    if draw.share(30):
        asked["context"]["Viewport"] = {"shape": "OVAL"}
    return Moment(asked, found.at)


@kind("odd locales", share=1)
def locales(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    found.asked["request"]["locale"] = draw(st.sampled_from(LOCALES) | odd)
    return found


@kind("odd intents", share=2)
def intents(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    intent = draw.of(INTENTS).name
    name = draw.of((intent.lower(), intent + " ", intent[:-1], f"AMAZON.{intent}", draw(odd)))
    said = {"name": name, "slots": draw.of(({}, None, [], draw(odd)))}
    asked = law.request("IntentRequest", found.asked["session"]["attributes"], intent=said)
    for _ in range(draw.number(0, 2)):
        asked["request"]["intent"][draw(any_key)] = draw(odd)
    return Moment(_at(asked, found.at), found.at)


@kind("odd slots", share=5)
def slots(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    intent = draw.of([intent for intent in INTENTS if intent.slots])
    asked = _said(draw.of, intent, found.asked["session"]["attributes"], found.at)
    filled = asked["request"]["intent"]["slots"]
    for name in list(filled):
        filled[name] = _odd_slot(name, draw)
    if draw.share(20):
        filled[draw(any_key)] = draw(odd)
    return Moment(asked, found.at)


def _odd_slot(name: str, draw: Draw) -> Any:
    value = draw(st.sampled_from(WORDS) | odd_text | odd)
    code = draw.of(("ER_SUCCESS_MATCH", "ER_SUCCESS_MATCH", "ER_SUCCESS_NO_MATCH", "ER_NEW", None, 7))
    values: Any = [{"value": {"name": "x", "id": value}}]
    values = draw.of((values, [None], [{}], [{"value": None}], [7], [], None, "x", {}, [None, *values], values))
    authority = {"authority": "a", "status": {"code": code}, "values": values}
    authorities = draw.of(([authority], [None], [None, authority], [], {}, "x", None, [authority] * 20, [[]]))
    slot = {"name": name, "value": value, "resolutions": {"resolutionsPerAuthority": authorities}}
    if draw.share(20):
        slot["slotValue"] = {"type": draw.of(("Simple", "List", "Odd")), "values": [draw(odd)]}
    return draw(damaged(slot, 2)) if draw.share(20) else slot


@kind("other types of request", share=4)
def types(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    name = draw.of(KINDS_OF_REQUEST)
    odd_name = draw.of((name, name, name, name.lower(), name + "X", draw(odd)))
    keys = ("reason", "error", "intent", "token", "payload", "body", "cause", "task", "events", "errors", "version",
    "name",
            "arguments", "status", "dialogState", "eventCreationTime", "input", "message", "source",
            "apiRequest")  # fmt: skip
    more = {draw.of(keys): draw(odd) for _ in range(draw.number(0, 4))}
    more |= {"reason": draw.of(("ERROR", "USER_INITIATED", "NEW"))} if draw.share(30) else {}
    asked = law.request("x", found.asked["session"]["attributes"], **more)
    asked["request"]["type"] = odd_name
    return Moment(_at(asked, found.at), found.at)


@kind("odd users, voices and devices", share=2)
def people(draw: Draw, stock: Stock) -> Moment:
    found = stock.moment(draw)
    system = found.asked["context"]["System"]
    for _ in range(draw.number(1, 3)):
        part = draw.of(("user", "person", "device", "apiEndpoint", "apiAccessToken"))
        value = draw(odd_text | odd)
        key = {"user": "userId", "person": "personId", "device": "deviceId"}.get(part)
        system[part] = {key: value} if key else draw.of((value, "https://api.amazonalexa.com:99999", "https://[",
                                                               "https://api.eu.amazonalexa.com"))  # fmt: skip
    found.asked["session"]["new"] = draw.of((True, False, None, "no"))
    return found


# Bytes


@kind("cut off, flipped or shuffled bytes", share=5)
def bytes_damaged(draw: Draw, stock: Stock) -> Shot:
    found = stock.moment(draw)
    return Shot("", _bytes_damaged(draw, written(found.asked)), found.at)


def _bytes_damaged(draw: Draw, body: bytes) -> bytes:
    made = bytearray(body)
    match draw.number(0, 4):
        case 0:
            return bytes(made[: draw.number(0, len(made) - 1)])
        case 1:
            return bytes(made[draw.number(0, len(made) - 1) :])
        case 2:
            start = draw.number(0, len(made) - 1)
            del made[start : start + draw.number(1, 29)]
        case 3:
            start = draw.number(0, len(made) - 1)
            made[start:start] = made[start : start + draw.number(1, 99)]
        case _:
            for _ in range(draw.of((1, 1, 1, 2, 8))):
                made[draw.number(0, len(made) - 1)] ^= 1 << draw.number(0, 7)
    return bytes(made)


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
    found = draw.of(stock.moments)
    body = written(found.asked)
    size = draw.of((REQUEST_BYTES - 1, REQUEST_BYTES, REQUEST_BYTES + 1, 2 * REQUEST_BYTES))
    padded = body + b" " * (size - len(body))
    return Shot("", padded, found.at, statuses=(200,) if size <= REQUEST_BYTES else (413,))


# HTTP


def _http(draw: Draw, stock: Stock, statuses: tuple[int, ...] | None = None, **environ: Any) -> Shot:
    found = draw.of(stock.moments)
    return Shot("", written(found.asked), found.at, environ, statuses)


@kind("odd methods", share=1)
def methods(draw: Draw, stock: Stock) -> Shot:
    method = draw.of(("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW",
                            "", "POST ", "P\x00ST", "\xff", "X" * 5000))  # fmt: skip
    path = draw.of(("/alexa", "/alexa", "/health", "/sounds/en-hold-5-ticks.mp3", "/x"))
    return _http(draw, stock, REQUEST_METHOD=method, PATH_INFO=path)


@kind("odd paths", share=2)
def paths(draw: Draw, stock: Stock) -> Shot:
    path = draw.of((
        "", "/", "alexa", "/alexa/", "//alexa", "/alexa//", "///", "/ALEXA", "/alexa\x00", "/../alexa", "/./alexa",
        "/%61lexa",
        "/alexa/../health", "/alexa;x=1", "/alexa\n", "/sounds/", "/sounds//", "/sounds/../../etc/passwd",
        "/sounds/x.mp3/",
        "/sounds/en-hold-5-ticks.mp3", "/sounds/" + "a" * 5000, "/sounds/.mp3", "/sounds/\x00.mp3", "/\xff\xfe",
        "/\xe5\x81\xa5", "/health", "/health/", "//health", "/static/x", "/" * 3000,
        "/alexa " + chr(draw.number(0, 255)),
    ))  # fmt: skip
    method = draw.of(("POST", "GET", "HEAD"))
    script = draw.of(("", "", "", "/", "/x", "\xff"))
    query = draw.of(("", "", "x=1", "%ff=%00", "&&=&", "a" * 5000))
    return _http(draw, stock, PATH_INFO=path, REQUEST_METHOD=method, SCRIPT_NAME=script, QUERY_STRING=query)


@kind("odd content types", share=1)
def content_types(draw: Draw, stock: Stock) -> Shot:
    return _http(draw, stock, CONTENT_TYPE=draw.of((
        None, "", "text/plain", "application/json; charset=utf-16", "application/json;charset=\x00", "APPLICATION/JSON",
        "application/vnd.api+json", "application/json, text/plain", "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/x-www-form-urlencoded", ";;;", "application/json" * 300,
        'application/json; a="', "\xff", "application/json\n",
        " application/json ", "application/json; charset=" + "x" * 3000, "application/json;" * 200, "*/*", "json",
    )))  # fmt: skip


class _Breaking(io.RawIOBase):
    """A connection that breaks off in the middle of the body."""

    def __init__(self, start: bytes) -> None:
        self._start = start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._start:
            raise ConnectionResetError("the other side went away")
        taken, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@kind("odd content lengths and broken connections", share=2)
def content_lengths(draw: Draw, stock: Stock) -> Shot:
    found = draw.of(stock.moments)
    body = written(found.asked)
    length = draw.of((None, "", "0", "-1", "abc", "1e3", "1", str(len(body) // 2), str(len(body) + 1),
                            "9" * 20, "9" * 5000,
                            f" {len(body)} ", f"+{len(body)}", "\xb2", str(REQUEST_BYTES), str(REQUEST_BYTES + 1),
                            str(len(body))))  # fmt: skip
    environ: Json = {"CONTENT_LENGTH": length}
    if draw.share(30):
        environ |= {"HTTP_TRANSFER_ENCODING": draw.of(("chunked", "gzip, chunked", "x")), "CONTENT_LENGTH": None}
        environ["wsgi.input_terminated"] = draw.of((True, None))
    if draw.share(20):
        environ["wsgi.input"] = _Breaking(body[: draw.number(0, len(body) - 1)])
        environ["wsgi.input_terminated"] = draw.of((True, None))
    return Shot("", body, found.at, environ)


_HOSTS = (None, "", "evil.example", "localhost", "LOCALHOST:1", "localhost:99999", "localhost:x", "[::1]:80", "[",
          "127.0.0.1:0",
          "127.1", "a" * 300, "a" * 60_000, "localhost\x00", "\xff", "localhost@evil", "127.0.0.1.nip.io", "::1",
          "127.0.0.1,x", " ",
          "<script>", "\r\nX: y")  # fmt: skip

_HEADERS = ("X_FORWARDED_FOR", "FORWARDED", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "RANGE", "IF_NONE_MATCH",
            "IF_MODIFIED_SINCE", "ACCEPT", "ACCEPT_ENCODING", "COOKIE", "CONTENT_ENCODING", "EXPECT",
            "AUTHORIZATION", "DATE",
            "UPGRADE", "CONNECTION", "TE", "X_HTTP_METHOD_OVERRIDE", "ORIGIN", "REFERER", "", "SIGNATURE",
            "CONTENT_MD5",
            "X\xff", "A B", "CONTENT_LENGTH", "CONTENT_TYPE", "PROXY", "X_FORWARDED_" + "A" * 60_000)  # fmt: skip

_VALUES = ("", " ", "1", "bytes=0-", "bytes=9-1", "bytes=" + "0-1," * 500, "\xff\xfe", "\x00", "a" * 60_000,
           "Basic \xff",
           "Basic ====", "Bearer x", "gzip", "100-continue", "h2c", "GET", "null", "=", ";;;=",
           '"', 'W/"x"', "%00", "*", "for=127.0.0.1",
           "Sun, 99 Foo 9999 99:99:99 GMT")  # fmt: skip


@kind("odd headers, hosts and addresses", share=3)
def headers(draw: Draw, stock: Stock) -> Shot:
    environ: Json = {f"HTTP_{draw.of(_HEADERS)}": draw.of(_VALUES) for _ in range(draw.number(1, 4))}
    if draw.share(40):
        environ["HTTP_HOST"] = draw.of(_HOSTS)
    if draw.share(20):
        addresses = (None, "", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "x", "127.0.0.1:80", "\xff", "0")
        environ["REMOTE_ADDR"] = draw.of(addresses)
    if draw.share(20):
        environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": "/sounds/en-hold-5-ticks.mp3"}
    if draw.share(10):
        environ["SERVER_NAME"] = draw.of(("", "\xff", "a" * 300))
        environ["SERVER_PORT"] = draw.of(("", "0", "99999", "http"))
        environ["wsgi.url_scheme"] = draw.of(("http", "https", "ftp", ""))
    return _http(draw, stock, None, **environ)


# The gate


@kind("unsigned", share=1, modes=(Mode.SIGNED,))
def unsigned(draw: Draw, stock: Stock) -> Shot:
    shot = draw.of((recorded_damaged, bytes_damaged, sessions_damaged, no_envelope))(draw, stock)
    return replace(shot, genuine=False, statuses=_refusals(shot.body))


@kind("forged: the body differs from what was signed", share=1, modes=(Mode.SIGNED,))
def forged_bodies(draw: Draw, stock: Stock) -> Shot:
    found = draw.of(stock.moments)
    body = written(found.asked)
    genuine = signed(body)
    changed = _bytes_damaged(draw, body)
    changed = changed if changed != body else body + b" "
    return Shot("", changed, found.at, genuine, (400,), genuine=False)


@kind("forged or odd signature headers", share=3, modes=(Mode.SIGNED,))
def forged_headers(draw: Draw, stock: Stock) -> Shot:
    found = draw.of(stock.moments)
    body = written(found.asked)
    environ: Json = signed(body)
    name = draw.of(list(environ))
    good = environ[name]
    spot = draw.number(0, len(good) - 1)
    flipped = good[:spot] + chr((ord(good[spot]) ^ (1 << draw.number(0, 6))) or 1) + good[spot + 1 :]
    odd_ones = (None, "", " ", "=", "\xff", "\x00", good[:-1], good + "=", f"{good},{good}", good * 300,
    good.swapcase(), flipped,
                "http://s3.amazonaws.com/echo.api/x", "https://s3.amazonaws.com:443/echo.api/../x", "https://[",
                "https://s3.amazonaws.com",
                "file:///etc/passwd", "//", ":", "A" * 344, "A" * 341, "~" * 60_000)  # fmt: skip
    environ[name] = draw.of(odd_ones)
    changed = name.endswith("256") or environ[name] != good
    spared = environ[name] is not None and environ[name].lower().startswith("https://s3.amazonaws.com")
    return Shot("", body, found.at, environ, (400,) if changed and not spared else None, genuine=False)


@kind("several kinds of damage at once", share=5)
def several(draw: Draw, stock: Stock) -> Moment:
    made = draw.of((sessions_damaged, riding_damaged, slots, times, people, types))(draw, stock)
    try:
        asked = json.loads(made.body)
    except ValueError:
        asked = deepcopy(draw.of(stock.recorded))
    if not isinstance(asked, dict):
        asked = deepcopy(draw.of(stock.recorded))
    return Moment(draw(damaged(asked, 3)), made.at)
