"""Many deals of one seller's, each with the whole cast at the table."""

from __future__ import annotations

import copy
import json
from itertools import count
from typing import Any

from sqlalchemy import select

from portal.access import DeskSession, System
from portal.commands.revision import import_quote
from portal.database.database import Database
from portal.intake.incoming import read_quote
from portal.storage import tables
from portal.storage.session import Transaction
from tests.cast import Seat, Table
from tests.quotes import current_quote, quote


class House:
    """`house.deal()` is a sent deal of its own; Rita and Mia are the same people at each."""

    def __init__(self, database: Database, first: Table | None = None) -> None:
        self.database = database
        self._first = first or Table(database)
        self._numbers = count(1)
        self._unused = [self._first]

    def deal(self, **changes: Any) -> Table:
        if self._unused and not changes:
            return self._unused.pop()
        table = copy.copy(self._first)
        table.cookies = dict(table.cookies)
        document = quote(external_id=f"CPQ-C{next(self._numbers)}", **changes)
        table.deal_id, seats = table._sent(document)
        table.bea, table.sol, table.vic = seats["bea"], seats["sol"], seats["vic"]
        table.rita, table.mia = (
            Seat(self.database, who.actor, table.deal_id) for who in (table.rita, table.mia)
        )
        return table

    def draft(self) -> Table:
        """A deal that was not sent; only Rita and Mia sit at it."""
        table = copy.copy(self._first)
        document = json.dumps(current_quote(external_id=f"CPQ-C{next(self._numbers)}")).encode()
        incoming = read_quote(document, "quote.json", today=self.database.clock().date(), zone="UTC")
        imported = self.database.write_now(
            lambda work: import_quote.import_quote(work, System("cli"), incoming)
        )
        table.deal_id = imported.deal
        table.rita, table.mia = (
            Seat(self.database, who.actor, imported.deal) for who in (table.rita, table.mia)
        )
        return table

    def external_id(self, transaction: Transaction, deal_id: str) -> str:
        """What the quote of a deal was called."""
        deal = tables.deal.c
        found = transaction.connection.scalar(select(deal.external_id).where(deal.id == deal_id))
        assert found is not None
        return found


def cookie(table: Table, who: Seat) -> dict[str, str]:
    """The cookies of somebody's browser."""
    if isinstance(who.actor, DeskSession):
        name = "rita" if who.actor == table.rita.actor else "mia"
        return {"parley_desk": table.cookies[name]}
    return {"parley_buyer": table.cookies[who.contact_id]}
