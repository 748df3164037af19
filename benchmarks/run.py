"""What a turn and a start cost, beside the hello world of Amazon's SDK.

    PYTHONPATH=.:tests python -m benchmarks.run                        all of it; writes docs/benchmarks.md
    PYTHONPATH=.:tests python -m benchmarks.run --only turns --quick   one section, in half a minute; only prints
    PYTHONPATH=.:tests python -m benchmarks.run --only turns --beside ../before    and another copy of the code

Each section stands in a module of its own.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import growth, machine, memory, over_http, profile, start, turns
from benchmarks.setting import Setting, setting

PAGE = Path("docs/benchmarks.md")

SECTIONS: Mapping[str, Callable[[Setting], str]] = {
    "turns": turns.section,
    "profile": profile.section,
    "http": over_http.section,
    "start": start.section,
    "memory": memory.section,
    "growth": growth.section,
}

TEXT = """# What it costs

Written by `benchmarks/run.py`, all of it in one run of {minutes:.0f} minutes that began on {machine}

Beside the skill stand hello worlds: what Amazon's SDKs cost by themselves. They are sent the same bytes, and answer
each with a sentence. All take turns, so that whatever disturbs one disturbs all; brackets hold the least and the most
of the rounds, which is the noise. Seconds are this machine's; what carries over to others is how many times as long
something takes. The hello world in Python verifies nothing, because the SDK's verifier cannot be imported beside
today's OpenSSL (`skill/alexa/sdk.py`); ours does, as it must when Alexa calls, with a chain that it has fetched before.

{sections}"""


def main() -> None:
    asked = _asked()
    began, where = time.monotonic(), machine.told()
    told = {}
    with setting(asked.quick, asked.beside) as here:
        for name in asked.only or SECTIONS:
            told[name] = SECTIONS[name](here)
            print(told[name], flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"({minutes:.1f} minutes; {where})")
    if not (asked.only or asked.quick or asked.beside):
        PAGE.write_text(TEXT.format(minutes=minutes, machine=where, sections="\n".join(told.values())), "utf-8")
        print(f"wrote {PAGE}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds and small numbers; writes nothing")
    parser.add_argument("--only", action="append", choices=tuple(SECTIONS), help="this section; may be said again")
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="measure another copy of the project, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
