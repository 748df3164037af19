"""Whether a file of certificates belongs to Alexa: the certificate that signs, and its chain to a trusted root.

The chain is verified by cryptography, by the rules for web servers' certificates (RFC 5280, CA/Browser Forum).
Three rules are Amazon's and stand here: the exact name, an RSA key of 2048 bits or more, and that it may sign.
Nothing is asked about revocation: Amazon's Node adapter doesn't, and no answer could be had within a turn's time.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from skill.alexa.door.refusals import NotFromAlexa, NoTrustRoots, Reason

SIGNER = "echo-api.amazon.com"
"""The name that the signing certificate must bear. [A] the SDK's CERT_CHAIN_DOMAIN."""

KEY_BITS = 2048
"""Ours: the shortest RSA key that may sign, as for every certificate on the web since 2014."""

CERTIFICATES = 10
"""Ours: the most certificates in a file; Amazon's hold four."""

INTERMEDIATES = 4
"""Ours: the most certificates between the signing one and the root; Amazon's chains have up to three."""

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
    """The roots that are trusted, and what follows from them."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        """Takes at least one root."""
        self._policy = PolicyBuilder().store(Store(list(roots))).max_chain_depth(INTERMEDIATES)

    def verified(self, pem: bytes, now: datetime) -> Chain:
        """The chain in a PEM file: the signing certificate first, the others in any order, with or without the root.

        Raises:
            NotFromAlexa: the file is broken, it is not Alexa's certificate, or no trusted root vouches for it now.
        """
        leaf, *others = _certificates(pem)
        key = _checked_leaf(leaf, now)
        try:
            verifier = self._policy.time(now).build_server_verifier(x509.DNSName(SIGNER))
            path = verifier.verify(leaf, others)
        except (VerificationError, *_UNREADABLE) as fault:
            raise NotFromAlexa(Reason.CHAIN_UNTRUSTED) from fault
        begin = max(certificate.not_valid_before_utc for certificate in path)
        end = min(certificate.not_valid_after_utc for certificate in path)
        return Chain(key, begin, end)


def _certificates(pem: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise NotFromAlexa(Reason.PEM_NONE)
    if pem.count(b"-----BEGIN") > CERTIFICATES:
        raise NotFromAlexa(Reason.PEM_MANY)
    try:
        return x509.load_pem_x509_certificates(pem)
    except _UNREADABLE as fault:
        raise NotFromAlexa(Reason.PEM_BROKEN) from fault


def _checked_leaf(leaf: x509.Certificate, now: datetime) -> RSAPublicKey:
    """The key of the certificate that signs, when the certificate is Alexa's by its own words."""
    try:
        _check_dates(leaf, now)
        _check_name(leaf)
        _check_usage(leaf)
        key = leaf.public_key()
    except _UNREADABLE as fault:
        raise NotFromAlexa(Reason.LEAF_BROKEN) from fault
    if not isinstance(key, RSAPublicKey):
        raise NotFromAlexa(Reason.LEAF_KEY)
    if key.key_size < KEY_BITS:
        raise NotFromAlexa(Reason.LEAF_SHORT_KEY)
    return key


def _check_dates(leaf: x509.Certificate, now: datetime) -> None:
    if now < leaf.not_valid_before_utc:
        raise NotFromAlexa(Reason.LEAF_EARLY)
    if now > leaf.not_valid_after_utc:
        raise NotFromAlexa(Reason.LEAF_EXPIRED)


def _check_name(leaf: x509.Certificate) -> None:
    """The name must stand there as it is.

    A wildcard is refused, as Amazon's SDKs refuse it: a certificate for *.amazon.com lies on many servers that
    have nothing to do with Alexa. Names are compared without regard to case, as DNS does.
    """
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound as fault:
        raise NotFromAlexa(Reason.LEAF_NAMELESS) from fault
    names = {name.lower() for name in extension.value.get_values_for_type(x509.DNSName)}
    if SIGNER not in names:
        wildcard = f"*.{SIGNER.partition('.')[2]}"
        raise NotFromAlexa(Reason.LEAF_WILDCARD if wildcard in names else Reason.LEAF_NAME)


def _check_usage(leaf: x509.Certificate) -> None:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as fault:
        raise NotFromAlexa(Reason.LEAF_WITHOUT_USAGE) from fault
    if not usage.digital_signature:
        raise NotFromAlexa(Reason.LEAF_USAGE)
