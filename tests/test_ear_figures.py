"""What the virtual device claims of its hearing, measured on sentences its author has not tuned it on."""

import json
from pathlib import Path

import pytest
import yaml

from skill.simulator.figures import Score, figures
from skill.simulator.words import normalise

HERE = Path(__file__).parent
MODEL = HERE.parent / "interaction_model" / "en-US.json"


@pytest.fixture(scope="module")
def measured() -> tuple[Score, ...]:
    return figures(json.loads(MODEL.read_text(encoding="utf-8")), HERE / "ear")


def test_the_ear_was_not_tuned_on_them() -> None:
    """No sentence of the development set is in a set that is measured."""
    tuned, *sets = (
        yaml.safe_load((HERE / "ear" / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("development", "paraphrases", "out_of_scope", "emergencies")
    )
    measured = {normalise(row if isinstance(row, str) else row["say"]) for rows in sets for row in rows}
    seen = {normalise(row if isinstance(row, str) else row["say"]) for rows in tuned.values() for row in rows}
    assert not seen & measured


def test_there_are_enough_sentences(measured: tuple[Score, ...]) -> None:
    """At least 120 paraphrases, so that one sentence is worth less than one percent."""
    assert measured[0].sentences >= 120


@pytest.mark.parametrize("which", [0, 1, 2], ids=["paraphrases", "out of scope", "emergencies"])
def test_it_hears_as_well_as_it_claims(measured: tuple[Score, ...], which: int) -> None:
    """Nine in ten paraphrases are right, eight in ten strange sentences refused, every emergency taken for one."""
    score = measured[which]
    assert score.share >= score.asked, f"{score.name}: {score.right} of {score.sentences}; wrong: {score.wrong}"
