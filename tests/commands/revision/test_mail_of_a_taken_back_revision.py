"""A mail about a revision that was taken back does not leave, or ends as it was under way."""

from datetime import date
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from portal.access import System
from portal.commands.deal import give_more_time
from portal.commands.mail import remind
from portal.commands.outbox import finish_delivery, lease_deliveries, retry_delivery
from portal.domain.deal.mail import Mail
from portal.errors import Conflict
from portal.reading.operator import deliveries
from portal.storage import tables
from tests.cast import Clock, Table
from tests.commands.revision.taking_back import publish, take_back, why_not


def mails(table: Table) -> list[tuple[str, str, str, str]]:
    """Every mail to Bea: template, revision, state and what is left of its link."""
    box = tables.outbox.c
    query = select(box.payload, box.state).where(box.transport == "mail", box.deal_id == table.deal_id)
    rows = table.database.read_now(lambda t: t.connection.execute(query.order_by(box.created_at)).all())
    read = [(msgspec.json.decode(row.payload, type=Mail), row.state) for row in rows]
    return [
        (mail.template, mail.context.get("revision", ""), state, mail.context["url"][:7])
        for mail, state in read
        if mail.to_email == "bea@oakum.example"
    ]


def test_it_is_not_announced_any_more(table: Table, clock: Clock) -> None:
    publish(table, clock)
    publish(table, clock, unit_price="17000")
    assert [each[2] for each in mails(table)] == ["waiting"] * 3
    take_back(table)
    assert mails(table) == [
        ("invitation", "1", "waiting", "http://"),
        # What was published before, and stands again, is told.
        ("new_answer", "2", "waiting", "http://"),
        ("new_answer", "3", "cancelled", "(sent)"),
    ]


def test_nobody_is_reminded_of_it(table: Table, clock: Clock) -> None:
    publish(table, clock)
    clock.advance(hours=30)
    table.database.write_now(remind.remind)
    take_back(table)
    assert [each[:3] for each in mails(table)[1:]] == [
        ("new_answer", "2", "cancelled"),
        ("reminder_unread", "2", "cancelled"),
    ]


def test_another_deals_revision_of_that_number_is_told(table: Table, clock: Clock) -> None:
    publish(table, clock)
    rival = table.rival_deal_id
    until = date(2026, 12, 20)
    table.database.write_now(
        lambda work: give_more_time.give_more_time(work, System("cli"), rival, valid_until=until)
    )
    take_back(table)
    box = tables.outbox.c
    query = select(box.state).where(box.deal_id == rival)
    assert set(table.database.read_now(lambda t: t.connection.scalars(query).all())) == {"waiting"}


def leased(table: Table) -> Any:
    """The mail about the newest revision, as a worker has taken it."""
    take = partial(lease_deliveries.lease_deliveries, transports=("mail",), limit=50)
    found = table.database.write_now(take).deliveries
    return next(each for each in found if b'"new_answer"' in each.payload)


def finish(table: Table, delivery: Any, **how: Any) -> str:
    done = partial(finish_delivery.finish_delivery, delivery_id=delivery.id, attempt=delivery.attempt, **how)
    return str(table.database.write_now(done).state)


def test_what_is_on_its_way_is_written_down_as_it_ends(table: Table, clock: Clock) -> None:
    publish(table, clock)
    delivery = leased(table)
    take_back(table)
    assert finish(table, delivery) == "sent"
    clock.advance(days=1)
    publish(table, clock, unit_price="17000")
    delivery = leased(table)
    take_back(table)
    assert finish(table, delivery, error="No such mailbox.", for_good=True) == "cancelled"
    clock.advance(days=1)
    again = table.database.write_now(
        partial(lease_deliveries.lease_deliveries, transports=("mail",), limit=50)
    )
    assert delivery.id not in [each.id for each in again.deliveries]


def test_nobody_sends_it_again_by_hand(table: Table, clock: Clock) -> None:
    publish(table, clock)
    delivery = leased(table)
    finish(table, delivery, error="No such mailbox.", for_good=True)
    take_back(table)
    with pytest.raises(Conflict, match="was cancelled"):
        table.database.write_now(
            partial(retry_delivery.retry_delivery, actor=table.rita.actor, delivery_id=delivery.id)
        )
    listed = table.database.read_now(partial(deliveries.deliveries, actor=table.rita.actor, mail=True))
    (shown,) = [each for each in listed if each.id == delivery.id]
    assert (shown.state, shown.can_retry) == ("cancelled", False)
    assert "taken back" in shown.error


def test_nothing_of_it_stays_in_a_mail_that_did_not_leave(table: Table, clock: Clock) -> None:
    table.database.mail_figures = True
    clock.advance(minutes=5)
    table.rita.edits("press", unit_price="17333")
    table.rita.publishes(note="Our very best.")
    take_back(table)
    payloads = table.database.read_now(lambda t: t.connection.scalars(select(tables.outbox.c.payload)).all())
    assert not [each for each in payloads if b"17333" in each or b"very best" in each]


def test_once_a_mail_with_figures_has_left_it_stays(table: Table, clock: Clock) -> None:
    table.database.mail_figures = True
    publish(table, clock)
    assert why_not(table) == ""
    clock.advance(minutes=2)
    delivery = leased(table)
    with pytest.raises(Conflict, match="The mail with the figures of revision 2 has left"):
        take_back(table)
    finish(table, delivery)
    assert "has left" in why_not(table)


def test_a_mail_with_figures_can_be_stopped_for_two_minutes(table: Table, clock: Clock) -> None:
    table.database.mail_figures = True
    publish(table, clock)
    clock.advance(seconds=119)
    with pytest.raises(StopIteration):
        leased(table)
    take_back(table)
    clock.advance(days=1)
    take = partial(lease_deliveries.lease_deliveries, transports=("mail",), limit=50)
    found = table.database.write_now(take).deliveries
    assert not [each for each in found if b'"revision":"2"' in each.payload]


# ---- what is left of it ----------------------------------------------------------------------------------------------
