"""Open counteroffers as rows. No two of them ask for the same field: the newer ask has overtaken the older."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select, update

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.storage import tables
from portal.storage.session import Transaction

_changes = msgspec.json.Decoder(tuple[Change, ...])


def open_asks(transaction: Transaction, deal_id: str) -> list[Counteroffer]:
    """The deal's open counteroffers, oldest first."""
    ask = tables.counteroffer
    rows = transaction.connection.execute(
        select(ask.c.id, ask.c.base_revision, ask.c.changes, ask.c.package)
        .where(ask.c.deal_id == deal_id, ask.c.state == "open")
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
    """Take what is asked anew out of older asks; the ids of those that end by it. A package ends as a whole."""
    asked_anew = {change.id for change in changes}
    replaced = []
    for older in open_asks(work, deal.id):
        left = tuple(change for change in older.changes if change.id not in asked_anew)
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
