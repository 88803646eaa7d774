"""Quotes as senders write them, for tests to change in one place."""

import copy
import json
from datetime import date
from typing import Any

from portal.errors import Invalid, Problem
from portal.intake.incoming import IncomingQuote, read_quote

TODAY = date(2030, 3, 1)
ZONE = "Europe/Copenhagen"

SMALLEST: dict[str, Any] = {
    "title": "Press A3",
    "currency": "EUR",
    "valid_until": "2030-04-30",
    "buyer": {"company": "Nordlicht Druck", "contacts": [{"email": "anna@nordlicht.example"}]},
    "seller": {"name": "Pressworks"},
    "lines": [{"name": "Press", "quantity": "2", "unit_price": "12.50", "tax": {"rate": "25"}}],
}

COMPLETE: dict[str, Any] = {
    "external_id": "Q-2030-17",
    "title": "Two presses and their service",
    "currency": "EUR",
    "valid_until": "2030-04-30",
    "language": "de-at",
    "introduction": "As discussed.\r\nSee *below*.",
    "seller": {
        "name": "Pressworks GmbH",
        "tax_id": "DE123456789",
        "address": {
            "street": "Werkstr. 1",
            "street2": "Tor 3",
            "city": "Berlin",
            "region": "BE",
            "postcode": "10115",
            "country": "DE",
        },
        "contact": {"name": "Rolf Rep", "email": "rolf@pressworks.example", "phone": "+49 30 1"},
    },
    "buyer": {
        "company": "Nordlicht Druck",
        "tax_id": "ATU12345678",
        "address": {"city": "Wien", "country": "AT"},
        "contacts": [
            {"name": "Anna Berg", "email": "anna@nordlicht.example", "role": "negotiator"},
            {"name": "Sven Sund", "email": "sven@nordlicht.example", "role": "signer"},
        ],
    },
    "delivery": {"address": {"street": "Lager 4", "city": "Linz", "country": "AT"}},
    "lines": [
        {
            "key": "press",
            "sku": "PA3",
            "name": "Press A3",
            "description": "Offset press",
            "section": "Machines",
            "quantity": "100",
            "unit": "EA",
            "unit_price": "9.80",
            "price_base_quantity": "10",
            "list_price": "12.00",
            "discount_percent": "2.5",
            "billing": "once",
            "periods": 1,
            "tax": {"category": "S", "rate": "20", "reason": "", "reason_code": ""},
            "why": [{"label": "List", "amount": "12.00"}, {"label": "Contract", "amount": "-2.445"}],
            "explanation": "A hundred at once.",
            "includes": ["Assembly", "Manual"],
            "optional": False,
            "selected": True,
            "negotiable": ["quantity", "unit_price", "discount_percent", "delivery_date"],
            "bounds": {"min_quantity": "10", "max_quantity": "500", "step": "10"},
            "price_breaks": [{"from": "10", "unit_price": "11.00"}, {"from": "100", "unit_price": "9.80"}],
            "lead_time_days": 21,
            "fulfilment": "factory",
            "private": {
                "unit_cost": "6.00",
                "floor_unit_price": "8.00",
                "auto_accept_unit_price": "9.00",
            },
        },
        {"name": "Basic service", "quantity": "1", "unit_price": "30", "billing": "month", "periods": 24,
         "choice_group": "service", "tax": {"rate": "20"}},
        {"name": "Full service", "quantity": "1", "unit_price": "50", "billing": "month", "periods": 24,
         "choice_group": "service", "selected": True, "tax": {"rate": "20"}},
        {"name": "Training", "quantity": "1.5", "unit": "DAY", "unit_price": "800", "optional": True,
         "tax": {"category": "E", "rate": "0", "reason": "Education"}},
    ],
    "terms": [
        {"key": "payment", "name": "Payment", "value": "30 days", "options": ["14 days", "60 days"]},
        {"name": "Warranty", "value": "2 years", "negotiable": True},
    ],
    "adjustments": [
        {"key": "fair", "label": "Trade fair", "kind": "discount", "percent": "1"},
        {"label": "Freight", "kind": "charge", "amount": "40", "tax": {"category": "S", "rate": "20"}},
    ],
}  # fmt: skip


def read(fields: Any, **options: Any) -> IncomingQuote:
    """Read a quote document of these fields as a JSON file."""
    return read_bytes(json.dumps(fields).encode(), **options)


def read_bytes(data: bytes, filename: str = "quote.json", **options: Any) -> IncomingQuote:
    return read_quote(data, filename, **{"today": TODAY, "zone": ZONE, **options})


def problems(fields: Any, **options: Any) -> tuple[Problem, ...]:
    """Every reason why a quote document is refused; none when it is read."""
    return problems_of_bytes(fields if isinstance(fields, bytes) else json.dumps(fields).encode(), **options)


def problems_of_bytes(data: bytes, **options: Any) -> tuple[Problem, ...]:
    try:
        read_bytes(data, **options)
    except Invalid as refused:
        return refused.problems
    return ()


def changed(pointer: str, value: Any, document: dict[str, Any] = SMALLEST) -> dict[str, Any]:
    """The document with one field set, given by its pointer; "/lines/-" adds a line."""
    copied = copy.deepcopy(document)
    *path, last = pointer.split("/")[1:]
    part: Any = copied
    for step in path:
        part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
    if isinstance(part, list) and last == "-":
        part.append(value)
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return copied


def line(**fields: Any) -> dict[str, Any]:
    return {"name": "Ink", "quantity": "1", "unit_price": "5", "tax": {"rate": "25"}, **fields}
