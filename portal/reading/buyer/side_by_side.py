"""What the offer says and what each of several drafts asks for instead, per line and term, with what it all comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.field_spec import Value
from portal.domain.change.fields import Field
from portal.domain.offer import totals
from portal.domain.offer.revision import Billing, Offer, Sum, Totals
from portal.domain.offer.totals import line_net
from portal.reading.buyer.tray import Tray, TrayChange


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field of a line or term: what is offered, and per draft its change, None where it asks for none."""

    field: Field
    offered: Value
    cells: tuple[TrayChange | None, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A line or a term that some draft touches. `nets`: the line's net as offered and per draft, None where unknown."""

    subject: str
    name: str
    rows: tuple[FieldRow, ...]
    billing: Billing = "once"
    nets: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SumRows:
    """What is due of one billing, or over the contract: as offered and per draft, None where it can't be computed."""

    of: Billing | None
    sums: tuple[Sum | None, ...]


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """`gaps`: net over the contract, against the offer. `untouched` lines and terms are as offered in every draft."""

    parts: tuple[Part, ...]
    untouched: int
    sums: tuple[SumRows, ...]
    gaps: tuple[Decimal | None, ...]


def side_by_side(offer: Offer, drafts: Sequence[Tray]) -> SideBySide:
    subjects = dict.fromkeys(change.subject for draft in drafts for change in draft.changes)
    order = [f"line:{line.key}" for line in offer.lines] + [f"term:{term.key}" for term in offer.terms]
    touched = sorted(subjects, key=lambda each: order.index(each) if each in order else len(order))
    stands = totals.totals(offer)
    after = [_after(draft, stands) for draft in drafts]
    return SideBySide(
        parts=tuple(_part(offer, subject, drafts) for subject in touched),
        untouched=sum(each not in subjects for each in order),
        sums=_sums([stands, *after]),
        gaps=tuple(None if each is None else each.contract.net - stands.contract.net for each in after),
    )


def _after(draft: Tray, stands: Totals) -> Totals | None:
    if draft.effect:
        return draft.effect.after
    return None if draft.changes else stands


def _part(offer: Offer, subject: str, drafts: Sequence[Tray]) -> Part:
    asked = [{each.ask.field: each for each in draft.changes if each.subject == subject} for draft in drafts]
    fields = dict.fromkeys(field for each in asked for field in each)
    first = {field: next(each[field] for each in asked if field in each) for field in fields}
    line = offer.line(subject.partition(":")[2]) if subject.startswith("line:") else None
    return Part(
        subject=subject,
        name=next(iter(first.values())).name,
        rows=tuple(
            FieldRow(
                field=field, offered=first[field].ask.offered, cells=tuple(each.get(field) for each in asked)
            )
            for field in fields
        ),
        billing=line.billing if line else "once",
        nets=(line_net(line, offer.currency), *(_net(draft, offer, line.key) for draft in drafts))
        if line
        else (),
    )


def _net(draft: Tray, offer: Offer, key: str) -> Decimal | None:
    line = offer.line(key)
    assert line is not None
    if draft.changes and draft.effect is None:
        return None
    effects = draft.effect.lines if draft.effect else ()
    return next((each.after_net for each in effects if each.after.key == key), line_net(line, offer.currency))


def _sums(columns: Sequence[Totals | None]) -> tuple[SumRows, ...]:
    """A billing that none of them has is left out; one that a draft does without is nothing there."""
    nothing = Sum(net=Decimal(0), tax=Decimal(0), total=Decimal(0))
    rows = []
    billings: tuple[Billing, ...] = ("once", "month", "year")
    for billing in billings:
        sums = tuple(None if each is None else getattr(each, billing) or nothing for each in columns)
        if any(each and each != nothing for each in sums):
            rows.append(SumRows(of=billing, sums=sums))
    return (*rows, SumRows(of=None, sums=tuple(None if each is None else each.contract for each in columns)))
