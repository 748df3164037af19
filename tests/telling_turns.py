"""A conversation told turn by turn, for tests that look at what is remembered and not only at what is heard.

What the tests know of the skill goes through here: words are heard by the ear and become an event through the
interaction model; people and sessions are plain JSON, as a store and a device keep them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conversing import BEGINNING, ENDINGS, NOBODY, Answer, Core, Talk
from scenes import library, listener
from test_conversations import ear

from skill.alexa.envelope import KEY, attributes_of, session_of
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

    def days_pass(self, days: float) -> None:
        """Nothing happens for some days."""
        self._talk.wait(days * 86_400)

    def end(self, how: str, after: float | None = None) -> None:
        """The session ends without a word: "nobody answers", "walks away" or "device fails"."""
        if after is not None:
            self._talk.wait(after)
        self._talk.end(ENDINGS[how])

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self._talk.now

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
        return self.on(self.now.date().isoformat())


def without_form(exercise: str, level: str) -> Library:
    """Our content, but for one form of one exercise."""
    ours = library()
    one = ours.exercises[exercise]
    fewer = replace(one, forms={name: form for name, form in one.forms.items() if name != level})
    return replace(ours, exercises={**ours.exercises, exercise: fewer})


def day(of_november: int, **done: Mapping[str, int]) -> dict[str, Any]:
    """A day of a history: what was finished, skipped and done whole on it."""
    return {f"2026-11-{of_november:02}": {"finished": {}, "skipped": {}, "whole": {}, **done}}
