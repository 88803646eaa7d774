"""What only the seller knows is in no byte that a buyer can get, however a number may be written.

The quote carries private figures found nowhere else; everything a buyer's browser can ask for, in every stage of the
deal, is searched for them and for what they give away (margins). A new route is asked for as well, or fails the test.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
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
from portal.commands.revision import decide_approval, publish_revision, take_back_revision
from portal.domain.change.counteroffer import Answer
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


def leak_in(text: str, spelled: Sequence[str] = SPELLED, words: Sequence[str] = WORDS) -> str | None:
    """The first private figure or word in a text, with what stands around it."""
    for own in OWN_WORDS:
        text = text.replace(own, "")
    for canary in (*spelled, *words):
        start = text.find(canary)
        while start >= 0:
            end = start + len(canary)
            # Numbers stand alone: a digest or an id may hold any digits.
            if canary in words or not re.search(
                r"[\w-]", text[max(0, start - 1) : start] + text[end : end + 1]
            ):
                return text[max(0, start - 80) : end + 40]
            start = text.find(canary, end)
    return None


QUERIES = (
    "",
    "?after=0",
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
    "counteroffer": "none",
    "scenario": "none",
}


def buyer_routes(app: Litestar) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        for method in getattr(route, "methods", []):
            sends = method == "POST" and route.path_format in SENDS
            if route.path_format.startswith("/deals/") and method in ("GET", "POST") and not sends:
                yield method, route.path_format


def address(path: str, deal_id: str, number: int = 1) -> str:
    filled = path.replace("{deal_id}", deal_id).replace("{number}", str(number))
    for name, value in PARTS.items():
        filled = filled.replace(f"{{{name}}}", value)
    assert "{" not in filled, f"What does {path} need? Add it to PARTS."
    return filled


def everything(site: Site, who: Seat, number: int = 1) -> Iterator[tuple[str, str]]:
    """Every answer that this buyer can get without changing the deal: pages, fragments, frames, errors.

    `number`: the revision that is asked for by its number.
    """
    browser = site.browser(who)
    compared = (f"?from={number}&to={number}", f"?from={number}&to=1", f"?from=1&to={number}")
    for method, path in buyer_routes(site.app):
        where = address(path, who.deal_id, number)
        if method == "GET":
            for query in (*QUERIES, *compared):
                answer = browser.get(where + query)
                yield f"GET {where}{query}", readable(answer) + str(answer.headers)
                yield f"GET {where}{query} (htmx)", browser.get(where + query, HX_Request="true").text
        elif "/preview" in path or "/change" in path:
            for fields in FORMS:
                answer = browser.post(where, fields | {"add": ""})
                yield f"POST {where} {fields}", answer.text
        else:
            # Nothing that would hold: what is searched here are the refusals.
            for revision in ("99", str(number)) if number > 1 else ("99",):
                fields = {"revision": revision, "digest": "", "body": "", "reason": "", "key": "k"}
                answer = browser.post(where, fields, HX_Request="true")
                yield f"POST {where} of {revision}", answer.text


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


def search(site: Site, leak_in: Callable[[str], str | None] = leak_in, number: int = 1) -> None:
    table = site.table
    found = 0
    for who in (table.bea, table.sol):
        for where, text in (*everything(site, who, number), *mails(table)):
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


# What the revision says that is taken back: prices, what the line then comes to, an answer and its words.
TAKEN_PRICE, EDITED, TAKEN_PAYMENT = Decimal("17311.17"), Decimal("147.37"), "37 days net"
TAKEN_WORDS = ("Only until noon", "Since it is you", TAKEN_PAYMENT)


def taken_in(text: str) -> str | None:
    """What a text says of the revision that was taken back."""
    figures = (TAKEN_PRICE, TAKEN_PRICE * QUANTITY, EDITED, EDITED * 40, PRICE - TAKEN_PRICE)
    spelled = sorted({each for value in figures for each in spellings(value)})
    return leak_in(text, spelled, TAKEN_WORDS)


@pytest.mark.parametrize("mail_figures", [False, True])
def test_after_a_revision_was_taken_back(site: Site, mail_figures: bool) -> None:
    table, site.database.mail_figures = site.table, mail_figures
    table.bea.proposes("press", unit_price="17000")
    table.rita.edits("install", unit_price=str(EDITED))
    table.rita.edits("payment", value=TAKEN_PAYMENT)
    publication = publish_revision.Publication(
        base_revision=1,
        answers=(Answer(change_id="line:press:unit_price", verdict="counter", value=str(TAKEN_PRICE)),),
        answer_notes={"line:press:unit_price": "Since it is you."},
        note="Only until noon.",
    )
    table.rita.does(publish_revision.publish_revision, publication)
    # A page that polls has it already, and so have the caches of this process.
    for who in (table.bea, table.sol):
        changes = site.browser(who).get(f"/deals/{table.deal_id}/changes?after=0").text
        assert taken_in(changes)
    table.rita.does(take_back_revision.take_back_revision, revision=2)
    search(site, taken_in, number=2)
    page = site.browser(table.bea).get(f"/deals/{table.deal_id}/revisions/2")
    assert (page.status_code, "Rita took revision 2 back on" in page.text) == (404, True)
    assert taken_in(site.browser(table.rita).get(f"/desk/deals/{table.deal_id}/revisions/2").text)
