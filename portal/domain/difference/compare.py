"""What differs between two revisions, by key: for marks on the page, for "what changed" in a 409, for the compare page.

Everything a buyer can see is compared, so that no difference goes untold; only the order of lines is not one.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from portal.domain.change.fields import spec
from portal.domain.offer.revision import (
    Adjustment,
    Condition,
    Consequence,
    Line,
    PriceBreak,
    Revision,
    StandingOffer,
    Term,
    WhyStep,
)

Value = (
    str
    | Decimal
    | int
    | date
    | datetime
    | tuple[str, ...]
    | tuple[WhyStep, ...]
    | tuple[PriceBreak, ...]
    | tuple[Condition, ...]
    | tuple[Consequence, ...]
    | None
)
Keyed = TypeVar("Keyed", Line, Term, Adjustment, StandingOffer)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field; parts of a part are named with a point ("tax.rate"). `net` of a line is its net per period."""

    field: str
    before: Value
    after: Value


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A line, term, adjustment or standing offer that both revisions have, and how it differs. `part` is the later one."""

    subject: str
    part: Line | Term | Adjustment | StandingOffer
    differences: tuple[Difference, ...]

    @property
    def name(self) -> str:
        return self.part.label if isinstance(self.part, Adjustment | StandingOffer) else self.part.name

    @property
    def decided(self) -> tuple[Difference, ...]:
        """What somebody decided, without what follows from it; everything when nothing else remains."""
        return tuple(each for each in self.differences if not spec(each.field).follows) or self.differences

    def difference(self, field: str) -> Difference | None:
        return next((each for each in self.differences if each.field == field), None)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Differences from one revision to another. False when there are none.

    `head` holds title, introduction, validity, parties and delivery; `totals` the sums ("once.net", "contract.total").
    """

    head: tuple[Difference, ...] = ()
    added_lines: tuple[Line, ...] = ()
    removed_lines: tuple[Line, ...] = ()
    lines: tuple[Changed, ...] = ()
    added_terms: tuple[Term, ...] = ()
    removed_terms: tuple[Term, ...] = ()
    terms: tuple[Changed, ...] = ()
    added_adjustments: tuple[Adjustment, ...] = ()
    removed_adjustments: tuple[Adjustment, ...] = ()
    adjustments: tuple[Changed, ...] = ()
    added_standing_offers: tuple[StandingOffer, ...] = ()
    removed_standing_offers: tuple[StandingOffer, ...] = ()
    standing_offers: tuple[Changed, ...] = ()
    totals: tuple[Difference, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects (see `item`) of everything added, removed or changed."""
        return (
            *(f"line:{each.key}" for each in (*self.added_lines, *self.removed_lines)),
            *(f"term:{each.key}" for each in (*self.added_terms, *self.removed_terms)),
            *(f"adjustment:{each.key}" for each in (*self.added_adjustments, *self.removed_adjustments)),
            *(
                f"standing:{each.key}"
                for each in (*self.added_standing_offers, *self.removed_standing_offers)
            ),
            *(each.subject for each in self._changed),
        )

    def changed(self, subject: str) -> Changed | None:
        """How what the subject names differs, when both revisions have it."""
        return next((each for each in self._changed if each.subject == subject), None)

    @property
    def _changed(self) -> tuple[Changed, ...]:
        return (*self.lines, *self.terms, *self.adjustments, *self.standing_offers)


def compare(a: Revision, b: Revision) -> Comparison:
    """What is different in `b`. Added parts stand in the order of `b`, removed ones in that of `a`."""
    before, after = a.offer, b.offer
    nets_before = {each.key: each.net for each in a.totals.lines}
    nets_after = {each.key: each.net for each in b.totals.lines}
    return Comparison(
        head=_differences(_flat(before, leave_out=_KEYED), _flat(after, leave_out=_KEYED)),
        added_lines=_missing(after.lines, before.lines),
        removed_lines=_missing(before.lines, after.lines),
        lines=_changed(
            "line",
            before.lines,
            after.lines,
            lambda old: _flat(old, leave_out=_FOLLOWING) | {"net": nets_before[old.key]},
            lambda new: _flat(new, leave_out=_FOLLOWING) | {"net": nets_after[new.key]},
        ),
        added_terms=_missing(after.terms, before.terms),
        removed_terms=_missing(before.terms, after.terms),
        terms=_changed("term", before.terms, after.terms, _flat, _flat),
        added_adjustments=_missing(after.adjustments, before.adjustments),
        removed_adjustments=_missing(before.adjustments, after.adjustments),
        adjustments=_changed("adjustment", before.adjustments, after.adjustments, _flat, _flat),
        added_standing_offers=_missing(after.standing_offers, before.standing_offers),
        removed_standing_offers=_missing(before.standing_offers, after.standing_offers),
        standing_offers=_changed("standing", before.standing_offers, after.standing_offers, _flat, _flat),
        totals=_differences(_flat(a.totals, leave_out=_PARTS), _flat(b.totals, leave_out=_PARTS)),
    )


_KEYED = frozenset({"lines", "terms", "adjustments", "standing_offers"})
# What a line remembers of its price at another quantity moves with the quantity and the price alone.
_FOLLOWING = frozenset({"held"})
_PARTS = frozenset({"lines", "adjustments", "groups"})


def _flat(part: msgspec.Struct, *, leave_out: Collection[str] = ()) -> dict[str, Value]:
    """The fields of a part and of the parts in it."""
    fields: dict[str, Value] = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name in leave_out:
            continue
        if isinstance(value, msgspec.Struct):
            fields |= {f"{name}.{inner}": found for inner, found in _flat(value).items()}
        else:
            fields[name] = value
    return fields


def _differences(before: dict[str, Value], after: dict[str, Value]) -> tuple[Difference, ...]:
    """An absent part reads as None in each of its fields."""
    return tuple(
        Difference(field=field, before=before.get(field), after=after.get(field))
        for field in before | after
        if before.get(field) != after.get(field)
    )


def _missing(those: Sequence[Keyed], among: Sequence[Keyed]) -> tuple[Keyed, ...]:
    keys = {each.key for each in among}
    return tuple(each for each in those if each.key not in keys)


def _changed(
    kind: str,
    before: Sequence[Keyed],
    after: Sequence[Keyed],
    flat_before: Callable[[Keyed], dict[str, Value]],
    flat_after: Callable[[Keyed], dict[str, Value]],
) -> tuple[Changed, ...]:
    earlier = {each.key: flat_before(each) for each in before}
    pairs = [(each, earlier[each.key], flat_after(each)) for each in after if each.key in earlier]
    return tuple(
        Changed(subject=f"{kind}:{part.key}", part=part, differences=_differences(old, new))
        for part, old, new in pairs
        if old != new
    )
