"""Reminders across days: to whom, when, once, and never more than one a day for a deal."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pytest
from sqlalchemy import select

from portal.commands.deal import assign_owner, expire_deals, give_more_time, record_view
from portal.commands.mail import set_reminders
from portal.commands.mail.remind import remind
from portal.commands.people import revoke_links
from portal.domain.deal.mail import Mail
from portal.domain.ledger import shared_events
from portal.errors import Invalid, NotAllowed
from portal.reading.desk import inbox
from portal.reading.desk.inbox_row import View
from portal.storage import tables
from tests.cast import START, Clock, Table

KINDS = {"reminder_expiry", "reminder_unread", "reminder_waiting"}


class Sent(NamedTuple):
    template: str
    to: str
    at: datetime


def sent(table: Table) -> list[Sent]:
    """Every reminder in the outbox about this deal, oldest first."""
    box = tables.outbox.c
    query = select(box.payload, box.created_at).where(box.deal_id == table.deal_id).order_by(box.created_at)
    rows = table.database.read_now(lambda t: t.connection.execute(query).all())
    mails = [(msgspec.json.decode(row.payload, type=Mail), row.created_at) for row in rows]
    return [
        Sent(mail.template, mail.to_email.partition("@")[0], at)
        for mail, at in mails
        if mail.template in KINDS
    ]


def until(table: Table, clock: Clock, end: datetime) -> list[Sent]:
    """What comes while the sweeper looks: every hour at first, for what is due by the hour, then every six."""
    before, hours = len(sent(table)), 0
    while clock.now < end:
        clock.advance(hours=1 if hours < 6 else 6)
        hours += 1
        table.database.write_now(remind)
    return sent(table)[before:]


def test_buyers_are_reminded_three_days_and_one_day_before_the_end(table: Table, clock: Clock) -> None:
    end = table.bea.deal.valid_until
    found = until(table, clock, end + timedelta(days=2))
    assert {each.template for each in found} == {"reminder_expiry"}
    # Vic only reads.
    assert Counter(each.to for each in found) == {"bea": 2, "sol": 2}
    left = sorted({round((end - each.at) / timedelta(days=1)) for each in found})
    assert left == [1, 3]


def test_more_time_brings_its_own_reminders(table: Table, clock: Clock) -> None:
    end = table.bea.deal.valid_until
    assert len(until(table, clock, end - timedelta(hours=12))) == 4
    table.rita.does(give_more_time.give_more_time, valid_until=date(2026, 12, 20))
    table.bea.does(record_view.record_view)
    found = until(table, clock, table.bea.deal.valid_until)
    assert [each.template for each in found] == ["reminder_expiry"] * 4


def test_an_offer_that_is_short_from_the_start_is_not_nagged_about(table: Table, clock: Clock) -> None:
    clock.now = table.bea.deal.valid_until - timedelta(hours=5)
    table.rita.edits("press", unit_price="18000")
    table.rita.does(give_more_time.give_more_time, valid_until=clock.now.date() + timedelta(days=1))
    table.bea.does(record_view.record_view)
    assert {each.template for each in until(table, clock, table.bea.deal.valid_until)} <= {"reminder_expiry"}
    assert len(sent(table)) <= 2


def test_an_answer_that_nobody_has_opened_is_told_once_after_a_day(table: Table, clock: Clock) -> None:
    table.bea.proposes("press", unit_price="18000")
    clock.advance(hours=1)
    table.rita.publishes("accept")
    answered = clock.now
    clock.advance(hours=20)
    assert until(table, clock, answered + timedelta(hours=23)) == []
    found = until(table, clock, answered + timedelta(days=5))
    assert Counter(each.to for each in found) == {"bea": 1, "sol": 1}
    assert {each.template for each in found} == {"reminder_unread"}


def test_an_answer_that_was_opened_is_not(table: Table, clock: Clock) -> None:
    table.bea.proposes("press", unit_price="18000")
    clock.advance(hours=1)
    table.rita.publishes("accept")
    clock.advance(hours=1)
    table.vic.does(record_view.record_view)
    assert until(table, clock, START + timedelta(days=5)) == []


def test_the_owner_is_told_of_a_buyer_who_waits_longer_than_the_goal(table: Table, clock: Clock) -> None:
    table.bea.says("When could you deliver?")
    assert until(table, clock, START + timedelta(hours=3)) == []
    assert [(each.template, each.to) for each in until(table, clock, START + timedelta(days=6))] == [
        ("reminder_waiting", "rita")
    ]
    table.rita.says("Soon.")
    clock.advance(days=1)
    table.bea.says("How soon?")
    assert [each.to for each in until(table, clock, clock.now + timedelta(days=1))] == ["rita"]


def test_everybody_is_told_of_what_nobody_owns(table: Table, clock: Clock) -> None:
    table.rita.does(assign_owner.assign_owner, rep_id=None)
    table.bea.says("Anybody?")
    assert sorted(each.to for each in until(table, clock, START + timedelta(hours=5))) == ["mia", "rita"]


def test_the_goal_is_the_houses(table: Table, clock: Clock) -> None:
    def goal(seat: object, hours: int) -> None:
        actor = seat.actor  # type: ignore[attr-defined]
        table.database.write_now(lambda work: set_reminders.set_response_goal(work, actor, hours=hours))

    with pytest.raises(NotAllowed):
        goal(table.rita, 1)
    for wrong in (0, 24 * 7 + 1):
        with pytest.raises(Invalid):
            goal(table.mia, wrong)
    goal(table.mia, 1)
    table.bea.says("Hello?")
    assert [each.to for each in until(table, clock, START + timedelta(hours=2))] == ["rita"]


def test_there_is_never_more_than_one_a_day(table: Table, clock: Clock) -> None:
    """An unread answer, a wait and an end come together; the more pressing goes first, and the others wait their day."""
    end = table.bea.deal.valid_until
    clock.now = end - timedelta(days=4, hours=2)
    table.bea.proposes("press", unit_price="18000")
    table.rita.publishes("accept")
    clock.advance(hours=1)
    table.rita.says("Look!")
    table.database.write_now(
        lambda work: work.append(
            table.deal_id, f"contact:{table.bea.contact_id}", shared_events.MoreTimeAsked()
        )
    )
    found = until(table, clock, end)
    rounds = sorted({(each.at, each.template) for each in found})
    assert len({at.date() for at, _ in rounds}) == len(rounds)
    assert all(later - earlier >= timedelta(days=1) for (earlier, _), (later, _) in pairwise(rounds))
    assert {"reminder_waiting", "reminder_expiry"} <= {template for _, template in rounds}


def test_what_is_switched_off_stays_off(table: Table, clock: Clock) -> None:
    table.bea.does(set_reminders.choose_reminders, wanted=["unread"])
    found = until(table, clock, table.bea.deal.valid_until)
    assert {each.to for each in found} == {"sol"}
    table.rita.database.write_now(
        lambda work: set_reminders.choose_own_reminders(work, table.rita.actor, waiting=False)  # type: ignore[arg-type]
    )
    table.bea.says("Too late?")
    assert until(table, clock, clock.now + timedelta(days=2)) == []


def test_who_has_lost_the_right_to_the_deal_gets_no_new_link(table: Table, clock: Clock) -> None:
    for seat in (table.bea, table.sol):
        table.rita.does(revoke_links.revoke_links, contact_id=seat.contact_id)
    assert until(table, clock, table.rita.deal.valid_until) == []


def test_closed_deals_are_left_alone(table: Table, clock: Clock) -> None:
    table.sol.accepts()
    assert until(table, clock, table.rita.deal.valid_until) == []


def test_processes_that_look_together_send_once(table: Table, clock: Clock) -> None:
    clock.now = table.bea.deal.valid_until - timedelta(hours=20)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: table.database.write_now(remind), range(4)))
    # One for each of the two deals.
    assert sum(each.count for each in results) == 2
    assert Counter(each.to for each in sent(table)) == {"bea": 1, "sol": 1}


def test_no_price_stands_in_a_reminder(table: Table, clock: Clock) -> None:
    until(table, clock, table.bea.deal.valid_until)
    query = select(tables.outbox.c.payload).where(tables.outbox.c.deal_id == table.deal_id)
    rows = table.database.read_now(lambda t: t.connection.execute(query).scalars().all())
    mails = [msgspec.json.decode(row, type=Mail) for row in rows]
    reminders = [mail for mail in mails if mail.template in KINDS]
    assert reminders
    assert not any("18450" in str(mail.context) or "total" in mail.context for mail in reminders)
    assert {mail.unsubscribe for mail in reminders} == {
        (f"contact:{seat.contact_id}", "expiry") for seat in (table.bea, table.sol)
    }


def test_a_reminder_makes_no_wait_begin_anew(table: Table, clock: Clock) -> None:
    """What the inbox goes by stays where the people left it; that the clock has ended something moves it."""
    head = tables.deal.c
    query = select(head.last_event_at).where(head.id == table.deal_id)

    def moved() -> datetime:
        found: datetime = table.database.read_now(lambda t: t.connection.execute(query).scalar_one())
        return found

    def since() -> datetime:
        rep = table.rita.deal.actor.removeprefix("rep:")
        row = table.database.read_now(lambda t: inbox.row(t, table.deal_id, View(rep_id=rep)))
        assert row is not None
        return row.since

    clock.advance(hours=1)
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    before = clock.now
    assert since() == moved() == before
    assert until(table, clock, table.rita.deal.valid_until - timedelta(hours=1))
    assert since() == moved() == before
    clock.now = table.rita.deal.valid_until
    table.database.write_now(expire_deals.expire_deals)
    assert moved() == clock.now
