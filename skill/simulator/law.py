"""What a strict device refuses: everything in a response that breaks one of Alexa's limits or the law of responses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skill.hearing import EXIT
from skill.library import limits
from skill.simulator.playback import (
    Break,
    Clip,
    Fetch,
    Item,
    NotSpeakable,
    Sentence,
    playback_of_ssml,
)


def faults(body: Mapping[str, Any], request_type: str, fetch: Fetch) -> Iterator[str]:
    """Everything wrong with the whole JSON that answers a request, in plain words. `fetch` measures sound files."""
    size = len(json.dumps(body, separators=(",", ":")).encode())
    if size > limits.RESPONSE_BYTES:
        yield f"the response has {size} bytes, more than {limits.RESPONSE_BYTES}"
    response = body.get("response")
    if not isinstance(response, Mapping):
        yield "there is no response in it"
    elif request_type == EXIT:
        yield from (f"{key} is not allowed once the session has ended" for key in response if key != "shouldEndSession")
    else:
        yield from _answer_faults(response, fetch)


def _answer_faults(response: Mapping[str, Any], fetch: Fetch) -> Iterator[str]:
    reprompt = (response.get("reprompt") or {}).get("outputSpeech")
    yield from _law(response, reprompt)
    yield from _speech_faults("outputSpeech", response.get("outputSpeech"), limits.AUDIO_SECONDS, fetch)
    yield from _speech_faults("reprompt", reprompt, limits.REPROMPT_AUDIO_SECONDS, fetch)
    card = response.get("card") or {}
    characters = sum(len(card.get(key) or "") for key in ("title", "content", "text"))
    if characters > limits.CARD_CHARACTERS:
        yield f"the card has {characters} characters, more than {limits.CARD_CHARACTERS}"


def _law(response: Mapping[str, Any], reprompt: object) -> Iterator[str]:
    """Every answer speaks and states shouldEndSession: false with a reprompt, or true without."""
    if not response.get("outputSpeech"):
        yield "it says nothing"
    match response.get("shouldEndSession"), bool(reprompt):
        case None, _:
            yield "shouldEndSession is not stated"
        case False, False:
            yield "it listens, but has no reprompt"
        case True, True:
            yield "it ends the session, but has a reprompt"
        case _:
            pass


def _speech_faults(where: str, speech: object, longest: int, fetch: Fetch) -> Iterator[str]:
    if not isinstance(speech, Mapping):
        return
    text = speech.get("ssml") or speech.get("text") or ""
    if len(text) >= limits.SPEECH_CHARACTERS:
        yield f"{where} has {len(text)} characters, not fewer than {limits.SPEECH_CHARACTERS}"
    if "ssml" not in speech:
        return
    try:
        heard = playback_of_ssml(text, fetch).items
    except NotSpeakable as wrong:
        yield f"{where} is {wrong}"
    else:
        yield from (f"{where}: {fault}" for fault in _sound_faults(heard, longest))


def _sound_faults(heard: Sequence[Item], longest: int) -> Iterator[str]:
    clips = [item for item in heard if isinstance(item, Clip)]
    if len(clips) > limits.CLIPS:
        yield f"{len(clips)} clips, more than {limits.CLIPS}"
    yield from (f"{clip.url} is not https" for clip in clips if not clip.url.startswith("https://"))
    seconds = sum(clip.seconds for clip in clips)
    if seconds > longest:
        yield f"{seconds:.0f} s of clips, more than {longest}"
    silence = max((item.seconds for item in heard if isinstance(item, Break)), default=0.0)
    if silence > limits.SILENCE_SECONDS:
        yield f"{silence:g} s of silence on end, more than {limits.SILENCE_SECONDS}"
    if not any(isinstance(item, Sentence | Clip) for item in heard):
        yield "nothing can be heard"
