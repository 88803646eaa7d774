"""A hand-off as accepting leaves it in the outbox: which part of which order goes to a receiver.

The part and the receiver are found by the outbox row's own columns when it is delivered, so that a changed target holds
from the next try.
"""

import msgspec


class HandOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`order` is the order's number, `kind` operations, accounting or analysis."""

    order: str
    kind: str
    fulfilment: str = ""
