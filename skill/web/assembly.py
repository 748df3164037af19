"""What the settings ask for, put together once, at the start: content, store, sounds, and the skill."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ask_sdk_core.skill import CustomSkill

from skill.alexa.envelope import Envelope
from skill.alexa.skill import Coach, create_skill
from skill.alexa.time_zone import device_zone
from skill.media.sounds import vocabulary
from skill.media.sounds.store import Sounds
from skill.memory.opening import open_store
from skill.memory.people import People
from skill.web.content import content
from skill.web.settings import Settings


@dataclass(frozen=True, slots=True)
class Assembly:
    """The skill, its store and its sounds, ready to be served.

    Attributes:
        skill: what the SDK's adapters call.
        apologise: the answer to a request as JSON, for when the SDK gave none; it says so in the log.
        store: where people are remembered; whoever ends the process closes it.
        sounds: the sounds that are served.
    """

    skill: CustomSkill
    apologise: Callable[[Envelope], dict[str, object]]
    store: People
    sounds: Sounds


def assemble(settings: Settings) -> Assembly:
    """Put the skill together.

    Raises:
        ContentFaults: the content cannot be used; it carries every fault.
    """
    libraries, names = content(settings.content)
    languages = {library.language for library in libraries.values()}
    sounds = Sounds(_cache("sounds"), names, vocabulary.Recorded(languages))
    store = open_store(settings.store)
    coach = Coach(
        libraries,
        store,
        zone_of=device_zone if settings.verify else _no_zone,
        sounds=sounds.names if settings.public_url else frozenset(),
        sounds_at=f"{settings.public_url}/sounds" if settings.public_url else "",
    )
    return Assembly(create_skill(coach), coach.apologise, store, sounds)


def _no_zone(envelope: Envelope) -> str:
    """In local mode nobody is asked: the device is not Amazon's, and nothing leaves this machine."""
    return ""


def _cache(name: str) -> Path | None:
    """A folder among this user's caches, or nowhere for a user without a home."""
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return caches / "hip-coach" / name
