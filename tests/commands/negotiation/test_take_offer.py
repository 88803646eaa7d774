"""Standing offers: published with the quote, taken whole in one step by a buyer, and bound from then on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from portal.commands.negotiation import compose
from portal.database.database import Database
from portal.domain.change.standing_offer import holds
from portal.errors import Conflict, Invalid, NotAllowed
from portal.reading.deal_page import deal_page
from tests.cast import Seat, Table
from tests.commands.streams import events, verify
from tests.quotes import quote

VOLUME = {
    "key": "volume",
    "label": "Five presses, paid early",
    "when": [
        {"line": "press", "min_quantity": "5"},
        {"term": "payment", "value": "14 days net"},
        {"line": "training", "selected": True},
    ],
    "then": [{"line": "press", "discount_percent": "4"}, {"line": "install", "unit_price": "140"}],
}


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database, quote(standing_offers=[VOLUME]))


def takes(seat: Seat, offer: str = "volume", **options: Any) -> Any:
    return seat.does(
        compose.take_offer, offer=offer, revision=options.pop("revision", seat.deal.revision), **options
    )


def test_it_applies_conditions_and_consequences_as_one_revision(table: Table) -> None:
    published = takes(table.bea)
    offer, [standing] = table.bea.offer, table.bea.offer.standing_offers
    press, install = offer.line("press"), offer.line("install")
    assert press is not None
    assert install is not None
    assert published.revision == 2
    assert standing.taken
    assert all(holds(offer, condition) for condition in standing.when)
    # Five cost 17,900.00 each by the breaks, less four percent.
    assert (press.quantity, press.net_unit_price) == (Decimal(5), Decimal("17184"))
    assert (install.net_unit_price, install.quantity) == (Decimal(140), Decimal(40))
    for line in (press, install):
        assert sum(step.amount for step in line.why) == line.net_unit_price
        assert line.why[-1].label == "Five presses, paid early"
    body = events(table, "buyer")[-1].body
    assert (body.signed, body.standing_offer) == ("offer", "Five presses, paid early")
    assert {"line:press", "line:install", "line:training", "term:payment"} <= set(body.changed)
    verify(table)


def test_what_was_shown_is_what_it_comes_to(table: Table) -> None:
    [shown] = table.database.read_now(lambda t: deal_page.load(t, table.bea.deal)).whole.standing
    before = table.bea.revision.totals
    takes(table.bea)
    after = table.bea.revision.totals
    assert (shown.after, shown.gap) == (after, after.contract.net - before.contract.net)


def test_it_is_taken_once_and_of_the_revision_that_was_seen(table: Table) -> None:
    table.rita.edits("press", unit_price="18000")
    table.rita.edits("delivery", value="Week 13")
    table.rita.publishes()
    with pytest.raises(Conflict, match="Hydraulic press HP-40, Delivery changed"):
        takes(table.bea, revision=1)
    assert table.bea.deal.revision == 2
    takes(table.bea)
    for offer, why in (("volume", "is used already"), ("ghost", "no longer made")):
        with pytest.raises(Invalid) as refused:
            takes(table.sol, offer)
        assert why in refused.value.problems[0].message


def test_the_same_key_takes_it_once(table: Table) -> None:
    assert takes(table.bea, revision=1, key="k") == takes(table.bea, revision=1, key="k")


def test_a_viewer_can_not_take_it(table: Table) -> None:
    with pytest.raises(NotAllowed):
        takes(table.vic)


def test_its_conditions_bind_later_choices(table: Table) -> None:
    takes(table.bea)
    with pytest.raises(Invalid, match="was used on this condition"):
        table.bea.ticks("training", "false")
    table.bea.ticks("panel-touch", field="choice")
    # Asked for in a counteroffer it goes to a person, though the offer prices the option.
    table.bea.asks(table.bea.change("training", "selected", "false"))
    assert table.bea.deal.revision == 3
    table.rita.publishes("decline")


def test_a_better_price_stays(table: Table) -> None:
    table.rita.edits("press", unit_price="17000")
    table.rita.edits("install", unit_price="100")
    table.rita.publishes()
    takes(table.bea)
    press, install = table.bea.offer.line("press"), table.bea.offer.line("install")
    # Negotiated: the breaks no longer move it, and four percent come off it.
    assert press is not None
    assert press.net_unit_price == Decimal("16320")
    assert install is not None
    assert install.net_unit_price == Decimal(100)
