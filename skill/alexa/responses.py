"""A prompt becomes a response, and it keeps the law: it speaks, and it states whether the session ends."""

from ask_sdk_model import Response
from ask_sdk_model.canfulfill import CanFulfillIntent, CanFulfillIntentValues
from ask_sdk_model.ui import Card, PlainTextOutputSpeech, Reprompt, SimpleCard, SsmlOutputSpeech

from skill.alexa.envelope import Envelope
from skill.dialogue import prompt as ours
from skill.dialogue.prompt import Prompt
from skill.library.limits import CARD_CHARACTERS
from skill.media.speech import ssml

SPOKEN_TO = ("LaunchRequest", "IntentRequest")
"""The types of request that have to be answered with speech."""


def response_of(prompt: Prompt, sounds_at: str = "") -> Response:
    """The response to a launch or an intent.

    Args:
        prompt: what is to be heard and shown.
        sounds_at: the https address under which Alexa finds the sounds.

    Raises:
        ValueError: nothing is to be heard, which no answer may do, or a limit would be broken.
    """
    if not prompt.parts:
        raise ValueError("an answer has to say something")
    asked = SsmlOutputSpeech(ssml=ssml(prompt.reprompt, sounds_at, reprompt=True)) if prompt.reprompt else None
    return Response(
        output_speech=SsmlOutputSpeech(ssml=ssml(prompt.parts, sounds_at)),
        reprompt=Reprompt(output_speech=asked) if asked else None,
        card=_card(prompt.card) if prompt.card else None,
        should_end_session=not prompt.listen,
    )


def _card(card: ours.Card) -> Card:
    """A simple card; what exceeds the limit is cut, since a card is only a souvenir of what was said."""
    title = card.title[:CARD_CHARACTERS]
    return SimpleCard(title=title, content=card.text[: CARD_CHARACTERS - len(title)])


def apology_of(sorry: str, question: str) -> Response:
    """The response when a turn failed: plain text, because the renderer may be what failed; it listens on."""
    return Response(
        output_speech=PlainTextOutputSpeech(text=sorry),
        reprompt=Reprompt(output_speech=PlainTextOutputSpeech(text=question)),
        should_end_session=False,
    )


def last_resort(envelope: Envelope, sorry: str, question: str) -> dict[str, object]:
    """The same apology as JSON, made without the SDK, for when the SDK is what failed.

    Returns:
        The response envelope: the apology and the session as it came for a launch or an intent, silence for others.
    """
    if envelope.request.object_type not in SPOKEN_TO:
        return {"version": "1.0", "response": {}}
    spoken, asked = ({"outputSpeech": {"type": "PlainText", "text": text}} for text in (sorry, question))
    attributes = envelope.session and envelope.session.attributes
    return {
        "version": "1.0",
        **({"sessionAttributes": attributes} if attributes else {}),
        "response": {**spoken, "reprompt": asked, "shouldEndSession": False},
    }


def nothing() -> Response:
    """The empty response, for requests to which nothing may be said."""
    return Response()


def cannot_fulfill() -> Response:
    """The response to CanFulfillIntentRequest: what she does needs a conversation, so others do it better."""
    return Response(can_fulfill_intent=CanFulfillIntent(can_fulfill=CanFulfillIntentValues.NO))
