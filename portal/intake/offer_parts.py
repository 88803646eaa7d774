"""The lines, terms and adjustments of an offer, from those of a quote document. Absent fields get their defaults."""

from collections.abc import Sequence
from itertools import count
from typing import TypeAlias

from portal.domain.offer import money, revision, spelling
from portal.intake import parts, quote, standing_offer
from portal.intake.line import Line

Keyed: TypeAlias = Line | quote.Term | quote.Adjustment | standing_offer.StandingOffer


def keys_of(kind: str, parts: Sequence[Keyed]) -> list[str]:
    """Return the key of each part. A part without one gets `kind` and its position, or the next free number."""
    used = {part.key for part in parts if part.key}
    keys = []
    for position, part in enumerate(parts, start=1):
        key = part.key or next(free for number in count(position) if (free := f"{kind}-{number}") not in used)
        used.add(key)
        keys.append(key)
    return keys


def lines_of(stated: Sequence[Line]) -> tuple[revision.Line, ...]:
    """Return the lines of the offer. Where a choice group says nothing, its first line is selected."""
    groups_with_selection = {line.choice_group for line in stated if line.choice_group and line.selected}
    lines = []
    for key, line in zip(keys_of("line", stated), stated, strict=True):
        if line.choice_group:
            first_choice = line.choice_group not in groups_with_selection
            selected = bool(line.selected) if line.selected is not None else first_choice
            groups_with_selection.add(line.choice_group)
        else:
            selected = line.selected if line.selected is not None else not line.optional
        lines.append(_line(key, line, selected=selected))
    return tuple(lines)


def _line(key: str, line: Line, *, selected: bool) -> revision.Line:
    return revision.Line(
        key=key,
        selected=selected,
        # A line that is left out is optional unless the quote says otherwise, so that it can be included again.
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
        **line.model_dump(include=_UNCHANGED),
    )


# The fields that a line of the quote and a line of the offer share, except those with a rule above.
_UNCHANGED = {*Line.model_fields} & {*revision.Line.__struct_fields__} - {
    *("key", "selected", "optional", "price_source", "tax", "why", "includes"),
    *("choice_group", "negotiable", "bounds", "price_breaks"),
}


def price_source(line: Line) -> revision.PriceSource:
    """Say where the price comes from. One that differs from its break was negotiated: a new quantity must not replace it."""
    break_prices = [each.unit_price for each in line.price_breaks if each.start <= line.quantity]
    if not break_prices:
        return "list"
    return "break" if line.unit_price == break_prices[-1] else "negotiated"


def tax_of(stated: parts.Tax | None) -> revision.Tax:
    """Return category (UNCL 5305) and rate. A tax that is not stated is read as zero rated."""
    if stated is None:
        return revision.Tax(category="Z")
    rate = stated.rate or money.ZERO
    return revision.Tax(
        category=stated.category or ("S" if rate else "Z"),
        rate=rate,
        reason=stated.reason,
        reason_code=stated.reason_code,
    )


def term_of(key: str, term: quote.Term) -> revision.Term:
    value = term.value if "\n" in term.value else spelling.plain(term.value)
    # The offered value is an option too, so that a buyer can go back to it.
    offered_option = [] if not term.options or value in term.options else [value]
    options = tuple(dict.fromkeys([*offered_option, *term.options]))
    return revision.Term(
        key=key,
        name=term.name,
        value=value,
        options=options,
        negotiable=bool(options) if term.negotiable is None else term.negotiable,
        kind=term.kind,
    )


def adjustment_of(key: str, stated: quote.Adjustment) -> revision.Adjustment:
    return revision.Adjustment(
        key=key,
        label=stated.label,
        kind=stated.kind,
        amount=stated.amount,
        percent=stated.percent,
        tax=tax_of(stated.tax) if stated.tax else None,
    )
