"""The same quote is one deal; another content is refused, or becomes the next revision when that is asked for."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from portal.access import System
from portal.commands.revision import import_quote
from portal.domain.deal.mail import Mail
from portal.errors import Conflict, NotAllowed
from portal.storage import tables
from tests.cast import Table, read_quote
from tests.commands.streams import events, verify
from tests.quotes import quote

CLI = System("cli")


def takes_in(table: Table, document: dict[str, Any], *, requote: bool = False) -> import_quote.Imported:
    today = table.database.clock().date()
    incoming = read_quote(json.dumps(document).encode(), "quote.json", today=today, zone="Europe/Copenhagen")
    return table.database.write_now(
        lambda work: import_quote.import_quote(work, CLI, incoming, requote=requote)
    )


def dearer(**changes: Any) -> dict[str, Any]:
    document = quote(**changes)
    document["lines"][1]["unit_price"] = "165.00"
    return document


def test_the_same_quote_is_the_same_deal(table: Table) -> None:
    again = takes_in(table, quote())
    assert (again.deal, again.created, again.revision) == (table.deal_id, False, 0)
    assert table.bea.deal.revision == 1


def test_other_content_is_refused_and_changes_nothing(table: Table) -> None:
    with pytest.raises(Conflict, match="--requote"):
        takes_in(table, dearer())
    assert table.bea.deal.revision == 1


def test_a_requote_is_the_next_revision(table: Table) -> None:
    taken = takes_in(table, dearer(), requote=True)
    assert (taken.deal, taken.revision) == (table.deal_id, 2)
    assert str(table.bea.offer.line("install").unit_price) == "165.000000"
    assert events(table, "buyer")[-1].body.changed == ("line:install",)
    assert takes_in(table, dearer()).revision == 0
    verify(table)


def test_whoever_is_new_in_a_requote_is_told_of_it_too(table: Table) -> None:
    document = dearer()
    document["buyer"]["contacts"].append(
        {"name": "Nora New", "email": "nora@kestrel.example", "role": "signer"}
    )
    takes_in(table, document, requote=True)
    box = tables.outbox.c
    payloads = table.database.read_now(
        lambda t: t.connection.execute(select(box.payload).where(box.transport == "mail")).scalars().all()
    )
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    assert "new_answer" in [mail.template for mail in mails if mail.to_email == "nora@kestrel.example"]


def test_a_requote_in_another_currency_is_refused(table: Table) -> None:
    with pytest.raises(Conflict, match="currency"):
        takes_in(table, dearer(currency="SEK"), requote=True)


def test_a_closed_deal_takes_no_requote(table: Table) -> None:
    table.sol.accepts()
    with pytest.raises(NotAllowed, match="accepted"):
        takes_in(table, dearer(), requote=True)


def test_a_draft_is_replaced_and_its_contacts_get_their_new_role(table: Table) -> None:
    first = takes_in(table, quote(external_id="CPQ-3"))
    document = dearer(external_id="CPQ-3")
    document["buyer"]["contacts"][0]["role"] = "signer"
    assert takes_in(table, document, requote=True).deal == first.deal
    contact = tables.contact
    roles = table.database.read_now(
        lambda t: (
            t.connection.execute(select(contact.c.role).where(contact.c.deal_id == first.deal))
            .scalars()
            .all()
        )
    )
    assert sorted(roles) == ["signer", "signer", "viewer"]


def test_an_offer_without_a_seller_is_the_installations(table: Table) -> None:
    named = update(tables.installation).values(seller_name="Kestrel Machines A/S")
    table.database.write_now(lambda work: work.connection.execute(named) and None)
    taken = takes_in(table, quote(external_id="CPQ-4", seller={}))
    stored = table.database.read_now(
        lambda t: t.connection.execute(
            select(tables.draft.c.document).where(tables.draft.c.deal_id == taken.deal)
        ).scalar_one()
    )
    assert b'"name":"Kestrel Machines A/S"' in stored
