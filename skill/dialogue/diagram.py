"""The table as a picture: which events lead from which phase to which, found by trying every pair."""

from datetime import UTC, datetime, timedelta

from skill.coaching import plan
from skill.coaching.plan import Place
from skill.dialogue.events import GoTo, Kind, Said, name_of
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Phase, Scene, Session, Underway
from skill.dialogue.situation import look
from skill.dialogue.table import PHASES, ROWS
from skill.library.models import Library
from skill.library.values import replace

CLOSED = "[*]"
"""Where a session ends, in the diagram's language."""

_A_MOMENT = 5
"""Seconds into an answer at which its phase is looked at: what it set in motion is running then."""

_NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


def diagram(library: Library) -> str:
    """The phases and what leads from one to another, as a Mermaid state diagram. Events that stay are left out."""
    lines = ["stateDiagram-v2", f"    {CLOSED} --> choosing", f"    {CLOSED} --> offering : something unfinished"]
    for phase in PHASES:
        ways: dict[str, list[str]] = {}
        for kind in ROWS:
            target = _target(phase, kind, library)
            if target != phase:
                ways.setdefault(target, []).append(name_of(kind))
        lines += [f"    {phase} --> {target} : {', '.join(events)}" for target, events in ways.items()]
    return "\n".join(lines)


def _target(phase: Phase, kind: Kind, library: Library) -> str:
    event = kind if isinstance(kind, Said) else GoTo(number=4) if kind is GoTo else kind()
    scene = _scene(phase, library)
    turn = respond(_session(phase, library), event, scene)
    if not turn.prompt.listen:
        return CLOSED
    heard = scene.now + timedelta(seconds=turn.session.lead + _A_MOMENT)
    return str(look(turn.session, replace(scene, person=turn.person, now=heard)).phase)


def _session(phase: Phase, library: Library) -> Session:
    """Someone in the third exercise of the first routine, in that phase."""
    first = plan.of_routine(library.first_routine)
    session = Session(phase=phase, plan=first, place=Place(2, 1), ends=Place(2, 3), turns=7, safety_said=True)
    if phase is not Phase.OFFERING:
        session = replace(session, body=_position(library, 5 if phase is Phase.FINISHING else 2))
    match phase:
        case Phase.CHOOSING | Phase.FORGETTING:
            return Session(phase=phase, turns=7, safety_said=True)
        case Phase.MOVING:
            return replace(session, since=int(_NOW.timestamp()) - 20)
        case Phase.FINISHING:
            return replace(session, place=Place(5, 3), ends=Place(5, 3))
        case Phase.CONFIRMING:
            return replace(session, asked=first)
        case _:
            return session


def _position(library: Library, index: int) -> str:
    """Where the body is in that exercise of the first routine."""
    step = library.routines[library.first_routine].steps[index]
    return library.exercises[step.exercise].form(step.level).position


def _scene(phase: Phase, library: Library) -> Scene:
    underway = Underway(plan.of_routine(library.first_routine), Place(2, 1)) if phase is Phase.OFFERING else None
    ended = int(_NOW.timestamp()) - 60 if phase is Phase.OVER else 0
    person = Person(underway=underway, safety_day="2026-01-01", last_day="2026-01-01", stopped_at=ended)
    return Scene(person, library, Listener(), _NOW)
