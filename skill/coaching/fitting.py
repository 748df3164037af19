"""What of a routine fits into one response, and where in it an elapsed time lies."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, pairwise

from skill.coaching.plan import Place
from skill.coaching.practice import PieceKind, Practice
from skill.coaching.timeline import (
    GATE,
    GATE_KNOWN,
    GATE_NAMED,
    GATE_WAY,
    Cue,
    Part,
    Passage,
    Telling,
    passages,
    speaking_seconds,
)
from skill.library.limits import CLIPS
from skill.library.values import Value, replace

RESPONSE_SECONDS = 225.0
"""Longest response we give: four minutes are allowed in all, and she keeps some room for what else she says."""

RESPONSE_CHARACTERS = 6_500
"""As the platform has them (limits.py), with room for the answer before and the question after."""

_CUE_OVERHEAD = 30
"""Characters of markup around one cue."""

BEGINS_AFTER = 1.5
"""Seconds between our reply and the first sound of it, at the least; timestamps are whole seconds."""

ASKING_TAKES = 2.5
"""Seconds someone needs to wake the device and say a short sentence."""

SURELY_HEARD = 0.8
"""Speech may be this much quicker than estimated: after this share of a response's time its end may be heard."""


class Span(Value):
    """What one response holds: from a place to a place.

    Attributes:
        passages: what is heard, in order.
        sounds: whether each passage is heard as its sound.
        ends: where the person is when it has been heard to its end.
        gate: the question at its end, where she waits for the person: a phrase; "" where she does not.
        finished: it ends with the plan; `ends` is then the start of its last piece.
    """

    passages: tuple[Passage, ...]
    sounds: tuple[bool, ...]
    ends: Place
    gate: str
    finished: bool

    @property
    def waits(self) -> bool:
        """Whether it ends where she waits for the person."""
        return bool(self.gate)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(lasts(passage, heard) for passage, heard in zip(self.passages, self.sounds, strict=True))


Practices = Callable[[int], Practice | None]
"""Gives the exercise at an index of the plan; None past its end."""


def lasts(passage: Passage, as_sound: bool) -> float:
    """Seconds of a passage, in the way it is heard."""
    return passage.sound.length_ms / 1000 if as_sound and passage.sound else passage.seconds


@dataclass(slots=True)
class _Room:
    """What is left of a response while it is being filled."""

    seconds: float
    has_sound: Callable[[str], bool]
    clips: int = CLIPS
    characters: int = RESPONSE_CHARACTERS

    def heard_as_sound(self, passage: Passage) -> bool:
        return passage.sound is not None and self.has_sound(passage.sound.name)

    def takes(self, unit: tuple[Passage, ...]) -> bool:
        """Take up the room of passages that belong together, if there is enough of it."""
        after = (self.seconds, self.clips, self.characters)
        for passage in unit:
            as_sound = self.heard_as_sound(passage)
            cost = _CUE_OVERHEAD if as_sound else passage.characters + _CUE_OVERHEAD * len(passage.cues)
            after = (after[0] - lasts(passage, as_sound), after[1] - as_sound, after[2] - cost)
        if min(after) < 0:
            return False
        self.seconds, self.clips, self.characters = after
        return True


def fit(
    practices: Practices,
    start: Place,
    telling: Telling,
    has_sound: Callable[[str], bool],
    lead_seconds: float = 0.0,
) -> Span:
    """The longest stretch from `start` that one response can hold.

    It ends at a gate when she waits for the person, at a joint when there is no more room, and never inside a rep. Only
    a piece too long for any response is split, between two of its reps.

    Args:
        practices: the plan, exercise by exercise.
        start: a legal place.
        telling: how it is told.
        has_sound: whether a sound of that cadence name can be sent.
        lead_seconds: seconds of speech that the response holds before this.
    """
    room = _Room(RESPONSE_SECONDS - lead_seconds, has_sound)
    taken: list[Passage] = []
    place = last = start
    while practice := practices(place.step):
        piece = practice.pieces[place.piece]
        told = passages(practice, place, telling)
        flows = telling.flowing and not (place.stage and piece.kind is PieceKind.SET)
        gated = None if flows else next((n for n, one in enumerate(told) if one.gate), None)
        told = told if gated is None else told[: gated + 1]
        fitting = _fitting(told, room)
        if len(fitting) < len(told) and taken:
            return _span(taken, room, place)
        taken += fitting
        if len(fitting) < len(told):
            return _span(*_split(taken, told[len(fitting)], room))
        if telling.holding:
            telling = replace(telling, holding=False)
        last = Place(place.step, place.piece)
        if gated is not None:
            return _span(taken, room, after_part(practice, told[-1]), gate=told[-1].gate)
        place = after_piece(practice, place)
        if piece.kind is PieceKind.SWITCH and not telling.flowing:
            return _span(taken, room, place, gate=GATE_KNOWN if practice.short else GATE)
    return _span(taken, room, last, finished=True)


def after_part(practice: Practice, passage: Passage) -> Place:
    """The joint after a passage that ends with a question: the next part of the set-up, or what it leads to."""
    place = passage.cues[0].place
    if passage.gate not in (GATE, GATE_KNOWN):
        return replace(place, stage=Part.POSITION.value if passage.gate in (GATE_WAY, GATE_NAMED) else place.stage + 1)
    in_set = practice.pieces[place.piece].kind is PieceKind.SET
    return replace(place, stage=0) if in_set else after_piece(practice, place)


def after_piece(practice: Practice, place: Place) -> Place:
    """The joint at the end of a piece: the start of the next one, in this exercise or the next."""
    if place.piece + 1 < len(practice.pieces):
        return Place(place.step, place.piece + 1)
    return Place(place.step + 1)


def cue_at(span: Span, elapsed: float, haste: float = 1.0) -> tuple[Cue, float] | None:
    """The cue that is running when so many seconds of a span have been heard, and for how long it has been.

    Args:
        span: what is heard.
        elapsed: seconds since it began.
        haste: the share of its time that speech may have taken; quiet, and what is counted or sounded, is exact.

    Returns:
        None when all of the span has been heard.
    """
    for passage, as_sound in zip(span.passages, span.sounds, strict=True):
        quicker = 1 - haste if passage.sound is None else 0.0
        lengths = [cue.seconds - quicker * speaking_seconds(cue.say) for cue in passage.cues]
        length = sum(lengths) if quicker else lasts(passage, as_sound)
        if elapsed >= length:
            elapsed -= length
            continue
        for cue, seconds in zip(passage.cues, lengths, strict=True):
            if elapsed < seconds:
                return cue, elapsed
            elapsed -= seconds
        return passage.cues[-1], passage.cues[-1].seconds
    return None


def _fitting(told: tuple[Passage, ...], room: _Room) -> list[Passage]:
    """As many of them as there is room for; those that are joined, all or none."""
    starts = [index for index, passage in enumerate(told) if index == 0 or not passage.joined]
    for start, end in pairwise([*starts, len(told)]):
        if not room.takes(told[start:end]):
            return list(told[:start])
    return list(told)


def _split(taken: list[Passage], passage: Passage, room: _Room) -> tuple[list[Passage], _Room, Place]:
    """Fill what room is left with the reps of a passage that does not fit whole; where it stops is a rep's start."""
    cues: list[Cue] = []
    left, characters = room.seconds, room.characters
    for _, of_rep in groupby(passage.cues, lambda cue: cue.place.rep):
        rep = list(of_rep)
        left -= sum(cue.seconds for cue in rep)
        characters -= sum(len(cue.say) + _CUE_OVERHEAD for cue in rep)
        if min(left, characters) < 0:
            return [*taken, Passage(tuple(cues))] if cues else taken, room, rep[0].place
        cues += rep
    return taken, room, passage.cues[0].place


def _span(taken: list[Passage], room: _Room, ends: Place, *, gate: str = "", finished: bool = False) -> Span:
    sounds = tuple(room.heard_as_sound(passage) for passage in taken)
    return Span(tuple(taken), sounds, ends, gate, finished)
