"""How well the ear hears, measured on sentences by somebody who has never seen the sample utterances."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from skill.hearing.ear import ALL, CLOSE, LEAST, LEAST_LASTING, MUCH, NAMED, UNSURE, Ear, Heard, How

PARAPHRASES_SHARE, REFUSED_SHARE, EMERGENCIES_SHARE, UNDISTURBED_SHARE, UNHARMED_SHARE = 0.85, 0.8, 1.0, 0.95, 1.0
"""What is asked of the ear: so many of each set right."""

EMERGENCY = "EmergencyIntent"

ACTED = frozenset({EMERGENCY, "SharpPainIntent", "GaveWayIntent", "DizzyIntent", "OutOfBreathIntent"})
"""What ends an exercise: never the answer to something ordinary."""


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
    """Measures the ear of a model.

    The folder holds paraphrases.yaml (a list of say, intent or intents, and slots), emergencies.yaml (the same, or a
    sentence alone where nothing but an emergency is right), out_of_scope.yaml and ordinary.yaml (lists of sentences).
    """
    ear = Ear(model)
    strangers, cries, ordinary = (
        _read(folder / f"{name}.yaml") for name in ("out_of_scope", "emergencies", "ordinary")
    )
    paraphrases = [
        (_wanted(row), _intents(row), ear.hear(row["say"]), row.get("slots") or {})
        for row in _read(folder / "paraphrases.yaml")
    ]
    return (
        _score("paraphrases, intent and slots right", PARAPHRASES_SHARE, paraphrases),
        _score("out of scope, refused", REFUSED_SHARE, [("nothing", (), ear.hear(said), {}) for said in strangers]),
        _score("emergencies, acted on or asked about", EMERGENCIES_SHARE, [_cry(ear, row) for row in cries]),
        _spared("ordinary, not asked about", UNDISTURBED_SHARE, ear, ordinary, ACTED | {UNSURE}),
        _spared("ordinary, not acted on as an emergency", UNHARMED_SHARE, ear, ordinary, ACTED),
    )


def answers(model: Mapping[str, Any], folder: Path) -> Counter[str]:
    """What the emergencies of a folder are taken for, and how often."""
    ear = Ear(model)
    return Counter(_taken(_cry(ear, row)[2]) for row in _read(folder / "emergencies.yaml"))


Judged = tuple[str, tuple[str, ...], Heard, Mapping[str, Any]]
"""What was wanted, by name; the intents that are right, none where it should be refused; what was heard; its slots."""


def _cry(ear: Ear, row: str | Mapping[str, Any]) -> Judged:
    """An emergency: to act on it is right, and to ask about it, too."""
    said, milder = (row, ()) if isinstance(row, str) else (row["say"], _intents(row))
    return " or ".join((EMERGENCY, *milder)), (EMERGENCY, *milder, UNSURE), ear.hear(said), {}


def _spared(name: str, asked: float, ear: Ear, ordinary: Iterable[str], disturbing: frozenset[str]) -> Score:
    """Ordinary sentences: right is whatever disturbs nobody."""
    heard = [ear.hear(said) for said in ordinary]
    wrong = tuple(("something ordinary", _taken(one)) for one in heard if one.intent in disturbing)
    return Score(name, asked, len(heard) - len(wrong), len(heard), wrong)


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


def table(scores: Iterable[Score], day: date, taken: Mapping[str, int]) -> str:
    """The figures as a page of Markdown."""
    scores = tuple(scores)
    rows = "\n".join(
        f"| {one.name} | {one.right} of {one.sentences} | {one.share:.1%} | {one.asked:.0%} |" for one in scores
    )
    pairs = Counter(pair for one in scores[:-1] for pair in one.wrong)
    wrong = "\n".join(f"| {wanted} | {other} | {count} |" for (wanted, other), count in sorted(pairs.items()))
    cries = "\n".join(f"| {answer} | {count} |" for answer, count in sorted(taken.items(), key=lambda one: -one[1]))
    measured = {"day": day.isoformat(), "rows": rows, "wrong": wrong, "cries": cries, "unsure": UNSURE}
    sure = {"close": CLOSE, "much": MUCH, "all": ALL, "named": NAMED, "least": LEAST, "lasting": LEAST_LASTING}
    return (Path(__file__).parent / "ear" / "page.md").read_text(encoding="utf-8").format(**measured, **sure)


def write(model: Mapping[str, Any], folder: Path, page: Path, day: date) -> tuple[Score, ...]:
    """Measures a folder as for `figures`, writes the page, which carries the day, and gives the figures."""
    scores = figures(model, folder)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(table(scores, day, answers(model, folder)), encoding="utf-8")
    return scores
