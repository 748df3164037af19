"""The skill as a web service: `create_app()` is all that a WSGI server needs."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    Forbidden,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from skill import __version__
from skill.alexa import logs
from skill.alexa.envelope import NotAnEnvelope
from skill.alexa.logs import Outcome, note
from skill.alexa.sdk import import_skill_adapter
from skill.alexa.verify import SIGNATURE_HEADERS, NotFromAlexa, NoTrustRoots, Verifier
from skill.library.limits import REQUEST_BYTES
from skill.web.assembly import Assembly, assemble
from skill.web.health import Health, Status
from skill.web.local import refusal
from skill.web.settings import Settings, SettingsFaults
from skill.web.sounds import sounds

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
    health = Health(parts.store)

    @app.post("/alexa")
    def alexa() -> Response:
        check()
        return _answer(adapter, parts)

    @app.get("/health")
    def ready() -> tuple[Response, int]:
        found = health.look()
        status = 503 if found.status is Status.UNREADY else 200
        return jsonify(status=found.status, store=found.store, version=__version__), status

    app.register_blueprint(sounds(parts.sounds))
    app.register_error_handler(HTTPException, _as_json)
    app.before_request(logs.begin)
    app.after_request(_finished)
    return app


def _check_sender(settings: Settings) -> Callable[[], None]:
    """Lets through what comes from Alexa for this skill; the raw bytes are checked before they are read."""
    try:
        verifier = Verifier(trust_roots=settings.trust_roots, skill_ids=settings.skill_ids)
    except NoTrustRoots as fault:
        raise SettingsFaults((f"HIP_COACH_TRUST_ROOTS={str(settings.trust_roots)!r}: {fault}",)) from fault

    def check() -> None:
        if not request.is_json:
            raise UnsupportedMediaType("Alexa sends application/json.")
        try:
            verifier.check(_signed(request.headers), request.get_data())
        except NotFromAlexa as refused:
            note(reason=refused.reason, **_cause(refused))
            raise BadRequest("This request is not known to come from Alexa.") from refused

    return check


def _signed(headers: Headers) -> dict[str, str]:
    """The two headers of a signature. One that was sent twice comes from the server once, with its values joined."""
    return {name: headers[name] for name in SIGNATURE_HEADERS if name in headers}


def _cause(refused: NotFromAlexa) -> dict[str, object]:
    """What kind of failure a refusal comes from, such as a network that is away."""
    return {"cause": type(refused.__cause__).__name__} if refused.__cause__ else {}


def _check_this_machine() -> None:
    """Lets through what this very machine sends as JSON, which no form on a web page can."""
    reason = refusal(request.remote_addr, dict(request.headers.items()))
    if reason is None and not request.is_json:
        reason = "Its body is not JSON by its Content-Type; send application/json."
    if reason is not None:
        note(reason="not from this machine, or not JSON")
        raise Forbidden(reason)


def _answer(adapter: Any, parts: Assembly) -> Response:
    """Whatever passed the check is answered: where the SDK itself fails, by an apology that it had no part in."""
    try:
        response: Response = adapter.dispatch_request()
    except UnicodeDecodeError as fault:
        raise BadRequest("The body is not UTF-8.") from fault
    except NotAnEnvelope as fault:
        raise BadRequest(f"{fault}.") from fault
    except (ClientDisconnected, RequestEntityTooLarge):
        raise
    except Exception:
        log.exception("the SDK gave no answer")
        note(outcome=Outcome.APOLOGISED)
        return jsonify(parts.apologise(request.get_json(silent=True)))
    return response


def _as_json(error: HTTPException) -> Response:
    """An HTTP error as a small JSON body; its own headers, such as Allow, stay."""
    response: Response = jsonify(error=error.description)
    response.status_code = error.code or 500
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def _finished(response: Response) -> Response:
    """What is the same for every answer: nobody keeps it or guesses what it is, and it has its line in the log."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code >= 400:
        note(status=response.status_code, outcome=Outcome.REFUSED if response.status_code < 500 else Outcome.FAILED)
    logs.end(write=request.endpoint == "alexa" or response.status_code >= 400)
    return response
