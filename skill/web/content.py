"""The content for a process that serves: what packing has read and checked, or the YAML read and checked now.

A wheel and the Lambda artefact carry a snapshot of the content, made when they are packed (`hatch_build.py`). It holds
the libraries and the names of all sounds, so that a start needs neither YAML nor its checks. A working tree has none.
"""

import hashlib
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

import skill
from skill.library import content_folder
from skill.library.models import Library

log = logging.getLogger(__name__)

SNAPSHOT = Path(skill.__file__).parent / "content.msgpack"
"""Where a package has its snapshot."""

Content = tuple[Mapping[str, Library], frozenset[str]]
"""The libraries by locale, and the names of all the sounds that they can ask for."""


class _Snapshot(msgspec.Struct, array_like=True, frozen=True):
    """As it is packed: locales of one language share most of what they hold, and share it again when it is read."""

    digest: str
    sounds: frozenset[str]
    first: Library
    others: dict[str, dict[str, msgspec.Raw]]  # by locale, the fields that differ from the first library's


def content(given: Path | None = None) -> Content:
    """The content to serve.

    Args:
        given: a content folder, which is read; None takes the snapshot, where there is one that was made from the very
            files that lie beside it (the Lambda artefact has no files), and else reads those.

    Raises:
        ContentFaults: the content cannot be used; it carries every fault.
    """
    folder = content_folder(given)
    if given is None and SNAPSHOT.is_file():
        made_from, found = unpack(SNAPSHOT.read_bytes())
        if not folder.is_dir() or made_from == digest(folder):
            return found
        log.warning("the content in %s was changed since it was packed, so it is read anew", folder)
    try:
        named, own = digest(folder), content_folder()
        return _read_once(folder, named, named if own == folder else digest(own))
    except OSError:  # reading tells which file it is
        return read(folder)


@lru_cache(maxsize=2)
def _read_once(folder: Path, _digest: str, _own: str) -> Content:
    """Two apps share their content. Every folder is held against the skill's own, so that decides as well."""
    return read(folder)


def read(folder: Path) -> Content:
    """Read and check a content folder.

    Raises:
        ContentFaults: the content cannot be used; it carries every fault.
    """
    # Late: the checks, and the libraries that they need, take longer to import than everything else together.
    from skill.library.load import load
    from skill.media.sounds.catalogue import catalogue

    libraries = load(folder)
    return libraries, frozenset(name for library in libraries.values() for name in catalogue(library))


def digest(folder: Path) -> str:
    """What names this release, and every file of a content folder by its path and its bytes."""
    made = hashlib.sha256(skill.__version__.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            written = path.read_bytes()
            made.update(f"\0{path.relative_to(folder).as_posix()}\0{len(written)}\0".encode(errors="surrogateescape"))
            made.update(written)
    return made.hexdigest()


def pack(folder: Path) -> bytes:
    """A snapshot of a content folder, for `SNAPSHOT`.

    Raises:
        ContentFaults: the content cannot be used; it carries every fault.
    """
    libraries, sounds = read(folder)
    first, *others = libraries.values()
    differing = {
        other.locale: {
            name: msgspec.Raw(msgspec.msgpack.encode(value))
            for name, value in _fields(other).items()
            if value != getattr(first, name)
        }
        for other in others
    }
    return msgspec.msgpack.encode(_Snapshot(digest(folder), sounds, first, differing))


def unpack(snapshot: bytes) -> tuple[str, Content]:
    """The digest of what a snapshot was made from, and the content.

    Raises:
        msgspec.MsgspecError: it was made by another release, or is damaged.
    """
    found = msgspec.msgpack.decode(snapshot, type=_Snapshot)
    kinds = get_type_hints(Library)
    shared = _fields(found.first)
    libraries = {found.first.locale: found.first}
    for locale, fields in found.others.items():
        own = {name: msgspec.msgpack.decode(raw, type=kinds[name]) for name, raw in fields.items()}
        libraries[locale] = Library(**shared | own)
    return found.digest, (libraries, found.sounds)


def _fields(library: Library) -> dict[str, Any]:
    return {name: getattr(library, name) for name in Library.__match_args__}
