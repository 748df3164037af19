"""The skill as an AWS Lambda function: `skill.web.aws.handler`.

AWS delivers what Alexa signed, so nothing is verified here but the skill's id: whoever learns the function's name
could point a skill of their own at it.
"""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from skill.alexa import logs
from skill.alexa.envelope import Serializer
from skill.alexa.logs import Outcome, note
from skill.alexa.verify import NotFromAlexa, Reason, application_id
from skill.web.assembly import Assembly, assemble
from skill.web.settings import Settings, SettingsFaults

log = logging.getLogger(__name__)


def handler(event: Mapping[str, Any], context: object) -> Any:
    """Answer one request of Alexa's.

    Args:
        event: the request envelope, as Lambda parsed it.
        context: Lambda's own; not used.

    Returns:
        The response envelope, for Lambda to write as JSON.

    Raises:
        NotFromAlexa: it is meant for another skill.
        SettingsFaults: the environment does not say which skill this is.
        NotAnEnvelope: it is no request of Alexa's.
    """
    with logs.request():
        parts, skill_ids = _start()
        if application_id(event) not in skill_ids:
            note(outcome=Outcome.REFUSED, reason=Reason.SKILL_OTHER)
            raise NotFromAlexa(Reason.SKILL_OTHER)
        envelope = Serializer().read(event)
        try:
            return parts.skill.serializer.serialize(parts.skill.invoke(envelope, context))
        except Exception:
            log.exception("the SDK gave no answer")
            note(outcome=Outcome.APOLOGISED)
            return parts.apologise(event)


@cache
def _start() -> tuple[Assembly, tuple[str, ...]]:
    """Everything that outlives a request."""
    settings = Settings.from_environment()
    if not settings.skill_ids:
        raise SettingsFaults(("HIP_COACH_SKILL_ID is not set: a Lambda function needs it",))
    logs.write_to()
    return assemble(settings), settings.skill_ids


# Lambda gives a function that is starting a whole processor, and one that answers a share of it [K]. So the start is
# made with the import; what is wrong with it is raised by the first request, and logged with that.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    with suppress(Exception):
        _start()
