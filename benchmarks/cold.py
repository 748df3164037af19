"""What a cold start of the Lambda function costs: importing the packed artefact and answering one launch.

    python -m benchmarks.cold ARTEFACT [PYTHON]

ARTEFACT is a folder that `make build-HipCoach ARTIFACTS_DIR=…` has packed, PYTHON the interpreter it was packed for.
Beside it stands a handler of Amazon's SDK that says one sentence, run from the same folder. Processor time, fresh
processes in turns, medians of nine; people are remembered in memory, so boto3, which comes with Lambda, is not in it.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import law

RUNS = 9

TIMED = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
event = json.loads(sys.argv[2])
began = time.process_time()
{start}
started = time.process_time()
handler(event, None)
print((started - began) * 1000, (time.process_time() - started) * 1000)
"""

OURS = "from skill.web.aws import handler"

HELLO = """
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_core.utils import is_request_type
builder = SkillBuilder()
@builder.request_handler(can_handle_func=is_request_type("LaunchRequest"))
def launch(handler_input):
    return handler_input.response_builder.speak("Hello").ask("Hello").response
handler = builder.lambda_handler()
"""


def main() -> None:
    artefact = Path(sys.argv[1]).resolve()
    python = sys.argv[2] if len(sys.argv) > 2 else sys.executable
    asked = law.request("LaunchRequest")
    del asked["context"]["System"]["apiAccessToken"]  # so that nobody is asked for the time zone
    event = json.dumps(asked)
    environment = {
        "HIP_COACH_SKILL_ID": law.SKILL_ID,
        "HIP_COACH_STORE": "memory:",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",  # so that the start is made with the import
    }
    found: dict[str, list[tuple[float, float]]] = {"hello": [], "ours": []}
    for number in range(RUNS + 1):
        for name, start in (("hello", HELLO), ("ours", OURS)):
            command = [python, "-I", "-S", "-c", TIMED.format(start=start), str(artefact), event]
            told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            start_ms, event_ms = map(float, told.split()[-2:])
            if number:  # the first one reads all files once
                found[name].append((start_ms, event_ms))
    hello = statistics.median(map(sum, found["hello"]))
    size = sum(path.stat().st_size for path in artefact.rglob("*") if path.is_file()) / 1e6
    print(f"{artefact.name}: {size:.1f} MB unpacked")
    for name, runs in found.items():
        starts, events = zip(*runs, strict=True)
        whole = statistics.median(map(sum, runs))
        print(
            f"{name}: start {statistics.median(starts):.0f} ms, first event {statistics.median(events):.0f} ms,",
            f"together {whole:.0f} ms ({min(map(sum, runs)):.0f} to {max(map(sum, runs)):.0f}),",
            f"{whole / hello:.1f} × hello",
        )


if __name__ == "__main__":
    main()
