"""The situation in which an event arrives: the session settled into a legal one, and where the clock says they are."""

from dataclasses import dataclass, replace

from skill.coaching import plan
from skill.coaching.fitting import (
    ASKING_TAKES,
    BEGINS_AFTER,
    SURELY_HEARD,
    Practices,
    Span,
    after_piece,
    cue_at,
    fit,
)
from skill.coaching.place import BEGINNING, Place
from skill.coaching.practice import Piece, PieceKind, Practice, practice
from skill.coaching.timeline import CueKind, Telling
from skill.coaching.wishes import Pace
from skill.dialogue.session import Person, Phase, Scene, Session, Underway
from skill.library.models import Step
from skill.library.words import Words

LONGEST_LEAD_SECONDS = 240
"""No answer speaks longer than this before it moves on; a stored lead beyond it is damage."""

MOST_HELD_BACK = -300
"""However many seconds are asked for on top, a hold is never set back further than this."""


@dataclass(frozen=True, slots=True)
class Here:
    """What a move may look at.

    Attributes:
        session: the settled session.
        phase: what is going on now, by the clock.
        place: where they are now, by the clock; the start of a rep or a five-second mark.
        running: the last answer's moving part is still being heard.
        holding: they are inside a long hold.
        practices: the exercises of the plan, by index, as this person does them.
    """

    session: Session
    scene: Scene
    words: Words
    steps: tuple[Step, ...]
    practices: Practices
    phase: Phase
    place: Place
    running: bool
    holding: bool = False

    @property
    def practice(self) -> Practice | None:
        """The exercise they are at; None when nothing is underway."""
        return self.practices(self.place.step)

    @property
    def piece(self) -> Piece | None:
        """The piece they are at; None when nothing is underway."""
        return self.practice.pieces[self.place.piece] if self.practice else None

    @property
    def telling(self) -> Telling:
        """How the timeline is told to this person."""
        person = self.scene.person
        return Telling(self.words, flowing=person.pace is Pace.FLOW, ticks=person.ticks)

    def has_sound(self, name: str) -> bool:
        """Whether the device can be sent the sound of that cadence name."""
        if self.scene.person.sounds_failed:
            return False
        return f"{self.scene.library.language}-{name}" in self.scene.listener.sounds

    def starting(self, wanted: str) -> "Here":
        """The same moment with another plan about to begin."""
        session = replace(self.session, plan=wanted, place=BEGINNING, ends=BEGINNING, since=None, parted=False)
        steps = steps_of(wanted, self.scene)
        return replace(
            self,
            session=session,
            steps=steps,
            practices=_practices(steps, self.scene),
            phase=Phase.POSITIONING,
            place=BEGINNING,
            running=False,
        )

    def along(self, steps: tuple[Step, ...]) -> "Here":
        """The same moment in a plan whose exercises have changed; the place goes with its exercise if that is left."""
        current = self.steps[self.place.step]
        place = replace(self.place, step=steps.index(current)) if current in steps else BEGINNING
        return replace(self, steps=steps, practices=_practices(steps, self.scene), place=place)

    def remembering(self, person: Person) -> "Here":
        """The same moment for a person who just wished something else of it."""
        scene = replace(self.scene, person=person)
        practices = _practices(self.steps, scene)
        place = _legal(self.place, practices, last=len(self.steps) - 1) if self.steps else self.place
        return replace(self, scene=scene, practices=practices, place=place)

    def fit(self, place: Place, lead_seconds: float, *, holding: bool = False) -> Span:
        """What of the plan one response can hold from a place."""
        telling = replace(self.telling, holding=holding)
        return fit(self.practices, place, telling, self.has_sound, lead_seconds)


def look(session: Session, scene: Scene, *, generous: bool = False) -> Here:
    """The situation now.

    Args:
        session: any session, however old or damaged.
        scene: the turn's scene.
        generous: for "ready" and its like: speech may have been quicker than estimated, so an answer that was
            probably heard to its end counts as heard.
    """
    session = settle(_with_what_is_underway(session, scene), scene)
    steps = steps_of(session.plan, scene)
    here = Here(
        session=session,
        scene=scene,
        words=Words(scene.library, session.turns),
        steps=steps,
        practices=_practices(steps, scene),
        phase=session.phase,
        place=session.place,
        running=False,
    )
    return here if session.since is None else _by_the_clock(here, session.since, generous)


_TIMED = (Phase.POSITIONING, Phase.MOVING, Phase.FINISHING)
"""The phases in which something of the last answer may still be running."""


def settle(session: Session, scene: Scene) -> Session:
    """The nearest legal session: a known plan, a place inside it, and a phase that fits."""
    steps = steps_of(session.plan, scene)
    if not steps:
        phase = Phase.FORGETTING if session.phase is Phase.FORGETTING else Phase.CHOOSING
        session = replace(session, phase=phase, plan="", place=BEGINNING, ends=BEGINNING, since=None)
    elif session.phase is Phase.CHOOSING:
        session = replace(session, phase=Phase.PAUSED, since=None)
    if session.phase is Phase.CONFIRMING and not plan.steps(session.asked, scene.library):
        session = replace(session, phase=Phase.PAUSED, asked="")
    practices = _practices(steps, scene)
    return replace(
        session,
        place=_legal(session.place, practices, last=len(steps) - 1),
        ends=_legal(session.ends, practices, last=len(steps) - 1),
        since=session.since if session.phase in _TIMED else None,
        lead=max(0, min(session.lead, LONGEST_LEAD_SECONDS)),
        turns=max(0, session.turns),
        misses=max(0, session.misses),
    )


def _legal(place: Place, practices: Practices, last: int) -> Place:
    """The nearest place that exists; a place past the end of its exercise becomes the exercise's beginning."""
    step = max(0, min(place.step, last))
    if step != place.step:
        return Place(max(0, step))
    practice = practices(step)
    if practice is None or not 0 <= place.piece < len(practice.pieces):
        return Place(step)
    if practice.pieces[place.piece].kind is not PieceKind.SET or not 0 <= place.rep < practice.reps:
        return Place(step, place.piece)
    held = place.held if practice.long_holds and MOST_HELD_BACK <= place.held < practice.hold else 0
    return Place(step, place.piece, place.rep, held - held % 5)


def _with_what_is_underway(session: Session, scene: Scene) -> Session:
    """A session that begins with something unfinished begins by offering it."""
    underway = scene.person.underway
    if session.turns or session.plan or underway is None or not plan.steps(underway.plan, scene.library):
        return session
    return replace(
        session,
        phase=Phase.OFFERING,
        plan=underway.plan,
        place=underway.place,
        since=None,
        parted=underway.parted,
    )


def steps_of(wanted: str, scene: Scene) -> tuple[Step, ...]:
    """The exercises of a plan, without those that the person never wants; all of them where nothing would be left."""
    steps = plan.steps(wanted, scene.library)
    wished = tuple(step for step in steps if step.exercise not in scene.person.left_out)
    return wished if wished and plan.routine_of(wanted) else steps


def _practices(steps: tuple[Step, ...], scene: Scene) -> Practices:
    made: dict[int, Practice] = {}

    def at(index: int) -> Practice | None:
        if not 0 <= index < len(steps):
            return None
        if index not in made:
            made[index] = practice(steps, index, scene.person.habits, scene.library)
        return made[index]

    return at


def _by_the_clock(here: Here, since: int, generous: bool) -> Here:
    heard = here.scene.now.timestamp() - since - here.session.lead - BEGINS_AFTER
    elapsed = heard / SURELY_HEARD if generous else heard - ASKING_TAKES
    session = here.session
    cue = cue_at(here.fit(session.place, session.lead, holding=session.holding), max(0.0, elapsed))
    if cue is None:
        return replace(here, place=here.session.ends)
    positioning = cue.kind in (CueKind.SET_UP, CueKind.SWITCH) or _is_setting_up(here, cue.place)
    phase = Phase.POSITIONING if positioning else Phase.MOVING
    place = _legal(_past_the_last_rep(here, cue.place), here.practices, len(here.steps) - 1)
    practice = here.practices(place.step)
    holding = cue.kind is CueKind.HOLD and practice is not None and practice.long_holds
    return replace(here, phase=phase, place=place, running=True, holding=holding)


def _past_the_last_rep(here: Here, place: Place) -> Place:
    """Coming out of the last hold, the set is done: they are at the joint after it."""
    practice = here.practices(place.step)
    if practice is None or place.rep < practice.reps:
        return place
    joint = after_piece(practice, place)
    return joint if joint.step < len(here.steps) else Place(place.step, place.piece, place.rep - 1)


def _is_setting_up(here: Here, place: Place) -> bool:
    practice = here.practices(place.step)
    return practice is not None and practice.pieces[place.piece].kind in (PieceKind.SET_UP, PieceKind.SWITCH)


def kept(here: Here, place: Place) -> Underway | None:
    """What to remember as underway, when something is."""
    if not here.steps or place.step >= len(here.steps):
        return None
    return Underway(here.session.plan, place, here.session.parted)


def easier_there_is(here: Here, place: Place) -> bool:
    """Whether this exercise has an easier form than the one being done, and easier may be offered now."""
    practice = here.practices(place.step)
    if practice is None or here.session.sharp:
        return False
    easier = {"usual": "easier", "harder": "usual"}.get(practice.form.level)
    return any(level == easier for level in practice.exercise.forms)
