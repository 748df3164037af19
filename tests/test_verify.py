"""Only Alexa gets in: every kind of forged or broken request is refused for its own reason, every good one let in."""

import http.client
import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import Mock, call

import forge
import judging
import law
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from damage import anything
from flask import Flask
from forge import NOW, SKILL_IDS, URL, Case
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from skill.alexa import certificates
from skill.alexa.certificates import CERTIFICATE_BYTES, REMEMBERED, WAITING, NoTrustRoots, download, trust_roots
from skill.alexa.envelope import Envelope
from skill.alexa.refusals import NotFromAlexa, Reason
from skill.alexa.verify import Verifier
from skill.web import create_app
from skill.web.settings import Settings

GOOD, FORGED = forge.good(), forge.forged()


def each(cases: Any, *, over_http: bool = False) -> Any:
    able = [case for case in cases if case.http or not over_http]
    return pytest.mark.parametrize("case", able, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the two roots that are trusted here."""
    file = tmp_path_factory.mktemp("trust") / "roots.pem"
    file.write_bytes(forge.trusted())
    return file


Make = Callable[..., Verifier]


@pytest.fixture(scope="module")
def make(roots: Path) -> Make:
    """Makes a verifier; unless told otherwise it fetches the usual chain, at the usual time."""

    def made(fetch: Any = lambda _url: forge.good_pem(), clock: Any = lambda: NOW, **more: Any) -> Verifier:
        return Verifier(**{"trust_roots": roots, "fetch": fetch, "clock": clock, "skill_ids": SKILL_IDS} | more)

    return made


def outcome(verifier: Verifier, case: Case) -> Reason | None:
    """None or the reason of the refusal; a fault in the check itself is raised."""
    try:
        verifier.check(case.headers, case.body)
        return None
    except NotFromAlexa as caught:
        refusal = caught
    assert isinstance(refusal.reason, Reason)
    assert str(refusal) == refusal.reason
    return refusal.reason


def of(name: str, **changes: Any) -> Case:
    """A good request whose certificates lie in another file."""
    return forge.request(name, url=URL.replace("12", name), **changes)


USUAL = forge.request("usual")


# Every kind


@each(GOOD)
def test_what_alexa_sends_is_let_in(case: Case, make: Make) -> None:
    assert outcome(make(case.fetch), case) is None


@each(FORGED)
def test_what_alexa_did_not_send_is_refused_for_its_own_reason(case: Case, make: Make) -> None:
    assert outcome(make(case.fetch), case) is case.reason


def test_there_are_enough_kinds_and_reasons() -> None:
    names = [case.name for case in (*GOOD, *FORGED)]
    assert len(set(names)) == len(names)
    of_time = {Reason.DOWNLOAD_WAIT, Reason.DOWNLOAD_BUSY, Reason.CHAIN_OVER, Reason.UNEXPECTED}
    assert {case.reason for case in FORGED} == set(Reason) - of_time
    assert len(FORGED) >= 45 <= len(set(Reason))
    assert len(GOOD) >= 6


def test_every_reason_is_short_and_its_own() -> None:
    assert all(len(reason) < 80 and reason.isascii() for reason in Reason)
    assert len({str(reason) for reason in Reason}) == len(Reason)


# Through the web service


class Fresh:
    """A verifier in the web service's place for it, which for each case fetches what that case has."""

    case: Case

    def __init__(self, make: Make) -> None:
        self.make = make

    def admit(self, headers: dict[str, str], body: bytes) -> Envelope:
        return self.make(self.case.fetch).admit(headers, body)


@pytest.fixture(scope="module")
def service(make: Make) -> Iterator[tuple[Flask, Fresh]]:
    fresh = Fresh(make)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skill.web.app.Verifier", lambda **_settings: fresh)
        patch.setattr("skill.web.assembly.device_zone", lambda _envelope: "")  # Amazon would be asked for it
        yield create_app(Settings(skill_ids=SKILL_IDS)), fresh


def posted(case: Case, service: tuple[Flask, Fresh]) -> TestResponse:
    app, fresh = service
    fresh.case = case
    return app.test_client().post(
        "/alexa", data=case.body, headers=Headers(list(case.headers.items())), content_type="application/json"
    )


@each(GOOD, over_http=True)
def test_the_service_answers_alexa(case: Case, service: tuple[Flask, Fresh]) -> None:
    response = posted(case, service)
    assert response.status_code == 200
    assert response.get_json()["version"] == "1.0"


@each(FORGED, over_http=True)
def test_the_service_answers_nobody_else(
    case: Case, service: tuple[Flask, Fresh], caplog: pytest.LogCaptureFixture
) -> None:
    response = posted(case, service)
    assert response.status_code == 400
    assert response.get_json() == {"error": "This request is not known to come from Alexa."}
    (line,) = caplog.records
    assert line.__dict__["facts"]["reason"] == case.reason


@pytest.mark.parametrize("twice", ["SignatureCertChainUrl", "Signature-256"])
def test_a_header_that_is_sent_twice_is_noticed_on_a_real_socket(
    twice: str, service: tuple[Flask, Fresh], caplog: pytest.LogCaptureFixture
) -> None:
    app, fresh = service
    fresh.case = USUAL
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        client.putrequest("POST", "/alexa")
        for name, value in [*USUAL.headers.items(), (twice, USUAL.headers[twice])]:
            client.putheader(name, value)
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(len(USUAL.body)))
        client.endheaders(USUAL.body)
        assert client.getresponse().status == 400
        client.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert f"the {twice} header was sent more than once" in caplog.text


# Remembering certificates


def at(now: datetime) -> Case:
    """A good request of that moment."""
    return forge.request("later", content=forge.body(timestamp=now.strftime("%Y-%m-%dT%H:%M:%SZ")))


def test_certificates_are_downloaded_once(make: Make) -> None:
    host = Mock(return_value=forge.good_pem())
    verifier = make(host)
    for url in (URL, URL, URL.replace(".com/", ".com:443/"), URL.replace("api/", "api/./x/../")):
        assert outcome(verifier, forge.request("again", url=url)) is None
    assert host.mock_calls == [call(URL)]


def test_a_cheap_refusal_downloads_nothing(make: Make) -> None:
    host = Mock()
    coded = [case for case in forge.forged_signatures() if case.reason is Reason.SIGNATURE_CODING]
    for case in (*forge.forged_headers(), *forge.forged_urls(), *coded):
        assert outcome(make(host), case) is case.reason
    host.assert_not_called()


@pytest.mark.parametrize(
    ("holder", "reason"),
    [("leaf", Reason.LEAF_EXPIRED), ("intermediate", Reason.CHAIN_UNTRUSTED)],
)
def test_a_remembered_certificate_is_not_believed_beyond_its_time(holder: str, reason: Reason, make: Make) -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=3)
    issuer = forge.authority("Short CA", end=soon if holder == "intermediate" else late)
    leaf = forge.leaf(issuer, end=soon if holder == "leaf" else late)
    host, clock = Mock(return_value=forge.pem(leaf, issuer)), Mock(return_value=NOW)
    verifier = make(host, clock)
    assert outcome(verifier, USUAL) is None
    clock.return_value = soon
    assert outcome(verifier, at(soon)) is None
    assert host.call_count == 1
    clock.return_value = over = soon + timedelta(seconds=1)
    assert outcome(verifier, at(over)) is reason
    host.side_effect = OSError("gone")
    assert outcome(verifier, at(over)) is Reason.DOWNLOAD_FAILED


def test_a_remembered_certificate_is_not_believed_before_its_time(make: Make) -> None:
    issuer, clock = forge.authority("Young CA", begin=NOW - timedelta(hours=1)), Mock(return_value=NOW)
    verifier = make(lambda _url: forge.pem(forge.leaf(issuer), issuer), clock)
    assert outcome(verifier, USUAL) is None
    clock.return_value = before = NOW - timedelta(hours=2)
    assert outcome(verifier, at(before)) is Reason.CHAIN_UNTRUSTED


def test_renewed_certificates_at_the_same_address_are_found(make: Make) -> None:
    soon = NOW + timedelta(days=1)
    host, clock = Mock(return_value=forge.pem(forge.leaf(end=soon), forge.server_ca())), Mock(return_value=NOW)
    verifier = make(host, clock)
    assert outcome(verifier, USUAL) is None
    host.return_value, clock.return_value = forge.good_pem(), soon + timedelta(days=1)
    assert outcome(verifier, at(clock())) is None
    assert host.call_count == 2


@each(case for case in FORGED if case.file is not forge.good_pem())
def test_a_failure_is_not_remembered(case: Case, make: Make) -> None:
    host = Mock(side_effect=case.fetch)
    verifier = make(host)
    assert outcome(verifier, case) is case.reason
    host.side_effect = USUAL.fetch
    assert outcome(verifier, USUAL) is None
    host.side_effect = case.fetch
    assert outcome(verifier, of("elsewhere")) in (case.reason, Reason.SIGNATURE_WRONG)
    assert outcome(verifier, USUAL) is None


def test_of_those_that_are_remembered_what_was_used_longest_ago_goes_first(make: Make) -> None:
    host = Mock(return_value=forge.good_pem())
    verifier = make(host)
    for number in (*range(REMEMBERED), 0, REMEMBERED, 0):
        assert outcome(verifier, of(str(number))) is None
    assert host.call_count == REMEMBERED + 1
    assert outcome(verifier, of("1")) is None
    assert host.call_count == REMEMBERED + 2


class SlowHost:
    """A host that answers when it is let, and may be broken then; whoever names none that is slow is answered."""

    def __init__(self, file: Any = None) -> None:
        self.case = forge.request("slow", file=file)
        self.asked: list[str] = []
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        self.reached.set()
        assert self.go.wait(10)
        return self.case.fetch(url)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(100) as threads:
        yield threads


def at_once(pool: ThreadPoolExecutor, verifier: Verifier, number: int, host: SlowHost) -> list[object]:
    """What comes of requests that are all there before the host answers: a reason, None, or an exception."""
    asked = [pool.submit(outcome, verifier, USUAL)]
    assert host.reached.wait(10)
    asked += [pool.submit(outcome, verifier, USUAL) for _ in range(number - 1)]
    time.sleep(0.2)
    host.go.set()
    return [one.exception(20) or one.result() for one in asked]


def test_requests_that_come_together_wait_for_one_download(make: Make, pool: ThreadPoolExecutor) -> None:
    host = SlowHost()
    assert at_once(pool, make(host), 12, host) == [None] * 12
    assert host.asked == [URL]


@pytest.mark.parametrize(
    ("file", "reason"),
    [(OSError("no route"), Reason.DOWNLOAD_FAILED), (b"x", Reason.PEM_NONE), (b"x" * 70_000, Reason.DOWNLOAD_LARGE)],
)
def test_when_that_download_fails_all_of_them_are_refused_at_once(
    file: Any, reason: Reason, make: Make, pool: ThreadPoolExecutor
) -> None:
    host = SlowHost(file)
    verifier = make(host)
    assert at_once(pool, verifier, 12, host) == [reason] * 12
    assert host.asked == [URL]
    host.case = USUAL
    assert outcome(verifier, USUAL) is None


def test_one_slow_download_holds_up_nobody_else(make: Make, pool: ThreadPoolExecutor) -> None:
    slow = SlowHost()
    verifier = make(lambda url: slow(url) if "slow" in url else forge.good_pem())
    assert outcome(verifier, USUAL) is None
    waiting = pool.submit(outcome, verifier, of("slow"))
    assert slow.reached.wait(10)
    assert outcome(verifier, USUAL) is outcome(verifier, of("13")) is None
    assert not waiting.done()
    slow.go.set()
    assert waiting.result(10) is None


@pytest.mark.parametrize("same", [False, True], ids=["an address each", "one address"])
def test_strangers_who_name_slow_addresses_hold_up_nobody(same: bool, make: Make, pool: ThreadPoolExecutor) -> None:
    """However many there are, only a few threads wait for them; whoever is known is answered meanwhile."""
    slow = SlowHost(OSError("nothing there"))
    verifier = make(lambda url: slow(url) if "slow" in url else forge.good_pem())
    assert outcome(verifier, USUAL) is None
    asked = {pool.submit(outcome, verifier, of("slow" if same else f"slow-{n}", signature="AAAA")) for n in range(100)}
    waiting, told = asked, set[Future[Any]]()
    while len(waiting) > WAITING:
        done, waiting = wait(waiting, 10, FIRST_COMPLETED)
        assert done
        told |= done
    assert {one.result() for one in told} == {Reason.DOWNLOAD_BUSY}
    began = time.monotonic()
    assert {outcome(verifier, USUAL) for _ in range(100)} == {None}
    assert time.monotonic() - began < 2
    assert len(slow.asked) == (1 if same else WAITING)
    assert not any(one.done() for one in waiting)
    slow.go.set()
    assert {one.result(10) for one in waiting} == {Reason.DOWNLOAD_FAILED}
    assert outcome(verifier, of("13")) is None


def test_while_no_certificate_is_known_downloads_wait_for_their_turn(make: Make, pool: ThreadPoolExecutor) -> None:
    under_way: list[str] = []
    most: list[int] = []

    def fetch(url: str) -> bytes:
        under_way.append(url)
        most.append(len(under_way))
        time.sleep(0.05)
        under_way.remove(url)
        raise OSError("nothing there")

    verifier = make(fetch)
    asked = [pool.submit(outcome, verifier, of(f"slow-{number}")) for number in range(3 * WAITING)]
    assert {one.result(10) for one in asked} == {Reason.DOWNLOAD_FAILED}
    assert max(most) == WAITING


def test_whoever_finds_no_place_in_time_is_refused(
    make: Make, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "DOWNLOAD_SECONDS", 0.1)
    host = SlowHost()
    verifier = make(host)
    for number in range(WAITING):
        pool.submit(outcome, verifier, of(str(number)))
    while len(host.asked) < WAITING:
        time.sleep(0.01)
    assert outcome(verifier, of("late")) is Reason.DOWNLOAD_BUSY
    host.go.set()


def test_waiting_for_a_download_has_an_end(
    make: Make, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "DOWNLOAD_SECONDS", 0.05)
    host = SlowHost()
    outcomes = at_once(pool, make(host), 3, host)
    assert sorted(map(str, outcomes)) == ["None", str(Reason.DOWNLOAD_WAIT), str(Reason.DOWNLOAD_WAIT)]


def test_a_fetch_that_is_torn_down_leaves_nobody_waiting(make: Make, pool: ThreadPoolExecutor) -> None:
    host = SlowHost(SystemExit("stop"))
    verifier = make(host)
    assert at_once(pool, verifier, 3, host).count(Reason.DOWNLOAD_FAILED) == 2
    host.case = USUAL
    assert outcome(verifier, USUAL) is None


def test_who_waited_until_the_chain_was_over_is_refused(make: Make, pool: ThreadPoolExecutor) -> None:
    soon = NOW + timedelta(seconds=60)
    host = SlowHost(forge.pem(forge.leaf(end=soon), forge.server_ca()))
    clock = Mock(side_effect=[NOW, soon + timedelta(seconds=30)])
    assert set(at_once(pool, make(host, clock), 2, host)) == {None, Reason.CHAIN_OVER}


# The clock, the skills


@pytest.mark.parametrize("now", [NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=-8)))])
def test_a_clock_without_a_zone_tells_utc_and_any_zone_will_do(now: datetime, make: Make) -> None:
    assert outcome(make(clock=lambda: now), USUAL) is None


def test_without_a_clock_the_time_is_now(make: Make) -> None:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    issuer = forge.authority("CA of today", begin=max(now - day, NOW - 1999 * day), end=now + day)
    leaf = forge.leaf(issuer, begin=now - day, end=now + day)
    if not NOW - 1999 * day < now < NOW + 1999 * day:
        pytest.fail("the tests' own roots have expired: move forge.NOW on")
    verifier = make(lambda _url: forge.pem(leaf, issuer), None)
    assert outcome(verifier, at(now)) is None
    assert outcome(verifier, at(now - day)) is Reason.TIME_OLD


def test_a_check_that_fails_itself_is_a_refusal(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    assert outcome(make(clock=Mock(side_effect=RuntimeError("no clock"))), USUAL) is Reason.UNEXPECTED
    assert "no clock" in caplog.text


def test_without_skills_nobody_is_let_in(make: Make) -> None:
    assert outcome(make(skill_ids=()), USUAL) is Reason.SKILL_OTHER


# Whom to trust


@pytest.mark.filterwarnings("error")
def test_without_a_file_certifis_roots_are_trusted() -> None:
    """All of them, the old ones with a serial number of 0 too; and of those nothing warns."""
    names = {root.subject.rfc4514_string() for root in trust_roots(None)}
    assert len(names) > 80
    assert any("CN=Amazon Root CA 1" in name for name in names)


def test_certifis_roots_do_not_vouch_for_the_tests(make: Make) -> None:
    assert outcome(make(trust_roots=None), USUAL) is Reason.CHAIN_UNTRUSTED


def test_a_root_that_cannot_be_read_costs_only_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Should a later cryptography refuse some of certifi's, the others stay."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"# Old\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + forge.trusted())
    monkeypatch.setattr("certifi.where", lambda: str(bundle))
    assert len(trust_roots(None)) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_trusted_stops_the_start(content: bytes | None, told: str, tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NoTrustRoots, match=told):
        Verifier(trust_roots=file, skill_ids=SKILL_IDS)


@pytest.mark.parametrize("module", ["skill.alexa.verify", "skill.web.aws"])
def test_who_verifies_no_signatures_loads_nothing_for_it(module: str) -> None:
    """On Lambda AWS does that, and a start there should be quick."""
    code = f"import sys, {module}; sys.exit('cryptography.x509.verification' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


# Downloading, over a real TLS connection


SITE = {
    "good": (200, b"certificates", {}),
    "gone": (404, b"no", {}),
    "moved": (302, b"", {"Location": "/good"}),
    "partial": (206, b"certi", {}),
    "large": (200, b"x" * 10_000_000, {}),
    "cut": (200, b"cut", {"Content-Length": "100"}),
    "drip": (200, b"." * 30, {"Content-Length": "1000"}),
}


class Site(BaseHTTPRequestHandler):
    """Answers by the table; at any other path, not for a second."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.close_connection = True
        if name not in SITE:
            return time.sleep(1)
        status, content, headers = SITE[name]
        self.send_response(status)
        for header, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(header, value)
        self.end_headers()
        for at in range(0, len(content), 1 if name == "drip" else len(content)):
            self.wfile.write(content[at:] if name != "drip" else b".")
            time.sleep(0.05 if name == "drip" else 0)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class SiteServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where that site is, on this machine; its certificate is one of the tests' own."""
    folder = tmp_path_factory.mktemp("tls")
    holder = forge.leaf(names=("localhost",))
    (folder / "chain.pem").write_bytes(forge.pem(holder, forge.server_ca()))
    private = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    server = SiteServer(("127.0.0.1", 0), Site)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "localhost")
        yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(port: int) -> Callable[[str], bytes]:
    """Downloads from it, with TLS that trusts the tests' root."""
    context = ssl.create_default_context(cadata=forge.trusted().decode())
    return lambda path: download(f"https://localhost:{port}/{path}", context=context, seconds=0.5)


def test_a_file_is_downloaded(site: Callable[[str], bytes]) -> None:
    assert site("good") == b"certificates"


@pytest.mark.parametrize("path", ["gone", "moved", "partial", "drip", "silent"])
def test_a_download_that_does_not_go_well_ends_soon(path: str, site: Callable[[str], bytes]) -> None:
    """No redirect is followed, nothing but 200 will do, and a byte now and then does not keep it going."""
    began = time.monotonic()
    with pytest.raises(OSError, match=r"."):
        site(path)
    assert time.monotonic() - began < 1.5


def test_a_file_that_is_cut_off_is_no_chain(site: Callable[[str], bytes], make: Make) -> None:
    verifier = make(lambda _url: site("cut"))
    assert outcome(verifier, USUAL) in (Reason.DOWNLOAD_FAILED, Reason.PEM_NONE)


def test_of_a_large_file_little_is_read(site: Callable[[str], bytes], make: Make) -> None:
    assert CERTIFICATE_BYTES < len(site("large")) <= 2 * CERTIFICATE_BYTES
    assert outcome(make(lambda _url: site("large")), USUAL) is Reason.DOWNLOAD_LARGE


@pytest.mark.parametrize("url", ["http://localhost/", "file:///etc/hosts", "ftp://localhost/", "data:,x"])
def test_nothing_but_https_is_spoken(url: str) -> None:
    """Should the check of the URL ever fail, this still stands."""
    with pytest.raises(OSError, match="No connection adapters"):
        download(url)


def test_a_server_that_cannot_prove_its_name_is_not_asked(port: int) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        download(f"https://localhost:{port}/good", seconds=2)


# Anything at all


def verdict(verifier: Verifier, case: Case) -> Reason | None:
    """The same; that the check itself failed is no verdict."""
    reason = outcome(verifier, case)
    assert reason is not Reason.UNEXPECTED
    return reason


@pytest.fixture(scope="module")
def usual(make: Make) -> Verifier:
    return make()


header_names = st.sampled_from(["Signature-256", "SIGNATURE-256", "signaturecertchainurl", "SignatureCertChainUrl", ""])
header_values = st.text() | st.sampled_from([URL, forge.sign(forge.body())]) | st.binary().map(lambda raw: raw.hex())
any_headers = st.dictionaries(header_names | st.text(), header_values)


@given(headers=any_headers, body=st.binary())
def test_any_headers_and_any_bytes_are_refused(headers: dict[str, str], body: bytes, usual: Verifier) -> None:
    assert verdict(usual, Case("any", None, headers, body, None)) is not None


@given(body=st.binary() | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_that_alexas_key_signed_are_refused(body: bytes, usual: Verifier) -> None:
    assert verdict(usual, forge.request("signed", content=body)) is not None


PLACES = (
    ("request",), ("request", "type"), ("request", "timestamp"), ("context",), ("context", "System"),
    ("context", "System", "application"), ("context", "System", "application", "applicationId"),
    ("session",), ("session", "application"), ("session", "application", "applicationId"), ("session", "attributes"),
)  # fmt: skip


@given(place=st.sampled_from(PLACES), value=anything)
def test_anything_in_the_place_of_anything_is_let_in_or_refused(
    place: tuple[str, ...], value: Any, usual: Verifier
) -> None:
    envelope = holder = law.envelope("launch")
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    verdict(usual, forge.request("altered", content=json.dumps(envelope).encode()))


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_a_body_can_be_changed(at: int, bit: int, usual: Verifier) -> None:
    body = bytearray(USUAL.body)
    body[at % len(body)] ^= 1 << bit
    assert verdict(usual, replace(USUAL, body=bytes(body))) is Reason.SIGNATURE_WRONG


@given(at=st.integers(0, 10_000), to=st.characters(max_codepoint=0x17F))
def test_no_character_of_the_headers_can_be_changed(at: int, to: str, usual: Verifier) -> None:
    """The URL's path only names a file; whatever else is changed is noticed."""

    def altered(name: str, text: str, within: int) -> tuple[str, Reason | None]:
        made = text[: at % within] + to + text[at % within + 1 :]
        return made, verdict(usual, replace(USUAL, headers=USUAL.headers | {name: made}))

    good = USUAL.headers["Signature-256"]
    made, refusal = altered("Signature-256", good, len(good))
    assert (refusal is None) == (made == good)
    made, refusal = altered("SignatureCertChainUrl", URL, len("https://s3.amazonaws.com/echo.api"))
    assert refusal is not None or made.lower() == URL.lower()


@given(number=st.integers(0, 1), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_nothing_that_a_certificate_says_can_be_changed(number: int, at: int, bit: int, make: Make) -> None:
    """One bit of it may change: how many bits of the signature's last byte count, where those are zero anyway."""
    der = [holder.certificate.public_bytes(Encoding.DER) for holder in (forge.leaf(), forge.server_ca())]
    altered = bytearray(der[number])
    altered[at % len(altered)] ^= 1 << bit
    files = [bytes(altered) if number == index else one for index, one in enumerate(der)]
    file = "".join(map(ssl.DER_cert_to_PEM_cert, files)).encode()
    if verdict(make(lambda _url: file), USUAL) is None:
        before, after = x509.load_der_x509_certificate(der[number]), x509.load_der_x509_certificate(bytes(altered))
        assert after.tbs_certificate_bytes == before.tbs_certificate_bytes
        assert after.signature == before.signature


@given(start=st.integers(0, 3000), length=st.integers(1, 2000), junk=st.binary(max_size=20))
def test_a_damaged_certificate_file_is_let_in_or_refused(start: int, length: int, junk: bytes, make: Make) -> None:
    file = forge.good_pem()
    verdict(make(lambda _url: file[:start] + junk + file[start + length :]), USUAL)


@given(file=st.binary() | st.none() | st.text())
def test_whatever_is_fetched_is_refused_unless_it_is_alexas(file: Any, make: Make) -> None:
    assert verdict(make(lambda _url: file), USUAL) is not None


# Judges


@pytest.mark.parametrize("judge", judging.JUDGES, ids=lambda judge: judge.name)
def test_where_others_judge_otherwise_we_know_why(judge: judging.Judge) -> None:
    if missing := judge.missing():
        pytest.skip(missing)
    cases = judge.cases()
    verdicts = judge.ask(cases)
    different = {case.name for case, verdict in zip(cases, verdicts, strict=True) if judging.differ(case, verdict)}
    assert different - set(judging.explained(judge)) == set()
    both_refuse = [case for case, verdict in zip(cases, verdicts, strict=True) if case.reason and verdict]
    both_accept = [case for case, verdict in zip(cases, verdicts, strict=True) if not case.reason and not verdict]
    assert len(both_refuse) > 20
    assert len(both_accept) > 12


def test_no_explanation_outlives_its_case() -> None:
    for judge in judging.JUDGES:
        assert set(judging.explained(judge)) <= {case.name for case in judge.cases()}
