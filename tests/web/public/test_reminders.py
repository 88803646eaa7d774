"""Reminders switched off: by the link of a mail, in one press of a mail program, on the buyer's page and the rep's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from lxml import html
from sqlalchemy import select

from portal.commands.mail.remind import remind
from portal.domain.deal.mail import Mail
from portal.outbound import smtp
from portal.reading.operator import reminders
from portal.rendering import mail
from portal.settings import Settings
from portal.storage import tables
from tests.cast import Seat, Table
from tests.web.conftest import Site


@pytest.fixture
def letters(site: Site, table: Table) -> dict[str, Mail]:
    """The reminders that Bea and Sol got two days before the end, by address."""
    end = table.bea.deal.valid_until
    now = site.database.clock
    site.database.clock = lambda: end - timedelta(days=2)
    site.database.write_now(remind)
    site.database.clock = now
    query = select(tables.outbox.c.payload).where(tables.outbox.c.deal_id == table.deal_id)
    rows = site.database.read_now(lambda t: t.connection.execute(query).scalars().all())
    found = [msgspec.json.decode(row, type=Mail) for row in rows]
    return {each.to_email: each for each in found if each.template == "reminder_expiry"}


def off(site: Site, who: Seat) -> frozenset[str]:
    person = who.deal.actor
    return site.database.read_now(lambda transaction: reminders.switched_off(transaction, person))


def path(letter: Mail, settings: Settings) -> str:
    return mail.unsubscribe_url(letter, settings).removeprefix(settings.public_url)


def test_a_reminder_says_how_to_stop_it(site: Site, table: Table, letters: dict[str, Mail]) -> None:
    letter = letters["bea@oakum.example"]
    rendered = mail.render(letter, site.settings)
    # Its end says when it was signed, to the second.
    stop = mail.unsubscribe_url(letter, site.settings).partition(".aw")[0]
    assert stop in rendered.text
    assert stop in rendered.html
    assert "valid until" in rendered.text.lower()
    message = smtp.compose(
        letter, rendered, site.settings, delivery="d", deal_id=table.deal_id, at=table.bea.deal.valid_until
    )
    assert message["List-Unsubscribe"].startswith(f"<{stop}")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not any(figure in rendered.subject for figure in ("18", "EUR", "€"))


def test_looking_at_the_link_changes_nothing_and_the_button_does(
    site: Site, table: Table, letters: dict[str, Mail]
) -> None:
    nobody, where = site.browser(), path(letters["bea@oakum.example"], site.settings)
    page = nobody.get(where)
    assert page.status_code == 200
    assert off(site, table.bea) == frozenset()
    assert html.fromstring(page.text).xpath("//form//button")
    assert nobody.post(where, {"do": "off"}).status_code == 200
    assert off(site, table.bea) == {"expiry"}
    assert off(site, table.sol) == frozenset()
    assert nobody.post(where, {"do": "on"}).status_code == 200
    assert off(site, table.bea) == frozenset()


def test_a_mail_program_does_it_in_one_press(site: Site, table: Table, letters: dict[str, Mail]) -> None:
    where = path(letters["bea@oakum.example"], site.settings)
    for _ in range(2):
        answer = site.request("POST", where, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert off(site, table.bea) == {"expiry"}


def test_a_link_that_nobody_signed_switches_nothing(
    site: Site, table: Table, letters: dict[str, Mail]
) -> None:
    where = path(letters["bea@oakum.example"], site.settings)
    for wrong in (where[:-2] + "xx", "/unsubscribe/x", "/unsubscribe/" + "a" * 300):
        assert site.browser().get(wrong).status_code == 404
        assert site.browser().post(wrong).status_code == 404
    assert off(site, table.bea) == frozenset()


def test_a_contact_chooses_on_the_page(site: Site, table: Table) -> None:
    where = f"/deals/{table.deal_id}/reminders"
    bea = site.browser(table.vic)

    def ticked() -> Any:
        return html.fromstring(bea.get(where).text).xpath('//input[@name="kind"][@checked]/@value')

    assert ticked() == ["expiry", "unread"]
    assert bea.post(where, {"kind": "unread"}).status_code == 200
    assert ticked() == ["unread"]
    assert off(site, table.vic) == {"expiry"}


def test_the_goal_and_a_reps_own_switch_are_on_the_settings(site: Site, table: Table) -> None:
    mia, rita = site.browser(table.mia), site.browser(table.rita)

    def goal() -> str:
        return str(
            html.fromstring(mia.get("/desk/settings").text).get_element_by_id("goal-hours").get("value")
        )

    assert goal() == "4"
    assert mia.post("/desk/settings/response-goal", {"hours": "2"}).status_code == 303
    assert goal() == "2"
    assert mia.post("/desk/settings/response-goal", {"hours": "many"}).status_code == 422
    assert rita.post("/desk/settings/response-goal", {"hours": "9"}).status_code == 403
    assert rita.post("/desk/settings/reminders", {}).status_code == 303
    assert off(site, table.rita) == {"waiting"}
    assert rita.post("/desk/settings/reminders", {"waiting": "true"}).status_code == 303
    assert off(site, table.rita) == frozenset()


def test_the_inbox_says_who_waits_longer_than_the_goal(site: Site, table: Table) -> None:
    rita = site.browser(table.rita)
    table.bea.says("When could you deliver?")
    assert "late" not in html.fromstring(rita.get("/desk").text).text_content()
    now = site.database.clock()
    site.database.clock = lambda: now + timedelta(hours=5)
    late = html.fromstring(rita.get("/desk").text).xpath('//*[@class="inbox-flag"]')
    assert [" ".join(each.text_content().split()) for each in late] == ["1 h late"]
