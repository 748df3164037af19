"""What the environment says, as frozen settings; or a refusal to start, with everything that is wrong."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from skill.memory.opening import MEMORY, default_store_url, parse

T = TypeVar("T")

SKILL_ID_STARTS = "amzn1.ask.skill."


class SettingsFaults(Exception):
    """Settings that cannot be used, with everything that is wrong with them, and what to do about it."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process is to run.

    Attributes:
        skill_ids: the skills that may call; empty only in local mode.
        verify: whether requests must prove that they come from Alexa. Off is local mode.
        trust_roots: a PEM file to trust instead of certifi's.
        store: where people are remembered, as HIP_COACH_STORE has it.
        public_url: the https address of this server as Alexa reaches it, without a slash at its end.
        content: another content folder.
    """

    skill_ids: tuple[str, ...] = ()
    verify: bool = True
    trust_roots: Path | None = None
    store: str = MEMORY
    public_url: str | None = None
    content: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings that environment variables give; an empty one counts as unset.

        Raises:
            SettingsFaults: some of them cannot be used; says which, why and what to do, all at once.
        """
        faults: list[str] = []

        def read(name: str, parse: Callable[[str], T], unset: T) -> T:
            value = environment.get(f"HIP_COACH_{name}", "").strip()
            try:
                return parse(value) if value else unset
            except ValueError as fault:
                faults.append(f"HIP_COACH_{name}={value!r}: {fault}")
                return unset

        settings = cls(
            verify=read("VERIFY", _on_or_off, True),
            skill_ids=read("SKILL_ID", _skill_ids, ()),
            trust_roots=read("TRUST_ROOTS", _file, None),
            store=read("STORE", _store, default_store_url(environment)),
            public_url=read("PUBLIC_URL", _https, None),
            content=read("CONTENT", _folder, None),
        )
        if settings.verify and not environment.get("HIP_COACH_SKILL_ID", "").strip():
            faults.append(
                "HIP_COACH_SKILL_ID is not set: set it to your skill's id, which begins with "
                f"{SKILL_ID_STARTS}; or, to try the skill out on this machine alone, set HIP_COACH_VERIFY=off"
            )
        if faults:
            raise SettingsFaults(tuple(faults))
        return settings


def _on_or_off(value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError("say on, or off to run on this machine alone")
    return value == "on"


def _skill_ids(value: str) -> tuple[str, ...]:
    ids = tuple(part.strip() for part in value.split(",") if part.strip())
    if not ids or not all(one.startswith(SKILL_ID_STARTS) for one in ids):
        raise ValueError(f"a skill's id begins with {SKILL_ID_STARTS}; several are divided by commas")
    return ids


def _store(value: str) -> str:
    parse(value)
    return value


def _https(value: str) -> str:
    parts = urlsplit(value)
    plain = not (parts.query or parts.fragment or parts.username) and parts.port != 0
    if parts.scheme != "https" or not parts.hostname or not plain:
        raise ValueError("Alexa fetches sounds by https only; give an address such as https://example.com")
    return value.rstrip("/")


def _file(value: str) -> Path:
    if not Path(value).is_file():
        raise ValueError("there is no such file; give the path of a PEM file, or leave it unset")
    return Path(value)


def _folder(value: str) -> Path:
    if not Path(value).is_dir():
        raise ValueError("there is no such folder; give the path of a content folder, or leave it unset")
    return Path(value)
