"""What the virtual device understands, by a small model of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fake_skill import MODEL
from hypothesis import given
from hypothesis import strategies as st

from skill.hearing.built_in import BUILT_IN, EXIT, LAUNCH
from skill.hearing.ear import FALLBACK, LASTING, Ear, How
from skill.hearing.words import normalise, spelled, stem

EAR = Ear(MODEL)
WHOLE = Ear(json.loads((Path(__file__).parent.parent / "interaction_model" / "en-US.json").read_text(encoding="utf-8")))


def meaning(text: str, ear: Ear = EAR) -> tuple[str, dict[str, str | None]]:
    """The intent, and each slot's id, or its words where it has none."""
    heard = ear.hear(text)
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


# What the whole model means


MEANT = {
    "InPositionIntent": (
        *("i'm up", "i'm down", "i'm on the floor", "i'm on my back", "i'm on my side", "i'm on my hands and knees"),
        *("i'm lying down", "i'm sitting down", "i'm standing", "i'm standing up", "i'm on the mat"),
    ),
    "ReadyIntent": ("ready", "i'm ready", "i'm in position", "go on", "done", "okay let's go"),
    "NotYetIntent": (
        *("I'm still getting down", "hang on i'm not there yet", "still moving", "not yet", "wait i'm not ready"),
        *("i'm not ready", "i need more time"),
    ),
    "WaitIntent": ("give me a minute", "wait", "hold on", "i'm tired", "my wife is calling me"),
    "AMAZON.PauseIntent": ("pause",),
    "WhichSideIntent": (
        *("am i on my side", "am i on the right side", "which leg", "which side do i lie on", "is it my left leg"),
        *("left or right", "which side is this", "that's the wrong leg", "is it the other leg"),
    ),
    "WhereAmIIntent": ("where am i", "which exercise is this", "i've lost count"),
    "GaveWayIntent": (
        *("my hip gave way", "something popped", "something snapped", "something tore", "my hip is stuck"),
        *("my knee locked", "my leg feels weak", "my leg went weak", "I felt my knee pop"),
    ),
    "SharpPainIntent": (
        *("my leg is numb", "my leg went a bit numb", "pins and needles", "i have a sharp pain in my hip"),
        *("i pulled a muscle", "my foot is tingling"),
    ),
    "DizzyIntent": ("i'm dizzy", "i feel faint", "i'm light headed", "the room is spinning", "I feel really dizzy"),
    "OutOfBreathIntent": ("i'm out of breath", "i need to catch my breath", "i'm panting", "i'm puffed"),
    "UnwellIntent": (
        *("I don't feel well", "i feel strange", "i feel funny", "i feel weird", "something is wrong with me"),
        *("i feel sick", "i'm not okay"),
    ),
    "EmergencyIntent": (
        *("i fainted", "i passed out", "i blacked out", "i can't breathe", "i can't get my breath"),
        *("i'm having a stroke", "this is a real emergency"),
        *("my face is drooping", "my speech is slurred", "i'm numb between my legs", "i've lost control of my bladder"),
        *("i lost control of my bowels", "both my legs are numb", "both my legs are weak", "i can't move my leg"),
        *("i'm having a seizure", "i'm bleeding badly", "i can't put weight on my leg", "i broke my hip"),
        *("i broke my leg", "i broke my wrist", "i'm having a heart attack", "i'm having an allergic reaction"),
        *("my calf is hot and swollen and i can't breathe", "i can't get up", "i've fallen", "i hit my head"),
        *("my leg looks shorter", "my legs are numb", "i fell off the chair"),
    ),
    "IsItSafeIntent": (
        *("i'm pregnant", "i have osteoporosis", "i have high blood pressure", "i have a heart condition"),
        *("i have balance problems", "i use a cane", "i use a walker", "i have a new hip", "i have a new knee"),
        *("i have bad knees", "i have bad wrists", "i have a bad back", "i recently had surgery", "i have arthritis"),
    ),
    "LeaveOutTodayIntent": ("skip it today", "leave this out today", "not today", "miss this one out today"),
    "SkipExerciseIntent": ("skip this one", "leave this one out", "next exercise"),
    "LeaveOutIntent": ("never do this one again", "skip this one from now on"),
    "CannotKneelIntent": ("i can't kneel", "my knees don't like kneeling", "kneeling hurts my knees", "no kneeling"),
    "CannotGetDownIntent": ("i can't get on the floor", "i can't lie down"),
    "MoreRepsIntent": ("one more rep", "one more", "another rep", "a few more"),
    "FewerRepsIntent": ("one less", "one rep less", "fewer", "too many reps"),
    "OneSideIntent": ("only this side", "just one side"),
    "OtherSideFirstIntent": ("the other side first", "can we start with the other side"),
    "SideAgainIntent": ("do that side again", "same side again"),
    "BothSidesIntent": ("both sides", "do both sides", "both legs please"),
    "WhatDidYouSayIntent": (
        *("what did you say", "pardon", "sorry what", "what was that", "come again", "i didn't hear that", "speak up"),
    ),
    "AMAZON.RepeatIntent": ("say that again", "repeat that"),
    "EnoughForTodayIntent": (
        *("that's enough for today", "i'm done for today", "no more today", "let's leave it for today"),
    ),
    "AMAZON.StopIntent": ("stop", "that is enough"),
    "BreathingIntent": ("do i breathe in or out", "how do i breathe", "should i hold my breath"),
    "HeadIntent": ("what do i do with my head", "where do i look"),
    "HandsIntent": ("what do i do with my hands", "where do my arms go"),
    "FeetIntent": ("where do my feet go", "how far apart are my feet", "how high do i lift"),
    "AllWellIntent": (
        *("i'm fine", "i'm okay", "i'm all right", "it's okay", "it's not an emergency", "my chest doesn't hurt"),
        *("no I'm not dizzy", "i can feel the stretch"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "intent"), [(said, intent) for intent, all_ in MEANT.items() for said in all_])
def test_each_meaning_is_told_from_its_neighbours(said: str, intent: str) -> None:
    """Where the body is, is not yet ready; out of breath is not suffocating; today is not for ever."""
    assert WHOLE.hear(said).intent == intent


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("five", "NumberIntent", {"number": "5"}),
        ("ten please", "NumberIntent", {"number": "10"}),
        ("I said twelve", "NumberIntent", {"number": "12"}),
        ("make it eight", "NumberIntent", {"number": "8"}),
        ("just five", "SetRepsIntent", {"number": "5"}),
        ("only five reps", "SetRepsIntent", {"number": "5"}),
        ("make it eight reps", "SetRepsIntent", {"number": "8"}),
        ("number five", "GoToIntent", {"number": "5"}),
        ("figure four", "StartExerciseIntent", {"exercise": "figure-4"}),
        ("two more reps", "MoreRepsIntent", {"number": "2"}),
        ("one more rep", "MoreRepsIntent", {}),
        ("two fewer", "FewerRepsIntent", {"number": "2"}),
        ("I haven't got a couch", "LacksIntent", {"equipment": "couch"}),
        ("i don't have a sofa", "LacksIntent", {"equipment": "couch"}),
        ("do the left again", "SideAgainIntent", {"side": "left"}),
        ("the left side again", "SideAgainIntent", {"side": "left"}),
        ("again on the left", "SideAgainIntent", {"side": "left"}),
        ("only the left", "OnlySideIntent", {"side": "left"}),
        ("just the right side", "OnlySideIntent", {"side": "right"}),
        ("only do my left leg", "OnlySideIntent", {"side": "left"}),
        ("I only want to do the butterfly", "StartExerciseIntent", {"exercise": "butterfly-stretch"}),
        ("skip the butterfly today", "LeaveOutTodayIntent", {"exercise": "butterfly-stretch"}),
        ("never do the butterfly again", "LeaveOutIntent", {"exercise": "butterfly-stretch"}),
    ],
)
def test_what_is_named_comes_with_it(said: str, intent: str, slots: dict[str, str]) -> None:
    """A number by itself is a number, and with a word beside it what that word says."""
    assert meaning(said, WHOLE) == (intent, slots)


@pytest.mark.parametrize(
    "said",
    [
        "it feels as if a brick lies on my chest",
        "my leg collapsed under me",
        "I'm not joking call an ambulance",
        "my father fell and won't answer",
        "I have swallowed a bee and my throat is odd",
    ],
)
def test_what_is_only_like_an_emergency_is_asked_about(said: str) -> None:
    """She asks whether it is one, rather than to end the session, or to hear nothing."""
    assert WHOLE.hear(said).intent == "UnwellIntent"


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
