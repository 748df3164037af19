"""What gets done, written down by day; where things are, how much is left, and how it went, put into words.

What is written down is bounded however long someone comes, and never anything about health.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from skill.coaching import plan
from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import Practice
from skill.coaching.timeline import Telling, passages, sided
from skill.dialogue.events import Event, LeaveOutToday, Said, SkipSide
from skill.dialogue.session import Day, Earlier, Person, Phase
from skill.dialogue.situation import Situation, with_person
from skill.library.models import Kind, Level, Library, Side, Wording, sentences
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
        finished=dict(Counter(day.finished) + Counter(finished)),
        skipped=dict(Counter(day.skipped) + Counter(skipped)),
        whole=dict(Counter(day.whole) + Counter(whole)),
    )
    heard = {name: min(count, MOST_HEARD) for name, count in (Counter(person.heard) + Counter(finished)).items()}
    history = {**person.history, today.isoformat(): day}
    return _summed_up(replace(person, heard=heard, history=history), today)


def _summed_up(person: Person, today: date) -> Person:
    """The latest days one by one, the others as a sum. A day in the future, from a device gone wrong, is let go."""
    since = (today - timedelta(days=KEPT_DAYS)).isoformat()
    until = (today + timedelta(days=1)).isoformat()
    past = [day for name, day in person.history.items() if name < since]
    kept = {name: day for name, day in person.history.items() if since <= name <= until}
    exercises = sum(sum(day.finished.values()) for day in past)
    earlier = Earlier(person.earlier.days + len(past), person.earlier.exercises + exercises)
    return replace(person, history=kept, earlier=earlier if past else person.earlier)


# Where they are, and how much is left


def where(here: Situation, place: Place) -> str:
    """The exercise, its number, and the side: "fire hydrant, number one of six, left side"."""
    there, words = replace(here, place=place), here.words
    practice, side = there.practice, there.piece.side
    named = words("where-alone", exercise=practice.exercise.name)
    if practice.of > 1:
        number, of = words.number(practice.index + 1), words.number(practice.of)
        named = words("where", exercise=practice.exercise.name, number=number, of=of)
    return words("where-side", where=named, side=sided(practice.form.side, side, words)) if side else named


def where_and_left(here: Situation) -> str:
    """Where they are, and what is left of a set that was begun."""
    named, practice = where(here, here.place), here.practice
    if not (here.place.rep or here.place.held):
        return named
    return here.words("where-left", where=named, amount=amount_left(practice, here.place, here.words))


def amount_left(practice: Practice, place: Place, words: Wording) -> str:
    """Reps or holds that are left of a set."""
    return words.amount("holds" if practice.long_holds else "reps", practice.reps - place.rep)


def seconds_left_here(here: Situation) -> float:
    """Seconds until the end of the piece they are at."""
    return sum(told.seconds for told in passages(here.practice, here.place, here.telling))


def seconds_left(here: Situation, place: Place) -> float:
    """Seconds until the end of the plan, with the time that position changes are given."""
    telling = Telling(here.words, flowing=True, ticks=here.telling.ticks)
    total = 0.0
    while practice := here.practices(place.step):
        total += sum(told.seconds for told in passages(practice, place, telling))
        place = after_piece(practice, place)
    return total


def minutes(seconds: float, words: Wording) -> str:
    """A length in words, rounded as people do: to minutes, below one minute and a half to five seconds."""
    if seconds < 90:
        return words.amount("seconds", to_five(seconds))
    return words.amount("about-minutes", round(seconds / 60))


def to_five(seconds: float) -> int:
    """Seconds rounded to five of them, and five at least: as holds are timed and told."""
    return max(5, round(seconds / 5) * 5)


def routines(library: Library, words: Wording) -> str:
    """The names of all routines in a row."""
    return words.listed(routine.name for routine in library.routines.values())


def exercises(here: Situation) -> str:
    """The names of the exercises she leads first of all, in order."""
    steps = plan.steps(plan.of_routine(here.library.first_routine), here.library)
    return here.words.listed(here.library.exercises[step.exercise].name for step in steps)


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
    counts: Counter[str] = Counter()
    for name, day in person.history.items():
        if (since := days_since(name, today)) is not None and since < 7:
            counts.update(day.skipped)
    return counts.most_common(1)[0][0] if counts else None


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


ENOUGH_TO_LOOK_BACK = 2
"""So many days make a week worth a word at the end of a routine."""

WHOLE_SESSIONS_BEFORE_HARDER = 2
"""After so many whole routines something harder is mentioned, once; the person decides."""


def review(here: Situation) -> tuple[str, int]:
    """One short sentence at the end of a routine where there is news of the week, and the days that were told last.

    Nothing on the first day, nor what was told already, nor to a voice that is not recognised.
    """
    days, told = len(this_week(here.person, here.scene.today)), here.person.week_told
    if days < ENOUGH_TO_LOOK_BACK or not here.scene.recognised:
        return "", told
    return "" if days == told else here.words("review", days=here.words.amount("days", days)), days


def offer_of_harder(here: Situation) -> str:
    """That something harder exists, once, after enough whole routines."""
    person = here.person
    due = not person.harder_offered and whole_sessions(person) >= WHOLE_SESSIONS_BEFORE_HARDER
    return here.words("offer-harder") if due else ""


def looking_back(here: Situation) -> str:
    """How it went: this week, last time compared, what was skipped, how the run stands, one suggestion."""
    days = active_days(here.person)
    if not days:
        return here.words("progress-nothing")
    person, today, words = here.person, here.scene.today, here.words
    skipped = here.library.exercises.get(skipped_most(person, today) or "")
    run = run_of_days(person, today)
    return sentences(
        _the_week(here),
        _last_time(here, days),
        words("progress-skipped", exercise=skipped.name) if skipped else "",
        words("progress-run", days=words.amount("days", run)) if run >= ENOUGH_TO_LOOK_BACK else "",
        words("suggest-easier", exercise=skipped.name)
        if skipped and Level.EASIER in skipped.forms
        else words(_suggestion(here)),
    )


def _the_week(here: Situation) -> str:
    person, words = here.person, here.words
    week = this_week(person, here.scene.today)
    if not week:
        return words("progress-no-week")
    amount = words.amount("exercises", exercises_on(person, week))
    return words("progress-week", days=words.amount("days", len(week)), exercises=amount)


def _last_time(here: Situation, days: list[date]) -> str:
    """The latest day beside the one before it."""
    if len(days) < 2:
        return ""
    latest, before = (exercises_on(here.person, [day]) for day in days[:2])
    now, then = here.words.amount("exercises", latest), here.words.number(before)
    if latest == before:
        return here.words("progress-same", before=now)
    if latest > before:
        return here.words("progress-more", now=now, before=then)
    return here.words("progress-fewer", now=now, before=then)


def _suggestion(here: Situation) -> str:
    """One thing to do next, and only one: its phrase."""
    exercises, today = here.library.exercises, here.scene.today
    days = (here.person.history[day.isoformat()] for day in this_week(here.person, today))
    kinds = {exercises[name].kind for day in days for name in day.finished if name in exercises}
    if Kind.MOBILITY not in kinds:
        return "suggest-mobility"
    if Kind.STRENGTH not in kinds:
        return "suggest-strength"
    return "suggest-rest" if active_days(here.person)[0] == today else "suggest-again"
