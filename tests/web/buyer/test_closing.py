"""How a buyer accepts or declines, with plain forms; what somebody sees who was about to accept another revision."""

from __future__ import annotations

import json

from sqlalchemy import select

from portal.storage import tables
from tests.cast import Table
from tests.web.buyer.sending import send, send_by_htmx
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site
from tests.web.page import Page


def signed(page: Page, **changes: str) -> dict[str, str]:
    """The form as the signer fills it in."""
    return {**page.form("acceptance-form"), "title": "Head of purchasing", "authority": "true", **changes}


def evidence(site: Site, deal_id: str) -> dict[str, str]:
    query = select(tables.acceptance.c.evidence).where(tables.acceptance.c.deal_id == deal_id)
    found: dict[str, str] = json.loads(
        site.database.read_now(lambda transaction: transaction.connection.execute(query).scalar_one())
    )
    return found


def test_the_dialog_says_what_is_accepted(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    page = page_of(site, table.sol, "?accept=1")
    assert page.text("acceptance-title") == "Accept revision 1"
    assert "Lines 4" in page.text("acceptance")
    assert "Whole contract EUR 62,951.00" in page.text("acceptance")
    assert "1 counteroffer still waits for an answer. Accepting ends it." in page.text("acceptance")
    assert page.form("acceptance-form")["name"] == "Sol Iversen"
    assert "Accept and place order" in page.buttons()


def test_a_signer_places_the_order_with_the_statement_that_was_shown(site: Site, table: Table) -> None:
    page = page_of(site, table.sol, "?accept=1")
    statement = " ".join(page["acceptance"].find_class("statement")[0].text_content().split())
    answer = send(site, table.sol, "/acceptance", **signed(page))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{table.deal_id}#banner")
    kept = evidence(site, table.deal_id)
    assert " ".join(kept["statement"].split()) == statement
    assert kept["language"] == "en"
    assert kept["position_seen"] == page.position
    after = page_of(site, table.bea)
    assert "Order O-" in after.text("banner")
    assert "Sol Iversen accepted revision 1" in after.text("banner")
    assert after["state"].text_content().strip() == "accepted"


def test_a_second_press_gives_the_same_order(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"))
    assert [send(site, table.sol, "/acceptance", **form).status_code for _ in range(2)] == [303, 303]
    query = select(tables.order.c.number).where(tables.order.c.deal_id == table.deal_id)
    found = site.database.read_now(lambda transaction: transaction.connection.execute(query).all())
    assert len(found) == 1


def test_what_is_missing_is_said_beside_its_field(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"), name="")
    del form["authority"]
    answer = send(site, table.sol, "/acceptance", **form)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Write something first." in page.text("problem-sign-name")
    assert "Confirm that you are authorised" in page.text("problem-sign-authority")
    assert page.form("acceptance-form")["title"] == "Head of purchasing"
    assert table.sol.deal.state == "open"


def test_who_was_about_to_accept_another_revision_is_shown_what_changed(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"))
    table.rita.edits("press", unit_price="18900")
    table.rita.publishes()
    for answer in (
        send(site, table.sol, "/acceptance", **form),
        send_by_htmx(site, table.sol, "/acceptance", **form),
    ):
        page = Page(answer.text)
        assert answer.status_code == 409
        assert page.text("acceptance-title") == "Accept revision 2"
        assert "What changed from revision 1 to revision 2" in page.text("acceptance")
        assert "was 18,450.00 is now 18,900.00" in page.text("acceptance")
        again = page.form("acceptance-form")
        assert (again["revision"], again["title"]) == ("2", "Head of purchasing")
        assert "authority" not in again
        assert again["key"] != form["key"]
    assert table.sol.deal.state == "open"
    assert send(site, table.sol, "/acceptance", **again, authority="true").status_code == 303
    assert table.sol.deal.state == "accepted"


def test_looking_at_what_changed_accepts_nothing(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"))
    table.rita.edits("press", unit_price="18900")
    table.rita.publishes()
    answer = send_by_htmx(site, table.sol, "/acceptance", **form, look="1")
    assert answer.status_code == 200
    assert "What changed from revision 1 to revision 2" in answer.text
    assert table.sol.deal.state == "open"


def test_what_was_withdrawn_meanwhile_cannot_be_accepted(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"))
    table.rita.withdraws()
    answer = send(site, table.sol, "/acceptance", **form)
    page = Page(answer.text)
    assert answer.status_code == 403
    assert "This proposal was withdrawn; it can't be accepted any more." in page.text("problem")
    assert page.by_id("acceptance") is None
    assert send_by_htmx(site, table.sol, "/acceptance", **form).status_code == 403


def test_a_negotiator_does_not_accept(site: Site, table: Table) -> None:
    form = signed(page_of(site, table.sol, "?accept=1"), csrf=site.browser(table.bea).csrf)
    assert send(site, table.bea, "/acceptance", **form).status_code == 403
    assert table.bea.deal.state == "open"


def test_bad_numbers_in_the_form_are_refused_with_a_sentence(site: Site, table: Table) -> None:
    page = page_of(site, table.sol, "?accept=1")
    for changes in (
        {"revision": "x"},
        {"revision": ""},
        {"revision": "99"},
        {"revision": "9" * 30},
        {"digest": "0" * 64},
        {"position": "-1"},
    ):
        answer = send(site, table.sol, "/acceptance", **signed(page, key="", **changes))
        assert answer.status_code in (303, 404, 409, 422), changes
        if answer.status_code == 303:
            assert changes == {"position": "-1"}


def test_declining_needs_a_reason_and_tells_it(site: Site, table: Table) -> None:
    answer = send(site, table.bea, "/decline", reason="", key="k")
    assert answer.status_code == 422
    assert "Write something first." in Page(answer.text).text("refusal-dialog")
    assert send(site, table.bea, "/decline", reason="Too dear.", key="k2").status_code == 303
    page = page_of(site, table.vic)
    assert "Bea Lund declined this proposal. Too dear." in page.text("banner")
    assert send(site, table.bea, "/decline", reason="Again.", key="k3").status_code == 403


def test_htmx_gets_everything_anew_after_declining(site: Site, table: Table) -> None:
    page = page_of(site, table.bea)
    answer = send_by_htmx(site, table.bea, "/decline", reason="Too dear.", key="k")
    _dialog, _problem, rest = answer.text.split("</hx-partial>", 2)
    page.take(rest)
    assert page["state"].get("data-state") == "declined"
    assert not {"Send counteroffer", "Decline", "Add Training"} & page.buttons()
