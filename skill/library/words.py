"""Choosing among the variants of a phrase and filling in its placeholders. Pure: chance is a counter."""

from collections.abc import Iterable

from skill.library.models import Library, Side
from skill.library.values import Value


def capitalised(text: str) -> str:
    """The text with its first letter made a capital, as a sentence wants it."""
    return text[:1].upper() + text[1:]


def sentences(*texts: str) -> str:
    """Sentences one after another, each beginning with a capital, empty ones left out."""
    return " ".join(capitalised(text.strip()) for text in texts if text.strip())


class Wording(Value):
    """The words of one turn: which variant is heard depends on how many turns went before, so it can be replayed."""

    library: Library
    turn: int = 0

    def __call__(self, key: str, /, **given: str) -> str:
        """The phrase of that key for this turn, with its placeholders filled."""
        variants = self.library.phrases[key]
        return variants[self.turn % len(variants)].format(**given)

    def all(self, key: str) -> tuple[str, ...]:
        """Every variant of a phrase, for phrases that are lists."""
        return self.library.phrases[key]

    def number(self, number: int) -> str:
        """A number as a word; digits where the content has no word for it."""
        return self.library.numbers[number] if 0 <= number < len(self.library.numbers) else str(number)

    def amount(self, unit: str, number: int) -> str:
        """A number of something: the phrase `<unit>-one` for 1, `<unit>-many` otherwise."""
        if number == 1:
            return self(f"{unit}-one")
        return self(f"{unit}-many", number=self.number(number))

    def side(self, side: Side) -> str:
        """The name of a side."""
        return self.library.sides[side]

    def position(self, position: str) -> str:
        """The name of a position, as one would remind of it: on your back."""
        return self.library.position_names[position]

    def listed(self, items: Iterable[str]) -> str:
        """Things in a row, with commas and a last "and"."""
        *most, last = items
        return self("list-and", first=", ".join(most), last=last) if most else last
