"""The skill as a web service: who may ask, what is answered, and with which status."""

import hashlib
import logging
import time
from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Flask, Request, Response, abort, jsonify, request
from flask.globals import request_ctx
from flask.json.provider import DefaultJSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, UnsupportedMediaType

from skill import __version__
from skill.alexa import logs
from skill.alexa.envelope import Envelope, NotAnEnvelope, read
from skill.alexa.logs import Outcome, note
from skill.alexa.sdk import handing_on, import_skill_adapter
from skill.alexa.verify import SIGNATURE_HEADERS, NotFromAlexa, NoTrustRoots, Verifier
from skill.library.limits import REQUEST_BYTES
from skill.media.sounds.store import Sounds
from skill.memory.people import People
from skill.web.assembly import assemble
from skill.web.settings import Settings, SettingsFaults

log = logging.getLogger(__name__)

SkillAdapter = import_skill_adapter()


def create_app(settings: Settings | None = None) -> Flask:
    """`skill.web.create_app`, which is the public one."""
    settings = settings or Settings.from_environment()
    parts = assemble(settings)
    app = _App(__name__, static_folder=None)
    app.extensions["hip-coach"] = parts  # so that whoever stops the app can close its store
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BYTES
    # The SDK would verify only after reading, and with the part of it that does not import.
    app.config["ASK_SDK_VERIFY_SIGNATURE"] = app.config["ASK_SDK_VERIFY_TIMESTAMP"] = False
    adapter = SkillAdapter(parts.skill, "hip-coach", app=app)
    admit = _admit_alexa(settings) if settings.verify else _admit_this_machine
    health = Health(parts.store)

    @app.post("/alexa")
    def alexa() -> Response:
        envelope = admit()
        try:
            response: Response = handing_on(envelope, adapter.dispatch_request)
        except Exception:  # whatever was admitted is answered
            return jsonify(parts.apologise(envelope))
        return response

    @app.get("/health")
    def ready() -> tuple[Response, int]:
        status = health.look()
        store = "ok" if status is Status.OK else "failing"
        return jsonify(status=status, store=store, version=__version__), 503 if status is Status.UNREADY else 200

    app.register_blueprint(sounds(parts.sounds))
    app.register_error_handler(HTTPException, _as_json)
    return app


# Who may ask


def _admit_alexa(settings: Settings) -> Callable[[], Envelope]:
    """Lets in what comes from Alexa for this skill; the raw bytes are checked before they are read."""
    try:
        verifier = Verifier(trust_roots=settings.trust_roots, skill_ids=settings.skill_ids)
    except NoTrustRoots as fault:
        raise SettingsFaults((f"HIP_COACH_TRUST_ROOTS={str(settings.trust_roots)!r}: {fault}",)) from fault

    def admit() -> Envelope:
        asked = request_ctx.request  # looked up once: each look through the proxy takes microseconds
        if not asked.is_json:
            raise UnsupportedMediaType("Alexa sends application/json.")
        # A header that was sent twice comes from the server once, with its values joined.
        signed = {name: value for name in SIGNATURE_HEADERS if (value := asked.headers.get(name)) is not None}
        try:
            return verifier.admit(signed, asked.get_data())
        except NotFromAlexa as refused:
            # What kind of failure it comes from, such as a network that is away.
            cause = {"cause": type(refused.__cause__).__name__} if refused.__cause__ else {}
            note(reason=refused.reason, **cause)
            raise BadRequest("This request is not known to come from Alexa.") from refused

    return admit


_CURE = (
    "Requests are not verified here (HIP_COACH_VERIFY=off), so only this machine may send them. To be reached by "
    "Alexa or from elsewhere, set HIP_COACH_VERIFY=on and HIP_COACH_SKILL_ID."
)


def _admit_this_machine() -> Envelope:
    """Lets in what this very machine sends as JSON, which no form on a web page can."""
    reason = _from_elsewhere()
    if reason is None and not request.is_json:
        reason = "Its body is not JSON by its Content-Type; send application/json."
    if reason is not None:
        note(reason="not from this machine, or not JSON")
        raise Forbidden(reason)
    try:
        return read(request.get_data())[0]
    except NotAnEnvelope as fault:
        raise BadRequest(f"{fault}.") from fault


def _from_elsewhere() -> str | None:
    """How it shows that a request does not come from this machine, with a cure.

    A Host that is not loopback means a web page that had its name point here; a forwarding header means a proxy or a
    tunnel, whose address is loopback while the sender's is not.
    """
    sender, host = request.remote_addr, request.headers.get("Host", "")
    if sender is None or not is_loopback(sender):
        return f"It came from {sender or 'nowhere':.100}. {_CURE}"
    if not _is_loopback_host(host):
        return f"It asked for the host {host!r:.100}, not for localhost or 127.0.0.1. {_CURE}"
    for name, _ in request.headers:
        if name.lower() == "forwarded" or name.lower().startswith("x-forwarded-"):
            return f"It was forwarded, by its header {name:.100}. {_CURE}"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without a port, can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _is_loopback_host(header: str) -> bool:
    try:
        parts = urlsplit(f"//{header}")
        whole = parts.netloc == header and parts.username is None and parts.port != 0
        return whole and is_loopback(parts.hostname or "")
    except ValueError:  # not an address, or its port is no number
        return False


# The sounds

SOUND_SECONDS = 7 * 24 * 3600
"""How long others may keep a sound. Not for ever: the name stays when a release changes the voice."""

ENDING = ".mp3"


def sounds(store: Sounds) -> Blueprint:
    """`GET /sounds/<name>.mp3`: exactly the sounds of the store, to be registered on the app without a prefix.

    Answers 200, 206 for one range of bytes, 304 when the client has it already, 416 for every other `Range`,
    and 404 for a name that is not in the store, whatever it looks like. (RFC 9110, 14.2, allows ignoring odd
    ranges; a client that sends one is better told.)
    """
    blueprint = Blueprint("sounds", __name__)

    # `path`, so that names with a slash come here too; and no merging, which answers `//` by a redirect.
    @blueprint.get("/sounds/<path:file>", merge_slashes=False)
    def sound(file: str) -> Response:
        mp3 = store.mp3(file.removesuffix(ENDING)) if file.endswith(ENDING) else None
        if mp3 is None:
            abort(404)
        response = Response(mp3, mimetype="audio/mpeg")
        response.set_etag(hashlib.sha256(mp3).hexdigest()[:32])
        response.cache_control.public = True
        response.cache_control.max_age = SOUND_SECONDS
        response.make_conditional(request, accept_ranges=True, complete_length=len(mp3))
        return response

    return blueprint


# Whether it is ready, for a load balancer, a supervisor or a monitor

HEALTH_SECONDS = 5.0
"""For how long an answer stands, so that whoever asks often costs no more than whoever asks rarely."""


class Status(StrEnum):
    """How it is."""

    OK = "ok"
    DEGRADED = "degraded"
    """The store fails, which has answered before. Turns are still answered, and people remembered for the session; to
    be sent to nobody at all would be worse for whoever is on the mat."""
    UNREADY = "unready"
    """The store has never answered since the start: a wrong setting, most likely. Nobody should be sent here."""


class Health:
    """Looks after the store; one for each process."""

    def __init__(self, store: People, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._answered = False
        self._found: tuple[float, Status] | None = None

    def look(self) -> Status:
        """How it is now, or was some seconds ago. Never raises."""
        with self._lock:
            now = self._clock()
            if self._found is None or now - self._found[0] >= HEALTH_SECONDS:
                self._found = now, self._looked()
            return self._found[1]

    def _looked(self) -> Status:
        try:
            self._store.probe()
        except Exception:
            log.exception("the store does not answer")
            return Status.DEGRADED if self._answered else Status.UNREADY
        self._answered = True
        return Status.OK


# How it is written


def _as_json(error: HTTPException) -> Response:
    """An HTTP error as a small JSON body; its own headers, such as Allow, stay."""
    response: Response = jsonify(error=error.description)
    response.status_code = error.code or 500
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


class _Json(DefaultJSONProvider):
    """Writes JSON by msgspec."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        told = self._prepare_response_obj(args, kwargs)
        try:
            body = msgspec.json.encode(told)
        except UnicodeEncodeError:  # half a pair of surrogates, which some session carried here
            body = self.dumps(told).encode()
        return Response(body, content_type=self.mimetype)


class _NoSessions(SessionInterface):
    """There are no cookies, so all requests share one session that is none."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._none


class _App(Flask):
    """Flask, without what nobody needs here, and with a line in the log for each turn and each refusal."""

    json_provider_class = _Json

    session_interface = _NoSessions()

    def preprocess_request(self) -> Any:
        logs.begin()
        return super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """What is the same for every answer: nobody keeps it or guesses what it is."""
        response = super().process_response(response)
        status, headers = response.status_code, response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
        if status >= 400:
            note(status=status, outcome=Outcome.REFUSED if status < 500 else Outcome.FAILED)
        logs.end(write=status >= 400 or request.endpoint == "alexa")
        return response
