"""`GET /sounds/<name>.mp3`: exactly the sounds of the store, and 404 for anything else."""

import hashlib

from flask import Blueprint, Response, abort, request

from skill.media.sounds.store import Sounds

KEPT_SECONDS = 7 * 24 * 3600
"""How long others may keep a sound. Not for ever: the name stays when a release changes the voice."""

ENDING = ".mp3"


def sounds(store: Sounds) -> Blueprint:
    """The route that serves a store's sounds, to be registered on the app without a prefix.

    Answers 200, 206 for one range of bytes, 304 when the client has it already, 416 for every other `Range`,
    and 404 for a name that is not in the store, whatever it looks like. (RFC 9110, 14.2, allows ignoring odd
    ranges; a client that sends one is better told.)
    """
    blueprint = Blueprint("sounds", __name__)

    # `path`, so that names with a slash come here too; and no merging, which answers `//` by a redirect.
    @blueprint.get("/sounds/<path:file>", merge_slashes=False)
    def sound(file: str) -> Response:
        mp3 = store.mp3(file.removesuffix(ENDING)) if file.endswith(ENDING) else None
        if mp3 is None:
            abort(404)
        response = Response(mp3, mimetype="audio/mpeg")
        response.set_etag(hashlib.sha256(mp3).hexdigest()[:32])
        response.cache_control.public = True
        response.cache_control.max_age = KEPT_SECONDS
        response.make_conditional(request, accept_ranges=True, complete_length=len(mp3))
        return response

    return blueprint
