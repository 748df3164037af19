"""The situation in which an event arrives: the session settled into a legal one, and where the clock says they are."""

from dataclasses import dataclass, replace
from typing import TypeVar

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
from skill.coaching.practice import STANDING, Piece, PieceKind, Practice, practice
from skill.coaching.timeline import CueKind, Telling
from skill.coaching.wishes import Pace
from skill.dialogue.session import Person, Phase, Scene, Session, Underway
from skill.library.models import Exercise, Step
from skill.library.words import Words

T = TypeVar("T")

LONGEST_LEAD_SECONDS = 240
"""No answer speaks longer than this before it moves on; a stored lead beyond it is damage."""

LONGEST_SAFETY_SECONDS = 60
"""The safety line is shorter than this; a stored end of it further away is damage."""

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
        held: seconds of the long hold they are in, to the moment they spoke up; None outside of one.
        between: they are at the joint before `place`, which has not begun.
        body: the position they are in.
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
    held: float | None = None
    between: bool = False
    body: str = STANDING

    @property
    def practice(self) -> Practice | None:
        """The exercise they are at; None when nothing is underway."""
        return self.practices(self.place.step)

    @property
    def piece(self) -> Piece | None:
        """The piece they are at; None when nothing is underway."""
        return self.practice.pieces[self.place.piece] if self.practice else None

    def exercise(self, named: str | None) -> Exercise | None:
        """The exercise of that id; without one, the one they are at; None where there is none."""
        if named is not None:
            return self.scene.library.exercises.get(named)
        return self.practice.exercise if self.practice else None

    @property
    def telling(self) -> Telling:
        """How the timeline is told to this person."""
        return self._telling(holding=False)

    def _telling(self, *, holding: bool) -> Telling:
        person = self.scene.person
        return Telling(self.words, flowing=person.pace is Pace.FLOW, ticks=person.ticks, holding=holding)

    def has_sound(self, name: str) -> bool:
        """Whether the device can be sent the sound of that cadence name."""
        if self.scene.person.sounds_failed:
            return False
        return f"{self.scene.library.language}-{name}" in self.scene.listener.sounds

    def taking_up(self, underway: Underway) -> "Here":
        """The same moment with what was underway taken up again, at its place."""
        session = replace(
            self.session, plan=underway.plan, place=underway.place, exercise=underway.exercise, done=underway.done
        )
        return replace(look(replace(session, phase=Phase.PAUSED, since=None), self.scene), body=self.body)

    def starting(self, wanted: str) -> "Here":
        """The same moment with another plan about to begin."""
        session = replace(self.session, plan=wanted, place=BEGINNING, ends=BEGINNING, since=None, done=())
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

    def from_the_body(self, place: Place) -> "Here":
        """The same moment, with the way into a set-up told from where the body is, not from the exercise before."""
        practice = self.practices(place.step)
        set_up = practice is not None and practice.pieces[place.piece].kind is PieceKind.SET_UP
        came_from = self.body if set_up else ""
        if not came_from and not self.session.came_from:
            return self
        session = replace(self.session, came_from=came_from)
        return replace(self, session=session, practices=_practices(self.steps, self.scene, place.step, came_from))

    def along(self, steps: tuple[Step, ...]) -> "Here":
        """The same moment in a plan whose exercises have changed; the place goes with its exercise if that is left."""
        current = self.steps[self.place.step]
        place = replace(self.place, step=steps.index(current)) if current in steps else BEGINNING
        return replace(self, steps=steps, practices=_practices(steps, self.scene), place=place)

    def remembering(self, person: Person) -> "Here":
        """The same moment for a person who just wished something else of it."""
        if person is self.scene.person:
            return self
        scene = replace(self.scene, person=person)
        practices = _practices(self.steps, scene)
        place = _legal(self.place, practices, last=len(self.steps) - 1) if self.steps else self.place
        return replace(self, scene=scene, practices=practices, place=place)

    def fit(self, place: Place, lead_seconds: float, *, holding: bool = False) -> Span:
        """What of the plan one response can hold from a place."""
        return fit(self.practices, place, self._telling(holding=holding), self.has_sound, lead_seconds)


def look(session: Session, scene: Scene, *, generous: bool = False) -> Here:
    """The situation now.

    Args:
        session: any session, however old or damaged.
        scene: the turn's scene.
        generous: for "ready" and its like: speech may have been quicker than estimated, so an answer that was
            probably heard to its end counts as heard.
    """
    session, steps, practices = _settled(_with_what_is_underway(session, scene), scene)
    if session.came_from:
        practices = _practices(steps, scene, session.place.step, session.came_from)
    here = Here(
        session=session,
        scene=scene,
        words=Words(scene.library, session.turns),
        steps=steps,
        practices=practices,
        phase=session.phase,
        place=session.place,
        running=False,
        body=session.body or STANDING,
    )
    return here if session.since is None else _by_the_clock(here, session.since, generous)


_TIMED = (Phase.POSITIONING, Phase.MOVING, Phase.FINISHING)
"""The phases in which something of the last answer may still be running."""


def settle(session: Session, scene: Scene) -> Session:
    """The nearest legal session: a known plan, a place inside it, and a phase that fits."""
    return _settled(session, scene)[0]


def _settled(session: Session, scene: Scene) -> tuple[Session, tuple[Step, ...], Practices]:
    """The same, with its plan's exercises."""
    steps = steps_of(session.plan, scene)
    if not steps:
        phase = Phase.FORGETTING if session.phase is Phase.FORGETTING else Phase.CHOOSING
        session = replace(session, phase=phase, plan="", place=BEGINNING, ends=BEGINNING, since=None)
    elif session.phase is Phase.CHOOSING:
        session = replace(session, phase=Phase.PAUSED, since=None)
    session = _with_its_exercise(session, steps)
    if session.phase is Phase.CONFIRMING and not plan.steps(session.asked, scene.library):
        session = replace(session, phase=Phase.PAUSED, asked="")
    practices = _practices(steps, scene)
    if session.phase is Phase.FINISHING:
        end = _end_of(practices, len(steps) - 1)
        session = replace(session, ends=end, place=end if session.since is None else session.place)
    settled = changed(
        session,
        place=_legal(session.place, practices, last=len(steps) - 1),
        ends=_legal(session.ends, practices, last=len(steps) - 1),
        since=session.since if session.phase in _TIMED else None,
        lead=max(0, min(session.lead, LONGEST_LEAD_SECONDS)),
        safety_until=max(0, min(session.safety_until, int(scene.now.timestamp()) + LONGEST_SAFETY_SECONDS)),
        turns=max(0, session.turns),
        misses=max(0, session.misses),
        body=session.body if session.body in scene.library.position_names else "",
    )
    return settled, steps, practices


def changed(value: T, **fields: object) -> T:
    """A frozen value with other fields: the very same where they are as they were, which is most of the time."""
    new = {name: field for name, field in fields.items() if (old := getattr(value, name)) is not field and old != field}
    return replace(value, **new) if new else value  # type: ignore[type-var]


def _with_its_exercise(session: Session, steps: tuple[Step, ...]) -> Session:
    """A place goes with its exercise when the plan has changed; if that is gone, what now stands there begins anew."""
    place = session.place
    names = [step.exercise for step in steps]
    if not session.exercise or not names or names[place.step : place.step + 1] == [session.exercise]:
        return session
    if session.exercise in names:
        place = replace(place, step=names.index(session.exercise))
    else:
        place = Place(min(max(place.step, 0), len(names) - 1))
    return replace(session, place=place, ends=place, since=None, exercise=names[place.step])


def last_set(here: Here) -> Place:
    """The last set of the plan: where they are when everything has been done."""
    return _end_of(here.practices, len(here.steps) - 1)


def _end_of(practices: Practices, last: int) -> Place:
    practice = practices(last)
    return Place(last, len(practice.pieces) - 1) if practice else BEGINNING


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
        exercise=underway.exercise,
        done=underway.done,
    )


def steps_of(wanted: str, scene: Scene) -> tuple[Step, ...]:
    """The exercises of a plan, without those that the person never wants; all of them where nothing would be left."""
    steps = plan.steps(wanted, scene.library)
    wished = tuple(step for step in steps if step.exercise not in scene.person.left_out)
    return wished if wished and plan.routine_of(wanted) else steps


def _practices(steps: tuple[Step, ...], scene: Scene, jumped_to: int = 0, came_from: str = "") -> Practices:
    """The exercises by index, each made when it is needed; into the one jumped to, the way leads from elsewhere."""
    made: dict[int, Practice] = {}

    def at(index: int) -> Practice | None:
        if not 0 <= index < len(steps):
            return None
        if index not in made:
            made[index] = practice(steps, index, scene.person.habits, scene.library)
            if came_from and index == jumped_to:
                made[index] = replace(made[index], position_before=came_from)
        return made[index]

    return at


def _by_the_clock(here: Here, since: int, generous: bool) -> Here:
    """Where the time since the last answer has taken them: into it, or past its end."""
    session = here.session
    haste = SURELY_HEARD if generous else 1.0
    heard = here.scene.now.timestamp() - since - BEGINS_AFTER - session.lead * haste
    span = here.fit(session.place, session.lead, holding=session.holding)
    found = cue_at(span, max(0.0, heard if generous else heard - ASKING_TAKES), haste)
    if found is None:
        return replace(here, place=session.ends, body=_position(here, session.ends, running=False))
    cue, into = found
    place = _legal(_past_the_last_rep(here, cue.place), here.practices, len(here.steps) - 1)
    practice = here.practices(place.step)
    in_hold = cue.kind is CueKind.HOLD and practice is not None and practice.long_holds
    return replace(
        here,
        phase=Phase.POSITIONING if _is_setting_up(here, cue.place) else Phase.MOVING,
        place=place,
        running=True,
        held=cue.place.held + cue.late + into + ASKING_TAKES if in_hold else None,
        between=cue.place.rep > 0 and place.piece != cue.place.piece,
        body=_position(here, place, running=True),
    )


def _position(here: Here, place: Place, *, running: bool) -> str:
    """Where the body is: as the exercise wants it; on the way there, still where the way began."""
    practice = here.practices(place.step)
    if practice is None:
        return STANDING
    on_the_way = running and practice.pieces[place.piece].kind is PieceKind.SET_UP
    return practice.position_before if on_the_way else practice.form.position


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
    return Underway(here.session.plan, place, here.steps[place.step].exercise, here.session.done)


def easier_there_is(here: Here, place: Place) -> bool:
    """Whether this exercise has an easier form than the one being done, and easier may be offered now."""
    practice = here.practices(place.step)
    if practice is None or here.session.sharp:
        return False
    return practice.form.level.easier in practice.exercise.forms
