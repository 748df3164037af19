"""The one table of intents: requests are decoded by it, and the interaction model is built from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from skill.dialogue import events
from skill.dialogue.events import Event


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
    event: type[Event]
    says: str | None = None
    slots: Mapping[str, Slot] = field(default_factory=dict)


INTENTS = (
    # opening and choosing
    Intent("StartRoutineIntent", events.StartRoutine, "start-routine", {"routine": Slot.ROUTINE}),
    Intent("StartExerciseIntent", events.StartExercise, "start-exercise", {"exercise": Slot.EXERCISE}),
    Intent("ListIntent", events.List, "list"),
    Intent("ExplainIntent", events.Explain, "explain", {"exercise": Slot.EXERCISE}),
    # moving through a routine
    Intent("ReadyIntent", events.Ready, "ready"),
    Intent("WaitIntent", events.Pause, "wait"),
    Intent("InPositionIntent", events.InPosition, "in-position"),
    Intent("NotYetIntent", events.NotYet, "not-yet"),
    Intent("SkipExerciseIntent", events.SkipExercise, "skip-exercise"),
    Intent("SkipSideIntent", events.SkipSide, "skip-side", {"side": Slot.SIDE}),
    Intent("GoToIntent", events.GoTo, "go-to", {"exercise": Slot.EXERCISE, "number": Slot.NUMBER}),
    Intent("NumberIntent", events.Number, "number", {"number": Slot.NUMBER}),
    Intent("OneSideIntent", events.OneSide, "one-side"),
    Intent("OnlySideIntent", events.OnlySide, "only-side", {"side": Slot.SIDE}),
    Intent("OtherSideFirstIntent", events.OtherSideFirst, "other-side-first"),
    Intent("SideAgainIntent", events.SideAgain, "side-again", {"side": Slot.SIDE}),
    Intent("BothSidesIntent", events.BothSides, "both-sides"),
    Intent("GetUpIntent", events.GetUp, "get-up"),
    Intent("AllWellIntent", events.AllWell, "all-well"),
    # questions
    Intent("WhereAmIIntent", events.WhereAmI, "where-am-i"),
    Intent("WhatsNextIntent", events.WhatsNext, "whats-next"),
    Intent("HowLongLeftIntent", events.HowLongLeft, "how-long-left"),
    Intent("HowManyLeftIntent", events.HowManyLeft, "how-many-left"),
    Intent("WhyIntent", events.Why, "why"),
    Intent("WhyStrengthIntent", events.WhyStrength, "why-strength"),
    Intent("WhyMobilityIntent", events.WhyMobility, "why-mobility"),
    Intent("WhereToFeelIntent", events.WhereToFeel, "where-to-feel"),
    Intent("AmIDoingItRightIntent", events.AmIDoingItRight, "am-i-doing-it-right"),
    Intent("IsItSafeIntent", events.IsItSafe, "is-it-safe"),
    Intent("WhichSideIntent", events.WhichSide, "which-side"),
    Intent("BreathingIntent", events.HowToBreathe, "how-to-breathe"),
    Intent("HeadIntent", events.WhereIsMyHead, "where-is-my-head"),
    Intent("HandsIntent", events.WhereAreMyHands, "where-are-my-hands"),
    Intent("FeetIntent", events.WhereAreMyFeet, "where-are-my-feet"),
    Intent("WhatDidYouSayIntent", events.WhatDidYouSay, "what-did-you-say"),
    # doses and pace
    Intent("MoreSecondsIntent", events.MoreSeconds, "more-seconds", {"seconds": Slot.NUMBER}),
    Intent("MoreRepsIntent", events.MoreReps, "more-reps", {"count": Slot.NUMBER}),
    Intent("FewerRepsIntent", events.FewerReps, "fewer-reps", {"count": Slot.NUMBER}),
    Intent("SetRepsIntent", events.SetReps, "set-reps", {"count": Slot.NUMBER}),
    Intent("SetSetsIntent", events.SetSets, "set-sets", {"count": Slot.NUMBER}),
    Intent("SetHoldIntent", events.SetHold, "set-hold", {"seconds": Slot.NUMBER}),
    Intent("EasierIntent", events.Easier, "easier"),
    Intent("HarderIntent", events.Harder, "harder"),
    Intent("AsUsualIntent", events.AsUsual, "as-usual"),
    Intent("SlowerIntent", events.Slower, "slower"),
    Intent("FasterIntent", events.Faster, "faster"),
    Intent("FlowIntent", events.Flow, "flow"),
    Intent("GuidedIntent", events.Guided, "guided"),
    Intent("TicksIntent", events.Ticks, "ticks"),
    Intent("QuietIntent", events.Quiet, "quiet"),
    Intent("TalkMoreIntent", events.TalkMore, "talk-more"),
    Intent("TalkLessIntent", events.TalkLess, "talk-less"),
    Intent("LeaveOutIntent", events.LeaveOut, "leave-out", {"exercise": Slot.EXERCISE}),
    Intent("PutBackIntent", events.PutBack, "put-back", {"exercise": Slot.EXERCISE}),
    Intent("LeaveOutTodayIntent", events.LeaveOutToday, "leave-out-today", {"exercise": Slot.EXERCISE}),
    Intent("LacksIntent", events.Lacks, "lacks", {"equipment": Slot.EQUIPMENT}),
    # what is remembered
    Intent("HowAmIDoingIntent", events.HowAmIDoing, "how-am-i-doing"),
    Intent("WhatDoYouKnowIntent", events.WhatDoYouKnow, "what-do-you-know"),
    Intent("ForgetMeIntent", events.ForgetMe, "forget-me"),
    Intent("JustMeIntent", events.JustMe, "just-me"),
    Intent("EveryoneIntent", events.Everyone, "everyone"),
    # care
    Intent("ItHurtsIntent", events.ItHurts, "it-hurts"),
    Intent("SharpPainIntent", events.SharpPain, "sharp-pain"),
    Intent("GaveWayIntent", events.GaveWay, "gave-way"),
    Intent("DizzyIntent", events.Dizzy, "dizzy"),
    Intent("OutOfBreathIntent", events.OutOfBreath, "out-of-breath"),
    Intent("UnwellIntent", events.Unwell, "unwell"),
    Intent("EmergencyIntent", events.Emergency, "emergency"),
    Intent("CannotGetDownIntent", events.CannotGetDown, "cannot-get-down"),
    Intent("CannotKneelIntent", events.CannotKneel, "cannot-kneel"),
    Intent("EnoughForTodayIntent", events.EnoughForToday, "enough-for-today"),
    # Amazon's own; samples of ours would make them worse (alexa.md, 1.3)
    Intent("AMAZON.NextIntent", events.Next),
    Intent("AMAZON.PreviousIntent", events.Previous),
    Intent("AMAZON.RepeatIntent", events.Repeat),
    Intent("AMAZON.PauseIntent", events.Pause),
    Intent("AMAZON.ResumeIntent", events.Resume),
    Intent("AMAZON.StartOverIntent", events.StartOver),
    Intent("AMAZON.YesIntent", events.Yes),
    Intent("AMAZON.NoIntent", events.No),
    Intent("AMAZON.HelpIntent", events.Help),
    Intent("AMAZON.StopIntent", events.Stop),
    Intent("AMAZON.CancelIntent", events.Stop),
    Intent("AMAZON.NavigateHomeIntent", events.Stop),
    Intent("AMAZON.FallbackIntent", events.NotUnderstood),
)

BY_NAME = {intent.name: intent for intent in INTENTS}
