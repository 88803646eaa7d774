"""A new quote for an open deal is merged with what was negotiated, and passes the gate."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal.access import System
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.revision import decide_approval
from portal.commands.revision.import_quote import Imported, import_quote
from portal.commands.revision.requote import Undecided
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.requote.merge import Decision
from portal.intake.incoming import IncomingQuote, read_quote
from portal.storage import documents, private_documents, tables
from tests.cast import Table, quote

CLI = System("cli")


def requoted(
    table: Table,
    document: Mapping[str, Any],
    *,
    decided: Mapping[str, Decision] | None = None,
    approved: bool = False,
) -> Imported:
    incoming = read(document)
    return table.database.write_now(
        lambda work: import_quote(work, CLI, incoming, requote=True, decided=decided, approved=approved)
    )


def read(document: Mapping[str, Any]) -> IncomingQuote:
    return read_quote(
        json.dumps(document).encode(), "q.json", today=date(2026, 11, 23), zone="Europe/Copenhagen"
    )


def changed(path: str, **fields: Any) -> dict[str, Any]:
    """The quote with other fields in one of its parts, "lines/press"."""
    document = quote()
    kind, _, key = path.partition("/")
    document[kind] = [each | fields if each.get("key") == key else each for each in document[kind]]
    return document


def offered(table: Table) -> Offer:
    number = table.rita.deal.revision
    return table.database.read_now(lambda t: documents.read_revision(t, table.deal_id, number)).offer


def private(table: Table) -> PrivateFigures:
    number = table.rita.deal.revision
    return table.database.read_now(lambda t: private_documents.read_private_figures(t, table.deal_id, number))


def test_only_what_the_quote_changed_is_changed(table: Table) -> None:
    table.bea.proposes("install", quantity="30")
    table.rita.publishes("accept")
    table.bea.ticks("training")
    made = requoted(table, changed("lines/press", description="Another description"))
    offer = offered(table)
    assert made.revision == table.rita.deal.revision
    assert offer.line("press").description == "Another description"
    assert (offer.line("install").quantity, offer.line("training").selected) == (Decimal(30), True)


def test_what_both_sides_changed_is_decided_first(table: Table) -> None:
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    new = changed("lines/press", unit_price="18900.00", why=[])
    with pytest.raises(Undecided) as refused:
        requoted(table, new)
    (clash,) = refused.value.clashes
    assert (clash.id, clash.base, clash.current, clash.new) == (
        "line:press:net_unit_price",
        Decimal(18450),
        Decimal(18000),
        Decimal(18900),
    )
    assert table.rita.deal.revision == 2, "nothing is published until then"
    requoted(table, new, decided={clash.id: "keep"})
    assert offered(table).line("press").unit_price == Decimal(18000)


def test_the_quote_s_price_is_taken_where_somebody_says_so(table: Table) -> None:
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    requoted(
        table,
        changed("lines/press", unit_price="18900.00", why=[]),
        decided={"line:press:net_unit_price": "take"},
    )
    assert offered(table).line("press").unit_price == Decimal(18900)


def test_what_was_asked_and_given_is_not_taken_away_in_silence(table: Table) -> None:
    table.bea.proposes("install", quantity="30")
    table.rita.publishes("accept")
    with pytest.raises(Undecided):
        requoted(table, changed("lines/install", quantity="50"))


def test_below_the_floor_it_waits_for_a_manager(table: Table) -> None:
    before = private(table)
    assert before.lines["press"].unit_cost is not None
    cheap = changed("lines/press", unit_price="15000.00", why=[], private={})
    made = requoted(table, cheap)
    assert (made.revision, table.rita.deal.revision) == (0, 1)
    assert made.approval
    published = table.mia.does(decide_approval.decide_approval, made.approval, granted=True)
    assert (published.revision, offered(table).line("press").unit_price) == (2, Decimal(15000))
    # What the file does not say about private figures stays.
    assert private(table) == before


def test_prices_that_were_approved_upstream_count_as_signed_by_a_manager(table: Table) -> None:
    made = requoted(table, changed("lines/press", unit_price="15000.00", why=[]), approved=True)
    assert made.revision == 2
    signed = table.database.read_now(
        lambda t: t.connection.execute(
            select(tables.revision.c.signed_by).where(tables.revision.c.number == 2)
        ).scalar()
    )
    assert signed == "manager"


def test_of_two_floors_the_higher_holds_unless_a_manager_signs(table: Table) -> None:
    floor = private(table).lines["press"].floor_unit_price
    lower = changed("lines/press", description="x", private={"floor_unit_price": "1.00"})
    requoted(table, lower)
    assert private(table).lines["press"].floor_unit_price == floor
    again = changed("lines/press", description="y", private={"floor_unit_price": "1.00"})
    requoted(table, again, approved=True)
    assert private(table).lines["press"].floor_unit_price == Decimal(1)


def test_a_first_sending_below_the_floor_waits_too(table: Table) -> None:
    document = read(changed("lines/press", unit_price="15000.00", why=[]) | {"external_id": "CPQ-below"})

    def run(work: Any) -> tuple[str, str | None]:
        imported = import_quote(work, CLI, document)
        return imported.deal, send_proposal(work, CLI, imported.deal).approval

    deal_id, approval = table.database.write_now(run)
    assert approval
    state = select(tables.deal.c.state).where(tables.deal.c.id == deal_id)
    assert table.database.read_now(lambda t: t.connection.execute(state).scalar()) == "draft"
    sent = table.database.write_now(
        lambda work: decide_approval.decide_approval(work, table.mia.actor, deal_id, approval, granted=True)
    )
    assert sent.revision == 1
    assert table.database.read_now(lambda t: t.connection.execute(state).scalar()) == "open"
