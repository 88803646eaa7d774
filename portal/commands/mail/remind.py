"""Remind whoever is waited for: buyers of an end or an answer, reps of a buyer. One reminder a day and deal, at most.

Each process looks; the deal's row and the reminder's own key let one of them send. What was told once is not told again.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, exists, insert, or_, select

from portal.access import Deal, System, deal_for
from portal.commands.mail.notify import answerable, notify_contact, notify_rep
from portal.commands.people.issue_link import addressees
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import reminders
from portal.domain.deal.mail import Template
from portal.domain.deal.reminders import Due, Facts
from portal.reading.operator.reminders import response_goal
from portal.storage import documents, tables

AT_ONCE = 100
_deal, _revision, _sent = tables.deal.c, tables.revision.c, tables.reminder.c


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """How many reminders were sent, and how many deals were looked at; ask again when that is `AT_ONCE`."""

    count: int
    looked: int


@command("remind")
def remind(work: UnitOfWork) -> Reminded:
    goal = response_goal(work)
    ids = work.connection.execute(_candidates(work.now, goal)).scalars().all()
    return Reminded(count=sum(_remind(work, deal_id, goal) for deal_id in ids), looked=len(ids))


def _candidates(now: datetime, goal: timedelta) -> Select[Any]:
    """Open deals of which something may be due that has not been told."""
    calm = and_(
        ~_sent_already(_sent.at > now - reminders.APART, _sent.day.is_not(None)),
        ~_sent_already(_sent.day == _day(now)),
    )
    unopened = ~exists().where(
        tables.event.c.deal_id == _deal.id,
        tables.event.c.at >= _revision.published_at,
        tables.event.c.actor.startswith("contact:"),
    )
    last, days = now + reminders.LAST_DAY, now + reminders.LAST_DAYS
    due = or_(
        and_(_deal.valid_until <= last, _not_sent("expiry_1", _deal.valid_until)),
        and_(_deal.valid_until > last, _deal.valid_until <= days, _not_sent("expiry_3", _deal.valid_until)),
        and_(_deal.buyer_waits_since <= now - goal, _not_sent("waiting", _deal.buyer_waits_since)),
        and_(
            _deal.revision > 1,
            _revision.published_at <= now - reminders.UNREAD_AFTER,
            _not_sent("unread", _revision.published_at),
            unopened,
        ),
    )
    return (
        select(_deal.id)
        .join(tables.revision, and_(_revision.deal_id == _deal.id, _revision.number == _deal.revision))
        .where(_deal.state == "open", _deal.valid_until > now, calm, due)
        .order_by(_deal.id)
        .limit(AT_ONCE)
    )


def _sent_already(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_sent.deal_id == _deal.id, *conditions)


def _not_sent(step: str, about: Any) -> ColumnElement[bool]:
    return ~_sent_already(_sent.step == step, _sent.about == about)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _remind(work: UnitOfWork, deal_id: str, goal: timedelta) -> bool:
    deal = deal_for(work, System("sweeper"), deal_id)
    # Another process may have been quicker between the look and the lock.
    still = work.connection.execute(_candidates(work.now, goal).where(_deal.id == deal_id)).first()
    if deal.state != "open" or still is None:
        return False
    found = _facts(work, deal, goal)
    for due in reminders.due(found, work.now):
        if _known(work, deal, due):
            continue
        people = _people(work, deal, due)
        if people:
            _keep(work, deal, due, _day(work.now))
            for person in people:
                _notify(work, deal, due, person)
            return True
        _keep(work, deal, due, None)
    # What is due by the clock and yet not worth telling (an offer that was short from the start) is not looked at again.
    _pass_over(work, deal)
    return False


def _facts(work: UnitOfWork, deal: Deal, goal: timedelta) -> Facts:
    published_at, event = documents.published_at(work, deal.id, deal.revision), tables.event.c
    opened = exists().where(
        event.deal_id == deal.id, event.at >= published_at, event.actor.startswith("contact:")
    )
    return Facts(
        revision=deal.revision,
        published_at=published_at,
        valid_until=deal.valid_until,
        opened=bool(work.connection.execute(select(opened)).scalar()),
        waits_since=deal.buyer_waits_since,
        goal=goal,
    )


def _known(work: UnitOfWork, deal: Deal, due: Due) -> bool:
    mine = (_sent.deal_id == deal.id, _sent.step == due.step, _sent.about == due.about)
    return work.connection.execute(select(_sent.at).where(*mine)).first() is not None


def _keep(work: UnitOfWork, deal: Deal, due: Due, day: str | None) -> None:
    row = {"deal_id": deal.id, "step": due.step, "about": due.about, "day": day, "at": work.now}
    work.connection.execute(insert(tables.reminder).values(row))


def _pass_over(work: UnitOfWork, deal: Deal) -> None:
    left = deal.valid_until - work.now
    step: reminders.Step = "expiry_1" if left <= reminders.LAST_DAY else "expiry_3"
    due = Due(step=step, about=deal.valid_until)
    if left <= reminders.LAST_DAYS and not _known(work, deal, due):
        _keep(work, deal, due, None)


def _people(work: UnitOfWork, deal: Deal, due: Due) -> list[Any]:
    """Who is waited for and has not switched this kind off."""
    found = answerable(work, deal) if due.kind == "waiting" else addressees(work, deal, acting=True)
    off = tables.reminder_off.c
    asked = select(off.person).where(
        off.kind == due.kind, off.person.in_([_person(due, each) for each in found])
    )
    unwilling = set(work.connection.execute(asked).scalars())
    return [each for each in found if _person(due, each) not in unwilling]


def _person(due: Due, row: Any) -> str:
    return f"{'rep' if due.kind == 'waiting' else 'contact'}:{row.id}"


def _notify(work: UnitOfWork, deal: Deal, due: Due, person: Any) -> None:
    unsubscribe = _person(due, person), due.kind
    if due.kind == "waiting":
        notify_rep(work, deal, person, "reminder_waiting", {}, unsubscribe=unsubscribe)
        return
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    template: Template = "reminder_expiry" if due.kind == "expiry" else "reminder_unread"
    facts = {"revision": str(deal.revision), "valid_until": offer.valid_until.isoformat()}
    notify_contact(work, deal, person, template, offer, facts, unsubscribe=unsubscribe)
