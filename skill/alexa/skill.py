"""The skill as the SDK runs it: one handler, from any request to an event, from any turn to a response."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ask_sdk_core.attributes_manager import AbstractPersistenceAdapter
from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill import CustomSkill
from ask_sdk_core.skill_builder import CustomSkillBuilder
from ask_sdk_model import (
    IntentRequest,
    LaunchRequest,
    Request,
    RequestEnvelope,
    Response,
    SessionEndedRequest,
)
from ask_sdk_model.canfulfill import CanFulfillIntentRequest

from skill.alexa.attributes import attributes_of, session_of
from skill.alexa.decode import event_of
from skill.alexa.encode import apology_of, cannot_fulfill, nothing, response_of
from skill.alexa.sdk import Reader
from skill.dialogue.events import Event
from skill.dialogue.respond import respond
from skill.dialogue.session import Listener, Person, Scene, Session, Turn
from skill.library.models import Library
from skill.storage.record import person_of, record_of

log = logging.getLogger(__name__)

Respond = Callable[[Session, Event, Scene], Turn]
Clock = Callable[[], datetime]


def create_skill(coach: "Coach", store: AbstractPersistenceAdapter) -> CustomSkill:
    """The skill, ready to be called by an adapter.

    Args:
        coach: answers the requests.
        store: where people are remembered.
    """
    builder = CustomSkillBuilder(persistence_adapter=store)
    builder.add_request_handler(coach)
    skill = builder.create()
    skill.serializer = Reader()
    return skill


class Coach(AbstractRequestHandler):
    """Answers every request there is, and keeps nothing from one to the next.

    It never raises: an exception becomes a spoken apology and a log line.
    """

    def __init__(
        self,
        libraries: Mapping[str, Library],
        *,
        respond: Respond = respond,
        sounds: frozenset[str] = frozenset(),
        sounds_at: str = "",
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        """Takes everything that a turn needs and that can be made once.

        Args:
            libraries: the content by locale; the first serves a locale whose language nobody speaks.
            respond: decides what is answered.
            sounds: the sounds that devices can fetch, by name; none when there is no address for them.
            sounds_at: the https address under which they are found.
            clock: the time of arrival, for a request that does not tell its own.
        """
        self._libraries = libraries
        self._first = next(iter(libraries.values()))
        self._languages: dict[str, Library] = {}
        for library in libraries.values():
            self._languages.setdefault(library.language, library)
        self._respond = respond
        self._sounds_at = sounds_at
        self._listeners = {screen: Listener(sounds, screen) for screen in (False, True)}
        self._clock = clock

    def can_handle(self, handler_input: HandlerInput) -> bool:
        """Every request is answered here."""
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        """Answer a request. The session attributes stay as they came unless a turn was completed."""
        request = _request(handler_input)
        try:
            event = event_of(request)
            if event is not None:
                return self._turn(handler_input, event)
            return cannot_fulfill() if isinstance(request, CanFulfillIntentRequest) else nothing()
        except Exception:
            log.exception("request %r failed", request.request_id)
            return self._sorry(request)

    def _turn(self, handler_input: HandlerInput, event: Event) -> Response:
        """One turn. The person is remembered before it is answered, and not when it cannot be answered."""
        in_session = handler_input.request_envelope.session is not None
        manager = handler_input.attributes_manager
        known = _person(handler_input)
        session = session_of(manager.session_attributes if in_session else None)
        turn = self._respond(session, event, self._scene(handler_input, known or Person()))
        ended = isinstance(_request(handler_input), SessionEndedRequest)
        response = nothing() if ended else response_of(turn.prompt, self._sounds_at)
        if known is not None and known != turn.person:
            _remember(handler_input, turn.person)
        if in_session:
            manager.session_attributes = {} if ended else attributes_of(turn.session)
        return response

    def _scene(self, handler_input: HandlerInput, person: Person) -> Scene:
        request = _request(handler_input)
        return Scene(
            person=person,
            library=self._library(request.locale),
            listener=self._listeners[_has_screen(handler_input.request_envelope)],
            now=_moment(request.timestamp) or self._clock(),
        )

    def _library(self, locale: str | None) -> Library:
        """The content for a locale, else for its language, else the first."""
        asked = locale or ""
        language = asked.partition("-")[0].lower()
        return self._libraries.get(asked) or self._languages.get(language) or self._first

    def _sorry(self, request: Request) -> Response:
        if not isinstance(request, LaunchRequest | IntentRequest):
            return nothing()
        phrases = self._library(request.locale).phrases
        return apology_of(phrases["apology"][0], phrases["apology-reprompt"][0])


def _request(handler_input: HandlerInput) -> Request:
    """The request; `Reader` lets no envelope through that has none."""
    request: Request = handler_input.request_envelope.request  # type: ignore[assignment]
    return request


def _person(handler_input: HandlerInput) -> Person | None:
    """Who is speaking; None when the store fails, and then nothing may overwrite what it holds of them."""
    try:
        return person_of(handler_input.attributes_manager.persistent_attributes)
    except Exception:
        log.exception("request %r: the store gave no person", _request(handler_input).request_id)
        return None


def _remember(handler_input: HandlerInput, person: Person) -> None:
    manager = handler_input.attributes_manager
    try:
        manager.persistent_attributes = record_of(person)
        manager.save_persistent_attributes()
    except Exception:
        log.exception("request %r: the store took no person", _request(handler_input).request_id)


def _has_screen(envelope: RequestEnvelope) -> bool:
    system = envelope.context.system if envelope.context else None
    interfaces = system.device.supported_interfaces if system and system.device else None
    return interfaces is not None and interfaces.alexa_presentation_apl is not None


def _moment(sent: datetime | None) -> datetime | None:
    """A request's own time; one without a zone is in UTC, as Alexa's are."""
    if sent is None:
        return None
    try:
        return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
    except OverflowError:  # so near the end of time that it falls off in UTC
        return None
