"""A contact's drafts of one deal's counteroffer, by name: begun, named, switched, given up. One at most is active.

Nobody else sees one until it is shared (`share_scenario`), and nothing of it is sent until it is (`send_scenario`).
"""

from typing import Any

import msgspec
from sqlalchemy import and_, delete, func, insert, or_, select, update

from portal.access import Actor, Deal, deal_for, new_id
from portal.commands.negotiation.draft_counteroffer import Draft, decoded, encoded
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Invalid, NotFound
from portal.storage import tables

# Of one contact, in one deal.
MOST = 10
LONGEST_NAME = 60
GONE = "This scenario is not there any more. It may have been sent or deleted."


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    scenario: str


@command("draft_counteroffer.put_changes")
def begin(work: UnitOfWork, actor: Actor, deal_id: str, *, name: str, copy_of: str = "") -> Begun:
    """A new scenario, active from now on: the offer as it stands, or a copy of one's own or of a colleague's shared one."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    called = written(name, "name", longest=LONGEST_NAME)
    draft = decoded(_readable(work, deal, copy_of)) if copy_of else Draft()
    if _count(work, deal) >= MOST:
        raise Invalid.field(
            "name",
            "You have %(most)s scenarios of this proposal, and more are not kept.",
            "Delete one first.",
            most=MOST,
        )
    _rest(work, deal)
    begun = Begun(scenario=new_id())
    row: dict[str, Any] = {"id": begun.scenario, "deal_id": deal.id, "contact_id": deal.contact_id}
    row |= {"made_at": work.now, "name": called, "active": True} | encoded(deal, draft)
    work.connection.execute(insert(tables.scenario).values(row))
    return begun


@command("draft_counteroffer.put_changes")
def rename(work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str, *, name: str) -> None:
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    called = written(name, "name", longest=LONGEST_NAME)
    own(work, deal, scenario_id)
    change(work, scenario_id, name=called)


@command("draft_counteroffer.put_changes")
def switch(work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str) -> None:
    """From now on the tray shows this one, and what is asked for is added to it."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    own(work, deal, scenario_id)
    _rest(work, deal)
    change(work, scenario_id, active=True)


@command("draft_counteroffer.put_changes")
def delete_one(work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str) -> None:
    """Whatever has become of the deal. One that is gone already changes nothing."""
    deal = deal_for(work, actor, deal_id)
    scenario = tables.scenario.c
    work.connection.execute(delete(tables.scenario).where(scenario.id == scenario_id, _mine(deal)))


def own(work: UnitOfWork, deal: Deal, scenario_id: str) -> Any:
    """The row of one's own scenario; NotFound for anybody else's, shared or not."""
    scenario = tables.scenario
    row = work.connection.execute(select(scenario).where(scenario.c.id == scenario_id, _mine(deal))).first()
    if row is None:
        raise NotFound(GONE)
    return row


def change(work: UnitOfWork, scenario_id: str, **columns: Any) -> None:
    scenario = tables.scenario
    work.connection.execute(update(scenario).where(scenario.c.id == scenario_id).values(columns))


def _readable(work: UnitOfWork, deal: Deal, scenario_id: str) -> Any:
    """One's own, or what a colleague at the same deal shares."""
    scenario = tables.scenario
    shared = and_(scenario.c.deal_id == deal.id, scenario.c.shared_at.is_not(None))
    row = work.connection.execute(
        select(scenario).where(scenario.c.id == scenario_id, or_(_mine(deal), shared))
    ).first()
    if row is None:
        raise NotFound(GONE)
    return row


def _count(work: UnitOfWork, deal: Deal) -> int:
    counted = select(func.count()).select_from(tables.scenario).where(_mine(deal))
    return int(work.connection.execute(counted).scalar_one())


def _rest(work: UnitOfWork, deal: Deal) -> None:
    """None is active for the moment."""
    work.connection.execute(update(tables.scenario).where(_mine(deal)).values(active=False))


def _mine(deal: Deal) -> Any:
    scenario = tables.scenario.c
    return and_(scenario.deal_id == deal.id, scenario.contact_id == (deal.contact_id or ""))
