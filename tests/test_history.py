"""What counts as done: heard through, moved on from, skipped, whole; and what is told of it later."""

from typing import Any

from telling_turns import cases, hold


@cases("history")
def test_what_counts_as_done(case: dict[str, Any]) -> None:
    hold(case)
