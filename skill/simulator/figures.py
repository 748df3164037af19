"""How well the ear hears, measured on sentences by somebody who has never seen the sample utterances."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from skill.simulator.ear import Ear, Heard, How

PARAPHRASES_SHARE, REFUSED_SHARE, EMERGENCIES_SHARE = 0.9, 0.8, 1.0
"""What is asked of the ear: so many of each set right."""

EMERGENCY = "EmergencyIntent"


@dataclass(frozen=True, slots=True)
class Score:
    """One set: how many sentences, how many right, and what the others were wanted and taken for."""

    name: str
    asked: float
    right: int
    sentences: int
    wrong: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float:
        """The part that is right, of 1."""
        return self.right / self.sentences


def figures(model: Mapping[str, Any], folder: Path) -> tuple[Score, ...]:
    """Measures the ear.

    Args:
        model: the JSON of the interaction model.
        folder: holds paraphrases.yaml (a list of say, intent or intents, and slots), out_of_scope.yaml and
            emergencies.yaml (lists of sentences).
    """
    ear = Ear(model)
    strangers, cries = (_read(folder / f"{name}.yaml") for name in ("out_of_scope", "emergencies"))
    paraphrases = [
        (_wanted(row), _intents(row), ear.hear(row["say"]), row.get("slots") or {})
        for row in _read(folder / "paraphrases.yaml")
    ]
    return (
        _score("paraphrases, intent and slots right", PARAPHRASES_SHARE, paraphrases),
        _score("out of scope, refused", REFUSED_SHARE, [("nothing", (), ear.hear(said), {}) for said in strangers]),
        _score(
            "emergencies, taken for one",
            EMERGENCIES_SHARE,
            [(EMERGENCY, (EMERGENCY,), ear.hear(said), {}) for said in cries],
        ),
    )


Judged = tuple[str, tuple[str, ...], Heard, Mapping[str, Any]]
"""What was wanted, by name; the intents that are right, none where it should be refused; what was heard; its slots."""


def _score(name: str, asked: float, rows: Sequence[Judged]) -> Score:
    wrong = tuple((wanted, _taken(heard)) for wanted, right, heard, slots in rows if not _right(right, heard, slots))
    return Score(name, asked, len(rows) - len(wrong), len(rows), wrong)


def _right(intents: tuple[str, ...], heard: Heard, slots: Mapping[str, Any]) -> bool:
    if not intents:
        return heard.how is How.NOT
    said = {name: value.id or value.words for name, value in heard.slots.items()}
    return heard.intent in intents and all(said.get(name) == str(value) for name, value in slots.items())


def _taken(heard: Heard) -> str:
    slots = ", ".join(f"{name} {value.id or value.words}" for name, value in heard.slots.items())
    return "nothing" if heard.how is How.NOT else f"{heard.intent} ({slots})" if slots else heard.intent


def _wanted(row: Mapping[str, Any]) -> str:
    slots = ", ".join(f"{name} {value}" for name, value in (row.get("slots") or {}).items())
    return " or ".join(_intents(row)) + (f" ({slots})" if slots else "")


def _intents(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["intent"],) if isinstance(row["intent"], str) else tuple(row["intent"])


def _read(file: Path) -> list[Any]:
    return list(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))


def table(scores: Iterable[Score], day: date) -> str:
    """The figures as a page of Markdown."""
    scores = tuple(scores)
    rows = "\n".join(
        f"| {one.name} | {one.right} of {one.sentences} | {one.share:.1%} | {one.asked:.0%} |" for one in scores
    )
    pairs = Counter(pair for one in scores for pair in one.wrong)
    wrong = "\n".join(f"| {wanted} | {taken} | {count} |" for (wanted, taken), count in sorted(pairs.items()))
    return _PAGE.format(day=day.isoformat(), rows=rows, wrong=wrong)


def write(model: Mapping[str, Any], folder: Path, page: Path, day: date) -> tuple[Score, ...]:
    """Measures, writes the page, and gives the figures.

    Args:
        model: the JSON of the interaction model.
        folder: the sets of sentences, as for `figures`.
        page: where to write it, for example docs/ear.md.
        day: the date it carries.
    """
    scores = figures(model, folder)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(table(scores, day), encoding="utf-8")
    return scores


_PAGE = """# How well the simulator hears

Typed words become an intent by way of the interaction model alone: exactly one of the samples, or like one of them
(rapidfuzz's token_set_ratio, how much each word tells, and a naive Bayes guess), or not understood. It stands in for
Alexa's own understanding, about which these figures say nothing.

Measured {day} on `tests/ear/`, sentences by somebody who had not seen the sample utterances. The ear was tuned on
another set, `development.yaml`, which shares no sentence with these. What was wrong here was looked at by meaning only,
as in the second table.

| Set | Right | Share | Asked |
|---|---|---|---|
{rows}

What was heard wrongly, by meaning:

| Wanted | Taken for | Times |
|---|---|---|
{wrong}
"""
