"""What goes over the wire: the requests that a real device sends, where they go, and where sound files come from."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from skill.hearing import EXIT, LAUNCH
from skill.hearing.words import NUMBER, Spoken
from skill.simulator.playback import Fetch


@dataclass(frozen=True, slots=True)
class Identity:
    """Who and what is speaking. The defaults stay the same, so a person who comes back is known again."""

    skill: str = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"
    user: str = "amzn1.ask.account.VIRTUALPERSON"
    device: str = "amzn1.ask.device.VIRTUALDEVICE"
    locale: str = "en-US"
    interfaces: Mapping[str, Any] = field(default_factory=dict)


def random_ids() -> Iterator[str]:
    """Endless ids, none like another."""
    while True:
        yield str(uuid4())


def numbered_ids() -> Iterator[str]:
    """Endless ids that are the same in every run."""
    number = 0
    while True:
        yield f"00000000-0000-0000-0000-{number:012d}"
        number += 1


@dataclass(frozen=True, slots=True)
class Conversation:
    """An open session: its id, whether a request was sent in it yet, and the attributes that it carries."""

    id: str
    new: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Envelopes:
    """Writes requests for one device."""

    def __init__(self, identity: Identity, ids: Iterator[str]) -> None:
        """Write as this device, with ids from this source."""
        self.identity = identity
        self._ids = ids

    def session(self) -> Conversation:
        """A new session."""
        return Conversation(f"amzn1.echo-api.session.{next(self._ids)}")

    def launch(self, session: Conversation, now: datetime) -> dict[str, Any]:
        """The skill was opened, nothing else said."""
        return self._envelope(session, LAUNCH, now, shouldLinkResultBeReturned=False)

    def intent(
        self, session: Conversation, now: datetime, name: str, types: Mapping[str, str], said: Mapping[str, Spoken]
    ) -> dict[str, Any]:
        """An intent was understood.

        Args:
            session: the open session.
            now: when it was said.
            name: the intent.
            types: the intent's slots and their types, all of them.
            said: the slots that were filled.
        """
        slots = {slot: self._slot(slot, said.get(slot)) for slot in types}
        intent = {"name": name, "confirmationStatus": "NONE"} | ({"slots": slots} if slots else {})
        return self._envelope(session, "IntentRequest", now, intent=intent)

    def ended(self, session: Conversation, now: datetime, reason: str, error: str = "") -> dict[str, Any]:
        """The session ended on the device's side.

        Args:
            session: the session that ended.
            now: when.
            reason: USER_INITIATED, EXCEEDED_MAX_REPROMPTS or ERROR.
            error: for ERROR, what the device could not use.
        """
        more = {"error": {"type": "INVALID_RESPONSE", "message": error}} if error else {}
        return self._envelope(session, EXIT, now, reason=reason, **more)

    def _envelope(self, session: Conversation, kind: str, now: datetime, **request: Any) -> dict[str, Any]:
        who = self.identity
        application = {"applicationId": who.skill}
        user = {"userId": who.user}
        return {
            "version": "1.0",
            "session": {
                "new": session.new,
                "sessionId": session.id,
                "application": application,
                "attributes": dict(session.attributes),
                "user": user,
            },
            "context": {
                "System": {
                    "application": application,
                    "user": user,
                    "device": {"deviceId": who.device, "supportedInterfaces": dict(who.interfaces)},
                    "apiEndpoint": "https://api.amazonalexa.com",
                    "apiAccessToken": "virtual",
                }
            },
            "request": {
                "type": kind,
                "requestId": f"amzn1.echo-api.request.{next(self._ids)}",
                "locale": who.locale,
                "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                **request,
            },
        }

    def _slot(self, name: str, said: Spoken | None) -> dict[str, Any]:
        if said is None:
            return {"name": name, "confirmationStatus": "NONE"}
        slot = {"name": name, "value": said.words, "confirmationStatus": "NONE", "source": "USER"}
        value: dict[str, Any] = {"type": "Simple", "value": said.words}
        if said.type == NUMBER:
            return slot | {"slotValue": value}
        resolutions = {"resolutionsPerAuthority": [self._resolution(said)]}
        return slot | {"resolutions": resolutions, "slotValue": value | {"resolutions": resolutions}}

    def _resolution(self, said: Spoken) -> dict[str, Any]:
        authority = f"amzn1.er-authority.echo-sdk.{self.identity.skill}.{said.type}"
        if said.id is None:
            return {"authority": authority, "status": {"code": "ER_SUCCESS_NO_MATCH"}}
        value = {"value": {"name": said.name, "id": said.id}}
        return {"authority": authority, "status": {"code": "ER_SUCCESS_MATCH"}, "values": [value]}


Send = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes a request envelope, gives the response body. Raises `UnansweredError` when there is none."""


class UnansweredError(Exception):
    """The skill gave no answer that a device could use."""


def to_app(app: Any, path: str = "/alexa") -> Send:
    """A send that hands envelopes to a WSGI app of Flask, without a network.

    Args:
        app: the Flask app; it must be in local mode, since nothing is signed.
        path: where the app takes requests.
    """
    client = app.test_client()

    def send(envelope: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(path, data=json.dumps(envelope), content_type="application/json")
        body = answer.get_json(silent=True)
        if answer.status_code != 200 or not isinstance(body, dict):
            raise UnansweredError(f"{answer.status} {answer.get_data(as_text=True)[:300]}")
        return body

    return send


def from_app(app: Any) -> Fetch:
    """A fetch that takes sound files from the app, whatever host their address names; each is asked for once."""
    client = app.test_client()
    kept: dict[str, bytes | None] = {}

    def fetch(url: str) -> bytes | None:
        path = urlsplit(url).path
        if path not in kept:
            answer = client.get(path)
            kept[path] = answer.data if answer.status_code == 200 and answer.mimetype == "audio/mpeg" else None
        return kept[path]

    return fetch
