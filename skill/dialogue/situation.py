"""The situation in which an event arrives: the session settled into a legal one, and where the clock says they are.

Below: the same moment in another way, with another plan, other exercises in it, or a person who wishes something else.
"""

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
from skill.coaching.plan import BEGINNING, Place
from skill.coaching.practice import STANDING, Pace, Piece, PieceKind, Practice
from skill.coaching.timeline import CueKind, Telling, is_there, is_unsaid
from skill.dialogue.session import (
    Person,
    Phase,
    Scene,
    Session,
    as_it_begins,
    end_of,
    nearest_place,
    practices_of,
    settle_with_plan,
    steps_of,
    today_of,
)
from skill.library.models import Exercise, Library, Step, Wording
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
    def person(self) -> Person:
        """Who speaks, as they are remembered."""
        return self.scene.person

    @property
    def library(self) -> Library:
        """The content."""
        return self.scene.library

    @property
    def practice(self) -> Practice:
        """The exercise they are at. Only where something is underway."""
        practice = self.practices(self.place.step)
        assert practice is not None
        return practice

    @property
    def piece(self) -> Piece:
        """The piece they are at. Only where something is underway."""
        return self.practice.pieces[self.place.piece]

    def exercise(self, named: str | None) -> Exercise | None:
        """The exercise of that id; without one, the one they are at; None where there is none."""
        if named is not None:
            return self.library.exercises.get(named)
        return self.practice.exercise if self.steps else None

    @property
    def telling(self) -> Telling:
        """How the timeline is told to this person."""
        routine = self.library.routines.get(plan.routine_of(self.session.plan) or "")
        return Telling(
            self.words,
            flowing=self.person.pace is Pace.FLOW,
            ticks=self.person.ticks,
            kneeling=not self.session.no_kneeling,
            whole=self.session.whole,
            lay_out=routine.lay_out if routine and self.session.gathering else "",
        )

    @property
    def emergency_number(self) -> str:
        """The number to call where their device is, as it is said; or that it is the local one."""
        return self.library.emergency_numbers.get(self.person.zone) or self.words("emergency-number-unknown")

    @property
    def on_the_way(self) -> bool:
        """The change of position is being told, and has not been heard to its end."""
        return self.running and not is_there(self.practice, self.place)

    @property
    def on_the_floor(self) -> bool:
        """Whether they lie, sit or kneel there."""
        return self.body in self.library.floor_positions

    def easier_there_is(self, place: Place) -> bool:
        """Whether the exercise there has an easier form than the one being done, and easier may be offered now."""
        practice = self.practices(place.step)
        if practice is None or self.session.sharp or self.session.leaving not in ("", practice.exercise.id):
            return False
        return practice.form.level.easier in practice.exercise.forms

    def has_sound(self, name: str) -> bool:
        """Whether the device can be sent the sound of that cadence name."""
        return not self.person.sounds_failed and f"{self.library.language}-{name}" in self.scene.listener.sounds

    def fit(self, place: Place, lead_seconds: float, *, holding: bool = False, whole: bool = False) -> Span:
        """What of the plan one response can hold from a place."""
        telling = replace(self.telling, holding=holding, whole=whole)
        return fit(self.practices, place, telling, self.has_sound, lead_seconds)


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
        practices = practices_of(steps, scene, session)
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


def _by_the_clock(here: Situation, since: int, generous: bool) -> Situation:
    """Where the time since the last answer has taken them: into it, or past its end."""
    session = here.session
    haste = SURELY_HEARD if generous else 1.0
    heard = here.scene.now.timestamp() - since - BEGINS_AFTER - session.lead * haste
    span = here.fit(session.place, session.lead, holding=session.holding, whole=session.whole)
    found = cue_at(span, max(0.0, heard if generous else heard - ASKING_TAKES), haste)
    if found is None:
        return as_heard(here)
    cue, into = found
    rep_done = replace(here, place=cue.place)
    there = replace(here, place=nearest_place(_past_the_last_rep(rep_done), here.practices, len(here.steps) - 1))
    there = replace(there, running=True, body=_position(there))
    in_set = there.piece.kind is PieceKind.SET
    if span.finished and cue.kind is CueKind.LOWER and in_set and cue.place.rep >= there.practice.reps:
        # On the way out of the very last hold: all is done, and nothing of it need be done again.
        return replace(there, phase=Phase.FINISHING, place=last_set(here), running=False)
    setting_up = cue.place.stage > 0 or rep_done.piece.kind in (PieceKind.SET_UP, PieceKind.SWITCH)
    in_hold = cue.kind is CueKind.HOLD and there.practice.long_holds
    return replace(
        there,
        phase=Phase.POSITIONING if setting_up else Phase.MOVING,
        held=cue.place.held + cue.late + into + ASKING_TAKES if in_hold else None,
        between=cue.place.rep > 0 and there.place.piece != cue.place.piece,
    )


def _past_the_last_rep(here: Situation) -> Place:
    """Coming out of the last hold, the set is done: they are at the joint after it."""
    place = here.place
    if place.rep < here.practice.reps:
        return place
    joint = after_piece(here.practice, place)
    return joint if joint.step < len(here.steps) else Place(place.step, place.piece, place.rep - 1)


def _position(here: Situation) -> str:
    """Where the body is: as the exercise wants it; before the way there was told to its end, still where it began."""
    practice = here.practice
    return practice.form.position if is_there(practice, here.place) else practice.position_before


def as_heard(here: Situation) -> Situation:
    """The situation once all of the last answer has been heard.

    The body is where it was sent, unless they were asked whether they are there.
    """
    there = replace(here, place=here.session.ends)
    asked = is_unsaid(there.place, waiting=here.session.phase is Phase.POSITIONING)
    return replace(there, body=there.practice.position_before if asked else _position(there))


def last_set(here: Situation) -> Place:
    """The last set of the plan: where they are when everything has been done."""
    return end_of(here.practices, len(here.steps) - 1)


# The same moment in another way


def with_person(here: Situation, person: Person) -> Situation:
    """The same moment for a person who just wished something else of it."""
    if person is here.person:
        return here
    scene = replace(here.scene, person=person)
    practices = practices_of(here.steps, scene, here.session)
    place = nearest_place(here.place, practices, last=len(here.steps) - 1) if here.steps else here.place
    return replace(here, scene=scene, practices=practices, place=place)


def noting(here: Situation, person: Person) -> Situation:
    """The same moment for a person of whom more is known now, and who does the exercises as ever."""
    return replace(here, scene=replace(here.scene, person=person))


def leaving_today(here: Situation, *exercises: str) -> Situation:
    """The same moment for a person who leaves exercises out for today; the plan is yet as it was."""
    today = today_of(here.scene)
    left = tuple(dict.fromkeys((*today.left, *exercises)))
    return with_person(here, replace(here.person, today=replace(today, left=left)))


def not_leaving(here: Situation, exercise: str) -> Situation:
    """The same moment for a person who does not leave that exercise out for today, after all."""
    today = today_of(here.scene)
    if exercise not in today.left:
        return here
    left = tuple(name for name in today.left if name != exercise)
    return with_person(here, replace(here.person, today=replace(today, left=left)))


def with_plan(here: Situation, wanted: str) -> Situation:
    """The same moment with another plan about to begin; or with none."""
    steps = steps_of(wanted, here.scene)
    session = replace(
        here.session,
        plan=wanted,
        place=BEGINNING,
        ends=BEGINNING,
        since=None,
        done=(),
        leaving="",
        gathering=bool(steps),
    )
    there = replace(here, session=session, phase=Phase.POSITIONING, place=BEGINNING, running=False)
    return replace(there, steps=steps, practices=practices_of(steps, here.scene))


def from_the_body(here: Situation, place: Place) -> Situation:
    """The same moment, with the way into a set-up told from where the body is, not from the exercise before."""
    set_up = replace(here, place=place).piece.kind is PieceKind.SET_UP
    came_from = here.body if set_up or place.stage else ""
    begins = here.session.since is None or place == here.session.place
    gathering = here.session.gathering and set_up and place.stage == 0 and begins
    if not came_from and not gathering and not here.session.came_from and not here.session.gathering:
        return here
    session = replace(here.session, place=place, came_from=came_from, gathering=gathering)
    return replace(here, session=session, practices=practices_of(here.steps, here.scene, session))


def with_steps(here: Situation, steps: tuple[Step, ...]) -> Situation:
    """The same moment in a plan whose exercises have changed; the place goes with its exercise if that is left.

    When everything has been done they are at the end of it, whatever that is now.
    """
    current = here.steps[here.place.step]
    place = replace(here.place, step=steps.index(current)) if current in steps else BEGINNING
    there = replace(here, steps=steps, practices=practices_of(steps, here.scene), place=place)
    return replace(there, place=last_set(there)) if here.phase is Phase.FINISHING else there


def without_what_hurt(here: Situation, place: Place) -> tuple[Situation, Place]:
    """The same moment in a plan without the exercise that is left, and the place in it, or what follows there."""
    if not here.session.leaving or place.step >= len(here.steps):
        return here, place
    steps = steps_of(here.session.plan, here.scene)
    there = replace(place, step=sum(step in steps for step in here.steps[: place.step]))
    if here.steps[place.step] not in steps:
        there = Place(there.step)
    session = replace(here.session, leaving="")
    return replace(here, session=session, steps=steps, practices=practices_of(steps, here.scene)), there
