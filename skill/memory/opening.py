"""From the address of a store, as HIP_COACH_STORE has it, to the store."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from skill.memory.in_memory import MemoryShelf
from skill.memory.people import People
from skill.memory.shelf import Shelf

MEMORY = "memory:"
"""People are remembered until the process ends."""

KINDS = "sqlite:///path/to/file, dynamodb:table-name or memory:"

_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")

Kind = Literal["sqlite", "dynamodb", "memory"]


def open_store(url: str) -> People:
    """The store at an address. It touches neither file nor network before it is used.

    Args:
        url: `sqlite:///path/to/file`, from the root of the file system, from a home after `sqlite:///~/`, or from
            the working folder after `sqlite:///./`; `dynamodb:table-name`; or `memory:`.

    Raises:
        ValueError: it is no such address, or what that store needs is not installed or not set; says what to do.
    """
    kind, where = parse(url)
    return People(_shelf(kind, where))


def parse(url: str) -> tuple[Kind, str]:
    """The kind of store that an address means, and its file or table; "" for memory.

    Raises:
        ValueError: it is no address of a store.
    """
    kind, _, where = url.partition(":")
    match kind:
        case "memory" if not where:
            if url != MEMORY:
                raise ValueError(f"say {MEMORY}, with its colon")
        case "sqlite":
            where = _path(where)
        case "dynamodb":
            if not _TABLE_NAME.fullmatch(where):
                raise ValueError(
                    f"{where!r} is no name of a DynamoDB table: dynamodb: is followed by 3 to 255 letters without "
                    "accents, digits, underscores, dots or hyphens"
                )
        case _:
            raise ValueError(f"{url!r} is no store; say {KINDS}")
    return kind, where


def default_store_url(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """A file among this user's data; memory for a user who has no home.

    Args:
        environment: the environment variables.
        platform: as in sys.platform.
    """
    try:
        data = _data_folder(environment, platform)
    except RuntimeError:  # there is no home
        return MEMORY
    path = data / "hip-coach" / "people.sqlite3"
    return f"sqlite:///{path.as_posix().removeprefix('/')}"


def _data_folder(environment: Mapping[str, str], platform: str) -> Path:
    given = environment.get("XDG_DATA_HOME", "")
    if os.path.isabs(given):  # others are to be ignored: specifications.freedesktop.org/basedir-spec
        return Path(given)
    match platform:
        case "win32":
            local = environment.get("LOCALAPPDATA")
            return Path(local) if local else Path.home() / "AppData" / "Local"
        case "darwin":
            return Path.home() / "Library" / "Application Support"
        case _:
            return Path.home() / ".local" / "share"


def _path(where: str) -> str:
    """The path in what follows `sqlite:`."""
    if not where.startswith("///") or not where.strip("/"):
        raise ValueError("the address of an SQLite file begins with sqlite:/// and goes on with its path")
    name = where.removeprefix("///")
    if name.endswith(("/", "\\")) or name == ":memory:":
        raise ValueError(f"{name!r} is no file; name one, or say {MEMORY} to remember nothing beyond this process")
    if name.startswith("~"):
        return str(_at_home(name))
    return name if name.startswith("./") or re.match("[A-Za-z]:[/\\\\]", name) else f"/{name.lstrip('/')}"


def _at_home(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as fault:
        raise ValueError(f"the home in {name!r} is not known; give the whole path") from fault


def _shelf(kind: Kind, where: str) -> Shelf:
    match kind:
        case "memory":
            return MemoryShelf()
        case "sqlite":
            from skill.memory.sqlite import SqliteShelf

            return SqliteShelf(Path(where))
        case "dynamodb":
            return _dynamodb(where)


def _dynamodb(table: str) -> Shelf:
    """Imported late: boto3 is not needed otherwise, and takes a quarter of a second."""
    try:
        from botocore.exceptions import BotoCoreError

        from skill.memory.dynamodb import DynamoShelf
    except ImportError as fault:
        raise ValueError(_EXTRA) from fault
    try:
        return DynamoShelf(table)
    except BotoCoreError as fault:
        raise ValueError(
            f"DynamoDB cannot be used: {fault} Set AWS_DEFAULT_REGION, for example to eu-west-1"
        ) from fault


_EXTRA = "a DynamoDB store needs the packages of the extra `dynamodb`: pip install 'hip-coach[dynamodb]'"
