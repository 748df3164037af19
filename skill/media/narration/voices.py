"""Voices that speak a text. Running the skill needs none, so each imports what it needs when it is made.

`Hibari` is neural and offline; its licence allows keeping and passing on what it says. `Google` asks Google
Translate's voice over the network; what it says is for a person's own use.
"""

import io
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any, Protocol

from skill.media.sounds.samples import RATE, Samples, from_bytes


class VoiceError(Exception):
    """A voice is not installed, or did not speak; the message says what to do."""


class Voice(Protocol):
    """Something that speaks."""

    @property
    def name(self) -> str:
        """Who speaks, for the manifest: engine, version, voice."""
        ...

    @property
    def licence(self) -> str | None:
        """The licence under which what it says may be passed on, or None where it may not."""
        ...

    def say(self, text: str) -> Samples:
        """The text spoken, at RATE.

        Raises:
            VoiceError: it did not work, and trying again here would not help.
        """
        ...


class Hibari:
    """The offline neural voice of the `voice` extra: American English, the same samples every time."""

    licence = "Apache-2.0"

    def __init__(self) -> None:
        """Load the model, which takes about a second.

        Raises:
            VoiceError: hibari-tts is not installed.
        """
        try:
            from importlib.metadata import version

            from hibari import Hibari as Engine
        except ImportError as error:
            raise VoiceError('the offline voice is not installed: pip install "hip-coach[voice]"') from error
        self.name = f"hibari-tts {version('hibari-tts')}, heart"
        self._engine: Any = Engine()

    def say(self, text: str) -> Samples:
        spoken = self._engine(text, seed=0)
        return from_bytes((spoken * 32767).clip(-32767, 32767).astype("<i2").tobytes())


Fetch = Callable[[str, str, float], bytes]
"""An MP3 of a text in a language, within so many seconds."""


class Google:
    """Google's voice through gTTS: needs the network, and ffmpeg to read what comes back.

    gTTS is never given a file to write, so none is left empty when it fails; and it always has a time limit,
    because its own default is to wait for ever.
    """

    licence = None

    def __init__(
        self,
        language: str = "en",
        *,
        timeout: float = 10,
        tries: int = 3,
        fetch: Fetch | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is sent yet.

        Args:
            language: a language that gTTS knows.
            timeout: seconds for connecting, and for each answer.
            tries: how often a sentence is asked for; the pause between grows from one second.
            fetch: what asks, when it is not gTTS.
            sleep: what pauses.
        """
        self.name = f"gTTS, {language}"
        self._language = language
        self._timeout = timeout
        self._tries = tries
        self._fetch = fetch or _gtts
        self._sleep = sleep

    def say(self, text: str) -> Samples:
        for attempt in range(1, self._tries + 1):
            try:
                return self._spoken(text)
            except VoiceError:
                raise
            except Exception as error:  # gTTS raises its own, requests', and AssertionError
                if attempt == self._tries:
                    raise VoiceError(f"gTTS did not speak after {attempt} tries: {error}") from error
                self._sleep(2 ** (attempt - 1))
        raise VoiceError("gTTS was given no try")

    def _spoken(self, text: str) -> Samples:
        mp3 = self._fetch(text, self._language, self._timeout)
        if not mp3:
            raise OSError("an empty answer")
        return decoded(mp3)


def _gtts(text: str, language: str, timeout: float) -> bytes:
    try:
        from gtts import gTTS
    except ImportError as error:
        raise VoiceError('gTTS is not installed: pip install "hip-coach[voice]"') from error
    spoken = io.BytesIO()
    gTTS(text, lang=language, timeout=timeout).write_to_fp(spoken)
    return spoken.getvalue()


def decoded(mp3: bytes, timeout: float = 30) -> Samples:
    """Any MP3 as samples at RATE, decoded by ffmpeg.

    A program rather than a library: it is one `apt` or `brew` away, and only people who want Google's voice
    need it.

    Raises:
        VoiceError: there is no ffmpeg.
        ValueError: ffmpeg cannot read it, or not in time.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise VoiceError("ffmpeg is needed to read Google's answers, and is not on the PATH")
    command = [ffmpeg, "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "pipe:1"]
    try:
        done = subprocess.run(command, input=mp3, capture_output=True, timeout=timeout, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"ffmpeg cannot read the answer: {error}") from error
    if not done.stdout:
        raise ValueError("there is no sound in the answer")
    return from_bytes(done.stdout)
