"""An ask on a newer revision than the one it was made of."""

from collections.abc import Iterable

import msgspec

from portal.domain.change import change as changing
from portal.domain.change import price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import grants
from portal.domain.change.fields import spec
from portal.domain.change.items import find_item
from portal.domain.offer.revision import Line, Offer


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a field that moved since it was asked. A choice is told by the keys of the chosen lines; None: gone."""

    change: Change
    base_value: str | None
    current_value: str | None
    asked_value: str


class Rebased(msgspec.Struct, frozen=True, kw_only=True):
    """An ask on a newer revision: what carries over, what somebody must decide, what the revision already gives."""

    carried: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    settled: tuple[Change, ...] = ()


def rebase(changes: Iterable[Change], base: Offer, current: Offer) -> Rebased:
    """The changes, asked of `base`, on `current`: no ask is lost, and nothing that moved is silently overwritten."""
    carried, conflicts, settled = [], [], []
    changes = list(changes)
    nets = price_ask.asked_nets(base, changes)
    for change in changes:
        asked = change.key if change.field == "choice" else change.value
        then, now = _stated(base, change), _stated(current, change)
        if grants(current, changes, change, nets):
            settled.append(change)
        elif now is not None and _unmoved(base, current, change):
            carried.append(change)
        else:
            conflicts.append(Conflict(change=change, base_value=then, current_value=now, asked_value=asked))
    return Rebased(carried=tuple(carried), conflicts=tuple(conflicts), settled=tuple(settled))


def _stated(offer: Offer, change: Change) -> str | None:
    """What the offer says where the change would change it; None when there is no such field (any more)."""
    found = find_item(offer, change.subject)
    if change.field == "choice" and isinstance(found, Line) and found.choice_group:
        group = (line for line in offer.lines if line.choice_group == found.choice_group)
        return next((line.key for line in group if line.selected), "")
    return changing.stated(offer, change)


def _unmoved(base: Offer, current: Offer, change: Change) -> bool:
    """Whether nothing moved that the change was asked in sight of."""
    watches = spec(change.field).watches
    fields = (change.field,) if watches is None else watches
    asks = [msgspec.structs.replace(change, field=field) for field in fields]
    return all(_stated(base, ask) == _stated(current, ask) for ask in asks)
