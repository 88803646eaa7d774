"""Magic links: what scanners, people, and people with an old link get."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import msgspec
import pytest
from sqlalchemy import func, select, update

from portal.access import BuyerSession, System, deal_for, token_hash
from portal.commands.people.issue_link import issue_link
from portal.commands.people.revoke_links import revoke_links
from portal.domain.deal.mail import Mail
from portal.storage import tables
from realtime.hub.rate import Rate
from tests.cast import Seat
from tests.web.conftest import Site

CLI = System("cli")


def link_of(site: Site, who: Seat) -> str:
    command = partial(issue_link, actor=CLI, deal_id=who.deal_id, contact_id=who.contact_id, channel="shown")
    url: str = site.database.write_now(command).url
    return url.removeprefix(site.settings.public_url)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def sessions(site: Site) -> int:
    query = select(func.count()).select_from(tables.session)
    count: int = site.database.read_now(
        lambda transaction: transaction.connection.execute(query).scalar_one()
    )
    return count


def mails_to(site: Site, email: str) -> list[Mail]:
    query = select(tables.outbox.c.payload).where(tables.outbox.c.transport == "mail")
    payloads = site.database.read_now(lambda transaction: transaction.connection.scalars(query).all())
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    return [mail for mail in mails if mail.to_email == email and mail.template == "new_link"]


def expire(site: Site, who: Seat) -> None:
    now, grant = site.database.clock(), tables.grant
    long_ago = {"issued_at": now - timedelta(days=60), "expires_at": now - timedelta(minutes=1)}
    change = update(grant).where(grant.c.contact_id == who.contact_id).values(long_ago)
    site.database.write_now(lambda work: work.connection.execute(change).rowcount)


def test_looking_names_seller_deal_and_person_and_changes_nothing(site: Site) -> None:
    before = sessions(site)
    link = link_of(site, site.table.bea)
    for method in ("GET", "HEAD", "GET"):
        looked = site.request(method, link)
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
    for name in ("Kestrel Machines", "Two HP-40 presses for the Odense line", "Bea Lund", "Open proposal"):
        assert name in looked.text
    assert sessions(site) == before


def test_the_button_makes_a_session_and_leads_to_a_clean_address(site: Site) -> None:
    link = link_of(site, site.table.bea)
    opened = site.request("POST", link, data={"csrf": token_in(site.request("GET", link).text)})
    assert opened.status_code == 303
    assert opened.headers["location"] == f"/deals/{site.table.deal_id}"
    cookie = opened.headers["set-cookie"].lower()
    assert cookie.startswith("parley_buyer=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


def test_a_session_that_was_there_lends_its_deals_but_not_its_name(site: Site) -> None:
    ravn = site.browser(site.table.ravn)
    link = link_of(site, site.table.bea)
    form = {"csrf": token_in(site.request("GET", link).text)}
    opened = site.request("POST", link, data=form, cookies=ravn.cookies)
    new = re.match(r"parley_buyer=([^;]+)", opened.headers["set-cookie"])
    assert new
    assert new[1] not in ravn.cookies.values()
    session = BuyerSession(token_hash(new[1]))
    for deal_id in (site.table.deal_id, site.table.rival_deal_id):
        site.database.read_now(partial(deal_for, actor=session, deal_id=deal_id))


@pytest.mark.parametrize("form", [{}, {"csrf": "made-up"}])
def test_a_post_without_the_page_s_token_opens_nothing(site: Site, form: dict[str, str]) -> None:
    before = sessions(site)
    refused = site.request("POST", link_of(site, site.table.bea), data=form)
    assert refused.status_code == 403
    assert "Press the button again" in refused.text
    assert "set-cookie" not in refused.headers
    assert sessions(site) == before


def test_the_token_of_one_page_opens_no_other_link(site: Site) -> None:
    token = token_in(site.request("GET", link_of(site, site.table.ravn)).text)
    assert site.request("POST", link_of(site, site.table.bea), data={"csrf": token}).status_code == 403


def test_unknown_expired_and_revoked_links_look_alike(site: Site) -> None:
    links = {"expired": link_of(site, site.table.bea), "revoked": link_of(site, site.table.sol)}
    expire(site, site.table.bea)
    revoke = partial(
        revoke_links, actor=CLI, deal_id=site.table.deal_id, contact_id=site.table.sol.contact_id
    )
    site.database.write_now(revoke)
    links["unknown"] = "/j/" + "A" * 43
    pages = {}
    for name, link in links.items():
        answered = site.request("GET", link)
        assert answered.status_code == 404
        # The token it was asked with and the signed form stand in each page, and nothing else may differ.
        text = answered.text.replace(link.removeprefix("/j/"), "TOKEN")
        pages[name] = re.sub(r'name="csrf" value="[^"]+"', "", text)
        posted = site.request("POST", link, data={"csrf": token_in(answered.text)})
        assert posted.status_code in (403, 404)
        assert "set-cookie" not in posted.headers
    assert pages["expired"] == pages["revoked"] == pages["unknown"]
    assert "Mail me a new link" in pages["unknown"]


def test_whoever_had_an_expired_link_is_mailed_a_new_one(site: Site) -> None:
    link = link_of(site, site.table.bea)
    expire(site, site.table.bea)
    page = site.request("GET", link).text
    asked = site.request("POST", "/links", data={"csrf": token_in(page), "token": link.removeprefix("/j/")})
    assert asked.status_code == 303
    assert "Look in your mail" in site.request("GET", asked.headers["location"]).text
    assert len(mails_to(site, "bea@oakum.example")) == 1


def test_asking_for_a_link_has_one_answer_for_every_address(site: Site) -> None:
    expire(site, site.table.bea)
    page = site.request("GET", f"/deals/{site.table.deal_id}")
    assert page.status_code == 401
    answers = [
        site.request(
            "POST", "/links", data={"csrf": token_in(page.text), "deal": site.table.deal_id, "email": email}
        )
        for email in ("bea@oakum.example", "nobody@oakum.example", "ravn@havn.example", "not an address", "")
    ]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/links/sent")}
    assert len(mails_to(site, "bea@oakum.example")) == 1
    assert mails_to(site, "ravn@havn.example") == []


def test_a_revoked_person_gets_no_new_link(site: Site) -> None:
    sol = site.table.sol
    site.database.write_now(partial(revoke_links, actor=CLI, deal_id=sol.deal_id, contact_id=sol.contact_id))
    page = site.request("GET", f"/deals/{sol.deal_id}").text
    form = {"csrf": token_in(page), "deal": sol.deal_id, "email": "sol@oakum.example"}
    assert site.request("POST", "/links", data=form).status_code == 303
    assert mails_to(site, "sol@oakum.example") == []


def test_too_many_requests_for_links_are_slowed_down(site: Site) -> None:
    # A clock that stands: one request is allowed, and nothing is earned back.
    one = Rate(0.5, clock=lambda: 0.0)
    site.app.state.services = replace(site.app.state.services, link_requests=one)
    statuses = []
    for path in ("/links", "/desk/sign-in"):
        page = site.request("GET", "/deals/nothing" if path == "/links" else path).text
        form = {"csrf": token_in(page), "email": "nobody@oakum.example"}
        statuses.append(site.request("POST", path, data=form).status_code)
    assert statuses == [303, 429]
