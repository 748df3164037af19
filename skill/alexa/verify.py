"""Whether a request comes from Alexa. Until this can be told, none does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any


class NotFromAlexa(Exception):
    """A request that cannot be shown to come from Alexa and to be meant for this skill."""


_APPLICATIONS = (("context", "System", "application", "applicationId"), ("session", "application", "applicationId"))


def application_id(envelope: Mapping[str, Any]) -> str | None:
    """The skill that a request is meant for: as its context says, or without one, as its session says."""
    for path in _APPLICATIONS:
        place: Any = envelope
        for key in path:
            place = place.get(key) if isinstance(place, Mapping) else None
        if isinstance(place, str):
            return place
    return None


class Verifier:
    """Checks requests against the certificates, the clock and the skill ids."""

    def __init__(
        self,
        *,
        trust_roots: Path | None,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], datetime] | None = None,
        skill_ids: tuple[str, ...],
    ) -> None:
        """Takes what checking will need: `fetch` gets certificates, `clock` tells the time."""

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Return when a request comes from Alexa and is meant for this skill.

        Raises:
            NotFromAlexa: it does not, or this cannot be told; until signatures can be checked, always.
        """
        raise NotFromAlexa("this release cannot check signatures yet, so it believes none")
