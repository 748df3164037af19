"""Typed or recognised words -> what was meant: an intent of the interaction model, with its slots.

    ear = Ear(model)                            # the JSON of an interaction model, as the console takes it
    heard = ear.hear("explain fire hydrant")    # Heard("ExplainIntent", {"exercise": Spoken(…)}, How.EXACT, …)

`Heard.intent` is an intent's name, `FALLBACK` where nothing was understood, or one of the two requests that are no
intents: `LAUNCH` where the skill was only named, `EXIT` where Alexa herself ends the session. `Heard.how` says how
sure that is. The model and the words are all that goes in; nothing is read, asked or remembered.

To hear, rapidfuzz is needed, which comes with the `talk` extra; it is imported with the first sentence.
"""

from skill.hearing.built_in import EXIT, LAUNCH
from skill.hearing.ear import FALLBACK, Ear, Heard, How
from skill.hearing.words import Spoken

__all__ = ["EXIT", "FALLBACK", "LAUNCH", "Ear", "Heard", "How", "Spoken"]
