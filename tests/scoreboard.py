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
    """Measures the ear.

    Args:
        model: the JSON of the interaction model.
        folder: holds paraphrases.yaml (a list of say, intent or intents, and slots), emergencies.yaml (the same, or
            a sentence alone where nothing but an emergency is right), out_of_scope.yaml and ordinary.yaml (lists of
            sentences).
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
    return _PAGE.format(
        day=day.isoformat(),
        rows=rows,
        wrong=wrong,
        cries=cries,
        close=CLOSE,
        much=MUCH,
        all=ALL,
        named=NAMED,
        least=LEAST,
        lasting=LEAST_LASTING,
        unsure=UNSURE,
    )


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
    page.write_text(table(scores, day, answers(model, folder)), encoding="utf-8")
    return scores


_PAGE = """# How well the simulator hears

Typed words become an intent by way of the interaction model alone: exactly one of the samples, or like one of them
(rapidfuzz's token_set_ratio, how much each word tells, and a naive Bayes guess), or not understood. It stands in for
Alexa's own understanding, about which these figures say nothing.

## How sure it must be

All of 100.

- For most meanings a sentence must be like a sample by {least:.0f}.
- What ends an exercise (an emergency, a joint that gave way, dizziness, being out of breath, a sharp pain) is acted on
  where the sentence is a sample or close to one: like it by {close.likeness:.0f}, with {close.said:.0f} of what it
  tells, and about the person who speaks where the sample is.
- A sentence that is only like one of these means that the person is not well, and she asks whether it is an emergency
  (only like a sharp pain, it means that it hurts). Any of three makes it so:
  - {much.said:.0f} of a sample was said (likeness {much.likeness:.0f});
  - {all.said:.0f} of it, among whatever else (likeness {all.likeness:.0f});
  - {named.said:.0f} of it, with a word that hardly anything else uses (likeness {named.likeness:.0f}).

  Each needs a word in common that such samples use more than others do, and a guess from all samples that does not
  speak against it.
  Things snap and stick that are no joints, so for a joint only the second counts.
- What is said not to be so is not taken to be so ("I'm not dizzy", "my chest doesn't hurt"), and a sample that says
  "not" is not like a sentence that does not.
- What stays when the session is over (leave out, flow, guided, quiet, ticks, talk less, talk more, forget me, enough
  for today) must be like a sample by {lasting:.0f}. A sentence that is less like it is not understood.

## How well it hears

Measured {day} on `tests/ear/`.

- `paraphrases.yaml`, `out_of_scope.yaml` and the first 45 sentences of `emergencies.yaml` are by somebody who had not
  seen the sample utterances.
- The later 64 sentences of `emergencies.yaml`, and `ordinary.yaml`, were written before the samples for the new
  meanings, by the author of those. A few of them, such as "speak up", were given with the task, and are samples now.
- Measured for the first time, 100 of 109 emergencies were acted on or asked about, and of 162 ordinary sentences 3 were
  acted on and 6 more asked about. After work on other sentences only it was 104 of 109, none and 11. Then the sentences
  of these two sets that were wrong were read (one of the first 45 was among them), and samples near them written. So
  what the table says of these two is what is kept, and no forecast.
- The forecast: of 40 emergencies and 50 ordinary sentences written last, and measured once, 34 were acted on or asked
  about (two of the six others taken for "I'm fine", which was mended), and none was acted on and three asked about.
  Sets like these two, with the earlier 76 and 100, are in `development.yaml`, on which the ear was tuned. It shares no
  sentence with the others.

Sixteen labels of `paraphrases.yaml` and six of `emergencies.yaml` were changed, and no sentence, when what they ask for
became a meaning of its own: "I'm lying on my side now" is InPosition and was Ready, "which leg am I doing now" is
WhichSide, "I didn't hear that" is WhatDidYouSay, "hold on, I'm not there yet" is NotYet, "miss this one out today" is
LeaveOutToday, "I'm done for today" is EnoughForToday, "I think I'm going to faint" is Dizzy. What was wrong in the
paraphrases was looked at by meaning only, as in the last table, and two things were mended for it: a sample that says
"not" is not like a sentence that does not, and "no one" is no number.

| Set | Right | Share | Asked |
|---|---|---|---|
{rows}

What the emergencies were taken for ({unsure} asks whether it is one):

| Taken for | Times |
|---|---|
{cries}

What was heard wrongly, by meaning:

| Wanted | Taken for | Times |
|---|---|---|
{wrong}
"""
