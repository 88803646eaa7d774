"""A rep writes a standing offer on the deal's page: refused at its row, shown as buyers will read it, published."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from portal.domain.offer.revision import Condition, Consequence
from tests.cast import Table
from tests.web.conftest import Browser, Site
from tests.web.desk_page import Page, open_page


def typed(label: str = "Five presses", **rows: str) -> dict[str, str]:
    """`if_1="line:press"`, `least_1="5"`, `then_1="press"`, `measure_1="percent"`, `figure_1="4"`."""
    given = {"if_1": "line:press", "least_1": "5", "then_1": "press", "measure_1": "percent", "figure_1": "4"}
    return {f"standing_offer_{name}": value for name, value in ({"label": label} | given | rows).items()}


def test_it_is_written_and_published_and_changed(rep: Browser, table: Table, address: str) -> None:
    fields = typed(
        if_3="term:payment",
        least_3="14 days net",
        if_4="line:install",
        then_2="install",
        measure_2="price",
        figure_2="145.00",
    )
    done = rep.post(f"{address}/offers/_/change", fields)
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#counteroffer"), done.text
    assert "Five presses: If-you-then offer" in open_page(rep, address).words
    table.rita.publishes()
    [offered] = table.bea.offer.standing_offers
    assert (offered.key, offered.label, offered.taken) == ("five-presses", "Five presses", False)
    assert offered.when == (
        Condition(line="press", min_quantity=Decimal(5)),
        Condition(term="payment", value="14 days net"),
        Condition(line="install", selected=True),
    )
    assert offered.then == (
        Consequence(line="press", discount_percent=Decimal(4)),
        Consequence(line="install", unit_price=Decimal(145)),
    )
    form = Page(rep.get(f"{address}?change=standing:five-presses").text)
    values = {each.get("name"): each.get("value") for each in form['//form[@id="change-form"]//input']}
    assert (values["standing_offer_least_1"], values["standing_offer_least_2"]) == ("5", "14 days net")
    assert (values["standing_offer_figure_1"], values["standing_offer_figure_2"]) == ("4", "145.00")
    rep.post(f"{address}/offers/five-presses/change", typed(label="Five", figure_1="5"))
    table.rita.publishes()
    [changed] = table.bea.offer.standing_offers
    assert (changed.key, changed.label, changed.then[0].discount_percent) == ("five-presses", "Five", 5)
    # Another of the same name is another offer.
    rep.post(f"{address}/offers/_/change", typed(label="Five presses", least_1="6"))
    table.rita.publishes()
    assert [each.key for each in table.bea.offer.standing_offers] == ["five-presses", "five-presses-2"]


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        (typed(label=" "), "", "Say what it should be"),
        (typed(if_1="", least_1=""), "/when/0", "one condition at least"),
        (typed(then_1="", figure_1=""), "/then/0", "a lower price of one line at least"),
        (typed(if_1=""), "/when/0", "Choose the line or the term"),
        (typed(if_1="line:ghost"), "/when/0", "There is no line"),
        (typed(least_1="x"), "/when/0", "not a number"),
        (typed(least_1="0"), "/when/0", "more than zero"),
        (typed(least_1="21"), "/when/0", "more than the upper bound"),
        (typed(if_3="term:payment", least_3="never"), "/when/1", "not one of the options"),
        (typed(if_3="term:payment"), "/when/1", "Say what it should be"),
        (typed(then_1="", figure_1="4"), "/then/0", "Choose the line that this is about"),
        (typed(then_3="press", figure_3="3"), "/then/1", "stands here already"),
        (typed(figure_1="101"), "/then/0", "between 0 and 100"),
        (typed(figure_1="0"), "/then/0", "costs no more than that"),
        (typed(measure_1="price", figure_1="99,999"), "/then/0", "costs no more than that"),
        (typed(measure_1="price", figure_1="-1"), "/then/0", "be negative"),
    ],
)
def test_what_can_not_be_offered_is_told_at_its_row(  # noqa: PLR0917
    rep: Browser, table: Table, address: str, fields: dict[str, str], place: str, sentence: str
) -> None:
    answer = rep.post(f"{address}/offers/_/change", fields, HX_Request="true")
    assert answer.status_code == 422, answer.text
    page = Page(answer.text)
    [told] = page[f'//*[@id="problem-standing_offer{place}"]']
    assert sentence in " ".join(told.itertext()), answer.text
    [linked] = page[f'//*[@id="field-standing_offer{place}"]']
    assert linked.get("aria-invalid") == "true"
    assert table.bea.offer.standing_offers == ()
    # Beside the row while it is typed, too.
    preview = rep.post(f"{address}/offers/_/preview", fields, HX_Request="true")
    assert preview.status_code == 200
    assert sentence in preview.text


def test_the_preview_reads_as_buyers_will_read_it(
    site: Site, rep: Browser, table: Table, address: str
) -> None:
    shown = Page(rep.post(f"{address}/offers/_/preview", typed(), HX_Request="true").text).words
    assert "As buyers will read it: Five presses" in shown
    rep.post(f"{address}/offers/_/change", typed())
    table.rita.publishes()
    words = Page(site.browser(table.bea).get(f"/deals/{table.deal_id}").text).words
    text = shown[shown.index("If Hydraulic") :].strip()
    assert len(text) > 60
    assert text in words


def test_below_a_floor_it_waits_for_a_manager(rep: Browser, table: Table, address: str) -> None:
    rep.post(f"{address}/offers/_/change", typed(figure_1="60"))
    assert "A manager must approve this" in open_page(rep, address).words
    published = table.rita.publishes()
    assert (published.revision, bool(published.approval)) == (0, True)
    assert table.bea.deal.revision == 1


def test_paper_tells_what_is_open_and_what_was_taken(
    site: Site, rep: Browser, table: Table, address: str
) -> None:
    rep.post(f"{address}/offers/_/change", typed())
    rep.post(f"{address}/offers/_/change", typed(label="Six presses", least_1="6", figure_1="6"))
    table.rita.publishes()
    bea = site.browser(table.bea)

    def paper() -> str:
        read = PdfReader(io.BytesIO(bea.get(f"/deals/{table.deal_id}/proposal.pdf").content))
        return " ".join(" ".join(page.extract_text() for page in read.pages).split())

    open_ones = paper()
    assert "If-you-then offers Five presses If Hydraulic press HP-40: 5" in open_ones
    assert "Six presses If" in open_ones
    bea.post(
        f"/deals/{table.deal_id}/composition", {"choice": "standing:five-presses:use:true", "revision": "2"}
    )
    taken = paper()
    assert "Five presses · Used" in taken
    assert "Six presses If" in taken
    table.sol.accepts()
    accepted = paper()
    assert "Five presses · Used" in accepted
    assert "Six presses" not in accepted
    # The order has the price that it gave; nothing is left to take off.
    press = table.bea.offer.line("press")
    assert press is not None
    assert f"{press.net_unit_price:,.2f}" in accepted
