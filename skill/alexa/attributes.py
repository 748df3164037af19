"""The session as session attributes: one key, JSON, and nothing in it is believed when it comes back.

What is as in a fresh session does not travel.
"""

from collections.abc import Mapping

from skill.dialogue.session import Session
from skill.library.plain import from_plain, to_plain_sparsely

KEY = "hip_coach"

VERSION = 1
"""Rises when an older session would be misread, and then `session_of` says how to read that one."""


def attributes_of(session: Session) -> dict[str, object]:
    """The session attributes that carry a session."""
    return {KEY: {"version": VERSION, **to_plain_sparsely(session)}}


def session_of(attributes: Mapping[str, object] | None) -> Session:
    """The session that attributes carry; whatever is damaged in it is as in a fresh one. Never raises."""
    return from_plain(Session, attributes.get(KEY) if isinstance(attributes, Mapping) else None)
