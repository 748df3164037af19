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
from skill.coaching.practice import PieceKind, Practice
from skill.library import limits
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
    return tuple(_Piece(practice, place, telling).told())


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

SHORTEST_PAUSE_SECONDS = 5
"""In flow, what the end of a part of the set-up gets at the least, instead of a question."""


def gate_before(practice: Practice, place: Place) -> str:
    """The question that was asked last when someone waits at a place: its phrase."""
    if place.stage == Part.POSITION and practice.position_before == practice.form.position:
        return GATE_NAMED
    gates = {0: GATE_KNOWN if practice.short else GATE, Part.WAY.value: GATE_THINGS, Part.UP.value: GATE_SEATED}
    return gates.get(place.stage, GATE_WAY)


def is_there(practice: Practice, place: Place) -> bool:
    """Whether who waits at a place, or hears what is told there, is in its position; else the way is still to come."""
    in_set_up = practice.pieces[place.piece].kind is PieceKind.SET_UP
    return place.stage >= Part.POSITION or (place.stage == 0 and not in_set_up)


def is_unsaid(place: Place, *, waiting: bool) -> bool:
    """They were sent somewhere, and asked whether they are there, and have not said so."""
    return waiting and place.stage == Part.POSITION


class _Piece:
    """One piece of a practice, told from a place inside it; `change` is the way into its position, if there is one."""

    def __init__(self, practice: Practice, place: Place, telling: Telling) -> None:
        self.practice, self.place, self.telling, self.words = practice, place, telling, telling.words
        self.piece = practice.pieces[place.piece]
        self.side = self.piece.side
        self.change = telling.way(practice.position_before, practice.form.position)
        self.pauses = self.change is not None and self.change.pause_seconds > 0

    def told(self) -> Iterator[Passage]:
        match self.piece.kind:
            case PieceKind.SET_UP:
                yield from self.set_up()
            case PieceKind.SWITCH:
                yield from self.switch()
            case PieceKind.REST:
                yield from self.rest()
            case PieceKind.SET if self.place.stage:
                yield from self.back_into()
            case PieceKind.SET:
                yield from self.start()
                yield from self.holds() if self.practice.long_holds else self.count_off()

    def at(self, part: Part) -> Place:
        return replace(self.place, stage=part.value)

    def sided(self, text: str) -> str:
        return sided(text, self.side, self.words)

    def said(self, text: str, place: Place, gate: str = "", kind: CueKind = CueKind.SET_UP) -> Passage:
        return _said(kind, text, place, self.words, gate=gate)

    def time_to_settle(self, seconds: int, place: Place) -> Passage:
        quiet = min(_fives(seconds), LONGEST_BED_SECONDS)
        return Passage(tuple(_quiet(CueKind.READY, quiet, place, "settle", self.words)), cadence.bed(quiet))

    # A set-up

    def set_up(self) -> Iterator[Passage]:
        practice, stage = self.practice, self.place.stage
        if practice.things and stage <= Part.THINGS:
            lay_out = self.telling.lay_out if practice.index == 0 else ""
            yield self.said(sentences(needed(practice.things, self.words), lay_out), self.at(Part.THINGS), GATE_THINGS)
            if self.telling.flowing:
                yield self.time_to_settle(FETCHING_SECONDS, self.at(Part.WAY))
        if stage <= Part.WAY:
            yield from self.way()
        if stage <= Part.UP and self.change and self.pauses:
            yield from self.moving(self.change, Part.UP, new=not practice.short)
            if self.telling.flowing:
                yield from self.rest_of_the_way(self.change, Part.UP)
        if stage <= Part.POSITION:
            yield from self.position()
        if not practice.short:
            feel = practice.exercise.feel if practice.first else ""
            told = sentences(the_move(practice, self.side, self.words), dose(practice, self.words), feel)
            yield from self.set_at_its_end(told, self.at(Part.MOVE))

    def way(self) -> Iterator[Passage]:
        """The name, what to take care of the first time, and the way there. Who is new says when they are there."""
        practice, at = self.practice, self.at(Part.WAY)
        caution = "" if self.pauses else self.caution()
        yield self.said(sentences(practice.leave_before, introduction(practice, self.words), caution), at)
        if self.change:
            yield from self.moving(self.change, Part.WAY, new=not practice.short)
            if self.telling.flowing and not self.pauses:
                yield from self.rest_of_the_way(self.change, Part.WAY)
        elif not practice.short:
            yield self.said("", at, GATE_NAMED)

    def caution(self) -> str:
        """Who should take care, the first time; told before they move, or after the way up."""
        practice = self.practice
        return practice.exercise.caution if practice.first and practice.form.level is Level.USUAL else ""

    def moving(self, change: Transition, part: Part, *, new: bool) -> Iterator[Passage]:
        """The way there, or a half of it; nobody is hurried up from the floor, however well they know it."""
        half = after_the_pause if part is Part.UP else before_the_pause
        *most, last = half(change, self.at(part), self.side, self.words)
        seated = self.pauses and part is Part.WAY
        if part is Part.UP and (caution := self.caution()):
            most, last = [*most, last], self.said(caution, self.at(part))
        arriving = new or part is Part.UP  # nothing more is asked of who stands up from the floor until they are steady
        yield from (*most, replace(last, gate=GATE_SEATED if seated else GATE_WAY if arriving else ""))

    def rest_of_the_way(self, change: Transition, part: Part) -> Iterator[Passage]:
        """In flow: the rest of the time that a change takes. What was told is told, though they may still be moving."""
        told = moving_over(change, self.at(part), self.side, self.words)
        unhurried = change.seconds - sum(passage.seconds for passage in told)
        if not self.practice.short or unhurried > 0:
            yield self.time_to_settle(max(SHORTEST_PAUSE_SECONDS, round(unhurried)), self.at(Part.POSITION))

    def position(self) -> Iterator[Passage]:
        form, at = self.practice.form, self.at(Part.POSITION)
        if self.practice.short:
            amount = dose(self.practice, self.words)
            told = sentences(self.sided(form.setup_short), amount, self.practice.cue)
            yield from self.set_at_its_end(told, at)
        else:
            yield self.said(sentences(*map(self.sided, form.setup)), at)

    def set_at_its_end(self, told: str, at: Place) -> Iterator[Passage]:
        """The last part of a set-up, and the question whether they are set, or the time to get so."""
        yield self.said(told, at, GATE_KNOWN if self.practice.short else GATE)
        if self.telling.flowing:
            yield self.time_to_settle(self.practice.form.setup_seconds, at)

    def back_into(self) -> Iterator[Passage]:
        """The way back into a set, and its position: whole after a while, else a reminder; then she waits."""
        practice, place, words, change = self.practice, self.place, self.words, self.change
        whole = self.telling.whole and not practice.short
        if place.stage <= Part.WAY:
            if self.telling.whole and practice.things:
                yield self.said(needed(practice.things, words), self.at(Part.WAY))
            if change:
                yield from self.moving(change, Part.WAY, new=whole)
        if place.stage <= Part.UP and change and self.pauses:
            yield from self.moving(change, Part.UP, new=whole)
        if not whole:
            named = "" if change else f"{self.sided(words.position(practice.form.position))}."
            yield self.said(sentences(named, self.sided(practice.form.setup_short)), self.at(Part.POSITION), GATE)
            return
        if place.stage <= Part.POSITION:
            yield from self.position()
        amount = dose(practice, words) if place.rep == 0 else ""
        yield self.said(sentences(the_move(practice, self.side, words), amount), self.at(Part.MOVE), GATE)

    def switch(self) -> Iterator[Passage]:
        form = self.practice.form
        told = self.sided(form.switch)
        if self.practice.short:
            told = self.sided(form.switch_short) or self.words("switch-known", side=self.sided(form.side))
        yield self.said(sentences(told), self.place, kind=CueKind.SWITCH)
        if self.telling.flowing:
            yield self.time_to_settle(form.switch_seconds, self.place)

    # A set, and the rest before the next one

    def start(self) -> Iterator[Passage]:
        """What is said before the first rep where nobody has just said "ready": which set it is, or that it begins."""
        place, words = self.place, self.words
        if place.rep or place.held or self.telling.holding:
            return
        if (number := self.piece.number) > 1:
            last = number == self.practice.sets
            told = words("next-set-last") if last else words("next-set", number=words.number(number))
            yield self.said(sentences(told), place, kind=CueKind.READY)
        elif self.telling.flowing:
            yield self.said(sentences(words("begin")), place, kind=CueKind.READY)

    def count_off(self) -> Iterator[Passage]:
        practice, place = self.practice, self.place
        cues = [cue for done in range(place.rep, practice.reps) for cue in self.rep(replace(place, rep=done, held=0))]
        cues.append(Cue(CueKind.READY, sentences(self.words("set-done")), cadence.TAIL_MS / 1000, cues[-1].place))
        left = practice.reps - place.rep
        sound = cadence.reps(practice.lift, practice.hold, practice.lower, practice.relax, left)
        yield Passage(tuple(cues), sound)

    def rep(self, place: Place) -> Iterator[Cue]:
        practice, beats = self.practice, self.practice.form.beats
        left, count_in = practice.reps - place.rep, cadence.COUNT_IN_MS / 1000
        number = self.words("count-last") if left == 1 and practice.reps > 1 else self.words.number(left)
        yield Cue(CueKind.READY, capitalised(f"{number}."), count_in, place)
        yield Cue(CueKind.MOVE, self.sided(beats.lift), practice.lift, place)
        yield Cue(CueKind.HOLD, self.sided(beats.hold), practice.hold, place)
        yield Cue(CueKind.LOWER, self.sided(beats.lower), practice.lower, place)
        if left > 1 and practice.relax > count_in:
            long = practice.lower + practice.relax > limits.SILENCE_SECONDS  # no silence may be: a word breaks it
            yield Cue(CueKind.REST, sentences(self.words("relax")) if long else "", practice.relax - count_in, place)

    def holds(self) -> Iterator[Passage]:
        practice, words, beats = self.practice, self.words, self.practice.form.beats
        for done in range(self.place.rep, practice.reps):
            held = self.place.held if done == self.place.rep else 0
            here, after = replace(self.place, rep=done, held=held), replace(self.place, rep=done + 1, held=0)
            left, again = practice.reps - done, ""
            if done > self.place.rep:
                again = words("once-more") if left == 1 else words("holds-to-go", amount=words.amount("holds", left))
            if not (self.telling.holding and done == self.place.rep):
                lift = sentences(again, f"{self.sided(beats.lift)}.")
                yield _said(CueKind.MOVE, lift, here, words, practice.lift)
            cues = tuple(_hold(practice.hold, here, self.sided(beats.hold), words))
            sound = cadence.hold(practice.hold - held, ticks=self.telling.ticks, whole=held == 0)
            yield Passage(cues, sound, joined=True)
            lower = sentences(f"{self.sided(beats.lower)}.")
            yield _said(CueKind.LOWER, lower, after, words, practice.lower, joined=True)
            if left > 1:
                yield _said(CueKind.REST, sentences(words("relax")), after, words, practice.relax, joined=True)

    def rest(self) -> Iterator[Passage]:
        words, seconds = self.words, _fives(self.practice.rest)
        told = sentences(words("rest", seconds=words.amount("seconds", seconds)))
        yield self.said(told, self.place, kind=CueKind.REST)
        yield Passage(tuple(_quiet(CueKind.REST, seconds, self.place, "rest-goes-on", words)), cadence.bed(seconds))


# What is said of an exercise


def the_move(practice: Practice, side: Side | None, words: Wording) -> str:
    """What will be counted, told as something that is still to come, because people do what they hear."""
    move = sided(practice.form.move, side, words)
    if practice.long_holds:  # nobody counts there: a word leads into each hold
        return words("when-i-say", beat=sided(practice.form.beats.lift, side, words).lower(), move=move)
    return words("when-i-count", move=move)


def introduction(practice: Practice, words: Wording) -> str:
    """The exercise named, with its form where that is not the usual one; and its number, to whom it is still new."""
    named = practice.exercise.name
    if practice.of > 1 and not practice.short:
        number, of = words.number(practice.index + 1), words.number(practice.of)
        if practice.index + 1 == practice.of:
            named = words("introduce-last", exercise=named)
        else:
            named = words("introduce", exercise=named, number=number, of=of)
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


# What is counted aloud


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
        yield Cue(CueKind.HOLD, capitalised(f"{counted[at]}."), until - at, replace(place, held=spot), late=at - spot)


def _quiet(kind: CueKind, seconds: int, place: Place, calm: str, words: Wording) -> Iterator[Cue]:
    """Quiet time counted aloud: a calm word, another one each time, often enough that no silence is too long."""
    lines = words.all(calm)
    for turn, left in enumerate(range(seconds, 0, -8)):
        line = sentences(lines[turn % len(lines)]) if turn else ""
        yield Cue(kind, line, max(min(left, 8), speaking_seconds(line)), place)


def _said(
    kind: CueKind,
    text: str,
    place: Place,
    words: Wording,
    seconds: float = 0.0,
    *,
    joined: bool = False,
    gate: str = "",
) -> Passage:
    """Speech, and quiet after it up to `seconds` where that is longer."""
    lasts = max(seconds, speaking_seconds(text, words.library.language))
    return Passage((Cue(kind, text, lasts, place),), joined=joined, gate=gate)


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
def speaking_seconds(text: str, language: str = "en") -> float:
    """Seconds that a plain text takes to speak; a language that is not known here is taken to be as fast as English."""
    text = text.strip()
    if not text:
        return 0.0
    letters = len(_LETTER.findall(text))
    pauses = len(_SENTENCE_END.findall(text)) * _SENTENCE_PAUSE + len(_COMMA.findall(text)) * _COMMA_PAUSE
    rate = _LETTERS_A_SECOND.get(language, _LETTERS_A_SECOND["en"])
    return max(_SHORTEST, letters / rate + pauses)
