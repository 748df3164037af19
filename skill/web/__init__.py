"""How all of it is reached and run: the Flask app, the Lambda function, settings, the server, health.

Nothing is decided here of what she says. `create_app()` is all that a WSGI server needs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from skill.web.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The app: `POST /alexa` the skill, `GET /health`, `/sounds/…` the sound files.

    Args:
        settings: how to run; None reads them from the environment.

    Raises:
        SettingsFaults: the environment does not say how to run.
        ContentFaults: the content cannot be used.
    """
    from skill.web.app import create_app as create  # late: the Lambda function lives here too, and needs no Flask

    return create(settings)
