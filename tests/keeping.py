"""A store as a turn uses it: who asks, what is given, and what is kept."""

from typing import Any

import law

from skill.alexa.people import asking_of
from skill.memory.newest import Asking
from skill.memory.people import People

Json = Any


def asked_by(user: str, speaker: str = "", **session: Any) -> Asking:
    """Whoever sends a request; with anything about the session, in a session."""
    request = {"type": session.pop("type", "LaunchRequest"), **session.pop("request", {})}
    person = {"person": {"personId": speaker}} if speaker else {}
    asked = {"context": {"System": {"user": {"userId": user}, **person}}, "request": request}
    if session:
        asked["session"] = {"sessionId" if name == "session_id" else name: value for name, value in session.items()}
    return asking_of(law.received(asked))


def given(store: People, asking: Asking) -> Json:
    """What is remembered of whoever asks."""
    return store.recall(asking).record


def save(store: People, asking: Asking, record: Json) -> None:
    """Remember that of whoever asks, whatever was remembered before."""
    while store.keep(store.recall(asking), record) is None:
        pass


def count(store: People, asking: Asking) -> int:
    """How many are remembered in the household."""
    return len(store.recall(asking).found.people)
