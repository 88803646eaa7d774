"""The page before, brought up by frames, equals the page after: for every kind of event, both sides, every role."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from portal.access import System
from portal.commands.deal import ask_more_time, expire_deals, give_more_time, record_view, reopen
from portal.commands.negotiation import withdraw_counteroffer
from portal.commands.revision import import_quote
from portal.database.unit_of_work import UnitOfWork
from portal.intake.incoming import read_quote
from tests.cast import Seat, Table
from tests.quotes import current_quote
from tests.web.conftest import Site
from tests.web.page import Page, regions

Story = Callable[[Table], object]
PRESS = "line:press"


def talk(table: Table) -> None:
    table.bea.says("Is week 10 possible?")
    table.rita.says("It is. **Both** of them.")
    table.bea.says("And <b>this</b>?", anchor=PRESS)
    table.rita.says("Yes.", anchor="term:payment")
    table.sol.says("Good.")


def ask(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3")
    table.sol.proposes("payment", value="60 days net", package=True)


def ask_again(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3", package=True)
    table.bea.proposes("press", unit_price="17100")


def take_back(table: Table) -> None:
    made = table.bea.proposes("press", unit_price="17200")
    table.bea.does(withdraw_counteroffer.withdraw_counteroffer, made.counteroffer)


def answer(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.bea.proposes("payment", value="60 days net")
    table.rita.publishes(
        {"line:press:unit_price": "18000", "term:payment:value": "decline"}, note="Our best."
    )


def answer_twice(table: Table) -> None:
    answer(table)
    table.bea.proposes("install", quantity="32")
    table.rita.publishes("accept")


def edit(table: Table) -> None:
    table.rita.edits("care", unit_price="240")
    table.rita.edits("delivery", value="Week 10")
    table.rita.publishes()


def tick(table: Table) -> None:
    table.bea.ticks("training")
    table.bea.ticks("panel-touch", field="choice")


def requote(table: Table) -> None:
    document = current_quote()
    document["lines"] = [
        {"key": "crane", "name": "Crane", "quantity": "1", "unit_price": "950"},
        *document["lines"][1:],
    ]
    document["terms"] = document["terms"][:1]
    incoming = read_quote(
        json.dumps(document).encode(), "quote.json", today=datetime.now(UTC).date(), zone="UTC"
    )
    table.database.write_now(
        lambda work: import_quote.import_quote(work, table.mia.actor, incoming, requote=True)
    )


def requote_and_go_on(table: Table) -> None:
    requote(table)
    table.rita.edits("install", unit_price="150")
    table.rita.publishes()


def decline(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.bea.declines("Somebody else was faster.")


def withdraw(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.rita.withdraws("The press is sold.")


def withdraw_and_reopen(table: Table) -> None:
    withdraw(table)
    table.rita.does(reopen.reopen, valid_until=datetime.now(UTC).date() + timedelta(days=90))


def accept(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.sol.accepts()
    table.bea.says("When does it arrive?")


def more_time(table: Table) -> None:
    table.rita.does(give_more_time.give_more_time, valid_until=datetime.now(UTC).date() + timedelta(days=90))


STORIES: tuple[Story, ...] = (
    *(talk, ask, ask_again, take_back, answer, answer_twice, edit, tick, requote, requote_and_go_on),
    *(decline, withdraw, withdraw_and_reopen, accept, more_time),
)


def path_of(site: Site, who: Seat) -> str:
    desk = who in (site.table.rita, site.table.mia)
    return f"/desk/deals/{site.table.deal_id}" if desk else f"/deals/{site.table.deal_id}"


def open_page(site: Site, who: Seat) -> Page:
    answer = site.browser(who).get(path_of(site, who))
    assert answer.status_code == 200, answer.text[:500]
    return Page(answer.text)


def changes(site: Site, who: Seat, after: int) -> str:
    return site.browser(who).get(f"{path_of(site, who)}/changes?after={after}").text


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_page_and_its_frames_make_the_page_of_afterwards(site: Site, table: Table, story: Story) -> None:
    # Something to change: asks, answers and comments stand already.
    table.bea.says("Hello.", anchor=PRESS)
    table.bea.proposes("install", quantity="36")
    table.rita.publishes("decline")
    people = (table.vic, table.bea, table.sol, table.rita, table.mia)
    pages = [open_page(site, who) for who in people]
    story(table)
    for who, page in zip(people, pages, strict=True):
        page.take(changes(site, who, page.position))
        assert regions(page) == regions(open_page(site, who)), who.deal.role


@pytest.mark.parametrize("story", [talk, answer, requote, accept], ids=lambda story: story.__name__)
def test_frames_that_come_twice_change_nothing_more(site: Site, table: Table, story: Story) -> None:
    page = open_page(site, table.bea)
    story(table)
    content = changes(site, table.bea, page.position)
    page.take(content)
    page.take(content)
    assert regions(page) == regions(open_page(site, table.bea))


def test_expiry_is_told_by_the_sweeper_and_more_time_is_asked_and_given(
    site: Site, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, end = open_page(site, table.bea), table.bea.deal.valid_until
    monkeypatch.setattr(site.database, "clock", lambda: end + timedelta(hours=1))

    def give(work: UnitOfWork) -> object:
        later = end.date() + timedelta(days=7)
        return give_more_time.give_more_time(work, System("cli"), table.deal_id, valid_until=later)

    for step in (
        lambda: site.database.write_now(expire_deals.expire_deals),
        lambda: table.bea.does(ask_more_time.ask_more_time, body="Until Friday?"),
        lambda: site.database.write_now(give),
    ):
        before = table.bea.deal.position
        step()
        page.take(changes(site, table.bea, before))
        assert regions(page) == regions(open_page(site, table.bea))


def test_somebody_who_opens_the_page_is_seen_by_the_others(site: Site, table: Table) -> None:
    page = open_page(site, table.bea)
    table.sol.does(record_view.record_view)
    page.take(changes(site, table.bea, page.position))
    assert "Sol Iversen" in page.text("people")
    assert "last opened" in page.text("people")
    assert regions(page) == regions(open_page(site, table.bea))
