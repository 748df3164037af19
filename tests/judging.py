"""What verifiers that others wrote say of the same requests and chains, and where they differ from ours."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import forge
import yaml
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


def _cases(judged: str) -> tuple[Case, ...]:
    return tuple(case for case in (*forge.good(), *forge.forged()) if getattr(case, judged))


JUDGES = (
    Judge("ask-sdk-express-adapter", ask_amazon, amazon_missing, partial(_cases, "http")),
    Judge("openssl verify", ask_openssl, openssl_missing, partial(_cases, "chain")),
)


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


DIFFERENCES = {
    judge: tuple(Difference(one["why"], tuple(one["cases"])) for one in differences)
    for judge, differences in yaml.safe_load((Path(__file__).parent / "verdicts.yaml").read_text("utf-8")).items()
}


def explained(judge: Judge) -> dict[str, Difference]:
    """The differences that we know of, by the case's name."""
    return {name: difference for difference in DIFFERENCES[judge.name] for name in difference.cases}
