"""What ours is measured against: a hello world with Amazon's SDK for Python and its Flask adapter, and nothing else.

The way Amazon's own sample goes: a handler for the launch, one for its one intent, one for all the rest. Requests
are not verified, because the SDK's verifier cannot be imported beside OpenSSL 3.0.10 and later
(github.com/wbond/oscrypto/issues/78); a placeholder for the package that is to blame lets the rest be imported.
"""

import sys
from types import ModuleType

from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_core.utils import is_intent_name, is_request_type
from ask_sdk_model import Response
from flask import Flask


def _placeholder(name: str, **contents: object) -> None:
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module


_unused = type("Unused", (Exception,), {})
_placeholder("certvalidator.errors", ValidationError=_unused, PathError=_unused)
_placeholder("certvalidator", CertificateValidator=object, errors=sys.modules["certvalidator.errors"])

from flask_ask_sdk.skill_adapter import SkillAdapter  # noqa: E402 - only now can it be imported


class Launch(AbstractRequestHandler):
    def can_handle(self, handler_input: HandlerInput) -> bool:
        return is_request_type("LaunchRequest")(handler_input)

    def handle(self, handler_input: HandlerInput) -> Response:
        speech = "Welcome to the Alexa Skills Kit, you can say hello!"
        return handler_input.response_builder.speak(speech).ask(speech).response


class HelloWorld(AbstractRequestHandler):
    def can_handle(self, handler_input: HandlerInput) -> bool:
        return is_intent_name("HelloWorldIntent")(handler_input)

    def handle(self, handler_input: HandlerInput) -> Response:
        return handler_input.response_builder.speak("Hello World!").response


class AnythingElse(AbstractRequestHandler):
    def can_handle(self, handler_input: HandlerInput) -> bool:
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        speech = "You can say hello to me! How can I help?"
        return handler_input.response_builder.speak(speech).ask(speech).response


def create_app() -> Flask:
    builder = SkillBuilder()
    for handler in (Launch(), HelloWorld(), AnythingElse()):
        builder.add_request_handler(handler)
    app = Flask(__name__)
    app.config["ASK_SDK_VERIFY_SIGNATURE"] = app.config["ASK_SDK_VERIFY_TIMESTAMP"] = False
    adapter = SkillAdapter(skill=builder.create(), skill_id="hello-world", app=app)
    app.add_url_rule("/alexa", view_func=adapter.dispatch_request, methods=["POST"])
    return app
