"""The certificates that requests name: downloaded once, verified once, and remembered while they are valid."""

import ssl
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from datetime import datetime
from threading import BoundedSemaphore, Lock

from skill.alexa import https
from skill.alexa.door.certificates import Chain, Trust
from skill.alexa.door.refusals import NotFromAlexa, Reason

DOWNLOAD_SECONDS = 3.0
"""Ours: seconds that a download may take in all, out of the eight that an answer may take."""

CERTIFICATE_BYTES = 64 * 1_024
"""Ours: bytes of a certificate file; Amazon's have about 6,000."""

REMEMBERED = 16
"""Ours: the most chains that are remembered. Only verified ones are, so no stranger can fill this up; Amazon uses
one at a time, or two while it changes them."""

WAITING = 4
"""Ours: how many may wait for downloads at a time, of the sixteen whom a server answers at once. Anybody can name an
address and have it asked for; if all waited for such, nobody would be left for those whose certificates are known."""

Fetch = Callable[[str], bytes]


def download(url: str, *, context: ssl.SSLContext | None = None, seconds: float = DOWNLOAD_SECONDS) -> bytes:
    """Get a file of certificates by https; of one that is too large only a little too much is read.

    Args:
        url: an https address that was checked already.
        context: how to speak TLS; None trusts certifi's roots.
        seconds: how long it may take altogether.

    Raises:
        OSError: there was no answer in time, or another one than 200.
    """
    return https.get(url, seconds=seconds, most=CERTIFICATE_BYTES, tls=context)


class Chains:
    """The verified chains by URL. Safe for threads; for each URL there is one download at a time."""

    def __init__(self, trust: Trust, fetch: Fetch) -> None:
        """Takes the roots to trust and what gets a file; whatever exception that raises is a refusal."""
        self._trust = trust
        self._fetch = fetch
        self._lock = Lock()
        self._kept: OrderedDict[str, Chain] = OrderedDict()
        self._underway: dict[str, Future[Chain]] = {}
        self._places = BoundedSemaphore(WAITING)

    def at(self, url: str, now: datetime) -> Chain:
        """The chain at a URL, valid now.

        Only a chain that was verified is remembered: after a failure the next request tries anew. Requests that
        come while it is being downloaded wait for that download, and share its outcome. While some other chain is
        known, only so many may wait, and whoever comes then is refused at once; while none is, nobody could be
        answered anyway, so they wait for their turn.

        Raises:
            NotFromAlexa: it cannot be had, or it is not Alexa's, or it is not valid now.
        """
        with self._lock:
            kept = self._kept.get(url)
            if kept is not None and kept.valid_at(now):
                self._kept.move_to_end(url)
                return kept
            serving = any(chain.valid_at(now) for chain in self._kept.values())
            if serving and not self._places.acquire(blocking=False):
                raise NotFromAlexa(Reason.DOWNLOAD_BUSY)
            underway = self._underway.get(url)
            if underway is None:
                mine = self._underway[url] = Future()
        try:
            return self._get(url, now, mine, serving) if underway is None else _shared(underway, now)
        finally:
            if serving:
                self._places.release()

    def _get(self, url: str, now: datetime, outcome: "Future[Chain]", has_place: bool) -> Chain:
        """Download and verify. Whoever waits for the outcome is told, however this ends."""
        chain, refusal = None, NotFromAlexa(Reason.DOWNLOAD_FAILED)
        try:
            chain = self._trust.verified(self._downloaded(url, has_place), now)
        except NotFromAlexa as fault:
            refusal = fault
            raise
        finally:
            with self._lock:
                del self._underway[url]
                self._keep(url, chain)
            if chain is None:
                outcome.set_exception(refusal)
            else:
                outcome.set_result(chain)
        return chain

    def _keep(self, url: str, chain: Chain | None) -> None:
        """Remember a chain; None forgets one that is over, and whose successor could not be had."""
        self._kept.pop(url, None)
        if chain is not None:
            self._kept[url] = chain
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def _downloaded(self, url: str, has_place: bool) -> bytes:
        if not has_place and not self._places.acquire(timeout=DOWNLOAD_SECONDS):
            raise NotFromAlexa(Reason.DOWNLOAD_BUSY)
        try:
            data = self._fetch(url)
        except Exception as fault:  # whatever a network, or somebody's own fetch, may raise
            raise NotFromAlexa(Reason.DOWNLOAD_FAILED) from fault
        finally:
            if not has_place:
                self._places.release()
        if not isinstance(data, bytes):
            raise NotFromAlexa(Reason.DOWNLOAD_TYPE)
        if len(data) > CERTIFICATE_BYTES:
            raise NotFromAlexa(Reason.DOWNLOAD_LARGE)
        return data


def _shared(underway: "Future[Chain]", now: datetime) -> Chain:
    try:
        chain = underway.result(timeout=2 * DOWNLOAD_SECONDS)
    except NotFromAlexa as fault:
        raise NotFromAlexa(fault.reason) from fault  # an exception of its own for each thread
    except TookTooLong as fault:
        raise NotFromAlexa(Reason.DOWNLOAD_WAIT) from fault
    if not chain.valid_at(now):
        raise NotFromAlexa(Reason.CHAIN_OVER)
    return chain
