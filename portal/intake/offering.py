"""The offer and the private figures that a valid quote document makes, with defaults for absent fields."""

from collections.abc import Sequence
from datetime import date

from portal.domain.deal.validity import end_of_day
from portal.domain.offer import money, revision
from portal.intake import parts, quote, standing_offer
from portal.intake.offer_parts import Keyed, adjustment_of, keys_of, lines_of, term_of


def offer_of(document: quote.Quote, *, valid_until: date, zone: str) -> revision.Offer:
    """Return the offer. It ends with the day `valid_until` in the time zone `zone`."""
    return revision.Offer(
        title=document.title,
        currency=document.currency,
        language=document.language,
        introduction=document.introduction,
        valid_until=valid_until,
        valid_until_instant=end_of_day(valid_until, zone),
        time_zone=zone,
        seller=revision.Party(
            name=document.seller.name,
            tax_id=document.seller.tax_id,
            address=_address(document.seller.address),
            contact=revision.Person(**document.seller.contact.model_dump()),
        ),
        buyer=revision.Party(
            name=document.buyer.company,
            tax_id=document.buyer.tax_id,
            address=_address(document.buyer.address),
        ),
        delivery=_address(document.delivery.address),
        lines=lines_of(document.lines),
        terms=tuple(
            term_of(key, term)
            for key, term in zip(keys_of("term", document.terms), document.terms, strict=True)
        ),
        adjustments=tuple(
            adjustment_of(key, adjustment)
            for key, adjustment in zip(
                keys_of("adjustment", document.adjustments), document.adjustments, strict=True
            )
        ),
        standing_offers=tuple(
            standing_offer.standing_offer_of(key, stated)
            for key, stated in zip(
                keys_of("offer", document.standing_offers), document.standing_offers, strict=True
            )
        ),
    )


def private_figures_of(document: quote.Quote) -> revision.PrivateFigures:
    """Return what only the seller knows, by the keys that `offer_of` gives."""
    figures = {}
    for key, line in zip(keys_of("line", document.lines), document.lines, strict=True):
        stated = {name: value for name, value in line.private if value is not None}
        if stated:
            figures[key] = revision.LinePrivate(**{name: money.six(value) for name, value in stated.items()})
    return revision.PrivateFigures(lines=figures)


def generated_keys(document: quote.Quote) -> frozenset[str]:
    """Return what has no key of its own, as "line:KEY", "term:KEY", "adjustment:KEY" and "standing:KEY" of `offer_of`."""
    kinds: tuple[tuple[str, str, Sequence[Keyed]], ...] = (
        ("line", "line", document.lines),
        ("term", "term", document.terms),
        ("adjustment", "adjustment", document.adjustments),
        ("standing", "offer", document.standing_offers),
    )
    return frozenset(
        f"{kind}:{key}"
        for kind, prefix, stated in kinds
        for key, part in zip(keys_of(prefix, stated), stated, strict=True)
        if not part.key
    )


def _address(stated: parts.Address) -> revision.Address:
    return revision.Address(**stated.model_dump())
