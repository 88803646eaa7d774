"""The types of the quote document's fields, as annotations of its pydantic models."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from portal.domain.offer import money, revision
from portal.intake.codes import read_country, read_currency, read_email, read_language, read_unit
from portal.intake.fields import DecimalReader, IntegerReader, TextReader, read_day, read_key, read_option

HUNDRED = Decimal(100)
Price = Annotated[Decimal, BeforeValidator(DecimalReader())]
Amount = Annotated[Decimal, BeforeValidator(DecimalReader())]
SignedAmount = Annotated[Decimal, BeforeValidator(DecimalReader(least=None))]
Quantity = Annotated[Decimal, BeforeValidator(DecimalReader(above=money.ZERO))]
QuantityLimit = Annotated[Decimal, BeforeValidator(DecimalReader())]
Percent = Annotated[Decimal, BeforeValidator(DecimalReader(most=HUNDRED))]
PercentOff = Annotated[Decimal, BeforeValidator(DecimalReader(above=money.ZERO, most=HUNDRED))]

Name = Annotated[str, BeforeValidator(TextReader(200, required=True))]
Label = Annotated[str, BeforeValidator(TextReader(200))]
Code = Annotated[str, BeforeValidator(TextReader(64))]
Paragraphs = Annotated[str, BeforeValidator(TextReader(5000, lines=True))]
TermValue = Annotated[str, BeforeValidator(TextReader(2000, lines=True, required=True))]
TermOption = Annotated[str, BeforeValidator(read_option)]
Introduction = Annotated[str, BeforeValidator(TextReader(20000, lines=True))]

Periods = Annotated[int, BeforeValidator(IntegerReader(1, 1200))]
WarrantyMonths = Annotated[int, BeforeValidator(IntegerReader(0, revision.MOST_WARRANTY_MONTHS))]
Days = Annotated[int, BeforeValidator(IntegerReader(0, 3650))]

Key = Annotated[str, BeforeValidator(read_key)]
Unit = Annotated[str, BeforeValidator(read_unit)]
Currency = Annotated[str, BeforeValidator(read_currency)]
Country = Annotated[str, BeforeValidator(read_country)]
Language = Annotated[str, BeforeValidator(read_language)]
Day = Annotated[date, BeforeValidator(read_day)]
Email = Annotated[str, BeforeValidator(read_email)]
OptionalEmail = Annotated[str, BeforeValidator(lambda value: "" if value == "" else read_email(value))]
