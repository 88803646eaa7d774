"""What a deal and a new quote for it both changed, with the three values that somebody decides between."""

from datetime import date
from decimal import Decimal

import msgspec

from portal.domain.change.fields import spec
from portal.errors import Amount, Problem, Sentence

Plain = str | Decimal | int | date | None


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is a field's key, or "whole" for a part; a value is None where it is gone, or not stated.

    `base`: what the quote said before; `current`: what the deal says; `new`: what the quote says now.
    """

    subject: str
    name: str
    field: str
    base: Plain
    current: Plain
    new: Plain

    @property
    def id(self) -> str:
        """What a decision names it by."""
        return f"{self.subject}:{self.field}"

    @property
    def label(self) -> str:
        """What the field is called."""
        return Sentence("Part of the offer") if self.field == "whole" else spec(self.field).label

    def problem(self, currency: str) -> Problem:
        """The three values in a sentence."""
        base, current, new = (self._told(each, currency) for each in (self.base, self.current, self.new))
        return Problem(
            self.id,
            Sentence(
                "%(name)s, %(field)s: the quote said %(base)s, the deal says %(current)s, the quote now says %(new)s.",
                name=self.name,
                field=self.label,
                base=base,
                current=current,
                new=new,
            ),
            "Keep the deal's value, or take the quote's.",
        )

    def _told(self, value: Plain, currency: str) -> str | int | Decimal | date | Amount:
        if value is None:
            return Sentence("nothing")
        if isinstance(value, bool):
            return Sentence("yes") if value else Sentence("no")
        if self.field != "whole" and spec(self.field).kind == "money" and isinstance(value, Decimal):
            return Amount(value, currency)
        return value
