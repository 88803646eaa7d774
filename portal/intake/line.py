"""A line of the quote document, and the rules inside it."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from portal.domain.offer import money, revision
from portal.errors import Problem, Sentence
from portal.intake.field_errors import field_errors
from portal.intake.field_types import (
    Code,
    Days,
    Key,
    Label,
    Name,
    Paragraphs,
    Percent,
    Periods,
    Price,
    Quantity,
    Unit,
    WarrantyMonths,
)
from portal.intake.line_parts import Bounds, PriceBreak, Private, WhyStep
from portal.intake.parts import Part, Tax


class Line(Part):
    key: Key | None = None
    sku: Code = ""
    name: Name
    description: Paragraphs = ""
    section: Label = ""
    quantity: Quantity
    unit: Unit = "C62"
    unit_price: Price
    price_base_quantity: Quantity = Decimal(1)
    list_price: Price | None = None
    discount_percent: Percent = money.ZERO
    billing: revision.Billing = "once"
    periods: Periods = 1
    tax: Tax | None = None
    why: list[WhyStep] = Field(default=[], max_length=50)
    explanation: Paragraphs = ""
    includes: list[Name] = Field(default=[], max_length=100)
    optional: bool | None = None
    selected: bool | None = None
    choice_group: Code = ""
    # By default, quantity and price are negotiable. An empty list fixes the line.
    negotiable: list[revision.Negotiable] = Field(default=["quantity", "unit_price"], max_length=20)
    bounds: Bounds = Bounds()
    price_breaks: list[PriceBreak] = Field(default=[], max_length=50)
    lead_time_days: Days | None = None
    warranty_months: WarrantyMonths | None = None
    fulfilment: Code = ""
    private: Private = Private()

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        problems = [
            *self._check_build_up(),
            *self._check_bounds(),
            *self._check_breaks(),
            *self._check_billing(),
        ]
        if problems:
            raise field_errors(problems)
        return self

    @property
    def net_unit_price(self) -> Decimal:
        """unit_price x (1 - discount), per `price_base_quantity`, rounded as in a revision."""
        return revision.Line(
            key="",
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            discount_percent=self.discount_percent,
        ).net_unit_price

    def _check_build_up(self) -> list[Problem]:
        steps = money.add(step.amount for step in self.why)
        if not self.why or steps == self.net_unit_price:
            return []
        return [
            Problem(
                "/why",
                Sentence(
                    "The steps sum to %(steps)s, the net unit price is %(net_unit_price)s.",
                    steps=steps,
                    net_unit_price=self.net_unit_price,
                ),
                "The build-up explains unit_price less discount_percent, per price_base_quantity.",
            )
        ]

    def _check_bounds(self) -> list[Problem]:
        least, most, step = self.bounds.min_quantity, self.bounds.max_quantity, self.bounds.step
        if least is not None and most is not None and least > most:
            return [
                Problem(
                    "/bounds",
                    Sentence(
                        "min_quantity %(least)s is more than max_quantity %(most)s.", least=least, most=most
                    ),
                    "Swap them.",
                )
            ]
        problems = []
        if least is not None and self.quantity < least:
            problems.append(
                Problem(
                    "/quantity",
                    Sentence(
                        "%(quantity)s is less than the lower bound %(least)s.",
                        quantity=self.quantity,
                        least=least,
                    ),
                )
            )
        if most is not None and self.quantity > most:
            problems.append(
                Problem(
                    "/quantity",
                    Sentence(
                        "%(quantity)s is more than the upper bound %(most)s.",
                        quantity=self.quantity,
                        most=most,
                    ),
                )
            )
        if step and money.CONTEXT.remainder(self.quantity - (least or money.ZERO), step):
            problems.append(
                Problem(
                    "/quantity",
                    Sentence(
                        "%(quantity)s is not on the step of %(step)s counted from %(least)s.",
                        quantity=self.quantity,
                        step=step,
                        least=least or 0,
                    ),
                    "Change the quantity, the step or min_quantity.",
                )
            )
        return problems

    def _check_breaks(self) -> list[Problem]:
        return [
            Problem(
                f"/price_breaks/{index}/from",
                Sentence(
                    "%(later)s does not come after %(earlier)s.", later=later.start, earlier=earlier.start
                ),
                "Price breaks ascend, each quantity once.",
            )
            for index, (earlier, later) in enumerate(
                zip(self.price_breaks, self.price_breaks[1:], strict=False), start=1
            )
            if later.start <= earlier.start
        ]

    def _check_billing(self) -> list[Problem]:
        problems = []
        if self.billing == "once" and self.periods != 1:
            problems.append(
                Problem(
                    "/periods",
                    "A line that is billed once has one period.",
                    'Or set billing to "month" or "year".',
                )
            )
        if self.selected is False and self.optional is False and not self.choice_group:
            problems.append(
                Problem("/selected", "Only an optional line can be left out.", 'Set "optional" to true.')
            )
        return problems
