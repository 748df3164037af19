"""Doses and pace by voice: within the content's range, said back with its scope and the way to undo it."""

from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, PieceKind, Practice, Speed, Wish, least_to_most
from skill.coaching.timeline import Part, is_there, needed
from skill.dialogue.changes import with_person, with_plan, with_steps
from skill.dialogue.moves.opening import go_to, go_to_and_start
from skill.dialogue.progress import amount_left
from skill.dialogue.session import Person, Phase, Turn, most_on_top, steps_of, today_of
from skill.dialogue.situation import Situation
from skill.dialogue.turns import ask, back_to_where_it_came_up, play, re_enter, stay
from skill.library.models import Level, Range, Wording, sentences
from skill.library.values import replace

# A number that was not heard


def ask_for_number(here: Situation, what: str) -> Turn:
    """Everything stops, and she waits for the number, whatever it is for."""
    return ask(here, Phase.ASKING, here.words("which-number"), number_for=what)


def number(here: Situation, number: int | None) -> Turn:
    """A number by itself: the answer, where one was asked for; else the exercise of that number."""
    if here.phase is not Phase.ASKING:
        go = go_to if here.steps else go_to_and_start
        return go(here, None, number)
    if number is None:
        return back_to_where_it_came_up(here, here.words("no-number"))
    match here.session.number_for:
        case "sets":
            return set_sets(here, number)
        case "hold":
            return set_hold(here, number)
        case "seconds":
            return more_seconds(here, number)
        case _:
            return set_reps(here, number)


def no_number(here: Situation) -> Turn:
    """No number after all: everything stays as it is."""
    return back_to_where_it_came_up(here, here.words("no-number"))


def _answered(here: Situation, told: str, person: Person) -> Turn:
    """What was asked for is said back; where it was asked in between, they are led back to where they were."""
    if here.phase is Phase.ASKING:
        return back_to_where_it_came_up(here, told, person=person)
    return stay(here, told, person=person)


# This once


def more_seconds(here: Situation, seconds: int | None) -> Turn:
    """So many seconds more of the hold that is running, or that ended a moment ago. It changes no wish.

    While they get ready it means that they want a moment; in reps, how to hold each longer is said.
    """
    practice, more = here.practice, seconds if seconds is not None else 10
    if practice is None or here.phase in (Phase.OFFERING, Phase.CONFIRMING):
        return stay(here, here.words("tell-me-in-exercise"))
    if more <= 0:
        return _answered(here, here.words("no-number"), here.scene.person)
    hold = _hold_to_lengthen(here, practice)
    if hold is None:
        return stay(here, here.words("in-reps") if here.phase is Phase.MOVING else here.words("take-your-time"))
    longest = practice.hold - practice.form.dose.hold.most
    back = replace(hold, held=max(hold.held - max(5, round(more / 5) * 5), longest))
    added = hold.held - back.held
    if added <= 0:
        return stay(here, here.words("long-enough"))
    told = here.words("more-seconds", seconds=here.words.amount("seconds", added))
    easing_in = here.held is None and here.phase is Phase.MOVING and here.place.rep <= 0
    return play(here, back, told, holding=not easing_in)


def _hold_to_lengthen(here: Situation, practice: Practice) -> Place | None:
    """The long hold that is running, or the one that has just ended; before the first one, that one."""
    if not practice.long_holds:
        return None
    if here.held is not None:
        return here.place
    if here.phase is Phase.FINISHING:
        return replace(here.place, rep=practice.reps - 1, held=practice.hold)
    in_set = practice.pieces[here.place.piece].kind is PieceKind.SET
    if not (here.phase is Phase.MOVING and here.running and in_set):
        return None
    first = here.place.rep <= 0
    return here.place if first else replace(here.place, rep=here.place.rep - 1, held=practice.hold)


def more_reps(here: Situation, count: int | None) -> Turn:
    """So many reps on top, in this set alone; before a set has begun, in the one to come."""
    return _reps_now(here, count or 1)


def fewer_reps(here: Situation, count: int | None) -> Turn:
    """So many reps fewer, in this set alone; at least one is left."""
    return _reps_now(here, -(count or 1))


def _reps_now(here: Situation, more: int) -> Turn:
    practice, words, place = here.practice, here.words, here.place
    if practice is None or here.phase in (Phase.OFFERING, Phase.CONFIRMING):
        return stay(here, words("tell-me-in-exercise"))
    if here.phase is Phase.FINISHING:
        if more < 0:
            return stay(here, words("nothing-left"))
        place = replace(place, rep=practice.reps)
    if practice.pieces[place.piece].kind is not PieceKind.SET or place.stage:
        return set_reps(here, max(1, practice.reps + more))
    then = replace(place, rep=max(most_on_top(practice), min(place.rep - more, practice.reps - 1)), held=0)
    left = words("now-left", amount=amount_left(practice, then, words))
    told = words("long-enough") if then.rep == place.rep else left
    if here.phase is Phase.FINISHING or (here.phase is Phase.MOVING and here.running):
        return play(here, then, told, holding=False)
    return stay(replace(here, place=then), told)


# From now on


def set_reps(here: Situation, count: int | None) -> Turn:
    """Do so many reps of this exercise."""
    return _set_dose(here, "reps", count)


def set_sets(here: Situation, count: int | None) -> Turn:
    """Do so many sets of this exercise on each side."""
    return _set_dose(here, "sets", count)


def set_hold(here: Situation, seconds: int | None) -> Turn:
    """Hold for so many seconds in this exercise."""
    return _set_dose(here, "hold", seconds)


def _set_dose(here: Situation, what: str, wanted: int | None) -> Turn:
    practice, words = here.practice, here.words
    if practice is None:
        return stay(here, words("tell-me-in-exercise"))
    if wanted is None:
        return ask_for_number(here, what)
    dose = practice.form.dose
    match what:
        case "reps":
            allowed, unit = dose.reps, "holds" if practice.long_holds else "reps"
            wish = Wish(reps=(settled := _settled(allowed, wanted)))
        case "sets":
            allowed, unit = dose.sets, "sets"
            wish = Wish(sets=(settled := _settled(allowed, wanted)))
        case _:
            allowed, unit = dose.hold, "seconds"
            wish = Wish(hold=(settled := _settled(allowed, wanted)))
    if allowed.least == allowed.most:
        return _answered(here, _limits(allowed, unit, words), here.scene.person)
    person = _wishing(here, wish)
    said = words(f"said-{what}", amount=words.amount(unit, settled), exercise=practice.exercise.name)
    limits = _limits(allowed, unit, words) if wanted > allowed.most else ""
    told = sentences(limits, said, words("undo-usual"))
    return _answered(_where_it_was(here, with_person(here, person)), told, person)


def _limits(allowed: Range, unit: str, words: Wording) -> str:
    if allowed.least == allowed.most:
        return words("limited-to", amount=words.amount(unit, allowed.most))
    return words("limited", most=words.amount(unit, allowed.most))


def _settled(allowed: Range, wanted: int) -> int:
    """The nearest number that can be done; stretches are timed in fives. Who wishes for less than usual gets less."""
    if allowed.least >= 10:
        wanted = max(5, round(wanted / 5) * 5)
    return least_to_most(allowed, wanted)


def _where_it_was(before: Situation, after: Situation) -> Situation:
    """The same set of the same side, though the exercise may have more pieces or fewer now."""
    piece, practice = before.piece, after.practice
    if piece is None or practice is None:
        return after
    sets = [n for n, other in enumerate(practice.pieces) if (other.kind, other.side) == (PieceKind.SET, piece.side)]
    if piece.number > practice.sets:
        return replace(after, place=after_piece(practice, Place(before.place.step, sets[-1])))
    kinds = [(other.kind, other.side, other.number) for other in practice.pieces]
    index = kinds.index((piece.kind, piece.side, piece.number))
    rep = min(before.place.rep, practice.reps - 1)
    goes_on = rep == before.place.rep and practice.long_holds and index in sets
    held = min(before.place.held, practice.hold - 5) if goes_on else 0
    rep = max(rep, most_on_top(practice)) if index in sets else 0
    return replace(after, place=Place(before.place.step, index, rep, held, before.place.stage))


def easier(here: Situation) -> Turn:
    """One form easier, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.easier if here.practice else None, "easier")


def harder(here: Situation) -> Turn:
    """One form harder, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.harder if here.practice else None, "harder")


def _other_form(here: Situation, level: Level | None, way: str) -> Turn:
    practice, words = here.practice, here.words
    if practice is None:
        return stay(here, words("tell-me-in-exercise"))
    form = practice.exercise.forms.get(level) if level else None
    if form is None or level is None:
        return stay(here, words(f"no-{way}"))
    person = _wishing(here, Wish(level=level))
    after = _where_it_was(here, with_person(here, person))
    told = words("said-usual") if level is Level.USUAL else words(f"said-{way}", label=form.label)
    if not here.running and here.phase is Phase.POSITIONING and after.place.stage == Part.WAY:
        return stay(after, told, person=person)  # what is needed is still to be fetched
    if after.practice and not is_there(after.practice, after.place) and level is not Level.USUAL:
        told = ""  # its introduction, which comes next, says so
    new = tuple(item for item in form.equipment if item not in practice.form.equipment)
    return re_enter(after, _again_here(after), told, needed(new, words), person=person, anew=True)


def _again_here(here: Situation) -> Place:
    """Where an exercise begins again in another form: the same set and rep, or as far as its set-up had got."""
    place, practice = here.place, here.practice
    if practice is not None and practice.pieces[place.piece].kind is PieceKind.SET_UP:
        return replace(place, stage=max(Part.WAY.value, min(place.stage, Part.POSITION.value)))
    return Place(place.step, place.piece, max(0, place.rep))


def as_usual(here: Situation) -> Turn:
    """The exercise as the content has it: its usual form and dose."""
    practice, person = here.practice, here.scene.person
    if practice is None:
        return stay(here, here.words("tell-me-in-exercise"))
    wishes = {name: wish for name, wish in person.wishes.items() if name != practice.exercise.id}
    person = replace(person, wishes=wishes)
    after = _where_it_was(here, with_person(here, person))
    if after.practice and after.practice.form.level is not practice.form.level:
        return re_enter(after, _again_here(after), here.words("said-usual"), person=person, anew=True)
    return stay(after, here.words("said-usual"), person=person)


def slower(here: Situation) -> Turn:
    """More time between the reps."""
    return _speed(here, {Speed.FASTER: Speed.USUAL, Speed.USUAL: Speed.SLOWER}, "slower", "slowest")


def faster(here: Situation) -> Turn:
    """Less time between the reps."""
    return _speed(here, {Speed.SLOWER: Speed.USUAL, Speed.USUAL: Speed.FASTER}, "faster", "fastest")


def _speed(here: Situation, ladder: dict[Speed, Speed], way: str, end: str) -> Turn:
    """One step on the ladder, said with the word that leads back; at its end, that it is the end."""
    speed = ladder.get(here.scene.person.speed)
    if speed is None:
        return stay(here, here.words(end))
    person = replace(here.scene.person, speed=speed)
    phrase = "usual-speed" if speed is Speed.USUAL else way
    return stay(with_person(here, person), here.words(phrase), person=person)


def flow(here: Situation) -> Turn:
    """From now on she does not wait; she says how often she needs a word."""
    person = replace(here.scene.person, pace=Pace.FLOW)
    already = here.scene.person.pace is Pace.FLOW
    return stay(with_person(here, person), here.words("flow-already" if already else "flow"), person=person)


def guided(here: Situation) -> Turn:
    """From now on she waits for "ready"."""
    person = replace(here.scene.person, pace=Pace.GUIDED)
    return stay(with_person(here, person), here.words("guided"), person=person)


def ticks(here: Situation) -> Turn:
    """Seconds that can be heard; without sounds she counts aloud and says so."""
    return _ticking(here, True)


def quiet(here: Situation) -> Turn:
    """Holds without ticking; without sounds she counts aloud and says so."""
    return _ticking(here, False)


def _ticking(here: Situation, wanted: bool) -> Turn:
    """Who asks about the sounds gets them again, if they had failed."""
    person = replace(here.scene.person, ticks=wanted, sounds_failures=0)
    phrase = ("ticks" if wanted else "quiet") if here.scene.listener.sounds else "ticks-need-sounds"
    return stay(with_person(here, person), here.words(phrase), person=person)


def lacks(here: Situation, equipment: str | None) -> Turn:
    """They have not got a thing: what will do instead; or else, today, what needs it is made easier, or left out."""
    words, library = here.words, here.scene.library
    if equipment is None or equipment not in library.equipment:
        return stay(here, words("lacks-what"))
    instead = library.equipment_instead.get(equipment)
    if instead:
        return stay(here, instead)
    today = today_of(here.scene)
    lacking = tuple(dict.fromkeys((*today.lacking, equipment)))
    person = replace(here.scene.person, today=replace(today, lacking=lacking))
    after = with_person(here, person)
    if not here.steps:
        return stay(after, words("lacks-nothing"), person=person)
    steps = steps_of(here.session.plan, after.scene)
    if steps:
        return _without(here, with_steps(after, steps), person)
    return replace(ask(with_plan(after, ""), Phase.CHOOSING, words("lacks-all")), person=person)


def _without(before: Situation, after: Situation, person: Person) -> Turn:
    """On in a plan without what they have not got: the exercise they are at, if it is left as it was, runs on."""
    words, library = before.words, before.scene.library
    names = {step.exercise: step for step in after.steps}
    to_come = before.steps[before.place.step :]
    left = [library.exercises[one.exercise].name for one in to_come if one.exercise not in names]
    eased = [
        library.exercises[one.exercise].name for one in to_come if names.get(one.exercise, one).level is not one.level
    ]
    told = sentences(
        words("lacks-left", exercises=words.listed(left)) if left else "",
        words("lacks-eased", exercises=words.listed(eased)) if eased else "",
        "" if left or eased else words("lacks-nothing"),
    )
    here_before = before.steps[before.place.step]
    if here_before in after.steps:
        return stay(after, told, person=person)
    if here_before.exercise in names:
        index = [one.exercise for one in after.steps].index(here_before.exercise)
        after = replace(after, place=replace(before.place, step=index))
        return re_enter(after, _again_here(after), told, person=person, anew=True)
    gone = sum(one.exercise in names for one in before.steps[: before.place.step])
    return play(after, Place(gone), told, person=person)


def _wishing(here: Situation, wish: Wish) -> Person:
    """The person, with one more wish about the exercise they are at."""
    person, practice = here.scene.person, here.practice
    if practice is None:
        return person
    before = person.wishes.get(practice.exercise.id, Wish())
    made = Wish(
        level=wish.level or before.level,
        reps=wish.reps or before.reps,
        sets=wish.sets or before.sets,
        hold=wish.hold or before.hold,
    )
    return replace(person, wishes={**person.wishes, practice.exercise.id: made})
