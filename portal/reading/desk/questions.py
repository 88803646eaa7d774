"""What is asked as the rep answers it: one line's price once, and what several colleagues ask side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.domain.change import price_ask
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import PRICE, Field, parse_value
from portal.domain.offer.revision import Offer

if TYPE_CHECKING:
    from portal.reading.desk.answering import Ask, OpenCounteroffer


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one person asks; `parts` are the fields of a price that is told net."""

    by: str
    value: Value
    reason: str
    parts: tuple[tuple[Field, Value], ...] = ()


def grouped(
    offer: Offer, counteroffers: Sequence["OpenCounteroffer"], nets: Mapping[str, Mapping[str, str]]
) -> tuple["OpenCounteroffer", ...]:
    """The counteroffers with each question where it was asked first. `nets`: of each, as in `price_ask.asked_nets`.

    A package keeps all of its own.
    """
    found: dict[tuple[str, str], list[tuple[OpenCounteroffer, Ask]]] = {}
    for counteroffer in counteroffers:
        for ask in counteroffer.asks:
            whose = counteroffer.id if counteroffer.package else ""
            found.setdefault((whose, price_ask.question(ask.change)), []).append((counteroffer, ask))
    shown: dict[str, list[Ask]] = {}
    for asks in found.values():
        shown.setdefault(asks[0][0].id, []).append(_question(offer, asks, nets))
    return tuple(replace(each, asks=tuple(shown.get(each.id, ()))) for each in counteroffers)


def _question(
    offer: Offer, asks: Sequence[tuple["OpenCounteroffer", "Ask"]], nets: Mapping[str, Mapping[str, str]]
) -> "Ask":
    """One ask for all of them: by the unit price, where that is asked."""
    own: dict[str, list[Ask]] = {}
    for counteroffer, ask in asks:
        own.setdefault(counteroffer.id, []).append(ask)
    first = next((ask for _, ask in asks if ask.change.field == "unit_price"), asks[0][1])
    line = offer.line(first.change.key) if first.change.field == "unit_price" else None
    by = {counteroffer.id: counteroffer.by for counteroffer, _ in asks}
    asked = []
    for one, several in own.items():
        net = nets.get(one, {}).get(first.change.subject) if line else None
        parts = tuple((ask.change.field, ask.asked) for ask in several if ask.change.field in PRICE)
        asked.append(
            Asked(
                by=by[one],
                value=parse_value("unit_price", net) if net else several[0].asked,
                reason=next((ask.reason for ask in several if ask.reason), ""),
                parts=parts if net and (len(parts) > 1 or parts[0][0] != "unit_price") else (),
            )
        )
    return replace(
        first,
        offered=line.net_unit_price if line else first.offered,
        asked=asked[0].value,
        reason=asked[0].reason,
        settled=all(ask.settled for _, ask in asks),
        people=tuple(asked),
    )
