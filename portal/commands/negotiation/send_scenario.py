"""Send one of several scenarios. It is forgotten by that, and the others stay as they are."""

from sqlalchemy import delete

from portal.access import Actor, deal_for
from portal.commands.negotiation import scenarios
from portal.commands.negotiation.draft_counteroffer import decoded
from portal.commands.negotiation.make_counteroffer import Made, make_counteroffer
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.storage import tables


@command("make_counteroffer")
def send_scenario(
    work: UnitOfWork, actor: Actor, deal_id: str, scenario_id: str, *, revision: int, key: str | None = None
) -> Made:
    """As `make_counteroffer`; a refusal leaves the scenario where it is. Cautions are confirmed in the draft."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Made:
        draft = decoded(scenarios.own(work, deal, scenario_id))
        made = make_counteroffer(
            work,
            actor,
            deal_id,
            revision=revision,
            changes=draft.changes,
            package=draft.package,
            reasons=draft.reasons,
        )
        work.connection.execute(delete(tables.scenario).where(tables.scenario.c.id == scenario_id))
        return made

    return work.once(deal.actor, deal_id, "send_scenario", key, [scenario_id], Made, run)
