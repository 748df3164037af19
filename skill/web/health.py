"""Whether the skill is ready to serve, for a load balancer, a supervisor or a monitor that asks."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from skill.memory.people import People

log = logging.getLogger(__name__)

SECONDS = 5.0
"""For how long an answer stands, so that whoever asks often costs no more than whoever asks rarely."""


class Status(StrEnum):
    """How it is."""

    OK = "ok"
    DEGRADED = "degraded"
    """It answers, and remembers people only for the session: the store fails, which did not always fail."""
    UNREADY = "unready"
    """The store has never answered since the start: a wrong setting, most likely. Nobody should be sent here."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found.

    Attributes:
        status: how it is as a whole.
        store: the same of the store: ok or failing.
    """

    status: Status
    store: str


class Health:
    """Looks after the store; one for each process.

    A store that fails later does not make the skill unready: turns are still answered, and to be sent to nobody at
    all would be worse for whoever is on the mat.
    """

    def __init__(self, store: People, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes the store to look after, and what tells seconds."""
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._answered = False
        self._found: tuple[float, Condition] | None = None

    def look(self) -> Condition:
        """How it is now, or was some seconds ago. Never raises."""
        with self._lock:
            now = self._clock()
            if self._found is None or now - self._found[0] >= SECONDS:
                self._found = now, self._looked()
            return self._found[1]

    def _looked(self) -> Condition:
        try:
            self._store.probe()
        except Exception:
            log.exception("the store does not answer")
            return Condition(Status.DEGRADED if self._answered else Status.UNREADY, "failing")
        self._answered = True
        return Condition(Status.OK, "ok")
