"""The skill as a web service: `create_app()` is all that a WSGI server needs."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Request, Response, jsonify, request
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
from skill.web.assembly import assemble
from skill.web.health import Health, Status
from skill.web.local import refusal
from skill.web.settings import Settings, SettingsFaults
from skill.web.sounds import sounds

SkillAdapter = import_skill_adapter()


def create_app(settings: Settings | None = None) -> Flask:
    """The app: `POST /alexa` the skill, `GET /health`, `/sounds/…` the sound files.

    Args:
        settings: how to run; None reads them from the environment.

    Raises:
        SettingsFaults: the environment does not say how to run.
        ContentFaults: the content cannot be used.
    """
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
        found = health.look()
        status = 503 if found.status is Status.UNREADY else 200
        return jsonify(status=found.status, store=found.store, version=__version__), status

    app.register_blueprint(sounds(parts.sounds))
    app.register_error_handler(HTTPException, _as_json)
    return app


def _admit_alexa(settings: Settings) -> Callable[[], Envelope]:
    """Lets in what comes from Alexa for this skill; the raw bytes are checked before they are read."""
    try:
        verifier = Verifier(trust_roots=settings.trust_roots, skill_ids=settings.skill_ids)
    except NoTrustRoots as fault:
        raise SettingsFaults((f"HIP_COACH_TRUST_ROOTS={str(settings.trust_roots)!r}: {fault}",)) from fault

    def admit() -> Envelope:
        if not request.is_json:
            raise UnsupportedMediaType("Alexa sends application/json.")
        # A header that was sent twice comes from the server once, with its values joined.
        signed = {name: value for name in SIGNATURE_HEADERS if (value := request.headers.get(name)) is not None}
        try:
            return verifier.admit(signed, request.get_data())
        except NotFromAlexa as refused:
            # What kind of failure it comes from, such as a network that is away.
            cause = {"cause": type(refused.__cause__).__name__} if refused.__cause__ else {}
            note(reason=refused.reason, **cause)
            raise BadRequest("This request is not known to come from Alexa.") from refused

    return admit


def _admit_this_machine() -> Envelope:
    """Lets in what this very machine sends as JSON, which no form on a web page can."""
    reason = refusal(request.remote_addr, dict(request.headers.items()))
    if reason is None and not request.is_json:
        reason = "Its body is not JSON by its Content-Type; send application/json."
    if reason is not None:
        note(reason="not from this machine, or not JSON")
        raise Forbidden(reason)
    try:
        return read(request.get_data())[0]
    except NotAnEnvelope as fault:
        raise BadRequest(f"{fault}.") from fault


def _as_json(error: HTTPException) -> Response:
    """An HTTP error as a small JSON body; its own headers, such as Allow, stay."""
    response: Response = jsonify(error=error.description)
    response.status_code = error.code or 500
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


class _Json(DefaultJSONProvider):
    """Writes JSON by msgspec."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """What `jsonify` makes."""
        told = self._prepare_response_obj(args, kwargs)
        try:
            body = msgspec.json.encode(told)
        except UnicodeEncodeError:  # half a pair of surrogates, which some session carried here
            body = self.dumps(told).encode()
        return Response(body, mimetype=self.mimetype)


class _NoCookie(SessionInterface):
    """Nobody has a session by cookie, so none is looked for."""

    _nobodys = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._nobodys


class _App(Flask):
    """Flask, without what nobody needs here, and with a line in the log for each turn and each refusal."""

    json_provider_class = _Json
    session_interface = _NoCookie()

    def preprocess_request(self) -> Any:
        logs.begin()
        return super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """What is the same for every answer: nobody keeps it or guesses what it is."""
        response = super().process_response(response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code >= 400:
            note(status=response.status_code, outcome=Outcome.REFUSED if response.status_code < 500 else Outcome.FAILED)
        logs.end(write=request.endpoint == "alexa" or response.status_code >= 400)
        return response
