"""`Value`, the base of every frozen value here, and the bounds of those that are stored or travel as JSON.

A value compares by its fields and cannot be changed; `replace` makes another one. It is msgspec's Struct, because
making one costs a tenth of what a frozen dataclass costs, and a turn makes hundreds. Of what values
are made only this module and `plain` know, so the way back to dataclasses is open.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar, dataclass_transform

from msgspec import Meta, Struct
from msgspec import field as field
from msgspec.structs import fields as fields
from msgspec.structs import force_setattr as force_setattr
from msgspec.structs import replace as replace


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """A frozen value: `class Point(Value)`, then its fields as in a dataclass."""


LARGEST = 10**11
"""No whole number of ours is further from 0; the largest are seconds since 1970."""

LONGEST = 200
"""No text of ours is longer; the longest are names of exercises and routines."""

MOST = 200
"""No list or mapping of ours has more items; the longest have one for each exercise. What is beyond is left out."""

T = TypeVar("T")

# What is kept as JSON is made of these, of truths, of StrEnums, and of values with such fields: see `plain`.
Number = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Text = Annotated[str, Meta(max_length=LONGEST)]
Bounded = Annotated[T, Meta(max_length=MOST)]
Texts = Bounded[tuple[Text, ...]]
Counts = Bounded[Mapping[Text, Number]]
