"""Parts of a prompt as SSML and as plain text, within the limits of one response."""

from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from skill.coaching.timeline import TEXTS
from skill.dialogue.prompt import Part, Say, Silence, Sound
from skill.library import limits


class BreaksLimit(ValueError):
    """What was to be said cannot be said in one response; the message names the limit and by how much."""


def ssml(parts: Sequence[Part], sounds_at: str = "", *, reprompt: bool = False) -> str:
    """The parts as one SSML document.

    Args:
        parts: what is heard, in order.
        sounds_at: the https address under which the device finds `<name>.mp3`, without a slash at the end.
        reprompt: whether it is a reprompt, which may hold less sound.

    Returns:
        `<speak>…</speak>`, well formed, with everything from the content escaped.

    Raises:
        BreaksLimit: too many characters or clips, too much sound, or too long a silence.
    """
    _check_sounds(parts, limits.REPROMPT_AUDIO_SECONDS if reprompt else limits.AUDIO_SECONDS)
    document = f"<speak>{' '.join(_tags(parts, sounds_at))}</speak>"
    if len(document) >= limits.SPEECH_CHARACTERS:
        raise BreaksLimit(f"{len(document)} characters of speech, fewer than {limits.SPEECH_CHARACTERS} are allowed")
    return document


def plain(parts: Sequence[Part]) -> str:
    """What is said, without quiet and sounds."""
    return " ".join(part.text for part in parts if isinstance(part, Say))


def _tags(parts: Sequence[Part], sounds_at: str) -> list[str]:
    """Each part as SSML; an answer counted aloud has a hundred of them, so they are gone through once."""
    tags = []
    run = 0.0
    for part in parts:
        if isinstance(part, Silence):
            run += part.seconds
            if run > limits.SILENCE_SECONDS:
                raise BreaksLimit(
                    f"{run:.1f} seconds of silence in a row, at most {limits.SILENCE_SECONDS} are allowed"
                )
            tags.append(_break(part.seconds))
            continue
        run = 0.0
        if isinstance(part, Say):
            tags.append(_escaped(part.text))
        else:
            tags.append(f"<audio src={quoteattr(f'{sounds_at}/{part.name}.mp3')}/>")
    return tags


@lru_cache(maxsize=TEXTS)
def _break(seconds: float) -> str:
    return f'<break time="{round(seconds * 1000)}ms"/>'


@lru_cache(maxsize=TEXTS)
def _escaped(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _check_sounds(parts: Sequence[Part], most_seconds: float) -> None:
    sounds = [part for part in parts if isinstance(part, Sound)]
    seconds = sum(sound.seconds for sound in sounds)
    if len(sounds) > limits.CLIPS:
        raise BreaksLimit(f"{len(sounds)} sounds in one response, at most {limits.CLIPS} are allowed")
    if seconds > most_seconds:
        raise BreaksLimit(f"{seconds:.0f} seconds of sound in one response, at most {most_seconds} are allowed")
