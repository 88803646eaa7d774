"""Whole numbers that come from an edge: addresses, forms and frames."""

from typing import Annotated, TypeAlias

from litestar.params import Parameter

DIGITS = 9
LARGEST_NUMBER = 10**DIGITS - 1
# A number in an address: of a revision, or a position in a stream. A larger one is refused before any column meets it.
AddressNumber: TypeAlias = Annotated[int, Parameter(ge=0, le=LARGEST_NUMBER)]


def parse_integer(text: str, *, digits: int = DIGITS) -> int | None:
    """Return the number that `text` spells with at most so many ASCII digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
