"""What the virtual device understands, by a small model of its own."""

import subprocess
import sys

import pytest
from fake_skill import MODEL
from hypothesis import given
from hypothesis import strategies as st

from skill.simulator.ear import FALLBACK, Ear, How
from skill.simulator.phrases import BUILT_IN, EXIT, LAUNCH
from skill.simulator.words import normalise, spelled, stem

EAR = Ear(MODEL)


def meaning(text: str) -> tuple[str, dict[str, str | None]]:
    """The intent, and each slot's id, or its words where it has none."""
    heard = EAR.hear(text)
    return heard.intent, {name: value.id or value.words for name, value in heard.slots.items()}


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
    """Capitals, punctuation, apostrophes and digits may be typed as people type them."""
    assert normalise(written) == normalise(alike)


def test_numbers_are_spelled_as_a_device_reports_them() -> None:
    assert [spelled(word) for word in ("4", "20", "42", "100", "hip")] == ["four", "twenty", "forty two", "100", "hip"]


def test_comparatives_keep_their_ending() -> None:
    """Harder means more than hard; hurting means what hurts means."""
    assert [stem(word) for word in ("harder", "hurting", "hurts", "stopped", "press")] == [
        *("harder", "hurt", "hurt", "stop", "press")
    ]


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("begin", "StartRoutineIntent", {}),
        ("Start hip routine.", "StartRoutineIntent", {"routine": "hip-routine"}),
        ("do hydrant", "StartExerciseIntent", {"exercise": "fire-hydrant"}),
        ("explain figure 4", "ExplainIntent", {"exercise": "figure-4"}),
        ("go to figure four", "GoToIntent", {"exercise": "figure-4"}),
        ("jump to number three", "GoToIntent", {"number": "3"}),
        ("exercise 4", "GoToIntent", {"number": "4"}),
        ("fifteen more seconds", "MoreSecondsIntent", {"number": "15"}),
        ("skip this one", "SkipExerciseIntent", {}),
    ],
)
def test_a_sample_is_heard_exactly(said: str, intent: str, slots: dict[str, str]) -> None:
    """A sample utterance means its intent, with what was named in its slots."""
    assert meaning(said) == (intent, slots)
    assert EAR.hear(said).how is How.EXACT


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("could you please explain the fire hydrant to me", "ExplainIntent", {"exercise": "fire-hydrant"}),
        ("explain fire hydrent", "ExplainIntent", {"exercise": "fire-hydrant"}),
        ("I'd like ten more seconds", "MoreSecondsIntent", {"number": "10"}),
        ("how much time is there left", "HowLongLeftIntent", {}),
        ("I think I'm ready", "ReadyIntent", {}),
        ("that really hurts", "ItHurtsIntent", {}),
    ],
)
def test_other_words_for_it_are_heard(said: str, intent: str, slots: dict[str, str]) -> None:
    """Nobody learns samples by heart: what is like one is taken for it, with its slots."""
    assert meaning(said) == (intent, slots)
    assert EAR.hear(said).how is How.LIKE


@pytest.mark.parametrize(
    "said",
    [
        "what's the weather like tomorrow",
        "get ready for the football match on saturday",
        "explain quantum physics",
        "my sister left her umbrella on the train",
        "the next train to london leaves at noon",
        "",
        "?!",
    ],
)
def test_what_is_not_for_her_is_refused(said: str) -> None:
    """One word of a sample inside a sentence about something else is not enough."""
    assert meaning(said) == (FALLBACK, {})


def test_a_name_that_is_none_of_ours_is_passed_on_as_said() -> None:
    """As on a device: the slot is filled, and no value of it matched."""
    slot = EAR.hear("explain pigeon stretch").slots["exercise"]
    assert (slot.words, slot.id) == ("pigeon stretch", None)


@pytest.mark.parametrize(
    "said",
    [
        "help I have chest pain",
        "stop I can't breathe",
        "next I feel faint",
        "my hip hurts and I have chest pain",
        "I have a sharp pain in my chest",
        "I've fallen off the couch",
    ],
)
def test_an_emergency_is_never_taken_for_anything_else(said: str) -> None:
    """Whatever else the sentence says, and however likely that is too."""
    assert EAR.hear(said).intent == "EmergencyIntent"


def test_pain_wins_over_a_command() -> None:
    assert EAR.hear("stop it hurts").intent == "ItHurtsIntent"


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


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("open hip coach", LAUNCH, {}),
        ("Alexa, open the Hip Coach skill", LAUNCH, {}),
        ("ask hip coach", LAUNCH, {}),
        ("hip coach", LAUNCH, {}),
        ("alexa, ask hip coach to start hip routine", "StartRoutineIntent", {"routine": "hip-routine"}),
        ("ask hip coach how do I do figure four", "ExplainIntent", {"exercise": "figure-4"}),
        ("open hip coach and start the hip routine", "StartRoutineIntent", {"routine": "hip-routine"}),
        ("start hip strength routine with hip coach", "StartRoutineIntent", {"routine": "hip-strength"}),
        ("ask hip coach for help", "AMAZON.HelpIntent", {}),
    ],
)
def test_the_skill_can_be_named(said: str, intent: str, slots: dict[str, str]) -> None:
    """Every way Amazon documents of opening a skill, alone or with a wish in the same breath."""
    assert meaning(said) == (intent, slots)
    assert EAR.hear(said).invoked


def test_built_in_intents_know_their_own_phrases() -> None:
    """The model has no samples for them, and a device understands them nevertheless."""
    for intent, phrases in BUILT_IN.items():
        if intent in EAR.slots:
            for phrase in phrases:
                assert EAR.hear(phrase).intent == intent, phrase


def test_exit_leaves() -> None:
    assert EAR.hear("exit").intent == EXIT


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
        "import skill.simulator.device, skill.simulator.conversation, skill.simulator.suggest"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
