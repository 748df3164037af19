"""Requests that are made to break the skill, of many kinds, all drawn from one seed.

`tests/test_fuzz.py` sends a few of them, `prove/fuzz.py` a hundred thousand. What the apps answer goes back into the
stock, so that later requests go on in sessions that were damaged earlier.
"""

import io
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random as Chance
from typing import Any
from unittest.mock import patch

import forge
import law
from firing import Answer, Json, Mode, Range, Shot, signed
from oddities import (
    DATES,
    KINDS_OF_REQUEST,
    LENGTHS,
    LOCALES,
    MISTAKABLE,
    NUMBERS,
    TIMES,
    ZONES,
    Pairs,
    Raw,
    Vocabulary,
    any_key,
    damage,
    drop,
    nested,
    odd,
    odd_text,
    places,
    vocabulary,
    written,
)
from scenes import library

from skill.alexa.attributes import KEY
from skill.alexa.intents import INTENTS, Intent, Slot
from skill.alexa.people import SPEAKER, UNSAVED
from skill.library.limits import REQUEST_BYTES
from skill.memory.shelf import StoreFailed
from skill.simulator.wire import Conversation, Envelopes, Identity, numbered_ids

# The stock: what is damaged


@dataclass(frozen=True)
class Moment:
    """A request in the middle of a conversation, and when it was sent."""

    asked: Json
    at: datetime


class Stock:
    """Recorded requests, conversations that were really had, and the sessions that came back from damaged ones."""

    def __init__(self, range_: Range) -> None:
        """Has the conversations, with the app in local mode."""
        self.words = vocabulary(library())
        self.recorded = [law.envelope(name) for name in law.names()]
        self.moments = [moment for seed in range(12) for moment in _had(range_, self, seed)]
        self.riding = [moment for seed in range(12, 18) for moment in _had(range_, self, seed, saving=False)]
        self.returned: deque[Json] = deque(maxlen=200)

    def moment(self, chance: Chance) -> Moment:
        """A request in the middle of a conversation; sometimes of one that was damaged before."""
        found = chance.choice(self.moments)
        asked = deepcopy(found.asked)
        if self.returned and chance.random() < 0.3:
            asked["session"]["attributes"] = deepcopy(chance.choice(self.returned))
        return Moment(asked, found.at)

    def learn(self, answer: Answer) -> None:
        """Keep the session that an answer carries."""
        if answer.status == 200 and b"sessionAttributes" in answer.body and len(answer.body) < 8000:
            attributes = json.loads(answer.body).get("sessionAttributes")
            if attributes and KEY in attributes:
                self.returned.append(attributes)


EVENTS = ("LaunchRequest", "IntentRequest", "SessionEndedRequest")

TURNS = 30
"""Turns of a conversation in the stock."""


def _had(range_: Range, stock: Stock, seed: int, *, saving: bool = True) -> Iterator[Moment]:
    """A conversation as it is had; with a store that takes nothing, what is not saved rides along."""
    chance = Chance(seed)
    envelopes = Envelopes(Identity(skill=law.SKILL_ID, user=f"amzn1.ask.account.{seed}"), numbered_ids())
    session, now = envelopes.session(), forge.NOW
    for turn in range(TURNS):
        asked = envelopes.launch(session, now) if turn == 0 else wish(chance, stock.words, session.attributes, now)
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


_ON = [intent for intent in INTENTS if intent.name in ("AMAZON.NextIntent", "ReadyIntent", "StartRoutineIntent")]
_AWAY = ("AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent", "EmergencyIntent", "AMAZON.NoIntent")
_STAYING = [intent for intent in INTENTS if intent.name not in _AWAY]


def wish(chance: Chance, words: Vocabulary, attributes: Mapping[str, Any], at: datetime) -> Json:
    """Something that people do say, at some moment of a session; mostly to go on."""
    intent = chance.choice(_ON) if chance.random() < 0.5 else chance.choice(_STAYING)
    return _said(intent, chance, words, attributes, at)


def anything_said(chance: Chance, words: Vocabulary, attributes: Mapping[str, Any], at: datetime) -> Json:
    """Any intent of ours, any launch, any end."""
    kind = chance.choices(EVENTS, (1, 12, 2))[0]
    if kind == "IntentRequest":
        return _said(chance.choice(INTENTS), chance, words, attributes, at)
    reason = chance.choice(("USER_INITIATED", "ERROR", "EXCEEDED_MAX_REPROMPTS"))
    more = {"reason": reason} if kind == "SessionEndedRequest" else {}
    return _at(law.request(kind, dict(attributes), **more), at)


def _said(intent: Intent, chance: Chance, words: Vocabulary, attributes: Mapping[str, Any], at: datetime) -> Json:
    slots = {slot.value: _filled(slot, chance, words) for slot in intent.slots.values()}
    return _at(law.intent(intent.name, dict(attributes), **slots), at)


def _at(asked: Json, at: datetime) -> Json:
    asked["request"]["timestamp"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return asked


def _filled(slot: Slot, chance: Chance, words: Vocabulary) -> Json:
    if chance.random() < 0.2:
        return {"name": slot.value, "confirmationStatus": "NONE"}
    match slot:
        case Slot.EXERCISE:
            return law.matched(slot.value, chance.choice(words.exercises))
        case Slot.ROUTINE:
            return law.matched(slot.value, chance.choice(words.routines))
        case Slot.SIDE:
            return law.matched(slot.value, chance.choice(("left", "right")))
        case Slot.NUMBER:
            return law.number(chance.choice(("1", "2", "5", "30", "999", "?", None)))


# Kinds of requests

Make = Callable[[Chance, Stock], Shot]


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
    make: Make
    share: int
    modes: tuple[Mode, ...]


KINDS: list[Kind] = []


def kind(name: str, share: int = 2, modes: tuple[Mode, ...] = tuple(Mode)) -> Callable[[Callable[..., Any]], Make]:
    """Makes a function that gives bodies or shots a kind of request."""

    def registered(function: Callable[..., Any]) -> Make:
        def make(chance: Chance, stock: Stock) -> Shot:
            made = function(chance, stock)
            if isinstance(made, Shot):
                return replace(made, kind=name)
            asked, at = (made.asked, made.at) if isinstance(made, Moment) else (made, forge.NOW)
            return Shot(name, written(asked, ascii_only=chance.random() < 0.6), at)

        KINDS.append(Kind(name, make, share, modes))
        return make

    return registered


def shots(count: int, seed: int, stock: Stock) -> Iterator[tuple[Mode, Shot]]:
    """So many requests of all kinds, in an order drawn from the seed."""
    chance = Chance(seed)
    rows = [(mode, one) for one in KINDS for mode in one.modes]
    shares = [one.share for _, one in rows]
    for row in rows[:count]:  # each kind at least once
        yield row[0], row[1].make(chance, stock)
    for mode, one in chance.choices(rows, shares, k=count - len(rows[:count])):
        yield mode, one.make(chance, stock)


@kind("whole: nothing is odd", share=4)
def whole(chance: Chance, stock: Stock) -> Shot:
    """A real turn of a real session: were it refused, all the others would prove nothing."""
    found = chance.choice(stock.moments)
    return Shot("", written(found.asked), found.at, statuses=(200,))


@kind("recorded requests, damaged", share=8)
def recorded_damaged(chance: Chance, stock: Stock) -> Json:
    return _damaged(chance, chance.choice(stock.recorded), stock)


def _damaged(chance: Chance, asked: Json, stock: Stock, most: int = 4) -> Json:
    made: Json = damage(chance, asked, stock.words, most)
    return made


@kind("parts of two requests mixed", share=3)
def mixed(chance: Chance, stock: Stock) -> Json:
    one, other = deepcopy(chance.choice(stock.recorded)), deepcopy(chance.choice(stock.recorded))
    for _ in range(chance.randint(1, 4)):
        (holder, key), (theirs, name) = chance.choice(places(one)), chance.choice(places(other))
        if chance.random() < 0.5:
            holder[key] = deepcopy(theirs[name])
        elif isinstance(holder, dict):
            holder[name if isinstance(name, str) else key] = deepcopy(theirs[name])
    return one


@kind("wrong types in many places", share=3)
def wrong_types(chance: Chance, stock: Stock) -> Json:
    asked = deepcopy(stock.moment(chance).asked if chance.random() < 0.5 else chance.choice(stock.recorded))
    share = chance.choice((0.05, 0.2, 0.6))
    for holder, key in places(asked):
        if chance.random() < share and key not in ("type", "timestamp", "applicationId"):
            holder[key] = chance.choice((None, True, 0, -1.5, "", "x", [], {}, [None], ["x"], {"x": None}, [[]], [{}]))
    return asked


@kind("keys that are names of the SDK's or of Python's", share=4)
def mistakable(chance: Chance, stock: Stock) -> Json:
    asked = deepcopy(stock.moment(chance).asked if chance.random() < 0.5 else chance.choice(stock.recorded))
    models = _models(asked)
    for _ in range(chance.randint(1, 3)):
        chance.choice(models)[chance.choice(MISTAKABLE)] = odd(chance, stock.words)
    return asked


def _models(asked: Json) -> list[Json]:
    """The objects that the SDK makes its models of."""
    ours = asked.get("session", {}).get("attributes")
    inner = [holder[key] for holder, key in places(asked) if isinstance(holder[key], dict) and holder[key] is not ours]
    return [asked, *inner]


@kind("nested deeply", share=2)
def deep(chance: Chance, stock: Stock) -> Json:
    asked = deepcopy(stock.moment(chance).asked if chance.random() < 0.5 else chance.choice(stock.recorded))
    if chance.random() < 0.3:
        asked.setdefault("session", {}).setdefault("attributes", {})[any_key(chance, stock.words)] = nested(chance)
    else:
        holder, key = chance.choice(places(asked))
        holder[key] = nested(chance)
    if chance.random() < 0.3:
        asked["context"] = {"System": {"user": 7}, "Viewport": {"shape": "OVAL"}}
    return asked


@kind("huge texts", share=1)
def huge_texts(chance: Chance, stock: Stock) -> Json:
    asked = deepcopy(stock.moment(chance).asked if chance.random() < 0.5 else chance.choice(stock.recorded))
    holder, key = chance.choice(places(asked))
    text = chance.choice(("a", "é", "𝒜", "\x00", "\\", '"', "<", "{", "1", " ", "\ud800")) * chance.choice(LENGTHS)
    if isinstance(holder, dict) and chance.random() < 0.3:
        holder[text] = holder.pop(key)
    else:
        holder[key] = text
    return asked


@kind("huge and odd numbers", share=3)
def numbers(chance: Chance, stock: Stock) -> Json:
    asked = stock.moment(chance).asked if chance.random() < 0.6 else deepcopy(chance.choice(stock.recorded))
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(places(asked))
        holder[key] = chance.choice(NUMBERS)
    return asked


@kind("odd Unicode", share=3)
def unicode(chance: Chance, stock: Stock) -> Json:
    asked = stock.moment(chance).asked if chance.random() < 0.6 else deepcopy(chance.choice(stock.recorded))
    for _ in range(chance.randint(1, 3)):
        texts = [place for place in places(asked) if isinstance(place[0][place[1]], str)]
        if not texts:
            break
        holder, key = chance.choice(texts)
        holder[key] = chance.choice((odd_text(chance), holder[key] + odd_text(chance), odd_text(chance) + holder[key]))
    return asked


@kind("not UTF-8, or JSON in another coding", share=2)
def codings(chance: Chance, stock: Stock) -> Shot:
    asked = chance.choice(stock.recorded)
    body = json.dumps(asked).encode()
    spot = chance.randrange(len(body))
    wrong = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3", b"\x80", b"\xf0\x9f", b"\x00")
    bad = chance.choice(wrong)
    text = json.dumps(asked)
    made = chance.choice(
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
def missing(chance: Chance, stock: Stock) -> Json:
    asked = stock.moment(chance).asked if chance.random() < 0.5 else deepcopy(chance.choice(stock.recorded))
    for _ in range(chance.randint(1, 12)):
        if places(asked):
            drop(chance, asked, stock.words)
    return asked


@kind("keys that come twice", share=1)
def twice(chance: Chance, stock: Stock) -> Any:
    asked = damage(chance, chance.choice(stock.recorded), stock.words, 1)
    inner = [place for place in places(asked) if isinstance(place[0][place[1]], dict)]
    if not inner or chance.random() < 0.2:
        return Pairs((*asked.items(), ("request", chance.choice(stock.recorded)["request"])))
    holder, key = chance.choice(inner)
    pairs = list(holder[key].items())
    more = [(name, odd(chance, stock.words)) for name, _ in chance.sample(pairs, min(2, len(pairs)))]
    holder[key] = Pairs(tuple(chance.sample(pairs + more, len(pairs + more))))
    return asked


# In the middle of a session

_COUNTS = (-(10**11), -1000, -301, -5, -1, 0, 1, 2, 3, 5, 7, 8, 20, 59, 60, 99, 100, 240, 999, 10**6, 10**11, 10**12)


def plausible(chance: Chance, words: Vocabulary, at: datetime) -> Any:
    """A value as our own attributes have them, if not in this place."""
    match chance.randrange(6):
        case 0 | 1:
            return chance.choice(_COUNTS)
        case 2:
            return int(at.timestamp()) + chance.choice((-100_000, -300, -100, -60, -30, -10, -3, -1, 0, 1, 60, 10**6))
        case 3:
            return chance.choice((True, False, None))
        case 4:
            return chance.choice(words.words)
        case _:
            return [chance.choice(words.words) for _ in range(chance.randrange(4))]


def _spoilt(chance: Chance, value: Any, stock: Stock, at: datetime) -> None:
    """Some parts of a value of ours are another one of ours, or anything."""
    for _ in range(chance.randint(1, 6)):
        if not (found := places(value)):
            return
        holder, key = chance.choice(found)
        same = [(theirs, name) for theirs, name in found if type(theirs[name]) is type(holder[key])]
        theirs, name = chance.choice(same)
        others = (plausible(chance, stock.words, at), odd(chance, stock.words), deepcopy(theirs[name]))
        holder[key] = chance.choices(others, (6, 1, 3))[0]


VOICES = ("", "amzn1.ask.person.ANNE", "amzn1.ask.person.BEN")
"""Voices that are recognised, and one that is not."""


@kind("sessions damaged in their middle", share=16)
def sessions_damaged(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    attributes = found.asked["session"]["attributes"]
    ours = attributes.get(KEY) or {}
    if chance.random() < 0.15:
        attributes[KEY] = damage(chance, ours, stock.words)
    else:
        _spoilt(chance, ours, stock, found.at)
    if chance.random() < 0.2:
        attributes[SPEAKER] = chance.choice(VOICES)
    at = found.at + timedelta(seconds=chance.choice((-60, 0, 0, 0, 1, 5, 30, 100, 300, 86_400)))
    return Moment(anything_said(chance, stock.words, attributes, at), at)


@kind("attributes that are none of ours", share=2)
def attributes_of_others(chance: Chance, stock: Stock) -> Json:
    attributes = chance.choice(
        (
            odd(chance, stock.words),
            {any_key(chance, stock.words): odd(chance, stock.words) for _ in range(chance.randrange(1, 20))},
            {KEY: odd(chance, stock.words), SPEAKER: odd(chance, stock.words), UNSAVED: odd(chance, stock.words)},
            {str(number): odd_text(chance) for number in range(chance.choice((10, 40)))},
        )
    )
    asked = deepcopy(chance.choice(stock.recorded))
    asked.setdefault("session", {"new": False, "user": {"userId": "u"}})["attributes"] = attributes
    return asked


@kind("damaged records that ride in a session", share=8)
def riding_damaged(chance: Chance, stock: Stock) -> Moment:
    found = chance.choice(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    riding = attributes.setdefault(UNSAVED, {"record": {}, "base": {}})
    for half in chance.sample(("record", "base"), chance.randint(1, 2)):
        riding[half] = _record(chance, riding.get(half), stock, found.at)
    if chance.random() < 0.3:
        riding["turns"] = damage(chance, riding.get("turns", []), stock.words)
    if chance.random() < 0.2:
        attributes[UNSAVED] = damage(chance, riding, stock.words)
    asked = anything_said(chance, stock.words, attributes, found.at)
    user = {"userId": f"amzn1.ask.account.{chance.randrange(20)}"}
    asked["session"]["user"] = asked["context"]["System"]["user"] = user
    return Moment(asked, found.at)


def _record(chance: Chance, record: Any, stock: Stock, at: datetime) -> Any:
    """What is remembered of a person, with parts of it odd."""
    record = deepcopy(record) if isinstance(record, dict) else {}
    for _ in range(chance.randrange(4)):
        name = chance.choice(("history", "wishes", "heard", "left_out", "underway", "zone", "last_day", "safety_day",
                              "earlier", "saved_at", "version"))  # fmt: skip
        record[name] = _field(name, chance, stock, at)
    _spoilt(chance, record, stock, at)
    return damage(chance, record, stock.words) if chance.random() < 0.2 else record


def _counts(chance: Chance, words: Vocabulary) -> dict[str, int]:
    return {chance.choice(words.words): chance.choice(_COUNTS) for _ in range(chance.randrange(4))}


def _field(name: str, chance: Chance, stock: Stock, at: datetime) -> Any:
    """A field of a record as it might be: known words, and numbers beyond all sense."""
    words = stock.words
    match name:
        case "history":
            days = chance.sample(DATES, chance.randrange(len(DATES)))
            return {day: {part: _counts(chance, words) for part in ("finished", "skipped", "whole")} for day in days}
        case "wishes":
            parts = ("level", "reps", "sets", "hold")
            return {one: {part: plausible(chance, words, at) for part in parts} for one in words.exercises}
        case "heard":
            return {one: chance.choice(_COUNTS) for one in words.exercises}
        case "left_out":
            return chance.choice((list(words.exercises), list(words.exercises[1:]), [words.exercises[0]] * 500))
        case "underway":
            place = {part: chance.choice(_COUNTS) for part in ("step", "piece", "rep", "held")}
            plan, exercise = chance.choice(words.words), chance.choice(words.words)
            return {"plan": plan, "place": place, "exercise": exercise, "done": [exercise] * chance.randrange(5)}
        case "zone":
            return chance.choice(ZONES)
        case "last_day" | "safety_day":
            return chance.choice(DATES)
        case "earlier":
            return {"days": chance.choice(_COUNTS), "exercises": chance.choice(_COUNTS)}
        case _:
            return chance.choice((1, 2, 3, -1, 10**400, Raw(b"1e400"), True, "2"))


@kind("huge records and sessions", share=1)
def huge_records(chance: Chance, stock: Stock) -> Moment:
    found = chance.choice(stock.riding)
    attributes = deepcopy(found.asked["session"]["attributes"])
    many = chance.choice((100, 500, 2000))
    filler = chance.choice(("a", "é", "𝒜"))
    name = chance.choice(("history", "wishes", "heard", "left_out", "done", "speaker"))
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
            records["record"][name] = {f"{number}{filler * 20}": chance.choice((1, {})) for number in range(many)}
    return Moment(anything_said(chance, stock.words, attributes, found.at), found.at)


@kind("damaged records in the store", share=4)
def stored_damaged(chance: Chance, stock: Stock) -> Shot:
    found = chance.choice(stock.riding)
    riding = found.asked["session"]["attributes"].get(UNSAVED, {})
    record = _record(chance, riding.get("record"), stock, found.at)
    try:
        stored = json.loads(written(record))
        json.dumps(stored, allow_nan=False)
    except ValueError:  # what is no JSON, no store holds
        stored = {}
    asked = anything_said(chance, stock.words, found.asked["session"]["attributes"], found.at)
    if chance.random() < 0.7:
        asked["session"]["attributes"] = {}
        asked["session"]["new"] = True
    user = "amzn1.ask.account.STORED"
    asked["session"]["user"] = asked["context"]["System"]["user"] = {"userId": user}
    return Shot("", written(asked), found.at, stored=(user, stored), statuses=(200,))


# Parts of a request


@kind("odd times", share=3)
def times(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    asked = found.asked
    seconds = chance.choice((-3601, -3600, -3599, -151, -150, -149, -1, 1, 149, 150, 151, 3599, 3600, 3601))
    near = (found.at + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked["request"]["timestamp"] = chance.choice((near, chance.choice(TIMES), chance.choice(TIMES)))
    if chance.random() < 0.3:
        asked["context"]["Viewport"] = {"shape": "OVAL"}
    return Moment(asked, found.at)


@kind("odd locales", share=1)
def locales(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    found.asked["request"]["locale"] = chance.choice((chance.choice(LOCALES), odd(chance, stock.words)))
    return found


@kind("odd intents", share=2)
def intents(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    intent = chance.choice(INTENTS).name
    name = chance.choice((intent.lower(), intent + " ", intent[:-1], f"AMAZON.{intent}", odd(chance, stock.words)))
    said = {"name": name, "slots": chance.choice(({}, None, [], odd(chance, stock.words)))}
    asked = law.request("IntentRequest", found.asked["session"]["attributes"], intent=said)
    for _ in range(chance.randrange(3)):
        asked["request"]["intent"][any_key(chance, stock.words)] = odd(chance, stock.words)
    return Moment(_at(asked, found.at), found.at)


@kind("odd slots", share=5)
def slots(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    intent = chance.choice([intent for intent in INTENTS if intent.slots])
    asked = _said(intent, chance, stock.words, found.asked["session"]["attributes"], found.at)
    filled = asked["request"]["intent"]["slots"]
    for name in list(filled):
        filled[name] = _odd_slot(name, chance, stock)
    if chance.random() < 0.2:
        filled[any_key(chance, stock.words)] = odd(chance, stock.words)
    return Moment(asked, found.at)


def _odd_slot(name: str, chance: Chance, stock: Stock) -> Any:
    value = chance.choice((chance.choice(stock.words.words), odd_text(chance), odd(chance, stock.words)))
    code = chance.choice(("ER_SUCCESS_MATCH", "ER_SUCCESS_MATCH", "ER_SUCCESS_NO_MATCH", "ER_NEW", None, 7))
    values: Any = [{"value": {"name": "x", "id": value}}]
    values = chance.choice((values, [None], [{}], [{"value": None}], [7], [], None, "x", {}, [None, *values], values))
    authority = {"authority": "a", "status": {"code": code}, "values": values}
    authorities = chance.choice(([authority], [None], [None, authority], [], {}, "x", None, [authority] * 20, [[]]))
    slot = {"name": name, "value": value, "resolutions": {"resolutionsPerAuthority": authorities}}
    if chance.random() < 0.2:
        slot["slotValue"] = {"type": chance.choice(("Simple", "List", "Odd")), "values": [odd(chance, stock.words)]}
    return damage(chance, slot, stock.words, 2) if chance.random() < 0.2 else slot


@kind("other types of request", share=4)
def types(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    name = chance.choice(KINDS_OF_REQUEST)
    odd_name = chance.choice((name, name, name, name.lower(), name + "X", odd(chance, stock.words)))
    keys = ("reason", "error", "intent", "token", "payload", "body", "cause", "task", "events", "errors", "version",
    "name",
            "arguments", "status", "dialogState", "eventCreationTime", "input", "message", "source",
            "apiRequest")  # fmt: skip
    more = {key: odd(chance, stock.words) for key in chance.sample(keys, chance.randrange(5))}
    more |= {"reason": chance.choice(("ERROR", "USER_INITIATED", "NEW"))} if chance.random() < 0.3 else {}
    asked = law.request("x", found.asked["session"]["attributes"], **more)
    asked["request"]["type"] = odd_name
    return Moment(_at(asked, found.at), found.at)


@kind("odd users, voices and devices", share=2)
def people(chance: Chance, stock: Stock) -> Moment:
    found = stock.moment(chance)
    system = found.asked["context"]["System"]
    for _ in range(chance.randint(1, 3)):
        part = chance.choice(("user", "person", "device", "apiEndpoint", "apiAccessToken"))
        value = chance.choice((odd_text(chance), odd_text(chance), odd(chance, stock.words)))
        key = {"user": "userId", "person": "personId", "device": "deviceId"}.get(part)
        system[part] = {key: value} if key else chance.choice((value, "https://api.amazonalexa.com:99999", "https://[",
                                                               "https://api.eu.amazonalexa.com"))  # fmt: skip
    found.asked["session"]["new"] = chance.choice((True, False, None, "no"))
    return found


# Bytes


@kind("cut off, flipped or shuffled bytes", share=5)
def bytes_damaged(chance: Chance, stock: Stock) -> Shot:
    found = stock.moment(chance)
    return Shot("", _bytes_damaged(chance, written(found.asked)), found.at)


def _bytes_damaged(chance: Chance, body: bytes) -> bytes:
    made = bytearray(body)
    match chance.randrange(5):
        case 0:
            return bytes(made[: chance.randrange(len(made))])
        case 1:
            return bytes(made[chance.randrange(len(made)) :])
        case 2:
            start = chance.randrange(len(made))
            del made[start : start + chance.randrange(1, 30)]
        case 3:
            start = chance.randrange(len(made))
            made[start:start] = made[start : start + chance.randrange(1, 100)]
        case _:
            for _ in range(chance.choice((1, 1, 1, 2, 8))):
                made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


@kind("not an envelope at all", share=1)
def no_envelope(chance: Chance, stock: Stock) -> Shot:
    bodies = (b"", b" ", b"{", b"[]", b"{}", b"null", b"7", b'"x"', b"NaN", b"\x00", b"{}{}", b"[" * 100_000, b"{" * 9,
              b'{"request": []}', b'{"request": {"type": []}}', b'{"a":' * 20_000, b"GET / HTTP/1.1\r\n\r\n", b"<xml/>",
              chance.randbytes(chance.randrange(1, 500)), written(odd(chance, stock.words)))  # fmt: skip
    body = chance.choice(bodies)
    return Shot("", body, statuses=_refusals(body))


def _refusals(body: bytes) -> tuple[int, ...]:
    """How a body is refused that must be: unread, when it is too large to be read."""
    return (400,) if len(body) <= REQUEST_BYTES else (413,)


@kind("sizes around the limit", share=1)
def sizes(chance: Chance, stock: Stock) -> Shot:
    found = chance.choice(stock.moments)
    body = written(found.asked)
    size = chance.choice((REQUEST_BYTES - 1, REQUEST_BYTES, REQUEST_BYTES + 1, 2 * REQUEST_BYTES))
    padded = body + b" " * (size - len(body))
    return Shot("", padded, found.at, statuses=(200,) if size <= REQUEST_BYTES else (413,))


# HTTP


def _http(chance: Chance, stock: Stock, statuses: tuple[int, ...] | None = None, **environ: Any) -> Shot:
    found = chance.choice(stock.moments)
    return Shot("", written(found.asked), found.at, environ, statuses)


@kind("odd methods", share=1)
def methods(chance: Chance, stock: Stock) -> Shot:
    method = chance.choice(("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW",
                            "", "POST ", "P\x00ST", "\xff", "X" * 5000))  # fmt: skip
    path = chance.choice(("/alexa", "/alexa", "/health", "/sounds/en-hold-5-ticks.mp3", "/x"))
    return _http(chance, stock, REQUEST_METHOD=method, PATH_INFO=path)


@kind("odd paths", share=2)
def paths(chance: Chance, stock: Stock) -> Shot:
    path = chance.choice((
        "", "/", "alexa", "/alexa/", "//alexa", "/alexa//", "///", "/ALEXA", "/alexa\x00", "/../alexa", "/./alexa",
        "/%61lexa",
        "/alexa/../health", "/alexa;x=1", "/alexa\n", "/sounds/", "/sounds//", "/sounds/../../etc/passwd",
        "/sounds/x.mp3/",
        "/sounds/en-hold-5-ticks.mp3", "/sounds/" + "a" * 5000, "/sounds/.mp3", "/sounds/\x00.mp3", "/\xff\xfe",
        "/\xe5\x81\xa5", "/health", "/health/", "//health", "/static/x", "/" * 3000,
        "/alexa " + chr(chance.randrange(256)),
    ))  # fmt: skip
    method = chance.choice(("POST", "GET", "HEAD"))
    script = chance.choice(("", "", "", "/", "/x", "\xff"))
    query = chance.choice(("", "", "x=1", "%ff=%00", "&&=&", "a" * 5000))
    return _http(chance, stock, PATH_INFO=path, REQUEST_METHOD=method, SCRIPT_NAME=script, QUERY_STRING=query)


@kind("odd content types", share=1)
def content_types(chance: Chance, stock: Stock) -> Shot:
    return _http(chance, stock, CONTENT_TYPE=chance.choice((
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
def content_lengths(chance: Chance, stock: Stock) -> Shot:
    found = chance.choice(stock.moments)
    body = written(found.asked)
    length = chance.choice((None, "", "0", "-1", "abc", "1e3", "1", str(len(body) // 2), str(len(body) + 1),
                            "9" * 20, "9" * 5000,
                            f" {len(body)} ", f"+{len(body)}", "\xb2", str(REQUEST_BYTES), str(REQUEST_BYTES + 1),
                            str(len(body))))  # fmt: skip
    environ: Json = {"CONTENT_LENGTH": length}
    if chance.random() < 0.3:
        environ |= {"HTTP_TRANSFER_ENCODING": chance.choice(("chunked", "gzip, chunked", "x")), "CONTENT_LENGTH": None}
        environ["wsgi.input_terminated"] = chance.choice((True, None))
    if chance.random() < 0.2:
        environ["wsgi.input"] = _Breaking(body[: chance.randrange(len(body))])
        environ["wsgi.input_terminated"] = chance.choice((True, None))
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
def headers(chance: Chance, stock: Stock) -> Shot:
    environ: Json = {f"HTTP_{chance.choice(_HEADERS)}": chance.choice(_VALUES) for _ in range(chance.randint(1, 4))}
    if chance.random() < 0.4:
        environ["HTTP_HOST"] = chance.choice(_HOSTS)
    if chance.random() < 0.2:
        addresses = (None, "", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "x", "127.0.0.1:80", "\xff", "0")
        environ["REMOTE_ADDR"] = chance.choice(addresses)
    if chance.random() < 0.2:
        environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": "/sounds/en-hold-5-ticks.mp3"}
    if chance.random() < 0.1:
        environ["SERVER_NAME"] = chance.choice(("", "\xff", "a" * 300))
        environ["SERVER_PORT"] = chance.choice(("", "0", "99999", "http"))
        environ["wsgi.url_scheme"] = chance.choice(("http", "https", "ftp", ""))
    return _http(chance, stock, None, **environ)


# The gate


@kind("unsigned", share=1, modes=(Mode.SIGNED,))
def unsigned(chance: Chance, stock: Stock) -> Shot:
    shot = chance.choice((recorded_damaged, bytes_damaged, sessions_damaged, no_envelope))(chance, stock)
    return replace(shot, genuine=False, statuses=_refusals(shot.body))


@kind("forged: the body differs from what was signed", share=1, modes=(Mode.SIGNED,))
def forged_bodies(chance: Chance, stock: Stock) -> Shot:
    found = chance.choice(stock.moments)
    body = written(found.asked)
    genuine = signed(body)
    changed = _bytes_damaged(chance, body)
    changed = changed if changed != body else body + b" "
    return Shot("", changed, found.at, genuine, (400,), genuine=False)


@kind("forged or odd signature headers", share=3, modes=(Mode.SIGNED,))
def forged_headers(chance: Chance, stock: Stock) -> Shot:
    found = chance.choice(stock.moments)
    body = written(found.asked)
    environ: Json = signed(body)
    name = chance.choice(list(environ))
    good = environ[name]
    spot = chance.randrange(len(good))
    flipped = good[:spot] + chr((ord(good[spot]) ^ (1 << chance.randrange(7))) or 1) + good[spot + 1 :]
    odd_ones = (None, "", " ", "=", "\xff", "\x00", good[:-1], good + "=", f"{good},{good}", good * 300,
    good.swapcase(), flipped,
                "http://s3.amazonaws.com/echo.api/x", "https://s3.amazonaws.com:443/echo.api/../x", "https://[",
                "https://s3.amazonaws.com",
                "file:///etc/passwd", "//", ":", "A" * 344, "A" * 341, "~" * 60_000)  # fmt: skip
    environ[name] = chance.choice(odd_ones)
    changed = name.endswith("256") or environ[name] != good
    spared = environ[name] is not None and environ[name].lower().startswith("https://s3.amazonaws.com")
    return Shot("", body, found.at, environ, (400,) if changed and not spared else None, genuine=False)


@kind("several kinds of damage at once", share=5)
def several(chance: Chance, stock: Stock) -> Moment:
    made = chance.choice((sessions_damaged, riding_damaged, slots, times, people, types))(chance, stock)
    try:
        asked = json.loads(made.body)
    except ValueError:
        asked = deepcopy(chance.choice(stock.recorded))
    if not isinstance(asked, dict):
        asked = deepcopy(chance.choice(stock.recorded))
    return Moment(_damaged(chance, asked, stock, 3), made.at)
