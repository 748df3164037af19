"""Only Alexa gets in: every kind of forged or broken request is refused for its own reason, every good one let in."""

import http.client
import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import forge
import judging
import law
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from forge import NOW, SKILL_IDS, URL, Case
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server

from skill.alexa import certificates
from skill.alexa.certificates import CERTIFICATE_BYTES, REMEMBERED, WAITING, NoTrustRoots, download, trust_roots
from skill.alexa.envelope import Envelope
from skill.alexa.refusals import NotFromAlexa, Reason
from skill.alexa.verify import Verifier
from skill.web import create_app
from skill.web.settings import Settings

GOOD, FORGED = forge.good(), forge.forged()

each_good = pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
each_forged = pytest.mark.parametrize("case", FORGED, ids=lambda case: case.name)


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


def refused(verifier: Verifier, case: Case) -> str:
    with pytest.raises(NotFromAlexa) as caught:
        verifier.check(case.headers, case.body)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


USUAL = forge.request("usual")


# Every kind


@each_good
def test_what_alexa_sends_is_let_in(case: Case, make: Make) -> None:
    make(case.fetch).check(case.headers, case.body)


@each_forged
def test_what_alexa_did_not_send_is_refused_for_its_own_reason(case: Case, make: Make) -> None:
    assert refused(make(case.fetch), case) is case.reason


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


def over_http(cases: tuple[Case, ...]) -> Any:
    able = [case for case in cases if case.http]
    return pytest.mark.parametrize("case", able, ids=lambda case: case.name)


@over_http(GOOD)
def test_the_service_answers_alexa(case: Case, service: tuple[Flask, Fresh]) -> None:
    app, fresh = service
    fresh.case = case
    response = app.test_client().post(
        "/alexa", data=case.body, headers=Headers(list(case.headers.items())), content_type="application/json"
    )
    assert response.status_code == 200
    assert response.get_json()["version"] == "1.0"


@over_http(FORGED)
def test_the_service_answers_nobody_else(
    case: Case, service: tuple[Flask, Fresh], caplog: pytest.LogCaptureFixture
) -> None:
    app, fresh = service
    fresh.case = case
    response = app.test_client().post(
        "/alexa", data=case.body, headers=Headers(list(case.headers.items())), content_type="application/json"
    )
    assert response.status_code == 400
    assert response.get_json() == {"error": "This request is not known to come from Alexa."}
    assert case.reason
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


class Host:
    """Where certificates lie: counts who asks, and can be broken."""

    def __init__(self, file: Any = None) -> None:
        self.file = forge.good_pem() if file is None else file
        self.asked: list[str] = []

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        if isinstance(self.file, Exception):
            raise self.file
        return self.file


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def at(now: datetime, **changes: Any) -> Case:
    """A good request of that moment."""
    return forge.request("later", content=forge.body(timestamp=now.strftime("%Y-%m-%dT%H:%M:%SZ")), **changes)


def test_certificates_are_downloaded_once(make: Make) -> None:
    host = Host()
    verifier = make(host)
    for url in (URL, URL, URL.replace(".com/", ".com:443/"), URL.replace("api/", "api/./x/../")):
        case = forge.request("again", url=url)
        verifier.check(case.headers, case.body)
    assert host.asked == [URL]


def test_a_cheap_refusal_downloads_nothing(make: Make) -> None:
    host = Host()
    for case in (*forge.forged_headers(), *forge.forged_urls()):
        refused(make(host), case)
    for case in forge.forged_signatures():
        if case.reason is Reason.SIGNATURE_CODING:
            refused(make(host), case)
    assert host.asked == []


@pytest.mark.parametrize(
    ("holder", "reason"),
    [("leaf", Reason.LEAF_EXPIRED), ("intermediate", Reason.CHAIN_UNTRUSTED)],
)
def test_a_remembered_certificate_is_not_believed_beyond_its_time(holder: str, reason: Reason, make: Make) -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=3)
    issuer = forge.authority("Short CA", end=soon if holder == "intermediate" else late)
    leaf = forge.leaf(issuer, end=soon if holder == "leaf" else late)
    host, clock = Host(forge.pem(leaf, issuer)), Clock()
    verifier = make(host, clock)
    verifier.check(USUAL.headers, USUAL.body)
    clock.now = soon
    verifier.check((case := at(soon)).headers, case.body)
    assert len(host.asked) == 1
    clock.now = soon + timedelta(seconds=1)
    assert refused(verifier, at(clock.now)) is reason
    host.file = OSError("gone")
    assert refused(verifier, at(clock.now)) is Reason.DOWNLOAD_FAILED


def test_a_remembered_certificate_is_not_believed_before_its_time(make: Make) -> None:
    issuer, clock = forge.authority("Young CA", begin=NOW - timedelta(hours=1)), Clock()
    verifier = make(Host(forge.pem(forge.leaf(issuer), issuer)), clock)
    verifier.check(USUAL.headers, USUAL.body)
    clock.now = NOW - timedelta(hours=2)
    assert refused(verifier, at(clock.now)) is Reason.CHAIN_UNTRUSTED


def test_renewed_certificates_at_the_same_address_are_found(make: Make) -> None:
    soon = NOW + timedelta(days=1)
    host, clock = Host(forge.pem(forge.leaf(end=soon), forge.server_ca())), Clock()
    verifier = make(host, clock)
    verifier.check(USUAL.headers, USUAL.body)
    host.file, clock.now = forge.good_pem(), soon + timedelta(days=1)
    case = at(clock.now)
    verifier.check(case.headers, case.body)
    assert len(host.asked) == 2


@pytest.mark.parametrize("bad", [case for case in FORGED if case.file is not forge.good_pem()], ids=lambda c: c.name)
def test_a_failure_is_not_remembered(bad: Case, make: Make) -> None:
    host = Host(bad.file)
    verifier = make(host)
    assert refused(verifier, bad) is bad.reason
    host.file = forge.good_pem()
    verifier.check(USUAL.headers, USUAL.body)
    host.file = bad.file
    elsewhere = forge.request("elsewhere", url=URL.replace("12", "13"))
    assert refused(verifier, elsewhere) in (bad.reason, Reason.SIGNATURE_WRONG)
    verifier.check(USUAL.headers, USUAL.body)


def test_only_so_many_are_remembered(make: Make) -> None:
    host = Host()
    verifier = make(host)

    def ask(number: int) -> None:
        case = forge.request("one of many", url=URL.replace("12", str(number)))
        verifier.check(case.headers, case.body)

    for number in range(REMEMBERED):
        ask(number)
    ask(0)
    ask(REMEMBERED)
    assert len(host.asked) == REMEMBERED + 1
    ask(0)
    assert len(host.asked) == REMEMBERED + 1
    ask(1)
    assert len(host.asked) == REMEMBERED + 2


class SlowHost(Host):
    """A host that answers when it is let, and may be broken then."""

    def __init__(self, file: Any = None) -> None:
        super().__init__(file)
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        self.reached.set()
        assert self.go.wait(10)
        if isinstance(self.file, BaseException):
            raise self.file
        return self.file


def at_once(verifier: Verifier, cases: list[Case], host: SlowHost) -> list[object]:
    """What comes of requests that are all there before the host answers."""
    outcomes: list[object] = []

    def ask(case: Case) -> None:
        try:
            outcomes.append(verifier.check(case.headers, case.body))
        except BaseException as fault:
            outcomes.append(getattr(fault, "reason", fault))

    threads = [threading.Thread(target=ask, args=(case,)) for case in cases]
    threads[0].start()
    assert host.reached.wait(10)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)
    host.go.set()
    for thread in threads:
        thread.join(20)
    return outcomes


def test_requests_that_come_together_wait_for_one_download(make: Make) -> None:
    host = SlowHost()
    assert at_once(make(host), [USUAL] * 12, host) == [None] * 12
    assert host.asked == [URL]


@pytest.mark.parametrize(
    ("file", "reason"),
    [(OSError("no route"), Reason.DOWNLOAD_FAILED), (b"x", Reason.PEM_NONE), (b"x" * 70_000, Reason.DOWNLOAD_LARGE)],
)
def test_when_that_download_fails_all_of_them_are_refused_at_once(file: Any, reason: Reason, make: Make) -> None:
    host = SlowHost(file)
    verifier = make(host)
    assert at_once(verifier, [USUAL] * 12, host) == [reason] * 12
    assert host.asked == [URL]
    host.file = forge.good_pem()
    verifier.check(USUAL.headers, USUAL.body)


def test_one_slow_download_holds_up_nobody_else(make: Make) -> None:
    slow = SlowHost()
    verifier = make(lambda url: slow(url) if "slow" in url else forge.good_pem())
    verifier.check(USUAL.headers, USUAL.body)
    waiting = forge.request("waiting", url=URL.replace("12", "slow"))
    outcomes: list[object] = []
    thread = threading.Thread(target=lambda: outcomes.append(verifier.check(waiting.headers, waiting.body)))
    thread.start()
    assert slow.reached.wait(10)
    for url in (URL, URL.replace("12", "13")):
        case = forge.request("meanwhile", url=url)
        verifier.check(case.headers, case.body)
    assert outcomes == []
    slow.go.set()
    thread.join(10)
    assert outcomes == [None]


def strangers(same: bool) -> list[Case]:
    """Requests of nobody's, whose certificates are said to lie where an answer takes long."""
    urls = [URL.replace("12", "slow" if same else f"slow-{number}") for number in range(100)]
    return [forge.request("a stranger", url=url, signature="AAAA") for url in urls]


@pytest.mark.parametrize("same", [False, True], ids=["an address each", "one address"])
def test_strangers_who_name_slow_addresses_hold_up_nobody(same: bool, make: Make) -> None:
    slow = SlowHost(OSError("nothing there"))
    verifier = make(lambda url: slow(url) if "slow" in url else forge.good_pem())
    verifier.check(USUAL.headers, USUAL.body)
    outcomes: SimpleQueue[str] = SimpleQueue()

    def ask(case: Case) -> None:
        outcomes.put(refused(verifier, case))

    threads = [threading.Thread(target=ask, args=(case,)) for case in strangers(same)]
    for thread in threads:
        thread.start()
    assert {outcomes.get(timeout=10) for _ in range(len(threads) - WAITING)} == {Reason.DOWNLOAD_BUSY}
    began = time.monotonic()
    for _ in range(100):
        verifier.check(USUAL.headers, USUAL.body)
    assert time.monotonic() - began < 2
    assert len(slow.asked) == (1 if same else WAITING)
    assert sum(thread.is_alive() for thread in threads) == WAITING
    slow.go.set()
    assert {outcomes.get(timeout=10) for _ in range(WAITING)} == {Reason.DOWNLOAD_FAILED}
    for thread in threads:
        thread.join(10)
    case = forge.request("afterwards", url=URL.replace("12", "13"))
    verifier.check(case.headers, case.body)


def test_while_no_certificate_is_known_downloads_wait_for_their_turn(make: Make) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def fetch(_url: str) -> bytes:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        raise OSError("nothing there")

    verifier = make(fetch)
    outcomes: SimpleQueue[str] = SimpleQueue()
    threads = [
        threading.Thread(target=lambda case=case: outcomes.put(refused(verifier, case)))
        for case in strangers(same=False)[: 3 * WAITING]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [outcomes.get(timeout=1) for _ in threads] == [Reason.DOWNLOAD_FAILED] * len(threads)
    assert most == WAITING


def test_whoever_finds_no_place_in_time_is_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "DOWNLOAD_SECONDS", 0.1)
    host = SlowHost()
    cases = [forge.request("one of many", url=URL.replace("12", str(number))) for number in range(WAITING + 1)]
    threads = []
    verifier = make(host)
    for case in cases[:WAITING]:
        threads.append(threading.Thread(target=verifier.check, args=(case.headers, case.body)))
        threads[-1].start()
    while len(host.asked) < WAITING:
        time.sleep(0.01)
    assert refused(verifier, cases[WAITING]) is Reason.DOWNLOAD_BUSY
    host.go.set()
    for thread in threads:
        thread.join(10)


def test_waiting_for_a_download_has_an_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "DOWNLOAD_SECONDS", 0.05)
    host = SlowHost()
    outcomes = at_once(make(host), [USUAL] * 3, host)
    assert sorted(map(str, outcomes)) == ["None", str(Reason.DOWNLOAD_WAIT), str(Reason.DOWNLOAD_WAIT)]


def test_a_fetch_that_is_torn_down_leaves_nobody_waiting(make: Make) -> None:
    host = SlowHost(SystemExit("stop"))
    verifier = make(host)
    outcomes = at_once(verifier, [USUAL] * 3, host)
    assert outcomes.count(Reason.DOWNLOAD_FAILED) == 2
    host.file = forge.good_pem()
    verifier.check(USUAL.headers, USUAL.body)


def test_who_waited_until_the_chain_was_over_is_refused(make: Make) -> None:
    soon = NOW + timedelta(seconds=60)
    host = SlowHost(forge.pem(forge.leaf(end=soon), forge.server_ca()))
    times = iter([NOW, soon + timedelta(seconds=30)])
    assert set(at_once(make(host, lambda: next(times)), [USUAL] * 2, host)) == {None, Reason.CHAIN_OVER}


# The clock, the skills


def test_a_clock_without_a_zone_tells_utc(make: Make) -> None:
    make(clock=lambda: NOW.replace(tzinfo=None)).check(USUAL.headers, USUAL.body)


def test_a_clock_elsewhere_tells_the_same_moment(make: Make) -> None:
    make(clock=lambda: NOW.astimezone(timezone(timedelta(hours=-8)))).check(USUAL.headers, USUAL.body)


def test_without_a_clock_the_time_is_now(make: Make) -> None:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    issuer = forge.authority("CA of today", begin=max(now - day, NOW - 1999 * day), end=now + day)
    leaf = forge.leaf(issuer, begin=now - day, end=now + day)
    if not NOW - 1999 * day < now < NOW + 1999 * day:
        pytest.fail("the tests' own roots have expired: move forge.NOW on")
    verifier = make(lambda _url: forge.pem(leaf, issuer), None)
    case = at(now)
    verifier.check(case.headers, case.body)
    assert refused(verifier, at(now - day)) is Reason.TIME_OLD


def test_a_check_that_fails_itself_is_a_refusal(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> datetime:
        raise RuntimeError("no clock")

    assert refused(make(clock=broken), USUAL) is Reason.UNEXPECTED
    assert "no clock" in caplog.text


def test_without_skills_nobody_is_let_in(make: Make) -> None:
    assert refused(make(skill_ids=()), USUAL) is Reason.SKILL_OTHER


# Whom to trust


def test_without_a_file_certifis_roots_are_trusted() -> None:
    """All of them, the old ones with a serial number of 0 too."""
    names = {root.subject.rfc4514_string() for root in trust_roots(None)}
    assert len(names) > 80
    assert any("CN=Amazon Root CA 1" in name for name in names)


def test_certifis_roots_do_not_vouch_for_the_tests(make: Make) -> None:
    assert refused(make(trust_roots=None), USUAL) is Reason.CHAIN_UNTRUSTED


@pytest.mark.filterwarnings("error")
def test_reading_certifis_roots_warns_of_nothing() -> None:
    assert trust_roots(None)


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


class Site(BaseHTTPRequestHandler):
    """Answers by path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        getattr(self, f"_{self.path.strip('/')}")()

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _good(self) -> None:
        self._answer(200, b"certificates")

    def _gone(self) -> None:
        self._answer(404, b"no")

    def _moved(self) -> None:
        self._answer(302, b"", Location="/good")

    def _partial(self) -> None:
        self._answer(206, b"certi")

    def _large(self) -> None:
        self._answer(200, b"x" * 10_000_000)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"cut")
        self.close_connection = True

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.05)
        self.close_connection = True

    def _silent(self) -> None:
        time.sleep(1)
        self.close_connection = True

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
    assert refused(verifier, USUAL) in (Reason.DOWNLOAD_FAILED, Reason.PEM_NONE)


def test_of_a_large_file_little_is_read(site: Callable[[str], bytes], make: Make) -> None:
    assert CERTIFICATE_BYTES < len(site("large")) <= 2 * CERTIFICATE_BYTES
    assert refused(make(lambda _url: site("large")), USUAL) is Reason.DOWNLOAD_LARGE


@pytest.mark.parametrize("url", ["http://localhost/", "file:///etc/hosts", "ftp://localhost/", "data:,x"])
def test_nothing_but_https_is_spoken(url: str) -> None:
    """Should the check of the URL ever fail, this still stands."""
    with pytest.raises(OSError, match="No connection adapters"):
        download(url)


def test_a_server_that_cannot_prove_its_name_is_not_asked(port: int) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        download(f"https://localhost:{port}/good", seconds=2)


# Anything at all


def outcome(verifier: Verifier, headers: Any, body: bytes) -> Reason | None:
    """None or the refusal; a fault in the check itself counts as a fault."""
    try:
        verifier.check(headers, body)
        return None
    except NotFromAlexa as refusal:
        reason = refusal.reason
    assert isinstance(reason, Reason)
    assert reason is not Reason.UNEXPECTED
    return reason


@pytest.fixture(scope="module")
def usual(make: Make) -> Verifier:
    return make()


header_names = st.sampled_from(["Signature-256", "SIGNATURE-256", "signaturecertchainurl", "SignatureCertChainUrl", ""])
header_values = st.text() | st.sampled_from([URL, forge.sign(forge.body())]) | st.binary().map(lambda raw: raw.hex())
any_headers = st.dictionaries(header_names | st.text(), header_values)


@given(headers=any_headers, body=st.binary())
def test_any_headers_and_any_bytes_are_let_in_or_refused(headers: dict[str, str], body: bytes, usual: Verifier) -> None:
    assert outcome(usual, headers, body) is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(body=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_that_alexas_key_signed_are_let_in_or_refused(body: bytes, usual: Verifier) -> None:
    case = forge.request("signed", content=body)
    assert outcome(usual, case.headers, case.body) is not None


PLACES = (
    ("request",), ("request", "type"), ("request", "timestamp"), ("context",), ("context", "System"),
    ("context", "System", "application"), ("context", "System", "application", "applicationId"),
    ("session",), ("session", "application"), ("session", "application", "applicationId"), ("session", "attributes"),
)  # fmt: skip


@given(place=st.sampled_from(PLACES), value=json_values)
def test_anything_in_the_place_of_anything_is_let_in_or_refused(
    place: tuple[str, ...], value: Any, usual: Verifier
) -> None:
    envelope: Any = law.envelope("launch")
    holder = envelope
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    case = forge.request("altered", content=json.dumps(envelope).encode())
    outcome(usual, case.headers, case.body)


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_a_body_can_be_changed(at: int, bit: int, usual: Verifier) -> None:
    body = bytearray(USUAL.body)
    body[at % len(body)] ^= 1 << bit
    assert outcome(usual, USUAL.headers, bytes(body)) is Reason.SIGNATURE_WRONG


@given(at=st.integers(0, 10_000), to=st.characters(max_codepoint=0x17F))
def test_no_character_of_the_headers_can_be_changed(at: int, to: str, usual: Verifier) -> None:
    """The URL's path only names a file; whatever else is changed is noticed."""
    signature = USUAL.headers["Signature-256"]
    at %= len(signature)
    altered = signature[:at] + to + signature[at + 1 :]
    refusal = outcome(usual, USUAL.headers | {"Signature-256": altered}, USUAL.body)
    assert (refusal is None) == (altered == signature)
    server = len("https://s3.amazonaws.com/echo.api")
    at %= server
    altered = URL[:at] + to + URL[at + 1 :]
    refusal = outcome(usual, USUAL.headers | {"SignatureCertChainUrl": altered}, USUAL.body)
    assert refusal is not None or altered.lower() == URL.lower()


@given(number=st.integers(0, 1), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_nothing_that_a_certificate_says_can_be_changed(number: int, at: int, bit: int, make: Make) -> None:
    """Somebody who could alter the file on its way would gain nothing.

    One bit of it may change: how many bits of the signature's last byte count, where those are zero anyway.
    """
    der = [holder.certificate.public_bytes(Encoding.DER) for holder in (forge.leaf(), forge.server_ca())]
    altered = bytearray(der[number])
    altered[at % len(altered)] ^= 1 << bit
    files = [bytes(altered) if number == index else one for index, one in enumerate(der)]
    file = "".join(map(ssl.DER_cert_to_PEM_cert, files)).encode()
    if outcome(make(lambda _url: file), USUAL.headers, USUAL.body) is None:
        before, after = x509.load_der_x509_certificate(der[number]), x509.load_der_x509_certificate(bytes(altered))
        assert after.tbs_certificate_bytes == before.tbs_certificate_bytes
        assert after.signature == before.signature


@given(start=st.integers(0, 3000), length=st.integers(1, 2000), junk=st.binary(max_size=20))
def test_a_damaged_certificate_file_is_let_in_or_refused(start: int, length: int, junk: bytes, make: Make) -> None:
    file = forge.good_pem()
    outcome(make(lambda _url: file[:start] + junk + file[start + length :]), USUAL.headers, USUAL.body)


@given(file=st.binary() | st.none() | st.text())
def test_whatever_is_fetched_is_refused_unless_it_is_alexas(file: Any, make: Make) -> None:
    assert outcome(make(lambda _url: file), USUAL.headers, USUAL.body) is not None


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
