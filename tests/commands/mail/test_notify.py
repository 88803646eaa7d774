"""Who of the seller's is told by mail: the owner, everybody when nobody answers for the deal, and nobody who has left."""

import msgspec
from sqlalchemy import select, update

from portal.commands.mail import remind
from portal.commands.revision import decide_approval
from portal.domain.deal.mail import Mail
from portal.storage import tables
from tests.cast import Clock, Table

REPS = ("rita", "mia")


def told(table: Table) -> list[tuple[str, str]]:
    """Every mail to a rep, as template and who."""
    query = select(tables.outbox.c.payload).where(tables.outbox.c.transport == "mail")
    rows = table.database.read_now(lambda t: t.connection.execute(query).scalars().all())
    mails = [msgspec.json.decode(row, type=Mail) for row in rows]
    found = ((mail.template, mail.to_email.partition("@")[0]) for mail in mails)
    return sorted(each for each in found if each[1] in REPS)


def leaves(table: Table, name: str) -> None:
    rep = tables.rep
    gone = update(rep).where(rep.c.email == f"{name}@kestrel.example").values(active=False)
    table.database.write_now(lambda work: work.connection.execute(gone).rowcount)


def test_the_owner_is_told(table: Table) -> None:
    table.bea.proposes("press", unit_price="16000")
    table.sol.accepts()
    assert told(table) == [("order_notice", "rita"), ("seller_notice", "rita")]


def test_when_the_owner_has_left_everybody_else_is(table: Table) -> None:
    leaves(table, "rita")
    table.bea.proposes("press", unit_price="16000")
    table.sol.accepts()
    assert told(table) == [("order_notice", "mia"), ("seller_notice", "mia")]


def test_a_wait_is_told_to_nobody_who_has_left(table: Table, clock: Clock) -> None:
    leaves(table, "rita")
    table.bea.says("Hello?")
    clock.advance(days=2)
    table.database.write_now(remind.remind)
    assert told(table) == [("reminder_waiting", "mia")]


def test_what_was_asked_of_a_manager_is_told_to_who_asked(table: Table) -> None:
    table.rita.edits("press", unit_price="15000")
    asked = table.rita.publishes()
    table.mia.does(decide_approval.decide_approval, asked.approval, granted=True)
    assert told(table) == [("approval_decided", "rita"), ("approval_needed", "mia")]


def test_unless_they_have_left(table: Table) -> None:
    table.rita.edits("press", unit_price="15000")
    asked = table.rita.publishes()
    leaves(table, "rita")
    table.mia.does(decide_approval.decide_approval, asked.approval, granted=True)
    assert told(table) == [("approval_needed", "mia")]
    assert table.bea.deal.revision == 2


def test_who_decides_on_their_own_is_not_told(table: Table) -> None:
    table.mia.edits("press", unit_price="15000")
    assert table.mia.publishes().revision == 2
    assert told(table) == []
