"""The events that move a settlement board, as the fold over them takes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.domain.ledger import event_kinds, ledger, rounds
from portal.domain.ledger.board import Consent
from portal.domain.ledger.rounds import BoardEvent
from portal.storage import tables
from portal.storage.session import Transaction

# What moves a board; every other event leaves it as it is.
_MOVING = event_kinds.names(lambda kind: kind.moves_board)


def load(transaction: Transaction, deal_id: str) -> list[BoardEvent]:
    """All of them, oldest first."""
    return _events(_rows(transaction, deal_id, _MOVING))


def load_consents(transaction: Transaction, deal_id: str, published: Sequence[Any]) -> Mapping[str, Consent]:
    """What the buyer has agreed to and still holds, by subject. `published`: the rows that published revisions."""
    said = _rows(transaction, deal_id, ("lines_agreed", "counteroffer"))
    if not published or all(row.kind != "lines_agreed" for row in said):
        return {}
    return rounds.negotiation_state(_events(sorted([*published, *said], key=lambda row: row.seq))).consents


def _rows(transaction: Transaction, deal_id: str, kinds: Sequence[str]) -> Sequence[Any]:
    event = tables.event
    columns = (event.c.seq, event.c.kind, event.c.actor, event.c.at, event.c.body, event.c.personal)
    rows = transaction.connection.execute(
        select(*columns).where(event.c.deal_id == deal_id, tables.kind_is(*kinds))
    )
    return tables.sort_by_seq(rows)


def _events(rows: Iterable[Any]) -> list[BoardEvent]:
    bodies = ((row, ledger.decode_body(row.body, row.personal)) for row in rows)
    return [BoardEvent(body=body, actor=row.actor, at=row.at) for row, body in bodies]
