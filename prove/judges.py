"""How requests are verified, and what verifiers that others wrote say of the same requests.

Needs node with ask-sdk-express-adapter (`make parts`) and openssl. Writes docs/verification.md, and fails where a
judge differs from us without a known reason.
"""

import json
import subprocess
import sys
import tempfile
import timeit
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import forge
import judging
from forge import Case
from judging import Judge, Verdict

from prove.page import rows, today, write
from skill.alexa.certificates import WAITING, Trust, trust_roots
from skill.alexa.refusals import Reason
from skill.alexa.verify import Verifier

CHECKS = 3_000
"""Checks that are timed together; the fastest of five runs counts."""

Asked = tuple[Judge, Sequence[Case], Sequence[Verdict]]


def main() -> int:
    """Ask, measure, write."""
    for judge in judging.JUDGES:
        if missing := judge.missing():
            print(f"prove/judges.py skipped: {missing}")
            return 0
    asked = [(judge, cases := judge.cases(), judge.ask(cases)) for judge in judging.JUDGES]
    unexplained = [name for one in asked for name in _differing(one) if name not in judging.explained(one[0])]
    write("verification.md", _page(asked))
    for one in asked:
        print(f"{one[0].name}: {len(one[1])} cases, {len(_differing(one))} taken differently")
    print("".join(f"unexplained: {name}\n" for name in unexplained), end="")
    return int(bool(unexplained))


def _differing(asked: Asked) -> dict[str, Verdict]:
    _, cases, verdicts = asked
    pairs = zip(cases, verdicts, strict=True)
    return {case.name: verdict for case, verdict in pairs if judging.differ(case, verdict)}


# Time


def _times() -> list[tuple[str, float]]:
    """What is done, and the milliseconds that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        roots = Path(folder) / "roots.pem"
        roots.write_bytes(forge.trusted())
        verifier = Verifier(
            trust_roots=roots, fetch=lambda _: forge.good_pem(), clock=lambda: forge.NOW, skill_ids=forge.SKILL_IDS
        )
        own, certifis = trust_roots(roots), trust_roots(None)
    warm = [(name, _warm(verifier, name)) for name in ("launch", "intent-several-authorities")]
    many = Trust((*certifis, *own))
    chain, body = many.verified(forge.good_pem(), forge.NOW), forge.body()
    signature = forge.key("leaf").sign(body, forge.PKCS1v15(), forge.SHA256())
    return [
        *((f"a check of {len(forge.body(name)):,} bytes (`{name}`), certificates remembered", ms) for name, ms in warm),
        ("of that, the RSA signature alone", _ms(lambda: chain.signed(body, signature), CHECKS)),
        (
            f"a chain, among {len(certifis)} roots: once for each file",
            _ms(lambda: many.verified(forge.good_pem(), forge.NOW), 200),
        ),
        ("reading certifi's roots: once, at the start", _ms(lambda: trust_roots(None), 10)),
    ]


def _warm(verifier: Verifier, name: str) -> float:
    body = forge.body(name)
    headers = {"Host": "coach.example", "Accept": "*/*", "User-Agent": "a client", "Content-Type": "application/json"}
    headers |= {"Signature": "x" * 344, "Signature-256": forge.sign(body), "SignatureCertChainUrl": forge.URL}
    return _ms(lambda: verifier.check(headers, body), CHECKS)


def _ms(what: Callable[[], object], number: int) -> float:
    return min(timeit.repeat(what, number=number, repeat=5)) / number * 1000


# The page


def _page(asked: Sequence[Asked]) -> str:
    when = today(*(f"{name} {version(name)}" for name in ("cryptography", "certifi")))
    good, forged = forge.good(), forge.forged()
    return f"""# Only Alexa gets in

Written by `prove/judges.py` on {when}.

`skill/alexa/verify.py` looks at the raw bytes of a request before anything acts on them, in this order. They are read
once: what was checked is what is acted upon, so that no two readers can differ on it. The first thing that is wrong
refuses it: status 400, and one of {len(Reason)} reasons in the log, in words that the sender had no part in.

1. **Two headers**, `SignatureCertChainUrl` and `Signature-256`, each exactly once. The old `Signature`, made with
   SHA-1, is not read.
2. **The certificate's URL**: https, s3.amazonaws.com, no port or 443, no user, query or fragment; below `/echo.api/`
   once its dots are resolved. What is fetched is that normal form.
3. **The signature's coding**: strict base64. Up to here nothing is downloaded.
4. **The certificates**: at most 64 kB in at most three seconds, no redirects, one download at a time for each URL. A
   failure is not remembered. Up to sixteen verified chains are, and their validity is checked at every use. While one
   is known, at most {WAITING} requests wait for other ones, and who comes then is refused at once: strangers who name
   slow addresses hold up nobody.
5. **The signing certificate**: valid now, `echo-api.amazon.com` among its alternative names as it stands (a wildcard
   won't do: a certificate for *.amazon.com lies on many servers), an RSA key of 2048 bits or more, for signatures.
6. **The chain** to one of certifi's roots, or of those in `HIP_COACH_TRUST_ROOTS`, by the rules for web servers.
   What is wrong with one that no root vouches for is not told apart.
7. **The signature**: RSA PKCS #1 v1.5 with SHA-256 over the bytes as they came.
8. **The body**, now that it is known whose it is: UTF-8, JSON without NaN, not nested beyond a hundred levels. Of two
   equal keys the later one counts, for the check and for the skill.
9. **The timestamp**: within 150 seconds of now, either way; an hour for the five skill events that Amazon repeats.
10. **The skill's id**: one of ours, and the same in context and session where both name one.

Not checked: whether a certificate was revoked. Nor does Amazon's Node adapter, and an answer could not be had in a
turn's time. A file that Amazon withdraws stays good here until this process ends or the certificate expires.

## What the tests send

Good requests of {len(good)} kinds, all let in, and forged or broken ones of {len(forged)} kinds, each refused for its
own reason, by the verifier itself and through the web service. Beside them property tests: any headers and bytes, any
JSON under a good signature, any bit changed in body, signature or certificate.

Five real chains of Amazon's, from 2020 to 2023, were verified by hand with certifi's roots on a day within their
validity, and refused as expired on 2026-11-22. Two from before 2018, signed with SHA-1 or by roots that are gone, are
refused. They are not in this repository.

<details>
<summary>Each reason, and the kinds of requests that it is given for</summary>

| refused because | kinds |
|---|---|
{rows(_by_reason(forged))}

Let in: {"; ".join(case.name for case in good)}.

</details>

## What it costs

| | ms |
|---|---|
{rows((what, f"{ms:.3f}") for what, ms in _times())}

## What others say

Two verifiers that others wrote judge the same requests, with the tests' roots and clock. Whatever they refuse and we
let in, or the other way round, stands in a table here; a difference without an entry fails the tests.
{"".join(_section(one) for one in asked)}"""


def _by_reason(forged: Iterable[Case]) -> Iterable[tuple[str, str]]:
    kinds: dict[str, list[str]] = {}
    for case in forged:
        kinds.setdefault(str(case.reason), []).append(case.name.partition(": ")[2] or case.name)
    return ((reason, "; ".join(names)) for reason, names in kinds.items())


def _section(asked: Asked) -> str:
    judge, cases, verdicts = asked
    differing = _differing(asked)
    refused = sum(bool(case.reason and verdict) for case, verdict in zip(cases, verdicts, strict=True))
    let_in = sum(not case.reason and not verdict for case, verdict in zip(cases, verdicts, strict=True))
    return f"""
### {_TITLES[judge.name]()}

Asked about {len(cases)}: we agree on {let_in} to let in and {refused} to refuse, and differ on {len(differing)}.

| kinds | it | why we do otherwise |
|---|---|---|
{rows(_explanations(judge, differing))}
"""


def _explanations(judge: Judge, differing: dict[str, Verdict]) -> Iterable[tuple[str, str, str]]:
    for difference in judging.DIFFERENCES[judge.name]:
        names = [name for name in difference.cases if name in differing]
        if names:
            yield "; ".join(names), "refuses" if differing[names[0]] else "lets in", difference.why


def _adapter() -> str:
    package = json.loads((judging.NPM / "node_modules/ask-sdk-express-adapter/package.json").read_text())
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"Amazon's ask-sdk-express-adapter {package['version']}, on Node {node.lstrip('v')}: whole requests"


def _openssl() -> str:
    told = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.split()
    return f"`openssl verify`, {' '.join(told[:2])}: certificates alone"


_TITLES = {judging.AMAZON.name: _adapter, judging.OPENSSL.name: _openssl}


if __name__ == "__main__":
    sys.exit(main())
