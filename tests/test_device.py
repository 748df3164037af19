"""The virtual Echo: what it says on the wire, and when it listens, speaks and closes."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope
from fake_skill import ANSWERS, NOON, FakeSkill, answer, audio, device
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st

from skill.simulator import playback
from skill.simulator.conversation import converse, everything, offers, suggestions, transcript, wait_seconds
from skill.simulator.device import (
    Closed,
    Cut,
    Deaf,
    Device,
    Ending,
    Ignored,
    Listens,
    Manners,
    Refused,
    Shows,
    Speaks,
    State,
    Understood,
)
from skill.simulator.playback import (
    Break,
    CaptionKind,
    Clip,
    NotSpeakable,
    Sentence,
    Subtitles,
    captions,
    mp3_seconds,
    playback_of_ssml,
)
from skill.simulator.wire import UnansweredError, from_app, to_app

QUICK = Manners(start=0.0, wake=0.0, word=0.0)


# What is sent


def test_opening_sends_what_a_real_device_sends() -> None:
    (sent,) = asked("alexa, open hip coach")
    assert sent["session"]["new"] is True
    assert sent["session"]["attributes"] == {}
    assert sent["request"] == {
        "type": "LaunchRequest",
        "requestId": "amzn1.echo-api.request.00000000-0000-0000-0000-000000000001",
        "locale": "en-US",
        "timestamp": "2026-11-22T12:00:02Z",
        "shouldLinkResultBeReturned": False,
    }
    assert sent["context"]["System"]["application"] == sent["session"]["application"]
    assert sent["context"]["System"]["user"] == sent["session"]["user"]


def asked(*lines: str) -> list[dict[str, Any]]:
    """The requests of a conversation."""
    skill = FakeSkill()
    converse(device(skill), list(lines))
    return skill.asked


@pytest.mark.parametrize(
    ("said", "value", "status", "values"),
    [
        ("explain figure 4", "figure four", "MATCH", [{"value": {"name": "figure four", "id": "figure-4"}}]),
        ("explain pigeon stretch", "pigeon stretch", "NO_MATCH", None),
    ],
)
def test_a_name_is_resolved_as_alexa_resolves_it(said: str, value: str, status: str, values: Any) -> None:
    """The slot carries what was said, and the id and name of what it stands for."""
    slot = asked("open hip coach", said)[1]["request"]["intent"]["slots"]["exercise"]
    (authority,) = slot["resolutions"]["resolutionsPerAuthority"]
    assert slot["value"] == value
    assert authority["status"] == {"code": f"ER_SUCCESS_{status}"}
    assert authority.get("values") == values
    assert slot["slotValue"] == {"type": "Simple", "value": value, "resolutions": slot["resolutions"]}


def test_numbers_come_as_digits_and_empty_slots_empty() -> None:
    slots = asked("open hip coach", "jump to number three")[1]["request"]["intent"]["slots"]
    assert slots["number"]["value"] == "3"
    assert slots["exercise"] == {"name": "exercise", "confirmationStatus": "NONE"}


def test_the_session_goes_on_with_its_attributes_until_it_is_opened_again() -> None:
    first, second, third, again = (
        one["session"] for one in asked(*["open hip coach", "ready", "stop", "open hip coach"])
    )
    assert first["sessionId"] == second["sessionId"] == third["sessionId"] != again["sessionId"]
    assert [one["new"] for one in (first, second, third, again)] == [True, False, False, True]
    assert [one["attributes"] for one in (first, second, third, again)] == [{}, {"turn": 1}, {"turn": 2}, {}]


def test_every_request_is_one_that_the_official_sdk_reads() -> None:
    lines = ("open hip coach", "explain figure four", "explain pigeon stretch", "ten more seconds", "/wait 300")
    sent = asked(*lines)
    assert sent[-1]["request"]["type"] == "SessionEndedRequest"
    for envelope in sent:
        DefaultSerializer().deserialize(json.dumps(envelope), RequestEnvelope)


def test_asking_takes_time_on_the_devices_clock() -> None:
    skill = FakeSkill()
    echo = device(skill, Manners(start=1.5, wake=1.0, word=0.5))
    echo.hear("alexa, open hip coach")
    assert echo.now == NOON + timedelta(seconds=1 + 4 * 0.5)
    assert echo.until == echo.now + timedelta(seconds=1.5 + echo.speech.seconds)


# Time


@pytest.fixture
def skill() -> FakeSkill:
    return FakeSkill()


@pytest.fixture
def echo(skill: FakeSkill) -> Device:
    """A device that was opened, and speaks; whoever talks to it takes no time."""
    made = device(skill, QUICK)
    made.hear("open hip coach")
    return made


def test_it_listens_plays_the_reprompt_listens_again_and_gives_up(skill: FakeSkill, echo: Device) -> None:
    """Eight seconds, the reprompt once, eight seconds; then the skill is told that nobody answered."""
    assert echo.pass_over(echo.speech.seconds) == (Listens(),)
    assert echo.pass_over(7.9) == ()
    (speaks,) = echo.pass_over(0.1)
    assert isinstance(speaks, Speaks)
    assert (speaks.again, speaks.speech.text) == (True, "Still there?")
    assert echo.pass_over(speaks.speech.seconds) == (Listens(again=True),)
    assert echo.pass_over(8) == (Closed(Ending.NOBODY_ANSWERED),)
    assert skill.asked[-1]["request"]["reason"] == "EXCEEDED_MAX_REPROMPTS"
    assert skill.asked[-1]["session"]["attributes"] == {"turn": 1}
    assert skill.asked[-1]["request"]["timestamp"] == "2026-11-22T12:00:20Z"


def test_while_she_speaks_only_the_wake_word_gets_through(skill: FakeSkill, echo: Device) -> None:
    echo.pass_over(1)
    assert echo.hear("ready") == (Ignored(Deaf.SPEAKING),)
    cut, understood, speaks = echo.hear("alexa, ready")
    assert cut == Cut(1.0)
    assert isinstance(understood, Understood)
    assert isinstance(speaks, Speaks)
    assert skill.last["request"]["intent"]["name"] == "ReadyIntent"


def test_while_the_microphone_is_open_the_wake_word_is_not_needed(echo: Device) -> None:
    echo.finish_speaking()
    assert echo.state is State.LISTENING
    understood, _ = echo.hear("ready")
    assert isinstance(understood, Understood)


def test_during_the_reprompt_the_wake_word_is_needed_again(echo: Device) -> None:
    """A reprompt with a minute of quiet in it is a minute with the microphone shut."""
    converse(echo, ["start hip routine"])
    echo.finish_speaking()
    echo.pass_over(8 + 30)
    assert echo.hear("ready") == (Ignored(Deaf.SPEAKING),)
    assert isinstance(echo.hear("alexa, ready")[0], Cut)


def test_who_is_in_the_middle_of_a_sentence_is_let_finish(echo: Device) -> None:
    echo.finish_speaking()
    for second in range(1, 30):
        echo.keep_listening(NOON + timedelta(seconds=echo.speech.seconds + second))
    assert echo.state is State.LISTENING
    assert echo.hear("ready")[-1] == Speaks(echo.speech)


def test_when_nothing_is_open_only_the_skills_name_opens_it(skill: FakeSkill) -> None:
    echo = device(skill)
    assert echo.hear("ready") == (Ignored(Deaf.CLOSED),)
    assert echo.hear("alexa, next") == (Ignored(Deaf.CLOSED),)
    assert echo.hear("  ") == (Ignored(Deaf.NOTHING),)
    assert skill.asked == []
    assert echo.hear("ask hip coach to start hip routine")
    assert skill.last["request"]["intent"]["name"] == "StartRoutineIntent"


def test_a_closing_answer_is_heard_to_its_end(skill: FakeSkill, echo: Device) -> None:
    *_, last = converse(echo, ["stop"])
    assert (last.heard, last.closed) == ("Your place is kept. Goodbye.", Ending.DONE)
    assert echo.state is State.CLOSED
    assert skill.asked[-1]["request"]["type"] == "IntentRequest"


def test_exit_ends_the_session_without_asking_the_skill(skill: FakeSkill, echo: Device) -> None:
    *_, last = converse(echo, ["exit"])
    assert last.closed is Ending.LEFT
    ended = skill.asked[-1]["request"]
    assert (ended["type"], ended["reason"]) == ("SessionEndedRequest", "USER_INITIATED")


def test_without_a_fallback_intent_nonsense_is_not_sent(echo: Device) -> None:
    del echo.ear.slots["AMAZON.FallbackIntent"]
    echo.finish_speaking()
    assert echo.hear("purple elephants waltz") == (Ignored(Deaf.NO_FALLBACK),)


# What it refuses


def without(key: str) -> dict[str, Any]:
    body = answer("Hello.")
    del body["response"][key]
    return body


BAD = {
    "8000 characters": (answer("a" * 7_990), "outputSpeech has 8005 characters"),
    "8000 characters in the reprompt": (answer("Hello.", "a" * 8_000), "reprompt has"),
    "silence on end": (answer('Wait. <break time="6s"/><break time="4100ms"/> Go.'), "10.1 s of silence on end"),
    "five clips": (answer("Go. " + audio("bed-5") * 6), "6 clips, more than 5"),
    "240 seconds": (answer("Go. " + audio("bed-60") * 5), "300 s of clips, more than 240"),
    "90 seconds in the reprompt": (answer("Go.", audio("bed-60") * 2), "reprompt: 120 s of clips, more than 90"),
    "https": (answer('Go. <audio src="http://sounds.example/bed-5.mp3"/>'), "is not https"),
    "well-formed": (answer("Salt & pepper."), "not well-formed"),
    "closed tags": (answer("<s>Go."), "not well-formed"),
    "no declarations": (answer("<!DOCTYPE x>"), "no declarations"),
    "heard": (answer('<break time="1s"/>'), "nothing can be heard"),
    "speech": (without("outputSpeech"), "it says nothing"),
    "stated end": (without("shouldEndSession"), "shouldEndSession is not stated"),
    "reprompt when it listens": (without("reprompt"), "it listens, but has no reprompt"),
    "no reprompt when it ends": (answer("Bye.", shouldEndSession=True), "it ends the session, but has a reprompt"),
    "card": (answer("Hi.", card={"type": "Simple", "title": "T", "content": "c" * 8_000}), "the card has 8001"),
    "size": (answer("Hi.", directives=["x" * 130_000]), "bytes, more than 120000"),
    "response": ({"version": "1.0"}, "there is no response in it"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD)
def test_a_response_that_breaks_a_limit_is_refused(body: dict[str, Any], told: str) -> None:
    skill = FakeSkill({"LaunchRequest": body})
    refused, apology, closed = device(skill).hear("open hip coach")[1:]
    assert isinstance(refused, Refused)
    assert told in "; ".join(refused.problems)
    assert isinstance(apology, Speaks)
    assert closed == Closed(Ending.REFUSED)
    ended = skill.asked[-1]["request"]
    assert (ended["type"], ended["reason"]) == ("SessionEndedRequest", "ERROR")
    assert ended["error"]["type"] == "INVALID_RESPONSE"


GOOD = {
    "a long count": answer(" ".join(f'{number} <break time="9s"/>' for number in range(20))),
    "ten seconds": answer('Wait. <break time="4s"/><break time="6s"/> Go.'),
    "five clips of 240 s": answer("Go. " + audio("bed-48") * 5),
    "Alexa's own tags": answer('<amazon:effect name="whispered">Go.</amazon:effect>'),
    "plain text": answer("x") | {"response": answer("x")["response"] | {"outputSpeech": {"text": "Salt & pepper."}}},
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_a_response_within_the_limits_is_spoken(body: dict[str, Any]) -> None:
    _, speaks = device(FakeSkill({"LaunchRequest": body})).hear("open hip coach")
    assert isinstance(speaks, Speaks)


def test_a_skill_that_does_not_answer_is_a_refused_response() -> None:
    echo = device()
    echo._send = Mock(side_effect=UnansweredError("500 INTERNAL SERVER ERROR"))
    happened = echo.hear("open hip coach")
    assert Refused(("500 INTERNAL SERVER ERROR",)) in happened
    assert happened[-1] == Closed(Ending.REFUSED)


def test_nothing_may_be_said_to_a_session_that_has_ended() -> None:
    skill = FakeSkill({"SessionEndedRequest": answer("Bye.")})
    *_, last = converse(device(skill), ["open hip coach", "exit"])
    assert "outputSpeech is not allowed once the session has ended" in last.refused


def test_a_card_is_noticed() -> None:
    *_, last = converse(device(), ["open hip coach", "help"])
    assert Shows("Help", "ready") in last.happened


# What is heard


def test_speech_is_timed() -> None:
    heard = playback_of_ssml(
        f'<speak>Hold now. <break time="1500ms"/> {audio("en-hold-20-ticks")} <s>And lower.</s></speak>'
    )
    assert heard.items == (
        Sentence("Hold now.", 0.8),
        Break(1.5),
        Clip("https://sounds.example/en-hold-20-ticks.mp3", "en-hold-20-ticks", 21.0),
        Sentence("And lower.", 0.8),
    )
    assert heard.starts == pytest.approx((0.0, 0.8, 2.3, 23.3))
    assert heard.seconds == pytest.approx(24.1)
    assert heard.until(2.0).text == "Hold now."


def test_a_sentence_stays_whole_whatever_tags_are_in_it() -> None:
    ssml = (
        '<speak>Hold for <say-as interpret-as="number">20</say-as> seconds, <sub alias="please">pls</sub>. '
        '<prosody rate="50%">Slow</prosody></speak>'
    )
    assert playback_of_ssml(ssml).items == (Sentence("Hold for 20 seconds, please.", 2.0), Sentence("Slow", 0.8))


@pytest.mark.parametrize(
    ("inside", "seconds"),
    [
        ('<break time="2s"/>', 2.0),
        ('<break time="250ms"/>', 0.25),
        ('<break strength="none"/>', 0.0),
        ('<break strength="x-strong"/>', 1.2),
        ("<break/>", 0.4),
        ('<break time="1s"/><break time="2s"/>', 3.0),
        (audio("gong"), playback.UNKNOWN_CLIP_SECONDS),
        (audio("hold-20-ticks"), 21),
        (audio("en-left-15-quiet"), 16),
        (audio("bed-60"), 60),
        (audio("en-reps-2-2-3-2-8"), 72),
        (audio("reps-1-2-1-1-1"), 6),
    ],
)
def test_breaks_last_as_written_and_clips_as_their_names_say(inside: str, seconds: float) -> None:
    assert playback_of_ssml(f"<speak>{inside}</speak>").seconds == pytest.approx(seconds)


@pytest.mark.parametrize("ssml", ["", "Hello", "<p>Hello</p>", "<speak>", "<speak>a</speak><speak>b</speak>"])
def test_what_is_no_ssml_is_not_spoken(ssml: str) -> None:
    with pytest.raises(NotSpeakable):
        playback_of_ssml(ssml)


@given(st.text(max_size=80))
def test_any_text_is_spoken_or_refused(text: str) -> None:
    with suppress(NotSpeakable):
        playback_of_ssml(f"<speak>{text}</speak>")


def test_a_clip_that_can_be_had_is_as_long_as_its_file() -> None:
    """48 kilobits a second; a tag in front is no sound."""
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 2]) + bytes(130)
    assert mp3_seconds(bytes(60_000)) == 10.0
    assert mp3_seconds(tag + bytes(60_000)) == 10.0
    heard = playback_of_ssml(f"<speak>{audio('hold-20-ticks')}</speak>", lambda _: bytes(60_000))
    assert heard.seconds == 10.0


# What is shown


def test_a_hold_is_a_caption_that_counts() -> None:
    (lift, hold, lower) = captions(playback_of_ssml(f"<speak>Lift. {audio('hold-20-ticks')} And lower.</speak>"))
    assert [one.kind for one in (lift, hold, lower)] == [CaptionKind.LINE, CaptionKind.SOUND, CaptionKind.LINE]
    assert hold.text == "hold for 20 seconds, ticking"
    assert (hold.start, hold.end, hold.beat(10.0).label) == (pytest.approx(0.4), pytest.approx(21.4), "hold")


def test_reps_are_counted_inside_their_sound() -> None:
    (reps,) = captions(playback_of_ssml(f"<speak>{audio('en-reps-2-2-2-2-3')}</speak>"))
    labels = [reps.beat(at).label for at in (0.5, 1.5, 3.5, 9.5, 17.5, 23.5)]
    assert labels == ["get ready", "rep 1 of 3: lift", "rep 1 of 3: hold", "rep 2 of 3: lift", "rep 3 of 3: lift", ""]


def test_a_count_aloud_is_one_caption() -> None:
    response = ANSWERS["AMAZON.NextIntent"]["response"]["outputSpeech"]["ssml"]
    count, done, say = captions(playback_of_ssml(response))
    assert count.kind is CaptionKind.COUNT
    assert count.text.startswith("Six … Lift … hold … and lower … Last one")
    assert count.beat(count.start + 1.5).label == "Lift"
    assert [done.text, say.text] == ["Done.", "Say next."]


def test_subtitles_come_when_they_are_due() -> None:
    subtitles = Subtitles()
    subtitles.begin(playback_of_ssml(ANSWERS["AMAZON.NextIntent"]["response"]["outputSpeech"]["ssml"]))
    assert subtitles.due(5.0) == []
    (broken_off,) = subtitles.cut(5.0)
    assert broken_off.text == "Six … Lift … hold"
    assert subtitles.due(99.0) == []


def test_suggestions_begin_with_what_she_offers(echo: Device) -> None:
    assert suggestions(device(), 0)[0] == "open hip coach"
    assert suggestions(echo, 0)[:2] == ("start hip routine", "help")
    assert suggestions(echo, 0) != suggestions(echo, 1)
    offered = offers(echo.ear, "Say ready when you're set. Or ask, how long left? Say nothing.")
    assert list(offered) == ["ready", "how long left"]


def test_every_suggestion_is_understood_exactly() -> None:
    ear = device().ear
    assert len(dict(everything(ear))) > 20
    for intent, said in everything(ear):
        assert ear.hear(said).intent == intent, said


# A whole conversation


def test_lines_are_said_when_she_has_finished_and_after_a_wait_at_once() -> None:
    echo = device(manners=QUICK)
    lines = ["open hip coach", "ready", "alexa, how long left", "/wait 5", "how long left", "/wait 500", "ready"]
    opened, ready, barged, waited, later, gone, closed = converse(echo, lines)
    assert opened.heard.startswith("Welcome")
    assert not any(isinstance(one, Cut) for one in ready.happened)
    assert barged.happened[0] == Cut(8.0)
    assert waited.happened == ()
    assert later.happened[0] == Cut(5.0)
    assert gone.closed is Ending.NOBODY_ANSWERED
    assert closed.happened == (Ignored(Deaf.CLOSED),)
    understood = barged.happened[1]
    assert isinstance(understood, Understood)
    assert understood.heard.intent == "HowLongLeftIntent"


@pytest.mark.parametrize("line", ["/wait", "/wait long", "/wait -1", "/wait 1e9", "/wait nan"])
def test_a_wait_needs_a_number_of_seconds(line: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|seconds from 0"):
        wait_seconds(line)


def test_a_conversation_reads_as_markdown() -> None:
    lines = ["open hip coach", "ready", "/wait 3", "how long left", "help", "stop"]
    assert transcript(converse(device(manners=QUICK), lines)) == (
        "**You:** open hip coach\n\n"
        "**Coach:** Welcome to Hip Coach. Say start hip routine, or help.\n\n"
        "**You:** ready\n\n"
        "**Coach:** Lift. *(hold for 20 seconds, ticking)* —\n\n"
        "*(3 seconds pass)*\n\n"
        "**You:** how long left\n\n"
        "**Coach:** About ten seconds. *(hold for the last 10 seconds, ticking)* And lower. Say ready.\n\n"
        "**You:** help\n\n"
        "*(a card in the app: Help)*\n\n"
        "**Coach:** Say ready or stop.\n\n"
        "**You:** stop\n\n"
        "**Coach:** Your place is kept. Goodbye.\n\n"
        "*(the session is over: the skill ended it)*\n"
    )


# The wire


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)

    @app.post("/alexa")
    def alexa() -> Any:
        assert request.is_json
        return ANSWERS[request.get_json()["request"]["type"]]

    @app.get("/sounds/hold-20-ticks.mp3")
    def sound() -> Response:
        return Response(bytes(48_000), mimetype="audio/mpeg")

    return app


def test_a_flask_app_answers_without_a_network(app: Flask) -> None:
    assert to_app(app)({"request": {"type": "LaunchRequest"}}) == ANSWERS["LaunchRequest"]


@pytest.mark.parametrize(
    "view", [lambda: ("no", 403), lambda: "[]", lambda: ("{}", 200, {"Content-Type": "text/html"})]
)
def test_an_answer_that_is_none_is_told_apart(view: Callable[[], Any]) -> None:
    app = Flask(__name__)
    app.add_url_rule("/alexa", "alexa", view, methods=["POST"])
    with pytest.raises(UnansweredError):
        to_app(app)({})


def test_sound_files_come_from_the_app_whatever_host_they_name(app: Flask) -> None:
    fetch = from_app(app)
    assert fetch("https://hip-coach.example/sounds/hold-20-ticks.mp3") == bytes(48_000)
    assert fetch("https://hip-coach.example/sounds/none.mp3") is None
