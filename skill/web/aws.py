"""The skill as an AWS Lambda function: `skill.web.aws.handler`.

AWS delivers what Alexa signed, so nothing is verified here but the skill's id: whoever learns the function's name
could point a skill of their own at it.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from skill.alexa import logs
from skill.alexa.envelope import NotAnEnvelope, read
from skill.alexa.logs import Outcome, note
from skill.alexa.verify import NotFromAlexa, check_skill
from skill.web.assembly import Assembly, assemble
from skill.web.settings import Settings, SettingsFaults


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
        try:
            # Written again, because there is one reader: whatever Lambda's own lets through is held to the same rules.
            envelope, odd = read(json.dumps(event))
            check_skill(envelope, odd, skill_ids)
        except (NotAnEnvelope, NotFromAlexa) as refused:
            note(outcome=Outcome.REFUSED, reason=refused.reason)
            raise
        try:
            return parts.skill.serializer.serialize(parts.skill.invoke(envelope, context))  # type: ignore[arg-type]  # made for it
        except Exception:
            return parts.apologise(envelope)


@cache
def _start() -> tuple[Assembly, frozenset[str]]:
    """Everything that outlives a request."""
    settings = Settings.from_environment()
    if not settings.skill_ids:
        raise SettingsFaults(("HIP_COACH_SKILL_ID is not set: a Lambda function needs it",))
    logs.write_to()
    return assemble(settings), frozenset(settings.skill_ids)


# Lambda gives a function that is starting a whole processor, and one that answers a share of it [K]. So the start is
# made with the import; what is wrong with it is raised by the first request, and logged with that.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    with suppress(Exception):
        _start()
