"""Parts of the quote document: parties and their addresses, and the tax of a line or an adjustment.

A field that is null counts as absent. Tax categories are those of UNCL 5305 that EN 16931 uses.
"""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from portal.errors import Problem
from portal.intake.field_errors import field_errors
from portal.intake.field_types import Code, Country, Email, Label, Name, OptionalEmail, Percent

Role = Literal["viewer", "commenter", "negotiator", "signer"]
TaxCategory = Literal["S", "Z", "E", "AE", "K", "G", "O", "L", "M"]
UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})
NEEDS_REASON = UNTAXED - {"Z"}


class Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {name: item for name, item in value.items() if item is not None or name not in known}


class Address(Part):
    street: Label = ""
    street2: Label = ""
    city: Label = ""
    region: Label = ""
    postcode: Code = ""
    country: Country = ""


class Person(Part):
    name: Label = ""
    email: OptionalEmail = ""
    phone: Code = ""


class Seller(Part):
    name: Label = ""
    tax_id: Code = ""
    address: Address = Address()
    contact: Person = Person()


class Contact(Part):
    name: Label = ""
    email: Email
    role: Role = "negotiator"


class Buyer(Part):
    company: Name
    tax_id: Code = ""
    address: Address = Address()
    contacts: list[Contact] = Field(default=[], max_length=100)


class Delivery(Part):
    address: Address = Address()


class Tax(Part):
    category: TaxCategory | None = None
    rate: Percent | None = None
    reason: Label = ""
    reason_code: Code = ""

    @model_validator(mode="after")
    def _rate_fits_category(self) -> Self:
        if self.category in UNTAXED and self.rate:
            raise field_errors(
                [
                    Problem.of(
                        "/rate",
                        "Tax category %(category)s has the rate 0.",
                        "Write 0, or category S.",
                        category=self.category,
                    )
                ]
            )
        if self.category in {"S", "L", "M"} and self.rate is None:
            raise field_errors(
                [
                    Problem.of(
                        "/rate",
                        "Tax category %(category)s needs its rate.",
                        'Such as "25".',
                        category=self.category,
                    )
                ]
            )
        return self
