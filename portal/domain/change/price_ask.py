"""What is asked about a line's price, as one number: its net unit price.

Unit price and discount are two spellings of one price. A unit price that is asked by itself is a net price: granting it
sets the discount to 0. Where a discount is asked, with a unit price or without one, it is granted as it is spelled.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.fields import PRICE
from portal.domain.offer.revision import Offer
from portal.errors import Invalid


def question(change: Change) -> str:
    """What the change is an answer to: the id of a field, or the one price of a line."""
    return f"{change.subject}:unit_price" if change.field in PRICE else change.id


def as_granted(offer: Offer, changes: Iterable[Change]) -> list[Change]:
    """The changes with the discount set to 0 where a unit price is asked and no discount."""
    changes = list(changes)
    discounts = {change.subject for change in changes if change.field == "discount_percent"}
    net = [
        Change(subject=change.subject, field="discount_percent", value="0")
        for change in changes
        if change.field == "unit_price" and change.subject not in discounts
        if (line := offer.line(change.key)) and line.discount_percent
    ]
    return [*changes, *net]


def asked_nets(offer: Offer, changes: Iterable[Change]) -> dict[str, str]:
    """By subject, the net unit price that each line has with all of it granted, where something is asked about its price."""
    changes = list(changes)
    found: dict[str, str] = {}
    for subject in dict.fromkeys(change.subject for change in changes if change.field in PRICE):
        own = [change for change in changes if change.subject == subject and change.field != "choice"]
        try:
            line = apply(offer, as_granted(offer, own), concession=False).line(subject.partition(":")[2])
        except Invalid:
            # It no longer fits: then it is for a person to say.
            continue
        if line:
            found[subject] = str(line.net_unit_price)
    return found


def gives_price(offer: Offer, change: Change, nets: Mapping[str, str]) -> bool | None:
    """Whether the line is as cheap as asked; None where the change is not about a price whose net is known."""
    if change.field not in PRICE or change.subject not in nets:
        return None
    line = offer.line(change.key)
    return line is not None and line.net_unit_price <= Decimal(nets[change.subject])
