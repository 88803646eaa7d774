"""What the offer prices by itself, so that it needs no answer: options, choices, if-you-then offers, and price breaks.

Only published figures are looked at here, so buyers may be told of it.
"""

from collections.abc import Sequence
from decimal import Decimal

from portal.domain.change.change import Change, buyer_fields
from portal.domain.change.fields import Field
from portal.domain.change.items import find_item, find_line_or_term
from portal.domain.offer import pricing
from portal.domain.offer.revision import Line, Offer

# What a buyer decides alone.
CHOICES: tuple[Field, ...] = ("selected", "choice", "use")


def inside_offer(offer: Offer, changes: Sequence[Change]) -> bool:
    """Whether the buyer only chooses among what the offer prices already."""
    return bool(changes) and all(only_chooses(offer, change) for change in changes)


def only_chooses(offer: Offer, change: Change) -> bool:
    item = find_item(offer, change.subject)
    return change.field in CHOICES and item is not None and change.field in buyer_fields(item)


def priced_by_break(offer: Offer, change: Change) -> bool:
    """Whether a published price break names the price at the quantity that is asked for.

    A negotiated price was given for what was talked about then: another quantity of it is for a person.
    """
    line = find_line_or_term(offer, change.subject)
    return (
        change.field == "quantity"
        and isinstance(line, Line)
        and change.field in buyer_fields(line)
        and line.price_source != "negotiated"
        and pricing.price_break(line, Decimal(change.value)) is not None
    )
