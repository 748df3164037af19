"""The skill as a web service: `create_app()` is all that a WSGI server needs."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, UnsupportedMediaType

from skill import __version__
from skill.alexa.sdk import NotAnEnvelope, import_skill_adapter
from skill.alexa.verify import NotFromAlexa, Verifier
from skill.assembly import assemble
from skill.audio.serve import sounds
from skill.limits import REQUEST_BYTES
from skill.local import refusal
from skill.settings import Settings

SkillAdapter = import_skill_adapter()

log = logging.getLogger(__name__)


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
    app = Flask(__name__, static_folder=None)
    app.extensions["hip-coach"] = parts  # so that whoever stops the app can close its store
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BYTES
    # The SDK would verify only after reading, and with the part of it that does not import.
    app.config["ASK_SDK_VERIFY_SIGNATURE"] = app.config["ASK_SDK_VERIFY_TIMESTAMP"] = False
    adapter = SkillAdapter(parts.skill, "hip-coach", app=app)
    check = _check_sender(settings) if settings.verify else _check_this_machine

    @app.post("/alexa")
    def alexa() -> Response:
        check()
        return _answer(adapter)

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok", version=__version__)

    app.register_blueprint(sounds(parts.sounds))
    app.register_error_handler(HTTPException, _as_json)
    return app


def _check_sender(settings: Settings) -> Callable[[], None]:
    """Lets through what comes from Alexa for this skill; the raw bytes are checked before they are read."""
    verifier = Verifier(trust_roots=settings.trust_roots, skill_ids=settings.skill_ids)

    def check() -> None:
        if not request.is_json:
            raise UnsupportedMediaType("Alexa sends application/json.")
        try:
            verifier.check(dict(request.headers), request.get_data())
        except NotFromAlexa as reason:
            log.warning("refused a request: %s", reason)
            raise BadRequest("This request is not known to come from Alexa.") from reason

    return check


def _check_this_machine() -> None:
    """Lets through what this very machine sends as JSON, which no form on a web page can."""
    reason = refusal(request.remote_addr, dict(request.headers))
    if reason is None and not request.is_json:
        reason = "Its body is not JSON by its Content-Type; send application/json."
    if reason is not None:
        log.warning("refused a request: %s", reason)
        raise Forbidden(reason)


def _answer(adapter: Any) -> Response:
    try:
        response: Response = adapter.dispatch_request()
    except UnicodeDecodeError as fault:
        raise BadRequest("The body is not UTF-8.") from fault
    except NotAnEnvelope as fault:
        raise BadRequest(f"{fault}.") from fault
    return response


def _as_json(error: HTTPException) -> Response:
    """An HTTP error as a small JSON body; its own headers, such as Allow, stay."""
    response: Response = jsonify(error=error.description)
    response.status_code = error.code or 500
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response
