"""The Lambda handler, called as a function and under Amazon's own runtime client."""

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import law
import pytest
from ask_sdk_core.skill import CustomSkill
from ask_sdk_runtime.dispatch import GenericRequestDispatcher
from packaging.requirements import Requirement

from skill.alexa.envelope import NotAnEnvelope
from skill.alexa.skill import Coach
from skill.alexa.verify import NotFromAlexa, Reason
from skill.web import aws
from skill.web.settings import SettingsFaults

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A Lambda function's environment, and a function that has not started yet."""
    for name in [name for name in os.environ if name.startswith("HIP_COACH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HIP_COACH_SKILL_ID", law.SKILL_ID)
    monkeypatch.setenv("HIP_COACH_STORE", "memory:")
    aws._start.cache_clear()
    yield monkeypatch
    aws._start.cache_clear()


# Called as a function


@pytest.mark.parametrize("name", law.names())
@pytest.mark.usefixtures("environment")
def test_every_recorded_request_is_answered(name: str) -> None:
    asked = law.envelope(name)
    law.check_law(asked, aws.handler(asked, None))


@pytest.mark.usefixtures("environment")
def test_everything_is_made_once_and_people_are_kept_between_calls() -> None:
    first = aws.handler(law.request("LaunchRequest"), None)
    started = aws._start()
    aws.handler(law.intent("StartRoutineIntent", first["sessionAttributes"]), None)
    assert aws._start() is started
    assert aws.handler(law.request("LaunchRequest"), None)["response"] != first["response"]


def named(context: object, session: object = None) -> law.Json:
    """A launch in whose context, and session, these skills are named."""
    asked = law.request("LaunchRequest")
    asked["context"]["System"]["application"]["applicationId"] = context
    asked["session"]["application"]["applicationId"] = session
    return asked


@pytest.mark.parametrize("verify", ["on", "off"])
def test_without_an_id_it_refuses_to_start(verify: str, environment: pytest.MonkeyPatch) -> None:
    """There is no local mode on Lambda."""
    environment.delenv("HIP_COACH_SKILL_ID")
    environment.setenv("HIP_COACH_VERIFY", verify)
    with pytest.raises(SettingsFaults, match="HIP_COACH_SKILL_ID is not set"):
        aws.handler(law.request("LaunchRequest"), None)


@pytest.mark.usefixtures("environment")
def test_what_is_no_request_of_alexas_is_an_error_of_its_sender() -> None:
    with pytest.raises(NotAnEnvelope):
        aws.handler({"session": {"application": {"applicationId": law.SKILL_ID}}}, None)


def test_whom_a_request_is_meant_for(environment: pytest.MonkeyPatch) -> None:
    other = "amzn1.ask.skill.other"
    environment.setenv("HIP_COACH_SKILL_ID", f"{other}, {law.SKILL_ID}")
    in_context, in_session, in_both = (law.request("LaunchRequest") for _ in range(3))
    del in_context["session"], in_session["context"]
    for asked in (in_context, in_session, in_both):
        law.check_law(asked, aws.handler(asked, None))


OTHER = "amzn1.ask.skill.another"


@pytest.mark.parametrize(
    ("context", "session", "reason"),
    [
        (law.SKILL_ID, OTHER, Reason.SKILL_TWO),
        (OTHER, law.SKILL_ID, Reason.SKILL_TWO),
        (law.SKILL_ID, [law.SKILL_ID], Reason.SKILL_TYPE),
        (7, law.SKILL_ID, Reason.SKILL_TYPE),
        (7, None, Reason.SKILL_TYPE),
        (None, None, Reason.SKILL_MISSING),
        ("", None, Reason.SKILL_OTHER),
        (OTHER, None, Reason.SKILL_OTHER),
    ],
)
@pytest.mark.usefixtures("environment")
def test_another_skill_is_not_served_and_of_two_that_are_named_neither_is_believed(
    context: object, session: object, reason: Reason
) -> None:
    with pytest.raises(NotFromAlexa) as caught:
        aws.handler(named(context, session), None)
    assert caught.value.reason is reason


@pytest.mark.usefixtures("environment")
def test_every_request_passes_amazons_skill_and_our_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    for kind, method in ((CustomSkill, "invoke"), (GenericRequestDispatcher, "dispatch"), (Coach, "handle")):
        law.spy(monkeypatch, kind, method, passed)
    aws.handler(law.request("LaunchRequest"), None)
    assert passed == ["invoke", "dispatch", "handle"]


def process(command: list[str], stdout: int = subprocess.DEVNULL, **environment: str) -> "subprocess.Popen[str]":
    """Another process, in which nothing is set but this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HIP_COACH_")}
    words, silent = [sys.executable, *command], subprocess.DEVNULL
    return subprocess.Popen(words, cwd=REPOSITORY, env=kept | environment, stdout=stdout, stderr=silent, text=True)


def test_on_lambda_everything_is_made_before_the_first_request() -> None:
    """Whoever is first waits no longer than others; what is wrong with the settings is told to them all the same."""
    look = ["-c", "import skill.web.aws as aws; print(aws._start.cache_info().currsize)"]
    lambda_ = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "HIP_COACH_STORE": "memory:"}
    ours = {"HIP_COACH_SKILL_ID": law.SKILL_ID}
    for environment, made in ((lambda_ | ours, "1\n"), (ours, "0\n"), (lambda_, "0\n")):
        assert process(look, subprocess.PIPE, **environment).communicate(timeout=60)[0] == made


# Under Amazon's runtime client


class Runtime(ThreadingHTTPServer):
    """Lambda's Runtime API: hands out events, takes answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Api)
        self.events: Queue[law.Json] = Queue()
        self.answers: Queue[tuple[str, Any]] = Queue()

    def ask(self, event: law.Json) -> tuple[str, Any]:
        """Send an event; returns `response` or `error`, and what it is."""
        self.events.put(event)
        return self.answers.get(timeout=60)


class _Api(BaseHTTPRequestHandler):
    server: Runtime
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(200, json.dumps(self.server.events.get()).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))
        self._send(202, b"{}")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": "1",
            "Lambda-Runtime-Deadline-Ms": "9999999999999",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:1:function:hip-coach",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def function() -> Iterator[Runtime]:
    """The skill as Lambda runs it, in a process of its own."""
    runtime = Runtime()
    Thread(target=runtime.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{runtime.server_port}"
    command = ["-m", "awslambdaric", "skill.web.aws.handler"]
    with process(command, AWS_LAMBDA_RUNTIME_API=address, HIP_COACH_SKILL_ID=law.SKILL_ID) as running:
        yield runtime
        running.kill()
    runtime.shutdown()
    runtime.server_close()


def test_amazons_runtime_client_carries_a_conversation(function: Runtime) -> None:
    asked = law.request("LaunchRequest")
    for name in ("StartRoutineIntent", "ReadyIntent", "AMAZON.PauseIntent", "AMAZON.StopIntent", ""):
        kind, answered = function.ask(asked)
        assert kind == "response"
        law.check_law(asked, answered)
        asked = law.intent(name, answered.get("sessionAttributes", {}))
    assert answered["response"]["shouldEndSession"] is True


def test_amazons_runtime_client_reports_whom_we_do_not_serve(function: Runtime) -> None:
    kind, error = function.ask(named(OTHER))
    assert (kind, error["errorType"]) == ("error", "NotFromAlexa")
    assert function.ask(law.request("LaunchRequest"))[0] == "response"


# The artefact


HEAVY = frozenset({"boto3", "botocore", "cryptography", "flask", "lameenc", "pydantic", "werkzeug", "yaml"})
"""What the function neither carries nor loads; boto3, where people are remembered in a table, comes with Lambda."""

ANSWER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from skill.web.aws import handler
answered = handler(json.load(sys.stdin), None)
print(json.dumps([answered, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make build-HipCoach` packs, its packages taken from here instead of being downloaded."""
    folder, lock = tmp_path_factory.mktemp("artefact"), tmp_path_factory.mktemp("lock") / "requirements.txt"
    for package in carried():
        for file in package.files or ():
            if file.suffix != ".pyc" and ".." not in file.parts:
                to = folder / file
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), to)
    lock.write_text("")
    pip = {"LAMBDA_LOCK": str(lock), "LAMBDA_PIP": "--no-build-isolation"}
    words = {"ARTIFACTS_DIR": str(folder), "PYTHON": sys.executable, "LAMBDA_PYTHON": sys.executable} | pip
    command = ["make", "-s", "build-HipCoach", *(f"{name}={value}" for name, value in words.items())]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=300)
    return folder


def carried() -> list[metadata.Distribution]:
    """The packages that pyproject.toml gives the function, and what those need."""
    group = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["lambda"]
    found: dict[str, metadata.Distribution] = {}
    wanted = [Requirement(line) for line in group]
    while wanted:
        one = wanted.pop()
        if one.name.lower() not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
            found[one.name.lower()] = metadata.distribution(one.name)
            wanted += [Requirement(line) for line in found[one.name.lower()].requires or ()]
    return list(found.values())


def test_the_artefact_answers_alone(artefact: Path) -> None:
    """With nothing on its path but itself, from the snapshot and from bytecode; and no heavy package is loaded."""
    asked = law.request("LaunchRequest")
    del asked["context"]["System"]["apiAccessToken"]  # so that nobody is asked for the time zone
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ANSWER, str(artefact)],
        env={"HIP_COACH_SKILL_ID": law.SKILL_ID, "HIP_COACH_STORE": "memory:", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answered, loaded = json.loads(told.stdout)
    law.check_law(asked, answered)
    assert not HEAVY & set(loaded)
    assert "SyntaxWarning" not in told.stderr  # which the SDK gives when it is compiled


def test_the_artefact_holds_what_is_needed_and_no_more(artefact: Path) -> None:
    assert not HEAVY & {path.name for path in artefact.iterdir()}
    assert (artefact / "skill" / "content.msgpack").is_file()
    assert not (artefact / "skill" / "content").exists()
    for source in (artefact / "skill").rglob("*.py"):
        flags = Path(cache_from_source(str(source))).read_bytes()[4:8]
        assert flags == b"\x01\x00\x00\x00"  # by its hash, which nobody checks (PEP 552)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in artefact.rglob("*"):
            archive.write(path, path.relative_to(artefact))
    assert packed.tell() < 10_000_000
