"""Whose memory a request is about: the user it comes from, and who of the household speaks."""

from dataclasses import dataclass

from ask_sdk_model import RequestEnvelope

HOUSEHOLD = ""
"""Stands for the speaker where the voice was not recognised: their memory is the household's."""

SPEAKER = "speaker"
"""The session attribute that carries the speaker through a session."""

LONGEST = 512
"""Characters of the longest id that is taken for one: Amazon's are "never more than 255 characters" ([A] the SDK's
models User and Person), and DynamoDB takes no key above 2048 bytes."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A user of the skill, "" for none, and the speaker among those who share that account."""

    user: str
    speaker: str = HOUSEHOLD


def whose(envelope: RequestEnvelope) -> Whose:
    """Who sent a request, as far as the request itself tells.

    The speaker is fixed at the start of a session and rides in it under SPEAKER; so a voice that is recognised
    half-way, or no longer, does not change whose place is kept. Without a session, or at its start, it is the person
    whom Alexa recognised. Who that is in the household, `household.met` says.
    """
    settled = settled_on(envelope)
    return Whose(_user(envelope), _voice(envelope) if settled is None else settled)


def settled_on(envelope: RequestEnvelope) -> str | None:
    """The speaker whom a session has settled on; None where it has not yet."""
    session = envelope.session
    if session and not session.new and isinstance(session.attributes, dict):
        riding = session.attributes.get(SPEAKER)
        if isinstance(riding, str):
            return _clean(riding)
    return None


def _user(envelope: RequestEnvelope) -> str:
    """The user by the context, as every request has it, or by the session."""
    system = envelope.context.system if envelope.context else None
    for place in (system, envelope.session):
        if place and place.user and place.user.user_id:
            return _clean(place.user.user_id)
    return ""


def _voice(envelope: RequestEnvelope) -> str:
    system = envelope.context.system if envelope.context else None
    person = system.person if system else None
    return _clean(person.person_id) if person and person.person_id else HOUSEHOLD


def _clean(name: object) -> str:
    """An id as text that every store can hold; half a surrogate pair, which JSON can carry, is none.

    What is too long is no id, so nothing is remembered under a part of it.
    """
    text = str(name).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= LONGEST else ""
