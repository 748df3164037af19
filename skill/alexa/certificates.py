"""The certificates that requests name: downloaded once, verified once, and remembered while they are valid.

Their chain is verified by cryptography, by the rules for web servers' certificates (RFC 5280, CA/Browser Forum).
Three rules are Amazon's and stand here: the exact name, an RSA key of 2048 bits or more, and that it may sign.
Nothing is asked about revocation: Amazon's Node adapter doesn't, and no answer could be had within a turn's time.
"""

import re
import ssl
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TypeVar

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from skill.alexa import https
from skill.alexa.refusals import NotFromAlexa, NoTrustRoots, Reason

SIGNER = "echo-api.amazon.com"
"""The name that the signing certificate must bear. [A] the SDK's CERT_CHAIN_DOMAIN."""

KEY_BITS = 2048
"""Ours: the shortest RSA key that may sign, as for every certificate on the web since 2014."""

CERTIFICATES = 10
"""Ours: the most certificates in a file; Amazon's hold four."""

INTERMEDIATES = 4
"""Ours: the most certificates between the signing one and the root; Amazon's chains have up to three."""

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

E = TypeVar("E", bound=x509.ExtensionType)

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises about a certificate that is not as it should be, apart from VerificationError."""


def trust_roots(file: Path | None) -> tuple[x509.Certificate, ...]:
    """The roots in a PEM file, or without one certifi's.

    Of certifi's, one that cryptography cannot read is left out: six have the serial number 0, which a later
    cryptography will refuse. In a file that somebody chose, each must be readable.

    Raises:
        NoTrustRoots: nothing in the file can be trusted, or something in it cannot be read.
    """
    try:
        pem = Path(file or certifi.where()).read_bytes()
    except OSError as fault:
        raise NoTrustRoots(f"the trust roots cannot be read: {fault}") from fault
    roots = []
    for number, block in enumerate(_BLOCK.findall(pem), 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", CryptographyDeprecationWarning)
                roots.append(x509.load_pem_x509_certificate(block))
        except _UNREADABLE as fault:
            if file is not None:
                raise NoTrustRoots(f"certificate {number} in {file} cannot be read: {fault}") from fault
    if not roots:
        raise NoTrustRoots(f"there is no certificate in {file or 'certifi'}")
    return tuple(roots)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that was verified, and what is needed of it from then on.

    Attributes:
        key: signs the requests.
        not_before: when the last of its certificates, the root among them, becomes valid.
        not_after: when the first of them expires.
    """

    key: RSAPublicKey
    not_before: datetime
    not_after: datetime

    def valid_at(self, now: datetime) -> bool:
        """Whether each certificate is within its validity."""
        return self.not_before <= now <= self.not_after

    def signed(self, body: bytes, signature: bytes) -> bool:
        """Whether that is the key's RSA PKCS #1 v1.5 signature, with SHA-256, of those bytes."""
        try:
            self.key.verify(signature, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


class Trust:
    """What follows from the roots that are trusted; there is at least one."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        self._policy = PolicyBuilder().store(Store(list(roots))).max_chain_depth(INTERMEDIATES)

    def verified(self, pem: bytes, now: datetime) -> Chain:
        """The chain in a PEM file: the signing certificate first, the others in any order, with or without the root.

        Raises:
            NotFromAlexa: the file is broken, it is not Alexa's certificate, or no trusted root vouches for it now.
        """
        if b"-----BEGIN CERTIFICATE-----" not in pem:
            raise NotFromAlexa(Reason.PEM_NONE)
        if pem.count(b"-----BEGIN") > CERTIFICATES:
            raise NotFromAlexa(Reason.PEM_MANY)
        try:
            leaf, *others = x509.load_pem_x509_certificates(pem)
        except _UNREADABLE as fault:
            raise NotFromAlexa(Reason.PEM_BROKEN) from fault
        key = _signing_key(leaf, now)
        try:
            verifier = self._policy.time(now).build_server_verifier(x509.DNSName(SIGNER))
            path = verifier.verify(leaf, others)
        except (VerificationError, *_UNREADABLE) as fault:
            raise NotFromAlexa(Reason.CHAIN_UNTRUSTED) from fault
        begin = max(certificate.not_valid_before_utc for certificate in path)
        end = min(certificate.not_valid_after_utc for certificate in path)
        return Chain(key, begin, end)


def _signing_key(leaf: x509.Certificate, now: datetime) -> RSAPublicKey:
    """The key of the certificate that signs, when the certificate is Alexa's by its own words.

    Alexa's name must stand there as it is, in any letter case. A wildcard is refused, as Amazon's SDKs refuse it: a
    certificate for *.amazon.com lies on many servers that have nothing to do with Alexa.
    """
    try:
        if now < leaf.not_valid_before_utc:
            raise NotFromAlexa(Reason.LEAF_EARLY)
        if now > leaf.not_valid_after_utc:
            raise NotFromAlexa(Reason.LEAF_EXPIRED)
        named = _extension(leaf, x509.SubjectAlternativeName, Reason.LEAF_NAMELESS)
        names = {name.lower() for name in named.get_values_for_type(x509.DNSName)}
        if SIGNER not in names:
            wildcard = f"*.{SIGNER.partition('.')[2]}"
            raise NotFromAlexa(Reason.LEAF_WILDCARD if wildcard in names else Reason.LEAF_NAME)
        if not _extension(leaf, x509.KeyUsage, Reason.LEAF_WITHOUT_USAGE).digital_signature:
            raise NotFromAlexa(Reason.LEAF_USAGE)
        key = leaf.public_key()
    except _UNREADABLE as fault:
        raise NotFromAlexa(Reason.LEAF_BROKEN) from fault
    if not isinstance(key, RSAPublicKey):
        raise NotFromAlexa(Reason.LEAF_KEY)
    if key.key_size < KEY_BITS:
        raise NotFromAlexa(Reason.LEAF_SHORT_KEY)
    return key


def _extension(leaf: x509.Certificate, kind: type[E], missing: Reason) -> E:
    try:
        return leaf.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound as fault:
        raise NotFromAlexa(missing) from fault


# Getting them


def download(url: str, *, context: ssl.SSLContext | None = None, seconds: float = DOWNLOAD_SECONDS) -> bytes:
    """A file of certificates, from an address that was checked already.

    Raises:
        OSError: there was no answer in time, or another one than 200.
    """
    return https.get(url, seconds=seconds, most=CERTIFICATE_BYTES, tls=context)


class Chains:
    """The verified chains by URL. Safe for threads; for each URL there is one download at a time."""

    def __init__(self, trust: Trust, fetch: Callable[[str], bytes]) -> None:
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
                self._kept.pop(url, None)  # one that is over goes, even where its successor could not be had
                if chain is not None:
                    self._kept[url] = chain
                    if len(self._kept) > REMEMBERED:
                        self._kept.popitem(last=False)
            if chain is None:
                outcome.set_exception(refusal)
            else:
                outcome.set_result(chain)
        return chain

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
    except TimeoutError as fault:
        raise NotFromAlexa(Reason.DOWNLOAD_WAIT) from fault
    if not chain.valid_at(now):
        raise NotFromAlexa(Reason.CHAIN_OVER)
    return chain
