"""Whole numbers that come from an edge: addresses, forms and frames."""


def parse_integer(text: str, *, digits: int = 9) -> int | None:
    """Return the number that `text` spells with at most so many ASCII digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
