"""The table of intents and the events of a conversation fit each other, both ways."""

import law
import pytest
from scenes import EVENTS, plainest

from skill.alexa.intents import INTENTS, Intent, Slot
from skill.dialogue.events import Said
from skill.library.values import fields

NOT_SAID = {Said.OPEN, Said.LEFT, Said.TIMED_OUT, Said.FAILED}
"""What no sentence means: these come as requests of their own."""

FILLED = {
    Slot.SIDE: "left",
    Slot.EXERCISE: "fire-hydrant",
    Slot.ROUTINE: "hip-routine",
    Slot.EQUIPMENT: "couch",
    Slot.NUMBER: 7,
}


@pytest.mark.parametrize("row", INTENTS, ids=lambda row: row.name)
def test_every_intent_means_its_event_with_every_slot_filled_and_with_none(row: Intent) -> None:
    slots = {
        slot.value: law.number("7") if slot is Slot.NUMBER else law.matched(slot, str(FILLED[slot]))
        for slot in row.slots.values()
    }
    given = {field: FILLED[slot] for field, slot in row.slots.items()}
    expected = row.event if isinstance(row.event, Said) else row.event(**given)
    assert law.decoded(law.intent(row.name, **slots)) == expected
    assert law.decoded(law.intent(row.name)) == plainest(row.event)
    assert law.decoded(law.request("IntentRequest", intent={"name": row.name})) == plainest(row.event)


def test_everything_that_can_happen_in_a_conversation_can_be_said() -> None:
    assert {row.event for row in INTENTS} == {*EVENTS} - NOT_SAID


def test_every_field_of_an_event_has_a_slot() -> None:
    for row in INTENTS:
        carried = () if isinstance(row.event, Said) else fields(row.event)
        assert set(row.slots) == {field.name for field in carried}


def test_no_intent_is_there_twice_and_built_ins_have_no_words_of_ours() -> None:
    assert len({row.name for row in INTENTS}) == len(INTENTS)
    assert all((row.says is None) == row.name.startswith("AMAZON.") for row in INTENTS)
