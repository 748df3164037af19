"""Scenes, sessions and events for the tests of the pure core."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from skill.coaching import plan
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, Speed, Talk, Wish
from skill.dialogue.events import KINDS, UNKNOWN, Event, Kind, Said
from skill.dialogue.session import Listener, Person, Phase, Scene, Session, Today, Underway
from skill.library.load import load
from skill.library.models import Level, Library, Side
from skill.library.values import fields

CONTENT = Path(__file__).parent.parent / "content"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@cache
def library(locale: str = "en-US") -> Library:
    """The real content."""
    return load(CONTENT)[locale]


@cache
def all_sounds() -> frozenset[str]:
    """Every sound there is."""
    from skill.media.sounds.catalogue import catalogue

    return frozenset(catalogue(library()))


def listener(sounds: bool) -> Listener:
    """A device that can, or cannot, be sent our sounds."""
    return Listener(all_sounds() if sounds else frozenset())


def scene(person: Person | None = None, now: datetime = NOW, *, sounds: bool = False) -> Scene:
    """A scene with the real content."""
    return Scene(person or Person(), library(), listener(sounds), now)


EVENTS: tuple[Kind, ...] = tuple(KINDS.values())
"""Every event there is."""

ENDINGS = (Said.LEFT, Said.TIMED_OUT, Said.FAILED)
"""The events that nothing can be said to."""


_NAMES = {
    "exercise": [*library().exercises, "no-such-exercise", UNKNOWN],
    "routine": [*library().routines, "no-such-routine", UNKNOWN],
    "equipment": [*library().equipment, "no-such-thing", UNKNOWN],
    "side": ["left", "right", "no-such-side"],
}


def _field(name: str) -> st.SearchStrategy[object]:
    return st.none() | (st.sampled_from(_NAMES[name]) if name in _NAMES else st.integers(0, 70))


def an_event(kind: Kind) -> st.SearchStrategy[Event]:
    """Any event of that kind."""
    if isinstance(kind, Said):
        return st.just(kind)
    return st.builds(kind, **{field.name: _field(field.name) for field in fields(kind)})


def plainest(kind: Kind) -> Event:
    """The event of that kind that tells least."""
    return kind if isinstance(kind, Said) else kind()


any_event = st.sampled_from(EVENTS).flatmap(an_event)
"""Any event at all."""

_today = st.builds(
    Today,
    day=st.sampled_from(["", "2026-11-22", "2026-11-21", "nonsense"]),
    left=st.lists(st.sampled_from(["nonsense", *sorted(library().exercises)]), max_size=3).map(tuple),
    lacking=st.lists(st.sampled_from(["nonsense", *sorted(library().equipment)]), max_size=2).map(tuple),
    sides=st.dictionaries(
        st.sampled_from(sorted(library().exercises)),
        st.permutations(list(Side)).map(tuple) | st.sampled_from(Side).map(lambda side: (side,)),
        max_size=3,
    ),
)
_moment = st.just(0) | st.integers(int(NOW.timestamp()) - 100_000, int(NOW.timestamp()) + 300)

any_person = st.builds(
    Person,
    underway=st.none(),
    pace=st.sampled_from(Pace),
    speed=st.sampled_from(Speed),
    ticks=st.booleans(),
    safety_day=st.sampled_from(["", "2026-01-02", "2026-11-21"]),
    last_day=st.sampled_from(["", "2026-01-02", "2026-11-21", "nonsense"]),
    talk=st.sampled_from(Talk),
    heard=st.dictionaries(st.sampled_from(sorted(library().exercises)), st.integers(0, 9), max_size=9),
    left_out=st.lists(st.sampled_from(sorted(library().exercises)), max_size=4).map(tuple),
    zone=st.sampled_from(["", "America/New_York", "Australia/Sydney", "Mars/Olympus_Mons"]),
    sounds_failed=st.booleans(),
    sounds_failures=st.integers(0, 3),
    sessions=st.integers(0, 999),
    seen_at=_moment,
    body=st.sampled_from(["", "nonsense", *library().position_names]),
    up_at=_moment,
    stopped_at=st.just(0) | _moment,
    today=_today,
    week_told=st.integers(0, 7),
    wishes=st.dictionaries(
        st.sampled_from(sorted(library().exercises)),
        st.builds(
            Wish,
            level=st.one_of(st.none(), st.sampled_from(Level)),
            reps=st.one_of(st.none(), st.integers(1, 60)),
            sets=st.one_of(st.none(), st.integers(1, 5)),
            hold=st.one_of(st.none(), st.integers(1, 90)),
        ),
        max_size=9,
    ),
)
"""Anybody, with any wishes."""

_wild = st.integers(-(2**31), 2**31)
_place = st.builds(Place, step=_wild, piece=_wild, rep=_wild, held=_wild) | st.builds(
    Place,
    step=st.integers(-1, 7),
    piece=st.integers(-1, 9),
    rep=st.integers(-1, 13),
    held=st.integers(-40, 70),
    stage=st.integers(-1, 5),
)
_plan = st.sampled_from(
    ["", "nonsense", "routine/gone", *(plan.of_routine(r) for r in library().routines), plan.of_exercise("figure-4")]
)
damaged_session = st.builds(
    Session,
    phase=st.sampled_from(Phase),
    plan=_plan,
    place=_place,
    ends=_place,
    since=st.none() | _wild | st.integers(int(NOW.timestamp()) - 300, int(NOW.timestamp()) + 5),
    lead=_wild,
    holding=st.booleans(),
    asked=_plan,
    turns=_wild,
    misses=_wild,
    safety_said=st.booleans(),
    safety_until=_wild,
    exercise=st.sampled_from(["", "nonsense", *library().exercises]),
    body=st.sampled_from(["", "nonsense", *library().position_names]),
    came_from=st.sampled_from(["", "nonsense", *library().position_names]),
    done=st.lists(st.sampled_from(["nonsense", *library().exercises])).map(tuple),
    asked_in=st.sampled_from(["", "nonsense", *Phase]),
    sharp=st.booleans(),
    whole=st.booleans(),
    gathering=st.booleans(),
    leaving=st.sampled_from(["", "nonsense", *library().exercises]),
    opened=_wild,
    sounded=st.booleans(),
    said=st.sampled_from(["", "Something that she said."]),
    echoed=st.booleans(),
    number_for=st.sampled_from(["", "nonsense", "reps", "sets", "hold", "seconds"]),
    no_kneeling=st.booleans(),
    recent=st.booleans(),
    up_at=_wild | _moment,
)
"""Any session: old, damaged, impossible."""

any_underway = st.none() | st.builds(Underway, plan=_plan, place=_place)
