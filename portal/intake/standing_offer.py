"""Standing offers of the quote document: conditions ("when") and consequences ("then"), each of exactly one kind."""

from typing import Self

from pydantic import Field, model_validator

from portal.domain.offer import revision, spelling
from portal.intake.field_errors import field_error
from portal.intake.field_types import Key, Name, PercentOff, Price, Quantity, TermOption
from portal.intake.parts import Part


class Condition(Part):
    """Either `line` with `min_quantity`, or `line` with `selected: true`, or `term` with `value`."""

    line: Key | None = None
    min_quantity: Quantity | None = None
    selected: bool | None = None
    term: Key | None = None
    value: TermOption | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        given = {name for name in Condition.model_fields if getattr(self, name) is not None}
        if given not in ({"line", "min_quantity"}, {"line", "selected"}, {"term", "value"}):
            raise field_error(
                "A condition is about one thing.",
                'Give "line" with "min_quantity" or "selected": true, or "term" with "value".',
            )
        if self.selected is False:
            raise field_error("A standing offer is for taking a line, not for leaving it out.", "Write true.")
        return self


class Consequence(Part):
    line: Key
    discount_percent: PercentOff | None = None
    unit_price: Price | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if (self.discount_percent is None) == (self.unit_price is None):
            raise field_error("A consequence is a discount or a unit price.", "Give exactly one of the two.")
        return self


class StandingOffer(Part):
    key: Key | None = None
    label: Name
    when: list[Condition] = Field(min_length=1, max_length=20)
    then: list[Consequence] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _check_lines_differ(self) -> Self:
        lines = [each.line for each in self.then]
        if len(lines) != len(set(lines)):
            raise field_error("Two consequences are for the same line.", "Keep one of them.")
        return self


def standing_offer_of(key: str, stated: StandingOffer) -> revision.StandingOffer:
    """Return the standing offer of a revision."""
    return revision.StandingOffer(
        key=key,
        label=stated.label,
        when=tuple(
            revision.Condition(
                line=each.line or "",
                min_quantity=each.min_quantity,
                selected=bool(each.selected),
                term=each.term or "",
                value=spelling.plain(each.value or ""),
            )
            for each in stated.when
        ),
        then=tuple(
            revision.Consequence(
                line=each.line, discount_percent=each.discount_percent, unit_price=each.unit_price
            )
            for each in stated.then
        ),
    )
