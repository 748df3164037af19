"""A conversation told turn by turn, for tests that look at what is remembered and not only at what is heard.

What the tests know of the skill goes through here: words are heard by the ear and become an event through the
interaction model; people and sessions are plain JSON, as a store and a device keep them.

tests/turns has cases by what they claim: who is `remembered` (`familiar`: they know every exercise), what session is
`carried`, so many seconds `after` its last answer, and which form content is `without`. Then the `talk`, with the
steps of tests/conversations, and more: `ready ×3` is said three times; a line without an answer may be answered
anyhow; an answer may be a list, of which each has to fit, and {never: what is not said}; `today`, `place`, `person` and
`session` are what is remembered then.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from conversing import BEGINNING, ENDINGS, NOBODY, Answer, Core, Talk, fits, play
from scenes import library, listener
from test_conversations import ear

from skill.alexa.envelope import KEY, attributes_of, session_of
from skill.dialogue.session import settle
from skill.library.models import Library
from skill.library.values import replace
from skill.memory.record import person_of, record_of

RECORD = {"version": 2}
"""The version of the records that are written here."""

SESSION = {"version": 1}
"""The version of the sessions that are written here."""


class Told:
    """Somebody who talks with her.

    Args:
        person: what is remembered of them, as a store has it.
        session: the session that their device carries, as its attributes have it; none begins a new one.
        sounds: the device can be sent our sounds.
        now: when it begins.
        content: another content than ours.
    """

    def __init__(
        self,
        person: Mapping[str, Any] | None = None,
        session: Mapping[str, Any] | None = None,
        *,
        sounds: bool = False,
        now: datetime = BEGINNING,
        content: Library | None = None,
    ) -> None:
        self._core = Core(content or library(), listener(sounds), ear())
        self._talk = Talk(self._core, ear(), now)
        if person is not None:
            self._core.people[NOBODY] = person_of({**RECORD, **person})
        if session is not None:
            self._core.session = session_of({KEY: {**SESSION, **session}})

    def say(self, words: str, after: float | None = None) -> str:
        """Say something so many seconds after she began; without a number, once all of it was heard. What is heard."""
        return self.answer(words, after).text

    def answer(self, words: str, after: float | None = None) -> Answer:
        """The same, with how long the answer lasts and whether she listens."""
        if after is not None:
            self._talk.wait(after)
        return self._talk.say(words)

    def all(self, *words: str) -> str:
        """Say one thing after the other, each once all of the answer before was heard; the last answer."""
        return [self.say(one) for one in words][-1]

    def end(self, how: str) -> None:
        """The session ends without a word: "nobody answers", "walks away" or "device fails"."""
        self._talk.end(ENDINGS[how])

    def step(self, line: str | Mapping[str, Any]) -> None:
        """Say one line of a case, or look at what is remembered."""
        ((said, expected),) = line.items() if isinstance(line, Mapping) else ((line, None),)
        if said in ("today", "place", "person", "session"):
            found = getattr(self, said)
            if said in ("person", "session"):
                found = {path: _inside(found, path) for path in expected}
            assert found == expected, f"{said}\n  expected: {expected}\n  found:    {found}"
        else:
            words, _, times = said.partition(" ×")
            for _ in range(int(times or 1)):
                self._hear(words, expected)

    def _hear(self, words: str, expected: Any) -> None:
        line = {words: expected if words == "wait" else "…" if words not in ENDINGS else ""}
        for _, _, heard in play(self._talk, [line]):
            for one in expected if isinstance(expected, list) else [expected]:
                if isinstance(one, dict):
                    assert one["never"] not in heard, f"{words}: {heard}"
                else:
                    assert one is None or fits(one, heard), f"{words}\n  expected: {one}\n  heard:    {heard}"
            here = self._core._scene(self._talk.now)
            assert settle(self._core.session, here) == self._core.session, "what it leaves is legal as it is"

    @property
    def person(self) -> dict[str, Any]:
        """What is remembered of them, as a store has it."""
        return record_of(self._core.people[NOBODY])

    @property
    def session(self) -> Any:
        """The session that their device carries."""
        return attributes_of(self._core.session)[KEY]

    @property
    def place(self) -> dict[str, int]:
        """Where they are in their plan: exercise, piece, reps done, seconds held."""
        place = self.person["underway"]["place"]
        return {name: place[name] for name in ("step", "piece", "rep", "held")}

    def on(self, day: str) -> dict[str, Mapping[str, int]]:
        """What was done on a day: finished, skipped and whole, each by name; what was not done is left out."""
        done = self.person["history"].get(day, {})
        return {name: dict(counts) for name, counts in done.items() if counts}

    @property
    def today(self) -> dict[str, Mapping[str, int]]:
        """What was done today."""
        return self.on(self._talk.now.date().isoformat())


def without_form(exercise: str, level: str) -> Library:
    """Our content, but for one form of one exercise."""
    ours = library()
    one = ours.exercises[exercise]
    fewer = replace(one, forms={name: form for name, form in one.forms.items() if name != level})
    return replace(ours, exercises={**ours.exercises, exercise: fewer})


def _inside(value: Any, path: str) -> Any:
    """What stands at a path of keys with dots between them; None where there is no such key."""
    for key in path.split("."):
        value = None if value is None else value.get(key)
    return list(value) if isinstance(value, tuple) else value


FAMILIAR = {"last_day": "2026-11-21", "safety_day": "2026-11-21", "heard": dict.fromkeys(library().exercises, 5)}
"""What is remembered of somebody who knows every exercise."""


def told_in(name: str) -> dict[str, dict[str, Any]]:
    """A file in tests/turns, by what its cases claim."""
    return dict(yaml.safe_load((Path(__file__).parent / "turns" / f"{name}.yaml").read_text(encoding="utf-8")))


def cases(name: str) -> pytest.MarkDecorator:
    """Each case of a file in tests/turns."""
    told = {claim: case for claim, case in told_in(name).items() if "talk" in case}
    return pytest.mark.parametrize("case", told.values(), ids=[re.sub(r"\W+", "-", claim) for claim in told])


def hold(case: Mapping[str, Any]) -> None:
    """Have the conversation of a case, and look at what it says of it."""
    person = {**(FAMILIAR if case.get("familiar") else {}), **case.get("remembered", {})}
    now = BEGINNING + timedelta(seconds=case.get("after", 0))
    content = without_form(*next(iter(case["without"].items()))) if "without" in case else None
    told = Told(person or None, case.get("carried"), sounds=case.get("sounds", False), now=now, content=content)
    for line in case["talk"]:
        told.step(line)
