"""Let colleagues of the buyer's side read a scenario and copy it; the seller's side learns nothing of it."""

from portal.access import Actor, deal_for
from portal.commands.negotiation import scenarios
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import buyer_events, ledger


@command("draft_counteroffer.put_changes")
def share_scenario(work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str) -> None:
    """Said once in the buyers' room. What is asked in it later is shared as well."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    row = scenarios.own(work, deal, scenario_id)
    if row.shared_at is not None:
        return
    scenarios.change(work, scenario_id, shared_at=work.now)
    said = buyer_events.ScenarioShared(scenario=scenario_id)
    work.append(deal.id, deal.actor, said, ledger.Personal(name=row.name))


@command("draft_counteroffer.put_changes")
def stop_sharing(work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str) -> None:
    """Copies that colleagues made are theirs."""
    deal = deal_for(work, actor, deal_id)
    scenarios.own(work, deal, scenario_id)
    scenarios.change(work, scenario_id, shared_at=None)
