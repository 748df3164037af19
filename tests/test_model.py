"""The interaction model: generated from the content, rich, accepted by Amazon's own model, and linted."""

import copy
import json
import re
import shutil
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from ask_sdk_core.serialize import DefaultSerializer
from ask_smapi_model.v1.skill.interaction_model import InteractionModelData
from hypothesis import given
from hypothesis import strategies as st
from scenes import CONTENT, library

from skill.alexa.intents import INTENTS
from skill.alexa.lint import BUILT_IN, lint, overlaps
from skill.alexa.model import KEYS, distinct, interaction_model, models, text, utterances
from skill.library.faults import ContentFaults
from skill.library.load import load
from skill.library.values import replace

MODELS = CONTENT.parent / "interaction_model"


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    return models(load(CONTENT), CONTENT)


@pytest.fixture
def language(made: dict[str, dict[str, Any]]) -> Any:
    """A language model to spoil."""
    return copy.deepcopy(made["en-US"]["interactionModel"]["languageModel"])


def linted(language: Any) -> str:
    return "\n".join(lint({"interactionModel": {"languageModel": language}}))


def intent(language: Any, name: str) -> Any:
    return next(one for one in language["intents"] if one["name"] == name)


# What is kept


def test_the_kept_models_are_what_the_content_makes_of_them(made: dict[str, dict[str, Any]]) -> None:
    kept = {locale: text(model) for locale, model in distinct(made).items()}
    assert list(kept) == ["en-US"]
    assert {file.stem: file.read_text(encoding="utf-8") for file in MODELS.glob("*.json")} == kept


def test_the_same_content_makes_the_same_bytes(made: dict[str, dict[str, Any]]) -> None:
    again = models(load(CONTENT), CONTENT)
    assert [text(model) for model in again.values()] == [text(model) for model in made.values()]


def test_a_locale_with_a_name_of_its_own_has_a_model_to_review(made: dict[str, dict[str, Any]]) -> None:
    other = interaction_model(replace(library(), invocation="hip trainer"), utterances(CONTENT, "en"))
    assert list(distinct(made | {"en-CA": other})) == ["en-US", "en-CA"]


def test_every_locale_has_a_model(made: dict[str, dict[str, Any]]) -> None:
    for locale, one in load(CONTENT).items():
        assert made[locale]["interactionModel"]["languageModel"]["invocationName"] == one.invocation


# What is in it


def test_amazons_own_model_reads_it_and_loses_nothing(made: dict[str, dict[str, Any]]) -> None:
    smapi = DefaultSerializer()
    for model in made.values():
        assert smapi.serialize(smapi.deserialize(json.dumps(model), InteractionModelData)) == model


def test_nothing_is_to_be_said_against_it(made: dict[str, dict[str, Any]]) -> None:
    assert {locale: lint(model) for locale, model in distinct(made).items()} == {"en-US": ()}


def test_everything_can_be_said_in_many_ways() -> None:
    said = utterances(CONTENT, "en")
    assert {key: len(samples) for key, samples in said.items() if len(samples) < 12} == {}
    for key in (
        *("it-hurts", "sharp-pain", "gave-way", "dizzy", "out-of-breath", "unwell", "emergency"),
        *("cannot-get-down", "cannot-kneel", "ready", "in-position", "not-yet"),
    ):
        assert len(said[key]) >= 50


def test_every_exercise_and_routine_can_be_named(language: Any) -> None:
    values = {kind["name"]: kind["values"] for kind in language["types"]}
    for kind, things in (("EXERCISE", library().exercises), ("ROUTINE", library().routines)):
        assert [value["id"] for value in values[kind]] == list(things)
        for value, thing in zip(values[kind], things.values(), strict=True):
            assert value["name"] == {"value": thing.name, "synonyms": list(thing.synonyms)}
            assert len(thing.synonyms) >= 3


def test_the_first_sentence_that_she_offers_is_a_sample(language: Any) -> None:
    assert "start {routine}" in intent(language, "StartRoutineIntent")["samples"]
    assert "ready" in intent(language, "ReadyIntent")["samples"]
    assert "go on" in intent(language, "ReadyIntent")["samples"]


# Reading what people say


def test_the_words_are_those_of_the_file() -> None:
    assert tuple(utterances(CONTENT, "en")) == KEYS == tuple(one.says for one in INTENTS if one.says)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda words: words.replace("\nready:", "\nreddy:"), [":{line}: unknown key 'reddy', did you mean 'ready'?"]),
        (lambda words: words.replace("\nready:", "\nfoo:"), [":{line}: unknown key 'foo'", "'ready' is missing"]),
        (lambda words: words.replace("\nready:\n  - ready", "\nready:\n  - 7"), [":{line1}: ready › 1"]),
        (lambda words: words + "\nready:\n  - x\n", ["ready"]),
        (lambda words: "", ["utterances.yaml:1"]),
        (lambda words: None, ["utterances.yaml:1: there is no such file"]),
    ],
    ids=["misspelled key", "unknown key", "not a text", "key twice", "empty", "missing"],
)
def test_a_mistake_in_it_is_found_with_its_line(
    spoil: Callable[[str], str | None], told: list[str], tmp_path: Path
) -> None:
    words = (CONTENT / "en" / "utterances.yaml").read_text(encoding="utf-8")
    line = words.splitlines().index("ready:") + 1
    spoiled = spoil(words)
    (tmp_path / "en").mkdir()
    if spoiled is not None:
        (tmp_path / "en" / "utterances.yaml").write_text(spoiled, encoding="utf-8")
    with pytest.raises(ContentFaults) as raised:
        utterances(tmp_path, "en")
    for part in told:
        assert part.format(line=line, line1=line + 1) in str(raised.value)


def test_yes_and_no_are_words(tmp_path: Path) -> None:
    """YAML 1.1 would make booleans of them."""
    shutil.copytree(CONTENT / "en", tmp_path / "en")
    file = tmp_path / "en" / "utterances.yaml"
    file.write_text(file.read_text().replace("\nready:\n", "\nready:\n  - no\n  - on\n"))
    assert utterances(tmp_path, "en")["ready"][:3] == ("no", "on", "ready")


# What two intents can both say

PARTS = st.sampled_from(["a", "b", "A", "{x}", "{x}'s", "{y}", "{z}"])
SAID = st.lists(PARTS, max_size=4, unique_by=lambda part: part[:2]).map(" ".join)
VALUE = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(" ".join)


@given(
    st.lists(st.tuples(st.sampled_from(["One", "Two", "Three"]), SAID), max_size=6),
    st.lists(VALUE, max_size=3),
    st.lists(VALUE, max_size=3),
)
def test_exactly_what_two_intents_can_both_say_is_told(
    said: list[tuple[str, str]], xs: list[str], ys: list[str]
) -> None:
    """As if every sentence of every sample were spelled out: each sample is told beside the first of another intent."""
    values = {"{x}": xs, "{y}": ys, "{z}": [""]}
    first: dict[str, tuple[str, str]] = {}
    wanted = set()
    for intent, sample in said:
        slots = [slot for slot in values if slot in sample]
        for words in product(*(values[slot] for slot in slots)):
            spoken = sample
            for slot, word in zip(slots, words, strict=True):
                spoken = spoken.replace(slot, word)
            earlier = first.setdefault(" ".join(spoken.lower().split()), (intent, sample))
            if earlier[0] != intent:
                wanted.add((intent, sample, *earlier))
    language = {
        "intents": [
            {"name": name, "samples": [sample], "slots": [{"name": one, "type": one.upper()} for one in "xyz"]}
            for name, sample in said
        ],
        "types": [
            {"name": name, "values": [{"name": {"value": value}} for value in texts]}
            for name, texts in (("X", xs), ("Y", ys))
        ],
    }

    told = list(overlaps(language))

    found = [re.fullmatch(r"(\w+): '(.*)' and '(.*)' of (\w+) can both say '(.*)'", line) for line in told]
    assert {(one[1], one[2], one[4], one[3]) for one in found if one} == wanted
    assert {one[5] for one in found if one} <= first.keys()


# Linting: each rule finds what it is there for


SPOILT = yaml.safe_load((Path(__file__).parent / "models" / "spoilt.yaml").read_text(encoding="utf-8"))


def spoil(language: Any, how: Mapping[str, Any]) -> None:
    """Spoil a model in the way that a case names."""
    match how:
        case {"renamed": name}:
            language["invocationName"] = name
        case {"sample": sample}:
            intent(language, how.get("of", "ListIntent"))["samples"].append(sample)
        case {"value": value}:
            language["types"][0]["values"].append(value)
        case {"removed": name}:
            language["intents"].remove(intent(language, name))
        case {"intent": more}:
            language["intents"].append({"name": "OddIntent", "samples": ["odd one"]} | more)
        case {"type": name}:
            language["types"].append({"name": name, "values": []})


@pytest.mark.parametrize("how", SPOILT.values(), ids=SPOILT)
def test_the_lint_finds(how: Mapping[str, Any], language: Any) -> None:
    spoil(language, how)
    assert how["told"] in linted(language)


def test_a_number_and_a_name_may_both_stand_alone(language: Any) -> None:
    """Nobody mistakes "ten" for an exercise, so one intent of each kind may be nothing but its slot."""
    assert "{number}" in intent(language, "NumberIntent")["samples"]
    assert "{exercise}" in intent(language, "StartExerciseIntent")["samples"]


PHRASES = [phrase for phrases in BUILT_IN.values() for phrase in phrases]


@pytest.mark.parametrize("phrase", [*PHRASES, "Next please", "please stop"])
def test_the_lint_finds_what_a_built_in_hears_anyway(phrase: str, language: Any) -> None:
    intent(language, "ListIntent")["samples"].append(phrase)
    assert f"'{phrase}' is what AMAZON." in linted(language)


def test_a_library_without_a_word_of_ours_still_makes_a_model() -> None:
    said = {key: (f"sentence for {key}",) for key in KEYS}
    model = interaction_model(library(), said)
    assert intent(model["interactionModel"]["languageModel"], "WhyIntent")["samples"] == ["sentence for why"]
