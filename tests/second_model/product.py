"""Between documents and the product's own types."""

import json
from fractions import Fraction
from typing import Any

import msgspec

from portal.domain.offer.revision import Offer, Sum, Totals, canonical_bytes
from portal.domain.offer.totals import phase_sum, phases, revise


def offer_of(document: dict[str, Any]) -> Offer:
    """Return the product's offer of a document's "offer" part."""
    return msgspec.json.decode(json.dumps(document), type=Offer)


def document_of(offer: Offer) -> dict[str, Any]:
    """Return the "offer" part of the document that is stored."""
    stored: dict[str, Any] = json.loads(canonical_bytes(revise(offer)))
    return stored["offer"]


def figures(found: Totals) -> dict[str, Any]:
    """Return the product's totals as the second model writes them, without phases and adjustments that come to 0."""
    sums = {
        name: amounts(getattr(found, name, None))
        for name in ("once", "week", "month", "quarter", "year", "contract")
    }
    return {
        **sums,
        "lines": {each.key: Fraction(each.net) for each in found.lines},
        "adjustments": {
            (each.key, each.billing): Fraction(each.net) for each in found.adjustments if each.net
        },
        "groups": {
            (each.billing, each.category, Fraction(each.rate)): (Fraction(each.taxable), Fraction(each.tax))
            for each in found.groups
        },
    }


def amounts(found: Sum | None) -> tuple[Fraction, ...] | None:
    return None if found is None else (Fraction(found.net), Fraction(found.tax), Fraction(found.total))


def phase_figures(offer: Offer) -> list[tuple[str, int, int, set[str], tuple[Fraction, ...] | None]]:
    """Return billing, first period, count of periods, keys of lines and sum of one period, of each phase."""
    return [
        (
            each.billing,
            each.first,
            each.periods,
            {line.key for line in each.lines},
            amounts(phase_sum(offer, each)),
        )
        for each in phases(offer)
    ]
