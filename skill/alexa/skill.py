"""The skill as the SDK runs it: one handler, from any request to an event, from any turn to a response."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import cast

from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill import CustomSkill
from ask_sdk_core.skill_builder import CustomSkillBuilder
from ask_sdk_model import Response

from skill.alexa.envelope import Envelope, attributes_of, session_of
from skill.alexa.logs import Outcome, note
from skill.alexa.recall import Found, asking_of, done_of, event_done, owe, recall, remember
from skill.alexa.requests import event_of, facts_of, sent_at
from skill.alexa.responses import SPOKEN_TO, apology_of, cannot_fulfill, last_resort, nothing, response_of
from skill.alexa.sdk import Serializer
from skill.alexa.time_zone import device_zone, zone
from skill.dialogue.events import Event
from skill.dialogue.respond import respond
from skill.dialogue.session import Forget, Listener, Person, Scene, Session, Turn
from skill.library.models import Library
from skill.library.values import replace
from skill.memory.people import People, tries
from skill.memory.unsaved import Done

log = logging.getLogger(__name__)

DISABLED = "AlexaSkillEvent.SkillDisabled"
"""The type of request that says that somebody wants this skill no more. [A] skill-events-in-alexa-skills.html."""

ZONE_SECONDS = 7 * 24 * 3600
"""How long a time zone is taken to be the device's still."""

_NOTHING = nothing()

Respond = Callable[[Session, Event, Scene], Turn]
Clock = Callable[[], datetime]


def create_skill(coach: "Coach") -> CustomSkill:
    """The skill, ready to be called by an adapter."""
    builder = CustomSkillBuilder()
    builder.add_request_handler(coach)
    skill = builder.create()
    skill.serializer = Serializer()
    return skill


class Coach(AbstractRequestHandler):
    """Answers every request there is, and keeps nothing from one to the next.

    It never raises: an exception becomes a spoken apology and a log line.
    """

    def __init__(
        self,
        libraries: Mapping[str, Library],
        store: People,
        *,
        respond: Respond = respond,
        sounds: frozenset[str] = frozenset(),
        sounds_at: str = "",
        clock: Clock = lambda: datetime.now(UTC),
        zone_of: Callable[[Envelope], str] = device_zone,
    ) -> None:
        """Takes everything that a turn needs and that can be made once.

        Args:
            libraries: the content by locale; the first serves a locale whose language nobody speaks.
            store: where people are remembered.
            respond: decides what is answered.
            sounds: the sounds that devices can fetch, by name; none when there is no address for them.
            sounds_at: the https address under which they are found.
            clock: the time of arrival, for a request that does not tell its own.
            zone_of: the time zone of a request's device, "" when it is not known.
        """
        self.store = store
        self._libraries = libraries
        self._first = next(iter(libraries.values()))
        self._languages: dict[str, Library] = {}
        for library in libraries.values():
            self._languages.setdefault(library.language, library)
        self._respond = respond
        self._sounds_at = sounds_at
        self._listeners = {screen: Listener(sounds, screen) for screen in (False, True)}
        self._clock = clock
        self._zone_of = zone_of

    def can_handle(self, handler_input: HandlerInput) -> bool:
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        """Answer a request. The session attributes stay as they came unless a turn was completed."""
        envelope = _received(handler_input)
        note(**facts_of(envelope.request))
        try:
            response = self._answer(handler_input, envelope)
        except Exception:
            log.exception("a turn failed")
            note(outcome=Outcome.APOLOGISED)
            return apology_of(*self._apology(envelope)) if envelope.request.object_type in SPOKEN_TO else nothing()
        note(outcome=Outcome.SILENT if response == _NOTHING else Outcome.ANSWERED)
        return response

    def apologise(self, envelope: Envelope) -> dict[str, object]:
        """The answer as JSON when not even the SDK could give one; the session stays as it came."""
        log.exception("the SDK gave no answer")
        note(outcome=Outcome.APOLOGISED)
        return last_resort(envelope, *self._apology(envelope))

    def _answer(self, handler_input: HandlerInput, envelope: Envelope) -> Response:
        event = event_of(envelope.request)
        if event is not None:
            return self._turn(handler_input, event)
        if envelope.request.object_type == DISABLED:
            self.store.forget(asking_of(envelope), everyone=True)
        return cannot_fulfill() if envelope.request.object_type == "CanFulfillIntentRequest" else nothing()

    def _turn(self, handler_input: HandlerInput, event: Event) -> Response:
        """One turn. The person is remembered before it is answered, and not when it cannot be answered.

        Where somebody else was quicker to save the same person, it is made again on what they have saved. What acts
        outside is done once, afterwards.
        """
        envelope, manager = _received(handler_input), handler_input.attributes_manager
        asking = asking_of(envelope)
        attributes: dict[str, object] = {}
        if envelope.session:
            attributes = manager.session_attributes = manager.session_attributes or attributes
        session = session_of(attributes)
        note(phase=session.phase.value)
        now = sent_at(envelope.request) or self._clock()
        at = int(now.timestamp() * 1000)
        done = partial(done_of, asking, session, event, at)
        again = partial(self._again, envelope)
        ended = envelope.request.object_type == "SessionEndedRequest"
        device: str | None = None
        for _ in tries():
            found = recall(self.store, asking, attributes, again)
            person = found.person
            if _zone_is_old(envelope, person, now):
                device = self._zone_of(envelope) if device is None else device  # once a turn, however often it is made
                zone_now = device or person.zone
                person = replace(person, zone=zone_now, zone_at=int(now.timestamp())) if zone_now else person
            turn = self._respond(session, event, self._scene(envelope, person, now, found))
            response = nothing() if ended else response_of(turn.prompt, self._sounds_at)
            if turn.forget is not Forget.NOBODY:
                riding: dict[str, object] = {}
                break
            quicker, riding = remember(self.store, found, turn.person, at, done)
            if not quicker:
                break
            asking = found.known.asking_again()
        if turn.forget is not Forget.NOBODY:  # where that fails, nobody is told that it was done
            self.store.forget(asking, everyone=turn.forget is Forget.EVERYONE)
        note(then=turn.session.phase.value)
        if envelope.session:
            closed = ended or not turn.prompt.listen
            manager.session_attributes = {} if closed else {**attributes_of(turn.session), **riding}
            if closed:
                owe(self.store, asking, riding, again)
        return response

    def _again(self, envelope: Envelope, person: Person, done: Done) -> Person:
        """Somebody after a turn that is made once more, because they have changed since it was made."""
        if (event := event_done(done)) is None:
            return person
        now = datetime.fromtimestamp(done.at / 1000, UTC)
        return self._respond(session_of(done.session), event, self._scene(envelope, person, now)).person

    def _scene(self, envelope: Envelope, person: Person, now: datetime, found: Found | None = None) -> Scene:
        library = self._library(envelope.request.locale)
        return Scene(
            person=person,
            library=library,
            listener=self._listeners[_has_screen(envelope)],
            now=now.astimezone(zone(person.zone) or zone(library.zone) or UTC),
            household=max(1, len(found.known.found.people)) if found else 1,
            recognised=found is None or found.recognised,
        )

    def _library(self, locale: str | None) -> Library:
        """The content for a locale, else for its language, else the first."""
        asked = locale or ""
        language = asked.partition("-")[0].lower()
        return self._libraries.get(asked) or self._languages.get(language) or self._first

    def _apology(self, envelope: Envelope) -> tuple[str, str]:
        """What is said when a turn failed, and asked after it."""
        phrases = self._library(envelope.request.locale).phrases
        return phrases["apology"][0], phrases["apology-reprompt"][0]


def _received(handler_input: HandlerInput) -> Envelope:
    """What our `Serializer` gave the SDK."""
    return cast(Envelope, handler_input.request_envelope)


def _zone_is_old(envelope: Envelope, person: Person, now: datetime) -> bool:
    """Whether the device's time zone is to be asked for: as a session begins, if it is unknown or a week old."""
    if envelope.session is None or not envelope.session.new:
        return False
    return not (person.zone and 0 <= int(now.timestamp()) - person.zone_at < ZONE_SECONDS)


def _has_screen(envelope: Envelope) -> bool:
    device = envelope.system.device if envelope.system else None
    interfaces = device.supported_interfaces if device else None
    return interfaces is not None and interfaces.alexa_presentation_apl is not None
