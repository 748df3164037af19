"""What a strict device refuses: everything in a response that breaks one of Alexa's limits or the law of responses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from skill.hearing import EXIT
from skill.library import limits
from skill.simulator.playback import (
    Break,
    Clip,
    Fetch,
    NotSpeakable,
    Playback,
    Sentence,
    playback_of_ssml,
    playback_of_text,
    speak_element,
)


def faults(body: Mapping[str, Any], request_type: str, fetch: Fetch) -> Iterator[str]:
    """Everything wrong with the JSON that answers a request, in plain words.

    Args:
        body: the whole answer, with `version`, `response` and perhaps `sessionAttributes`.
        request_type: what was asked, for example `IntentRequest`.
        fetch: where sound files are had, to measure them.
    """
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
    try:
        tree = speak_element(text) if "ssml" in speech else None
    except NotSpeakable as wrong:
        yield f"{where} is {wrong}"
        return
    if tree is not None:
        yield from (f"{where}: {fault}" for fault in _sound_faults(tree, playback_of_ssml(text, fetch), longest))


def _sound_faults(tree: ElementTree.Element, heard: Playback, longest: int) -> Iterator[str]:
    clips = [item for item in heard.items if isinstance(item, Clip)]
    if len(clips) > limits.CLIPS:
        yield f"{len(clips)} clips, more than {limits.CLIPS}"
    yield from (f"{clip.url} is not https" for clip in clips if not clip.url.startswith("https://"))
    seconds = sum(clip.seconds for clip in clips)
    if seconds > longest:
        yield f"{seconds:.0f} s of clips, more than {longest}"
    silence = max(_silences(heard), default=0.0)
    if silence > limits.SILENCE_SECONDS:
        yield f"{silence:g} s of silence on end, more than {limits.SILENCE_SECONDS}"
    if not any(isinstance(item, Sentence | Clip) for item in heard.items):
        yield "nothing can be heard"


def _silences(heard: Playback) -> Iterator[float]:
    """Breaks, those on end added up."""
    run = 0.0
    for item in heard.items:
        run = run + item.seconds if isinstance(item, Break) else 0.0
        yield run


def playback_of(speech: object, fetch: Fetch) -> Playback:
    """What is heard of an `outputSpeech`, whichever of its two kinds it is; nothing where there is none."""
    if not isinstance(speech, Mapping):
        return Playback()
    return playback_of_ssml(speech["ssml"], fetch) if "ssml" in speech else playback_of_text(speech.get("text") or "")
