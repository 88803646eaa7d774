"""A right that was taken back stays taken back, whatever is published, sent, asked or reminded of afterwards."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text, update

from portal.access import System, token_hash
from portal.commands.deal import ask_more_time, give_more_time, reopen, send_proposal
from portal.commands.mail import remind
from portal.commands.people import add_contact, change_contact_role, issue_link, join, revoke_links
from portal.commands.revision import import_quote
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.mail import Mail
from portal.errors import Invalid, NotFound
from portal.storage import tables
from tests.cast import Clock, Seat, Table, read_quote
from tests.quotes import quote

CLI = System("cli")
OAKUM = ("bea", "sol", "vic")


def mails(table: Table) -> list[Mail]:
    """Every mail in the outbox, oldest first."""
    box = tables.outbox.c
    query = select(box.payload).where(box.transport == "mail").order_by(box.created_at)
    rows = table.database.read_now(lambda t: t.connection.execute(query).scalars().all())
    return [msgspec.json.decode(row, type=Mail) for row in rows]


def told(table: Table, clock: Clock, act: Callable[[], Any]) -> set[str]:
    """Who of the buyers' is mailed by what somebody does."""
    clock.advance(minutes=1)
    before = len(mails(table))
    act()
    return {
        name for mail in mails(table)[before:] if (name := mail.to_email.partition("@")[0]) in (*OAKUM, "kim")
    }


def revoke(table: Table, seat: Seat) -> None:
    table.rita.does(revoke_links.revoke_links, contact_id=seat.contact_id)


def living(table: Table, contact_id: str) -> int:
    grant = tables.grant.c
    query = select(grant.id).where(grant.contact_id == contact_id, grant.revoked_at.is_(None))
    return len(table.database.read_now(lambda t: t.connection.execute(query).all()))


def takes_in(table: Table, document: dict[str, Any], **options: Any) -> str:
    today = table.database.clock().date()
    incoming = read_quote(json.dumps(document).encode(), "q.json", today=today, zone="Europe/Copenhagen")
    taken = table.database.write_now(lambda work: import_quote.import_quote(work, CLI, incoming, **options))
    return str(taken.deal)


def edit(table: Table) -> None:
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()


def answer(table: Table) -> None:
    table.sol.proposes("press", unit_price="16000")
    table.rita.publishes("decline")


def answer_by_policy(table: Table) -> None:
    """Inside what the seller has approved before."""
    table.sol.proposes("press", unit_price="18444")
    assert table.sol.deal.revision == 2


def requote(table: Table) -> None:
    """It names the contact anew, and with another role."""
    document = quote(title="Again")
    document["buyer"]["contacts"][0]["role"] = "signer"
    takes_in(table, document, requote=True)


def open_again(table: Table) -> None:
    table.rita.withdraws()
    table.rita.does(reopen.reopen, valid_until=date(2026, 12, 20))


def give_time(table: Table) -> None:
    table.rita.does(give_more_time.give_more_time, valid_until=date(2026, 12, 20))


def promote(table: Table) -> None:
    table.rita.does(change_contact_role.change_contact_role, table.bea.contact_id, "signer")
    edit(table)


def accept(table: Table) -> None:
    table.sol.accepts()


def remember(table: Table) -> None:
    clock = table.database.clock
    assert isinstance(clock, Clock)
    clock.now = table.rita.deal.valid_until - timedelta(hours=20)
    table.database.write_now(remind.remind)


def ask_for_a_link(table: Table) -> None:
    for asked in ({"email": "bea@oakum.example"}, {"email": "sol@oakum.example", "deal_id": table.deal_id}):
        table.database.write_now(lambda work: join.request_link(work, **asked))  # noqa: B023


PATHS = (
    *(edit, answer, answer_by_policy, requote, open_again, give_time, promote, accept),
    *(remember, ask_for_a_link),
)


@pytest.mark.parametrize("act", PATHS, ids=lambda act: act.__name__)
def test_nothing_gives_it_back(table: Table, clock: Clock, act: Callable[[Table], None]) -> None:
    clock.advance(hours=2)
    revoke(table, table.bea)
    assert told(table, clock, lambda: act(table)) == {"sol"}
    assert living(table, table.bea.contact_id) == 0
    with pytest.raises(NotFound):
        _ = table.bea.deal


@pytest.mark.parametrize("act", PATHS, ids=lambda act: act.__name__)
def test_who_was_given_it_again_is_told_as_before(
    table: Table, clock: Clock, act: Callable[[Table], None]
) -> None:
    revoke(table, table.bea)
    # In the same instant: what is newer is told by the revocation, not by the clock.
    table.rita.does(issue_link.issue_link, contact_id=table.bea.contact_id, channel="shown")
    clock.advance(hours=2)
    assert told(table, clock, lambda: act(table)) == {"bea", "sol"}


def test_what_was_not_mailed_yet_stays_here(table: Table, clock: Clock) -> None:
    """It would name figures to somebody who may not know them any more. What others get goes on."""
    edit(table)
    revoke(table, table.bea)
    box = tables.outbox.c
    query = select(box.payload, box.state).where(box.deal_id == table.deal_id)
    rows = table.database.read_now(lambda t: t.connection.execute(query).all())
    states = [(msgspec.json.decode(row.payload, type=Mail), row.state) for row in rows]
    theirs = [(mail, state) for mail, state in states if mail.to_email == "bea@oakum.example"]
    assert [state for _, state in theirs] == ["cancelled"] * 2
    assert not any("/j/" in mail.context["url"] for mail, _ in theirs)
    assert {state for mail, state in states if mail.to_email != "bea@oakum.example"} == {"waiting"}


def test_an_expired_link_is_no_revoked_one(table: Table, clock: Clock) -> None:
    grant = tables.grant
    ended = update(grant).where(grant.c.contact_id == table.bea.contact_id).values(expires_at=clock.now)
    table.database.write_now(lambda work: work.connection.execute(ended).rowcount)
    clock.advance(hours=2)
    assert told(table, clock, lambda: edit(table)) == {"bea", "sol"}


def test_who_never_had_one_gets_one(table: Table, clock: Clock) -> None:
    facts = {"name": "Kim Aas", "email": "kim@oakum.example", "role": "signer", "mail": False}
    assert told(table, clock, lambda: table.rita.does(add_contact.add_contact, **facts)) == set()
    assert told(table, clock, lambda: edit(table)) == {"bea", "sol", "kim"}


def test_a_link_that_is_mailed_by_hand_gives_it_again(table: Table, clock: Clock) -> None:
    revoke(table, table.bea)
    mail = lambda: table.rita.does(issue_link.issue_link, contact_id=table.bea.contact_id)  # noqa: E731
    assert told(table, clock, mail) == {"bea"}
    token = mails(table)[-1].context["url"].rpartition("/")[2]
    cookie = table.database.write_now(lambda work: join.join(work, token, session_id=None)).cookie
    table.bea.actor = type(table.bea.actor)(token_hash(cookie))
    assert table.bea.deal.state == "open"


def test_a_revoked_link_brings_no_other(table: Table, clock: Clock) -> None:
    link = table.rita.does(issue_link.issue_link, contact_id=table.bea.contact_id, channel="shown")
    revoke(table, table.bea)
    clock.advance(hours=2)
    token = link.url.rpartition("/")[2]
    ask = lambda: table.database.write_now(lambda work: join.request_link(work, token=token))  # noqa: E731
    assert told(table, clock, ask) == set()


def test_many_revoked_rights_do_not_hide_the_one_that_is_left(table: Table, clock: Clock) -> None:
    revoke(table, table.bea)
    for number in range(6):
        deal_id = takes_in(table, quote(external_id=f"CPQ-{number}"))
        table.database.write_now(lambda work: send_proposal.send_proposal(work, CLI, deal_id))  # noqa: B023
        if number < 5:
            take_back(table, deal_id, "bea")
    clock.advance(hours=2)
    ask = lambda: table.database.write_now(  # noqa: E731
        lambda work: join.request_link(work, email="bea@oakum.example")
    )
    assert told(table, clock, ask) == {"bea"}


def test_who_asks_for_a_link_while_the_right_is_taken_back_gets_none(table: Table, clock: Clock) -> None:
    clock.advance(hours=2)
    revoking = threading.Event()

    def slowly(work: UnitOfWork) -> None:
        revoke_links.revoke_links(work, CLI, table.deal_id, table.bea.contact_id)
        revoking.set()
        # One writer has them one after the other; else the other has found the right as it was, and waits for the deal.
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until = time.monotonic() + 60
        while work.connection.dialect.name != "sqlite" and not work.connection.scalar(waiting):
            assert time.monotonic() < until, "nobody waits for the deal"

    def ask() -> None:
        with ThreadPoolExecutor(1) as other:
            taken = other.submit(table.database.write_now, slowly)
            assert revoking.wait(60)
            table.database.write_now(lambda work: join.request_link(work, email="bea@oakum.example"))
            taken.result()

    assert told(table, clock, ask) == set()
    assert living(table, table.bea.contact_id) == 0


# ---- before it is sent -----------------------------------------------------------------------------------------------


def contacts(table: Table, deal_id: str) -> dict[str, str]:
    contact = tables.contact.c
    query = select(contact.email, contact.id).where(contact.deal_id == deal_id)
    rows = table.database.read_now(lambda t: t.connection.execute(query).all())
    return {row.email.partition("@")[0]: row.id for row in rows}


@pytest.fixture
def draft(table: Table) -> str:
    """Another deal of the same people's, not sent yet."""
    return takes_in(table, quote(external_id="CPQ-3003"))


def take_back(table: Table, deal_id: str, *names: str) -> None:
    """With what was given before, if anything was; a draft's link opens nothing yet."""
    people = contacts(table, deal_id)
    for name in names:
        for command in (issue_link.issue_link, revoke_links.revoke_links):
            table.database.write_now(
                lambda work: command(work, CLI, deal_id, people[name])  # type: ignore[operator]  # noqa: B023
            )


def test_a_draft_is_sent_to_those_who_still_have_a_right_to_it(
    table: Table, clock: Clock, draft: str
) -> None:
    take_back(table, draft, "bea")
    send = lambda: table.database.write_now(  # noqa: E731
        lambda work: send_proposal.send_proposal(work, CLI, draft)
    )
    assert told(table, clock, send) == {"sol", "vic"}


def test_a_draft_that_nobody_may_open_is_not_sent(table: Table, clock: Clock, draft: str) -> None:
    take_back(table, draft, *OAKUM)
    before = len(mails(table))
    with pytest.raises(Invalid) as refusal:
        table.database.write_now(lambda work: send_proposal.send_proposal(work, CLI, draft))
    (problem,) = refusal.value.problems
    assert problem.place == "contacts"
    assert "revoked" in str(problem.hint)
    assert len(mails(table)) == before


def test_asking_for_more_time_tells_no_buyer(table: Table, clock: Clock) -> None:
    revoke(table, table.bea)
    clock.now = table.rita.deal.valid_until
    assert told(table, clock, lambda: table.sol.does(ask_more_time.ask_more_time)) == set()
