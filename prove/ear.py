"""How well the simulator's ear hears sentences that it was not tuned on. Writes docs/ear.md."""

import json
import sys
from datetime import UTC, datetime

from scoreboard import write

from prove.page import DOCS


def main() -> int:
    """Measure, write docs/ear.md, and fail where the ear hears less than it claims."""
    root = DOCS.parent
    model = json.loads((root / "interaction_model" / "en-US.json").read_text(encoding="utf-8"))
    scores = write(model, root / "tests" / "ear", DOCS / "ear.md", datetime.now(UTC).date())
    for score in scores:
        print(f"{score.name}: {score.right} of {score.sentences}, {score.share:.1%} (asked: {score.asked:.0%})")
    return int(any(score.share < score.asked for score in scores))


if __name__ == "__main__":
    sys.exit(main())
