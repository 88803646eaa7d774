"""Open counteroffers as rows. No two of one person ask for the same: the newer ask has overtaken the older."""

from collections.abc import Callable, Collection, Sequence

import msgspec
from sqlalchemy import select, true, update

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger import rounds
from portal.storage import tables
from portal.storage.session import Transaction

_changes = msgspec.json.Decoder(tuple[Change, ...])


def open_asks(transaction: Transaction, deal_id: str, contact_id: str | None = None) -> list[Counteroffer]:
    """The deal's open counteroffers, or those of one contact, oldest first."""
    ask = tables.counteroffer
    rows = transaction.connection.execute(
        select(ask.c.id, ask.c.base_revision, ask.c.changes, ask.c.package)
        .where(ask.c.deal_id == deal_id, ask.c.state == "open")
        .where(true() if contact_id is None else ask.c.contact_id == contact_id)
        .order_by(ask.c.event_seq)
    )
    return [
        Counteroffer(
            id=row.id,
            base_revision=row.base_revision,
            changes=_changes.decode(row.changes),
            package=row.package,
        )
        for row in rows
    ]


def overtake(work: UnitOfWork, deal: Deal, changes: Sequence[Change]) -> tuple[str, ...]:
    """Take what is asked anew out of the person's older asks; the ids of those that end by it. A package ends as a whole."""
    own = open_asks(work, deal.id, deal.contact_id)
    return _keep(work, own, lambda ask: rounds.without(ask.changes, changes))


def ended_packages(transaction: Transaction, deal: Deal, changes: Sequence[Change]) -> set[str]:
    """The packages of the person's that asking this by itself would end."""
    own = (ask for ask in open_asks(transaction, deal.id, deal.contact_id) if ask.package)
    return {ask.id for ask in own if rounds.without(ask.changes, changes) != ask.changes}


def settle_choices(work: UnitOfWork, deal: Deal, changed: Collection[str]) -> None:
    """Take out of all asks what the buyers have now chosen by themselves. `changed`: subjects."""
    _keep(work, open_asks(work, deal.id), lambda ask: rounds.unchosen(ask, changed))


def _keep(
    work: UnitOfWork, asks: Sequence[Counteroffer], left_of: Callable[[Counteroffer], tuple[Change, ...]]
) -> tuple[str, ...]:
    replaced = []
    for older in asks:
        left = left_of(older)
        if len(left) == len(older.changes):
            continue
        if older.package or not left:
            replaced.append(older.id)
            set_state(work, [older.id], "replaced")
        else:
            ask = tables.counteroffer
            work.connection.execute(
                update(ask).where(ask.c.id == older.id).values(changes=msgspec.json.encode(left))
            )
    return tuple(replaced)


def set_state(work: UnitOfWork, ids: Sequence[str], state: str) -> None:
    """answered, withdrawn or replaced."""
    ask = tables.counteroffer
    work.connection.execute(update(ask).where(ask.c.id.in_(ids)).values(state=state))
