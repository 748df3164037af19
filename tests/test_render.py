"""Speech made for the device: escaped, well formed, and refused when it breaks a limit."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.dialogue.prompt import Prompt, Say, Silence, Sound
from skill.library import limits
from skill.media.speech import BreaksLimit, plain, ssml


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_becomes_well_formed_speech(text: str) -> None:
    """Whatever stands in the content, the device gets well-formed SSML that says just that."""
    assert (ElementTree.fromstring(ssml([Say(text)])).text or "") == text


def test_quiet_and_sounds_become_tags() -> None:
    """A break in milliseconds, a sound by its address."""
    spoken = ssml([Say("Hold."), Silence(2.5), Sound("en-hold-20-ticks", 21)], "https://example.org/sounds")
    assert spoken == (
        '<speak>Hold. <break time="2500ms"/> <audio src="https://example.org/sounds/en-hold-20-ticks.mp3"/></speak>'
    )
    assert plain([Say("Hold."), Silence(2.5), Say("Done.")]) == "Hold. Done."


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([Say("x" * 8000)], "characters of speech"),
        ([Silence(6), Silence(5)], "11.0 seconds of silence in a row"),
        ([Sound("a", 1)] * 6, "6 sounds"),
        ([Sound("a", 130)] * 2, "260 seconds of sound"),
    ],
)
def test_what_breaks_a_limit_is_refused(parts: list[Say | Silence | Sound], says: str) -> None:
    """Alexa would drop such a response without a word, so it never leaves the house."""
    with pytest.raises(BreaksLimit, match=says):
        ssml(parts)


def test_a_reprompt_may_hold_less_sound() -> None:
    """Ninety seconds at most."""
    assert limits.REPROMPT_AUDIO_SECONDS == 90
    ssml([Sound("a", 100)])
    with pytest.raises(BreaksLimit):
        ssml([Sound("a", 100)], reprompt=True)


def test_a_prompt_listens_exactly_when_it_has_a_reprompt() -> None:
    """The law of responses, at the earliest moment."""
    for listen, reprompt in ((True, ()), (False, (Say("Still there?"),))):
        with pytest.raises(ValueError, match="reprompt"):
            Prompt((Say("Hello."),), reprompt, listen=listen)
