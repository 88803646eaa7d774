"""How the value of a field is typed, by kind of value: the input, what stands in it, and the text that is read back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from portal.domain.change import field_spec
from portal.domain.change.field_spec import NUMBERS, WHOLE_PARTS
from portal.domain.change.fields import TABLE, spec
from portal.rendering import formats
from portal.rendering.decimal_input import plain_decimal

InputKind = Literal["decimal", "text", "select", "tick", "day", "several"]
_KINDS: Mapping[field_spec.Kind, InputKind] = {
    **dict.fromkeys(NUMBERS, "decimal"),
    **dict.fromkeys(("flag", "choice", "use"), "tick"),
    "day": "day",
    "text": "text",
    **dict.fromkeys(WHOLE_PARTS, "several"),
}


def input_kind(field: str) -> InputKind:
    """The input that a value of the field is typed into; "several" for a whole part, which has inputs of its own."""
    return _KINDS[spec(field).kind]


def written(field: str, spelled: str, currency: str) -> str:
    """A spelling as a person would type it."""
    kind = spec(field).kind
    if not spelled or kind not in NUMBERS:
        return spelled
    value = Decimal(spelled)
    return formats.amount(value, currency) if kind == "money" else formats.number(value)


def typed(field: str, text: str, tag: str) -> str:
    """What a person typed, numbers as they are written in the language `tag` as plain decimals."""
    row = TABLE.get(field)
    return plain_decimal(text, tag) if row and row.kind in NUMBERS else text
