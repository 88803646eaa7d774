"""A manager sees what was offered, asked and answered, changes values and notes, or refuses; the rep hears of it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import msgspec
import pytest
from sqlalchemy import select

from portal.access import System
from portal.commands.policy import set_guard_rail
from portal.domain.deal.mail import Mail
from portal.domain.policy.authority import Authority
from portal.storage import tables
from tests.cast import Table
from tests.commands.streams import events, verify
from tests.web.conftest import Browser, Site
from tests.web.desk_page import Page

PAGE = "/desk/approvals"


@pytest.fixture
def mia(site: Site, table: Table) -> Browser:
    return site.browser(table.mia)


@pytest.fixture
def waiting(table: Table) -> str:
    """The address that decides on a counter of 15,500, below the floor, and an ask that is declined."""
    table.bea.asks(
        table.bea.change("press", "unit_price", "15000"), table.bea.change("install", "quantity", "30")
    )
    answers = {"line:press:unit_price": "15500", "line:install:quantity": "decline"}
    asked = table.rita.publishes(answers, note="Our best.")
    assert asked.approval
    return f"/desk/deals/{table.deal_id}/approvals/{asked.approval}"


def mails(table: Table, template: str) -> list[Mail]:
    rows = table.database.read_now(
        lambda t: t.connection.execute(select(tables.outbox.c.payload)).scalars().all()
    )
    found = [msgspec.json.decode(row, type=Mail) for row in rows]
    return [mail for mail in found if mail.template == template]


def test_the_page_tells_offered_asked_answered_the_floor_and_why(mia: Browser, waiting: str) -> None:
    words = Page(mia.get(PAGE).text).words
    assert "Offered18,450.00 Asked15,000.00 Answered15,500.00 Floor15,919.13" in words
    assert "Installation: Quantity" in words
    assert "Answereddeclined" in words
    assert "Below floor: Hydraulic press HP-40 at 15,500.00, floor 15,919.13" in words
    assert "Margin" in words


def test_a_manager_changes_a_value_and_the_note_and_approves(
    mia: Browser, table: Table, waiting: str
) -> None:
    form = {
        "decision": "approve",
        "value:line:press:unit_price": "16,100.00",
        "buyers_note": "Our very best.",
        "note": "Not below the floor.",
    }
    assert mia.post(waiting, form).status_code == 303
    assert table.bea.offer.line("press").unit_price == Decimal(16100)
    told = events(table, "buyer")[-1]
    assert (told.actor, told.body.signed) == (table.mia.deal.actor, "rep")
    page = Page(table_page := mia.get(f"/desk/deals/{table.deal_id}").text)
    assert "by Mia" in page.words, table_page
    assert b"Our very best." in (told.personal or b"")
    verdicts = {each.change.id: (each.verdict, each.answered) for each in told.body.answers}
    assert verdicts["line:press:unit_price"] == ("counter", "16100.000000")
    decision = next(each for each in events(table, "seller") if each.kind == "approval_decided")
    assert (decision.body.granted, decision.body.edited) == (True, True)
    (mail,) = mails(table, "approval_decided")
    assert (mail.to_email, mail.context["decision"]) == ("rita@kestrel.example", "edited")
    assert mail.context["note"] == "Not below the floor."
    assert "Mia changed answers and approved what Rita asked for." in Page(mia.get(PAGE).text).words
    verify(table)


def test_what_was_asked_is_an_accept_and_what_stood_is_no_change(
    mia: Browser, table: Table, waiting: str
) -> None:
    form = {"decision": "approve", "value:line:press:unit_price": "15,000", "buyers_note": "Our best."}
    mia.post(waiting, form)
    answers = {each.change.id: each for each in events(table, "buyer")[-1].body.answers}
    assert answers["line:press:unit_price"].verdict == "accept"


def test_approved_as_it_was(mia: Browser, table: Table, waiting: str) -> None:
    form = {"decision": "approve", "value:line:press:unit_price": "15,500.00", "buyers_note": "Our best."}
    assert mia.post(waiting, form).status_code == 303
    decision = next(each for each in events(table, "seller") if each.kind == "approval_decided")
    assert not decision.body.edited
    assert mails(table, "approval_decided")[0].context["decision"] == "granted"


def test_refused_with_a_note_that_the_rep_reads(site: Site, mia: Browser, table: Table, waiting: str) -> None:
    mia.post(waiting, {"decision": "refuse", "note": "Offer training instead."})
    assert table.bea.deal.revision == 1
    rita = site.browser(table.rita)
    assert "Offer training instead." in Page(rita.get(PAGE).text).words
    assert "Offer training instead." in rita.get(f"/desk/deals/{table.deal_id}").text
    (mail,) = mails(table, "approval_decided")
    assert (mail.context["decision"], mail.context["note"]) == ("refused", "Offer training instead.")


def test_a_value_that_can_t_be_used_stands_beside_its_field_and_nothing_is_decided(
    mia: Browser, table: Table, waiting: str
) -> None:
    answer = mia.post(waiting, {"decision": "approve", "value:line:press:unit_price": "cheap"})
    assert answer.status_code == 422
    assert 'value="cheap"' in answer.text
    assert table.bea.deal.revision == 1
    assert "Nothing waits" not in Page(mia.get(PAGE).text).words


def test_beyond_a_rep_s_own_limits_a_manager_reads_why(mia: Browser, table: Table) -> None:
    rep = table.rita.deal.actor.removeprefix("rep:")
    limits = Authority(discount_percent=Decimal(8), concession_percent=Decimal(2))
    set_limits = partial(set_guard_rail.set_authority, actor=System("cli"), rep_id=rep, authority=limits)
    table.database.write_now(set_limits)
    table.rita.edits("press", unit_price="17550")
    assert table.rita.publishes().approval
    body = events(table, "seller")[-1].body
    assert [each.kind for each in body.reasons] == ["discount", "concession"]
    words = Page(mia.get(PAGE).text).words
    assert "Hydraulic press HP-40 at 10% off the list price, at most 8%" in words
    assert "of the contract given, at most 2%" in words
    kinds = [each.kind for each in events(table, "buyer")]
    assert "revision" not in kinds
    table.rita.edits("press", unit_price="18400")
    assert table.rita.publishes().revision == 2


def test_the_rep_s_own_edit_can_be_changed_too(mia: Browser, table: Table) -> None:
    table.rita.edits("press", unit_price="15000")
    asked = table.rita.publishes()
    decide = f"/desk/deals/{table.deal_id}/approvals/{asked.approval}"
    assert (
        mia.post(decide, {"decision": "approve", "value:line:press:unit_price": "16000"}).status_code == 303
    )
    assert table.bea.offer.line("press").unit_price == Decimal(16000)
