"""A revision's offer as plain dictionaries of exact numbers."""

from fractions import Fraction
from typing import Any

BILLINGS = ("once", "week", "month", "quarter", "year")
PLACES = {"JPY": 0, "KWD": 3}


def places_of(currency: str) -> int:
    return PLACES.get(currency, 2)


def half_up(value: Fraction, places: int) -> Fraction:
    """Round half away from zero, as decimal.ROUND_HALF_UP does."""
    scale = 10**places
    whole = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    return Fraction(-whole if value < 0 else whole, scale)


def exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def tax_key(tax: dict[str, Any]) -> tuple[str, Fraction]:
    return tax["category"], Fraction(tax["rate"])


def read_line(line: dict[str, Any]) -> dict[str, Any]:
    bounds = line["bounds"]
    return {
        "key": line["key"],
        "quantity": Fraction(line["quantity"]),
        "unit_price": Fraction(line["unit_price"]),
        "base": Fraction(line["price_base_quantity"]),
        "list_price": exact(line["list_price"]),
        "discount": Fraction(line["discount_percent"]),
        "source": line["price_source"],
        "billing": line["billing"],
        "periods": line["periods"],
        "tax": tax_key(line["tax"]),
        "optional": line["optional"],
        "selected": line["selected"],
        "group": line["choice_group"],
        "negotiable": set(line["negotiable"]),
        "min": exact(bounds["min_quantity"]),
        "max": exact(bounds["max_quantity"]),
        "step": exact(bounds["step"]),
        "breaks": sorted(
            (Fraction(each["from"]), Fraction(each["unit_price"])) for each in line["price_breaks"]
        ),
    }


def read_adjustment(adjustment: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": adjustment["key"],
        "sign": -1 if adjustment["kind"] == "discount" else 1,
        "amount": exact(adjustment["amount"]),
        "percent": exact(adjustment["percent"]),
        "tax": tax_key(adjustment["tax"]) if adjustment["tax"] else None,
    }


def read_standing_offer(offer: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": offer["key"],
        "taken": offer["taken"],
        "when": [
            {
                "line": each["line"],
                "term": each["term"],
                "value": each["value"],
                "min": exact(each["min_quantity"]),
            }
            for each in offer["when"]
        ],
        "then": [
            {
                "line": each["line"],
                "discount": exact(each["discount_percent"]),
                "price": exact(each["unit_price"]),
            }
            for each in offer["then"]
        ],
    }


def read_offer(document: dict[str, Any]) -> dict[str, Any]:
    """Return the offer of a revision's document with every number a fraction."""
    return {
        "currency": document["currency"],
        "lines": [read_line(each) for each in document["lines"]],
        "adjustments": [read_adjustment(each) for each in document["adjustments"]],
        "terms": {each["key"]: dict(each) for each in document["terms"]},
        "standing_offers": [read_standing_offer(each) for each in document["standing_offers"]],
    }
