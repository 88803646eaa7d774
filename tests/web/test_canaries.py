"""What only the seller knows is in no byte that a buyer can get, however a number may be written.

The quote carries private figures found nowhere else; everything a buyer's browser can ask for, in every stage of the
deal, is searched for them and for what they give away (margins). A new route is asked for as well, or fails the test.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal

import httpx
import msgspec
import pytest
from litestar import Litestar
from pypdf import PdfReader
from sqlalchemy import select

from portal.access import System
from portal.commands.negotiation import draft_counteroffer
from portal.commands.policy.write_policy import write_policy
from portal.commands.revision import decide_approval
from portal.domain.deal.mail import Mail
from portal.domain.policy.policy import Policy
from portal.storage import tables
from tests.cast import Seat, Table
from tests.quotes import CANARIES
from tests.web.conftest import Site

PRICE, QUANTITY = Decimal("18450.00"), 2
COST = Decimal(CANARIES["unit_cost"])
# What the figures give away is as private as they are: the margin of a unit, of the line, and its cost.
PRIVATE = [
    *map(Decimal, CANARIES.values()),
    PRICE - COST,
    (PRICE - COST) * QUANTITY,
    COST * QUANTITY,
    Decimal(CANARIES["floor_unit_price"]) * QUANTITY,
]
WORDS = ("unit_cost", "floor_unit_price", "auto_accept", "margin", "approval", "They are in a hurry")

# What buyers ask of each other in their team space; the seller's approvals have other words.
OWN_WORDS = ("Request approval", "Choose Approve, Reject or Request approval.")


def spellings(value: Decimal) -> Iterator[str]:
    """A number as any language, any unit and any scale could write it."""
    whole, _, cents = f"{value:.2f}".partition(".")
    grouped = [
        whole,
        *(
            f"{int(whole):,}".replace(",", mark)
            for mark in (",", ".", " ", "\u00a0", "\u202f", "'", "\u2019")
        ),
    ]
    for digits in grouped:
        yield digits
        for point in (".", ","):
            yield from (
                f"{digits}{point}{cents}",
                f"{digits}{point}{cents.rstrip('0')}",
                f"{digits}{point}{cents}0000",
            )
    yield from (f"{value * 100:.0f}", f"{value * 10**6:.0f}", f"{value.normalize():E}", f"{float(value)!r}")


SPELLED = sorted({text for value in PRIVATE for text in spellings(value)})


def leak_in(text: str) -> str | None:
    """The first private figure or word in a text, with what stands around it."""
    for own in OWN_WORDS:
        text = text.replace(own, "")
    for canary in (*SPELLED, *WORDS):
        start = text.find(canary)
        while start >= 0:
            end = start + len(canary)
            # Numbers stand alone: a digest or an id may hold any digits.
            if canary in WORDS or not re.search(
                r"[\w-]", text[max(0, start - 1) : start] + text[end : end + 1]
            ):
                return text[max(0, start - 80) : end + 40]
            start = text.find(canary, end)
    return None


QUERIES = (
    "",
    "?after=0",
    "?from=1&to=1",
    "?change=press",
    "?comment=line:press",
    "?accept=1",
    "?language=de",
)
FORMS = ({}, {"unit_price": "1"}, {"unit_price": "15000", "quantity": "5"}, {"quantity": "99", "value": "?"})
# These would hold: the first sends what the forms above have drafted.
SENDS = ("/deals/{deal_id}/counteroffer",)
PARTS = {
    "line": "press",
    "term": "payment",
    "whole": "total",
    "wish": "_",
    "standing": "volume",
    "number": "1",
    "counteroffer": "none",
    "scenario": "none",
}


def buyer_routes(app: Litestar) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        for method in getattr(route, "methods", []):
            sends = method == "POST" and route.path_format in SENDS
            if route.path_format.startswith("/deals/") and method in ("GET", "POST") and not sends:
                yield method, route.path_format


def address(path: str, deal_id: str) -> str:
    filled = path.replace("{deal_id}", deal_id)
    for name, value in PARTS.items():
        filled = filled.replace(f"{{{name}}}", value)
    assert "{" not in filled, f"What does {path} need? Add it to PARTS."
    return filled


def everything(site: Site, who: Seat) -> Iterator[tuple[str, str]]:
    """Every answer that this buyer can get without changing the deal: pages, fragments, frames, errors."""
    browser = site.browser(who)
    for method, path in buyer_routes(site.app):
        where = address(path, who.deal_id)
        if method == "GET":
            for query in (
                "",
                "?after=0",
                "?from=1&to=1",
                "?change=press",
                "?comment=line:press",
                "?accept=1",
                "?language=de",
            ):
                answer = browser.get(where + query)
                yield f"GET {where}{query}", readable(answer) + str(answer.headers)
                yield f"GET {where}{query} (htmx)", browser.get(where + query, HX_Request="true").text
        elif "/preview" in path or "/change" in path:
            for fields in (
                {},
                {"unit_price": "1"},
                {"unit_price": "15000", "quantity": "5"},
                {"quantity": "99", "value": "?"},
            ):
                answer = browser.post(where, fields | {"add": ""})
                yield f"POST {where} {fields}", answer.text
        else:
            # Nothing that would hold: what is searched here are the refusals.
            answer = browser.post(
                where, {"revision": "99", "body": "", "reason": "", "key": "k"}, HX_Request="true"
            )
            yield f"POST {where}", answer.text


def readable(answer: httpx.Response) -> str:
    if answer.content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    if answer.headers["content-type"] != "application/pdf":
        return answer.text
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def mails(table: Table) -> Iterator[tuple[str, str]]:
    rows = table.database.read_now(
        lambda t: t.connection.execute(
            select(tables.outbox.c.payload).where(tables.outbox.c.transport == "mail")
        ).all()
    )
    for row in rows:
        mail = msgspec.json.decode(row.payload, type=Mail)
        if mail.to_email.endswith("@oakum.example"):
            yield f"mail {mail.template}", row.payload.decode()


def search(site: Site) -> None:
    table = site.table
    found = 0
    for who in (table.bea, table.sol):
        for where, text in (*everything(site, who), *mails(table)):
            assert (leak := leak_in(text)) is None, f"{where}: …{leak}…"
            found += len(text)
    assert found > 500_000


def test_the_search_would_find_them() -> None:
    for text in (
        "13717.31",
        "13,717.31",
        "13.717,31",
        "13\u202f717,31",
        "€15,919",
        "1371731",
        "floor_unit_price",
    ):
        assert leak_in(f"<td>{text}</td>"), text
    assert leak_in("a13717b 137170") is None


def test_the_seller_does_see_them(site: Site) -> None:
    page = site.browser(site.table.rita).get(f"/desk/deals/{site.table.deal_id}").text
    assert leak_in(page)


@pytest.fixture
def negotiated(table: Table) -> Table:
    table.rita.notes("They are in a hurry.")
    table.bea.proposes("press", unit_price="15000")
    return table


def test_while_it_is_open_and_asked(site: Site, negotiated: Table) -> None:
    search(site)


def test_while_a_manager_decides(site: Site, negotiated: Table) -> None:
    asked = negotiated.rita.publishes("accept")
    assert asked.approval
    search(site)
    negotiated.mia.does(
        decide_approval.decide_approval, asked.approval, granted=True, note="They are in a hurry."
    )
    search(site)


def test_after_a_private_limit_and_a_policy_have_answered(site: Site, negotiated: Table) -> None:
    """The seller's ledger holds which of them it was; buyers read "accepted"."""
    rule = Policy(name="Only for Oakum", discount_percent=Decimal(3), margin_percent=Decimal("11.11"))
    negotiated.database.write_now(lambda work: write_policy(work, System("cli"), policy=rule))
    negotiated.rita.publishes("decline")
    assert negotiated.bea.proposes("press", unit_price="18444.01").revision == 3
    negotiated.rita.edits("press", unit_price="18450")
    negotiated.rita.publishes()
    assert negotiated.sol.proposes("press", unit_price="18001.01").revision == 5
    search(site)
    browser = site.browser(negotiated.bea)
    for path in ("", "/changes?after=0", "/revisions/5", "/compare?from=1&to=5"):
        text = browser.get(f"/deals/{negotiated.deal_id}{path}").text
        assert not re.search(r"Only for Oakum|answered_by_policy|grounds|concession_percent|11\.11", text), (
            path
        )


def test_after_it_was_accepted(site: Site, negotiated: Table) -> None:
    negotiated.rita.publishes({"line:press:unit_price": "17000"})
    negotiated.bea.does(
        draft_counteroffer.put_changes, changes=[negotiated.bea.change("press", "quantity", "3")]
    )
    negotiated.sol.accepts()
    search(site)


def test_after_it_was_withdrawn(site: Site, negotiated: Table) -> None:
    negotiated.rita.withdraws("We have to start again.")
    search(site)
