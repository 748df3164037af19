"""The one table of intents: requests are decoded by it, and the interaction model is built from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from skill.dialogue import events
from skill.dialogue.events import Kind, Said


class Slot(StrEnum):
    """What a person can name in a sentence. The value is the slot's name in the model and in samples."""

    EXERCISE = "exercise"
    ROUTINE = "routine"
    NUMBER = "number"
    SIDE = "side"
    EQUIPMENT = "equipment"

    @property
    def type(self) -> str:
        """The slot's type in the model."""
        return "AMAZON.NUMBER" if self is Slot.NUMBER else self.name


@dataclass(frozen=True, slots=True)
class Intent:
    """One row: what Alexa calls it, what it means to us, and how it is said.

    Attributes:
        name: the intent's name in the model.
        event: what happened when it arrives.
        says: its key in utterances.yaml; None for a built-in, which knows its own phrases.
        slots: the event's field -> the slot that fills it.
    """

    name: str
    event: Kind
    says: str | None = None
    slots: Mapping[str, Slot] = field(default_factory=dict)


INTENTS = (
    # opening and choosing
    Intent("StartRoutineIntent", events.StartRoutine, "start-routine", {"routine": Slot.ROUTINE}),
    Intent("StartExerciseIntent", events.StartExercise, "start-exercise", {"exercise": Slot.EXERCISE}),
    Intent("ListIntent", Said.LIST, "list"),
    Intent("ExplainIntent", events.Explain, "explain", {"exercise": Slot.EXERCISE}),
    # moving through a routine
    Intent("ReadyIntent", Said.READY, "ready"),
    Intent("WaitIntent", Said.PAUSE, "wait"),
    Intent("InPositionIntent", Said.IN_POSITION, "in-position"),
    Intent("NotYetIntent", Said.NOT_YET, "not-yet"),
    Intent("SkipExerciseIntent", Said.SKIP_EXERCISE, "skip-exercise"),
    Intent("SkipSideIntent", events.SkipSide, "skip-side", {"side": Slot.SIDE}),
    Intent("GoToIntent", events.GoTo, "go-to", {"exercise": Slot.EXERCISE, "number": Slot.NUMBER}),
    Intent("NumberIntent", events.Number, "number", {"number": Slot.NUMBER}),
    Intent("OneSideIntent", Said.ONE_SIDE, "one-side"),
    Intent("OnlySideIntent", events.OnlySide, "only-side", {"side": Slot.SIDE}),
    Intent("OtherSideFirstIntent", Said.OTHER_SIDE_FIRST, "other-side-first"),
    Intent("SideAgainIntent", events.SideAgain, "side-again", {"side": Slot.SIDE}),
    Intent("BothSidesIntent", Said.BOTH_SIDES, "both-sides"),
    Intent("GetUpIntent", Said.GET_UP, "get-up"),
    Intent("AllWellIntent", Said.ALL_WELL, "all-well"),
    # questions
    Intent("WhereAmIIntent", Said.WHERE_AM_I, "where-am-i"),
    Intent("WhatsNextIntent", Said.WHATS_NEXT, "whats-next"),
    Intent("HowLongLeftIntent", Said.HOW_LONG_LEFT, "how-long-left"),
    Intent("HowManyLeftIntent", Said.HOW_MANY_LEFT, "how-many-left"),
    Intent("WhyIntent", Said.WHY, "why"),
    Intent("WhyStrengthIntent", Said.WHY_STRENGTH, "why-strength"),
    Intent("WhyMobilityIntent", Said.WHY_MOBILITY, "why-mobility"),
    Intent("WhereToFeelIntent", Said.WHERE_TO_FEEL, "where-to-feel"),
    Intent("AmIDoingItRightIntent", Said.AM_I_DOING_IT_RIGHT, "am-i-doing-it-right"),
    Intent("IsItSafeIntent", Said.IS_IT_SAFE, "is-it-safe"),
    Intent("WhichSideIntent", Said.WHICH_SIDE, "which-side"),
    Intent("BreathingIntent", Said.HOW_TO_BREATHE, "how-to-breathe"),
    Intent("HeadIntent", Said.WHERE_IS_MY_HEAD, "where-is-my-head"),
    Intent("HandsIntent", Said.WHERE_ARE_MY_HANDS, "where-are-my-hands"),
    Intent("FeetIntent", Said.WHERE_ARE_MY_FEET, "where-are-my-feet"),
    Intent("WhatDidYouSayIntent", Said.WHAT_DID_YOU_SAY, "what-did-you-say"),
    # doses and pace
    Intent("MoreSecondsIntent", events.MoreSeconds, "more-seconds", {"seconds": Slot.NUMBER}),
    Intent("MoreRepsIntent", events.MoreReps, "more-reps", {"count": Slot.NUMBER}),
    Intent("FewerRepsIntent", events.FewerReps, "fewer-reps", {"count": Slot.NUMBER}),
    Intent("SetRepsIntent", events.SetReps, "set-reps", {"count": Slot.NUMBER}),
    Intent("SetSetsIntent", events.SetSets, "set-sets", {"count": Slot.NUMBER}),
    Intent("SetHoldIntent", events.SetHold, "set-hold", {"seconds": Slot.NUMBER}),
    Intent("EasierIntent", Said.EASIER, "easier"),
    Intent("HarderIntent", Said.HARDER, "harder"),
    Intent("AsUsualIntent", Said.AS_USUAL, "as-usual"),
    Intent("SlowerIntent", Said.SLOWER, "slower"),
    Intent("FasterIntent", Said.FASTER, "faster"),
    Intent("FlowIntent", Said.FLOW, "flow"),
    Intent("GuidedIntent", Said.GUIDED, "guided"),
    Intent("TicksIntent", Said.TICKS, "ticks"),
    Intent("QuietIntent", Said.QUIET, "quiet"),
    Intent("TalkMoreIntent", Said.TALK_MORE, "talk-more"),
    Intent("TalkLessIntent", Said.TALK_LESS, "talk-less"),
    Intent("LeaveOutIntent", events.LeaveOut, "leave-out", {"exercise": Slot.EXERCISE}),
    Intent("PutBackIntent", events.PutBack, "put-back", {"exercise": Slot.EXERCISE}),
    Intent("LeaveOutTodayIntent", events.LeaveOutToday, "leave-out-today", {"exercise": Slot.EXERCISE}),
    Intent("LacksIntent", events.Lacks, "lacks", {"equipment": Slot.EQUIPMENT}),
    # what is remembered
    Intent("HowAmIDoingIntent", Said.HOW_AM_I_DOING, "how-am-i-doing"),
    Intent("WhatDoYouKnowIntent", Said.WHAT_DO_YOU_KNOW, "what-do-you-know"),
    Intent("ForgetMeIntent", Said.FORGET_ME, "forget-me"),
    Intent("JustMeIntent", Said.JUST_ME, "just-me"),
    Intent("EveryoneIntent", Said.EVERYONE, "everyone"),
    # care
    Intent("ItHurtsIntent", Said.IT_HURTS, "it-hurts"),
    Intent("SharpPainIntent", Said.SHARP_PAIN, "sharp-pain"),
    Intent("GaveWayIntent", Said.GAVE_WAY, "gave-way"),
    Intent("DizzyIntent", Said.DIZZY, "dizzy"),
    Intent("OutOfBreathIntent", Said.OUT_OF_BREATH, "out-of-breath"),
    Intent("UnwellIntent", Said.UNWELL, "unwell"),
    Intent("EmergencyIntent", Said.EMERGENCY, "emergency"),
    Intent("CannotGetDownIntent", Said.CANNOT_GET_DOWN, "cannot-get-down"),
    Intent("CannotKneelIntent", Said.CANNOT_KNEEL, "cannot-kneel"),
    Intent("EnoughForTodayIntent", Said.ENOUGH_FOR_TODAY, "enough-for-today"),
    # Amazon's own; samples of ours would make them worse (alexa.md, 1.3)
    Intent("AMAZON.NextIntent", Said.NEXT),
    Intent("AMAZON.PreviousIntent", Said.PREVIOUS),
    Intent("AMAZON.RepeatIntent", Said.REPEAT),
    Intent("AMAZON.PauseIntent", Said.PAUSE),
    Intent("AMAZON.ResumeIntent", Said.RESUME),
    Intent("AMAZON.StartOverIntent", Said.START_OVER),
    Intent("AMAZON.YesIntent", Said.YES),
    Intent("AMAZON.NoIntent", Said.NO),
    Intent("AMAZON.HelpIntent", Said.HELP),
    Intent("AMAZON.StopIntent", Said.STOP),
    Intent("AMAZON.CancelIntent", Said.STOP),
    Intent("AMAZON.NavigateHomeIntent", Said.STOP),
    Intent("AMAZON.FallbackIntent", Said.NOT_UNDERSTOOD),
)

BY_NAME = {intent.name: intent for intent in INTENTS}
