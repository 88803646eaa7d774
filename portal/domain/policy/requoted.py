"""The private figures of a deal whose quote came anew."""

from portal.domain.offer.revision import LinePrivate, PrivateFigures


def merge_private(before: PrivateFigures, stated: PrivateFigures, *, signed: bool) -> PrivateFigures:
    """The private figures of a merged offer: what the quote states, and what it does not state as it was.

    Of two floors the higher holds, unless a manager has `signed`.
    """
    lines = dict(before.lines)
    for key, new in stated.lines.items():
        old = lines.get(key, LinePrivate())
        floors = [each for each in (old.floor_unit_price, new.floor_unit_price) if each is not None]
        floor = (
            new.floor_unit_price if signed and new.floor_unit_price is not None else max(floors, default=None)
        )
        lines[key] = LinePrivate(
            unit_cost=old.unit_cost if new.unit_cost is None else new.unit_cost,
            floor_unit_price=floor,
            auto_accept_unit_price=(
                old.auto_accept_unit_price
                if new.auto_accept_unit_price is None
                else new.auto_accept_unit_price
            ),
        )
    return PrivateFigures(lines=lines)
