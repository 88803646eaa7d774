"""Parts of a line of the quote document: steps of its build-up, bounds, price breaks, private figures."""

from pydantic import Field

from portal.intake.field_types import Name, Price, Quantity, QuantityLimit, SignedAmount
from portal.intake.parts import Part


class WhyStep(Part):
    label: Name
    amount: SignedAmount


class Bounds(Part):
    min_quantity: QuantityLimit | None = None
    max_quantity: QuantityLimit | None = None
    step: Quantity | None = None


class PriceBreak(Part):
    start: QuantityLimit = Field(alias="from")
    unit_price: Price


class Private(Part):
    unit_cost: Price | None = None
    floor_unit_price: Price | None = None
    auto_accept_unit_price: Price | None = None
