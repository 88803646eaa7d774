"""What Kestrel Machines quotes to Oakum Foods, as a document that comes in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

# By the clock of tests that have their own; `tests.cast.Table` moves it to the real one's.
VALID_UNTIL = "2026-12-10"

# Figures that nobody on the buyer's side may ever see; each is found nowhere else in the quote.
# The limit lies so high that no test but those of policies comes near it.
CANARIES = {"unit_cost": "13717.31", "floor_unit_price": "15919.13", "auto_accept_unit_price": "18443.97"}


def day_ahead(days: int = 30) -> date:
    """A day to come by the real clock, which runs for whatever a test starts as a program or a whole application."""
    return (datetime.now(UTC) + timedelta(days=days)).date()


def quote(**changes: Any) -> dict[str, Any]:
    """A quote document: two presses, installation by the hour, a monthly plan, an option and a choice of two."""
    nineteen = {"category": "S", "rate": "19"}
    document: dict[str, Any] = {
        "external_id": "CPQ-1001",
        "title": "Two HP-40 presses for the Odense line",
        "currency": "EUR",
        "valid_until": VALID_UNTIL,
        "language": "en",
        "introduction": "As discussed in **Odense**.",
        "seller": {
            "name": "Kestrel Machines",
            "contact": {"name": "Rita Holm", "email": "rita@kestrel.example"},
        },
        "buyer": {
            "company": "Oakum Foods",
            "contacts": [
                {"name": "Bea Lund", "email": "bea@oakum.example", "role": "negotiator"},
                {"name": "Sol Iversen", "email": "sol@oakum.example", "role": "signer"},
                {"name": "Vic Olsen", "email": "vic@oakum.example", "role": "viewer"},
            ],
        },
        "lines": [
            {
                "key": "press",
                "sku": "HP-40",
                "name": "Hydraulic press HP-40",
                "quantity": "2",
                "unit": "C62",
                "unit_price": "18450.00",
                "list_price": "19500.00",
                "tax": nineteen,
                "why": [
                    {"label": "List price", "amount": "19500.00"},
                    {"label": "Project", "amount": "-1050.00"},
                ],
                "explanation": "The price of the spring list, less the discount for the whole line.",
                "negotiable": ["quantity", "unit_price"],
                "bounds": {"min_quantity": "1", "max_quantity": "10", "step": "1"},
                "price_breaks": [{"from": "5", "unit_price": "17900.00"}],
                "fulfilment": "machines",
                "private": CANARIES,
            },
            {
                "key": "install",
                "name": "Installation",
                "quantity": "40",
                "unit": "HUR",
                "unit_price": "155.00",
                "tax": nineteen,
                "negotiable": ["quantity"],
                "fulfilment": "service",
            },
            {
                "key": "care",
                "name": "Care plan",
                "quantity": "1",
                "unit_price": "250.00",
                "billing": "month",
                "periods": 36,
                "tax": nineteen,
                "fulfilment": "service",
            },
            {
                "key": "training",
                "name": "Training",
                "quantity": "1",
                "unit_price": "1710.00",
                "tax": nineteen,
                "optional": True,
                "selected": False,
                "fulfilment": "service",
            },
            {
                "key": "panel-plain",
                "name": "Control panel, keys",
                "quantity": "2",
                "unit_price": "400.00",
                "tax": nineteen,
                "choice_group": "panel",
                "selected": True,
                "fulfilment": "machines",
            },
            {
                "key": "panel-touch",
                "name": "Control panel, touch",
                "quantity": "2",
                "unit_price": "900.00",
                "tax": nineteen,
                "choice_group": "panel",
                "selected": False,
                "fulfilment": "machines",
            },
        ],
        "terms": [
            {
                "key": "payment",
                "name": "Payment",
                "value": "30 days net",
                "options": ["14 days net", "30 days net", "60 days net"],
                "negotiable": True,
            },
            {"key": "delivery", "name": "Delivery", "value": "Week 12"},
        ],
    }
    return document | changes


def current_quote(**changes: Any) -> dict[str, Any]:
    """The same, valid by the real clock: for what reads a document without `tests.cast.Table`."""
    return quote(**({"valid_until": day_ahead().isoformat()} | changes))
