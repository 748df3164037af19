"""At the edges of what Alexa may send and show: each decided one way, and kept so."""

import json
from typing import Any

import forge
import law
import pytest
from ask_sdk_core.serialize import DefaultSerializer
from telling_turns import Told

from skill.alexa.door.refusals import NotFromAlexa, Reason
from skill.alexa.envelope import read
from skill.alexa.responses import response_of
from skill.alexa.verify import Verifier, check_skill
from skill.dialogue.events import UNKNOWN, Explain
from skill.dialogue.prompt import Card, Prompt, Say
from skill.library.limits import CARD_CHARACTERS

# Whom it is meant for


@pytest.mark.parametrize("identity", [7, 7.5, True, None, [], ["x"], {}, {"applicationId": "x"}])
@pytest.mark.parametrize("place", ["context", "session"])
def test_an_id_that_is_no_text_names_no_skill(place: str, identity: Any) -> None:
    """Neither where it stands alone, nor beside the other place: where something odd stands, nothing is guessed."""
    asked = law.envelope("launch")
    other = "session" if place == "context" else "context"
    _application(asked, place)["applicationId"] = identity
    skill_ids = frozenset({law.SKILL_ID})
    if identity is None:  # as if it were not there, so the other place says whom it is meant for
        check_skill(*read(json.dumps(asked)), skill_ids)
    else:
        with pytest.raises(NotFromAlexa, match=Reason.SKILL_TYPE):
            check_skill(*read(json.dumps(asked)), skill_ids)
    del asked[other]
    with pytest.raises(NotFromAlexa) as refused:
        check_skill(*read(json.dumps(asked)), skill_ids)
    assert refused.value.reason is (Reason.SKILL_MISSING if identity is None else Reason.SKILL_TYPE)


def _application(asked: dict[str, Any], place: str) -> dict[str, Any]:
    holder: dict[str, Any] = asked["context"]["System"] if place == "context" else asked["session"]
    application: dict[str, Any] = holder["application"]
    return application


# How old it may be


def checked(kind: str, seconds: int, tmp_path: Any) -> Reason | None:
    """Why a request of that type and age is refused; None where it is let in."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(forge.trusted())
    gate = Verifier(
        trust_roots=roots, fetch=lambda _: forge.good_pem(), clock=lambda: forge.NOW, skill_ids=forge.SKILL_IDS
    )
    case = forge.request("aged", content=forge.body("skill-enabled", type=kind, timestamp=forge._aged(seconds)))
    try:
        gate.check(case.headers, case.body)
    except NotFromAlexa as refusal:
        return refusal.reason
    return None


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
def test_only_the_skill_events_that_are_known_may_be_an_hour_old(kind: str, longest: int, tmp_path: Any) -> None:
    """Before and ahead, to the second; an unknown one has the time of any other request."""
    assert checked(kind, longest, tmp_path) is None
    assert checked(kind, -longest, tmp_path) is None
    assert checked(kind, longest + 1, tmp_path) is Reason.TIME_OLD
    assert checked(kind, -longest - 1, tmp_path) is Reason.TIME_AHEAD


# What a slot says


def _explain(*authorities: dict[str, Any]) -> dict[str, Any]:
    slot = law.matched("exercise", "figure-4") | {"resolutions": {"resolutionsPerAuthority": list(authorities)}}
    return law.intent("ExplainIntent", exercise=slot)


def _authority(code: str, *identities: str) -> dict[str, Any]:
    values = [{"value": {"name": "whatever", "id": identity}} for identity in identities]
    return {"authority": "us", "status": {"code": code}, "values": values}


@pytest.mark.parametrize("code", ["ER_SUCCESS_NO_MATCH", "ER_ERROR_TIMEOUT", "ER_ERROR_EXCEPTION"])
def test_an_authority_without_a_match_is_not_asked_for_its_values(code: str) -> None:
    """Whatever values it sends: only one that is sure names something."""
    assert law.decoded(_explain(_authority(code, "hip-thrust"))) == Explain(UNKNOWN)
    sure = _authority("ER_SUCCESS_MATCH", "figure-4")
    assert law.decoded(_explain(_authority(code, "hip-thrust"), sure)) == Explain("figure-4")


def test_an_authority_that_is_sure_of_nothing_is_passed_over() -> None:
    """A match without values is none."""
    sure = _authority("ER_SUCCESS_MATCH", "figure-4")
    assert law.decoded(_explain(_authority("ER_SUCCESS_MATCH"), sure)) == Explain("figure-4")
    assert law.decoded(_explain(_authority("ER_SUCCESS_MATCH"))) == Explain(UNKNOWN)


# What a card holds


@pytest.mark.parametrize("letters", [CARD_CHARACTERS - 1, CARD_CHARACTERS, CARD_CHARACTERS + 1, 3 * CARD_CHARACTERS])
def test_a_title_that_is_too_long_is_cut(letters: int) -> None:
    """Title and text together keep to the limit, however long the title is."""
    card = Card("t" * letters, "some text")
    written = DefaultSerializer().serialize(response_of(Prompt((Say("See you."),), card=card)))["card"]
    assert written["title"] == "t" * min(letters, CARD_CHARACTERS)
    assert written["content"] == "some text"[: max(0, CARD_CHARACTERS - letters)]


# A device's fault


def test_an_answer_without_sounds_that_failed_blames_no_sounds() -> None:
    """It had none, so they go on being sent."""
    told = Told(sounds=True)
    told.say("open")
    told.end("device fails")
    assert not told.person["sounds_failed"]
    assert told.person["sounds_failures"] == 0
    assert "couldn't play my sounds" not in told.say("open")


@pytest.mark.parametrize("how", ["walks away", "nobody answers"])
def test_a_session_that_a_person_ended_blames_no_sounds(how: str) -> None:
    """They were heard, or nobody can tell."""
    told = Told(sounds=True)
    told.all("start hip routine", "ready", "ready", "ready")
    told.end(how)
    assert not told.person["sounds_failed"]


def test_an_answer_with_sounds_that_failed_is_counted_aloud_next_time() -> None:
    """And so she says."""
    told = Told(sounds=True)
    told.all("start hip routine", "ready", "ready", "ready")
    told.end("device fails")
    assert told.person["sounds_failed"]
    assert told.say("open").startswith("I couldn't play my sounds last time, so I'll count aloud.")
