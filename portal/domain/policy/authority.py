"""What a rep may publish alone. Below a floor, or beyond the rep's own limits, a manager approves first."""

from decimal import Decimal
from typing import Literal

import msgspec


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rep's limits in percent; None: only the floors hold.

    `discount_percent`: of a line against its list price, or where it has none, its first published price.
    `concession_percent`: what may be given away of the contract's net since a manager last signed.
    """

    discount_percent: Decimal | None = None
    concession_percent: Decimal | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody else must approve: a net unit price under its floor; a line's discount or a concession, in percent,
    over the limit. `line` is a key, "" for the whole."""

    kind: Literal["floor", "discount", "concession"]
    figure: Decimal
    limit: Decimal
    line: str = ""
