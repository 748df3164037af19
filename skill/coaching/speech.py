"""How long speech takes. An estimate: Alexa tells nobody how fast it speaks, so it errs to the long side a little."""

import re

_LETTERS_A_SECOND = {"en": 17.0}
"""Fitted to an offline neural voice reading our own content, then a little slower: about 165 words a minute."""

_SENTENCE_PAUSE = 0.5
_COMMA_PAUSE = 0.25
_SHORTEST = 0.4


def speaking_seconds(text: str, language: str = "en", pace: float = 1.0) -> float:
    """Seconds that a text takes to speak.

    Args:
        text: plain words and punctuation.
        language: the content language; an unknown one is taken to be as fast as English.
        pace: 1.0 is the usual rate, 2.0 twice as fast.
    """
    text = text.strip()
    if not text:
        return 0.0
    letters = len(re.sub(r"[^\w' ]", "", text))
    pauses = (
        len(re.findall(r"[.?!:](?=\s)", text)) * _SENTENCE_PAUSE + len(re.findall(r"[,;](?=\s)", text)) * _COMMA_PAUSE
    )
    rate = _LETTERS_A_SECOND.get(language, _LETTERS_A_SECOND["en"])
    return max(_SHORTEST, letters / rate + pauses) / pace
