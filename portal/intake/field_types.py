"""The types of the quote document's fields, as annotations of its pydantic models."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from portal.domain.offer.capacity import RANGES
from portal.intake.codes import read_country, read_currency, read_email, read_language, read_unit
from portal.intake.fields import DecimalReader, IntegerReader, TextReader, read_day, read_key, read_option

Price = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["unit_price"]))]
Amount = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["unit_price"]))]
SignedAmount = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["signed_amount"]))]
Quantity = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["quantity"]))]
QuantityLimit = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["quantity_limit"]))]
Percent = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["percent"]))]
PercentOff = Annotated[Decimal, BeforeValidator(DecimalReader(RANGES["percent_off"]))]

Name = Annotated[str, BeforeValidator(TextReader(200, required=True))]
Label = Annotated[str, BeforeValidator(TextReader(200))]
Code = Annotated[str, BeforeValidator(TextReader(64))]
Paragraphs = Annotated[str, BeforeValidator(TextReader(5000, lines=True))]
TermValue = Annotated[str, BeforeValidator(TextReader(2000, lines=True, required=True))]
TermOption = Annotated[str, BeforeValidator(read_option)]
Introduction = Annotated[str, BeforeValidator(TextReader(20000, lines=True))]

Periods = Annotated[int, BeforeValidator(IntegerReader(RANGES["periods"]))]
WarrantyMonths = Annotated[int, BeforeValidator(IntegerReader(RANGES["warranty_months"]))]
Days = Annotated[int, BeforeValidator(IntegerReader(RANGES["days"]))]

Key = Annotated[str, BeforeValidator(read_key)]
Unit = Annotated[str, BeforeValidator(read_unit)]
Currency = Annotated[str, BeforeValidator(read_currency)]
Country = Annotated[str, BeforeValidator(read_country)]
Language = Annotated[str, BeforeValidator(read_language)]
Day = Annotated[date, BeforeValidator(read_day)]
Email = Annotated[str, BeforeValidator(read_email)]
OptionalEmail = Annotated[str, BeforeValidator(lambda value: "" if value == "" else read_email(value))]
