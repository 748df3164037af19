"""A certificate authority for tests, and requests signed and forged with it, each with the reason to refuse it."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import law
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skill.alexa.refusals import Reason

NOW = datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)
"""When the recorded requests were sent, and when the tests take place."""

URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
SIGNER = "echo-api.amazon.com"
OTHER_SKILL = "amzn1.ask.skill.99999999-2222-3333-4444-555555555555"
SKILL_IDS = (law.SKILL_ID, "amzn1.ask.skill.22222222-2222-3333-4444-555555555555")

SERVER, CLIENT, CODE = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


# Keys and certificates


@cache
def key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The RSA key of that name; making one takes a tenth of a second."""
    return rsa.generate_private_key(65537, bits)


@cache
def curve_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, which can issue others."""

    certificate: x509.Certificate
    key: Key


def _usage(*purposes: str) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{purpose: purpose in purposes for purpose in every})


@dataclass(frozen=True)
class Wanted:
    """What a certificate is to say; the defaults are those of Amazon's own signing certificates."""

    name: str = SIGNER
    key: Key = field(default_factory=lambda: key("leaf"))
    names: tuple[str, ...] | None = (SIGNER,)
    usage: tuple[str, ...] | None = ("digital_signature", "key_encipherment")
    purposes: tuple[x509.ObjectIdentifier, ...] | None = (SERVER, CLIENT)
    constraints: x509.BasicConstraints | None = field(default_factory=lambda: x509.BasicConstraints(False, None))
    begin: datetime = NOW - timedelta(days=90)
    end: datetime = NOW + timedelta(days=300)
    identifier: bool = True
    """Whether it has a subject key identifier."""
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()

    def extensions(self, issuer: Key) -> Iterable[tuple[x509.ExtensionType, bool]]:
        """Its extensions, each with whether it is critical."""
        if self.constraints is not None:
            yield self.constraints, True
        if self.usage is not None:
            yield _usage(*self.usage), True
        if self.purposes is not None:
            yield x509.ExtendedKeyUsage(self.purposes), False
        if self.names is not None:
            yield x509.SubjectAlternativeName([x509.DNSName(name) for name in self.names]), False
        if self.identifier:
            yield x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False
        yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False
        yield from self.more


AUTHORITY = Wanted(
    names=None,
    usage=("key_cert_sign", "crl_sign", "digital_signature"),
    purposes=None,
    constraints=x509.BasicConstraints(True, None),
    begin=NOW - timedelta(days=2000),
    end=NOW + timedelta(days=2000),
)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def issue(wanted: Wanted, issuer: Holder | None, *, signing_key: Key | None = None) -> Holder:
    """A certificate; without an issuer it signs itself."""
    above = issuer.key if issuer else wanted.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(wanted.name))
        .issuer_name(issuer.certificate.subject if issuer else _named(wanted.name))
        .public_key(wanted.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wanted.begin)
        .not_valid_after(wanted.end)
    )
    for extension, critical in wanted.extensions(above):
        builder = builder.add_extension(extension, critical)
    return Holder(builder.sign(signing_key or above, SHA256()), wanted.key)


def pem(*holders: Holder) -> bytes:
    """Certificates as a PEM file."""
    return b"".join(holder.certificate.public_bytes(Encoding.PEM) for holder in holders)


@cache
def root() -> Holder:
    """The root that the tests trust."""
    return issue(replace(AUTHORITY, name="Test Root", key=key("root")), None)


@cache
def curve_root() -> Holder:
    """Another trusted root, with a key on an elliptic curve."""
    return issue(replace(AUTHORITY, name="Curve Root", key=curve_key("root")), None)


@cache
def stranger() -> Holder:
    """A root that nobody trusts."""
    return issue(replace(AUTHORITY, name="Stranger Root", key=key("stranger")), None)


def authority(name: str = "Test Server CA", issuer: Holder | None = None, **changes: Any) -> Holder:
    """An intermediate; the trusted root issues it unless another is named."""
    return issue(replace(AUTHORITY, **{"name": name, "key": key(name), **changes}), issuer or root())


@cache
def server_ca() -> Holder:
    """The intermediate of most chains."""
    return authority()


def leaf(issuer: Holder | None = None, *, signing_key: Key | None = None, **changes: Any) -> Holder:
    """A signing certificate, as Amazon's but for the changes."""
    return issue(replace(Wanted(), **changes), issuer or server_ca(), signing_key=signing_key)


_SHA256, _SHA1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
"""The names of RSA signatures with these hashes, in DER."""


def with_sha1(holder: Holder, issuer: Holder) -> Holder:
    """The same certificate signed with SHA-1, which the library that makes the others refuses to do."""
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    content = holder.certificate.tbs_certificate_bytes.replace(_SHA256, _SHA1)
    signature = issuer.key.sign(content, PKCS1v15(), SHA1())
    whole = holder.certificate.public_bytes(Encoding.DER).replace(_SHA256, _SHA1)
    return Holder(x509.load_der_x509_certificate(whole[: -len(signature)] + signature), holder.key)


def trusted() -> bytes:
    """The file of roots that the tests trust."""
    return pem(root(), curve_root())


# Requests


def body(name: str = "launch", **changes: Any) -> bytes:
    """A recorded request as bytes, its request object changed."""
    envelope = law.envelope(name)
    envelope["request"] |= changes
    return json.dumps(envelope).encode()


def sign(
    content: bytes,
    signing: rsa.RSAPrivateKey | None = None,
    padding: AsymmetricPadding | None = None,
    digest: HashAlgorithm | None = None,
) -> str:
    """A signature as Alexa makes it, in base64."""
    made = (signing or key("leaf")).sign(content, padding or PKCS1v15(), digest or SHA256())
    return base64.b64encode(made).decode()


@cache
def good_pem() -> bytes:
    """The chain of most requests: the signing certificate and its issuer."""
    return pem(leaf(), server_ca())


@dataclass(frozen=True)
class Case:
    """One kind of request.

    Attributes:
        name: what is special about it.
        reason: why it must be refused; None for a good one.
        headers: its headers; over HTTP, names that differ by case become one header that is sent twice.
        body: its bytes.
        file: what lies at the certificate's URL; an exception is raised by whoever fetches it.
        chain: whether its certificates are what is special about it, so that who sees only them may judge.
        http: whether a client could send it; some a server would refuse by itself.
    """

    name: str
    reason: Reason | None
    headers: dict[str, Any]
    body: bytes
    file: Any
    chain: bool = False
    http: bool = True

    def fetch(self, _url: str) -> Any:
        if isinstance(self.file, BaseException):
            raise self.file
        return self.file


def request(
    name: str,
    reason: Reason | None = None,
    *,
    content: bytes | None = None,
    url: Any = URL,
    signature: Any = None,
    file: Any = None,
    headers: dict[str, Any] | None = None,
    chain: bool = False,
    http: bool = True,
) -> Case:
    """A good request, but for what is given."""
    content = body() if content is None else content
    signature = sign(content) if signature is None else signature
    headers = {"SignatureCertChainUrl": url, "Signature-256": signature} if headers is None else headers
    return Case(name, reason, headers, content, good_pem() if file is None else file, chain, http)


def chained(name: str, reason: Reason | None, *holders: Holder, file: bytes | None = None) -> Case:
    """A request signed by the first certificate's key, if that is RSA; else the signature is nobody's."""
    signer = holders[0].key if holders and isinstance(holders[0].key, rsa.RSAPrivateKey) else key("leaf")
    return request(name, reason, signature=sign(body(), signer), file=file or pem(*holders), chain=True)


# What is good


def good_chains() -> Iterable[Case]:
    """Chains as Amazon's are, were or may be."""
    ca, second = server_ca(), authority("Second CA", server_ca())
    curve_ca = authority("Curve CA", curve_root(), key=curve_key("ca"))
    old = authority("Test Root", stranger(), key=key("root"))  # the root again, signed by an older one
    for name, holders in {
        "leaf and intermediate": (leaf(), ca),
        "with the root": (leaf(), ca, root()),
        "two intermediates": (leaf(second), second, ca),
        "shuffled": (leaf(second), root(), ca, second),
        "issued by the root itself": (leaf(root()),),
        "cross-signed root, as Amazon's": (leaf(), ca, old, stranger()),
        "a certificate that has no part in it": (leaf(), stranger(), ca),
        "a certificate twice": (leaf(), ca, ca),
        "for servers only": (leaf(purposes=(SERVER,)), ca),
        "for no purpose in particular": (leaf(purposes=None), ca),
        "for signatures only": (leaf(usage=("digital_signature",)), ca),
        "without BasicConstraints": (leaf(constraints=None), ca),
        "without a key identifier": (leaf(identifier=False), ca),
        "more names": (leaf(names=("a.example", SIGNER, "*.amazon.com")), ca),
        "its name in capitals": (leaf(names=(SIGNER.upper(),)), ca),
        "a longer key": (leaf(key=key("long", 3072)), ca),
        "issuers on a curve": (leaf(curve_ca), curve_ca),
    }.items():
        yield chained(name, None, *holders)
    plain = pem(leaf(), ca)
    yield chained("lines that end in CR LF", None, file=plain.replace(b"\n", b"\r\n"))
    yield chained("a file of just 64 kB", None, file=plain.ljust(64 * 1024, b"\n"))
    between = plain.replace(b"----\n-", b"----\n i:\n-")
    yield chained("words between the certificates", None, file=b"s:/CN=x\n" + between)


def _aged(seconds: int) -> str:
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


_SENT = b'"timestamp": "2026-11-22T15:04:05Z"'


def good_requests() -> Iterable[Case]:
    """Requests that look unusual and are Alexa's."""
    content = body()
    signature = sign(content)
    for name, headers in {
        "header names in small letters": {"signaturecertchainurl": URL, "signature-256": signature},
        "header names in capitals": {"SIGNATURECERTCHAINURL": URL, "SIGNATURE-256": signature},
        "the old signature beside the new one":
            {"Signature": "old", "Signature-256": signature, "SignatureCertChainUrl": URL},
    }.items():  # fmt: skip
        yield request(name, headers=headers)
    yield request("the URL with its port", url=URL.replace(".com/", ".com:443/"))
    yield request("the URL's scheme and host in capitals", url=URL.replace("https://s3", "HTTPS://S3"))
    yield request("the URL by a detour", url=URL.replace("echo.api/", "echo.api/../echo.api/./"))
    twice = content.replace(_SENT, b'"timestamp": "%b", ' % _aged(151).encode() + _SENT)
    for name, made in {
        "150 seconds old": body(timestamp=_aged(150)),
        "150 seconds ahead": body(timestamp=_aged(-150)),
        "a skill event, 59 minutes old": body("skill-enabled", timestamp=_aged(3540)),
        "a fraction of a second": body(timestamp="2026-11-22T15:04:05.123456789Z"),
        "another zone": body(timestamp="2026-11-22T16:04:05+01:00"),
        "no context": body("intent-without-context", timestamp=_aged(1)),
        "no session": body("intent-without-session", timestamp=_aged(1)),
        "the other of our skills": content_for(SKILL_IDS[1], SKILL_IDS[1]),
        "many small parts": body("new-thing", timestamp=_aged(0), parts=[{"a": [n]} for n in range(300)]),
        "spaces around the JSON": b" \n" + content + b"\n ",
        "other scripts": body("intent-match", locale="dé-DÉ").replace(b"\\u00e9", "é".encode()),
        "the timestamp twice, first an old one": twice,
        "a type that nobody knows yet": body("new-thing", timestamp=_aged(0)),
    }.items():
        yield request(name, content=made)


# What is forged or broken


def forged_headers() -> Iterable[Case]:
    """What is wrong with the headers."""
    content = body()
    good = {"SignatureCertChainUrl": URL, "Signature-256": sign(content)}
    without = {name: {key: good[key] for key in good if key != name} for name in good}
    yield request("no headers", Reason.URL_MISSING, headers={})
    yield request("no URL", Reason.URL_MISSING, headers=without["SignatureCertChainUrl"])
    yield request("no signature", Reason.SIGNATURE_MISSING, headers=without["Signature-256"])
    yield request("only the old signature", Reason.SIGNATURE_MISSING,
                  headers=without["Signature-256"] | {"Signature": sign(content, digest=SHA1())})  # fmt: skip
    yield request("an empty URL", Reason.URL_MISSING, url="")
    yield request("an empty signature", Reason.SIGNATURE_MISSING, signature="")
    yield request("the URL twice", Reason.URL_TWICE, headers=good | {"signaturecertchainurl": URL})
    yield request("the signature twice", Reason.SIGNATURE_TWICE, headers=good | {"SIGNATURE-256": sign(content)})
    yield request("the URL twice, one empty", Reason.URL_TWICE, headers=good | {"signaturecertchainurl": ""})
    yield request("two URLs joined", Reason.URL_TWICE, url=f"{URL},{URL}")
    yield request("two signatures joined", Reason.SIGNATURE_TWICE, signature=f"{sign(content)}, {sign(content)}")
    yield request("a URL that is not text", Reason.HEADER_NOT_TEXT, url=7, http=False)


def forged_urls() -> Iterable[Case]:
    """Certificates that would be fetched from elsewhere, or in a strange way."""
    at = "https://s3.amazonaws.com"
    path = "/echo.api/cert.pem"
    for name, reason, url in (
        ("no scheme", Reason.URL_SCHEME, f"s3.amazonaws.com{path}"),
        ("http", Reason.URL_SCHEME, f"http://s3.amazonaws.com{path}"),
        ("a file", Reason.URL_SCHEME, "file:///echo.api/cert.pem"),
        ("no host", Reason.URL_HOST, f"https://{path}"),
        ("another host", Reason.URL_HOST, f"https://evil.example{path}"),
        ("a host below ours", Reason.URL_HOST, f"https://s3.amazonaws.com.evil.example{path}"),
        ("a host beside ours", Reason.URL_HOST, f"https://evil-s3.amazonaws.com{path}"),
        ("a bucket as a host", Reason.URL_HOST, f"https://echo.api.s3.amazonaws.com{path}"),
        ("a dot after the host", Reason.URL_HOST, f"https://s3.amazonaws.com.{path}"),
        ("a bracket in the host", Reason.URL_HOST, f"https://[s3.amazonaws.com{path}"),
        ("a user", Reason.URL_USER, f"https://user:secret@s3.amazonaws.com{path}"),
        ("our host as a user", Reason.URL_USER, f"https://s3.amazonaws.com@evil.example{path}"),
        ("another port", Reason.URL_PORT, f"{at}:563{path}"),
        ("a port that is empty", Reason.URL_PORT, f"{at}:{path}"),
        ("a port with a zero before it", Reason.URL_PORT, f"{at}:0443{path}"),
        ("a port that is no number", Reason.URL_PORT, f"{at}:https{path}"),
        ("no path", Reason.URL_PATH, at),
        ("another folder", Reason.URL_PATH, f"{at}/other/cert.pem"),
        ("the folder in capitals", Reason.URL_PATH, f"{at}/EcHo.aPi/cert.pem"),
        ("a folder that begins alike", Reason.URL_PATH, f"{at}/echo.api.evil/cert.pem"),
        ("the folder alone", Reason.URL_PATH, f"{at}/echo.api/"),
        ("out of the folder by dots", Reason.URL_PATH, f"{at}/echo.api/../evil/cert.pem"),
        ("out of the folder by escaped dots", Reason.URL_CHARACTERS, f"{at}/echo.api/%2e%2e/evil/cert.pem"),
        ("out of the folder by an escaped slash", Reason.URL_CHARACTERS, f"{at}/echo.api/..%2fevil/cert.pem"),
        ("a backslash", Reason.URL_CHARACTERS, f"{at}/echo.api/..\\..\\evil/cert.pem"),
        ("a space", Reason.URL_CHARACTERS, f"{at}/echo.api/a cert.pem"),
        ("a tab in the host", Reason.URL_CHARACTERS, f"https://s3.amazonaws\t.com{path}"),
        ("a letter of another script", Reason.URL_CHARACTERS, f"https://ѕ3.amazonaws.com{path}"),
        ("a doubled slash", Reason.URL_SLASHES, f"{at}/echo.api//cert.pem"),
        ("two slashes before the folder", Reason.URL_SLASHES, f"{at}//echo.api/cert.pem"),
        ("a query", Reason.URL_QUERY, f"{at}{path}?versionId=1"),
        ("an empty query", Reason.URL_QUERY, f"{at}{path}?"),
        ("a fragment", Reason.URL_FRAGMENT, f"{at}{path}#evil"),
        ("a very long URL", Reason.URL_LONG, f"{at}/echo.api/{'a' * 600}"),
    ):
        yield request(f"URL: {name}", reason, url=url, http=url.isascii() and "\t" not in url)


def forged_signatures() -> Iterable[Case]:
    """Signatures that are none, or somebody else's."""
    content = body()
    good = sign(content)
    damaged = bytearray(base64.b64decode(good))
    damaged[-1] ^= 1
    unpadded = good.rstrip("=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose = unpadded[:-1] + letters[letters.index(unpadded[-1]) + 1] + "=="
    coded = (
        ("not base64", "not base64 at all!"),
        ("base64 of the web", "-_" + good[2:]),
        ("no padding", unpadded),
        ("too much padding", good + "=="),
        ("a space inside", good[:20] + " " + good[20:]),
        ("loose last bits", loose),
    )
    for name, value in coded:
        yield request(f"signature: {name}", Reason.SIGNATURE_CODING, signature=value)
    yield request("signature: not ASCII", Reason.SIGNATURE_CODING, signature="é" + good[1:], http=False)
    wrong = (
        ("one bit wrong", base64.b64encode(damaged).decode()),
        ("too short", base64.b64encode(base64.b64decode(good)[:-1]).decode()),
        ("all zeros", base64.b64encode(bytes(256)).decode()),
        ("another key", sign(content, key("other"))),
        ("SHA-1", sign(content, digest=SHA1())),
        ("PSS", sign(content, padding=PSS(MGF1(SHA256()), 32))),
        ("of an empty body", sign(b"")),
    )
    for name, value in wrong:
        yield request(f"signature: {name}", Reason.SIGNATURE_WRONG, signature=value)
    yield request("a body that was changed", Reason.SIGNATURE_WRONG, content=content[:-1] + b" }", signature=good)
    yield request("a byte after the body", Reason.SIGNATURE_WRONG, content=content + b"\n", signature=good)
    yield request("the same JSON written otherwise", Reason.SIGNATURE_WRONG,
                  content=json.dumps(json.loads(content), indent=1).encode(), signature=good)  # fmt: skip
    yield request("an unsigned body that is no JSON", Reason.SIGNATURE_WRONG, content=b"\xff[{", signature=good)


def forged_files() -> Iterable[Case]:
    """Certificate files that cannot be had or read."""
    good = good_pem()
    for name, reason, file in (
        ("no answer", Reason.DOWNLOAD_FAILED, TimeoutError("no answer")),
        ("no such file", Reason.DOWNLOAD_FAILED, OSError("404")),
        ("a fault in whatever fetches", Reason.DOWNLOAD_FAILED, KeyError("url")),
        ("not bytes", Reason.DOWNLOAD_TYPE, good.decode()),
        ("too large", Reason.DOWNLOAD_LARGE, good + b"\n" * (64 * 1024 + 1 - len(good))),
        ("empty", Reason.PEM_NONE, b""),
        ("a web page", Reason.PEM_NONE, b"<html>Forbidden</html>"),
        ("a public key", Reason.PEM_NONE, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("bytes of a certificate", Reason.PEM_NONE, leaf().certificate.public_bytes(Encoding.DER)),
        ("cut off", Reason.PEM_BROKEN, good[: len(good) // 3]),
        ("junk in a certificate", Reason.PEM_BROKEN, good.replace(b"MII", b"AAA", 1)),
        ("junk after the chain", Reason.PEM_BROKEN,
         good + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("eleven certificates", Reason.PEM_MANY, good + pem(server_ca()) * 9),
    ):  # fmt: skip
        yield request(f"file: {name}", reason, file=file)


def forged_leaves() -> Iterable[Case]:
    """Signing certificates that are not Alexa's, or not now."""
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"https://{SIGNER}")])
    unreadable = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"no names")
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
    for name, reason, changes in (
        ("expired", Reason.LEAF_EXPIRED, {"end": NOW - timedelta(seconds=1)}),
        ("not valid yet", Reason.LEAF_EARLY, {"begin": NOW + timedelta(days=1)}),
        ("for another name", Reason.LEAF_NAME, {"names": ("api.amazon.com",)}),
        ("for a name below", Reason.LEAF_NAME, {"names": (f"x.{SIGNER}",)}),
        ("for a name that begins alike", Reason.LEAF_NAME, {"names": (f"{SIGNER}.evil.example",)}),
        ("its name with a NUL", Reason.LEAF_NAME, {"names": (f"{SIGNER}\0.evil.example",)}),
        ("its name as a subject only", Reason.LEAF_NAMELESS, {"names": None}),
        ("its name as a URI", Reason.LEAF_NAME, {"names": None, "more": ((uri, False),)}),
        ("a wildcard", Reason.LEAF_WILDCARD, {"names": ("*.amazon.com",)}),
        ("a key on a curve", Reason.LEAF_KEY, {"key": curve_key("leaf")}),
        ("an Ed25519 key", Reason.LEAF_KEY, {"key": ed25519.Ed25519PrivateKey.generate()}),
        ("a short key", Reason.LEAF_SHORT_KEY, {"key": key("short", 1024)}),
        ("a key one bit short", Reason.LEAF_SHORT_KEY, {"key": key("almost", 2047)}),
        ("for encryption only", Reason.LEAF_USAGE, {"usage": ("key_encipherment",)}),
        ("without a key's use", Reason.LEAF_WITHOUT_USAGE, {"usage": None}),
        ("for clients only", Reason.CHAIN_UNTRUSTED, {"purposes": (CLIENT,)}),
        ("for programs only", Reason.CHAIN_UNTRUSTED, {"purposes": (CODE,)}),
        ("a certificate authority", Reason.CHAIN_UNTRUSTED, {"constraints": x509.BasicConstraints(True, None)}),
        ("may sign certificates", Reason.CHAIN_UNTRUSTED, {"usage": ("digital_signature", "key_cert_sign")}),
        ("names that cannot be read", Reason.LEAF_BROKEN, {"names": None, "more": ((unreadable, False),)}),
        ("a critical extension that nobody knows", Reason.CHAIN_UNTRUSTED, {"more": ((unknown, True),)}),
    ):
        yield chained(name, reason, leaf(**changes), server_ca())


def forged_chains() -> Iterable[Case]:
    """Signing certificates that look like Alexa's, and for which no trusted root vouches."""
    ca, day = server_ca(), timedelta(days=1)
    theirs = authority("Their CA", stranger())
    narrow = authority("Narrow CA", constraints=x509.BasicConstraints(True, 0))
    below = authority("CA below", narrow)
    elsewhere = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example.org")], excluded_subtrees=None)
    namesake = issue(replace(AUTHORITY, name="Test Root", key=key("namesake")), None)
    own = authority("Namesake's CA", namesake)
    signer = leaf(name="a.example", key=key("other"))
    long = [authority("Long CA 0")]
    for number in range(1, 6):
        long.append(authority(f"Long CA {number}", long[-1]))
    for name, holders in {
        "signed by itself": (issue(Wanted(), None),),
        "the intermediate is missing": (leaf(),),
        "an untrusted root": (leaf(theirs), theirs),
        "an untrusted root that comes along": (leaf(theirs), theirs, stranger()),
        "below a namesake of the trusted root": (leaf(own), own),
        "a namesake of the trusted root": (leaf(own), own, namesake),
        "signed with SHA-1": (with_sha1(leaf(), ca), ca),
        "somebody else's signature": (leaf(signing_key=key("other")), ca),
        "issued by a signing certificate": (leaf(signer, name="b.example"), signer, ca),
        "one intermediate too many": (leaf(below), below, narrow),
        "a chain too long": (leaf(long[-1]), *reversed(long)),
    }.items():
        yield chained(name, Reason.CHAIN_UNTRUSTED, *holders)
    for name, changes in {
        "an expired intermediate": {"end": NOW - day},
        "an intermediate not valid yet": {"begin": NOW + day},
        "an issuer that is no authority": {"constraints": x509.BasicConstraints(False, None)},
        "an issuer without BasicConstraints": {"constraints": None},
        "an issuer that may not issue": {"usage": ("digital_signature",)},
        "an authority for other names": {"more": ((elsewhere, True),)},
    }.items():
        issuer = authority(f"CA: {name}", **changes)
        yield chained(name, Reason.CHAIN_UNTRUSTED, leaf(issuer), issuer)
    yield chained("the intermediate first", Reason.LEAF_NAMELESS, ca, leaf())


def _edited(edit: Callable[[Any], object]) -> bytes:
    envelope = law.envelope("launch")
    edit(envelope)
    return json.dumps(envelope).encode()


def content_for(context: Any, session: Any) -> bytes:
    """A launch that names these skills."""
    envelope = law.envelope("launch")
    envelope["context"]["System"]["application"]["applicationId"] = context
    envelope["session"]["application"]["applicationId"] = session
    return json.dumps(envelope).encode()


def forged_bodies() -> Iterable[Case]:
    """Bodies that Alexa's key did sign, and that are still none of ours: old, another skill's, or ambiguous."""
    good, ours = body(), law.SKILL_ID
    once = "AlexaSkillEvent.ProactiveSubscriptionChanged"
    old = good.replace(_SENT, _SENT + b', "timestamp": "%b"' % _aged(151).encode())
    twice = good[:-1] + b', "context": {"System": {"application": {"applicationId": "%s"}}}}' % OTHER_SKILL.encode()
    deep = good[:-1] + b', "deep": ' + b"[" * 200 + b"]" * 200 + b"}"
    for name, reason, content in (
        ("empty", Reason.BODY_NOT_JSON, b""),
        ("not JSON", Reason.BODY_NOT_JSON, b"request=launch"),
        ("cut off", Reason.BODY_NOT_JSON, good[:-1]),
        ("two objects", Reason.BODY_NOT_JSON, good + good),
        ("a byte order mark", Reason.BODY_NOT_JSON, b"\xef\xbb\xbf" + good),
        ("an endless number", Reason.BODY_NOT_JSON, b"[" + b"1" * 5000 + b"]"),
        ("not UTF-8", Reason.BODY_CODING, good[:-1] + b', "name": "\xe9"}'),
        ("UTF-16", Reason.BODY_CODING, json.dumps(law.envelope("launch")).encode("utf-16")),
        ("NaN", Reason.BODY_CONSTANT, good[:-1] + b', "number": NaN}'),
        ("Infinity", Reason.BODY_CONSTANT, good[:-1] + b', "number": -Infinity}'),
        ("the context twice", Reason.SKILL_TWO, twice),
        ("the timestamp twice", Reason.TIME_OLD, old),
        ("nested deeply", Reason.BODY_DEEP, deep),
        ("nested beyond reading", Reason.BODY_DEEP, b"[" * 60_000 + b"]" * 60_000),
        ("a list", Reason.BODY_NOT_OBJECT, b"[" + good + b"]"),
        ("null", Reason.BODY_NOT_OBJECT, b"null"),
        ("no request", Reason.REQUEST_MISSING, _edited(lambda made: made.pop("request"))),
        ("a request that is a list", Reason.REQUEST_MISSING, _edited(lambda made: made.update(request=[]))),
        ("no type", Reason.REQUEST_TYPE, _edited(lambda made: made["request"].pop("type"))),
        ("a type that is a list", Reason.REQUEST_TYPE, body(type=["LaunchRequest"])),
        ("no timestamp", Reason.TIME_MISSING, body("intent-without-timestamp")),
        ("a timestamp in words", Reason.TIME_UNREADABLE, body("intent-odd-timestamp")),
        ("a timestamp that is a number", Reason.TIME_UNREADABLE, body(timestamp=int(NOW.timestamp()))),
        ("a timestamp without a zone", Reason.TIME_UNREADABLE, body(timestamp="2026-11-22T15:04:05")),
        ("a date alone", Reason.TIME_UNREADABLE, body(timestamp="2026-11-22")),
        ("a thirteenth month", Reason.TIME_UNREADABLE, body(timestamp="2026-13-22T15:04:05Z")),
        ("a zone beyond a day", Reason.TIME_UNREADABLE, body(timestamp="2026-11-22T15:04:05+99:00")),
        ("151 seconds old", Reason.TIME_OLD, body(timestamp=_aged(151))),
        ("the year 1", Reason.TIME_OLD, body(timestamp="0001-01-01T00:00:00+23:59")),
        ("151 seconds ahead", Reason.TIME_AHEAD, body(timestamp=_aged(-151))),
        ("the year 9999", Reason.TIME_AHEAD, body(timestamp="9999-12-31T23:59:59-23:59")),
        ("a skill event over an hour old", Reason.TIME_OLD, body("skill-enabled", timestamp=_aged(3601))),
        ("an event that is not repeated, ten minutes old", Reason.TIME_OLD, body(type=once, timestamp=_aged(600))),
        ("an old request that ends like an event", Reason.TIME_OLD, body(type="SkillEnabled", timestamp=_aged(600))),
        ("no skill", Reason.SKILL_MISSING, content_for(None, None)),
        ("another skill", Reason.SKILL_OTHER, content_for(OTHER_SKILL, OTHER_SKILL)),
        ("another skill, and no session", Reason.SKILL_OTHER, content_for(OTHER_SKILL, None)),
        ("ours in the session alone", Reason.SKILL_TWO, content_for(OTHER_SKILL, ours)),
        ("ours in the context alone", Reason.SKILL_TWO, content_for(ours, OTHER_SKILL)),
        ("our skill's id in capitals", Reason.SKILL_OTHER, content_for(ours.upper(), ours.upper())),
        ("an empty id", Reason.SKILL_OTHER, content_for("", "")),
        ("an id that is a list", Reason.SKILL_TYPE, content_for([ours], ours)),
        ("a context that is a list", Reason.SKILL_TYPE, _edited(lambda made: made.update(context=[]))),
    ):
        yield request(f"body: {name}", reason, content=content)


@cache
def good() -> tuple[Case, ...]:
    """Every kind of good request."""
    return (*good_chains(), *good_requests())


@cache
def forged() -> tuple[Case, ...]:
    """Every kind of forged or broken request."""
    of = (forged_headers, forged_urls, forged_signatures, forged_files, forged_leaves, forged_chains, forged_bodies)
    return tuple(case for made in of for case in made())
