"""At the edges of what Alexa may send: whom it is meant for, and how old it may be."""

import json
from pathlib import Path
from typing import Any

import forge
import law
import pytest

from skill.alexa.envelope import read
from skill.alexa.refusals import NotFromAlexa, Reason
from skill.alexa.verify import Verifier, check_skill


@pytest.mark.parametrize("identity", [7, 7.5, True, None, [], ["x"], {}, {"applicationId": "x"}])
@pytest.mark.parametrize("place", ["context", "session"])
def test_an_id_that_is_no_text_names_no_skill(place: str, identity: Any) -> None:
    """Neither where it stands alone, nor beside the other place: where something odd stands, nothing is guessed."""
    asked = law.envelope("launch")
    holder = asked["context"]["System"] if place == "context" else asked["session"]
    holder["application"]["applicationId"] = identity
    skill_ids = frozenset({law.SKILL_ID})
    if identity is None:  # as if it were not there, so the other place says whom it is meant for
        check_skill(*read(json.dumps(asked)), skill_ids)
    else:
        with pytest.raises(NotFromAlexa, match=Reason.SKILL_TYPE):
            check_skill(*read(json.dumps(asked)), skill_ids)
    del asked["session" if place == "context" else "context"]
    with pytest.raises(NotFromAlexa) as refused:
        check_skill(*read(json.dumps(asked)), skill_ids)
    assert refused.value.reason is (Reason.SKILL_MISSING if identity is None else Reason.SKILL_TYPE)


@pytest.mark.parametrize(
    ("kind", "longest"),
    [
        ("AlexaSkillEvent.SkillEnabled", 3600),
        ("AlexaSkillEvent.SkillDisabled", 3600),
        ("AlexaSkillEvent.SkillPermissionChanged", 3600),
        ("AlexaSkillEvent.SkillPermissionAccepted", 3600),
        ("AlexaSkillEvent.SkillAccountLinked", 3600),
        ("AlexaSkillEvent.SomethingNew", 150),
        ("AlexaSkillEvent.", 150),
        ("LaunchRequest", 150),
    ],
)
def test_only_the_skill_events_that_are_known_may_be_an_hour_old(kind: str, longest: int, tmp_path: Path) -> None:
    """Before and ahead, to the second; an unknown one has the time of any other request."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(forge.trusted())
    gate = Verifier(
        trust_roots=roots, fetch=lambda _: forge.good_pem(), clock=lambda: forge.NOW, skill_ids=forge.SKILL_IDS
    )
    ages = {longest: None, -longest: None, longest + 1: Reason.TIME_OLD, -longest - 1: Reason.TIME_AHEAD}
    for seconds, reason in ages.items():
        content = forge.body("skill-enabled", type=kind, timestamp=forge._aged(seconds))
        case = forge.request("aged", content=content)
        if reason is None:
            gate.check(case.headers, case.body)
            continue
        with pytest.raises(NotFromAlexa) as refused:
            gate.check(case.headers, case.body)
        assert refused.value.reason is reason
