"""Take a standing offer: its conditions and its consequences become the next revision in one step, or nothing does."""

from portal.access import Actor, Deal, deal_for
from portal.commands.negotiation import open_asks
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import standing_offer
from portal.domain.change.changed_subjects import changed_subjects
from portal.domain.change.compare import compare
from portal.errors import Conflict, Sentence
from portal.reading.deal_page import visible_revisions
from portal.storage import documents, private_documents


@command("take_offer")
def take_offer(
    work: UnitOfWork, actor: Actor, deal_id: str, *, offer: str, revision: int, key: str | None = None
) -> Published:
    """`offer` is its key, `revision` the one the buyer saw. Conflict, with what changed, when the revision moved, and when
    the offer is gone or was taken already."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("choose")
        if revision != deal.revision:
            raise Conflict(_moved(work, deal, revision))
        before = documents.read_revision(work, deal_id, deal.revision).offer
        standing = before.standing_offer(offer)
        if standing is None or standing.taken or not standing_offer.fits(before, standing):
            raise Conflict("This offer does not stand any more, or it was taken already.")
        after = standing_offer.take(before, standing).offer
        private = private_documents.read_private_figures(work, deal_id, deal.revision)
        published = publish.publish(work, deal, clear_unchanged(work, deal, after, private, "buyer"))
        changed = changed_subjects(before, after)
        open_asks.settle_choices(work, deal, changed)
        work.append(
            deal_id,
            deal.actor,
            publish.event(published, "offer", changed=changed, standing_offer=standing.label),
        )
        return published

    return work.once(deal.actor, deal_id, "take_offer", key, [offer, revision], Published, run)


def _moved(work: UnitOfWork, deal: Deal, seen: int) -> str:
    if not 0 < seen < deal.revision:
        return Sentence(
            "Revision %(revision)s applies now. Look at it, then use the offer again.", revision=deal.revision
        )
    seen = visible_revisions.seen_as(work, deal, seen)
    then, now = (documents.read_revision(work, deal.id, number) for number in (seen, deal.revision))
    found = compare(then, now)
    names = [each.name for each in (*found.lines, *found.terms, *found.adjustments, *found.standing_offers)]
    names += [each.name for each in (*found.added_lines, *found.removed_lines)]
    if not names:
        return Sentence(
            "Revision %(revision)s arrived meanwhile. Look at it, then use the offer again.",
            revision=deal.revision,
        )
    return Sentence(
        "Revision %(revision)s arrived meanwhile: %(names)s changed. Look at it, then use the offer again.",
        revision=deal.revision,
        names=", ".join(dict.fromkeys(names)),
    )
