"""What the virtual device claims of its hearing, measured on sentences its author has not tuned it on."""

import json
from pathlib import Path

import pytest
import yaml
from scoreboard import Score, answers, figures

from skill.hearing.words import normalise

EAR = Path(__file__).parent / "ear"
MODEL = json.loads((EAR.parent.parent / "interaction_model" / "en-US.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured() -> tuple[Score, ...]:
    return figures(MODEL, EAR)


def test_the_ear_was_not_tuned_on_them() -> None:
    """No sentence of the development set is in a set that is measured."""
    tuned, *sets = (
        yaml.safe_load((EAR / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("development", "paraphrases", "out_of_scope", "emergencies", "ordinary")
    )
    seen, measured = (
        {normalise(row if isinstance(row, str) else row["say"]) for rows in group for row in rows}
        for group in (tuned.values(), sets)
    )
    assert not seen & measured


def test_there_are_enough_sentences(measured: tuple[Score, ...]) -> None:
    """So that one of the paraphrases and ordinary sentences is worth less than one percent."""
    paraphrases, _, emergencies, ordinary, _ = (score.sentences for score in measured)
    assert min(paraphrases, ordinary) >= 120
    assert emergencies >= 90


@pytest.mark.parametrize(
    "which", range(5), ids=["paraphrases", "out of scope", "emergencies", "asked about", "acted on as an emergency"]
)
def test_it_hears_as_well_as_it_claims(measured: tuple[Score, ...], which: int) -> None:
    score = measured[which]
    assert score.share >= score.asked, f"{score.name}: {score.right} of {score.sentences}; wrong: {score.wrong}"


def test_most_emergencies_are_acted_on_at_once() -> None:
    """To be asked "Is this an emergency?" is right, and should stay the exception."""
    taken = answers(MODEL, EAR)
    assert taken["UnwellIntent"] < taken.total() / 2
