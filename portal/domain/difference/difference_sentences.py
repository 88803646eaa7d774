"""What differs between two revisions, as a list of sentences: for eyes, for screen readers, and as text in a mail.

A sentence is facts, not words: whoever shows it has the language. `spelled` is the same as plain strings, for a mail that
is written later and elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change import field_spec
from portal.domain.change.fields import spec
from portal.domain.difference.compare import Changed, Comparison, Difference, Value
from portal.domain.offer import money
from portal.domain.offer.revision import Line

What = Literal["added", "removed", "changed"]
# How a value reads; "seen" is too long to be repeated, and is to be looked at.
Kind = Literal["money", "number", "percent", "day", "flag", "text", "seen"]

_KINDS: Mapping[field_spec.Kind, Kind] = {
    "money": "money",
    **dict.fromkeys(("quantity", "number", "count"), "number"),
    "percent": "percent",
    "day": "day",
    **dict.fromkeys(("flag", "choice", "use"), "flag"),
    **dict.fromkeys(("text", "list"), "text"),
    **dict.fromkeys(("details", *field_spec.WHOLE_PARTS), "seen"),
}


class DifferenceSentence(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `name` is the line's, term's or adjustment's, "" for the proposal itself; `percent` by how much a
    price or a quantity moved, one place, None where that says nothing; `line` the one that it is about."""

    subject: str
    name: str
    what: What
    field: str = ""
    before: Value = None
    after: Value = None
    percent: Decimal | None = None
    line: Line | None = None

    @property
    def kind(self) -> Kind:
        return kind(self.field)


class DescribedComparison(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison in sentences; False when nothing differs. `sums`: how the totals moved."""

    comparison: Comparison
    sentences: tuple[DifferenceSentence, ...]
    sums: tuple[DifferenceSentence, ...]

    def __bool__(self) -> bool:
        return bool(self.comparison)


def describe(comparison: Comparison) -> DescribedComparison:
    return DescribedComparison(
        comparison=comparison, sentences=sentences(comparison), sums=totals(comparison)
    )


def kind(field: str) -> Kind:
    """How the values of a field read in a summary; those of "", a part that came or went, are text."""
    if not field:
        return "text"
    row = spec(field)
    return "seen" if row.long else _KINDS[row.kind]


def sentences(comparison: Comparison) -> tuple[DifferenceSentence, ...]:
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
        *(_sentence("", "", each) for each in comparison.head if not spec(each.field).quiet),
    )


def totals(comparison: Comparison) -> tuple[DifferenceSentence, ...]:
    """How the sums moved: once and per period with tax, the contract net."""
    return tuple(
        _sentence("", "", each)
        for each in comparison.totals
        if each.field.endswith(".total") or each.field == "contract.net"
    )


def _came(kind: str, parts: Iterable[msgspec.Struct], what: What) -> Iterator[DifferenceSentence]:
    for part in parts:
        name = getattr(part, "name", "") or getattr(part, "label", "")
        value = getattr(part, "value", None)
        yield DifferenceSentence(
            subject=f"{kind}:{getattr(part, 'key', '')}",
            name=name,
            what=what,
            field="value" if value else "",
            before=value if what == "removed" else None,
            after=value if what == "added" else None,
        )


def _changed(parts: Iterable[Changed]) -> Iterator[DifferenceSentence]:
    for part in parts:
        for each in part.decided:
            line = part.part if isinstance(part.part, Line) else None
            yield _sentence(part.subject, part.name, each, line)


def _sentence(subject: str, name: str, each: Difference, line: Line | None = None) -> DifferenceSentence:
    return DifferenceSentence(
        subject=subject,
        name=name,
        what="changed",
        field=each.field,
        before=each.before,
        after=each.after,
        percent=_percent(each),
        line=line,
    )


def _percent(each: Difference) -> Decimal | None:
    if not spec(each.field).in_percent:
        return None
    if not isinstance(each.before, Decimal) or not isinstance(each.after, Decimal) or not each.before:
        return None
    moved = money.times(money.CONTEXT.subtract(each.after, each.before), Decimal(100))
    return money.divide(moved, abs(each.before)).quantize(Decimal("0.1"), context=money.CONTEXT)
