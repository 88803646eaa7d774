"""The quote document as pydantic models: its fields, their types, and the rules inside one part.

Rules across parts (unique keys, choice groups) are in `rules`, defaults of absent fields in `offering` and `offer_parts`.
"""

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from portal.domain.offer import revision
from portal.domain.offer.capacity import MOST
from portal.errors import Sentence
from portal.intake.field_errors import field_error
from portal.intake.field_types import (
    Amount,
    Currency,
    Day,
    Introduction,
    Key,
    Label,
    Language,
    Name,
    PercentOff,
    TermOption,
    TermValue,
)
from portal.intake.line import Line
from portal.intake.parts import Buyer, Delivery, Part, Seller, Tax
from portal.intake.standing_offer import StandingOffer

DEFAULT_VALIDITY = timedelta(days=30)


class Term(Part):
    key: Key | None = None
    name: Name
    value: TermValue
    options: list[TermOption] = Field(default=[], max_length=50)
    negotiable: bool | None = None
    kind: revision.TermKind | None = None


class Adjustment(Part):
    key: Key | None = None
    label: Name
    kind: Literal["discount", "charge"]
    amount: Amount | None = None
    percent: PercentOff | None = None
    tax: Tax | None = None

    @model_validator(mode="after")
    def _check_measure(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise field_error(
                "An adjustment has either an amount or a percent.", "Give exactly one of the two."
            )
        return self


class Quote(Part):
    external_id: Label = ""
    title: Name
    currency: Currency
    valid_until: Day | None = None
    language: Language = "en"
    introduction: Introduction = ""
    seller: Seller = Seller()
    buyer: Buyer
    delivery: Delivery = Delivery()
    lines: list[Line] = Field(min_length=1, max_length=MOST["lines"])
    terms: list[Term] = Field(default=[], max_length=MOST["terms"])
    adjustments: list[Adjustment] = Field(default=[], max_length=MOST["adjustments"])
    standing_offers: list[StandingOffer] = Field(default=[], max_length=MOST["standing_offers"])

    @field_validator("valid_until")
    @classmethod
    def _check_not_past(cls, day: date | None, info: ValidationInfo) -> date | None:
        # There is no "today" when another day replaces the document's own.
        today: date | None = (info.context or {}).get("today")
        if day is not None and today is not None and day < today:
            raise field_error(
                Sentence("The offer ended on %(day)s.", day=day), "Give a later day with --valid-until."
            )
        return day
