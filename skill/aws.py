"""The skill as an AWS Lambda function: `skill.aws.handler`.

AWS delivers what Alexa signed, so nothing is verified here but the skill's id: whoever learns the function's name
could point a skill of their own at it.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ask_sdk_core.skill import CustomSkill
from ask_sdk_model import RequestEnvelope

from skill.alexa.verify import NotFromAlexa, application_id
from skill.assembly import assemble
from skill.settings import Settings, SettingsFaults


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
    skill, skill_ids = _start()
    if application_id(event) not in skill_ids:
        raise NotFromAlexa("the request is meant for a skill that HIP_COACH_SKILL_ID does not name")
    envelope = skill.serializer.deserialize(json.dumps(event), RequestEnvelope)
    return skill.serializer.serialize(skill.invoke(envelope, context))


@cache
def _start() -> tuple[CustomSkill, tuple[str, ...]]:
    """Everything that outlives a request; made at the first one, so that a refusal to start is logged with it."""
    settings = Settings.from_environment()
    if not settings.skill_ids:
        raise SettingsFaults(("HIP_COACH_SKILL_ID is not set: a Lambda function needs it",))
    return assemble(settings).skill, settings.skill_ids
