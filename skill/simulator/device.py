"""A virtual Echo: it listens, speaks and closes as a real one does, and says on the wire what a real one says.

Its time moves only when it is told to: by a clock in a terminal, by jumps in a test. All that happens comes back as a
tuple of happenings, in order.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from skill.hearing import EXIT, FALLBACK, LAUNCH, Ear, Heard
from skill.library.limits import LISTENING_SECONDS
from skill.library.values import Value, replace
from skill.simulator.law import faults
from skill.simulator.playback import Fetch, Playback, no_sounds, playback_of
from skill.simulator.wire import Conversation, Envelopes, Identity, Send, UnansweredError, random_ids


class State(StrEnum):
    """What the device is doing."""

    CLOSED = "closed"
    SPEAKING = "speaking"
    LISTENING = "listening"


class Ending(StrEnum):
    """Why a session is over."""

    DONE = "the skill ended it"
    LEFT = "the person left"
    NOBODY_ANSWERED = "nobody answered"
    REFUSED = "the device could not use the response"


class Deaf(StrEnum):
    """Why something that was said came to nothing."""

    SPEAKING = "while she speaks, only the wake word gets through"
    CLOSED = "no session is open, and the skill was not named"
    NOTHING = "nothing was said"
    NO_FALLBACK = "not understood, and the model has no intent for that"


class Understood(Value):
    """Something was said and taken for an intent, or for nothing the skill knows."""

    heard: Heard


class Ignored(Value):
    """Something was said and nothing came of it."""

    why: Deaf


class Cut(Value):
    """Somebody spoke into what was being said, so many seconds after it began."""

    after: float


class Speaks(Value):
    """She begins to speak; `again` when it is the reprompt."""

    speech: Playback
    again: bool = False


class Listens(Value):
    """The microphone opens."""

    again: bool = False


class Shows(Value):
    """A card arrived in the companion app."""

    title: str
    text: str


class Refused(Value):
    """The device cannot use a response."""

    problems: tuple[str, ...]


class Closed(Value):
    """The session is over."""

    why: Ending


Happening = Understood | Ignored | Cut | Speaks | Listens | Shows | Refused | Closed

MIDWAY_SECONDS = 2.0
"""How long a device waits for the next word of a sentence."""

APOLOGY = "There was a problem with the requested skill's response."
"""What Alexa says in its own voice when it cannot use a response."""


class Manners(Value):
    """Seconds from the reply to its first sound, to say the wake word and be noticed, and to say one word."""

    start: float = 1.5
    wake: float = 1.0
    word: float = 0.4


class Device:
    """One Echo without a screen, with one skill on it."""

    def __init__(
        self,
        send: Send,
        ear: Ear,
        now: datetime,
        *,
        identity: Identity | None = None,
        ids: Iterator[str] | None = None,
        fetch: Fetch = no_sounds,
        manners: Manners | None = None,
    ) -> None:
        """Plug it in, at a time with a time zone."""
        self.now = now
        self.state = State.CLOSED
        self.ear = ear
        self.until: datetime | None = None
        self.speech = Playback()
        self.last: tuple[dict[str, Any], dict[str, Any] | None] | None = None
        self._send = send
        self._fetch = fetch
        self._manners = manners or Manners()
        self._envelopes = Envelopes(identity or Identity(), ids or random_ids())
        self._session: Conversation | None = None
        self._began = now
        self._reprompt = Playback()
        self._again = False

    @property
    def position(self) -> float:
        """How many seconds of `speech` have been heard."""
        return max(0.0, min((self.now - self._began).total_seconds(), self.speech.seconds))

    @property
    def parting(self) -> bool:
        """Whether the session is over once she has said what she is saying."""
        return self.state is State.SPEAKING and self._session is None

    def hear(self, text: str, *, woken: bool = False) -> tuple[Happening, ...]:
        """Somebody says something, now, with or without a wake word; `woken` takes it as said with it."""
        heard = self.ear.hear(text)
        heard = replace(heard, woken=heard.woken or woken)
        deaf = self._deaf(text, heard)
        if deaf:
            return (Ignored(deaf),)
        cut = (Cut(self.position),) if self.state is State.SPEAKING else ()
        self._enter(State.LISTENING)
        asking = len(text.split()) * self._manners.word + (self._manners.wake if heard.woken else 0.0)
        self.now += timedelta(seconds=asking)
        return (*cut, Understood(heard), *self._ask(heard))

    def pass_over(self, seconds: float) -> tuple[Happening, ...]:
        """So many seconds go by without a word."""
        return self.pass_to(self.now + timedelta(seconds=seconds))

    def pass_to(self, moment: datetime) -> tuple[Happening, ...]:
        """Time goes by until a moment; nothing happens where that is in the past."""
        happened: list[Happening] = []
        while self.until is not None and self.until <= moment:
            self.now = max(self.now, self.until)
            happened += self._move_on()
        self.now = max(self.now, moment)
        return tuple(happened)

    def keep_listening(self, moment: datetime) -> tuple[Happening, ...]:
        """Somebody is in the middle of a sentence at this moment, so an open microphone stays open."""
        if self.state is State.LISTENING and self.until is not None:
            self.until = max(self.until, moment + timedelta(seconds=MIDWAY_SECONDS))
        return self.pass_to(moment)

    def start_speaking(self) -> tuple[Happening, ...]:
        """Time goes by until the first sound of what she is about to say."""
        return self.pass_to(self._began) if self.state is State.SPEAKING else ()

    def finish_speaking(self) -> tuple[Happening, ...]:
        """Time goes by until she has said what she is saying."""
        return self.pass_to(self.until) if self.state is State.SPEAKING and self.until else ()

    def _deaf(self, text: str, heard: Heard) -> Deaf | None:
        if not text.strip():
            return Deaf.NOTHING
        if self.state is State.SPEAKING and not heard.woken:
            return Deaf.SPEAKING
        if self._session is None and not heard.invoked:
            return Deaf.CLOSED
        if heard.intent == FALLBACK and FALLBACK not in self.ear.slots:
            return Deaf.NO_FALLBACK
        return None

    def _ask(self, heard: Heard) -> tuple[Happening, ...]:
        """Sends what was understood, and takes in the answer."""
        session = self._session if self._session and not heard.invoked else self._envelopes.session()
        self._session = session
        if heard.intent == EXIT:
            return self._end("USER_INITIATED", Ending.LEFT)
        if heard.intent == LAUNCH:
            envelope = self._envelopes.launch(session, self.now)
        else:
            types = self.ear.slots[heard.intent]
            envelope = self._envelopes.intent(session, self.now, heard.intent, types, heard.slots)
        body, problems = self._exchange(envelope)
        if problems:
            ended = self._end("ERROR", Ending.REFUSED, "; ".join(problems))
            return (Refused(problems), Speaks(playback_of({"text": APOLOGY})), *ended)
        return self._take(session, body)

    def _exchange(self, envelope: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The body that answers an envelope, and everything that is wrong with it."""
        self.last = (envelope, None)
        try:
            body = self._send(envelope)
        except UnansweredError as silent:
            return {}, (str(silent),)
        self.last = (envelope, body)
        return body, tuple(faults(body, envelope["request"]["type"], self._fetch))

    def _take(self, session: Conversation, body: Mapping[str, Any]) -> tuple[Happening, ...]:
        """Begins to speak an answer."""
        response = body["response"]
        goes_on = response["shouldEndSession"] is False
        attributes = body.get("sessionAttributes") or {}
        self._session = replace(session, new=False, attributes=attributes) if goes_on else None
        self._reprompt = playback_of((response.get("reprompt") or {}).get("outputSpeech"), self._fetch)
        card = response.get("card") or {}
        shows = (Shows(card.get("title") or "", card.get("content") or card.get("text") or ""),) if card else ()
        return (*shows, *self._speak(playback_of(response["outputSpeech"], self._fetch), again=False))

    def _speak(self, speech: Playback, *, again: bool) -> tuple[Happening, ...]:
        self.speech = speech
        self._again = again
        self._began = self.now + timedelta(seconds=0.0 if again else self._manners.start)
        self._enter(State.SPEAKING, self._began + timedelta(seconds=speech.seconds))
        return (Speaks(speech, again),)

    def _move_on(self) -> tuple[Happening, ...]:
        """What happens by itself when what is going on has come to its end."""
        match self.state, self._session:
            case State.SPEAKING, None:
                self._enter(State.CLOSED)
                return (Closed(Ending.DONE),)
            case State.SPEAKING, _:
                self._enter(State.LISTENING, self.now + timedelta(seconds=LISTENING_SECONDS))
                return (Listens(self._again),)
            case State.LISTENING, _ if not self._again:
                return self._speak(self._reprompt, again=True)
            case _:
                return self._end("EXCEEDED_MAX_REPROMPTS", Ending.NOBODY_ANSWERED)

    def _end(self, reason: str, why: Ending, error: str = "") -> tuple[Happening, ...]:
        """Tells the skill that the session is over; it may not answer."""
        session, self._session = self._session, None
        self._enter(State.CLOSED)
        if session is None:
            return (Closed(why),)
        _, problems = self._exchange(self._envelopes.ended(replace(session, new=False), self.now, reason, error))
        return (*((Refused(problems),) if problems else ()), Closed(why))

    def _enter(self, state: State, until: datetime | None = None) -> None:
        self.state = state
        self.until = until
