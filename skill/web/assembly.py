"""What the settings ask for, put together once, at the start: content, store, sounds, and the skill."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ask_sdk_core.skill import CustomSkill
from ask_sdk_model import RequestEnvelope

import skill
from skill.alexa.skill import Coach, create_skill
from skill.alexa.time_zone import device_zone
from skill.library import models
from skill.library.folder import content_folder
from skill.library.models import Library
from skill.media.sounds import vocabulary
from skill.media.sounds.store import Sounds
from skill.memory.opening import open_store
from skill.memory.people import PeopleStore
from skill.web.kept import fingerprint, kept_or_made
from skill.web.settings import Settings


@dataclass(frozen=True, slots=True)
class Assembly:
    """The skill, its store and its sounds, ready to be served.

    Attributes:
        skill: what the SDK's adapters call.
        apologise: the answer to an envelope, both as JSON, for when the SDK gave none.
        store: where people are remembered; whoever ends the process closes it.
        sounds: the sounds that are served.
    """

    skill: CustomSkill
    apologise: Callable[[object], dict[str, object]]
    store: PeopleStore
    sounds: Sounds


def assemble(settings: Settings) -> Assembly:
    """Put the skill together.

    Raises:
        ContentFaults: the content cannot be used; it carries every fault.
    """
    libraries, names = _content(content_folder(settings.content))
    languages = {library.language for library in libraries.values()}
    sounds = Sounds(_cache("sounds"), names, {language: vocabulary.load(language) for language in languages})
    store = open_store(settings.store)
    coach = Coach(
        libraries,
        store,
        zone_of=device_zone if settings.verify else _no_zone,
        sounds=sounds.names if settings.public_url else frozenset(),
        sounds_at=f"{settings.public_url}/sounds" if settings.public_url else "",
    )
    return Assembly(create_skill(coach), coach.apologise, store, sounds)


Content = tuple[Mapping[str, Library], frozenset[str]]
"""The libraries by locale, and the names of all the sounds that they can ask for."""


def _content(folder: Path) -> Content:
    """The content, checked whole. While no file of it and none that reads it has changed, it is as it was last time."""
    package = Path(skill.__file__).parent
    try:
        name = fingerprint((folder, content_folder(), *(package / part for part in _READ_BY)))
    except OSError:
        return _read(folder)
    return kept_or_made(_cache("content"), name, frozenset({models.__name__}), lambda: _read(folder))


_READ_BY = ("library", "media/sounds/catalogue.py", "media/sounds/samples.py", "coaching/cadence.py")
"""What decides how content is read, and which sounds there are, beside the phrases of the skill's own content."""


def _read(folder: Path) -> Content:
    # Late: the checks, and the libraries that they need, take longer to import than everything else together.
    from skill.library.load import load
    from skill.media.sounds.catalogue import catalogue

    libraries = load(folder)
    return libraries, frozenset(name for library in libraries.values() for name in catalogue(library))


def _no_zone(envelope: RequestEnvelope) -> str:
    """In local mode nobody is asked: the device is not Amazon's, and nothing leaves this machine."""
    return ""


def _cache(name: str) -> Path | None:
    """A folder among this user's caches, or nowhere for a user without a home."""
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return caches / "hip-coach" / name
