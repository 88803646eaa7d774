"""Choose among what the offer prices already: options, lines of a group, if-you-then offers.

They are sent once, and the next revision is there at once.
"""

from collections.abc import Sequence

from portal.access import Actor, Deal, deal_for
from portal.commands.mail.notify import notify_buyers, notify_sellers
from portal.commands.negotiation import draft_counteroffer, open_asks
from portal.commands.negotiation.revision_seen import require_seen
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.commands.revision.revision_mail import revision_values
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import counteroffer, standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.published_prices import inside_offer
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import Offer, StandingOffer
from portal.errors import Invalid
from portal.storage import documents, private_documents


# Stored results and dashboards have the name that it had while it took one change at a time.
@command("choose")
def compose(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    changes: Sequence[Change],
    revision: int,
    key: str | None = None,
) -> Published:
    """Publish all of them as one revision; they leave the buyer's draft.

    `revision` is the one the buyer saw. Conflict, with what changed, when it moved; Invalid when a change needs an answer,
    or ends what a used if-you-then offer was given for.
    """
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("choose")
        require_seen(work, deal, revision)
        offer = documents.read_revision(work, deal_id, deal.revision).offer
        composed = _composed(offer, changes)
        private = private_documents.read_private_figures(work, deal_id, deal.revision)
        published = publish.publish(work, deal, clear_unchanged(work, deal, composed, private, "buyer"))
        labels = [each.label for change in changes if (each := _used(offer, change))]
        # By comparison, for another line of a choice group is touched as well, by being left.
        changed = changed_subjects(offer, composed)
        open_asks.settle_choices(work, deal, changed)
        work.append(
            deal_id,
            deal.actor,
            publish.event(published, "offer", changed=changed, standing_offer=", ".join(labels)),
        )
        draft_counteroffer.leave_out(work, deal, changes)
        _notify(work, deal, published, composed, offers=labels)
        return published

    return work.once(deal.actor, deal_id, "choose", key, [list(changes), revision], Published, run)


@command("take_offer")
def take_offer(
    work: UnitOfWork, actor: Actor, deal_id: str, *, offer: str, revision: int, key: str | None = None
) -> Published:
    """Use one if-you-then offer by its key, and nothing else."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        use = Change(subject=f"standing:{offer}", field="use", value="true")
        return compose(work, actor, deal_id, changes=[use], revision=revision)

    return work.once(deal.actor, deal_id, "take_offer", key, [offer, revision], Published, run)


def _composed(offer: Offer, changes: Sequence[Change]) -> Offer:
    problems = counteroffer.check(offer, changes)
    if problems:
        raise Invalid("This can't be chosen.", problems)
    if not inside_offer(offer, changes):
        raise Invalid("This changes more than the offer leaves open. Send it as a counteroffer.", [])
    composed = apply(offer, changes, concession=False)
    if undone := standing_offer.broken(offer, composed):
        raise Invalid(
            "“%(label)s” was used on this condition. Ask for the change in a counteroffer instead.",
            [],
            label=undone[0].label,
        )
    return composed


def _used(offer: Offer, change: Change) -> StandingOffer | None:
    return offer.standing_offer(change.key) if change.field == "use" else None


def _notify(
    work: UnitOfWork, deal: Deal, published: Published, composed: Offer, *, offers: Sequence[str]
) -> None:
    """Tell the seller's people and the other contacts. `deal` as it was before."""
    facts = {
        "who": deal.actor_name,
        "revision": str(published.revision),
        "offers": ", ".join(offers),
        **revision_values(work, deal, published),
    }
    event = shared_events.RevisionPublished
    notify_buyers(work, deal, event, composed, facts, but=deal.contact_id or "")
    notify_sellers(work, deal, event, {"happened": "composed", **facts})
