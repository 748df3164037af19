"""What gets done, written down by day: bounded however long someone comes, and never anything about health."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from skill.coaching import plan
from skill.coaching.fitting import after_piece
from skill.dialogue.events import Event, LeaveOutToday, Said, SkipSide
from skill.dialogue.session import Day, Earlier, Person, Phase
from skill.dialogue.situation import Situation, with_person
from skill.library.models import Side
from skill.library.values import replace

KEPT_DAYS = 28
"""Days that are kept one by one; older ones are summed up."""

MOST_HEARD = 99
"""Nobody needs a larger count of how often an exercise was heard."""

FORGIVEN_DAYS = 2
"""Whole days off that do not break a run: strength work wants days between (exercises.md, section 4)."""

LEADS_ON = (Said.READY, Said.NEXT, Said.RESUME, Said.YES)
"""What leads on to the next joint."""


def counted(here: Situation, event: Event) -> Situation:
    """The same moment with what an event settles written down, in the session and of the person.

    Done is what the clock shows was heard to its end, and what they move on from; skipped is what they leave. The plan
    is done whole when its end is reached with every exercise done, and is counted as that once.
    """
    if not here.steps or event is Said.FAILED:
        return here
    reached = list(_heard_through(here, event))
    ended = _ended(here, event)
    if ended or _moves_on(here, event):
        reached.append(here.place.step)
    before, wanted = here.session.done, here.session.plan
    finished = tuple(name for step in reached if (name := here.steps[step].exercise) not in before)
    skipped = () if ended or not _leaves(here, event) else (here.steps[here.place.step].exercise,)
    done = {*before, *finished}
    every_one = plan.routine_of(wanted) is not None and all(step.exercise in done for step in here.steps)
    whole = (wanted,) if ended and every_one and wanted not in done else ()
    if not (finished or skipped or whole):
        return here
    here = with_person(here, _written_down(here.person, here.scene.today, finished, skipped, whole))
    return replace(here, session=replace(here.session, done=(*before, *finished, *whole)))


def _heard_through(here: Situation, event: Event) -> range:
    """The exercises that lie between where the last answer began and where they are now."""
    if here.session.since is None:
        return range(0)
    now = here.session.ends if event is Said.TIMED_OUT else here.place
    return range(here.session.place.step, now.step)


def _ended(here: Situation, event: Event) -> bool:
    """The last piece was heard to its end: the clock says so, or the device, or they moved on from it."""
    if here.session.since is None:
        return False
    timed_out = here.session.phase is Phase.FINISHING and event is Said.TIMED_OUT
    last = here.place.step == len(here.steps) - 1
    return here.phase is Phase.FINISHING or timed_out or (last and _moves_on(here, event))


def _moves_on(here: Situation, event: Event) -> bool:
    """They say "ready" or the like in the middle of an exercise's last piece: it counts as done."""
    if event not in LEADS_ON or here.phase is not Phase.MOVING or not here.running or here.between:
        return False
    return after_piece(here.practice, here.place).step > here.place.step


def _leaves(here: Situation, event: Event) -> bool:
    if here.phase is Phase.HURTING:
        stays = event is Said.YES and here.easier_there_is(here.place)
        return event in (*LEADS_ON, Said.NO, Said.SKIP_EXERCISE) and not stays
    if here.phase is Phase.FINISHING or (here.phase is Phase.RISING and here.session.asked_in == Phase.FINISHING):
        return False
    if isinstance(event, LeaveOutToday):
        return event.exercise in (None, here.steps[here.place.step].exercise)
    last_side = here.piece.side is not Side.LEFT
    return event is Said.SKIP_EXERCISE or (isinstance(event, SkipSide) and last_side)


def _written_down(
    person: Person, today: date, finished: tuple[str, ...], skipped: tuple[str, ...], whole: tuple[str, ...]
) -> Person:
    """The person with what was done today written down, and what is long past summed up."""
    day = person.history.get(today.isoformat(), Day())
    day = Day(
        finished=_added(day.finished, finished),
        skipped=_added(day.skipped, skipped),
        whole=_added(day.whole, whole),
    )
    heard = {name: min(count, MOST_HEARD) for name, count in _added(person.heard, finished).items()}
    history = {**person.history, today.isoformat(): day}
    return _summed_up(replace(person, heard=heard, history=history), today)


def _added(counts: Mapping[str, int], more: Iterable[str]) -> dict[str, int]:
    added = dict(counts)
    for name in more:
        added[name] = added.get(name, 0) + 1
    return added


def _summed_up(person: Person, today: date) -> Person:
    """The latest days one by one, the others as a sum. A day in the future, from a device gone wrong, is let go."""
    since = (today - timedelta(days=KEPT_DAYS)).isoformat()
    until = (today + timedelta(days=1)).isoformat()
    past = [day for name, day in person.history.items() if name < since]
    kept = {name: day for name, day in person.history.items() if since <= name <= until}
    exercises = sum(sum(day.finished.values()) for day in past)
    earlier = Earlier(person.earlier.days + len(past), person.earlier.exercises + exercises)
    return replace(person, history=kept, earlier=earlier if past else person.earlier)


# Looking back


def active_days(person: Person) -> list[date]:
    """The days on which something was finished, the latest first."""
    return sorted(
        (day for name, done in person.history.items() if done.finished and (day := _date(name))), reverse=True
    )


def days_since(name: str, today: date) -> int | None:
    """Whole days since a date that was written down; None where there is none."""
    day = _date(name)
    return (today - day).days if day else None


def run_of_days(person: Person, today: date) -> int:
    """How many days are in the run that is still going: a day missed here and there does not break it."""
    run, after = 0, today
    for day in active_days(person):
        if (after - day).days > FORGIVEN_DAYS + 1:
            break
        run, after = run + 1, day
    return run


def this_week(person: Person, today: date) -> list[date]:
    """The days of the last seven, today among them, on which something was finished."""
    return [day for day in active_days(person) if (today - day).days < 7]


def exercises_on(person: Person, days: Iterable[date]) -> int:
    """How many exercises were finished on these days."""
    return sum(sum(person.history[day.isoformat()].finished.values()) for day in days)


def skipped_most(person: Person, today: date) -> str | None:
    """The exercise that was skipped most often in the last seven days; None when nothing was."""
    counts: dict[str, int] = {}
    for name, day in person.history.items():
        if (since := days_since(name, today)) is not None and since < 7:
            for exercise, count in day.skipped.items():
                counts[exercise] = counts.get(exercise, 0) + count
    return max(counts, key=lambda name: counts[name]) if counts else None


def whole_sessions(person: Person) -> int:
    """How many routines were done whole in the days that are kept."""
    return sum(sum(day.whole.values()) for day in person.history.values())


def _date(name: str) -> date | None:
    """The date of that name; None for any other way of writing one, such as 20261122, so that a day has one name."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None
