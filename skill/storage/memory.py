"""A store in this process's memory: for tests, for trying the skill out, and until there is a better one."""

from collections import OrderedDict
from copy import deepcopy
from threading import Lock

from ask_sdk_core.attributes_manager import AbstractPersistenceAdapter
from ask_sdk_model import RequestEnvelope

PEOPLE = 10_000
"""How many people are remembered, at about a kilobyte each; the longest unheard of are forgotten first."""


class MemoryStore(AbstractPersistenceAdapter):
    """Remembers people until the process ends. Safe to use from several threads."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Nobody is remembered yet; `people` is how many may be."""
        self._people = people
        self._records: OrderedDict[str, dict[str, object]] = OrderedDict()
        self._lock = Lock()

    def get_attributes(self, request_envelope: RequestEnvelope) -> dict[str, object]:
        """The record of the person who sent a request, empty for somebody new."""
        with self._lock:
            return deepcopy(self._records.get(_user_id(request_envelope), {}))

    def save_attributes(self, request_envelope: RequestEnvelope, attributes: dict[str, object]) -> None:
        """Keep a record in place of the one before. A request without a user id leaves no trace."""
        user = _user_id(request_envelope)
        if not user:
            return
        with self._lock:
            self._records[user] = deepcopy(attributes)
            self._records.move_to_end(user)
            if len(self._records) > self._people:
                self._records.popitem(last=False)

    def delete_attributes(self, request_envelope: RequestEnvelope) -> None:
        """Forget a person."""
        with self._lock:
            self._records.pop(_user_id(request_envelope), None)


def _user_id(envelope: RequestEnvelope) -> str:
    """Who sent a request: from its context, as every request has it, or from its session."""
    system = envelope.context.system if envelope.context else None
    for place in (system, envelope.session):
        if place and place.user and place.user.user_id:
            return str(place.user.user_id)
    return ""
