"""Answering a counteroffer, changing the offer, and publishing: what is refused, what waits, what goes out."""

from __future__ import annotations

import pytest

from tests.cast import Table
from tests.web.conftest import Browser, Site
from tests.web.desk_page import Page, open_page


def test_answering_publishes_the_next_revision(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3")
    page = open_page(rep, address)
    done = rep.post(
        f"{address}/publish",
        {
            "base": page.hidden("base"),
            "key": page.hidden("key"),
            "verdict:line:press:unit_price": "counter",
            "value:line:press:unit_price": "17,900.00",
            "verdict:line:press:quantity": "accept",
            "note": "Best we can do.",
        },
    )
    assert (done.status_code, done.headers["location"]) == (303, address)
    press = table.bea.offer.line("press")
    assert press is not None
    assert (str(press.unit_price), str(press.quantity)) == ("17900.000000", "3.000000")
    assert "Best we can do." in open_page(rep, address).words
    assert open_page(rep, address).asks == []


def test_sending_the_same_form_twice_publishes_once(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17200")
    form = {"base": "1", "key": "one-key", "verdict:line:press:unit_price": "accept"}
    assert [rep.post(f"{address}/publish", form).status_code for _ in range(2)] == [303, 303]
    assert table.rita.deal.revision == 2


def test_a_missing_answer_is_told_at_its_place_and_nothing_filled_in_is_lost(
    rep: Browser, table: Table, address: str
) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3")
    form = {"base": "1", "key": "k", "verdict:line:press:quantity": "accept", "note": "So far"}
    refused = rep.post(f"{address}/publish", form)
    assert refused.status_code == 422
    page = Page(refused.text)
    group = page['//fieldset[legend="Hydraulic press HP-40: Unit price"]'][0]
    assert "This change has no answer." in group.text_content()
    assert page['//input[@name="verdict:line:press:quantity"][@value="accept"][@checked]']
    assert page['//textarea[@name="note"]'][0].text_content() == "So far"
    assert page['//*[@role="alert"]']
    assert table.rita.deal.revision == 1


def test_a_value_that_is_typed_without_a_verdict_is_a_counter(
    rep: Browser, table: Table, address: str
) -> None:
    table.bea.proposes("press", unit_price="17200")
    form = {"base": "1", "key": "k", "value:line:press:unit_price": "18000"}
    assert rep.post(f"{address}/publish", form).status_code == 303
    press = table.bea.offer.line("press")
    assert press is not None
    assert str(press.unit_price) == "18000.000000"


@pytest.mark.parametrize("value", ["cheap", "", "1e9", "NaN", "-5", "9" * 400])
def test_a_counter_that_is_no_price_is_refused_in_place(
    rep: Browser, table: Table, address: str, value: str
) -> None:
    table.bea.proposes("press", unit_price="17200")
    name = "line:press:unit_price"
    form = {"base": "1", "key": "k", f"verdict:{name}": "counter", f"value:{name}": value}
    refused = rep.post(f"{address}/publish", form)
    assert refused.status_code == 422
    (field,) = Page(refused.text)[f'//input[@name="value:{name}"]']
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == value


def test_a_revision_that_moved_is_a_conflict(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.mia.publishes("accept")
    table.bea.proposes("press", unit_price="17000")
    form = {"base": "1", "key": "k", "verdict:line:press:unit_price": "accept"}
    refused = rep.post(f"{address}/publish", form)
    assert refused.status_code == 409
    assert "Revision 2 arrived meanwhile." in Page(refused.text).words


def test_what_publishing_comes_to_is_shown_before_and_changes_nothing(
    rep: Browser, table: Table, address: str
) -> None:
    table.bea.proposes("press", unit_price="15000")
    before = table.rita.deal.seq
    answer = rep.post(f"{address}/outcome", {"verdict:line:press:unit_price": "accept"})
    words = Page(answer.text).words
    # Two presses at 15,000 instead of 18,450.
    assert "46,000.00" in words
    assert "less by −6,900.00" in words
    assert "Below floor: Hydraulic press HP-40" in words
    assert "A manager must approve this" in words
    assert table.rita.deal.seq == before
    declined = rep.post(f"{address}/outcome", {"verdict:line:press:unit_price": "decline"})
    assert "Below floor" not in Page(declined.text).words


def test_below_the_floor_a_manager_approves(rep: Browser, site: Site, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="15000")
    form = {"base": "1", "key": "k", "verdict:line:press:unit_price": "accept"}
    assert rep.post(f"{address}/publish", form).status_code == 303
    assert "Waiting for approval" in open_page(rep, address).words
    assert "approval" not in site.browser(table.bea).get(f"/deals/{table.deal_id}").text.lower()
    assert table.bea.deal.revision == 1

    manager = site.browser(table.mia)
    waiting = Page(manager.get("/desk/approvals").text)
    assert "Below floor: Hydraulic press HP-40" in waiting.words
    decide = str(waiting['//form[contains(@action, "/approvals/")]/@action'][0])
    assert manager.post(decide, {"decision": "approve"}).status_code == 303
    assert table.bea.deal.revision == 2
    assert "Nothing is waiting for approval." in Page(manager.get("/desk/approvals").text).words
    again = manager.post(decide, {"decision": "approve"})
    assert again.status_code == 409
    assert "decided already" in Page(again.text).words


def test_a_refused_publication_goes_back_to_the_rep(site: Site, table: Table, address: str) -> None:
    table.rita.edits("press", unit_price="15000")
    approval = table.rita.publishes().approval
    manager = site.browser(table.mia)
    assert (
        manager.post(
            f"{address}/approvals/{approval}", {"decision": "refuse", "note": "Too low."}
        ).status_code
        == 303
    )
    page = open_page(site.browser(table.rita), address)
    assert "Waiting for approval" not in page.words
    assert "Too low." in page.region("Activity").words
    assert "15,000.00" in page.region("Counteroffer").words


def test_a_rep_can_read_what_waits_and_not_decide_it(rep: Browser, table: Table, address: str) -> None:
    table.rita.edits("press", unit_price="15000")
    approval = table.rita.publishes().approval
    page = Page(rep.get("/desk/approvals").text)
    assert "A manager decides." in page.words
    assert page['//form[contains(@action, "/approvals/")]'] == []
    assert rep.post(f"{address}/approvals/{approval}", {"decision": "approve"}).status_code == 403
    assert table.bea.deal.revision == 1


def test_own_changes_gather_and_go_out_with_the_revision(rep: Browser, table: Table, address: str) -> None:
    form = Page(rep.get(f"{address}/lines/install/change", HX_Request="true").text)
    assert form['//form[@aria-label="Change Installation"]']
    fields = {"quantity": "30", "unit_price": "155.00", "discount_percent": "0"}
    assert rep.post(f"{address}/lines/install/change", fields).status_code == 303
    answers = open_page(rep, address).region("Counteroffer")
    assert "Installation: Quantity" in answers.words
    assert "Unit price" not in answers.words
    assert table.bea.deal.revision == 1
    assert rep.post(f"{address}/publish", {"base": "1", "key": "k"}).status_code == 303
    install = table.bea.offer.line("install")
    assert install is not None
    assert str(install.quantity) == "30.000000"


def test_an_own_change_can_be_taken_out_again(rep: Browser, table: Table, address: str) -> None:
    table.rita.edits("payment", value="60 days net")
    page = open_page(rep, address)
    change = page['//form[contains(@action, "/edits/remove")]//input[@name="change"]/@value'][0]
    assert rep.post(f"{address}/edits/remove", {"change": change}).status_code == 303
    assert "60 days net" not in open_page(rep, address).region("Counteroffer").words


def test_an_own_change_that_is_no_number_comes_back_with_the_reason(rep: Browser, address: str) -> None:
    refused = rep.post(f"{address}/lines/install/change", {"quantity": "many"}, HX_Request="true")
    assert refused.status_code == 422
    form = Page(refused.text)
    assert form['//input[@name="quantity"][@value="many"][@aria-invalid="true"]']
    assert "“many” is not a number" in form.words
    whole = rep.post(f"{address}/lines/install/change", {"quantity": "many"})
    assert whole.status_code == 422
    assert Page(whole.text)['//input[@name="quantity"][@value="many"]']


def test_a_change_form_opens_without_scripts(rep: Browser, address: str) -> None:
    page = open_page(rep, f"{address}?change=line:install")
    assert page['//form[@aria-label="Change Installation"]']
    assert open_page(rep, f"{address}?comment=term:payment")['//form[@aria-label="Comment on Payment"]']
    assert rep.get(f"{address}?change=line:none").status_code == 404


def test_the_effect_of_an_own_change_is_told_while_typing(rep: Browser, address: str) -> None:
    answer = rep.post(f"{address}/lines/install/preview", {"quantity": "30"}, HX_Request="true")
    assert "4,650.00" in answer.text


def test_an_asking_page_without_a_script_still_works_for_the_term(
    rep: Browser, table: Table, address: str
) -> None:
    assert rep.post(f"{address}/terms/payment/change", {"value": "14 days net"}).status_code == 303
    assert rep.post(f"{address}/publish", {"base": "1", "key": "k"}).status_code == 303
    payment = table.bea.offer.term("payment")
    assert payment is not None
    assert payment.value == "14 days net"


def test_the_region_of_answers_comes_alone(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17200")
    part = Page(rep.get(f"{address}/answers", HX_Request="true").text)
    assert part.asks == ["Hydraulic press HP-40: Unit price"]
    assert part["//h1"] == []
