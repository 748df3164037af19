"""What the virtual device understands, by a small model of its own, and by the one that we ship."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from fake_skill import MODEL
from hypothesis import given
from hypothesis import strategies as st

from skill.hearing.built_in import BUILT_IN, EXIT, LAUNCH
from skill.hearing.ear import LASTING, Ear, How
from skill.hearing.words import normalise, spelled, stem

HERE = Path(__file__).parent
EAR = Ear(MODEL)
WHOLE = Ear(json.loads((HERE.parent / "interaction_model" / "en-US.json").read_text(encoding="utf-8")))
MEANT = yaml.safe_load((HERE / "ear" / "meant.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "said", "meant"),
    [(kind, said, meant) for kind in MEANT for meant, all_said in MEANT[kind].items() for said in all_said],
)
def test_a_sentence_means_what_it_should(kind: str, said: str, meant: str) -> None:
    """Intent and slots, each slot by its id, or its words where it has none."""
    heard = (WHOLE if kind in ("whole", "named") else EAR).hear(said)
    slots = [f"{name}={value.id or value.words}" for name, value in heard.slots.items()]
    assert " ".join([heard.intent, *slots]) == meant
    if kind in ("exact", "like"):
        assert heard.how is How[kind.upper()]
    assert heard.invoked == (kind == "invoked")


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("Ten more seconds, please!", "10 more seconds please"),
        ("I’m ready", "im ready"),
        ("I'm ready.", "i am ready"),
        ("what's next", "whats next"),
        ("I can't", "i can not"),
        ("twenty-five seconds", "25 seconds"),
        ("call nine one one", "call 911"),
        ("OK", "okay"),
        ("were we done", "were we done"),
    ],
)
def test_writing_does_not_matter(written: str, alike: str) -> None:
    assert normalise(written) == normalise(alike)


def test_numbers_are_spelled_as_a_device_reports_them() -> None:
    assert [spelled(word) for word in ("4", "20", "42", "100", "hip")] == ["four", "twenty", "forty two", "100", "hip"]


def test_comparatives_keep_their_ending() -> None:
    """Harder means more than hard; hurting means what hurts means."""
    words = ("harder", "hurting", "hurts", "stopped", "press")
    assert [stem(word) for word in words] == ["harder", "hurt", "hurt", "stop", "press"]


def test_a_name_that_is_none_of_ours_is_passed_on_as_said() -> None:
    """As on a device: the slot is filled, and no value of it matched."""
    slot = EAR.hear("explain pigeon stretch").slots["exercise"]
    assert (slot.words, slot.id) == ("pigeon stretch", None)


@pytest.mark.parametrize(
    ("said", "woken", "intent"),
    [
        ("alexa, pause", True, "AMAZON.PauseIntent"),
        ("Hey Alexa how long left", True, "HowLongLeftIntent"),
        ("Echo, next", True, "AMAZON.NextIntent"),
        ("pause", False, "AMAZON.PauseIntent"),
    ],
)
def test_the_wake_word_is_noticed(said: str, woken: bool, intent: str) -> None:
    heard = EAR.hear(said)
    assert (heard.woken, heard.invoked, heard.intent) == (woken, False, intent)


def test_built_in_intents_know_their_own_phrases() -> None:
    """The model has no samples for them, and a device understands them nevertheless."""
    for intent in BUILT_IN.keys() & EAR.slots:
        for phrase in BUILT_IN[intent]:
            assert EAR.hear(phrase).intent == intent, phrase


def test_where_nothing_can_be_asked_it_is_acted_on() -> None:
    """A model without that question has no milder answer."""
    assert "UnwellIntent" not in EAR.slots
    assert EAR.hear("I've fallen off the couch somehow").intent == "EmergencyIntent"


@pytest.mark.parametrize(
    "said", ["the chair fell over", "the door is stuck", "my shirt is stuck", "it isn't chest pain"]
)
def test_what_happens_to_things_happens_to_nobody(said: str) -> None:
    assert WHOLE.hear(said).intent not in ("EmergencyIntent", "GaveWayIntent", "SharpPainIntent", "DizzyIntent")


@pytest.mark.parametrize(
    "said",
    ["the radio is too quiet", "I always leave out the salt", "she does not talk much any more", "wait for my wife"],
)
def test_what_lasts_must_be_said_plainly(said: str) -> None:
    """A setting that stays is not guessed at."""
    assert WHOLE.hear(said).intent not in LASTING


@given(st.text(max_size=60))
def test_anything_may_be_typed(text: str) -> None:
    """Whatever is typed, something comes out that can be sent."""
    heard = EAR.hear(text)
    assert heard.intent in EAR.slots or heard.intent in (LAUNCH, EXIT)
    assert set(heard.slots) <= set(EAR.slots.get(heard.intent, ()))


def test_the_device_can_be_imported_without_the_extra() -> None:
    """`pip install .` without extras is enough for the app; rich and rapidfuzz are for talking only."""
    program = (
        "import sys; sys.modules['rich'] = sys.modules['rapidfuzz'] = None\n"
        "import skill.simulator.device, skill.simulator.conversation"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
