"""Options, choices and if-you-then offers: put together in the draft, sent once as one revision, and told to everybody."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from portal.commands.negotiation import draft_counteroffer
from portal.database.database import Database
from portal.domain.change.change import Change
from portal.domain.deal.mail import Mail
from portal.errors import Conflict, Invalid
from portal.storage import tables
from tests.cast import Seat, Table
from tests.commands.streams import events, verify
from tests.quotes import quote

EARLY = {
    "key": "early",
    "label": "Paid early",
    "when": [{"term": "payment", "value": "14 days net"}],
    "then": [{"line": "install", "unit_price": "140"}],
}
TRAINED = {
    "key": "trained",
    "label": "With training",
    "when": [{"line": "training", "selected": True}],
    "then": [{"line": "press", "discount_percent": "3"}],
}
USE_EARLY = Change(subject="standing:early", field="use", value="true")
USE_TRAINED = Change(subject="standing:trained", field="use", value="true")


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database, quote(standing_offers=[EARLY, TRAINED]))


def mails(table: Table, template: str) -> dict[str, dict[str, str]]:
    """What stands in the outbox, by addressee."""
    query = select(tables.outbox.c.payload).where(tables.outbox.c.transport == "mail")
    stored = table.database.read_now(lambda t: t.connection.execute(query).scalars().all())
    found = [msgspec.json.decode(each, type=Mail) for each in stored]
    return {each.to_email.partition("@")[0]: each.context for each in found if each.template == template}


def drafted(seat: Seat) -> tuple[str, ...]:
    draft: Any = seat.database.read_now(lambda t: draft_counteroffer.draft_of(t, seat.deal))
    return tuple(change.id for change in draft.changes)


def test_all_of_it_is_one_revision_and_one_event(table: Table) -> None:
    before = len(events(table, "buyer"))
    touch = table.bea.change("panel-touch", "choice", "true")
    training = table.bea.change("training", "selected", "true")
    published = table.bea.composes(touch, training, USE_EARLY, USE_TRAINED)
    assert published.revision == table.bea.deal.revision == 2
    told = events(table, "buyer")[before:]
    assert [each.body.standing_offer for each in told] == ["Paid early, With training"]
    offer = table.bea.offer
    assert [line.key for line in offer.lines if line.selected and (line.optional or line.choice_group)] == [
        "training",
        "panel-touch",
    ]
    assert all(each.taken for each in offer.standing_offers)
    verify(table)


def test_the_seller_and_the_other_contacts_are_told(table: Table) -> None:
    table.bea.composes(USE_EARLY)
    to_seller = mails(table, "seller_notice")["rita"]
    assert (to_seller["happened"], to_seller["who"], to_seller["offers"]) == (
        "composed",
        "Bea Lund",
        "Paid early",
    )
    to_buyers = mails(table, "new_answer")
    assert "sol" in to_buyers
    assert not {"bea", "vic"} & {*to_buyers}
    assert (to_buyers["sol"]["who"], to_buyers["sol"]["revision"]) == ("Bea Lund", "2")


def test_a_composition_of_a_replaced_revision_says_what_changed(table: Table) -> None:
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    with pytest.raises(Conflict, match="Hydraulic press HP-40 changed"):
        table.bea.composes(USE_EARLY, revision=1)
    assert table.bea.deal.revision == 2


def test_what_is_sent_leaves_the_draft_and_the_rest_stays(table: Table) -> None:
    price = table.bea.change("press", "unit_price", "17200")
    table.bea.does(draft_counteroffer.put_changes, changes=[price, USE_EARLY])
    table.bea.composes(USE_EARLY)
    assert drafted(table.bea) == ("line:press:unit_price",)


def test_an_offer_and_what_its_condition_excludes_do_not_go_together(table: Table) -> None:
    table.bea.ticks("training")
    without = table.bea.change("training", "selected", "false")
    with pytest.raises(Invalid) as refused:
        table.bea.composes(USE_TRAINED, without)
    assert "does not go together" in refused.value.problems[0].message
    with pytest.raises(Invalid):
        table.bea.does(draft_counteroffer.put_changes, changes=[USE_TRAINED, without])
    assert table.bea.deal.revision == 2


def test_in_a_counteroffer_an_offer_waits_for_the_same_answer(table: Table) -> None:
    price = table.bea.change("press", "unit_price", "17200")
    table.bea.asks(price, USE_EARLY, package=True)
    assert table.bea.deal.revision == 1
    table.rita.publishes("accept")
    install = table.bea.offer.line("install")
    assert install is not None
    assert install.net_unit_price == 140
    verify(table)
