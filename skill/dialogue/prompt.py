"""What is heard and shown in answer to one event, before it is made into any platform's form."""

from skill.library.values import Value


class Say(Value):
    """One or more sentences, as plain text."""

    text: str


class Silence(Value):
    """So many seconds of quiet; any length, the renderer keeps to the platform's limits or refuses."""

    seconds: float


class Sound(Value):
    """One of our sounds, by its name in the catalogue, and how long it lasts."""

    name: str
    seconds: float


Part = Say | Silence | Sound


class Card(Value):
    """Something to read later, in the companion app."""

    title: str
    text: str


class Prompt(Value):
    """One answer: what is heard, what is asked again if nobody answers, and whether she listens afterwards.

    `listen` and a non-empty `reprompt` always go together. `suggestions` are things the person could say now.
    """

    parts: tuple[Part, ...] = ()
    reprompt: tuple[Part, ...] = ()
    listen: bool = False
    card: Card | None = None
    suggestions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a prompt that breaks the law of responses.

        Raises:
            ValueError: she listens without a reprompt, or has a reprompt without listening.
        """
        if self.listen != bool(self.reprompt):
            raise ValueError("a prompt listens exactly when it has a reprompt")
