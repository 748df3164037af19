"""A store as a turn uses it: who asks, what is given, and what is kept."""

from typing import Any

from ask_sdk_model import Context, Person, RequestEnvelope, Session, User
from ask_sdk_model.interfaces.system import SystemState

from skill.alexa.people import asking_of
from skill.memory.newest import Asking
from skill.memory.people import People

Json = Any


def asked_by(user: str, speaker: str = "", **session: Any) -> Asking:
    """Whoever sends a request; with anything about the session, in a session."""
    person = Person(person_id=speaker) if speaker else None
    system = SystemState(user=User(user_id=user), person=person)
    envelope = RequestEnvelope(context=Context(system=system), session=Session(**session) if session else None)
    return asking_of(envelope)


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
