"""Requests as Alexa signs them, by a certificate authority of our own, with a clock that is right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import forge

from benchmarks.conversation import USER, Json, Send, Spoke, Step, as_user, body_of, play, user_id

FRESH_SECONDS = 100
"""How long after it was made a request is sent at the latest; it is good for 150."""


@dataclass(frozen=True)
class Authority:
    """Who vouches for our requests: a file of roots to trust, and the chain that lies at a certificate's URL."""

    roots: Path
    chain: Path


def authority(folder: Path) -> Authority:
    """Write the root, beside certifi's, and a chain below it, valid today, into a folder."""
    now = datetime.now(UTC)
    begin, end = now - timedelta(days=1), now + timedelta(days=30)
    root = forge.issue(
        replace(forge.AUTHORITY, name="Benchmark Root", key=forge.key("root"), begin=begin, end=end), None
    )
    issuer = forge.authority("Benchmark CA", root, begin=begin, end=end)
    made = Authority(folder / "roots.pem", folder / "chain.pem")
    made.roots.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + forge.pem(root))
    made.chain.write_bytes(forge.pem(forge.leaf(issuer, begin=begin, end=end), issuer))
    return made


@dataclass(frozen=True)
class Posted:
    """One request ready to be sent: the kind of turn that it is, its body, and the signature of that."""

    kind: str
    body: bytes
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Signature-256": self.signature,
            "SignatureCertChainUrl": forge.URL,
        }


Visit = tuple[Posted, ...]
"""All requests of one user's routine, in order."""


class Requests:
    """Makes requests that are fresh: each of a routine's turns at this moment, though they lie minutes apart.

    The routine is played anew for every turn, begun as long ago as that turn lies into it; so all times that a
    session carries are as they would be.
    """

    def __init__(self, steps: Sequence[Step], send: Send) -> None:
        """Takes what is said, and a skill in local mode to play it on."""
        self._steps = steps
        self._send = send
        self._player = 0
        begin = _second(datetime.now(UTC))
        played = self._play(len(steps), begin)
        self.answers: tuple[Json, ...] = tuple(spoke.answer for spoke in played)
        self._offsets = [spoke.at - begin for spoke in played]

    def visits(self, users: range, sign: Callable[[bytes], str] = forge.sign) -> Iterator[Visit]:
        """The whole routine for each of some users, made as it is asked for; made new before it grows old."""
        made_at, bodies = datetime.now(UTC), self.bodies()
        for user in users:
            if datetime.now(UTC) - made_at > timedelta(seconds=FRESH_SECONDS / 2):
                made_at, bodies = datetime.now(UTC), self.bodies()
            mine = [(step.kind, as_user(body, user)) for step, body in zip(self._steps, bodies, strict=True)]
            yield tuple(Posted(kind, body, sign(body)) for kind, body in mine)

    def bodies(self) -> list[bytes]:
        """The bodies of all turns as of now, from a user whom `as_user` can put another in place of."""
        now = _second(datetime.now(UTC))
        return [self._body(number, now) for number in range(len(self._steps))]

    def _body(self, number: int, now: datetime) -> bytes:
        played = self._play(number + 1, now - self._offsets[number])
        body = body_of(played[-1].request)
        return body.replace(user_id(self._player).encode(), USER.encode())

    def _play(self, steps: int, begin: datetime) -> tuple[Spoke, ...]:
        """Play the first steps, with somebody who was never here before."""
        self._player += 1
        return tuple(play(self._steps[:steps], self._send, begin, user_id(self._player)))


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
