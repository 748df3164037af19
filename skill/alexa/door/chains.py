"""The certificates that requests name: downloaded once, verified once, and remembered while they are valid."""

import ssl
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from datetime import datetime
from functools import cache
from threading import Lock
from urllib import request

import certifi

from skill.alexa.door.certificates import Chain, Trust
from skill.alexa.door.refusals import NotFromAlexa, Reason

DOWNLOAD_SECONDS = 3.0
"""Ours: seconds that a download may take in all, out of the eight that an answer may take."""

CERTIFICATE_BYTES = 64 * 1_024
"""Ours: bytes of a certificate file; Amazon's have about 6,000."""

REMEMBERED = 16
"""Ours: the most chains that are remembered. Only verified ones are, so no stranger can fill this up; Amazon uses
one at a time, or two while it changes them."""

Fetch = Callable[[str], bytes]


def download(url: str, *, context: ssl.SSLContext | None = None, seconds: float = DOWNLOAD_SECONDS) -> bytes:
    """Get a file by https; no redirect is followed, and of a file that is too large only a little too much is read.

    Args:
        url: an https address that was checked already.
        context: how to speak TLS; None trusts certifi's roots and the system's.
        seconds: how long it may take altogether; only looking up the name is not counted.

    Raises:
        OSError: there was no answer in time, or another one than 200.
        HTTPException: the answer was no HTTP.
    """
    until = time.monotonic() + seconds
    with _opener(context or _tls()).open(url, timeout=seconds) as response:
        if response.status != 200:
            raise OSError(f"the answer was {response.status}")
        data = b""
        while len(data) <= CERTIFICATE_BYTES and (more := response.read1(CERTIFICATE_BYTES)):
            data += more
            if time.monotonic() > until:
                raise TimeoutError(f"it took longer than {seconds} s")
        return data


def _opener(context: ssl.SSLContext) -> request.OpenerDirector:
    """Speaks https and nothing else; it has no handler for redirects, so one is an error like a 404."""
    opener = request.OpenerDirector()
    handlers = (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPSHandler(context=context),
        request.HTTPErrorProcessor(),
        request.HTTPDefaultErrorHandler(),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Chains:
    """The verified chains by URL. Safe for threads; for each URL there is one download at a time."""

    def __init__(self, trust: Trust, fetch: Fetch) -> None:
        """Takes the roots to trust and what gets a file; whatever exception that raises is a refusal."""
        self._trust = trust
        self._fetch = fetch
        self._lock = Lock()
        self._kept: OrderedDict[str, Chain] = OrderedDict()
        self._underway: dict[str, Future[Chain]] = {}

    def at(self, url: str, now: datetime) -> Chain:
        """The chain at a URL, valid now.

        Only a chain that was verified is remembered: after a failure the next request tries anew. Requests that
        come while it is being downloaded wait for that download, and share its outcome.

        Raises:
            NotFromAlexa: it cannot be had, or it is not Alexa's, or it is not valid now.
        """
        with self._lock:
            kept = self._kept.get(url)
            if kept is not None and kept.valid_at(now):
                self._kept.move_to_end(url)
                return kept
            underway = self._underway.get(url)
            if underway is None:
                mine = self._underway[url] = Future()
        return self._get(url, now, mine) if underway is None else _shared(underway, now)

    def _get(self, url: str, now: datetime, outcome: "Future[Chain]") -> Chain:
        """Download and verify. Whoever waits for the outcome is told, however this ends."""
        chain, refusal = None, NotFromAlexa(Reason.DOWNLOAD_FAILED)
        try:
            chain = self._trust.verified(self._downloaded(url), now)
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

    def _downloaded(self, url: str) -> bytes:
        try:
            data = self._fetch(url)
        except Exception as fault:  # whatever a network, or somebody's own fetch, may raise
            raise NotFromAlexa(Reason.DOWNLOAD_FAILED) from fault
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
