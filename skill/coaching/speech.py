"""How long speech takes. An estimate: Alexa tells nobody how fast it speaks, so it errs to the long side a little."""

import re
from functools import lru_cache

_LETTERS_A_SECOND = {"en": 17.0}
"""Fitted to an offline neural voice reading our own content, then a little slower: about 165 words a minute."""

_SENTENCE_PAUSE = 0.5
_COMMA_PAUSE = 0.25
_SHORTEST = 0.4


_LETTER = re.compile(r"[\w' ]")
_SENTENCE_END = re.compile(r"[.?!:](?=\s)")
_COMMA = re.compile(r"[,;](?=\s)")

TEXTS = 4096
"""Texts whose length is remembered: most of what she says is said again and again, to everybody."""


@lru_cache(maxsize=TEXTS)
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
    letters = len(_LETTER.findall(text))
    pauses = len(_SENTENCE_END.findall(text)) * _SENTENCE_PAUSE + len(_COMMA.findall(text)) * _COMMA_PAUSE
    rate = _LETTERS_A_SECOND.get(language, _LETTERS_A_SECOND["en"])
    return max(_SHORTEST, letters / rate + pauses) / pace
