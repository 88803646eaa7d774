"""The preview beside a change: what it comes to, before anything is asked."""

from __future__ import annotations

from tests.cast import Table
from tests.web.buyer.sending import changing, in_tray, send, send_by_htmx
from tests.web.conftest import Site
from tests.web.page import Page


def test_the_preview_tells_line_and_deal_before_and_after_and_keeps_nothing(site: Site, table: Table) -> None:
    answer = send_by_htmx(site, table.bea, "/lines/press/preview", **changing(quantity="5"))
    text = " ".join(Page(f"<div id='it'>{answer.text}</div>").text("it").split())
    # Five presses reach the volume price.
    assert "This line: 36,900.00 → becomes 89,500.00 at 17,900.00 each" in text
    assert "Due once: EUR 52,241.00 → becomes EUR 114,835.00" in text
    assert in_tray(site, table.bea) == {}


def test_the_preview_counts_what_is_in_the_tray_already(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    answer = send_by_htmx(site, table.bea, "/lines/install/preview", quantity="20", reason="")
    assert "5,600.00" in answer.text, "2 x 1,250 and 20 hours of 155"


def test_the_preview_says_what_is_wrong_beside_the_field(site: Site, table: Table) -> None:
    answer = send_by_htmx(site, table.bea, "/lines/press/preview", **changing(quantity="11", unit_price="x"))
    assert answer.status_code == 200
    assert (
        '<hx-partial hx-target="[id=\'problem-quantity\']" hx-swap="innerHTML"><span>The largest quantity'
        in answer.text
    )
    assert "is not a number" in answer.text


def test_a_limit_that_nobody_may_know_changes_nothing_in_a_preview(site: Site, table: Table) -> None:
    """Above, at and below the price that would be accepted by itself, and the floor: the same words."""
    said = set()
    for price in ("18443.98", "18443.97", "18443.96", "15919.14", "15919.13", "15919.12"):
        answer = send_by_htmx(site, table.bea, "/lines/press/preview", **changing(unit_price=price))
        said.add("".join(each for each in answer.text if not (each.isdigit() or each in ",.")))
    assert len(said) == 1
