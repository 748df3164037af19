"""Doses and pace by voice: within the content's range, said back with its scope and the way to undo it."""

from skill.coaching.fitting import after_piece
from skill.coaching.plan import Place
from skill.coaching.practice import Pace, PieceKind, Speed, Talk, Wish, least_to_most
from skill.coaching.timeline import Part, is_there, needed
from skill.dialogue.progress import amount_left, to_five
from skill.dialogue.session import Phase, Turn, most_on_top, steps_of, today_of
from skill.dialogue.situation import Situation, with_person, with_plan, with_steps
from skill.dialogue.turns import ask, back_to_where_it_came_up, play, re_enter, stay
from skill.library.models import Level, Range, Wording, sentences
from skill.library.values import replace


def number(here: Situation, number: int | None) -> Turn:
    """A number by itself, where one was asked for: the answer."""
    if number is None:
        return back_to_where_it_came_up(here, here.words("no-number"))
    if here.session.number_for == "seconds":
        return more_seconds(here, number)
    return _set_dose(here, here.session.number_for or "reps", number)


def _answered(here: Situation, told: str) -> Turn:
    """What was asked for is said back; where it was asked in between, they are led back to where they were."""
    return back_to_where_it_came_up(here, told) if here.phase is Phase.ASKING else stay(here, told)


# This once


def more_seconds(here: Situation, seconds: int | None) -> Turn:
    """So many seconds more of the hold that is running, or that ended a moment ago. It changes no wish.

    While they get ready it means that they want a moment; in reps, how to hold each longer is said.
    """
    practice, more = here.practice, seconds if seconds is not None else 10
    if more <= 0:
        return _answered(here, here.words("no-number"))
    hold = _hold_to_lengthen(here)
    if hold is None:
        return stay(here, here.words("in-reps" if here.phase is Phase.MOVING else "take-your-time"))
    longest = practice.hold - practice.form.dose.hold.most
    back = replace(hold, held=max(hold.held - to_five(more), longest))
    added = hold.held - back.held
    if added <= 0:
        return stay(here, here.words("long-enough"))
    told = here.words("more-seconds", seconds=here.words.amount("seconds", added))
    easing_in = here.held is None and here.phase is Phase.MOVING and here.place.rep <= 0
    return play(here, back, told, holding=not easing_in)


def _hold_to_lengthen(here: Situation) -> Place | None:
    """The long hold that is running, or the one that has just ended; before the first one, that one."""
    practice, place = here.practice, here.place
    if not practice.long_holds:
        return None
    if here.held is not None:
        return place
    if here.phase is Phase.FINISHING:
        return replace(place, rep=practice.reps - 1, held=practice.hold)
    if here.phase is not Phase.MOVING or not here.running or here.piece.kind is not PieceKind.SET:
        return None
    return place if place.rep <= 0 else replace(place, rep=place.rep - 1, held=practice.hold)


def more_reps(here: Situation, count: int | None) -> Turn:
    """So many reps on top, in this set alone; before a set has begun, in the one to come."""
    return _reps_now(here, count or 1)


def fewer_reps(here: Situation, count: int | None) -> Turn:
    """So many reps fewer, in this set alone; at least one is left."""
    return _reps_now(here, -(count or 1))


def _reps_now(here: Situation, more: int) -> Turn:
    practice, words, place = here.practice, here.words, here.place
    if here.phase is Phase.FINISHING:
        if more < 0:
            return stay(here, words("nothing-left"))
        place = replace(place, rep=practice.reps)
    if here.piece.kind is not PieceKind.SET or place.stage:
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
    """So many of what is wished, where a number was heard; else everything stops, and she waits for one."""
    practice, words, wish = here.practice, here.words, _wish(here)
    if wanted is None:
        asking = replace(here, session=replace(here.session, number_for=what))
        return ask(asking, Phase.ASKING, words("which-number"))
    dose = practice.form.dose
    match what:
        case "sets":
            allowed, unit = dose.sets, "sets"
            wish = replace(wish, sets=(settled := _settled(allowed, wanted)))
        case "hold":
            allowed, unit = dose.hold, "seconds"
            wish = replace(wish, hold=(settled := _settled(allowed, wanted)))
        case _:
            allowed, unit = dose.reps, "holds" if practice.long_holds else "reps"
            wish = replace(wish, reps=(settled := _settled(allowed, wanted)))
    if allowed.least == allowed.most:
        return _answered(here, _limits(allowed, unit, words))
    said = words(f"said-{what}", amount=words.amount(unit, settled), exercise=practice.exercise.name)
    limits = _limits(allowed, unit, words) if wanted > allowed.most else ""
    return _answered(_wishing(here, wish), sentences(limits, said, words("undo-usual")))


def _limits(allowed: Range, unit: str, words: Wording) -> str:
    if allowed.least == allowed.most:
        return words("limited-to", amount=words.amount(unit, allowed.most))
    return words("limited", most=words.amount(unit, allowed.most))


def _settled(allowed: Range, wanted: int) -> int:
    """The nearest number that can be done; stretches are timed in fives. Who wishes for less than usual gets less."""
    if allowed.least >= 10:
        wanted = to_five(wanted)
    return least_to_most(allowed, wanted)


def _wish(here: Situation) -> Wish:
    """What was wished of the exercise they are at."""
    return here.person.wishes.get(here.practice.exercise.id, Wish())


def _wishing(here: Situation, wish: Wish) -> Situation:
    """The same set of the same side with another wish: the exercise may have more pieces then, or fewer."""
    wishes = {**here.person.wishes, here.practice.exercise.id: wish}
    if wish == Wish():
        del wishes[here.practice.exercise.id]
    after = with_person(here, replace(here.person, wishes=wishes))
    piece, place, practice = here.piece, here.place, after.practice
    sets = [n for n, other in enumerate(practice.pieces) if (other.kind, other.side) == (PieceKind.SET, piece.side)]
    if piece.number > practice.sets:
        return replace(after, place=after_piece(practice, Place(place.step, sets[-1])))
    kinds = [(other.kind, other.side, other.number) for other in practice.pieces]
    index = kinds.index((piece.kind, piece.side, piece.number))
    rep = min(place.rep, practice.reps - 1)
    goes_on = rep == place.rep and practice.long_holds and index in sets
    held = min(place.held, practice.hold - 5) if goes_on else 0
    rep = max(rep, most_on_top(practice)) if index in sets else 0
    return replace(after, place=Place(place.step, index, rep, held, place.stage))


def easier(here: Situation) -> Turn:
    """One form easier, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.easier, "easier")


def harder(here: Situation) -> Turn:
    """One form harder, in which the set is begun again from its position."""
    return _other_form(here, here.practice.form.level.harder, "harder")


def _other_form(here: Situation, level: Level | None, way: str) -> Turn:
    practice, words = here.practice, here.words
    form = practice.exercise.forms.get(level) if level else None
    if form is None:
        return stay(here, words(f"no-{way}"))
    after = _wishing(here, replace(_wish(here), level=level))
    told = words("said-usual") if level is Level.USUAL else words(f"said-{way}", label=form.label)
    if not here.running and here.phase is Phase.POSITIONING and after.place.stage == Part.WAY:
        return stay(after, told)  # what is needed is still to be fetched
    if not is_there(after.practice, after.place) and level is not Level.USUAL:
        told = ""  # its introduction, which comes next, says so
    new = tuple(item for item in form.equipment if item not in practice.form.equipment)
    return _begun_again(after, told, needed(new, words))


def _begun_again(here: Situation, *told: str) -> Turn:
    """The exercise in another form: from the same set and rep, or as far as its set-up had got."""
    place = Place(here.place.step, here.place.piece, max(0, here.place.rep))
    if here.piece.kind is PieceKind.SET_UP:
        stage = max(Part.WAY.value, min(here.place.stage, Part.POSITION.value))
        place = replace(here.place, stage=stage)
    return re_enter(here, place, *told, whole=True)


def as_usual(here: Situation) -> Turn:
    """The exercise as the content has it: its usual form and dose."""
    after, told = _wishing(here, Wish()), here.words("said-usual")
    other_form = after.practice.form.level is not here.practice.form.level
    return _begun_again(after, told) if other_form else stay(after, told)


def slower(here: Situation) -> Turn:
    """More time between the reps."""
    return _speed(here, {Speed.FASTER: Speed.USUAL, Speed.USUAL: Speed.SLOWER}, "slower", "slowest")


def faster(here: Situation) -> Turn:
    """Less time between the reps."""
    return _speed(here, {Speed.SLOWER: Speed.USUAL, Speed.USUAL: Speed.FASTER}, "faster", "fastest")


def _speed(here: Situation, ladder: dict[Speed, Speed], way: str, end: str) -> Turn:
    """One step on the ladder, said with the word that leads back; at its end, that it is the end."""
    speed = ladder.get(here.person.speed)
    if speed is None:
        return stay(here, here.words(end))
    phrase = "usual-speed" if speed is Speed.USUAL else way
    return stay(with_person(here, replace(here.person, speed=speed)), here.words(phrase))


def flow(here: Situation) -> Turn:
    """From now on she does not wait; she says how often she needs a word."""
    phrase = "flow-already" if here.person.pace is Pace.FLOW else "flow"
    return stay(with_person(here, replace(here.person, pace=Pace.FLOW)), here.words(phrase))


def guided(here: Situation) -> Turn:
    """From now on she waits for "ready"."""
    return stay(with_person(here, replace(here.person, pace=Pace.GUIDED)), here.words("guided"))


def talk_more(here: Situation) -> Turn:
    """From now on everything is explained."""
    return stay(with_person(here, replace(here.person, talk=Talk.MORE)), here.words("talk-more"))


def talk_less(here: Situation) -> Turn:
    """From now on little is."""
    return stay(with_person(here, replace(here.person, talk=Talk.LESS)), here.words("talk-less"))


def ticks(here: Situation) -> Turn:
    """Seconds that can be heard; without sounds she counts aloud and says so."""
    return _ticking(here, True, "ticks")


def quiet(here: Situation) -> Turn:
    """Holds without ticking; without sounds she counts aloud and says so."""
    return _ticking(here, False, "quiet")


def _ticking(here: Situation, wanted: bool, phrase: str) -> Turn:
    """Who asks about the sounds gets them again, if they had failed."""
    person = replace(here.person, ticks=wanted, sounds_failures=0)
    return stay(with_person(here, person), here.words(phrase if here.scene.listener.sounds else "ticks-need-sounds"))


def lacks(here: Situation, equipment: str | None) -> Turn:
    """They have not got a thing: what will do instead; or else, today, what needs it is made easier, or left out."""
    words, library = here.words, here.library
    if equipment is None or equipment not in library.equipment:
        return stay(here, words("lacks-what"))
    if instead := library.equipment_instead.get(equipment):
        return stay(here, instead)
    today = today_of(here.scene)
    lacking = tuple(dict.fromkeys((*today.lacking, equipment)))
    after = with_person(here, replace(here.person, today=replace(today, lacking=lacking)))
    if not here.steps:
        return stay(after, words("lacks-nothing"))
    if steps := steps_of(here.session.plan, after.scene):
        return _without(here, with_steps(after, steps))
    return ask(with_plan(after, ""), Phase.CHOOSING, words("lacks-all"))


def _without(before: Situation, after: Situation) -> Turn:
    """On in a plan without what they have not got: the exercise they are at, if it is left as it was, runs on."""
    words, exercises = before.words, before.library.exercises
    at, levels = before.place.step, {step.exercise: step.level for step in after.steps}
    to_come = before.steps[at:]
    left = [exercises[one.exercise].name for one in to_come if one.exercise not in levels]
    eased = [exercises[one.exercise].name for one in to_come if levels.get(one.exercise, one.level) is not one.level]
    told = sentences(
        words("lacks-left", exercises=words.listed(left)) if left else "",
        words("lacks-eased", exercises=words.listed(eased)) if eased else "",
        "" if left or eased else words("lacks-nothing"),
    )
    current = before.steps[at]
    if current in after.steps:
        return stay(after, told)
    index = sum(one.exercise in levels for one in before.steps[:at])
    if current.exercise in levels:
        return _begun_again(replace(after, place=replace(before.place, step=index)), told)
    return play(after, Place(index), told)
