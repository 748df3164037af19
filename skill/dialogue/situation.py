"""The situation in which an event arrives: the session settled into a legal one, and where the clock says they are."""

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
from skill.coaching.plan import Place
from skill.coaching.practice import STANDING, Pace, Piece, PieceKind, Practice
from skill.coaching.timeline import CueKind, Telling, is_there, is_unsaid
from skill.dialogue.session import (
    Phase,
    Scene,
    Session,
    Underway,
    as_it_begins,
    end_of,
    nearest_place,
    practices_of,
    settle_with_plan,
)
from skill.library.models import Exercise, Step, Wording
from skill.library.values import Value, replace


class Situation(Value):
    """What a move may look at.

    Attributes:
        session: the settled session.
        phase: what is going on now, by the clock.
        place: where they are now, by the clock; the start of a rep or a five-second mark.
        running: the last answer's moving part is still being heard.
        held: seconds of the long hold they are in, to the moment they spoke up; None outside of one.
        between: they are at the joint before `place`, which has not begun.
        body: the position they are in: where they were told to be, and heard it to its end. Never where they are yet to
            be sent.
        practices: the exercises of the plan, by index, as this person does them.
    """

    session: Session
    scene: Scene
    words: Wording
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
        return self._telling(holding=False, whole=self.session.whole)

    def _telling(self, *, holding: bool, whole: bool) -> Telling:
        person = self.scene.person
        routine = self.scene.library.routines.get(plan.routine_of(self.session.plan) or "")
        return Telling(
            self.words,
            flowing=person.pace is Pace.FLOW,
            ticks=person.ticks,
            holding=holding,
            kneeling=not self.session.no_kneeling,
            whole=whole,
            lay_out=routine.lay_out if routine and self.session.gathering else "",
        )

    @property
    def emergency_number(self) -> str:
        """The number to call where their device is, as it is said; or that it is the local one."""
        known = self.scene.library.emergency_numbers.get(self.scene.person.zone)
        return known or self.words("emergency-number-unknown")

    @property
    def on_the_way(self) -> bool:
        """The change of position is being told, and has not been heard to its end."""
        practice = self.practice
        return self.running and practice is not None and not is_there(practice, self.place)

    def has_sound(self, name: str) -> bool:
        """Whether the device can be sent the sound of that cadence name."""
        if self.scene.person.sounds_failed:
            return False
        return f"{self.scene.library.language}-{name}" in self.scene.listener.sounds

    def fit(self, place: Place, lead_seconds: float, *, holding: bool = False, whole: bool = False) -> Span:
        """What of the plan one response can hold from a place."""
        return fit(self.practices, place, self._telling(holding=holding, whole=whole), self.has_sound, lead_seconds)


def look(session: Session, scene: Scene, *, generous: bool = False) -> Situation:
    """The situation now.

    Args:
        session: any session, however old or damaged.
        scene: the turn's scene.
        generous: for "ready" and its like: speech may have been quicker than estimated, so an answer that was
            probably heard to its end counts as heard.
    """
    session, steps, practices = settle_with_plan(as_it_begins(session, scene), scene)
    if session.came_from or session.gathering:
        practices = practices_of(steps, scene, session.place.step, session.came_from, gathering=session.gathering)
    risen = 0 < session.up_at <= scene.now.timestamp()  # the way up was told, and heard since
    here = Situation(
        session=session,
        scene=scene,
        words=Wording(scene.library, session.turns + session.opened),
        steps=steps,
        practices=practices,
        phase=session.phase,
        place=session.place,
        running=False,
        body=STANDING if risen else session.body or STANDING,
    )
    return here if session.since is None else _by_the_clock(here, session.since, generous)


def last_set(here: Situation) -> Place:
    """The last set of the plan: where they are when everything has been done."""
    return end_of(here.practices, len(here.steps) - 1)


def _by_the_clock(here: Situation, since: int, generous: bool) -> Situation:
    """Where the time since the last answer has taken them: into it, or past its end."""
    session = here.session
    haste = SURELY_HEARD if generous else 1.0
    heard = here.scene.now.timestamp() - since - BEGINS_AFTER - session.lead * haste
    span = here.fit(session.place, session.lead, holding=session.holding, whole=session.whole)
    found = cue_at(span, max(0.0, heard if generous else heard - ASKING_TAKES), haste)
    if found is None:
        return replace(here, place=session.ends, body=_as_far_as_they_said(here, session.ends))
    cue, into = found
    place = nearest_place(_past_the_last_rep(here, cue.place), here.practices, len(here.steps) - 1)
    practice = here.practices(place.step)
    in_hold = cue.kind is CueKind.HOLD and practice is not None and practice.long_holds
    in_set = practice is not None and practice.pieces[place.piece].kind is PieceKind.SET
    if span.finished and cue.kind is CueKind.LOWER and in_set and cue.place.rep >= practice.reps:  # type: ignore[union-attr]
        # On the way out of the very last hold: all is done, and nothing of it need be done again.
        return replace(here, phase=Phase.FINISHING, place=last_set(here), running=False, body=_position(here, place))
    return replace(
        here,
        phase=Phase.POSITIONING if _is_setting_up(here, cue.place) else Phase.MOVING,
        place=place,
        running=True,
        held=cue.place.held + cue.late + into + ASKING_TAKES if in_hold else None,
        between=cue.place.rep > 0 and place.piece != cue.place.piece,
        body=_position(here, place),
    )


def _as_far_as_they_said(here: Situation, ends: Place) -> str:
    """Where the body is when all was heard: where they were sent, unless they were asked whether they are there."""
    practice = here.practices(ends.step)
    if practice is not None and is_unsaid(ends, waiting=here.session.phase is Phase.POSITIONING):
        return practice.position_before
    return _position(here, ends)


def as_heard(here: Situation) -> Situation:
    """The situation once all of the last answer has been heard."""
    return replace(here, body=_as_far_as_they_said(here, here.session.ends))


def _position(here: Situation, place: Place) -> str:
    """Where the body is: as the exercise wants it; before the way there was told to its end, still where it began."""
    practice = here.practices(place.step)
    if practice is None:
        return STANDING
    return practice.form.position if is_there(practice, place) else practice.position_before


def _past_the_last_rep(here: Situation, place: Place) -> Place:
    """Coming out of the last hold, the set is done: they are at the joint after it."""
    practice = here.practices(place.step)
    if practice is None or place.rep < practice.reps:
        return place
    joint = after_piece(practice, place)
    return joint if joint.step < len(here.steps) else Place(place.step, place.piece, place.rep - 1)


def _is_setting_up(here: Situation, place: Place) -> bool:
    practice = here.practices(place.step)
    if practice is None:
        return False
    return place.stage > 0 or practice.pieces[place.piece].kind in (PieceKind.SET_UP, PieceKind.SWITCH)


def underway_at(here: Situation, place: Place) -> Underway | None:
    """What to remember as underway, when something is."""
    if not here.steps or place.step >= len(here.steps):
        return None
    return Underway(here.session.plan, place, here.steps[place.step].exercise, here.session.done)


def easier_there_is(here: Situation, place: Place) -> bool:
    """Whether this exercise has an easier form than the one being done, and easier may be offered now."""
    practice = here.practices(place.step)
    if practice is None or here.session.sharp or here.session.leaving not in ("", practice.exercise.id):
        return False
    return practice.form.level.easier in practice.exercise.forms
