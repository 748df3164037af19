"""The two ends that a device talks to: where requests go, and where sound files come from."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from skill.simulator.speech import Fetch

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
