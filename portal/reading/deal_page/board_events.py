"""The events that move a settlement board, as the fold over them takes them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.domain.ledger import event_kinds, ledger
from portal.domain.ledger.rounds import BoardEvent
from portal.storage import tables
from portal.storage.session import Transaction

# What moves a board; every other event leaves it as it is.
_MOVING = event_kinds.names(lambda kind: kind.moves_board)


def load(transaction: Transaction, deal_id: str) -> list[BoardEvent]:
    """All of them, oldest first."""
    return [
        BoardEvent(body=ledger.decode_body(row.body, row.personal), actor=row.actor, at=row.at)
        for row in rows(transaction, deal_id)
    ]


def rows(transaction: Transaction, deal_id: str) -> Sequence[Any]:
    """The same as rows, with what people wrote."""
    event = tables.event
    return tables.sort_by_seq(
        transaction.connection.execute(
            select(
                event.c.seq, event.c.kind, event.c.actor, event.c.at, event.c.body, event.c.personal
            ).where(event.c.deal_id == deal_id, tables.kind_is(*_MOVING))
        )
    )
