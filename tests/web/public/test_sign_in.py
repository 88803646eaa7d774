"""How reps get in and out."""

from __future__ import annotations

import re
from functools import partial

import msgspec
from sqlalchemy import select

from portal.commands.people.sign_in import issue_sign_in_link
from portal.domain.deal.mail import Mail
from portal.storage import tables
from tests.web.conftest import Site
from tests.web.public.test_join import sessions, token_in

RITA = "rita@kestrel.example"


def link_for(site: Site, email: str) -> str:
    url: str = site.database.write_now(partial(issue_sign_in_link, email=email)).url
    return url.removeprefix(site.settings.public_url)


def sign_in_mails(site: Site) -> list[Mail]:
    query = select(tables.outbox.c.payload).where(tables.outbox.c.transport == "mail")
    payloads = site.database.read_now(lambda transaction: transaction.connection.scalars(query).all())
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    return [mail for mail in mails if mail.template == "sign_in_link"]


def test_a_rep_is_mailed_a_link_and_a_stranger_gets_the_same_answer(site: Site) -> None:
    form = token_in(site.request("GET", "/desk/sign-in").text)
    answers = [
        site.request("POST", "/desk/sign-in", data={"csrf": form, "email": email})
        for email in (f" {RITA.upper()} ", "bea@oakum.example", "", "x" * 5000)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({re.sub(r"[0-9a-f]{16}", "", answer.text) for answer in answers}) == 1
    assert [mail.to_email for mail in sign_in_mails(site)] == [RITA]


def test_looking_at_a_sign_in_link_has_no_effect(site: Site) -> None:
    link, before = link_for(site, RITA), sessions(site)
    for _ in range(3):
        looked = site.request("GET", link)
        assert looked.status_code == 200
        assert "Rita" in looked.text
        assert "Sign in" in looked.text
    assert sessions(site) == before


def test_the_button_signs_in_once(site: Site) -> None:
    link = link_for(site, RITA)
    form = {"csrf": token_in(site.request("GET", link).text)}
    signed_in = site.request("POST", link, data=form)
    assert signed_in.status_code == 303
    assert signed_in.headers["location"] == "/desk"
    assert signed_in.headers["set-cookie"].startswith("parley_desk=")
    again = site.request("POST", link, data=form)
    assert again.status_code == 404
    assert "set-cookie" not in again.headers
    assert "used already" in again.text
    assert site.request("GET", link).status_code == 404


def test_a_sign_in_without_the_page_s_token_is_refused(site: Site) -> None:
    link = link_for(site, RITA)
    refused = site.request("POST", link, data={"csrf": token_in(site.request("GET", "/desk/sign-in").text)})
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert site.request("GET", link).status_code == 200


def test_signing_out_ends_the_session(site: Site) -> None:
    rita = site.browser(site.table.rita)
    assert rita.get("/desk").status_code == 200
    out = rita.post("/desk/sign-out")
    assert out.status_code == 303
    assert 'parley_desk=""' in out.headers["set-cookie"] or "parley_desk=;" in out.headers["set-cookie"]
    assert rita.get("/desk").status_code == 401
