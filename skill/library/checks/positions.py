"""There is a way from every position to every other, in seconds and in words."""

from collections.abc import Iterator
from typing import Any

from skill.library.faults import Fault, Rule, meant, not_mistyped
from skill.library.pages import ContentPages, Keys, LanguagePages, Page


def check(content: ContentPages) -> Iterator[Fault]:
    """Faults of the changes of position, and of a routine that goes to the floor though it should not."""
    positions = content.positions.keys("positions")
    if positions is None:
        return
    yield from _matrix(content.positions, positions)
    yield from _pauses(content.positions, positions)
    for language in content.languages.values():
        yield from _words(language, positions)
        yield from _ways(language.positions, positions)
    yield from _off_the_floor(content)


def _matrix(page: Page[Any], positions: Keys) -> Iterator[Fault]:
    seconds = page.keys("seconds")
    if seconds is None:
        return
    yield from _unknown(page, ("seconds",), seconds, positions)
    for start in not_mistyped([one for one in positions if one not in seconds], _strays(seconds, positions), positions):
        yield page.fault(Rule.CHANGE_MISSING, ("seconds",), f"the seconds from {start} to elsewhere are missing")
    for start, row in seconds.items():
        if isinstance(row, dict) and start in positions:
            yield from _row(page, start, row, positions)


def _row(page: Page[Any], start: str, row: Keys, positions: Keys) -> Iterator[Fault]:
    where = ("seconds", start)
    yield from _unknown(page, where, row, positions)
    missing = [end for end in positions if end != start and end not in row]
    for end in not_mistyped(missing, _strays(row, positions), positions):
        yield page.fault(Rule.CHANGE_MISSING, where, f"the seconds from {start} to {end} are missing")
    if start in row:
        yield page.fault(Rule.CHANGE_NEEDLESS, (*where, start), "from a position to itself is no change", "remove it")


def _pauses(page: Page[Any], positions: Keys) -> Iterator[Fault]:
    """Faults of changes from the floor up that leave no time around the pause inside them."""
    pause = page.says("seated_pause")
    on_floor = [position for position in positions if page.says("positions", position, "floor") is True]
    for start in on_floor:
        for end in positions:
            seconds = page.says("seconds", start, end)
            if end not in on_floor and isinstance(seconds, int) and isinstance(pause, int) and seconds <= pause:
                what = f"{seconds} seconds leave none beside the seated pause of {pause}"
                yield page.fault(Rule.PAUSE_TOO_LONG, ("seconds", start, end), what)


def _words(language: LanguagePages, positions: Keys) -> Iterator[Fault]:
    for page, key in ((language.positions, "to"), (language.names, "positions")):
        told = page.keys(key)
        if told is None:
            continue
        yield from _unknown(page, (key,), told, positions)
        missing = [position for position in positions if position not in told]
        for position in not_mistyped(missing, _strays(told, positions), positions):
            yield page.fault(Rule.POSITION_WORDS_MISSING, (key,), f"there are no words for the position '{position}'")


def _ways(page: Page[Any], positions: Keys) -> Iterator[Fault]:
    """Faults of words for a way that there is not."""
    ways = page.keys("ways") or {}
    yield from _unknown(page, ("ways",), ways, positions)
    yield from _unknown(page, ("up_from",), page.keys("up_from") or {}, positions)
    for start, row in ways.items():
        if isinstance(row, dict):
            yield from _unknown(page, ("ways", start), row, positions)


def _strays(found: Keys, positions: Keys) -> list[str]:
    return [position for position in found if position not in positions]


def _unknown(page: Page[Any], where: tuple[str, ...], found: Keys, positions: Keys) -> Iterator[Fault]:
    for position in _strays(found, positions):
        hint = meant(position, positions)
        yield page.fault(Rule.POSITION_UNKNOWN, (*where, position), f"unknown position '{position}'", hint)


def _off_the_floor(content: ContentPages) -> Iterator[Fault]:
    """Whoever asks for no floor must not be led there, not even by an easier or harder form."""
    routine = content.routines.get(str(content.skill.says("off_the_floor_routine")))
    if routine is None or routine.shape is None:
        return
    for number, step in enumerate(routine.shape.steps):
        facts = content.exercises.get(step.exercise)
        for where, position in (*facts.find("position"), *facts.find("*", "position")) if facts else ():
            if content.positions.says("positions", str(position), "floor") is True:
                form = f"the form '{where[0]}' of '{step.exercise}'" if len(where) > 1 else f"'{step.exercise}'"
                what = f"{form} is done on the floor, and this is the routine off the floor"
                yield routine.fault(Rule.ROUTINE_ON_FLOOR, ("steps", number), what)
