"""From a quote document that holds to the offer it makes, with what absent fields come to."""

from collections.abc import Sequence
from datetime import date
from itertools import count

from portal.domain.deal.validity import end_of_day
from portal.domain.offer import money, revision, spelling
from portal.intake import parts, quote, standing_offer
from portal.intake.line import Line


def offer_of(document: quote.Quote, *, valid_until: date, zone: str) -> revision.Offer:
    """The offer. It ends with the day `valid_until` in the time zone `zone`."""
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
        lines=_lines(document.lines),
        terms=tuple(
            _term(key, term) for key, term in zip(_keys("term", document.terms), document.terms, strict=True)
        ),
        adjustments=tuple(
            _adjustment(key, adjustment)
            for key, adjustment in zip(
                _keys("adjustment", document.adjustments), document.adjustments, strict=True
            )
        ),
        standing_offers=tuple(
            standing_offer.offered(key, stated)
            for key, stated in zip(
                _keys("offer", document.standing_offers), document.standing_offers, strict=True
            )
        ),
    )


def private_of(document: quote.Quote) -> revision.PrivateFigures:
    """What only the seller knows, by the keys that `offer_of` gives."""
    figures = {}
    for key, line in zip(_keys("line", document.lines), document.lines, strict=True):
        stated = {name: value for name, value in line.private if value is not None}
        if stated:
            figures[key] = revision.LinePrivate(**{name: money.six(value) for name, value in stated.items()})
    return revision.PrivateFigures(lines=figures)


def _address(stated: parts.Address) -> revision.Address:
    return revision.Address(**stated.model_dump())


def _keys(
    kind: str, parts: Sequence[Line | quote.Term | quote.Adjustment | standing_offer.StandingOffer]
) -> list[str]:
    """The stated keys; a part without one is numbered by its position, past numbers that are taken."""
    taken = {part.key for part in parts if part.key}
    keys = []
    for position, part in enumerate(parts, start=1):
        key = part.key or next(
            free for number in count(position) if (free := f"{kind}-{number}") not in taken
        )
        taken.add(key)
        keys.append(key)
    return keys


def _lines(stated: Sequence[Line]) -> tuple[revision.Line, ...]:
    decided = {line.choice_group for line in stated if line.choice_group and line.selected}
    lines = []
    for key, line in zip(_keys("line", stated), stated, strict=True):
        if line.choice_group:
            selected = bool(line.selected) if line.selected is not None else line.choice_group not in decided
            decided.add(line.choice_group)
        else:
            selected = line.selected if line.selected is not None else not line.optional
        lines.append(_line(key, line, selected=selected))
    return tuple(lines)


def _line(key: str, line: Line, *, selected: bool) -> revision.Line:
    return revision.Line(
        key=key,
        selected=selected,
        # Left out without a word about being optional: it can be taken in again.
        optional=line.optional if line.optional is not None else not selected and not line.choice_group,
        price_source=price_source(line),
        tax=tax_of(line.tax),
        why=tuple(revision.WhyStep(label=step.label, amount=step.amount) for step in line.why),
        includes=tuple(line.includes),
        choice_group=line.choice_group or None,
        negotiable=tuple(dict.fromkeys(line.negotiable)),
        bounds=revision.Bounds(**line.bounds.model_dump()),
        price_breaks=tuple(
            revision.PriceBreak(start=each.start, unit_price=each.unit_price) for each in line.price_breaks
        ),
        **line.model_dump(include=_AS_STATED),
    )


# Of a line that says the same in its offer, but for what has a rule of its own.
_AS_STATED = {*Line.model_fields} & {*revision.Line.__struct_fields__} - {
    *("key", "selected", "optional", "price_source", "tax", "why", "includes"),
    *("choice_group", "negotiable", "bounds", "price_breaks"),
}


def price_source(line: Line) -> revision.PriceSource:
    """A price that is not the one its break names was agreed on, and a later quantity must not replace it."""
    reached = [each.unit_price for each in line.price_breaks if each.start <= line.quantity]
    if not reached:
        return "list"
    return "break" if line.unit_price == reached[-1] else "negotiated"


def tax_of(stated: parts.Tax | None) -> revision.Tax:
    """Category by UNCL 5305 and rate; a tax that is not stated is read as zero rated."""
    if stated is None:
        return revision.Tax(category="Z")
    rate = stated.rate or money.ZERO
    return revision.Tax(
        category=stated.category or ("S" if rate else "Z"),
        rate=rate,
        reason=stated.reason,
        reason_code=stated.reason_code,
    )


def _term(key: str, term: quote.Term) -> revision.Term:
    value = term.value if "\n" in term.value else spelling.plain(term.value)
    # What is offered can be chosen again after something else was.
    offered = [] if not term.options or value in term.options else [value]
    options = tuple(dict.fromkeys([*offered, *term.options]))
    return revision.Term(
        key=key,
        name=term.name,
        value=value,
        options=options,
        negotiable=bool(options) if term.negotiable is None else term.negotiable,
        kind=term.kind,
    )


def _adjustment(key: str, stated: quote.Adjustment) -> revision.Adjustment:
    return revision.Adjustment(
        key=key,
        label=stated.label,
        kind=stated.kind,
        amount=stated.amount,
        percent=stated.percent,
        tax=tax_of(stated.tax) if stated.tax else None,
    )
