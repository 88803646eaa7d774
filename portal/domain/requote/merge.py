"""A new quote for an open deal, merged with what was negotiated: three-way, field by field.

`base` is what the quote said when it was last imported, `current` what the deal offers, `new` what the quote says now, with
the deal's own keys. What only the quote changed is taken, what only the deal changed stays with its product, and where both
moved somebody decides between three values.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from portal.domain.change.items import PARTS
from portal.domain.offer import pricing
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer, Term
from portal.domain.requote import parts
from portal.domain.requote.clash import Clash, Plain

Decision = Literal["keep", "take"]
Part = TypeVar("Part", bound=Term | Adjustment | StandingOffer)

# What makes up a line's price: one thing, for which there is one decision.
_PRICE = ("unit_price", "discount_percent", "price_source", "why", "held", "list_price", "price_breaks")
# What can be negotiated of a line beside its price; everything else is the quote's to say.
_NEGOTIATED = ("quantity", "selected", "delivery_date", "warranty_months")
# Of the offer as a whole.
_VALIDITY = ("valid_until", "valid_until_instant")


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """`clashes`: what still has to be decided; while there are any, `offer` keeps what was negotiated there."""

    offer: Offer
    clashes: tuple[Clash, ...]


def merge(
    base: Offer,
    current: Offer,
    new: Offer,
    *,
    decided: Mapping[str, Decision] | None = None,
    agreed: Collection[str] = (),
) -> Merged:
    """Merge. `decided`: by a clash's id, whether to keep what the deal says or to take what the quote says. `agreed`:
    subjects that the buyer agreed to as they are offered; they count as moved."""
    return _Merge(base, current, new, decided or {}, agreed).merged()


class _Merge:
    def __init__(
        self,
        base: Offer,
        current: Offer,
        new: Offer,
        decided: Mapping[str, Decision],
        agreed: Collection[str],
    ) -> None:
        self.base, self.current, self.new, self.decided, self.agreed = base, current, new, decided, agreed
        self._three = (base, current, new)
        self.clashes: list[Clash] = []

    def merged(self) -> Merged:
        merged: dict[str, Any] = {"lines": tuple(self._lines())}
        for kind, among in PARTS.items():
            if among not in merged:
                merged[among] = tuple(self._parts(kind, *(getattr(each, among) for each in self._three)))
        offer: Offer = replace(self.new, **merged)
        # More time that was given is not taken away.
        given = self.current.valid_until != self.base.valid_until
        unmoved = self.new.valid_until == self.base.valid_until
        if unmoved or (given and self.current.valid_until_instant > self.new.valid_until_instant):
            offer = replace(offer, **{name: getattr(self.current, name) for name in _VALIDITY})
        return Merged(offer=_one_of_each_group(offer, self.current), clashes=tuple(self.clashes))

    def _lines(self) -> Iterator[Line]:
        for new in self.new.lines:
            base, current = self.base.line(new.key), self.current.line(new.key)
            if current is not None:
                yield self._line(base or current, current, new)
            elif base is None:
                yield new
            elif not self._keeps(
                f"line:{new.key}", new.name, "whole", base.name, None, new.name, moved=base != new
            ):
                # It was taken out of the deal, and the quote has it still.
                yield new
        stated = {line.key for line in self.new.lines}
        for current in self.current.lines:
            if current.key in stated:
                continue
            base = self.base.line(current.key)
            subject = f"line:{current.key}"
            if base is None or self._keeps(
                subject,
                current.name,
                "whole",
                _bare(base),
                _bare(current),
                None,
                moved=True,
                shown=(base.name, current.name, None),
            ):
                yield current

    def _line(self, base: Line, current: Line, new: Line) -> Line:
        subject = f"line:{current.key}"
        line = new
        for field in _NEGOTIATED:
            if field == "selected" and not (new.optional or new.choice_group):
                continue
            values = (getattr(each, field) for each in (base, current, new))
            if self._keeps(subject, new.name, field, *values):
                line = (
                    pricing.at_quantity(line, current.quantity, language=self.current.language)
                    if field == "quantity"
                    else replace(line, **{field: getattr(current, field)})
                )
        return self._priced(subject, base, current, new, line)

    def _priced(self, subject: str, base: Line, current: Line, new: Line, line: Line) -> Line:
        """A price that the quote itself names for the quantity follows the quote; one that was negotiated stays."""
        negotiated = pricing.is_negotiated(current)
        agreed = subject in self.agreed
        if not (negotiated or agreed or _price(current) != _price(base)):
            return line
        if _price(base) == _price(new):
            return _with_price_of(current, line)
        if not negotiated and not agreed:
            return line
        if self._keeps(
            subject,
            new.name,
            "net_unit_price",
            base.net_unit_price,
            current.net_unit_price,
            line.net_unit_price,
            moved=True,
        ):
            return _with_price_of(current, line)
        return line

    def _parts(
        self, kind: str, base: tuple[Part, ...], current: tuple[Part, ...], new: tuple[Part, ...]
    ) -> Iterator[Part]:
        then, there = ({part.key: part for part in each} for each in (base, current))
        for part in new:
            was, now = then.get(part.key), there.get(part.key)
            if (was is None and now is None) or not self._keeps_part(kind, was, now, part):
                yield part
            elif now is not None:
                yield replace(part, value=now.value) if isinstance(now, Term) else now
        stated = {part.key for part in new}
        for part in current:
            was = then.get(part.key)
            moved = was != part or f"{kind}:{part.key}" in self.agreed
            if part.key not in stated and (
                was is None or (moved and self._keeps_part(kind, was, part, None))
            ):
                yield part

    def _keeps_part(self, kind: str, was: Part | None, now: Part | None, new: Part | None) -> bool:
        """Whether the deal's version of a part stays, or that the deal has none; `new` None: the quote has it no more."""
        named = new or now
        assert named is not None, "a part that is nowhere is not asked about"
        return self._keeps(
            f"{kind}:{named.key}",
            parts.name_of(named),
            parts.field_of(kind),
            *map(parts.compared, (was, now, new)),
            moved=None if new else True,
            shown=(parts.shown(was), parts.shown(now), parts.shown(new)),
        )

    def _keeps(  # noqa: PLR0917 - the three values of one field
        self,
        subject: str,
        name: str,
        field: str,
        base: Any,
        current: Any,
        new: Any,
        *,
        moved: bool | None = None,
        shown: tuple[Plain, Plain, Plain] | None = None,
    ) -> bool:
        """Whether the deal's value stays. `moved`: whether the quote changed it, where its value alone does not say.
        `shown`: the three values as somebody reads them, where they are not the values themselves."""
        if current == new and moved is None:
            return True
        if not (base != new if moved is None else moved):
            return True
        if current == base and subject not in self.agreed:
            return False
        base, current, new = shown or (base, current, new)
        clash = Clash(subject=subject, name=name, field=field, base=base, current=current, new=new)
        decision = self.decided.get(clash.id)
        if decision is None:
            self.clashes.append(clash)
        return decision != "take"


def _price(line: Line) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in _PRICE)


def _with_price_of(current: Line, line: Line) -> Line:
    return replace(line, **{name: getattr(current, name) for name in _PRICE})


def _bare(line: Line) -> tuple[object, ...]:
    """What of a line can be negotiated."""
    return (*(getattr(line, name) for name in _NEGOTIATED), line.net_unit_price, line.price_source)


def _one_of_each_group(offer: Offer, current: Offer) -> Offer:
    """A choice group has one selected line: the one that was chosen in the deal, where the merge left two or none."""
    lines = list(offer.lines)
    for group in {line.choice_group for line in lines if line.choice_group}:
        members = [line for line in lines if line.choice_group == group]
        selected = [line.key for line in members if line.selected]
        if len(selected) == 1:
            continue
        chosen = {line.key for line in current.lines if line.selected}
        keep = next((line.key for line in members if line.key in chosen), members[0].key)
        lines = [
            replace(line, selected=line.key == keep) if line.choice_group == group else line for line in lines
        ]
    return replace(offer, lines=tuple(lines))
