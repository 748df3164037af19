"""What verifiers that others wrote say of the same requests and chains, and where they differ from ours."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import forge
from forge import Case

NPM = Path(__file__).parent / "npm"
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\r?\n", re.DOTALL)

Verdict = str | None
"""What is said against a request; None when nothing is."""


def headers_over_http(case: Case) -> dict[str, str]:
    """A case's headers as a server hands them on: names of any case are one, and what was sent twice is joined."""
    joined: dict[str, list[str]] = {}
    for name, value in case.headers.items():
        joined.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in joined.items()}


# Amazon's verifier for Node


def amazon_missing() -> str | None:
    """Why Amazon's verifier cannot be asked, or None if it can."""
    if shutil.which("node") is None:
        return "no node"
    if not (NPM / "node_modules" / "ask-sdk-express-adapter").is_dir():
        return "no ask-sdk-express-adapter: `make parts` installs it"
    return None


def ask_amazon(cases: Iterable[Case]) -> list[Verdict]:
    """What ask-sdk-express-adapter says, with our roots, at our time; its skill has the id that is ours."""
    corpus = {
        "now": forge.NOW.isoformat(),
        "roots": [block.decode() for block in _BLOCK.findall(forge.trusted())],
        "cases": [_for_amazon(case) for case in cases],
    }
    done = subprocess.run(
        ["node", "judge.js"],
        cwd=NPM,
        input=json.dumps(corpus),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    verdicts: list[Verdict] = json.loads(done.stdout)
    return verdicts


def _for_amazon(case: Case) -> dict[str, object]:
    ids = [identity for identity in forge.SKILL_IDS if identity.encode() in case.body]
    return {
        "headers": headers_over_http(case),
        "body": base64.b64encode(case.body).decode(),
        "file": base64.b64encode(case.file).decode() if isinstance(case.file, bytes) else None,
        "skillId": ids[0] if ids else forge.SKILL_IDS[0],
    }


# openssl verify


def openssl_missing() -> str | None:
    """Why openssl cannot be asked, or None if it can."""
    return None if shutil.which("openssl") else "no openssl"


def ask_openssl(cases: Iterable[Case]) -> list[Verdict]:
    """What `openssl verify` says of the certificates alone: as a server's of that name, at our time."""
    with TemporaryDirectory() as folder:
        return [_openssl(case.file, Path(folder)) for case in cases]


def _openssl(file: bytes, folder: Path) -> Verdict:
    leaf, *others = _BLOCK.findall(file)
    for name, content in (("leaf", leaf), ("others", b"".join(others)), ("roots", forge.trusted())):
        (folder / name).write_bytes(content)
    untrusted = ["-untrusted", "others"] if others else []
    trust = ["-CAfile", "roots", "-no-CApath", "-no-CAstore", *untrusted]
    asked = ["-purpose", "sslserver", "-verify_hostname", forge.SIGNER, "-attime", str(int(forge.NOW.timestamp()))]
    command = ["openssl", "verify", *trust, *asked, "leaf"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    return None if done.returncode == 0 else _complaint(done.stderr)


def _complaint(output: str) -> str:
    told = re.findall(r"error \d+ at \d+ depth lookup: ?(.*)", output)
    return told[0] if told else output.strip().splitlines()[-1]


@dataclass(frozen=True)
class Judge:
    """Somebody to ask.

    Attributes:
        name: who it is.
        ask: gets the verdicts on cases.
        missing: why it cannot be asked here, or None.
        cases: on what it can judge.
    """

    name: str
    ask: Callable[[Iterable[Case]], list[Verdict]]
    missing: Callable[[], str | None]
    cases: Callable[[], Sequence[Case]]


def _requests() -> tuple[Case, ...]:
    return tuple(case for case in (*forge.good(), *forge.forged()) if case.http)


def _chains() -> tuple[Case, ...]:
    return tuple(case for case in (*forge.good(), *forge.forged()) if case.chain)


AMAZON = Judge("ask-sdk-express-adapter", ask_amazon, amazon_missing, _requests)
OPENSSL = Judge("openssl verify", ask_openssl, openssl_missing, _chains)

JUDGES = (AMAZON, OPENSSL)


def differ(case: Case, verdict: Verdict) -> bool:
    """Whether a judge lets in what we refuse, or the other way round."""
    return (case.reason is None) != (verdict is None)


@dataclass(frozen=True)
class Difference:
    """Cases that a judge takes differently, for one reason.

    Attributes:
        why: what it does, and why we do otherwise.
        cases: their names.
    """

    why: str
    cases: tuple[str, ...]


_AMAZON = (
    Difference(
        "It reads only the start of what was sent twice. Which of two headers counts must not be a matter of luck: "
        "whatever stands before the skill may read the other one.",
        (
            "the URL twice",
            "the signature twice",
            "the URL twice, one empty",
            "two URLs joined",
            "two signatures joined",
        ),
    ),
    Difference(
        "It checks how the path begins before the dots are resolved, so the file is fetched from any bucket of "
        "anybody's. The chain still protects it. We resolve first, as Amazon's documentation says, and fetch what we "
        "checked; an escaped dot or slash and a backslash, which some clients resolve later, are refused.",
        (
            "URL: out of the folder by dots",
            "URL: out of the folder by escaped dots",
            "URL: out of the folder by an escaped slash",
            "URL: a backslash",
        ),
    ),
    Difference(
        "It fetches with a user's name and password, a query, a fragment, spaces, doubled slashes and ports that are "
        "odd, from the folder itself, and at any length. No URL of Amazon's has any of these, and each is another "
        "name for the same file in a cache that has no bound, or a way to send S3 parameters.",
        (
            "URL: a user",
            "URL: a query",
            "URL: an empty query",
            "URL: a fragment",
            "URL: a space",
            "URL: a doubled slash",
            "URL: a port that is empty",
            "URL: a port with a zero before it",
            "URL: the folder alone",
            "URL: a very long URL",
        ),
    ),
    Difference(
        "Node's base64 skips what it does not know and needs no padding. The signature is genuine, so nothing forged "
        "comes in; but one signature should have one form.",
        (
            "signature: no padding",
            "signature: too much padding",
            "signature: a space inside",
            "signature: loose last bits",
        ),
    ),
    Difference("It reads a certificate file of any size into memory.", ("file: too large",)),
    Difference(
        "It asks nothing of the signing key or of what the certificate is for. A key of 1024 bits can be broken; one "
        "for encryption, for clients or for programs was given to its holder for something else; and an authority that "
        "signs requests itself breaks the rules for certificates. Amazon's Python SDK asks for digitalSignature too.",
        (
            "a short key",
            "a key one bit short",
            "for encryption only",
            "without a key's use",
            "for clients only",
            "for programs only",
            "a certificate authority",
            "may sign certificates",
        ),
    ),
    Difference(
        "It accepts certificates that are signed with SHA-1, for which collisions are made.", ("signed with SHA-1",)
    ),
    Difference(
        "It follows chains of any length. Amazon's have at most three intermediates; we allow four.",
        ("a chain too long",),
    ),
    Difference(
        "It does not look whether a request comes from the future: who gets hold of one with a wrong clock could send "
        "it again later.",
        ("body: 151 seconds ahead", "body: the year 9999"),
    ),
    Difference(
        "What it cannot read as a time is not a number, and that is never too old: such a request never expires. A "
        "time without a zone it takes for the server's own.",
        (
            "body: a timestamp in words",
            "body: a timestamp without a zone",
            "body: a thirteenth month",
            "body: a zone beyond a day",
        ),
    ),
    Difference(
        "It leaves these to the skill. A body that is nested by the hundred, or a request without a type, is none of "
        "Alexa's, and stops here.",
        ("body: nested deeply", "body: no type", "body: a type that is a list"),
    ),
    Difference(
        "It reads the skill's id from the context alone. Where context and session name different skills, we believe "
        "neither.",
        ("body: ours in the context alone",),
    ),
    Difference(
        "It wants each certificate of the file to be the issuer of the one before, up to the last, which must be "
        "trusted. We look for a way to a trusted root and need not use every certificate, as TLS clients do (RFC 8446, "
        "4.4.2): Amazon's own files of 2020 to 2023 end in a cross-signature by a root that certifi no longer has.",
        ("shuffled", "cross-signed root, as Amazon's", "a certificate that has no part in it", "a certificate twice"),
    ),
    Difference(
        "It compares names letter by letter; DNS names have no case (RFC 5280, 7.2).",
        ("its name in capitals",),
    ),
    Difference(
        "It cannot read keys on curves. Amazon has such roots (Amazon Root CA 3 and 4) and may use them; the key that "
        "signs requests is RSA for us too.",
        ("issuers on a curve",),
    ),
    Difference(
        "It fails on a request without a context. Where there is none, the session says which skill is meant.",
        ("no context",),
    ),
)

_OPENSSL = (
    Difference(
        "Without alternative names it looks for the name in the subject, which browsers stopped doing in 2017 "
        "(RFC 9110, 4.3.4), and Amazon asks for the alternative names.",
        ("its name as a subject only", "its name as a URI"),
    ),
    Difference(
        "A wildcard covers the name for TLS. Amazon asks for the name itself, and a certificate for *.amazon.com "
        "lies on many servers that have nothing to do with Alexa.",
        ("a wildcard",),
    ),
    Difference(
        "It judges certificates for TLS, where any kind of key will do, and one for encryption or without a stated use "
        "too. Signature-256 is an RSA signature, so the key must be RSA, long enough, and for signatures.",
        (
            "a key on a curve",
            "an Ed25519 key",
            "a short key",
            "a key one bit short",
            "for encryption only",
            "without a key's use",
        ),
    ),
    Difference(
        "Unless asked to be strict it lets an authority's certificate, or one that may sign others, be a server's; the "
        "CA/Browser Forum's rules (7.1.2.7) forbid both.",
        ("a certificate authority", "may sign certificates"),
    ),
    Difference("At its usual security level it accepts SHA-1, for which collisions are made.", ("signed with SHA-1",)),
    Difference(
        "It follows up to a hundred certificates. Amazon's chains have at most three intermediates; we allow four.",
        ("a chain too long",),
    ),
)

DIFFERENCES = {AMAZON.name: _AMAZON, OPENSSL.name: _OPENSSL}


def explained(judge: Judge) -> dict[str, Difference]:
    """The differences that we know of, by the case's name."""
    return {name: difference for difference in DIFFERENCES[judge.name] for name in difference.cases}
