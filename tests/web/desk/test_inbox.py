"""The rep's inbox: a row per deal, who waits longest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from lxml import html
from sqlalchemy import update

from portal.commands.deal import record_view
from portal.commands.negotiation import open_asks, withdraw_counteroffer
from portal.reading.deal_page import turn
from portal.reading.desk import inbox, insights
from portal.reading.desk.inbox_row import TABS, InboxRow, View
from portal.storage import documents, tables
from tests.cast import Seat, Table
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site

PRESSES = "Two HP-40 presses for the Odense line, Oakum Foods"
RIVAL = "One HP-20 press, Havn ApS"


def names(page: str) -> list[str]:
    return html.fromstring(page).xpath('//section[@aria-label="Inbox"]//*[@role="row"]/@aria-label')


def text_of(page: str, name: str) -> str:
    found = html.fromstring(page).xpath(f'//*[@role="row"][@aria-label="{name}"]')[0]
    return " ".join(found.text_content().split())


def read(site: Site, query: Callable[..., InboxRow | None], *arguments: object) -> InboxRow | None:
    return site.database.read_now(lambda transaction: query(transaction, *arguments))


def view_of(seat: Seat, **query: str) -> View:
    return View.of(seat.deal.actor.removeprefix("rep:"), query)


def test_the_inbox_has_a_row_for_every_deal(site: Site, table: Table) -> None:
    page = site.browser(table.rita).get("/desk").text
    assert sorted(names(page)) == sorted([RIVAL, PRESSES])
    assert html.fromstring(page).xpath('//nav[@aria-label="Desk"]//*[@aria-current]/@href') == ["/desk"]


def test_nobody_gets_in_without_a_session_and_no_buyer_does(site: Site, table: Table) -> None:
    assert site.browser().get("/desk").status_code == 401
    assert site.browser(table.bea).get("/desk").status_code == 401
    assert PRESSES not in site.browser(table.bea).get("/desk").text


def test_who_waits_for_the_seller_comes_first_and_longest_first(site: Site, table: Table) -> None:
    rep = site.browser(table.rita)
    table.ravn.says("Is the press in stock?")
    assert names(rep.get("/desk").text) == [RIVAL, PRESSES]
    table.bea.proposes("press", unit_price="17200")
    site.database.write_now(
        lambda work: work.connection.execute(
            update(tables.counteroffer).values(made_at=work.now - timedelta(hours=3))
        )
    )
    assert names(rep.get("/desk").text) == [PRESSES, RIVAL]


def test_a_row_says_what_is_asked_and_what_it_costs(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    row = text_of(site.browser(table.rita).get("/desk").text, PRESSES)
    # Two presses at 1,250.00 less, counted over the whole contract.
    assert "Counteroffer: 1 change, less by −2,500.00" in row
    assert "Your turn" in row


def test_talk_of_the_sellers_does_not_hide_an_open_ask(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.rita.says("Let me look at it.")
    assert "Counteroffer: 1 change" in text_of(site.browser(table.rita).get("/desk").text, PRESSES)


def test_a_question_names_its_line(site: Site, table: Table) -> None:
    table.bea.says("Which voltage?", anchor="line:press")
    row = text_of(site.browser(table.rita).get("/desk").text, PRESSES)
    assert "Question on Hydraulic press HP-40" in row
    assert "Which voltage?" in row


def test_what_a_buyer_writes_is_text_and_never_markup(site: Site, table: Table) -> None:
    table.bea.says('<hx-partial hx-target="body">gone</hx-partial>')
    page = site.browser(table.rita).get("/desk").text
    assert "<hx-partial" not in page
    assert "&lt;hx-partial" in page


def test_notes_are_nothing_to_tell(site: Site, table: Table) -> None:
    table.rita.notes("They have a competing offer.")
    assert "competing" not in site.browser(table.rita).get("/desk").text


def test_tabs_narrow_and_count(site: Site, table: Table) -> None:
    rep = site.browser(table.rita)
    table.bea.says("Hello?")
    assert names(rep.get("/desk?tab=needs").text) == [PRESSES]
    assert names(rep.get("/desk?tab=waiting").text) == [RIVAL]
    table.sol.accepts()
    page = rep.get("/desk?tab=won").text
    assert names(page) == [PRESSES]
    counts = {
        tab: html.fromstring(page).xpath(f'//*[@id="tab-{tab}"]/span')[0].text_content() for tab in TABS
    }
    assert counts == {"all": "2", "needs": "0", "waiting": "1", "closing": "0", "won": "1", "lost": "0"}


def test_a_buyer_who_writes_after_the_end_is_not_forgotten(site: Site, table: Table) -> None:
    table.sol.accepts()
    table.bea.says("When does it arrive?")
    assert names(site.browser(table.rita).get("/desk?tab=needs").text) == [PRESSES]


def test_what_the_clock_has_ended_is_lost_before_the_sweeper_came(site: Site, table: Table) -> None:
    ended = update(tables.deal).where(tables.deal.c.id == table.deal_id)
    site.database.write_now(
        lambda work: work.connection.execute(ended.values(valid_until=work.now - timedelta(seconds=1)))
    )
    rep = site.browser(table.rita)
    assert names(rep.get("/desk?tab=lost").text) == [PRESSES]
    assert names(rep.get("/desk?tab=waiting").text) == [RIVAL]


def test_mine_is_what_i_own_and_what_nobody_owns(site: Site, table: Table) -> None:
    unowned = update(tables.deal).where(tables.deal.c.id == table.rival_deal_id)
    site.database.write_now(lambda work: work.connection.execute(unowned.values(owner_id=None)))
    assert sorted(names(site.browser(table.rita).get("/desk?whose=mine").text)) == sorted([RIVAL, PRESSES])
    assert names(site.browser(table.mia).get("/desk?whose=mine").text) == [RIVAL]
    assert len(names(site.browser(table.mia).get("/desk").text)) == 2


def test_searching_finds_by_title_company_and_number(site: Site, table: Table) -> None:
    rep = site.browser(table.rita)
    assert names(rep.get("/desk?search=havn").text) == [RIVAL]
    assert names(rep.get("/desk?search=ODENSE").text) == [PRESSES]
    assert names(rep.get(f"/desk?search={table.rita.deal.number}").text) == [PRESSES]
    nothing = rep.get("/desk?search=100%25").text
    assert names(nothing) == []
    assert "100%" in html.fromstring(nothing).text_content()


def test_an_approval_that_waits_shows_on_the_row(site: Site, table: Table) -> None:
    table.rita.edits("press", unit_price="15000")
    table.rita.publishes()
    assert "Waiting for a manager" in text_of(site.browser(table.rita).get("/desk").text, PRESSES)


def test_a_row_by_itself_is_the_row_of_the_list(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    view = view_of(table.rita)
    listed = site.database.read_now(lambda transaction: inbox.rows(transaction, view))
    alone = read(site, inbox.row, table.deal_id, view)
    assert alone in listed
    assert read(site, inbox.row, table.deal_id, view_of(table.rita, tab="waiting")) is None
    assert read(site, inbox.row, "no-such-deal", view) is None


def test_orders_of_rows_ascend_on_the_page(site: Site, table: Table) -> None:
    table.ravn.says("Hello")
    table.sol.accepts()
    page = html.fromstring(site.browser(table.rita).get("/desk").text)
    orders = [int(order) for order in page.xpath('//*[@role="row"]/@data-order')]
    assert orders == sorted(orders)
    assert len(orders) == 2


def test_a_wait_is_counted_from_what_is_unanswered(site: Site, table: Table) -> None:
    """Neither what was withdrawn or replaced nor a look at the page begins or moves a wait."""
    view = view_of(table.rita)

    def since() -> datetime:
        found = read(site, inbox.row, table.deal_id, view)
        assert found is not None
        return found.since

    published = site.database.read_now(lambda t: documents.published_at(t, table.deal_id, 1))
    table.vic.does(record_view.record_view)
    assert since() == published
    first = table.bea.proposes("press", quantity="3").counteroffer
    asked = since()
    table.bea.proposes("press", quantity="4")
    replaced = since()
    assert published < asked < replaced
    table.bea.says("When could you deliver?")
    assert since() == replaced
    (second,) = site.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    assert second.id != first
    table.bea.does(withdraw_counteroffer.withdraw_counteroffer, second.id)
    question = since()
    assert question > replaced
    assert turn_of(site, table) == ("seller", question)
    third = table.bea.proposes("press", unit_price="17200").counteroffer
    table.rita.says("In week 12.")
    table.bea.does(withdraw_counteroffer.withdraw_counteroffer, third)
    assert turn_of(site, table) == ("buyer", None)
    assert since() == published


def turn_of(site: Site, table: Table) -> tuple[str, datetime | None]:
    found = site.database.read_now(lambda t: turn.heads(t, [table.deal_id]))[table.deal_id]
    waiting = turn.waiting(found, "buyer", "Kestrel Machines")
    return waiting.whose, waiting.since


def test_nothing_waits_after_the_only_ask_is_withdrawn(site: Site, table: Table) -> None:
    asked = table.bea.proposes("press", quantity="3").counteroffer
    table.bea.does(withdraw_counteroffer.withdraw_counteroffer, asked)
    assert turn_of(site, table) == ("buyer", None)
    assert "Sent to" not in page_of(site, table.bea).text("turn")


def test_won_counts_what_is_accepted_whoever_has_written_since(site: Site, table: Table) -> None:
    table.sol.accepts()
    for question in (False, True):
        if question:
            table.bea.says("When does it arrive?")
        view = view_of(table.rita, tab="won")
        found = site.database.read_now(lambda transaction, view=view: inbox.load(transaction, view))
        assert [row.deal_id for row in found.rows] == [table.deal_id]
        assert (found.counts["won"], found.counts["lost"], found.counts["all"]) == (1, 0, 2)
        states = {each.state: each.count for each in site.database.read_now(insights.load).states}
        assert states["accepted"] == found.counts["won"]
