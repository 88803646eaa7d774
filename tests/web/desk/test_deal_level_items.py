"""The seller's own edits of the whole deal: discounts and charges, added lines, an overall price spread, packages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.commands.revision import draft_revision
from portal.domain.change import change as changing
from portal.domain.change import part_codec
from portal.domain.change.change import Change
from portal.domain.offer.revision import Condition, Consequence, StandingOffer
from tests.cast import Table
from tests.web.conftest import Browser, Site
from tests.web.desk_page import Page, open_page


def adjustment(**facts: str) -> dict[str, str]:
    given = {"label": "Loyalty", "kind": "discount", "measure": "percent", "value": "2.5"}
    return {f"adjustment_{name}": value for name, value in (given | facts).items()}


def added(**facts: str) -> dict[str, str]:
    given = {"name": "Filter set", "quantity": "4", "unit_price": "45.00", "billing": "once", "tax": "0"}
    return {f"line_{name}": value for name, value in (given | facts).items()}


def test_a_discount_on_the_whole_deal_comes_and_goes(rep: Browser, table: Table, address: str) -> None:
    before = table.bea.revision.totals.contract.net
    done = rep.post(f"{address}/adjustments/_/change", adjustment())
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#counteroffer")
    assert "Loyalty: Discount or charge" in open_page(rep, address).words
    table.rita.publishes()
    [loyalty] = table.bea.offer.adjustments
    assert (loyalty.key, loyalty.percent) == ("loyalty", Decimal("2.5"))
    assert table.bea.revision.totals.contract.net < before
    by_amount = adjustment(measure="amount", value="1,000.00", kind="charge")
    rep.post(f"{address}/adjustments/loyalty/change", by_amount)
    table.rita.publishes()
    assert table.bea.revision.totals.contract.net == before + 1000
    rep.post(f"{address}/adjustments/loyalty/change", by_amount | {"adjustment_remove": "1"})
    table.rita.publishes()
    assert (table.bea.revision.totals.contract.net, table.bea.offer.adjustments) == (before, ())


def test_an_added_line_is_priced_taxed_and_handed_to_its_team(
    rep: Browser, table: Table, address: str
) -> None:
    rep.post(
        f"{address}/wishes/_/change",
        added(billing="month", periods="24", fulfilment="service", unit_price="1,045.50"),
    )
    table.rita.publishes()
    line = table.bea.offer.line("filter-set")
    assert line is not None
    assert (line.unit_price, line.quantity, line.billing, line.periods) == (
        Decimal("1045.5"),
        Decimal(4),
        "month",
        24,
    )
    assert (line.tax.rate, line.fulfilment, line.negotiable) == (
        Decimal(19),
        "service",
        ("quantity", "unit_price"),
    )
    # Another of the same name is another line.
    rep.post(f"{address}/wishes/_/change", added())
    table.rita.publishes()
    assert table.bea.offer.line("filter-set-2") is not None


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("adjustments/_", adjustment(value="x"), "is not a number"),
        ("adjustments/_", adjustment(value="0"), "more than 0 and at most 100"),
        ("adjustments/_", adjustment(value="101"), "more than 0 and at most 100"),
        ("adjustments/_", adjustment(measure="amount", value="0"), "more than zero"),
        ("adjustments/_", adjustment(label=" "), "Say what it should be"),
        ("wishes/_", added(name=""), "Say what it should be"),
        ("wishes/_", added(quantity="0"), "more than zero"),
        ("wishes/_", added(unit_price="-1"), "can&#39;t be negative"),
        ("wishes/_", added(billing="month", periods="1201"), "runs for 1 to 1,200"),
        ("wishes/_", added(billing="month", periods="x"), "not a number of months"),
        ("wishes/_", added(unit_price="9" * 13), "is too long: at most 12 digits"),
    ],
)
def test_what_can_not_be_offered_is_told_in_the_form(  # noqa: PLR0917
    rep: Browser, table: Table, address: str, path: str, fields: dict[str, str], sentence: str
) -> None:
    answer = rep.post(f"{address}/{path}/change", fields, HX_Request="true")
    assert answer.status_code == 422
    assert sentence in answer.text
    for name, value in fields.items():
        if value.strip():
            assert f'"{value}"' in answer.text, name


def test_an_overall_price_is_spread_with_one_button(rep: Browser, table: Table, address: str) -> None:
    net = table.bea.revision.totals.contract.net
    table.bea.asks(changing.spell(table.bea.offer, "deal:total", "target", str(net - 1000)))
    page = open_page(rep, address)
    assert "These lines could carry it, none below its floor:" in page.words
    done = rep.post(f"{address}/edits/carry", {})
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#counteroffer")
    form = {"base": "1", "key": "k", "verdict:deal:total:target": "accept"}
    assert rep.post(f"{address}/publish", form).status_code == 303
    assert table.bea.revision.totals.contract.net == net - 1000


def test_what_no_line_can_carry_is_said(rep: Browser, table: Table, address: str) -> None:
    table.bea.asks(changing.spell(table.bea.offer, "deal:total", "target", "20000"))
    assert "the lines can't carry it alone" in open_page(rep, address).words
    refused = rep.post(f"{address}/edits/carry", {})
    assert (refused.status_code, "without going below their floors" in Page(refused.text).words) == (
        422,
        True,
    )
    table.rita.publishes("decline")
    assert rep.post(f"{address}/edits/carry", {}).status_code == 409


def test_a_package_has_one_answer_for_all_of_it(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", quantity="3", unit_price="18000", package=True)
    page = open_page(rep, address)
    fields = {"base": "1", "key": "k"}
    fields |= {each.get("name"): each.get("value") for each in page['//input[starts-with(@name, "member:")]']}
    [radio] = page['//input[starts-with(@name, "package:") and @value="accept"]']
    both = fields | {radio.get("name"): "accept"}
    # A part of it is refused as one, whichever way it was said.
    half = rep.post(f"{address}/publish", both | {"verdict:line:press:quantity": "decline"})
    assert half.status_code == 422
    assert "only a part of a package" in Page(half.text).words
    assert table.rita.deal.revision == 1
    # So is a counter of what was asked beside a part that is declined.
    halves = {"value:line:press:unit_price": "18000", "verdict:line:press:quantity": "decline"}
    assert rep.post(f"{address}/publish", fields | halves).status_code == 422
    assert rep.post(f"{address}/publish", both).status_code == 303
    press = table.bea.offer.line("press")
    assert press is not None
    assert (press.quantity, press.unit_price) == (Decimal(3), Decimal(18000))


def test_a_package_is_countered_as_one(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", quantity="3", unit_price="18000", package=True)
    page = open_page(rep, address)
    fields = {"base": "1", "key": "k"}
    fields |= {each.get("name"): each.get("value") for each in page['//input[starts-with(@name, "member:")]']}
    assert (
        rep.post(f"{address}/publish", fields | {"value:line:press:unit_price": "18200"}).status_code == 303
    )
    press = table.bea.offer.line("press")
    assert press is not None
    assert (press.quantity, press.unit_price) == (Decimal(3), Decimal(18200))


def test_two_colleagues_are_answered_once(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17000")
    table.sol.proposes("press", unit_price="17500")
    page = open_page(rep, address)
    [group] = page['//fieldset[legend="Hydraulic press HP-40: Unit price"]']
    words = " ".join(group.text_content().split())
    assert "Asked by Bea Lund 17,000.00" in words
    assert "Asked by Sol Iversen 17,500.00" in words
    assert not group.xpath('.//input[@value="accept"]')
    fields = {"base": "1", "key": "k", "value:line:press:unit_price": "17500"}
    assert rep.post(f"{address}/publish", fields).status_code == 303
    press = table.bea.offer.line("press")
    assert press is not None
    assert press.unit_price == Decimal(17500)


def test_a_standing_offer_ends_with_the_next_revision(
    site: Site, rep: Browser, table: Table, address: str
) -> None:
    volume = StandingOffer(
        key="volume",
        label="Five presses",
        when=(Condition(line="press", min_quantity=Decimal(5)),),
        then=(Consequence(line="press", discount_percent=Decimal(4)),),
    )
    added = Change(subject="standing:volume", field="standing_offer", value=part_codec.text_of(volume))
    table.rita.does(draft_revision.put_changes, changes=[added])
    table.rita.publishes()
    assert table.bea.offer.standing_offers == (volume,)
    rep.post(f"{address}/offers/volume/remove", {})
    assert "Five presses: If-you-then offer" in open_page(rep, address).words
    assert table.bea.offer.standing_offers
    table.rita.publishes()
    assert table.bea.offer.standing_offers == ()
    bea = site.browser(table.bea)
    assert "no longer offered" in bea.get(f"/deals/{table.deal_id}/compare?from=2&to=3").text
    assert "Five presses" in bea.get(f"/deals/{table.deal_id}/revisions/2").text
