"""Every answer keeps the law of responses: it speaks, and it states whether the session ends."""

from typing import Any
from xml.etree import ElementTree

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Response
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.responses import apology_of, cannot_fulfill, nothing, response_of
from skill.dialogue.prompt import Card, Part, Prompt, Say, Silence, Sound
from skill.library import limits
from skill.library.limits import CARD_CHARACTERS
from skill.media.speech import BreaksLimit, plain, ssml

SOUNDS = "https://example.org/sounds"


def written(response: Response) -> Any:
    return DefaultSerializer().serialize(response)


def test_a_question_keeps_the_session_open_and_is_asked_again() -> None:
    answer = written(response_of(Prompt((Say("Are you set?"),), (Say("Say ready."),), listen=True)))
    assert answer["outputSpeech"] == {"type": "SSML", "ssml": "<speak>Are you set?</speak>"}
    assert answer["reprompt"] == {"outputSpeech": {"type": "SSML", "ssml": "<speak>Say ready.</speak>"}}
    assert answer["shouldEndSession"] is False


def test_a_goodbye_ends_the_session_and_is_not_repeated() -> None:
    answer = written(response_of(Prompt((Say("See you soon."),))))
    assert answer["shouldEndSession"] is True
    assert "reprompt" not in answer


def test_sounds_are_fetched_from_where_they_are_served() -> None:
    prompt = Prompt((Say("Hold."), Sound("en-hold-20-ticks", 21)), (Sound("en-bed-60", 60), Say("Set?")), listen=True)
    answer = written(response_of(prompt, SOUNDS))
    assert f'src="{SOUNDS}/en-hold-20-ticks.mp3"' in answer["outputSpeech"]["ssml"]
    assert f'src="{SOUNDS}/en-bed-60.mp3"' in answer["reprompt"]["outputSpeech"]["ssml"]


def test_an_apology_needs_no_renderer_and_listens_on() -> None:
    """Even when speech cannot be made into SSML she can say sorry."""
    answer = written(apology_of("Sorry.", "Say next."))
    assert answer["outputSpeech"] == {"type": "PlainText", "text": "Sorry."}
    assert answer["reprompt"] == {"outputSpeech": {"type": "PlainText", "text": "Say next."}}
    assert answer["shouldEndSession"] is False


def test_where_nothing_may_be_said_nothing_is() -> None:
    assert written(nothing()) == {}
    assert written(cannot_fulfill()) == {"canFulfillIntent": {"canFulfill": "NO"}}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        *((9, text) for text in ("", "a", "x" * (2 * CARD_CHARACTERS))),
        *((CARD_CHARACTERS + more, "some text") for more in (-1, 0, 1, 2 * CARD_CHARACTERS)),
    ],
)
def test_a_card_keeps_to_its_limit(title: int, text: str) -> None:
    """A card that is too long would cost the whole answer, so first its text is cut, then its title."""
    card = written(response_of(Prompt((Say("See you."),), card=Card("t" * title, text))))["card"]
    content = text[: max(0, CARD_CHARACTERS - title)]
    assert card == {"type": "Simple", "title": "t" * min(title, CARD_CHARACTERS), "content": content}


def test_a_prompt_listens_exactly_when_it_has_a_reprompt() -> None:
    for listen, reprompt in ((True, ()), (False, (Say("Still there?"),))):
        with pytest.raises(ValueError, match="reprompt"):
            Prompt((Say("Hello."),), reprompt, listen=listen)


# Speech


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_becomes_well_formed_speech(text: str) -> None:
    """Whatever stands in the content, the device gets well-formed SSML that says just that."""
    assert (ElementTree.fromstring(ssml([Say(text)])).text or "") == text


def test_quiet_and_sounds_become_tags() -> None:
    spoken = ssml([Say("Hold."), Silence(2.5), Sound("en-hold-20-ticks", 21)], SOUNDS)
    assert spoken == f'<speak>Hold. <break time="2500ms"/> <audio src="{SOUNDS}/en-hold-20-ticks.mp3"/></speak>'
    assert plain([Say("Hold."), Silence(2.5), Say("Done.")]) == "Hold. Done."


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([], ".+"),
        ([Say("x" * 8000)], "characters of speech"),
        ([Silence(11)], "11.0 seconds of silence in a row"),
        ([Silence(6), Silence(5)], "11.0 seconds of silence in a row"),
        ([Sound("a", 1)] * 6, "6 sounds"),
        ([Sound("a", 130)] * 2, "260 seconds of sound"),
    ],
)
def test_what_breaks_a_limit_is_refused(parts: list[Part], says: str) -> None:
    """Alexa would drop such a response without a word, so it never leaves the house."""
    with pytest.raises(ValueError, match=says):
        response_of(Prompt(tuple(parts)))


def test_a_reprompt_may_hold_less_sound() -> None:
    assert limits.REPROMPT_AUDIO_SECONDS == 90
    ssml([Sound("a", 91)])
    with pytest.raises(BreaksLimit):
        ssml([Sound("a", 91)], reprompt=True)
    with pytest.raises(ValueError, match=r".+"):
        response_of(Prompt((Say("?"),), (Sound("en-bed-60", 91),), listen=True))
