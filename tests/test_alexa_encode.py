"""Every answer keeps the law of responses: it speaks, and it states whether the session ends."""

from typing import Any

import law
import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Response

from skill.alexa.responses import apology_of, cannot_fulfill, nothing, response_of
from skill.dialogue.prompt import Card, Prompt, Say, Silence, Sound
from skill.library.limits import CARD_CHARACTERS

ASKING = Prompt(parts=(Say("Are you set?"),), reprompt=(Say("Say ready."),), listen=True)
CLOSING = Prompt(parts=(Say("See you soon."),))


def written(response: Response) -> Any:
    return DefaultSerializer().serialize(response)


def test_a_question_keeps_the_session_open_and_is_asked_again() -> None:
    """She listens, and if nobody answers she says what can be said."""
    answer = written(response_of(ASKING))
    assert answer["outputSpeech"] == {"type": "SSML", "ssml": "<speak>Are you set?</speak>"}
    assert answer["reprompt"] == {"outputSpeech": {"type": "SSML", "ssml": "<speak>Say ready.</speak>"}}
    assert answer["shouldEndSession"] is False


def test_a_goodbye_ends_the_session_and_is_not_repeated() -> None:
    """The microphone does not open after a goodbye."""
    answer = written(response_of(CLOSING))
    assert answer["shouldEndSession"] is True
    assert "reprompt" not in answer


def test_sounds_are_fetched_from_where_they_are_served() -> None:
    """A hold is heard as its sound, in the answer and in the reprompt."""
    prompt = Prompt((Say("Hold."), Sound("en-hold-20-ticks", 21)), (Sound("en-bed-60", 60), Say("Set?")), listen=True)
    answer = written(response_of(prompt, "https://example.com/sounds"))
    assert 'src="https://example.com/sounds/en-hold-20-ticks.mp3"' in answer["outputSpeech"]["ssml"]
    assert 'src="https://example.com/sounds/en-bed-60.mp3"' in answer["reprompt"]["outputSpeech"]["ssml"]


def test_what_the_content_says_is_escaped() -> None:
    """An ampersand in a sentence does not silence her."""
    answer = written(response_of(Prompt((Say('Knees & "hips" < toes'),))))
    assert law.speech_of(answer["outputSpeech"]) == 'Knees & "hips" < toes'


@pytest.mark.parametrize("text", ["", "a", "x" * (2 * CARD_CHARACTERS)])
def test_a_card_keeps_to_its_limit(text: str) -> None:
    """A card that is too long would cost the whole answer, so it is cut."""
    card = written(response_of(Prompt(CLOSING.parts, card=Card("Hip Coach", text))))["card"]
    assert (card["type"], card["title"]) == ("Simple", "Hip Coach")
    assert card["content"] == text[: CARD_CHARACTERS - len("Hip Coach")]


def test_a_title_that_is_too_long_leaves_no_room_for_a_text() -> None:
    """And is cut itself."""
    card = written(response_of(Prompt(CLOSING.parts, card=Card("x" * 9000, "text"))))["card"]
    assert (len(card["title"]), card["content"]) == (CARD_CHARACTERS, "")


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(),
        Prompt(parts=(Say("x" * 9000),)),
        Prompt(parts=(Silence(11),)),
        Prompt(parts=(Say("?"),), reprompt=(Sound("en-bed-60", 91),), listen=True),
    ],
    ids=["silent", "too long", "too quiet", "too much sound in the reprompt"],
)
def test_what_no_device_would_play_is_not_sent(prompt: Prompt) -> None:
    """Whoever made such an answer hears of it; a person never does."""
    with pytest.raises(ValueError, match=r".+"):
        response_of(prompt)


def test_an_apology_needs_no_renderer_and_listens_on() -> None:
    """Even when speech cannot be made into SSML she can say sorry."""
    answer = written(apology_of("Sorry.", "Say next."))
    assert answer["outputSpeech"] == {"type": "PlainText", "text": "Sorry."}
    assert answer["reprompt"] == {"outputSpeech": {"type": "PlainText", "text": "Say next."}}
    assert answer["shouldEndSession"] is False


def test_where_nothing_may_be_said_nothing_is() -> None:
    """The empty response is empty, and a question about our abilities is answered with no."""
    assert written(nothing()) == {}
    assert written(cannot_fulfill()) == {"canFulfillIntent": {"canFulfill": "NO"}}
