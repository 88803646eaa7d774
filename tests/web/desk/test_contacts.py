"""The buyer's people, as a rep manages them."""

from __future__ import annotations

import pytest
from lxml import html

from portal.reading.desk import contacts
from portal.reading.desk.contacts import DealContact
from portal.reading.operator import mailbox
from tests.cast import Table
from tests.web.conftest import Browser, Site


@pytest.fixture
def people(table: Table) -> str:
    return f"/desk/deals/{table.deal_id}/contacts"


def contact(table: Table, name: str) -> DealContact:
    deal = table.rita.deal
    found = table.database.read_now(lambda transaction: contacts.load(transaction, deal))
    return next(each for each in found if each.name.startswith(name))


def letters_to(site: Site, address: str) -> int:
    letters = site.database.read_now(mailbox.letters)
    return sum(letter.mail.to_email == address for letter in letters)


def test_a_new_contact_is_invited(rep: Browser, site: Site, table: Table, people: str) -> None:
    done = rep.post(people, {"name": "Nia Bro", "email": "nia@oakum.example", "role": "commenter"})
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/deals/{table.deal_id}#contacts")
    assert contact(table, "Nia").role == "commenter"
    assert letters_to(site, "nia@oakum.example") == 1


def test_a_known_address_is_refused_beside_its_field(rep: Browser, table: Table, people: str) -> None:
    refused = rep.post(people, {"name": "Bea again", "email": "BEA@oakum.example", "role": "viewer"})
    assert refused.status_code == 422
    (field,) = html.fromstring(refused.text).xpath('//input[@name="email"]')
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == "BEA@oakum.example"
    problem = field.get("aria-describedby")
    assert (
        "is a contact of this deal already" in html.fromstring(refused.text).get_element_by_id(problem).text
    )


def test_a_role_changes_what_a_contact_may_do(rep: Browser, table: Table, people: str) -> None:
    assert not table.vic.deal.can("accept")
    assert rep.post(f"{people}/{table.vic.contact_id}/role", {"role": "signer"}).status_code == 303
    assert table.vic.deal.can("accept")
    refused = rep.post(f"{people}/{table.vic.contact_id}/role", {"role": "emperor"})
    assert refused.status_code == 422
    assert "is not a role" in refused.text.replace("&#39;", "'")


def test_a_link_is_mailed_again(rep: Browser, site: Site, table: Table, people: str) -> None:
    before = letters_to(site, "bea@oakum.example")
    assert rep.post(f"{people}/{table.bea.contact_id}/mail").status_code == 303
    assert letters_to(site, "bea@oakum.example") == before + 1


def test_a_shown_link_opens_the_deal_and_is_shown_once(
    rep: Browser, site: Site, table: Table, people: str
) -> None:
    page = html.fromstring(rep.post(f"{people}/{table.bea.contact_id}/link").text)
    (link,) = page.xpath('//input[@aria-label="Magic link"]/@value')
    assert site.browser().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    again = html.fromstring(rep.get(f"/desk/deals/{table.deal_id}").text)
    assert again.xpath('//input[@aria-label="Magic link"]') == []
    assert link.rpartition("/")[2] not in rep.get(f"/desk/deals/{table.deal_id}").text


def test_revoking_takes_the_right_away(rep: Browser, site: Site, table: Table, people: str) -> None:
    bea = site.browser(table.bea)
    assert bea.get(f"/deals/{table.deal_id}").status_code == 200
    assert rep.post(f"{people}/{table.bea.contact_id}/revoke").status_code == 303
    assert bea.get(f"/deals/{table.deal_id}").status_code == 404
    assert contact(table, "Bea").links == 0


def test_a_right_that_was_taken_back_is_given_again_by_hand_only(
    rep: Browser, site: Site, table: Table, people: str
) -> None:
    rep.post(f"{people}/{table.bea.contact_id}/revoke")
    before = letters_to(site, "bea@oakum.example")
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    assert (letters_to(site, "bea@oakum.example"), contact(table, "Bea").links) == (before, 0)
    rep.post(f"{people}/{table.bea.contact_id}/mail")
    table.rita.edits("press", unit_price="17900")
    table.rita.publishes()
    assert letters_to(site, "bea@oakum.example") == before + 2
    newest = next(
        each.mail
        for each in site.database.read_now(mailbox.letters)
        if each.mail.to_email == "bea@oakum.example"
    )
    link = newest.context["url"].removeprefix("http://127.0.0.1:8000")
    assert site.browser().get(link).status_code == 200


def test_a_contact_of_another_deal_is_not_found(rep: Browser, table: Table, people: str) -> None:
    for verb in ("role", "mail", "link", "revoke"):
        assert rep.post(f"{people}/{table.ravn.contact_id}/{verb}", {"role": "viewer"}).status_code == 404
    assert table.ravn.deal.state == "open"


def test_who_has_looked_is_told(rep: Browser, table: Table) -> None:
    page = html.fromstring(rep.get(f"/desk/deals/{table.deal_id}").text)
    group = page.xpath('//*[@id="contacts"]//*[@role="group"][@aria-label="Bea Lund"]')[0]
    assert "Not opened yet" in group.text_content()
