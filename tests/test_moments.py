"""Every moment in tests/moments: what is answered to everything that can be said then.

A moment is a conversation that leads to it, and under `answers` each thing that may be said next, by itself, with what
is heard. Together they hold every cell of the dialogue's table that has an answer.
"""

from copy import copy
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from conversing import BEGINNING, CLOSES, Answer, Core, Talk, fits, play
from scenes import library, listener
from test_conversations import ear

from skill.dialogue.events import KINDS, Event, Kind, Said, kind_of
from skill.dialogue.session import Phase

FOLDER = Path(__file__).parent / "moments"
MOMENTS = {path.stem: yaml.load(path.read_text(), yaml.BaseLoader) for path in sorted(FOLDER.glob("*.yaml"))}
UNANSWERED = {Said.LEFT, Said.TIMED_OUT, Said.FAILED}


class Listening(Core):
    """The core, which also keeps what kinds of event there were; copies of it keep them together."""

    def __init__(self) -> None:
        super().__init__(library(), listener(False), ear())
        self.kinds: set[Kind] = set()

    def happen(self, event: Event, now: datetime) -> Answer:
        self.kinds.add(kind_of(event))
        return super().happen(event, now)


def answered(talk: Talk, said: str) -> str:
    """What is heard if this is said next; the moment stays as it was."""
    core = copy(talk.room)
    core.people = dict(core.people)
    then = copy(talk)
    then.room, then.lines = core, []
    answer = then.say(said)
    return answer.text if answer.open else f"{answer.text} {CLOSES}"


@pytest.mark.parametrize("name", MOMENTS)
def test_whatever_is_said_at_that_moment(name: str) -> None:
    """It is answered as the moment has it; and whatever can be said is said."""
    moment, core = MOMENTS[name], Listening()
    talk = Talk(core, ear(), BEGINNING)
    lines = list(play(talk, moment["talk"]))
    core.kinds.clear()
    for line in moment["answers"]:
        ((said, expected),) = line.items()
        lines.append((said, expected, answered(talk, said)))
    wrong = [line for line in lines if not fits(line[1], line[2])]
    assert not wrong, "\n".join(
        f"{said}\n  expected: {expected}\n  heard:    {heard}" for said, expected, heard in wrong
    )
    assert core.kinds == set(KINDS.values()) - UNANSWERED


def test_there_is_a_moment_of_every_phase() -> None:
    """Each is named for the phase that it is in."""
    assert set(MOMENTS) == set(Phase)
