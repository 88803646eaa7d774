"""Small random offers, what might be published after them, and floors near their prices."""

import copy
from decimal import Decimal
from random import Random

from tests.second_model.offers import EXEMPT, REDUCED, TAX, Document, discount, line, offer, standing, term


def random_line(chance: Random, key: str) -> Document:
    recurring = chance.random() < 0.25
    price = Decimal(chance.randrange(0, 4000)) / chance.choice([1, 10, 100])
    quantity = chance.choice(["1", "2", "3", "5", "8", "2.5"])
    facts: Document = {
        "billing": chance.choice(["month", "year"]) if recurring else "once",
        "periods": chance.choice([1, 2, 12]) if recurring else 1,
        "tax": chance.choice([TAX, TAX, REDUCED, EXEMPT]),
        "discount_percent": chance.choice(["0", "0", "2.5", "10", "33.333333"]),
        "price_base_quantity": chance.choice(["1", "1", "1", "3"]),
        "list_price": chance.choice([None, str(price + chance.randrange(0, 50))]),
        "price_source": chance.choice(["list", "list", "negotiated"]),
        "negotiable": chance.choice([["quantity", "unit_price"], ["quantity"], []]),
    }
    if chance.random() < 0.5:
        starts = sorted(chance.sample([2, 3, 4, 5, 8, 10], chance.choice([1, 2])))
        facts["breaks"] = {
            str(start): str(price * chance.choice([80, 90, 95, 100, 110]) / 100) for start in starts
        }
        below = [each for start, each in facts["breaks"].items() if Decimal(start) <= Decimal(quantity)]
        if below and facts["price_source"] == "list":
            price, facts["price_source"] = Decimal(below[-1]), "break"
    if chance.random() < 0.5 and quantity != "2.5":
        step = chance.choice([None, "1"])
        facts["bounds"] = (chance.choice([None, "1"]), chance.choice([None, "8", "12"]), step)
    return line(key, str(price), quantity, **facts)


def random_standing_offer(chance: Random, key: str, lines: list[Document], terms: list[Document]) -> Document:
    """Return an offer on one condition, of a line or a term, that makes one line cheaper."""
    asked, cheaper = chance.choice(lines), chance.choice(lines)
    condition: Document = {"line": asked["key"]}
    if terms and chance.random() < 0.3:
        condition = {"term": terms[0]["key"], "value": chance.choice(terms[0]["options"])}
    elif chance.random() < 0.6:
        condition["min_quantity"] = chance.choice(["2", "4", "8"])
    else:
        condition["selected"] = True
    given: Document = {"line": cheaper["key"]}
    if chance.random() < 0.5:
        given["discount_percent"] = str(
            Decimal(cheaper["discount_percent"]).to_integral_value() + chance.choice([1, 5])
        )
    else:
        given["unit_price"] = str(Decimal(cheaper["unit_price"]) * chance.choice([70, 90]) / 100)
    return standing(key, [condition], [given])


def random_adjustment(chance: Random, key: str) -> Document:
    size: Document = chance.choice(
        [
            {"percent": chance.choice(["1", "5", "12.5"])},
            {"amount": chance.choice(["1", "10", "49.995", "250"])},
        ]
    )
    kind, tax = chance.choice(["discount", "discount", "charge"]), chance.choice([None, None, REDUCED])
    return discount(key, **size, kind=kind, tax=tax)


def random_offer(chance: Random, lines: int = 3) -> Document:
    """Return an offer of up to `lines` lines, with options, a choice, breaks, adjustments and if-you-then offers."""
    made = [random_line(chance, f"l{index}") for index in range(chance.randint(1, lines))]
    for each in made:
        if chance.random() < 0.3:
            each |= {"optional": True, "selected": chance.random() < 0.5}
    if len(made) > 1 and chance.random() < 0.3:
        for index, each in enumerate(made[-2:]):
            each |= {"choice_group": "g", "optional": False, "selected": index == 0}
    terms = [term("payment", "30 days", "14 days", "30 days")] if chance.random() < 0.5 else []
    counts = chance.choice([0, 0, 1, 2]), chance.choice([0, 1, 2])
    return offer(
        *made,
        currency=chance.choice(["EUR", "EUR", "JPY", "KWD"]),
        terms=terms,
        adjustments=[random_adjustment(chance, f"a{index}") for index in range(counts[0])],
        standing_offers=[
            random_standing_offer(chance, f"o{index}", made, terms) for index in range(counts[1])
        ],
    )


def random_change(chance: Random, before: Document) -> Document:
    """Return what a rep might publish after `before`: dearer or cheaper lines, other adjustments."""
    after = copy.deepcopy(before)
    for each in after["lines"]:
        if chance.random() < 0.4:
            price = Decimal(each["unit_price"]) * chance.choice([85, 95, 99, 105]) / 100
            each |= {"unit_price": str(price), "price_source": "negotiated"}
    if chance.random() < 0.3:
        after["adjustments"] = [
            random_adjustment(chance, f"a{index}") for index in range(chance.choice([0, 1, 2]))
        ]
    return after


def random_gate_case(chance: Random) -> tuple[Document, Document, dict[str, str]]:
    """Return the offer to be published, the one that a manager signed last, and floor unit prices near the prices."""
    signed = random_offer(chance)
    after = random_change(chance, signed)
    floors = {
        each["key"]: str(Decimal(each["unit_price"]) * chance.choice([50, 80, 90, 98]) / 100)
        for each in after["lines"]
        if chance.random() < 0.7
    }
    return after, signed, floors
