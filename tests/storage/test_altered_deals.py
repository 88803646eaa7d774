"""Whatever is altered in a stored deal is named by `portal verify`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from portal.database.database import Database
from portal.storage import tables
from tests.cast import Table
from tests.storage.test_documents import tamper, verdict


@pytest.fixture
def table(tmp_path: Path, opened: Callable[[str], Database]) -> Table:
    return Table(opened("sqlite"))


def accepted(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.rita.notes("Fine with me.")
    table.rita.publishes("accept")
    table.bea.proposes("install", quantity="30")
    table.sol.accepts()


# One alteration of each stored column that the ledger says something of, and what `portal verify` calls it.
ALTERATIONS = [
    (tables.revision, "document", b"{}", "revision 1 was changed"),
    (tables.revision, "digest", "0" * 64, "revision 1 was changed"),
    (tables.revision, "published_by", "rep:somebody-else", "revision 1 was not published when or by whom"),
    (tables.revision, "published_at", datetime(2020, 1, 1, tzinfo=UTC), "revision 1 was not published when"),
    (tables.event, "kind", "viewed", "is stored as viewed for table and is"),
    (tables.event, "audience", "buyer", "in the seller's ledger"),
    (tables.event, "actor", "rep:somebody-else", "does not follow"),
    (tables.event, "at", datetime(2020, 1, 1, tzinfo=UTC), "does not follow"),
    (tables.event, "personal", b'{"note":"I never said that."}', "the text of event"),
    (tables.deal, "revision", 1, "the deal names revision 1 and the newest is 2"),
    (tables.deal, "digest", "0" * 64, "the deal names revision 2"),
    (tables.deal, "state", "declined", "the deal is stored as declined and is accepted"),
    (tables.counteroffer, "changes", b"[]", "the counteroffer of event"),
    (
        tables.counteroffer,
        "changes",
        b'[{"subject":"line:press","field":"unit_price","value":"1"}]',
        "the counteroffer of event",
    ),
    (tables.counteroffer, "base_revision", 2, "the counteroffer of event"),
    (tables.counteroffer, "package", True, "the counteroffer of event"),
    (tables.counteroffer, "made_at", datetime(2020, 1, 1, tzinfo=UTC), "the counteroffer of event"),
    (tables.acceptance, "revision", 1, "the acceptance names a revision 1"),
    (tables.acceptance, "digest", "0" * 64, "the acceptance names a revision 2"),
    (tables.acceptance, "evidence", b"{}", "the evidence of the acceptance was changed"),
    (tables.acceptance, "at", datetime(2020, 1, 1, tzinfo=UTC), "the acceptance was not made when"),
    (tables.order, "revision", 1, "the order names a revision 1"),
    (tables.order, "digest", "0" * 64, "the order names a revision 2"),
    (tables.order, "number", "O-2026-9999", "the order O-2026-9999 was changed"),
    (tables.order, "total", 1, "the order O-2026-0001 was changed"),
    (tables.order, "currency", "DKK", "was changed"),
    (tables.order, "created_at", datetime(2020, 1, 1, tzinfo=UTC), "was changed"),
    (tables.order, "document", b"{}", "the order was changed"),
    (tables.work_order, "document", b"{}", "the work order"),
    (tables.work_order, "fulfilment", "elsewhere", "the work order"),
]


ID = {"deal": "id"} | dict.fromkeys(("revision", "event", "counteroffer", "acceptance", "order_"), "deal_id")


@pytest.mark.parametrize(("where", "column", "value", "said"), ALTERATIONS)
def test_whatever_is_altered_is_named(
    table: Table, where: Any, column: str, value: object, said: str
) -> None:
    accepted(table)
    assert verdict(table).broken is None
    mine = (
        where.c.kind == "accounting"
        if where is tables.work_order
        else where.c[ID[where.name]] == table.deal_id
    )
    if where is tables.event:
        mine &= where.c.kind == "counteroffer"
    tamper(table, update(where).where(mine).values({column: value}))
    broken = verdict(table).broken
    assert said in (broken or ""), broken


@pytest.mark.parametrize("where", [tables.revision, tables.acceptance, tables.order])
def test_whatever_is_gone_is_named(table: Table, where: Any) -> None:
    accepted(table)
    if where is tables.order:
        tamper(table, update(tables.outbox).values(work_order_id=None))
        tamper(table, tables.work_order.delete())
    tamper(table, where.delete().where(where.c.deal_id == table.deal_id))
    assert "is missing" in (verdict(table).broken or "")


def test_a_request_that_a_newer_one_took_over_is_intact(table: Table) -> None:
    price, quantity = (
        table.bea.change("press", "unit_price", "17000"),
        table.bea.change("press", "quantity", "3"),
    )
    table.bea.asks(price, quantity)
    table.bea.proposes("press", unit_price="17200")
    assert verdict(table).broken is None
