"""Small random quotes as senders write them, for the product's own intake."""

from decimal import Decimal
from random import Random
from typing import Any

TAXES = (
    {"category": "S", "rate": "19"},
    {"category": "S", "rate": "7"},
    {"category": "S", "rate": "8.1"},
    {"category": "Z", "rate": "0"},
    {"category": "E", "rate": "0", "reason": "Education"},
)
PLACES = {"EUR": 2, "JPY": 0, "KWD": 3}


def number(chance: Random, most: int, places: int) -> str:
    """Return a positive number with up to `places` places; half of them end in 5, where rounding decides."""
    places = chance.randint(0, places)
    digits = chance.randint(1, most * 10**places)
    if places and chance.random() < 0.5:
        digits = max(5, digits // 10 * 10 + 5)
    return str(Decimal(digits).scaleb(-places))


def random_quote_line(chance: Random, key: str) -> dict[str, Any]:
    billing = chance.choice(["once", "once", "month", "year"])
    line: dict[str, Any] = {
        "key": key,
        "name": key,
        "quantity": number(chance, chance.choice([3, 1000]), 3),
        "unit_price": number(chance, chance.choice([1, 50, 100_000]), 6),
        "price_base_quantity": chance.choice(["1", "1", "3", "100"]),
        "discount_percent": chance.choice(["0", "0", "5", "12.5", "33.333333", "100"]),
        "billing": billing,
        "tax": chance.choice(TAXES),
    }
    if billing != "once":
        line["periods"] = chance.choice([1, 2, 3, 12])
    if chance.random() < 0.3:
        line |= {"optional": True, "selected": chance.random() < 0.5}
    return line


def random_quote_adjustment(chance: Random, key: str, places: int) -> dict[str, Any]:
    size = (
        {"percent": number(chance, 20, 2)}
        if chance.random() < 0.5
        else {"amount": number(chance, 40, places)}
    )
    kind = chance.choice(["discount", "charge"])
    own = {"tax": chance.choice(TAXES)} if chance.random() < 0.4 else {}
    return {"key": key, "label": key, "kind": kind, **size, **own}


def random_quote(chance: Random) -> dict[str, Any]:
    """Return a quote of up to five lines and three adjustments; some have nothing to spread an amount over."""
    lines = [random_quote_line(chance, f"l{index}") for index in range(chance.randint(1, 5))]
    if len(lines) > 2 and chance.random() < 0.3:
        for index, each in enumerate(lines[-2:]):
            each |= {"choice_group": "g", "optional": False, "selected": index == 0}
    currency, adjustments = chance.choice(list(PLACES)), chance.randint(0, 3)
    return {
        "title": "Presses",
        "currency": currency,
        "valid_until": "2030-04-30",
        "buyer": {"company": "Oakum Foods"},
        "seller": {"name": "Kestrel Machines"},
        "lines": lines,
        "adjustments": [
            random_quote_adjustment(chance, f"a{index}", PLACES[currency]) for index in range(adjustments)
        ],
    }
