"""A new quote for an open deal, merged with what was negotiated: three-way, field by field.

`base` is what the quote said when it was last imported, `current` what the deal offers, `new` what the quote says now, with
the deal's own keys. What only the quote changed is taken, what only the deal changed stays with its product, and where both
moved somebody decides between three values.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer, Term
from portal.domain.requote.clash import Clash, Plain
from portal.errors import Sentence

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
        self.clashes: list[Clash] = []

    def merged(self) -> Merged:
        offer = replace(
            self.new,
            lines=tuple(self._lines()),
            terms=tuple(self._parts("term", self.base.terms, self.current.terms, self.new.terms)),
            adjustments=tuple(
                self._parts(
                    "adjustment", self.base.adjustments, self.current.adjustments, self.new.adjustments
                )
            ),
            standing_offers=tuple(
                self._parts(
                    "standing",
                    self.base.standing_offers,
                    self.current.standing_offers,
                    self.new.standing_offers,
                )
            ),
        )
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
        negotiated = current.price_source == "negotiated" or (
            current.held is not None and current.held.start > 0
        )
        agreed = subject in self.agreed
        if not (negotiated or agreed or _price(current) != _price(base)):
            return line
        moved = any(getattr(base, name) != getattr(new, name) for name in _PRICE)
        if not moved:
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
        then, there = ({part.key: part for part in parts} for parts in (base, current))
        for part in new:
            was, now = then.get(part.key), there.get(part.key)
            if now is None and was is None:
                yield part
            elif self._keeps(
                f"{kind}:{part.key}",
                _name(part),
                _field(kind),
                *map(_said, (was, now, part)),
                shown=(_shown(was), _shown(now), _shown(part)),
            ):
                if now is not None:
                    yield replace(part, value=now.value) if isinstance(now, Term) else now
            else:
                yield part
        stated = {part.key for part in new}
        for part in current:
            if part.key in stated:
                continue
            was = then.get(part.key)
            subject = f"{kind}:{part.key}"
            if was is None or (
                (was != part or subject in self.agreed)
                and self._keeps(
                    subject,
                    _name(part),
                    _field(kind),
                    *map(_said, (was, part, None)),
                    moved=True,
                    shown=(_shown(was), _shown(part), None),
                )
            ):
                yield part

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


def _field(kind: str) -> str:
    return "value" if kind == "term" else "whole"


def _name(part: Term | Adjustment | StandingOffer) -> str:
    return part.name if isinstance(part, Term) else part.label


def _said(part: Term | Adjustment | StandingOffer | None) -> str | None:
    """What a clash shows of a part, and compares: the words of a term, and all of another part."""
    if part is None or isinstance(part, Term):
        return part.value if part else None
    return msgspec.json.encode(part).decode()


def _shown(part: Term | Adjustment | StandingOffer | None) -> str | None:
    """A part in a few words."""
    if part is None or isinstance(part, Term):
        return part.value if part else None
    if isinstance(part, StandingOffer):
        return part.label
    size = part.amount if part.percent is None else part.percent
    return Sentence(
        "%(label)s (%(size)s)" if part.percent is None else "%(label)s (%(size)s %%)",
        label=part.label,
        size=size or money.ZERO,
    )


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
