"""Requests become events; what a slot says is our own id coming home, or nothing."""

import law
import pytest

from skill.dialogue.events import UNKNOWN, Event, Explain, GoTo, MoreSeconds, Said, SetReps, StartExercise, StartRoutine

MEANINGS = {
    "launch": Said.OPEN,
    "launch-odd-viewport": Said.OPEN,
    "launch-task": Said.OPEN,
    "intent-match": GoTo(exercise="fire-hydrant"),
    "intent-no-match": StartExercise(UNKNOWN),
    "intent-timeout": StartExercise(UNKNOWN),
    "intent-several-authorities": Explain("figure-4"),
    "intent-several-matches": StartRoutine("hip-routine"),
    "intent-unknown-status": StartExercise("butterfly-stretch"),
    "intent-unknown-slot-value": SetReps(8),
    "intent-slot-list": StartExercise(),
    "intent-number": MoreSeconds(10),
    "intent-number-not-heard": MoreSeconds(),
    "intent-empty-slots": GoTo(),
    "intent-without-slots": GoTo(),
    "intent-without-intent": Said.NOT_UNDERSTOOD,
    "intent-of-another-release": Said.NOT_UNDERSTOOD,
    "intent-of-audio-player": Said.NOT_UNDERSTOOD,
    "intent-navigate-home": Said.STOP,
    "session-ended-user": Said.LEFT,
    "session-ended-reprompts": Said.TIMED_OUT,
    "session-ended-error": Said.FAILED,
    "session-ended-new-error": Said.FAILED,
    "session-ended-unknown-reason": Said.LEFT,
    "apl-user-event": None,
    "can-fulfill": None,
    "new-thing": None,
    "audio-player-failed": None,
    "skill-disabled": None,
}

NOT_SURE = ("ER_SUCCESS_NO_MATCH", "ER_ERROR_TIMEOUT", "ER_ERROR_EXCEPTION")


@pytest.mark.parametrize(("name", "event"), MEANINGS.items(), ids=MEANINGS)
def test_a_request_means_what_happened(name: str, event: Event | None) -> None:
    assert law.decoded(law.envelope(name)) == event


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        *(("0", 0), ("7", 7), ("007", 7), ("999", 999)),
        *((odd, None) for odd in ("", "?", "1000", "-5", "+5", "3.5", "1e3", "ten", "0x10", " 7", "٣", "²", None)),
    ],
)
def test_a_number_is_what_alexa_wrote_in_digits(heard: str | None, meant: int | None) -> None:
    """A number that was not heard, or that nobody means, is not guessed at."""
    assert law.decoded(law.intent("MoreSecondsIntent", number=law.number(heard))) == MoreSeconds(meant)


def authority(code: str, *identities: str) -> law.Json:
    values = [{"value": {"name": "whatever", "id": identity}} for identity in identities]
    return {"authority": "us", "status": {"code": code}, "values": values}


SURE = authority("ER_SUCCESS_MATCH", "figure-4")


@pytest.mark.parametrize(
    ("authorities", "meant"),
    [
        *(([authority(code, "hip-thrust")], UNKNOWN) for code in NOT_SURE),
        *(([authority(code, "hip-thrust"), SURE], "figure-4") for code in NOT_SURE),
        ([authority("ER_SUCCESS_MATCH")], UNKNOWN),
        ([authority("ER_SUCCESS_MATCH"), SURE], "figure-4"),
    ],
)
def test_an_authority_that_is_sure_of_nothing_is_passed_over(authorities: list[law.Json], meant: str) -> None:
    """Whatever values it sends: only one that is sure names something."""
    slot = law.matched("exercise", "figure-4") | {"resolutions": {"resolutionsPerAuthority": authorities}}
    assert law.decoded(law.intent("ExplainIntent", exercise=slot)) == Explain(meant)


@pytest.mark.parametrize(
    "resolved",
    [
        *({}, 7, None, {"resolutionsPerAuthority": "all of them"}),
        *(
            {"resolutionsPerAuthority": authorities}
            for authorities in (
                [],
                [{}],
                [7],
                [{"status": {"code": "ER_SUCCESS_MATCH"}}],
                [authority("ER_SUCCESS_MATCH")],
                [{"status": {"code": "ER_SUCCESS_MATCH"}, "values": [{}]}],
                [{"status": {"code": "ER_SUCCESS_MATCH"}, "values": [{"value": {"name": "x"}}]}],
                [{"status": None, "values": [{"value": {"id": "fire-hydrant"}}]}],
                [authority("ER_SUCCESS_NO_MATCH", "x")],
            )
        ),
    ],
)
def test_a_slot_that_resolved_to_nothing_names_nothing(resolved: object) -> None:
    """It is a name that nobody knows: its words are not taken instead, even if they happen to be an exercise's id."""
    slot = {"name": "exercise", "value": "fire-hydrant", "resolutions": resolved}
    assert law.decoded(law.intent("StartExerciseIntent", exercise=slot)).exercise in (UNKNOWN, None)
