"""What Alexa understands by itself: the built-in intents' own phrases, wake words, and the ways to open a skill.

Amazon prints only "a subset of the utterances users can say" for its built-in intents: the first line of each entry
(developer.amazon.com/docs/custom-skills/standard-built-in-intents.html). The second line is ours: near relatives
that a device takes for the same intent. "Exit" ends the session without asking the skill (same source).
"""

LAUNCH = "LaunchRequest"
EXIT = "SessionEndedRequest"

BUILT_IN: dict[str, tuple[str, ...]] = {
    "AMAZON.CancelIntent": (
        *("cancel", "never mind", "forget it"),
        *("cancel that", "nevermind", "forget about it", "cancel it"),
    ),
    "AMAZON.HelpIntent": (
        *("help", "help me", "can you help me"),
        *("i need help", "i need some help", "help please", "what can i say", "what can i do", "what can i ask"),
        *("what are my options", "how does this work", "i do not know what to say", "what should i say", "i am lost"),
        *("i do not know what to do", "what can you do", "how do i use this", "what do i say now", "i am confused"),
    ),
    "AMAZON.NextIntent": (
        *("next", "skip", "skip forward"),
        *("next one", "the next one", "go to the next one", "go on to the next", "next step", "go to next", "move on"),
    ),
    "AMAZON.NoIntent": (
        *("no", "no thanks"),
        *("no thank you", "nope", "no way", "not now", "nah", "no i do not", "no i am not", "no i do not want to"),
        *("rather not", "i would rather not", "no i would not", "not really", "no not yet", "no do not"),
    ),
    "AMAZON.PauseIntent": (
        *("pause", "pause that"),
        *("pause it", "pause this", "pause for a moment", "take a pause", "pause the routine", "pause the exercise"),
    ),
    "AMAZON.PreviousIntent": (
        *("go back", "skip back", "back up"),
        *("previous", "previous one", "the previous one", "go back one", "back", "one back", "the one before"),
        *("previous exercise", "go back to the previous exercise", "go back to the last one", "one step back"),
        *("take me back", "the last exercise again", "back to the one before", "go back a step", "the last one"),
    ),
    "AMAZON.RepeatIntent": (
        *("repeat", "say that again", "repeat that"),
        *("repeat it", "say it again", "again", "once more", "one more time", "say that one more time"),
        *("tell me again", "repeat what you said", "say it once more", "tell me that again"),
    ),
    "AMAZON.ResumeIntent": (
        *("resume", "continue", "keep going"),
        *("carry on", "go on", "let us continue", "let us carry on", "keep on going", "unpause", "resume the routine"),
        *("pick up where we left off", "continue where we left off", "continue the routine", "go on with the routine"),
        *("carry on where we were", "back to the routine", "let us keep going", "resume the exercise"),
    ),
    "AMAZON.StartOverIntent": (
        *("start over", "restart", "start again"),
        *("start from the beginning", "from the beginning", "begin again", "from the top", "start from scratch"),
        *(
            "restart the routine",
            "back to the beginning",
            "go back to the start",
            "back to the start",
            "all over again",
        ),
        *("take it from the top", "start the routine over", "start the whole thing again", "from the start"),
    ),
    "AMAZON.StopIntent": (
        *("stop", "off", "shut up"),
        *("stop it", "stop now", "stop that", "stop please", "i want to stop", "let us stop", "end", "that is enough"),
        *("i am done", "i am finished", "that is all", "end the session"),
        *("end the routine", "stop the routine", "stop the exercise", "finish", "goodbye", "bye", "i have to go"),
        *("i want to quit", "quit the routine", "turn off", "close", "leave", "let us end here", "stop talking"),
        *("be quiet", "i want to finish", "let us finish here", "i have had enough"),
    ),
    "AMAZON.YesIntent": (
        *("yes", "yes please", "sure"),
        *("yeah", "yep", "yup", "okay", "of course", "yes i do", "yes i am", "why not", "absolutely", "sounds good"),
        *("yes let us do it", "yes let us", "definitely", "go ahead", "sure thing", "yes i would", "that is right"),
        *("correct", "please do", "do it", "all right", "i do", "yes that is fine", "that is fine"),
    ),
    "AMAZON.NavigateHomeIntent": (
        *("go home", "go to the home screen"),
        *("home", "take me home", "go to home", "home screen", "show the home screen", "back to the home screen"),
    ),
}

EXITS = ("exit", "quit")

WAKE_WORDS = ("alexa", "hey alexa", "echo", "computer", "ziggy", "amazon")

# developer.amazon.com/docs/custom-skills/understanding-how-users-invoke-custom-skills.html
OPENERS = "open|launch|start|begin|run|use|load|resume|play|enable|talk to|speak to|go to|ask|tell"
LINKS = "and then|and|to|for|about|if|whether|that"
TRAILERS = "with|using|from|in|on|through|by"

_POLITE = """
a an the please now just okay um uh er oh well so actually then maybe really right alright hey
you could can would like want to let us me i my we
"""
FILLERS = frozenset(_POLITE.split())
"""Words that carry politeness or hesitation, and no wish."""
