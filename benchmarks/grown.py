"""The skill with other content, in a process of its own; `growth` starts it.

    python -m benchmarks.grown CONTENT EXERCISE VISITS

It prints "ready", 0, and the milliseconds of processor time until then; after a line of input, the turns of so many
visits as JSON: for each kind of turn, the microseconds of each. EXERCISE is the one that is asked for by its name.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.contestants import App
from skill.web import create_app
from skill.web.settings import Settings


def main() -> None:
    content, exercise, visits = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    app = create_app(Settings(verify=False, content=content))
    print("ready", 0, time.process_time() * 1000, flush=True)
    sys.stdin.readline()
    print(json.dumps(turns_of(app, exercise, visits)), flush=True)


def turns_of(app: App, exercise: str, visits: int) -> dict[str, list[float]]:
    """Pay that many visits to an app in local mode, each of another user; the microseconds of each kind of turn."""
    from datetime import UTC, datetime

    from benchmarks.calling import Caller, environ
    from benchmarks.conversation import body_of, play, user_id
    from benchmarks.growth import asking_for

    call = Caller(app)
    took: list[int] = []

    def send(request: dict[str, object]) -> dict[str, object]:
        nanoseconds, body = call(environ(body_of(request), "", ""))
        took.append(nanoseconds)
        answer: dict[str, object] = json.loads(body)
        return answer

    steps = asking_for(exercise)
    for visit in range(visits):
        for _ in play(steps, send, datetime.now(UTC), user_id(visit)):
            pass
    kinds: dict[str, list[float]] = {step.kind: [] for step in steps}
    for at, nanoseconds in enumerate(took):
        kinds[steps[at % len(steps)].kind].append(nanoseconds / 1000)
    return kinds


if __name__ == "__main__":
    main()
