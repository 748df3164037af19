"""Figures with their noise, and tables of them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was found in each of several rounds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def told(self, digits: int = 0, unit: str = "") -> str:
        """The median, and in brackets the least and the most."""
        least, most = min(self.rounds), max(self.rounds)
        spread = f" ({least:,.{digits}f}–{most:,.{digits}f})" if len(self.rounds) > 1 else ""
        return f"{self.median:,.{digits}f}{unit}{spread}"

    def over(self, other: "Figure") -> "Figure":
        """This as so many times another, round by round: what disturbs a round disturbs both."""
        return Figure(tuple(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all but the first column are aligned to the right."""
    lines = [" | ".join(head), "|".join(["---", *["---:"] * (len(head) - 1)]), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines) + "\n"
