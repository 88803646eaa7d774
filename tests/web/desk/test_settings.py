"""The seller's own house: its name, reps, sessions and receivers; and what was handed off to them."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select, update

from portal.commands.order.configure_receiver import add_receiver
from portal.storage import tables
from tests.cast import Table
from tests.web.conftest import Browser, Site

PAGE = "/desk/settings"


@pytest.fixture
def rita(site: Site, table: Table) -> Browser:
    return site.browser(table.rita)


@pytest.fixture
def mia(site: Site, table: Table) -> Browser:
    """The manager."""
    return site.browser(table.mia)


def words(text: str, within: str = "//main") -> str:
    return " ".join(html.fromstring(text).xpath(within)[0].text_content().split())


def test_a_rep_reads_the_settings_and_changes_nothing(rita: Browser) -> None:
    page = rita.get(PAGE)
    assert page.status_code == 200
    assert (
        html.fromstring(page.text).xpath(
            '//form[contains(@action, "/receivers") or contains(@action, "/reps")]'
        )
        == []
    )
    assert (
        rita.post(f"{PAGE}/reps", {"name": "X", "email": "x@kestrel.example", "role": "rep"}).status_code
        == 403
    )
    assert rita.post(f"{PAGE}/seller", {"name": "X", "hue": "1"}).status_code == 403
    receiver = {"kind": "operations", "transport": "folder", "target": "in", "format": "json"}
    assert rita.post(f"{PAGE}/receivers", receiver).status_code == 403


def test_the_seller_gets_a_name_and_a_hue(mia: Browser) -> None:
    assert mia.post(f"{PAGE}/seller", {"name": "Kestrel House", "hue": "150"}).status_code == 303
    page = html.fromstring(mia.get(PAGE).text)
    assert "Kestrel House" in page.xpath("//title")[0].text
    assert page.xpath('//input[@name="hue"]/@value') == ["150"]


@pytest.mark.parametrize("hue", ["360", "-1", "blue", "", "9" * 5000])
def test_a_hue_that_is_none_is_refused_at_its_field(mia: Browser, hue: str) -> None:
    refused = mia.post(f"{PAGE}/seller", {"name": "Kestrel", "hue": hue})
    assert refused.status_code == 422
    assert html.fromstring(refused.text).xpath('//input[@name="hue"][@aria-invalid="true"]')


def test_a_manager_adds_a_rep(mia: Browser) -> None:
    form = {"name": "Nia Bro", "email": "nia@kestrel.example", "role": "rep"}
    assert mia.post(f"{PAGE}/reps", form).status_code == 303
    assert "nia@kestrel.example" in words(mia.get(PAGE).text)
    wrong = mia.post(f"{PAGE}/reps", form | {"email": "nobody"})
    assert wrong.status_code == 422
    assert html.fromstring(wrong.text).xpath('//input[@name="email"][@value="nobody"][@aria-invalid="true"]')


def test_sessions_are_listed_and_end_at_once(site: Site, rita: Browser, mia: Browser) -> None:
    assert "Mia" not in words(rita.get(PAGE).text, '//section[@id="sessions"]')
    page = html.fromstring(mia.get(PAGE).text)
    ends = '//section[@id="sessions"]//form[.//button[starts-with(@aria-label, "End the session of Rita")]]/@action'
    (end,) = page.xpath(ends)
    assert mia.post(end).status_code == 303
    assert rita.get(PAGE).status_code == 401


def test_a_rep_cannot_end_a_managers_session(rita: Browser, mia: Browser, table: Table) -> None:
    session = table.mia.actor.id  # type: ignore[union-attr]
    assert rita.post(f"{PAGE}/sessions/{session}/revoke").status_code == 403
    assert rita.post(f"{PAGE}/sessions/none/revoke").status_code == 404
    assert mia.get(PAGE).status_code == 200


def test_a_receiver_is_added_switched_and_removed(mia: Browser) -> None:
    form = {"kind": "operations", "transport": "folder", "target": "warehouse/in", "format": "json"}
    assert mia.post(f"{PAGE}/receivers", form).status_code == 303
    page = html.fromstring(mia.get(PAGE).text)
    switch, remove = page.xpath('//section[@id="receivers"]//td//form/@action')
    assert mia.post(switch, {"active": "false"}).status_code == 303
    assert "off" in words(mia.get(PAGE).text, '//section[@id="receivers"]//tbody')
    assert mia.post(remove).status_code == 303
    assert "No receivers yet." in words(mia.get(PAGE).text)


def test_a_webhooks_secret_is_shown_once(mia: Browser) -> None:
    form = {
        "kind": "accounting",
        "transport": "webhook",
        "target": "https://erp.example.com/in",
        "format": "json",
    }
    shown = html.fromstring(mia.post(f"{PAGE}/receivers", form).text)
    (secret,) = shown.xpath('//*[@role="status"]//code/text()')
    assert secret.startswith("whsec_")
    assert secret not in mia.get(PAGE).text
    (renew,) = html.fromstring(mia.get(PAGE).text).xpath('//form[contains(@action, "/secret")]/@action')
    assert secret not in mia.post(renew).text


@pytest.mark.parametrize(
    ("field", "value"),
    [("target", "../../etc"), ("transport", "pigeon"), ("kind", "gossip"), ("format", "doc")],
)
def test_a_receiver_that_cannot_be_is_refused_at_its_field(mia: Browser, field: str, value: str) -> None:
    form = {"kind": "operations", "transport": "folder", "target": "in", "format": "json"}
    refused = mia.post(f"{PAGE}/receivers", form | {field: value})
    assert refused.status_code == 422
    assert html.fromstring(refused.text).xpath(f'//*[@name="{field}"][@aria-invalid="true"]')


def handed_off(site: Site, table: Table) -> str:
    """An accepted deal, whose part for operations goes to a folder; the id of its delivery."""
    add = {"kind": "operations", "transport": "folder", "target": "in", "format": "json"}
    site.database.write_now(lambda work: add_receiver(work, table.mia.actor, **add))
    table.sol.accepts()
    outbox = tables.outbox
    query = select(outbox.c.id).where(outbox.c.transport == "folder").order_by(outbox.c.id).limit(1)
    return str(site.database.read_now(lambda transaction: transaction.connection.execute(query).scalar_one()))


def test_a_failed_delivery_is_listed_first_and_can_be_sent_again(
    site: Site, table: Table, rita: Browser
) -> None:
    delivery = handed_off(site, table)
    failed = update(tables.outbox).where(tables.outbox.c.id == delivery)
    values = {"state": "failed", "attempts": 10, "error": "The folder is full.", "leased_until": None}
    site.database.write_now(lambda work: work.connection.execute(failed.values(**values)))
    page = html.fromstring(rita.get("/desk/handoffs?state=failed").text)
    (row,) = page.xpath("//tbody/tr")
    told = " ".join(row.text_content().split())
    assert "failed after 10 attempts" in told
    assert "The folder is full." in told
    assert "Oakum Foods" in told
    assert rita.post(row.xpath(".//form/@action")[0]).status_code == 303
    again = html.fromstring(rita.get("/desk/handoffs?state=failed").text)
    assert again.xpath("//tbody/tr") == []


def test_an_unknown_delivery_is_not_found(rita: Browser) -> None:
    assert rita.post("/desk/handoffs/none/retry").status_code == 404


def test_mails_are_listed_on_request_and_their_links_never(site: Site, table: Table, rita: Browser) -> None:
    assert "bea@oakum.example" not in rita.get("/desk/handoffs").text
    with_mails = rita.get("/desk/handoffs?mail=1").text
    assert "bea@oakum.example" in with_mails
    assert "/j/" not in with_mails


def test_insights_count_what_there_is(site: Site, table: Table, rita: Browser) -> None:
    table.bea.says("Hello?")
    table.rita.says("Good morning.")
    table.sol.accepts()
    page = rita.get("/desk/insights").text
    rows = html.fromstring(page).xpath('//section[contains(., "Deals by state")]//tbody/tr')
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["accepted", "1", "EUR\u00a052,900.00"],
        ["open", "1", "EUR\u00a052,900.00"],
    ]
    assert "1 answer in the last 90 days" in words(page)
