"""Switch a kind of reminder off or on, for oneself; and how long a buyer may wait before the seller is reminded."""

from collections.abc import Collection
from datetime import timedelta

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import access
from portal.access import Actor, DeskSession, deal_for
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.reminders import BUYER_KINDS, KINDS, LONGEST_GOAL, SHORTEST_GOAL
from portal.errors import Invalid, NotAllowed, Sentence
from portal.storage import tables


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    person: str
    off: tuple[str, ...]


@command("set_reminders.switch_reminder")
def switch_reminder(work: UnitOfWork, *, person: str, kind: str, on: bool) -> Switched:
    """For whoever holds the signed link of a mail. Somebody who is gone changes nothing."""
    off = tables.reminder_off
    if kind not in KINDS:
        raise Invalid("There is no such reminder.", [])
    if on:
        work.connection.execute(delete(off).where(off.c.person == person, off.c.kind == kind))
    else:
        dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
        row = {"person": person, "kind": kind, "since": work.now}
        work.connection.execute(dialect.insert(off).values(row).on_conflict_do_nothing())
    return Switched(person=person, off=() if on else (kind,))


@command("set_reminders.choose_reminders")
def choose_reminders(work: UnitOfWork, actor: Actor, deal_id: str, *, wanted: Collection[str]) -> Switched:
    """A contact's own kinds, on the page of the deal; those that are not `wanted` are switched off."""
    deal = deal_for(work, actor, deal_id)
    if deal.party != "buyer":
        raise NotAllowed("Contacts choose their reminders themselves.")
    for kind in BUYER_KINDS:
        switch_reminder(work, person=deal.actor, kind=kind, on=kind in wanted)
    return Switched(person=deal.actor, off=tuple(kind for kind in BUYER_KINDS if kind not in wanted))


@command("set_reminders.choose_own_reminders")
def choose_own_reminders(work: UnitOfWork, actor: DeskSession, *, waiting: bool) -> Switched:
    """Whether a rep is reminded of buyers who wait."""
    person = f"rep:{access.rep_for(work, actor.id).id}"
    return switch_reminder(work, person=person, kind="waiting", on=waiting)


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    minutes: int


@command("set_reminders.set_response_goal")
def set_response_goal(work: UnitOfWork, actor: Actor, *, hours: int) -> Goal:
    """For the whole house. NotAllowed for a rep, Invalid at "hours" outside of one hour to seven days."""
    access.require(work, actor, "set_response_goal")
    goal = timedelta(hours=hours)
    if not SHORTEST_GOAL <= goal <= LONGEST_GOAL:
        most = LONGEST_GOAL // timedelta(hours=1)
        raise Invalid.field(
            "hours",
            "%(hours)s hours can't be the goal.",
            Sentence("Choose from 1 to %(most)s hours.", most=most),
            hours=hours,
        )
    minutes = goal // timedelta(minutes=1)
    work.connection.execute(update(tables.installation).values(response_goal=minutes))
    return Goal(minutes=minutes)
