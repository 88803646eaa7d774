"""Offers as the documents of revisions hold them, for tests to write by hand."""

from typing import Any

TAX = {"category": "S", "rate": "19", "reason": "", "reason_code": ""}
REDUCED = TAX | {"rate": "7"}
EXEMPT = {"category": "E", "rate": "0", "reason": "Education", "reason_code": ""}

Document = dict[str, Any]


def line(key: str, unit_price: str = "100", quantity: str = "1", **facts: Any) -> Document:
    """Return a line; `breaks` and `bounds` are short for {from: price} and (min, max, step)."""
    low, high, step = facts.pop("bounds", (None, None, None))
    breaks = facts.pop("breaks", {})
    return {
        "key": key,
        "name": key,
        "quantity": quantity,
        "unit_price": unit_price,
        "price_base_quantity": "1",
        "list_price": None,
        "discount_percent": "0",
        "price_source": "list",
        "billing": "once",
        "periods": 1,
        "tax": TAX,
        "optional": False,
        "selected": True,
        "choice_group": None,
        "negotiable": ["quantity", "unit_price"],
        "bounds": {"min_quantity": low, "max_quantity": high, "step": step},
        "price_breaks": [{"from": start, "unit_price": price} for start, price in breaks.items()],
        **facts,
    }


def offer(*lines: Document, **facts: Any) -> Document:
    return {
        "title": "Presses",
        "currency": "EUR",
        "language": "en",
        "time_zone": "Europe/Copenhagen",
        "valid_until": "2026-12-31",
        "valid_until_instant": "2026-12-31T23:00:00Z",
        "seller": {"name": "Kestrel Machines"},
        "buyer": {"name": "Oakum Foods"},
        "lines": list(lines),
        "terms": [],
        "adjustments": [],
        "standing_offers": [],
        **facts,
    }


def discount(
    key: str = "d", *, amount: str | None = None, percent: str | None = None, **facts: Any
) -> Document:
    return {
        "key": key,
        "label": key,
        "kind": "discount",
        "amount": amount,
        "percent": percent,
        "tax": None,
        **facts,
    }


def standing(key: str, when: list[Document], then: list[Document], *, taken: bool = False) -> Document:
    """Return an if-you-then offer; conditions and consequences need only the fields that they set."""
    condition = {"line": "", "min_quantity": None, "selected": False, "term": "", "value": ""}
    consequence = {"discount_percent": None, "unit_price": None}
    return {
        "key": key,
        "label": key,
        "taken": taken,
        "when": [condition | each for each in when],
        "then": [consequence | each for each in then],
    }


def term(key: str, value: str, *options: str) -> Document:
    return {"key": key, "name": key, "value": value, "options": list(options), "negotiable": True}
