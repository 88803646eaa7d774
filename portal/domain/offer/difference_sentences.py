"""What differs between two revisions, as a list of sentences: for eyes, for screen readers, and as text in a mail.

A sentence is facts, not words: whoever shows it has the language. `spelled` is the same as plain strings, for a mail that
is written later and elsewhere.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.offer import money
from portal.domain.offer.compare import Changed, Comparison, Difference, Value

What = Literal["added", "removed", "changed"]
# How a value reads; "seen" is too long to be repeated, and is to be looked at.
Kind = Literal["money", "number", "percent", "day", "flag", "text", "seen"]

_MONEY = ("unit_price", "list_price", "net", "amount")
_NUMBERS = ("quantity", "periods", "lead_time_days", "price_base_quantity")
_PERCENTS = ("discount_percent", "percent", "tax.rate")
_LONG = ("why", "price_breaks", "introduction", "description", "explanation", "includes", "when", "then")
# Of the head, what is the deal's own frame or follows from something else that is told.
_QUIET = ("valid_until_instant", "time_zone", "language")
# Moves of these are told in percent as well.
_MOVES = ("unit_price", "net", "quantity")


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `name` is the line's, term's or adjustment's, "" for the proposal itself; `percent` by how much a
    price or a quantity moved, one place, None where that says nothing."""

    subject: str
    name: str
    what: What
    field: str = ""
    before: Value = None
    after: Value = None
    percent: Decimal | None = None
    unit: str = ""

    @property
    def kind(self) -> Kind:
        return kind(self.field)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison in sentences; False when nothing differs. `sums`: how the totals moved."""

    comparison: Comparison
    sentences: tuple[Sentence, ...]
    sums: tuple[Sentence, ...]

    def __bool__(self) -> bool:
        return bool(self.comparison)


class Spelled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence in strings: numbers plain, days in ISO 8601, flags "true" or "". `what` is a verdict where it tells an
    answer: then `before` was asked, `after` is offered now, and `reason` is the seller's."""

    name: str
    what: str
    field: str = ""
    kind: Kind = "text"
    before: str = ""
    after: str = ""
    percent: str = ""
    reason: str = ""


def told(comparison: Comparison) -> Told:
    return Told(comparison=comparison, sentences=sentences(comparison), sums=totals(comparison))


def kind(field: str) -> Kind:
    """How the values of a field read."""
    if field in _MONEY or field.endswith((".net", ".tax", ".total")):
        return "money"
    if field in _NUMBERS or field.startswith("bounds."):
        return "number"
    if field in _PERCENTS:
        return "percent"
    if field in ("delivery_date", "valid_until"):
        return "day"
    if field in ("selected", "taken"):
        return "flag"
    return "seen" if field in _LONG else "text"


def sentences(comparison: Comparison) -> tuple[Sentence, ...]:
    """Lines first, then terms, adjustments, standing offers, and the rest of the proposal."""
    return (
        *_came("line", comparison.added_lines, "added"),
        *_came("line", comparison.removed_lines, "removed"),
        *_changed(comparison.lines),
        *_came("term", comparison.added_terms, "added"),
        *_came("term", comparison.removed_terms, "removed"),
        *_changed(comparison.terms),
        *_came("adjustment", comparison.added_adjustments, "added"),
        *_came("adjustment", comparison.removed_adjustments, "removed"),
        *_changed(comparison.adjustments),
        *_came("standing", comparison.added_standing_offers, "added"),
        *_came("standing", comparison.removed_standing_offers, "removed"),
        *_changed(comparison.standing_offers),
        *(_sentence("", "", each) for each in comparison.head if each.field not in _QUIET),
    )


def totals(comparison: Comparison) -> tuple[Sentence, ...]:
    """How the sums moved: once and per period with tax, the contract net."""
    return tuple(
        _sentence("", "", each)
        for each in comparison.totals
        if each.field.endswith(".total") or each.field == "contract.net"
    )


def spelled(those: Iterable[Sentence]) -> tuple[Spelled, ...]:
    return tuple(
        Spelled(
            name=each.name,
            what=each.what,
            field=each.field,
            kind=each.kind,
            before=_text(each.before) if each.kind != "seen" else "",
            after=_text(each.after) if each.kind != "seen" else "",
            percent="" if each.percent is None else str(each.percent),
        )
        for each in those
    )


def _came(kind: str, parts: Iterable[msgspec.Struct], what: What) -> Iterator[Sentence]:
    for part in parts:
        name = getattr(part, "name", "") or getattr(part, "label", "")
        value = getattr(part, "value", None)
        yield Sentence(
            subject=f"{kind}:{getattr(part, 'key', '')}",
            name=name,
            what=what,
            field="value" if value else "",
            before=value if what == "removed" else None,
            after=value if what == "added" else None,
        )


def _changed(parts: Iterable[Changed]) -> Iterator[Sentence]:
    for part in parts:
        for each in part.decided:
            yield _sentence(part.subject, part.name, each)


def _sentence(subject: str, name: str, each: Difference) -> Sentence:
    return Sentence(
        subject=subject,
        name=name,
        what="changed",
        field=each.field,
        before=each.before,
        after=each.after,
        percent=_percent(each),
    )


def _percent(each: Difference) -> Decimal | None:
    if each.field not in _MOVES and not each.field.endswith((".net", ".total")):
        return None
    if not isinstance(each.before, Decimal) or not isinstance(each.after, Decimal) or not each.before:
        return None
    moved = money.times(money.CONTEXT.subtract(each.after, each.before), Decimal(100))
    return money.divide(moved, abs(each.before)).quantize(Decimal("0.1"), context=money.CONTEXT)


def _text(value: Value) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "true"
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return ", ".join(str(each) for each in value)
    return str(value)
