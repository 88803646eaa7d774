"""An earlier revision is offered again in one step, whether the deal is open or was closed."""

from datetime import date
from typing import Any

import pytest

from portal.commands.deal import expire_deals, offer_again
from portal.commands.negotiation import open_asks
from portal.commands.revision import decide_approval, take_back_revision
from portal.errors import Conflict, Invalid, NotAllowed
from portal.reading.deal_page import deal_page
from portal.storage import private_documents
from tests.cast import Clock, Seat, Table
from tests.commands.streams import events, verify

UNTIL = date(2027, 3, 31)


def again(seat: Seat, revision: int = 1, valid_until: date = UNTIL, **options: Any) -> Any:
    return seat.does(offer_again.offer_again, revision=revision, valid_until=valid_until, **options)


def dearer(table: Table) -> None:
    table.rita.edits("press", unit_price="19000")
    table.rita.publishes()


def test_the_first_one_after_all(table: Table, clock: Clock) -> None:
    """Sent, requoted dearer, expired; the buyer phones: we take the first one."""
    first = table.bea.offer
    dearer(table)
    clock.advance(days=20)
    table.database.write_now(expire_deals.expire_deals)
    published = again(table.rita)
    assert (published.revision, table.bea.deal.state) == (3, "open")
    assert (table.bea.offer.lines, table.bea.offer.terms) == (first.lines, first.terms)
    assert table.bea.offer.valid_until == UNTIL
    facts = [each.body for each in events(table, "buyer") if each.kind in ("reopened", "revision")]
    assert [each.kind for each in facts] == ["revision", "reopened", "revision"]
    assert (facts[-1].again, facts[-1].changed) == (1, ("line:press",))
    page = table.database.read_now(lambda t: deal_page.load(t, table.bea.deal))
    assert [each.again for each in page.history] == [1, 0, 0]
    assert table.sol.accepts().revision == 3
    verify(table)


@pytest.mark.parametrize("how", ["open", "declined", "withdrawn", "expired"])
def test_whether_it_is_open_or_closed(table: Table, clock: Clock, how: str) -> None:
    dearer(table)
    if how == "declined":
        table.bea.declines()
    elif how == "withdrawn":
        table.rita.withdraws()
    elif how == "expired":
        clock.advance(days=20)
    assert table.bea.deal.state == how
    assert again(table.rita, key="k") == again(table.rita, key="k")
    assert (table.bea.deal.state, table.bea.deal.revision) == ("open", 3)
    assert str(table.bea.offer.lines[0].unit_price) == "18450.000000"


def test_open_requests_stay_open(table: Table) -> None:
    dearer(table)
    made = table.bea.proposes("press", unit_price="17000")
    again(table.rita)
    waiting = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    assert [ask.id for ask in waiting] == [made.counteroffer]


def test_what_can_not_be_offered_again_says_why(table: Table, clock: Clock) -> None:
    clock.advance(minutes=5)
    with pytest.raises(Conflict, match="before revision 1"):
        again(table.rita)
    dearer(table)
    with pytest.raises(Conflict, match="before revision 2"):
        again(table.rita, 2)
    with pytest.raises(Invalid, match="has passed already"):
        again(table.rita, valid_until=date(2026, 1, 1))
    with pytest.raises(NotAllowed, match="Only the seller"):
        again(table.bea)
    table.rita.does(take_back_revision.take_back_revision, revision=2)
    with pytest.raises(Conflict, match="Revision 2 was taken back"):
        again(table.rita, 2)
    table.sol.accepts()
    with pytest.raises(NotAllowed, match="was accepted"):
        again(table.rita)


def test_todays_floor_holds(table: Table) -> None:
    """Approved once by a manager is not approved for ever."""
    table.bea.proposes("press", unit_price="15000")
    table.mia.publishes("accept")
    dearer(table)
    waits = again(table.rita, 2).approval
    assert waits
    assert table.mia.does(decide_approval.decide_approval, waits, granted=True).revision == 4
    kept = [
        table.database.read_now(
            lambda t, n=number: private_documents.read_private_figures(t, table.deal_id, n)
        )
        for number in (1, 4)
    ]
    assert kept[0] == kept[1]
