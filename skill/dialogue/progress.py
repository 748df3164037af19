"""Where things are, how much is left, and how it went, put into words."""

from datetime import date

from skill.coaching import plan
from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import Practice
from skill.coaching.timeline import Telling, passages, sided
from skill.dialogue.history import (
    active_days,
    exercises_on,
    run_of_days,
    skipped_most,
    this_week,
    whole_sessions,
)
from skill.dialogue.situation import Situation
from skill.library.models import Kind, Level, Library, Wording, sentences
from skill.library.values import replace


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
        _suggestion(here),
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
    """One thing to do next, and only one."""
    person, today, words = here.person, here.scene.today, here.words
    skipped = here.library.exercises.get(skipped_most(person, today) or "")
    if skipped and Level.EASIER in skipped.forms:
        return words("suggest-easier", exercise=skipped.name)
    if not _done_this_week(here, Kind.MOBILITY):
        return words("suggest-mobility")
    if not _done_this_week(here, Kind.STRENGTH):
        return words("suggest-strength")
    return words("suggest-rest" if active_days(person)[0] == today else "suggest-again")


def _done_this_week(here: Situation, kind: Kind) -> bool:
    person, library = here.person, here.library
    days = (person.history[day.isoformat()] for day in this_week(person, here.scene.today))
    names = {name for day in days for name in day.finished}
    return any(library.exercises[name].kind is kind for name in names if name in library.exercises)
