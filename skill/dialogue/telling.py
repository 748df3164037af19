"""Where things are and how much is left, put into words."""

from skill.coaching import plan
from skill.coaching.fitting import after_piece
from skill.coaching.place import Place
from skill.coaching.practice import PieceKind, Practice
from skill.coaching.timeline import Telling, passages, sided
from skill.dialogue.here import Here
from skill.library.models import Library
from skill.library.words import Words


def where(here: Here, place: Place) -> str:
    """The exercise, its number, and the side: "fire hydrant, number one of six, left side"."""
    practice = here.practices(place.step)
    if practice is None:
        return ""
    words = here.words
    named = words("where-alone", exercise=practice.exercise.name)
    if practice.of > 1:
        number, of = words.number(practice.index + 1), words.number(practice.of)
        named = words("where", exercise=practice.exercise.name, number=number, of=of)
    side = practice.pieces[place.piece].side
    return words("where-side", where=named, side=words.side(side)) if side else named


def amount_left(practice: Practice, place: Place, words: Words) -> str:
    """Reps or holds that are left of a set."""
    return words.amount("holds" if practice.long_holds else "reps", practice.reps - place.rep)


def in_position(practice: Practice, place: Place, words: Words) -> str:
    """The one sentence that puts someone back into position."""
    return sided(practice.form.setup_short, practice.pieces[place.piece].side, words)


def seconds_left_here(here: Here, place: Place) -> float:
    """Seconds until the end of the piece they are at."""
    practice = here.practices(place.step)
    return sum(told.seconds for told in passages(practice, place, here.telling)) if practice else 0.0


def seconds_left(here: Here, place: Place) -> float:
    """Seconds until the end of the plan, with the time that position changes are given."""
    telling = Telling(here.words, flowing=True, ticks=here.telling.ticks)
    total = 0.0
    while practice := here.practices(place.step):
        total += sum(told.seconds for told in passages(practice, place, telling))
        place = after_piece(practice, place)
    return total


def minutes(seconds: float, words: Words) -> str:
    """A length in words, rounded as people do: to minutes, below one minute and a half to ten seconds."""
    if seconds < 90:
        return words.amount("seconds", max(5, round(seconds / 5) * 5))
    return words.amount("about-minutes", round(seconds / 60))


def what_is_next(here: Here) -> str:
    """The piece after the one they are at."""
    practice, words = here.practice, here.words
    if practice is None:
        return words("nothing-underway")
    joint = after_piece(practice, here.place)
    after = here.practices(joint.step)
    if after is None:
        return words("next-is-finish")
    piece = after.pieces[joint.piece]
    match piece.kind:
        case PieceKind.SET_UP:
            return words("next-set-up", exercise=after.exercise.name)
        case PieceKind.SWITCH if piece.side:
            return words("next-side", side=words.side(piece.side))
        case PieceKind.REST:
            return words("next-set-of-side")
        case _:
            return words("next-is-set")


def routines(library: Library, words: Words) -> str:
    """The names of all routines in a row."""
    return words.listed(routine.name for routine in library.routines.values())


def exercises(here: Here) -> str:
    """The names of the exercises she leads first of all, in order."""
    steps = plan.steps(plan.of_routine(here.scene.library.first_routine), here.scene.library)
    return here.words.listed(here.scene.library.exercises[step.exercise].name for step in steps)
