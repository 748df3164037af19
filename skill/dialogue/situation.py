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
from skill.coaching.place import BEGINNING, Place
from skill.coaching.practice import STANDING, Piece, PieceKind, Practice, practice, things
from skill.coaching.timeline import CueKind, Part, Telling, is_there, is_unsaid
from skill.coaching.wishes import Habits, Pace, Wish
from skill.dialogue.session import Person, Phase, Scene, Session, Today, Underway
from skill.library.models import Exercise, Level, Step
from skill.library.values import Value, replace
from skill.library.words import Words

LONGEST_LEAD_SECONDS = 240
"""No answer speaks longer than this before it moves on; a stored lead beyond it is damage."""

LONGEST_SAFETY_SECONDS = 60
"""The safety line is shorter than this; a stored end of it further away is damage."""

MOST_HELD_BACK = -300
"""However many seconds are asked for on top, a hold is never set back further than this."""


class Here(Value):
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
        return self._telling(holding=False, whole=self.session.whole)

    def _telling(self, *, holding: bool, whole: bool) -> Telling:
        person = self.scene.person
        return Telling(
            self.words,
            flowing=person.pace is Pace.FLOW,
            ticks=person.ticks,
            holding=holding,
            kneeling=not self.session.no_kneeling,
            whole=whole,
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

    def taking_up(self, underway: Underway) -> "Here":
        """The same moment with what was underway taken up again, at its place."""
        session = replace(
            self.session, plan=underway.plan, place=underway.place, exercise=underway.exercise, done=underway.done
        )
        return replace(look(replace(session, phase=Phase.PAUSED, since=None), self.scene), body=self.body)

    def starting(self, wanted: str) -> "Here":
        """The same moment with another plan about to begin."""
        steps = steps_of(wanted, self.scene)
        session = replace(
            self.session,
            plan=wanted,
            place=BEGINNING,
            ends=BEGINNING,
            since=None,
            done=(),
            leaving="",
            gathering=bool(steps),
        )
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
        came_from = self.body if set_up or place.stage else ""
        begins = self.session.since is None or place == self.session.place
        gathering = self.session.gathering and set_up and place.stage == 0 and begins
        if not came_from and not gathering and not self.session.came_from and not self.session.gathering:
            return self
        session = replace(self.session, came_from=came_from, gathering=gathering)
        practices = _practices(self.steps, self.scene, place.step, came_from, gathering=gathering)
        return replace(self, session=session, practices=practices)

    def along(self, steps: tuple[Step, ...]) -> "Here":
        """The same moment in a plan whose exercises have changed; the place goes with its exercise if that is left.

        When everything has been done they are at the end of it, whatever that is now.
        """
        current = self.steps[self.place.step]
        place = replace(self.place, step=steps.index(current)) if current in steps else BEGINNING
        there = replace(self, steps=steps, practices=_practices(steps, self.scene), place=place)
        return replace(there, place=last_set(there)) if self.phase is Phase.FINISHING else there

    def without_what_hurt(self, place: Place) -> "tuple[Here, Place]":
        """The same moment in a plan without the exercise that is left, and the place in it, or what follows there."""
        if not self.session.leaving or place.step >= len(self.steps):
            return self, place
        steps = steps_of(self.session.plan, self.scene)
        there = replace(place, step=sum(step in steps for step in self.steps[: place.step]))
        if self.steps[place.step] not in steps:
            there = Place(there.step)
        session = replace(self.session, leaving="")
        return replace(self, session=session, steps=steps, practices=_practices(steps, self.scene)), there

    def remembering(self, person: Person) -> "Here":
        """The same moment for a person who just wished something else of it."""
        if person is self.scene.person:
            return self
        scene, session = replace(self.scene, person=person), self.session
        practices = _practices(self.steps, scene, session.place.step, session.came_from, gathering=session.gathering)
        place = _legal(self.place, practices, last=len(self.steps) - 1) if self.steps else self.place
        return replace(self, scene=scene, practices=practices, place=place)

    def fit(self, place: Place, lead_seconds: float, *, holding: bool = False, whole: bool = False) -> Span:
        """What of the plan one response can hold from a place."""
        return fit(self.practices, place, self._telling(holding=holding, whole=whole), self.has_sound, lead_seconds)


def look(session: Session, scene: Scene, *, generous: bool = False) -> Here:
    """The situation now.

    Args:
        session: any session, however old or damaged.
        scene: the turn's scene.
        generous: for "ready" and its like: speech may have been quicker than estimated, so an answer that was
            probably heard to its end counts as heard.
    """
    session, steps, practices = _settled(_with_what_is_underway(_as_they_left(session, scene), scene), scene)
    if session.came_from or session.gathering:
        practices = _practices(steps, scene, session.place.step, session.came_from, gathering=session.gathering)
    here = Here(
        session=session,
        scene=scene,
        words=Words(scene.library, session.turns + session.opened),
        steps=steps,
        practices=practices,
        phase=session.phase,
        place=session.place,
        running=False,
        body=_at_first(session, scene),
    )
    return here if session.since is None else _by_the_clock(here, session.since, generous)


def _at_first(session: Session, scene: Scene) -> str:
    """Where the body was when the last answer began; standing, where the way up was told and heard since."""
    risen = 0 < session.up_at <= scene.now.timestamp()
    return STANDING if risen else session.body or STANDING


_TIMED = (Phase.POSITIONING, Phase.MOVING, Phase.FINISHING)
"""The phases in which something of the last answer may still be running."""


def settle(session: Session, scene: Scene) -> Session:
    """The nearest legal session: a known plan, a place inside it, and a phase that fits."""
    return _settled(session, scene)[0]


def _settled(session: Session, scene: Scene) -> tuple[Session, tuple[Step, ...], Practices]:
    """The same, with its plan's exercises."""
    if session.phase is Phase.CONFIRMING and not plan.steps(session.asked, scene.library):
        session = replace(session, phase=Phase.PAUSED, asked="")
    leaving = session.leaving if session.phase in UNDECIDED else ""
    steps = steps_of(session.plan, scene, leaving)
    leaving = leaving if leaving in [step.exercise for step in steps] else ""
    if not steps:
        phase = session.phase if session.phase in _WITHOUT_A_PLAN else Phase.CHOOSING
        session = replace(session, phase=phase, plan="", place=BEGINNING, ends=BEGINNING, since=None)
    elif session.phase is Phase.CHOOSING:
        session = replace(session, phase=Phase.PAUSED, since=None)
    session = _with_its_exercise(session, steps)
    practices = _practices(steps, scene)
    if session.phase is Phase.FINISHING:
        end = _end_of(practices, len(steps) - 1)
        session = replace(session, ends=end, place=end if session.since is None else session.place)
    settled = replace(
        session,
        place=_legal(session.place, practices, last=len(steps) - 1),
        ends=_legal(session.ends, practices, last=len(steps) - 1),
        since=session.since if session.phase in _TIMED else None,
        lead=max(0, min(session.lead, LONGEST_LEAD_SECONDS)),
        safety_until=max(0, min(session.safety_until, int(scene.now.timestamp()) + LONGEST_SAFETY_SECONDS)),
        turns=max(0, session.turns),
        misses=max(0, session.misses),
        body=session.body if session.body in scene.library.position_names else "",
        came_from=session.came_from if session.came_from in scene.library.position_names else "",
        number_for=session.number_for if session.number_for in NUMBERS_FOR else "",
        opened=max(0, session.opened),
        leaving=leaving if session.phase in UNDECIDED else "",
    )
    return settled, steps, practices


_WITHOUT_A_PLAN = (Phase.FORGETTING, Phase.ALARM, Phase.OVER)
"""Phases in which nothing need be underway."""

UNDECIDED = (Phase.HURTING, Phase.CONFIRMING, Phase.FORGETTING, Phase.ASKING, Phase.ALARM)
"""Phases in which it may still be open what comes instead of an exercise that hurt."""

NUMBERS_FOR = ("reps", "sets", "hold", "seconds")
"""What a number can be asked for."""


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
    kind = practice.pieces[place.piece].kind
    stage = place.stage if kind in _STAGED and place.stage in tuple(Part) else 0
    if kind is not PieceKind.SET or not most_on_top(practice) <= place.rep < practice.reps:
        return Place(step, place.piece, stage=stage)
    held = place.held if practice.long_holds and MOST_HELD_BACK <= place.held < practice.hold else 0
    return Place(step, place.piece, place.rep, held - held % 5, stage)


_STAGED = (PieceKind.SET_UP, PieceKind.SET)


def most_on_top(practice: Practice) -> int:
    """The rep from which a set begins that has as many on top as its content allows: 0, or below."""
    return min(0, practice.reps - practice.form.dose.reps.most)


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


RECENT_SECONDS = 180
"""So long after they were last here, people are taken to be where they were."""


def _as_they_left(session: Session, scene: Scene) -> Session:
    """A session that begins a moment after another one begins where that left the body; else everyone stands."""
    person, now = scene.person, scene.now.timestamp()
    if session.turns or not 0 <= now - person.seen_at <= RECENT_SECONDS:
        return session
    return replace(session, recent=True, body=person.body, up_at=person.up_at)


def today_of(scene: Scene) -> Today:
    """What holds for today; nothing that was said of another day."""
    day = scene.today.isoformat()
    return scene.person.today if scene.person.today.day == day else Today(day)


def steps_of(wanted: str, scene: Scene, leaving: str = "") -> tuple[Step, ...]:
    """The exercises of a plan, without those that the person does not want, and in the form that is possible today.

    Args:
        wanted: the plan.
        scene: the turn's scene.
        leaving: an exercise that stays in it until it is decided what comes instead.
    """
    routine, today = plan.routine_of(wanted) is not None, today_of(scene)
    steps = plan.steps(wanted, scene.library)
    wished = tuple(step for step in steps if step.exercise not in scene.person.left_out)
    steps = wished if wished and routine else steps
    kept = (step for step in steps if step.exercise not in today.left or step.exercise == leaving)
    possible = (_possible(step, today.lacking, scene) if routine else step for step in kept)
    return tuple(step for step in possible if step is not None)


def _possible(step: Step, lacking: tuple[str, ...], scene: Scene) -> Step | None:
    """A step in a form that needs nothing they have not got: as it is, or easier; None where there is no such form."""
    exercise, wish = scene.library.exercises[step.exercise], scene.person.wishes.get(step.exercise)
    level = (wish and wish.level) or step.level
    if not lacking or not set(lacking) & set(exercise.form(level).equipment):
        return step
    easier = exercise.forms.get(Level.EASIER)
    return None if easier is None or set(lacking) & set(easier.equipment) else Step(step.exercise, Level.EASIER)


def habits_of(steps: tuple[Step, ...], scene: Scene) -> Habits:
    """What they bring to any exercise today."""
    person, today = scene.person, today_of(scene)
    wishes = person.wishes
    if today.lacking:
        without = {step.exercise: step.level for step in steps if step.level is Level.EASIER}
        wishes = {**wishes} | {name: replace(wishes.get(name, Wish()), level=way) for name, way in without.items()}
    return Habits(wishes, person.speed, person.heard, person.talk, today.sides)


def _practices(
    steps: tuple[Step, ...], scene: Scene, jumped_to: int = 0, came_from: str = "", *, gathering: bool = False
) -> Practices:
    """The exercises by index, each made when it is needed.

    Into the one jumped to, the way leads from elsewhere; and before it what the rest of them needs is asked for, where
    that is still to be fetched.
    """
    made: dict[int, Practice] = {}
    habits = habits_of(steps, scene)

    def at(index: int) -> Practice | None:
        if not 0 <= index < len(steps):
            return None
        if index not in made:
            made[index] = practice(steps, index, habits, scene.library)
            if index == jumped_to and (came_from or gathering):
                needed = things(steps[index:], habits, scene.library) if gathering else ()
                usual = made[index].position_before
                before = came_from or usual
                leave = made[index].leave_before if before == usual else ""
                made[index] = replace(made[index], position_before=before, leave_before=leave, things=needed)
        return made[index]

    return at


def _by_the_clock(here: Here, since: int, generous: bool) -> Here:
    """Where the time since the last answer has taken them: into it, or past its end."""
    session = here.session
    haste = SURELY_HEARD if generous else 1.0
    heard = here.scene.now.timestamp() - since - BEGINS_AFTER - session.lead * haste
    span = here.fit(session.place, session.lead, holding=session.holding, whole=session.whole)
    found = cue_at(span, max(0.0, heard if generous else heard - ASKING_TAKES), haste)
    if found is None:
        return replace(here, place=session.ends, body=_as_far_as_they_said(here, session.ends))
    cue, into = found
    place = _legal(_past_the_last_rep(here, cue.place), here.practices, len(here.steps) - 1)
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


def _as_far_as_they_said(here: Here, ends: Place) -> str:
    """Where the body is when all was heard: where they were sent, unless they were asked whether they are there."""
    practice = here.practices(ends.step)
    if practice is not None and is_unsaid(ends, waiting=here.session.phase is Phase.POSITIONING):
        return practice.position_before
    return _position(here, ends)


def as_heard(here: Here) -> Here:
    """The situation once all of the last answer has been heard."""
    return replace(here, body=_as_far_as_they_said(here, here.session.ends))


def _position(here: Here, place: Place) -> str:
    """Where the body is: as the exercise wants it; before the way there was told to its end, still where it began."""
    practice = here.practices(place.step)
    if practice is None:
        return STANDING
    return practice.form.position if is_there(practice, place) else practice.position_before


def _past_the_last_rep(here: Here, place: Place) -> Place:
    """Coming out of the last hold, the set is done: they are at the joint after it."""
    practice = here.practices(place.step)
    if practice is None or place.rep < practice.reps:
        return place
    joint = after_piece(practice, place)
    return joint if joint.step < len(here.steps) else Place(place.step, place.piece, place.rep - 1)


def _is_setting_up(here: Here, place: Place) -> bool:
    practice = here.practices(place.step)
    if practice is None:
        return False
    return place.stage > 0 or practice.pieces[place.piece].kind in (PieceKind.SET_UP, PieceKind.SWITCH)


def kept(here: Here, place: Place) -> Underway | None:
    """What to remember as underway, when something is."""
    if not here.steps or place.step >= len(here.steps):
        return None
    return Underway(here.session.plan, place, here.steps[place.step].exercise, here.session.done)


def easier_there_is(here: Here, place: Place) -> bool:
    """Whether this exercise has an easier form than the one being done, and easier may be offered now."""
    practice = here.practices(place.step)
    if practice is None or here.session.sharp or here.session.leaving not in ("", practice.exercise.id):
        return False
    return practice.form.level.easier in practice.exercise.forms
