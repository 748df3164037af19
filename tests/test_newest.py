"""Newest wins: what arrives late, twice, overtaken, or after somebody was forgotten changes nothing newer.

First each store by itself, then whole routines over HTTP.
"""
# ruff: noqa: F811  (fixtures)

import json
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from conversing import BEGINNING, Talk, Wire
from damage import anything
from hypothesis import given
from hypothesis import strategies as st
from keeping import asked_by
from scenes import CONTENT
from test_stores import Kept, dynalite, kept, moto  # noqa: F401  (three of them are fixtures)

from skill.alexa.recall import SPEAKER, UNSAVED
from skill.coaching.plan import Place
from skill.coaching.practice import Talk as Telling
from skill.dialogue.session import Day, Underway
from skill.dialogue.session import Person as Remembered
from skill.hearing.ear import Ear
from skill.library.plain import from_plain, to_plain_sparsely
from skill.library.values import replace
from skill.memory.household import SPEAKERS
from skill.memory.newest import THREAD, Asking, Thread, Verdict, verdict
from skill.memory.opening import open_store
from skill.memory.people import People, tries
from skill.memory.record import Mark, fingerprint, mark_of, person_of, unmarked, version_of
from skill.memory.shelf import MemoryShelf, StoreFailed
from skill.memory.unsaved import Done, Unsaved
from skill.simulator.wire import Envelopes, Identity, numbered_ids, to_app
from skill.web import create_app
from skill.web.settings import Settings

ROOT = Path(__file__).parent.parent
MODEL = json.loads((ROOT / "interaction_model" / "en-US.json").read_text())
USER = Identity().user
T0 = int(BEGINNING.timestamp())

Json = dict[str, Any]


# One store


TODAY = "2026-11-22"


def bridges(number: int) -> Json:
    """The history of somebody who has done so many bridges today."""
    return {TODAY: {"finished": {"bridge": number}}}


def one_more(person: Remembered, done: Done) -> Remembered:
    """A turn that is made again: a bridge is finished, and she is to say less."""
    number = person.history[TODAY].finished["bridge"] if person.history else 0
    history = {TODAY: Day(finished={"bridge": number + 1})}
    return replace(person, history=history, talk=Telling.LESS, underway=Underway("exercise/figure-4", Place(0)))


@dataclass
class Device:
    """Somebody's session with a store, from which requests come whenever they come."""

    store: People
    session: str
    voice: str = ""
    new: bool = True
    attributes: Json = field(default_factory=dict)
    sent: int = 0

    def request(self, at: int, *, ends: bool = False) -> Asking:
        """What the device sends now, so many seconds after the beginning; it may arrive later, or twice."""
        self.sent += 1
        stamp = datetime.fromtimestamp(T0 + at, UTC).isoformat()
        made = asked_by(
            "anne",
            self.voice,
            type="SessionEndedRequest" if ends else "LaunchRequest",
            request={"requestId": f"{self.session} {self.sent}", "timestamp": stamp},
            session_id=self.session,
            new=self.new,
            attributes=dict(self.attributes),
        )
        self.new = False
        return made

    def arrives(self, asking: Asking, **changes: Any) -> Verdict:
        """A turn, as the skill has it: what is remembered is read, something in it changes, and it is saved."""
        more = changes.pop("done", 0)
        for _ in tries():
            known = self.store.recall(asking)
            record = known.record
            at = record.get("saved_at", asking.at) if asking.ends else asking.at
            done = record["history"][TODAY]["finished"]["bridge"] if record else 0
            if known.verdict is not Verdict.WRITES:
                break
            new = unmarked(record) | {"saved_at": at, "history": bridges(done + more), **changes}
            if kept := self.store.keep(known, new):
                known = kept
                break
            asking = known.asking_again()
        self.attributes = {SPEAKER: known.speaker, THREAD: to_plain_sparsely(known.thread())}
        return known.verdict

    def say(self, at: int, **changes: Any) -> Verdict:
        return self.arrives(self.request(at), **changes)

    def end(self, at: int, **changes: Any) -> Verdict:
        return self.arrives(self.request(at, ends=True), **changes)


def remembered(kept: Kept) -> Json:
    """The person as the store holds them, without what it says of its writers."""
    (found,) = [*kept.store.export("anne").get("speakers", {}).values()] or [kept.store.export("anne")["household"]]
    return unmarked(found)


@pytest.fixture
def kitchen(kept: Kept) -> Device:
    return Device(kept.store, "kitchen")


@pytest.fixture
def bedroom(kept: Kept) -> Device:
    """In another process."""
    return Device(kept.reopen(), "bedroom")


class TestNewestWins:
    """The rule of every store."""

    def test_late(self, kept: Kept, kitchen: Device, bedroom: Device) -> None:
        """A turn from before what another session has written changes nothing."""
        kitchen.say(0, place=1, done=1)
        late = kitchen.request(10)
        bedroom.say(20, place=2, done=1)
        before = kept.rows()
        assert kitchen.arrives(late, place=9, done=5) is Verdict.OVERTAKEN
        assert kept.rows() == before

    def test_late_within_a_session(self, kept: Kept, kitchen: Device) -> None:
        """Its own turns tell, whatever the clock says: it may be put back in the middle."""
        kitchen.say(100, place=1)
        late = kitchen.request(110)
        kitchen.say(50, place=2)
        assert kitchen.arrives(kitchen.request(55), place=3) is Verdict.WRITES
        assert kitchen.arrives(late, place=9) is Verdict.OVERTAKEN
        assert remembered(kept)["place"] == 3

    def test_doubled(self, kept: Kept, kitchen: Device) -> None:
        """The same request again changes nothing, at once or after the next."""
        first = kitchen.request(0)
        kitchen.arrives(first, place=1, done=1)
        carried = kitchen.attributes
        assert kitchen.arrives(first, place=1, done=1) is Verdict.AGAIN
        kitchen.attributes = carried
        second = kitchen.request(10)
        assert kitchen.arrives(second, place=2, done=1) is Verdict.WRITES
        assert kitchen.arrives(first, place=1, done=1) is Verdict.AGAIN
        assert kitchen.arrives(second, place=2, done=1) is Verdict.AGAIN
        assert remembered(kept) == {"saved_at": (T0 + 10) * 1000, "place": 2, "history": bridges(2)}

    def test_overtaken(self, kept: Kept, kitchen: Device, bedroom: Device) -> None:
        """The newer one takes over; then the other's end, however late, writes nothing."""
        kitchen.say(0, place=1)
        bedroom.say(10, place=2)
        before = kept.rows()
        assert kitchen.end(60, place=9, done=1) is Verdict.OVERTAKEN
        assert kept.rows() == before
        assert bedroom.end(70, place=3, done=1) is Verdict.WRITES
        assert remembered(kept)["place"] == 3

    def test_taken_back(self, kept: Kept, kitchen: Device, bedroom: Device) -> None:
        """Whoever speaks last has it: the older session is not dead, it was only overtaken."""
        kitchen.say(0, place=1)
        bedroom.say(10, place=2)
        assert kitchen.say(20, place=3) is Verdict.WRITES
        assert bedroom.end(30, place=9) is Verdict.OVERTAKEN
        assert kitchen.end(40, place=4) is Verdict.WRITES
        assert remembered(kept)["place"] == 4

    def test_nothing_comes_after_an_end(self, kept: Kept, kitchen: Device) -> None:
        kitchen.say(0, place=1)
        late, end = kitchen.request(10), kitchen.request(20, ends=True)
        assert kitchen.arrives(end, place=3) is Verdict.WRITES
        assert kitchen.arrives(late, place=2) is Verdict.OVERTAKEN
        assert remembered(kept)["place"] == 3

    @pytest.mark.parametrize("begun_since", [False, True])
    @pytest.mark.parametrize("all_of", [True, False])
    def test_forgotten(self, kept: Kept, kitchen: Device, bedroom: Device, all_of: bool, begun_since: bool) -> None:
        """A session that knew whom another has had forgotten writes nothing any more, however many turns follow."""
        kitchen.say(0, place=1, done=1)
        asked = bedroom.request(10)
        bedroom.store.forget(asked, everyone=all_of)
        assert kept.rows() == {}
        if begun_since:
            Device(kept.store, "anew").say(15, place=2)
        before = kept.rows()
        for at in (20, 30, 40):
            assert kitchen.say(at, place=9, done=1) is Verdict.FORGOTTEN
        assert kitchen.end(50, place=9) is Verdict.FORGOTTEN
        assert kept.rows() == before
        assert Device(kept.store, "tomorrow").say(99, place=5) is Verdict.WRITES

    def test_an_end_brings_nobody_back(self, kept: Kept) -> None:
        device = Device(kept.store, "kitchen", new=False)
        assert device.end(10, place=1) is Verdict.FORGOTTEN
        assert kept.rows() == {}

    def test_what_was_sent_before_somebody_was_forgotten_begins_nobody(self, kept: Kept) -> None:
        """The first request of a session, late or once more: it knows nothing, but this process does."""
        kitchen, bedroom = Device(kept.store, "kitchen"), Device(kept.store, "bedroom")
        first = kitchen.request(0)
        kitchen.arrives(first, place=1)
        late = Device(kept.store, "late").request(5)
        bedroom.store.forget(bedroom.request(10), everyone=True)
        assert kitchen.arrives(first, place=1) is Verdict.FORGOTTEN
        assert kitchen.arrives(late, place=1) is Verdict.FORGOTTEN
        assert kept.rows() == {}

    def test_disabled_again(self, kept: Kept) -> None:
        """Being forgotten once more, or late, spares what was begun since, speaker by speaker."""
        disabled = Asking("anne", request=fingerprint("disabled"), at=(T0 + 10) * 1000)
        for voice in ("anne", "ben"):
            Device(kept.store, f"{voice} before", voice).say(5, is_=voice)
        kept.reopen().forget(disabled, everyone=True)
        assert kept.rows() == {}
        Device(kept.store, "after", "anne").say(20, is_="anne again")
        kept.reopen().forget(disabled, everyone=True)
        assert remembered(kept)["is_"] == "anne again"
        early = Device(kept.reopen(), "guest", "cleo")
        early.arrives(early.request(8), is_="cleo")
        assert set(kept.store.export("anne")["speakers"]) == {"anne", "cleo"}
        kept.reopen().forget(disabled, everyone=True)
        assert set(kept.store.export("anne")["speakers"]) == {"anne"}

    def test_forget_me_again(self, kept: Kept) -> None:
        """The same for one speaker; and she who asks is never spared, whatever her clock was."""
        device = Device(kept.store, "kitchen", "anne")
        device.say(100, place=1)
        device.say(50, place=2)
        asked = device.request(60)
        kept.store.forget(asked, everyone=False)
        assert kept.rows() == {}
        Device(kept.store, "anew", "anne").say(70, place=3)
        kept.reopen().forget(asked, everyone=False)
        assert remembered(kept)["place"] == 3

    def test_a_clock_that_was_wrong_does_not_win_for_ever(self, kept: Kept) -> None:
        """More than a day ahead is no time that anybody wrote at; such a record can be written, and deleted."""
        years = 3 * 365 * 86_400
        Device(kept.store, "broken").say(years, place=1)
        assert Device(kept.store, "kitchen").say(10, place=2) is Verdict.WRITES
        assert remembered(kept)["place"] == 2
        Device(kept.store, "broken again").say(years, place=3)
        asked = Device(kept.reopen(), "bedroom").request(20)
        kept.reopen().forget(asked, everyone=True)
        assert kept.rows() == {}

    def test_a_record_of_the_last_release_is_anybodys(self, kept: Kept) -> None:
        """It does not say who wrote it, nor does an open session say what it knows."""
        Device(kept.store, "x").say(0)
        kept.store.delete("anne")
        old = {"place": 1, "saved_at": T0 * 1000, "history": bridges(1)}
        kept.put("anne", {"version": 1, "household": old, "speakers": {}, "lately": []})
        device = Device(kept.store, "kitchen", new=False, attributes={SPEAKER: ""})
        assert device.end(5, place=2, done=1) is Verdict.WRITES
        assert remembered(kept) == {"place": 2, "saved_at": T0 * 1000, "history": bridges(2)}

    def test_it_holds_within_the_step_that_writes(self, kept: Kept, kitchen: Device, bedroom: Device) -> None:
        """Read before, and written after, something newer came: a turn, or a forgetting."""
        kitchen.say(0, place=1, done=1)
        for newer, outcome in (
            (lambda: bedroom.say(20, place=2, done=1), Verdict.OVERTAKEN),
            (lambda: bedroom.store.forget(bedroom.request(40), everyone=True), Verdict.FORGOTTEN),
        ):
            request = kitchen.request(10)
            known = kept.store.recall(request)
            newer()
            before = kept.rows()
            assert kept.store.keep(known, known.record | {"place": 9, "saved_at": (T0 + 10) * 1000}) is None
            assert kept.store.recall(known.asking_again()).verdict is outcome
            assert kept.rows() == before

    def test_what_waited_obeys(self, kept: Kept, kitchen: Device, bedroom: Device) -> None:
        """What could not be saved in time is added, and changes nothing that is newer; an end's is not even added."""
        kitchen.say(0, place=1, done=1)
        found = kept.store.recall(kitchen.request(10))
        lost = found.record | {"place": 5, "talk": "less", "saved_at": (T0 + 10) * 1000, "history": bridges(2)}

        def waits(request: str, *, ends: bool = False) -> None:
            turn = Done(fingerprint(request), (T0 + 10) * 1000, event={"is": "Ready"})
            known = mark_of(found.record).begun
            unsaved = Unsaved(lost, version_of(found.record), (turn,), fingerprint("kitchen"), 1, ends, known)
            kept.store.owe(found.asking, "", unsaved, one_more)
            kept.store.probe()

        bedroom.say(20, place=2, done=1)
        waits("kitchen 2")
        expected = remembered(kept)
        assert (expected["place"], expected["talk"], expected["saved_at"]) == (2, "less", (T0 + 20) * 1000)
        assert expected["underway"] is None, "where they are is the bedroom's to say"
        assert expected["history"][TODAY]["finished"] == {"bridge": 3}
        assert mark_of(kept.store.export("anne")["household"]).session == fingerprint("bedroom")
        waits("kitchen 2")
        assert remembered(kept) == expected
        waits("kitchen 3", ends=True)
        assert remembered(kept) == expected
        assert bedroom.end(30, place=3) is Verdict.WRITES
        bedroom.store.forget(bedroom.request(40), everyone=True)
        Device(kept.store, "anew").say(50, place=7)
        before = kept.rows()
        waits("kitchen 4")
        assert kept.rows() == before

    def test_somebody_bounded_out(self, kept: Kept) -> None:
        """Whose place went to newer guests does not push out one of them with what comes late."""
        away = Device(kept.store, "away", "guest -1")
        away.say(0, place=1)
        for n in range(SPEAKERS):
            Device(kept.store, f"session {n}", f"guest {n}").say(10 + n, place=n)
        before = kept.rows()
        assert away.end(5, place=2) is Verdict.FORGOTTEN
        assert kept.rows() == before
        late = Device(kept.store, "late", "guest 0")
        late.say(10, place=3)
        assert kept.store.export("anne")["lately"][:2] == ["guest 0", "guest 1"], "late is not lately"


def test_what_a_file_has_lost_was_not_forgotten(tmp_path: Path) -> None:
    """A file that was deleted, or set aside, is begun anew, and says so: the session goes on, and is remembered."""
    with closing(open_store(f"sqlite:///{tmp_path}/people.sqlite3")) as store:
        device = Device(store, "kitchen")
        device.say(0, place=1)
        for file in tmp_path.iterdir():
            file.unlink()
        assert device.say(10, place=2) is Verdict.WRITES
        store.delete("anne")
        assert device.say(20, place=3) is Verdict.FORGOTTEN


ASKING = st.builds(
    Asking,
    user=st.just("anne"),
    session=st.sampled_from(["", "a", "b"]),
    request=st.sampled_from(["", "r", "s"]),
    at=st.integers(0, 9),
    ends=st.booleans(),
    thread=st.builds(Thread, known=st.sampled_from([None, "", "x"]), turn=st.integers(0, 3)),
)


@given(
    st.sampled_from(["a", "b"]),
    st.integers(0, 3),
    st.lists(st.sampled_from("rst"), max_size=3),
    ASKING,
    st.sampled_from([(), ("r",), ("s",)]),
)
def test_no_end_writes_over_another_session(
    session: str, turn: int, requests: list[str], asking: Asking, attempts: tuple[str, ...]
) -> None:
    by = {"session": session, "turn": turn, "requests": requests}
    outcome = verdict({"saved_by": by, "saved_at": 5}, asking, attempts)
    if asking.ends and asking.session not in ("", session) and mark_of({"saved_by": by}).last not in attempts:
        assert outcome is not Verdict.WRITES


@pytest.mark.parametrize("damaged", [None, 7, [], {"session": 7, "turn": "1", "requests": "r"}, {"requests": [{}, 1]}])
def test_a_mark_that_is_damaged_says_nothing(damaged: Any) -> None:
    assert mark_of({"saved_by": damaged, "begun": damaged}) == Mark()
    assert (
        verdict({"saved_by": damaged, "saved_at": 9}, Asking("anne", session="a", request="r", at=1)) is Verdict.WRITES
    )


@given(anything)
def test_a_thread_that_is_damaged_says_nothing(damaged: Any) -> None:
    for riding in (damaged, {"known": damaged, "turn": damaged, "era": damaged, "met": damaged}):
        thread = from_plain(Thread, riding)
        assert len(json.dumps(to_plain_sparsely(thread))) < 200


def test_what_arrived_in_part_is_made_again_from_there() -> None:
    """Of three turns one has landed, and somebody else has written on top: the two others are made again on that."""
    stored = {"saved_at": 9, "history": bridges(4), "saved_by": {"session": "b", "requests": ["a1", "b1"]}}
    turns = tuple(Done(f"a{number}", event={"is": "Ready"}) for number in (1, 2, 3))
    waits = Unsaved({"saved_at": 3, "history": bridges(3)}, "elsewhere", turns, session="a")
    assert person_of(waits.onto(stored, one_more)).history[TODAY].finished == {"bridge": 6}


# A database that lands a write late


class Late(MemoryShelf):
    """A shelf whose writes land after the client has given up: after so many reads, if no other has landed by then."""

    def __init__(self) -> None:
        super().__init__()
        self.after = 0
        self.pending: list[tuple[int, str, str | None, str | None]] = []
        self.landed = 0

    def read(self, name: str) -> str | None:
        found = super().read(name)
        self._pass_time()
        return found

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        if not self.after:
            return super().replace(name, old, new)
        self.pending.append((self.after, name, old, new))
        raise StoreFailed("no answer in time")

    def _pass_time(self) -> None:
        waiting = [(left - 1, *put) for left, *put in self.pending]
        self.pending = [put for put in waiting if put[0] > 0]  # type: ignore[misc]
        self.landed += sum(super(Late, self).replace(*put) for left, *put in waiting if left <= 0)  # type: ignore[arg-type]


SET = ("start hip routine", "ready", "ready", "ready")
"""Somebody new to it has got what it takes, is down there, and is set: the last answer is the first set."""

SLOW = (*SET, "next", "next", "slower", "next", "where am i", "next", "stop")


@pytest.mark.parametrize("after", [1, 2, 3])
@pytest.mark.parametrize("how_long", [1, 2, 4, 6])
def test_a_write_that_lands_after_the_next_read_counts_once(after: int, how_long: int) -> None:
    """DynamoDB that takes three seconds: what rides is tried again, and is merged with nothing of its own."""
    expected = House()
    phone = expected.device()
    says(phone, *SLOW)
    assert set(expected.finished().values()) == {1}
    house, shelf = House(), Late()
    house.store._shelf = shelf
    phone = house.device()
    for number, line in enumerate(SLOW):
        shelf.after = after if len(SET) <= number < len(SET) + how_long else 0
        phone.say(line)
    assert shelf.landed or how_long < after, "the next attempts were in time"
    house.store.probe()
    assert house.finished() == expected.finished()
    assert unmarked(house.person()) == unmarked(expected.person())


# Over HTTP


class House:
    """The skill over HTTP, and several devices of one account in it."""

    def __init__(self, store: str = "memory:") -> None:
        self.app = create_app(Settings(verify=False, content=CONTENT, store=store))
        self.ids = numbered_ids()

    @property
    def store(self) -> People:
        store = self.app.extensions["hip-coach"].store
        assert isinstance(store, People)
        return store

    def device(self, name: str = "kitchen", now: datetime = BEGINNING) -> Talk:
        """Another device of theirs; ids are nobody else's."""
        wire = Wire(to_app(self.app), EAR, "en-US")
        wire._envelopes = Envelopes(Identity(device=f"amzn1.ask.device.{name}"), self.ids)
        wire.session = wire._envelopes.session()
        return Talk(wire, EAR, now)

    def people(self) -> dict[str, Json]:
        """Everybody who is remembered, by the name of their voice."""
        held = self.store.export(USER)
        people = {name.removeprefix("amzn1.ask.person."): one for name, one in held.get("speakers", {}).items()}
        return people | ({"": held["household"]} if held.get("household") else {})

    def person(self) -> Json:
        (found,) = self.people().values()
        return found

    def finished(self) -> Json:
        """How often each exercise was finished."""
        total: Json = {}
        for day in self.person()["history"].values():
            for name, number in day["finished"].items():
                total[name] = total.get(name, 0) + number
        return total


EAR = Ear(MODEL)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def phone(house: House) -> Talk:
    """A device of theirs."""
    return house.device()


def says(talk: Talk, *lines: str, voice: str = "") -> None:
    wire(talk).voice = voice
    for line in lines:
        talk.say(line)


def away(house: House, call: str) -> AbstractContextManager[Any]:
    """The store gives no answer to a kind of call."""
    return patch.object(house.store._shelf, call, side_effect=StoreFailed("no answer"))


def wire(talk: Talk) -> Wire:
    assert isinstance(talk.room, Wire)
    return talk.room


def ended(talk: Talk, reason: str = "EXCEEDED_MAX_REPROMPTS", after: float = 16) -> Json:
    """The end of a session as the device sends it; it may be delivered at any time."""
    room = wire(talk)
    made = room._envelopes.ended(room.session, talk.now + timedelta(seconds=after), reason)
    room.session = room._envelopes.session()
    talk.last = None
    return made


@pytest.mark.parametrize("late", ["at once", "amid the other", "a day later"])
def test_two_devices_over_a_whole_routine(late: str, house: House, phone: Talk) -> None:
    says(phone, *SET, "next")
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=20))
    assert "shall we go on" in bedroom.say("open").text.lower()
    kitchens_end = ended(phone)
    if late == "at once":
        wire(phone).send(kitchens_end)
    answer = bedroom.say("yes")
    for number in range(60):
        if not answer.open:
            break
        if number == 5 and late == "amid the other":
            wire(phone).send(kitchens_end)
        answer = bedroom.say("ready")
    assert not answer.open, "the routine comes to its end"
    done = house.finished()
    assert set(done.values()) == {1}
    assert len(done) == 6
    before = house.person()
    if late == "a day later":
        wire(phone).send(kitchens_end)
    assert house.person() == before
    assert before["underway"] is None
    tomorrow = house.device("kitchen", bedroom.now + timedelta(days=1))
    assert "you were at" not in tomorrow.say("open").text.lower()
    assert house.finished() == done


def test_two_devices_in_turn(house: House, phone: Talk) -> None:
    phone.say("start hip routine")
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=5))
    bedroom.say("start butterfly stretch")
    phone.now = bedroom.now + timedelta(seconds=5)
    phone.say("skip this one")
    place = house.person()["underway"]
    wire(bedroom).send(ended(bedroom))
    assert house.person()["underway"] == place
    wire(phone).send(ended(phone))
    tomorrow = house.device("bedroom", phone.now + timedelta(days=1))
    assert "you were at hip thrust" in tomorrow.say("open").text


def test_a_request_that_is_sent_twice_is_answered_twice_and_counts_once(house: House, phone: Talk) -> None:
    says(phone, "start butterfly stretch", "ready", "ready", "ready")
    phone.now += timedelta(minutes=4)
    room = wire(phone)
    heard = room.ear.hear("ready")
    request = room._envelopes.intent(room.session, phone.now, heard.intent, room.ear.slots[heard.intent], heard.slots)
    first = room.send(request)
    counted = house.person()
    assert house.finished() == {"butterfly-stretch": 1}
    assert room.send(request)["response"]["outputSpeech"]
    assert first["response"]["outputSpeech"]
    assert house.person() == counted


def test_a_turn_that_comes_late_changes_nothing(house: House) -> None:
    kitchen, bedroom = house.device("kitchen"), house.device("bedroom")
    kitchen.say("start hip routine")
    bedroom.now = kitchen.now + timedelta(seconds=30)
    bedroom.say("start butterfly stretch")
    before = house.person()
    kitchen.wait(10)
    assert kitchen.say("skip this one").open
    assert house.person() == before
    kitchen.wait(60)
    kitchen.say("ready")
    assert house.person()["underway"]["plan"] == "routine/hip-routine"


def test_an_open_session_brings_nobody_back(house: House, phone: Talk) -> None:
    phone.say("start hip routine")
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=5))
    says(bedroom, "forget me", "yes")
    assert house.people() == {}
    phone.now = bedroom.now
    for line in (*SET[1:], "next", "ready"):
        assert phone.say(line).open
        assert house.people() == {}
    phone.end("USER_INITIATED")
    assert house.people() == {}
    phone.say("open")
    assert len(house.people()) == 1


def test_what_rode_along_brings_nobody_back_who_began_anew(house: House, phone: Talk) -> None:
    says(phone, "start butterfly stretch", "ready", "ready", "ready", "start hip routine", "talk less")
    with away(house, "replace"):
        phone.say("skip this one")
    assert UNSAVED in wire(phone).session.attributes
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=5))
    says(bedroom, "forget me", "yes", "start hip routine")
    anew = house.person()
    phone.now = bedroom.now
    phone.say("ready")
    phone.end("USER_INITIATED")
    assert house.person() == anew
    assert anew["talk"] == "learning"


@pytest.mark.parametrize("call", ["read", "replace"])
@pytest.mark.parametrize("how", ["ready", "stop"])
def test_nobody_comes_back_by_way_of_a_store_that_was_away(call: str, how: str, house: House, phone: Talk) -> None:
    phone.say("start hip routine")
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=5))
    says(bedroom, "forget me", "yes")
    phone.now = bedroom.now
    with away(house, call):
        phone.say(how)
        if how == "ready":
            phone.end("USER_INITIATED")
    house.store.probe()
    assert house.people() == {}


def test_disabled_twice_spares_what_was_begun_since(house: House) -> None:
    phone = house.device()
    phone.say("start hip routine")
    disabled = wire(phone)._envelopes.launch(wire(phone).session, phone.now + timedelta(seconds=60))
    del disabled["session"]
    disabled["request"]["type"] = "AlexaSkillEvent.SkillDisabled"
    wire(phone).send(disabled)
    assert house.people() == {}
    phone = house.device(now=phone.now + timedelta(hours=1))
    phone.say("start butterfly stretch")
    wire(phone).send(disabled)
    assert house.person()["underway"]["plan"] == "exercise/butterfly-stretch"


# Known by voice


DAYS = {
    "recognised, not, recognised": ("ana", "", "ana"),
    "not, recognised, not": ("", "ana", ""),
    "not, not, recognised, recognised": ("", "", "ana", "ana"),
    "recognised, not, not, recognised, not": ("ana", "", "", "ana", ""),
    "never": ("", "", ""),
    "always": ("ana", "ana"),
}


@pytest.mark.parametrize("voices", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("how", ["stop", "walks away"])
def test_known_by_voice_one_day_and_not_the_next(voices: tuple[str, ...], how: str, house: House, phone: Talk) -> None:
    for day, voice in enumerate(voices):
        wire(phone).voice = voice
        heard = phone.say("open").text
        if day:
            assert f"you were at {PLACES[day - 1]}" in heard, day
            phone.say("yes")
            phone.say("skip this one")
        else:
            phone.say("start hip routine")
        assert len(house.people()) == 1, day
        phone.say("stop") if how == "stop" else phone.end("USER_INITIATED")
        phone.wait(86_400)
    assert set(house.people()) == {"ana"} if "ana" in voices else {""}
    wire(phone).voice = voices[0]
    phone.say("open")
    assert "Several people" not in phone.say("forget me").text
    phone.say("yes")
    assert house.people() == {}


PLACES = ("fire hydrant", "hip thrust", "side lying leg raise", "butterfly stretch")
"""How the routine begins."""


@pytest.mark.parametrize("changes", [("ana", ""), ("", "ana")])
def test_a_voice_that_changes_amid_a_session_changes_nobody(changes: list[str], house: House, phone: Talk) -> None:
    """Alexa recognises one request and not the next: who speaks is settled as the session begins."""
    phone.say("start hip routine")
    for number in range(6):
        wire(phone).voice = changes[number % 2]
        phone.say("ready")
        assert len(house.people()) == 1
    phone.end("USER_INITIATED")
    assert len(house.people()) == 1


def test_two_sessions_amid_which_the_household_becomes_hers(house: House, phone: Talk) -> None:
    says(phone, *SET)
    bedroom = house.device("bedroom", phone.now + timedelta(seconds=5))
    wire(bedroom).voice = "ana"
    bedroom.say("open")
    assert set(house.people()) == {"ana"}
    phone.now = bedroom.now + timedelta(seconds=5)
    phone.say("skip this one")
    assert set(house.people()) == {"ana"}
    assert house.person()["underway"]["exercise"] == "hip-thrust"


def test_who_lives_alone_is_known_while_the_store_is_away(house: House, phone: Talk) -> None:
    says(phone, "start hip routine", "stop", voice="ana")
    wire(phone).voice = ""
    with away(house, "read"):
        assert "you were at fire hydrant" in phone.say("open").text
    says(phone, "yes", "skip this one", "stop")
    assert set(house.people()) == {"ana"}
    assert house.person()["underway"]["exercise"] == "hip-thrust"


def test_what_rides_along_outlives_a_turn_that_came_too_late(house: House) -> None:
    kitchen, bedroom = house.device("kitchen"), house.device("bedroom")
    says(kitchen, "start butterfly stretch", "ready", "ready", "ready", "start hip routine")
    with away(house, "replace"):
        kitchen.say("talk less")
    assert UNSAVED in wire(kitchen).session.attributes
    bedroom.now = kitchen.now + timedelta(seconds=60)
    bedroom.say("slower")
    before = house.person()
    kitchen.wait(20)
    kitchen.say("quiet")
    assert house.person() == before
    assert UNSAVED in wire(kitchen).session.attributes
    kitchen.wait(90)
    kitchen.say("ready")
    after = house.person()
    assert (after["talk"], after["speed"], after["ticks"]) == ("less", "slower", True)
    assert house.finished()["butterfly-stretch"] == 1
    assert UNSAVED not in wire(kitchen).session.attributes


def test_several_who_are_known_are_not_mixed_up(house: House, phone: Talk) -> None:
    for voice in ("ana", "ben", ""):
        wire(phone).voice = voice
        assert "you were at" not in phone.say("open").text
        phone.say("start hip routine")
        phone.say("stop")
        phone.wait(3600)
    assert set(house.people()) == {"ana", "ben", ""}


def recognised(house: House, phone: Talk, voice: str, *lines: str) -> list[bool]:
    """What the turns of a session are told of the voice."""
    turns: list[bool] = []
    coach = house.app.extensions["hip-coach"].skill.request_dispatcher  # how each turn is decided
    handler = coach.request_mappers[0].request_handler_chains[0].request_handler
    with patch.object(handler, "_respond", side_effect=handler._respond) as decided:
        for line in lines:
            says(phone, line, voice=voice)
            turns.append(decided.call_args.args[2].recognised)  # before it, turns may have been made again
    return turns


def test_whether_the_voice_was_recognised_is_told_to_every_turn(house: House, phone: Talk) -> None:
    assert recognised(house, phone, "", "open", "start hip routine", "stop") == [True] * 3
    assert recognised(house, phone, "ana", "open", "stop") == [True] * 2
    assert recognised(house, phone, "", "open") == [False]
    assert recognised(house, phone, "ana", "where am i", "stop") == [False] * 2
    assert recognised(house, phone, "ben", "open", "start hip routine", "stop") == [True] * 3
    assert recognised(house, phone, "", "open", "stop") == [True] * 2


def test_a_voice_that_is_unknown_while_the_store_is_away_is_settled_when_it_is_back(house: House, phone: Talk) -> None:
    says(phone, "start hip routine", "stop", voice="ana")
    other = House()  # another process, which does not know her
    other.store._shelf = house.store._shelf
    other.ids = house.ids
    phone2 = other.device("bedroom", phone.now + timedelta(hours=1))
    with away(other, "read"):
        phone2.say("start butterfly stretch")
    assert recognised(other, phone2, "", "ready") == [False]
    assert set(house.people()) == {"ana"}
    assert house.person()["underway"]["plan"] == "exercise/butterfly-stretch"


def test_no_id_of_amazons_is_kept(house: House, phone: Talk) -> None:
    says(phone, *SET, "next")
    assert "amzn1.echo-api" not in json.dumps([house.store.export(USER), wire(phone).session.attributes])
    assert mark_of(house.person()).session == fingerprint(wire(phone).session.id)
