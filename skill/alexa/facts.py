"""What of a request may be told to whoever runs the skill: which kind it is, never what was said or by whom."""

import re

from ask_sdk_model import IntentRequest, Request, SessionEndedRequest

from skill.alexa.intents import BY_NAME

OTHER = "other"
"""Stands for a name that is none of Alexa's and none of ours, and so could be anything."""

_ID = re.compile(r"amzn1\.echo-api\.request\.[\w.-]{1,80}")
"""[A] the request ids in request-and-response-json-reference.html."""


def facts_of(request: Request) -> dict[str, object]:
    """A request's id, its type, its intent, and why the session ended, each in a word that is known beforehand."""
    facts: dict[str, object] = {
        "request": request.request_id if _ID.fullmatch(request.request_id or "") else OTHER,
        "type": request.object_type if request.object_type in Request.discriminator_value_class_map else OTHER,
    }
    match request:
        case IntentRequest(intent=intent):
            facts["intent"] = intent.name if intent and intent.name in BY_NAME else OTHER
        case SessionEndedRequest(reason=reason, error=error):
            facts["ended"] = reason.value if reason else OTHER
            if error and error.object_type:
                facts["error"] = error.object_type.value
        case _:
            pass
    return facts
