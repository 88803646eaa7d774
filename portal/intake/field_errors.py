"""Errors about a value of a quote, and values as sentences quote them."""

from decimal import Decimal

from pydantic_core import PydanticCustomError

from portal.domain.offer import money
from portal.errors import Problem


def field_error(message: str, hint: str = "") -> PydanticCustomError:
    """Return an error with one problem, at the place of the value itself."""
    return field_errors([Problem("", message, hint)])


def field_errors(problems: list[Problem]) -> PydanticCustomError:
    """Return an error with problems inside the value. Their places are relative to it."""
    return PydanticCustomError("problems", "does not hold", {"problems": problems})


def format_value(value: object, longest: int = 40) -> str:
    """Quote a value for a sentence: shortened, on one line, printable."""
    text = ascii(value)[1:-1] if isinstance(value, str) and not value.isprintable() else str(value)
    return f'"{text[:longest]}…"' if len(text) > longest else f'"{text}"'


def format_decimal(number: Decimal) -> str:
    """Format a number without exponent and trailing zeros."""
    return f"{number.normalize(money.CONTEXT):f}"


def decimal_problem(place: str, written: str) -> Problem:
    """Return the problem of a text that is not a decimal number."""
    return Problem.of(
        place,
        "%(written)s is not a decimal number of at most 12 digits before and 6 after the point.",
        'Write it with a point, without exponent and without separators, such as "1250.00".',
        written=format_value(written),
    )
