"""One change of one field, the unit of counteroffers, answers and a rep's own edits.

A change names what it touches (`line:KEY` or `term:KEY`), the field, and the value in its one spelling. Its `id`,
`line:KEY:quantity`, is what answers refer to. One table says for each field how a value is read and spelled.
"""

from typing import Literal

import msgspec

Field = Literal["quantity", "unit_price", "discount_percent", "selected", "choice", "delivery_date", "value"]


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`choice` is set on the line that is chosen; `value` is a term's. `selected` and `choice` spell "true"/"false"."""

    subject: str
    field: Field
    value: str

    @property
    def id(self) -> str:
        return f"{self.subject}:{self.field}"

    @property
    def key(self) -> str:
        """The key of the line or term."""
        return self.subject.partition(":")[2]
