"""An exercise as timed cues: what is said, how long it lasts, and where the person is while it does.

A piece becomes passages, a passage becomes cues. A passage that has a sound lasts exactly as long as its sound, and
the cues say the same thing aloud, for a device that cannot be sent sounds.
"""

import re
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from functools import lru_cache

from skill.coaching import cadence
from skill.coaching.plan import Place
from skill.coaching.practice import Piece, PieceKind, Practice
from skill.library.models import Level, Side, Transition, Wording, capitalised, sentences
from skill.library.values import Value, force_setattr, replace

COUNT_EVERY_SECONDS = 5
"""In a long hold counted aloud the seconds left are said this often: well inside the silence allowed."""

LONGEST_BED_SECONDS = 60
"""Quiet time is never longer than this in one go; the sounds have no longer bed."""


class CueKind(StrEnum):
    """What the body does during a cue."""

    SET_UP = "set-up"
    READY = "ready"
    MOVE = "move"
    HOLD = "hold"
    LOWER = "lower"
    REST = "rest"
    SWITCH = "switch"


class Part(IntEnum):
    """The parts of a set-up, in order, as `Place.stage` counts them."""

    THINGS = 0
    """What to have at hand."""
    WAY = 1
    """The exercise named, and the change of position; of the way up from the floor, as far as the seat."""
    UP = 2
    """The second half of the way up, after a quiet while of sitting."""
    POSITION = 3
    """How to get set, once there."""
    MOVE = 4
    """What will be counted, and how much of it."""


class Cue(Value):
    """Something said, and the quiet that fills the rest of its time.

    Attributes:
        say: what is said at its start, or "".
        seconds: how long the cue lasts, speech included; never less than the speech.
        place: where to go back to when the person interrupts here: the start of this rep, or a five-second mark.
        late: seconds from that mark to the start of this cue.
    """

    kind: CueKind
    say: str
    seconds: float
    place: Place
    late: float = 0.0


class Passage(Value):
    """Cues that belong together; `sound` is the cadence that says the same, where there is one.

    A `joined` passage is never parted from the one before it: together they are one rep. After one with a `gate`, the
    phrase that asks for it, she waits for the person, unless time goes on by itself.
    """

    cues: tuple[Cue, ...]
    sound: cadence.Cadence | None = None
    joined: bool = False
    gate: str = ""
    seconds: float = 0.0
    """How long it lasts counted aloud; with its sound it is the sound's length."""
    characters: int = 0
    """How much is said in it, counted aloud. Both are worked out from the cues, whatever is given."""

    def __post_init__(self) -> None:
        force_setattr(self, "seconds", sum(cue.seconds for cue in self.cues))
        force_setattr(self, "characters", sum(len(cue.say) for cue in self.cues))

    def __hash__(self) -> int:
        return hash((len(self.cues), self.seconds, self.characters))


class Telling(Value):
    """How a piece is to be told.

    Attributes:
        words: in whose words.
        flowing: position changes get a set time, instead of waiting for the person.
        ticks: long holds tick.
        holding: the person is in the hold already, so the way into it is not told.
        kneeling: they can kneel, on the way down to the floor and up from it.
        whole: the way back into a set is told as to somebody who was away, not as to who has only paused.
        lay_out: where to put what the routine needs, in a sentence.
    """

    words: Wording
    flowing: bool = False
    ticks: bool = True
    holding: bool = False
    kneeling: bool = True
    whole: bool = False
    lay_out: str = ""

    def way(self, start: str, end: str) -> Transition | None:
        """The way from one position to another; None where it is the same."""
        library = self.words.library
        ways = library.transitions if self.kneeling else library.transitions_without_kneeling
        return ways.get((start, end))


PASSAGES = 1024
"""Pieces whose passages are remembered, at a few kB each: many people are at the same place of the same routine."""


@lru_cache(maxsize=PASSAGES)
def passages(practice: Practice, place: Place, telling: Telling) -> tuple[Passage, ...]:
    """The passages of one piece, from a place inside it to its end."""
    piece = practice.pieces[place.piece]
    match piece.kind:
        case PieceKind.SET_UP:
            return tuple(_set_up(practice, piece, place, telling))
        case PieceKind.SWITCH:
            return tuple(_switch(practice, piece, place, telling))
        case PieceKind.REST:
            return tuple(_rest(practice, piece, place, telling))
        case PieceKind.SET if place.stage:
            return tuple(_back_into(practice, piece, place, telling))
        case PieceKind.SET if practice.long_holds:
            return (*_start(practice, piece, place, telling), *_holds(practice, piece, place, telling))
        case PieceKind.SET:
            return (*_start(practice, piece, place, telling), _count_off(practice, piece, place, telling))


def sided(text: str, side: Side | None, words: Wording) -> str:
    """A text of an exercise with its sides named; where the sides work together, a text that names none."""
    side = side or Side.LEFT
    return text.format(working=words.side(side), supporting=words.side(side.other)) if "{" in text else text


# Getting into position


GATE_THINGS, GATE_SEATED, GATE_WAY, GATE, GATE_KNOWN = "gate-things", "gate-seated", "gate-way", "gate", "gate-known"
"""The phrases that ask whether they have what they need, sit well, are where they were sent, and are set."""

GATE_NAMED = "gate-named"
"""The same after an exercise was named, where there is no way to go."""

FETCHING_SECONDS = 30
"""To fetch what is needed, where nobody is waited for."""


def parts(practice: Practice) -> Iterator[Part]:
    """The parts that the set-up of an exercise has."""
    if practice.things:
        yield Part.THINGS
    yield Part.WAY
    yield Part.UP
    yield Part.POSITION
    if not practice.short:
        yield Part.MOVE


def gate_before(practice: Practice, place: Place) -> str:
    """The question that was asked last when someone waits at a place: its phrase."""
    if place.stage == Part.POSITION and practice.position_before == practice.form.position:
        return GATE_NAMED
    gates = {0: GATE_KNOWN if practice.short else GATE, Part.WAY.value: GATE_THINGS, Part.UP.value: GATE_SEATED}
    return gates.get(place.stage, GATE_WAY)


def is_there(practice: Practice, place: Place) -> bool:
    """Whether who waits at a place, or hears what is told there, is in its position; else the way is still to come."""
    if practice.pieces[place.piece].kind is PieceKind.SET_UP:
        return place.stage >= Part.POSITION
    return place.stage == 0 or place.stage >= Part.POSITION


def is_unsaid(place: Place, *, waiting: bool) -> bool:
    """They were sent somewhere, and asked whether they are there, and have not said so."""
    return waiting and place.stage == Part.POSITION


def _set_up(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    for part in parts(practice):
        if part < place.stage:
            continue
        at = replace(place, stage=part.value)
        match part:
            case Part.THINGS:
                yield from _things(practice, at, telling)
            case Part.WAY:
                yield from _way(practice, piece, at, telling)
            case Part.UP:
                yield from _up(practice, piece, at, telling)
            case Part.POSITION:
                change = telling.way(practice.position_before, practice.form.position)
                caution = _caution(practice) if change and change.pause_seconds else ""
                yield from _position(practice, piece, at, telling, caution)
            case Part.MOVE:
                yield from _move(practice, piece, at, telling)


def _things(practice: Practice, place: Place, telling: Telling) -> Iterator[Passage]:
    told = sentences(needed(practice.things, telling.words), telling.lay_out if practice.index == 0 else "")
    yield replace(_said(CueKind.SET_UP, told, place, telling.words), gate=GATE_THINGS)
    if telling.flowing:
        yield _time_to_settle(FETCHING_SECONDS, replace(place, stage=Part.WAY.value), telling.words)


def _way(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    """The name, what to take care of the first time, and the way there. Who is new to it says when they are there."""
    words = telling.words
    change = telling.way(practice.position_before, practice.form.position)
    caution = "" if change and change.pause_seconds else _caution(practice)
    told = sentences(practice.leave_before, introduction(practice, words), caution)
    yield _said(CueKind.SET_UP, told, place, words)
    if change is None:
        if not practice.short:
            yield replace(_said(CueKind.SET_UP, "", place, words), gate=GATE_NAMED)
        return
    moved = list(before_the_pause(change, place, piece.side, words))
    if change.pause_seconds:  # nobody is hurried up from the floor, however well they know it
        moved[-1] = replace(moved[-1], gate=GATE_SEATED)
    elif not practice.short:
        moved[-1] = replace(moved[-1], gate=GATE_WAY)
    yield from moved
    if telling.flowing and not change.pause_seconds:
        yield from _on_the_way(practice, change, moved, place, telling)


def _caution(practice: Practice) -> str:
    """Who should take care, the first time; told before they move, but never into the way up from the floor."""
    return practice.exercise.caution if practice.first and practice.form.level is Level.USUAL else ""


def _up(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    """The second half of the way up from the floor; nothing on any other way."""
    change = telling.way(practice.position_before, practice.form.position)
    if change is None or not change.pause_seconds:
        return
    moved = list(after_the_pause(change, place, piece.side, telling.words))
    if not practice.short:
        moved[-1] = replace(moved[-1], gate=GATE_WAY)
    yield from moved
    if telling.flowing:
        told = [*before_the_pause(change, place, piece.side, telling.words), *moved]
        yield from _on_the_way(practice, change, told, place, telling)


def _on_the_way(
    practice: Practice, change: Transition, moved: list[Passage], place: Place, telling: Telling
) -> Iterator[Passage]:
    """In flow: the rest of the time that a change takes. What was told is told, though they may still be moving."""
    unhurried = change.seconds - sum(passage.seconds for passage in moved)
    if not practice.short or unhurried > 0:
        there = replace(place, stage=Part.POSITION.value)
        yield _time_to_settle(max(SHORTEST_PAUSE_SECONDS, round(unhurried)), there, telling.words)


SHORTEST_PAUSE_SECONDS = 5
"""In flow, what the end of a part of the set-up gets at the least, instead of a question."""


def _position(practice: Practice, piece: Piece, place: Place, telling: Telling, caution: str = "") -> Iterator[Passage]:
    words, form = telling.words, practice.form
    if practice.short:
        told = sentences(caution, sided(form.setup_short, piece.side, words), dose(practice, words), practice.cue)
        yield from _ending_set(practice, _said(CueKind.SET_UP, told, place, words), telling)
        return
    told = sentences(caution, *(sided(text, piece.side, words) for text in form.setup))
    yield _said(CueKind.SET_UP, told, place, words)


def _move(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    words = telling.words
    feel = practice.exercise.feel if practice.first else ""
    told = sentences(the_move(practice, piece.side, words), dose(practice, words), feel)
    yield from _ending_set(practice, _said(CueKind.SET_UP, told, place, words), telling)


def _back_into(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    """The way back into a set, and its position: whole after a while, else a reminder; then she waits."""
    words = telling.words
    change = telling.way(practice.position_before, practice.form.position)
    whole = telling.whole and not practice.short
    if place.stage <= Part.WAY:
        at = replace(place, stage=Part.WAY.value)
        things = needed(practice.things, words) if telling.whole else ""
        yield from (_said(CueKind.SET_UP, told, at, words) for told in (things,) if told)
        moved = list(before_the_pause(change, at, piece.side, words)) if change else []
        if change and change.pause_seconds:
            moved[-1] = replace(moved[-1], gate=GATE_SEATED)
        elif moved and whole:
            moved[-1] = replace(moved[-1], gate=GATE_WAY)
        yield from moved
    if place.stage <= Part.UP and change and change.pause_seconds:
        moved = list(after_the_pause(change, replace(place, stage=Part.UP.value), piece.side, words))
        if whole:
            moved[-1] = replace(moved[-1], gate=GATE_WAY)
        yield from moved
    if not whole:
        named = "" if change else sentences(f"{sided(words.position(practice.form.position), piece.side, words)}.")
        told = sentences(named, sided(practice.form.setup_short, piece.side, words))
        yield replace(_said(CueKind.SET_UP, told, replace(place, stage=Part.POSITION.value), words), gate=GATE)
        return
    if place.stage <= Part.POSITION:
        yield from _position(practice, piece, replace(place, stage=Part.POSITION.value), telling)
    amount = dose(practice, words) if place.rep == 0 else ""
    told = sentences(the_move(practice, piece.side, words), amount)
    yield replace(_said(CueKind.SET_UP, told, replace(place, stage=Part.MOVE.value), words), gate=GATE)


def _ending_set(practice: Practice, passage: Passage, telling: Telling) -> Iterator[Passage]:
    """The last part of a set-up: the question whether they are set, or the time to get so."""
    yield replace(passage, gate=GATE_KNOWN if practice.short else GATE)
    if telling.flowing:
        yield _time_to_settle(practice.form.setup_seconds, passage.cues[0].place, telling.words)


def the_move(practice: Practice, side: Side | None, words: Wording) -> str:
    """What will be counted, told as something that is still to come, because people do what they hear."""
    move = sided(practice.form.move, side, words)
    if practice.long_holds:  # nobody counts there: a word leads into each hold
        return words("when-i-say", beat=sided(practice.form.beats.lift, side, words).lower(), move=move)
    return words("when-i-count", move=move)


def _switch(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    words = telling.words
    told = sided(practice.form.switch, piece.side, words)
    if practice.short:
        named = words("switch-known", side=sided(practice.form.side, piece.side, words))
        told = sided(practice.form.switch_short, piece.side, words) or named
    yield _said(CueKind.SWITCH, sentences(told), place, words)
    if telling.flowing:
        yield _time_to_settle(practice.form.switch_seconds, place, words)


def introduction(practice: Practice, words: Wording) -> str:
    """The exercise named, with its form where that is not the usual one; and its number, to whom it is still new."""
    named = practice.exercise.name
    if practice.of > 1 and not practice.short:
        of, number = words.number(practice.of), words.number(practice.index + 1)
        last = practice.index + 1 == practice.of
        named = (
            words("introduce-last", exercise=named)
            if last
            else words("introduce", exercise=named, number=number, of=of)
        )
    return sentences(named if named.endswith(".") else f"{named}.", practice.form.label and f"{practice.form.label}.")


def needed(things: tuple[str, ...], words: Wording) -> str:
    """What to have at hand, in a sentence; nothing where nothing is needed."""
    if not things:
        return ""
    return sentences(words("equipment", items=words.listed(words.library.equipment[item] for item in things)))


def dose(practice: Practice, words: Wording) -> str:
    """How much is to be done, in one sentence; to someone who knows the exercise, in a few words."""
    kind = "holds" if practice.long_holds else "reps"
    each = "-each" if len({piece.side for piece in practice.pieces}) > 1 else ""
    amount = words.amount(kind, practice.reps)
    short = "-short" if practice.short else ""
    given = {} if short else {"seconds": words.amount("seconds", practice.hold)}
    told = words(f"dose-{kind}{short}{each}", amount=amount, **given)
    return sentences(told, words("dose-sets", sets=words.amount("sets", practice.sets)) if practice.sets > 1 else "")


def moving_over(change: Transition, place: Place, side: Side | None, words: Wording) -> Iterator[Passage]:
    """Getting from one position to another, with its seated pause."""
    yield from before_the_pause(change, place, side, words)
    if change.pause_seconds:
        yield from after_the_pause(change, place, side, words)


def before_the_pause(change: Transition, place: Place, side: Side | None, words: Wording) -> Iterator[Passage]:
    """A change of position; of the way up, as far as the seat, with the quiet there."""
    yield _said(CueKind.SET_UP, sentences(*(sided(text, side, words) for text in change.before)), place, words)
    if change.pause_seconds:
        yield Passage(tuple(_quiet(CueKind.REST, change.pause_seconds, place, "pause-seated", words)))


def after_the_pause(change: Transition, place: Place, side: Side | None, words: Wording) -> Iterator[Passage]:
    """The way up from the seat, with the quiet before they let go of what they hold."""
    yield _said(CueKind.SET_UP, sentences(*(sided(text, side, words) for text in change.after)), place, words)
    if change.standing_seconds:
        yield Passage(tuple(_quiet(CueKind.REST, change.standing_seconds, place, "pause-seated", words)))
        yield _said(CueKind.SET_UP, sentences(*(sided(text, side, words) for text in change.then)), place, words)


def _time_to_settle(seconds: int, place: Place, words: Wording) -> Passage:
    quiet = min(_fives(seconds), LONGEST_BED_SECONDS)
    return Passage(tuple(_quiet(CueKind.READY, quiet, place, "settle", words)), cadence.bed(quiet))


# Reps


def _start(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    """What is said before a set's first rep where nobody has just said "ready": which set it is, or that it begins."""
    if place.rep or place.held or telling.holding:
        return
    words = telling.words
    if piece.number > 1:
        last = piece.number == practice.sets
        which = words("next-set-last") if last else words("next-set", number=words.number(piece.number))
        yield _said(CueKind.READY, sentences(which), place, words)
    elif telling.flowing:
        yield _said(CueKind.READY, sentences(words("begin")), place, words)


def _count_off(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Passage:
    left = practice.reps - place.rep
    cues: list[Cue] = []
    for done in range(place.rep, practice.reps):
        cues += _rep(practice, Place(place.step, place.piece, done), piece, telling.words)
    done_word = sentences(telling.words("set-done"))
    cues.append(Cue(CueKind.READY, done_word, cadence.TAIL_MS / 1000, cues[-1].place))
    pattern = cadence.reps(
        lift=practice.lift, hold=practice.hold, lower=practice.lower, relax=practice.relax, count=left
    )
    return Passage(tuple(cues), pattern)


def _rep(practice: Practice, place: Place, piece: Piece, words: Wording) -> Iterator[Cue]:
    left = practice.reps - place.rep
    beats = practice.form.beats
    number = words("count-last") if left == 1 and practice.reps > 1 else words.number(left)
    yield Cue(CueKind.READY, capitalised(f"{number}."), cadence.COUNT_IN_MS / 1000, place)
    yield Cue(CueKind.MOVE, sided(beats.lift, piece.side, words), practice.lift, place)
    yield Cue(CueKind.HOLD, sided(beats.hold, piece.side, words), practice.hold, place)
    yield Cue(CueKind.LOWER, sided(beats.lower, piece.side, words), practice.lower, place)
    pause = practice.relax - cadence.COUNT_IN_MS / 1000
    if left > 1 and pause > 0:
        yield Cue(CueKind.REST, "", pause, place)


# Long holds


def _holds(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    words, beats = telling.words, practice.form.beats
    for done in range(place.rep, practice.reps):
        held = place.held if done == place.rep else 0
        here = Place(place.step, place.piece, done, held)
        left, again = practice.reps - done, ""
        if done > place.rep:
            again = words("once-more") if left == 1 else words("holds-to-go", amount=words.amount("holds", left))
        if not (telling.holding and done == place.rep):
            lift = sentences(again, f"{sided(beats.lift, piece.side, words)}.")
            yield _said(CueKind.MOVE, lift, here, words, practice.lift)
        cues = tuple(_hold(practice.hold, here, sided(beats.hold, piece.side, words), words))
        yield Passage(cues, cadence.hold(practice.hold - held, ticks=telling.ticks, whole=held == 0), joined=True)
        after = Place(place.step, place.piece, done + 1)
        lower = sentences(f"{sided(beats.lower, piece.side, words)}.")
        yield _said(CueKind.LOWER, lower, after, words, practice.lower, joined=True)
        if done + 1 < practice.reps:
            yield _said(CueKind.REST, sentences(words("relax")), after, words, practice.relax, joined=True)


def _hold(seconds: int, place: Place, beat: str, words: Wording) -> Iterator[Cue]:
    """One hold counted aloud: the seconds left every five, half-way once, the last three one by one."""
    counted = {seconds - left: words.number(left) for left in range(1, cadence.LAST_COUNTED + 1)}
    for at in range(place.held, seconds, COUNT_EVERY_SECONDS):
        halfway = (
            place.held >= 0
            and seconds >= cadence.HALFWAY_FROM_SECONDS
            and 0 <= 2 * at - seconds < 2 * COUNT_EVERY_SECONDS
        )
        left = words.number(seconds - at)
        counted[at] = words("count-halfway", left=left) if halfway else left
    counted[place.held] = beat
    marks = sorted(at for at in counted if place.held <= at < seconds)
    for at, until in zip(marks, [*marks[1:], seconds], strict=True):
        spot = at - at % COUNT_EVERY_SECONDS if at > place.held else at
        mark = Place(place.step, place.piece, place.rep, spot)
        yield Cue(CueKind.HOLD, capitalised(f"{counted[at]}."), until - at, mark, late=at - spot)


# Rest and quiet


def _rest(practice: Practice, piece: Piece, place: Place, telling: Telling) -> Iterator[Passage]:
    words = telling.words
    seconds = _fives(practice.rest)
    yield _said(CueKind.REST, sentences(words("rest", seconds=words.amount("seconds", seconds))), place, words)
    yield Passage(
        tuple(_quiet(CueKind.REST, seconds, place, "rest-goes-on", words)),
        cadence.bed(seconds),
    )


def _quiet(kind: CueKind, seconds: int, place: Place, calm: str, words: Wording) -> Iterator[Cue]:
    """Quiet time counted aloud: a calm word, another one each time, often enough that no silence is too long."""
    lines = words.all(calm)
    for turn, left in enumerate(range(seconds, 0, -8)):
        line = sentences(lines[turn % len(lines)]) if turn else ""
        yield Cue(kind, line, max(min(left, 8), speaking_seconds(line)), place)


def _said(
    kind: CueKind, text: str, place: Place, words: Wording, seconds: float = 0.0, *, joined: bool = False
) -> Passage:
    """Speech, and quiet after it up to `seconds` where that is longer."""
    lasts = max(seconds, speaking_seconds(text, words.library.language))
    return Passage((Cue(kind, text, lasts, place),), joined=joined)


def _fives(seconds: int) -> int:
    """Seconds rounded up to the next five: the sounds come in fives."""
    return -(-seconds // COUNT_EVERY_SECONDS) * COUNT_EVERY_SECONDS


# How long speech takes: an estimate, because Alexa tells nobody how fast it speaks; it errs to the long side a little

_LETTERS_A_SECOND = {"en": 17.0}
"""Fitted to an offline neural voice reading our own content, then a little slower: about 165 words a minute."""

_SENTENCE_PAUSE = 0.5
_COMMA_PAUSE = 0.25
_SHORTEST = 0.4


_LETTER = re.compile(r"[\w' ]")
_SENTENCE_END = re.compile(r"[.?!:](?=\s)")
_COMMA = re.compile(r"[,;](?=\s)")

TEXTS = 4096
"""Texts whose length is remembered: most of what she says is said again and again, to everybody."""


@lru_cache(maxsize=TEXTS)
def speaking_seconds(text: str, language: str = "en", pace: float = 1.0) -> float:
    """Seconds that a text takes to speak.

    Args:
        text: plain words and punctuation.
        language: the content language; an unknown one is taken to be as fast as English.
        pace: 1.0 is the usual rate, 2.0 twice as fast.
    """
    text = text.strip()
    if not text:
        return 0.0
    letters = len(_LETTER.findall(text))
    pauses = len(_SENTENCE_END.findall(text)) * _SENTENCE_PAUSE + len(_COMMA.findall(text)) * _COMMA_PAUSE
    rate = _LETTERS_A_SECOND.get(language, _LETTERS_A_SECOND["en"])
    return max(_SHORTEST, letters / rate + pauses) / pace
