"""Who signed the revisions of a deal, as the gate asks it.

It reads private figures, and is separate from `documents`, so that code for buyers cannot import it.
"""

from collections.abc import Collection

from portal.domain.change import ended_offers
from portal.domain.offer.revision import Offer
from portal.domain.policy.checks import Before, Signed, Signer
from portal.storage import documents, guard_rails, private_documents
from portal.storage.session import Transaction


def read_before(
    transaction: Transaction, deal_id: str, revision: int, *, without: Collection[str] = ()
) -> Before:
    """Return what was published up to `revision`; nothing before the first. `without`: if-you-then offers whose prices are
    given from now on without a condition, so that what was published does not count them."""
    if not revision:
        return Before()
    manager = documents.read_signed_number(transaction, deal_id, "manager")
    return Before(
        current=_offer(transaction, deal_id, revision),
        first=ended_offers.without(_offer(transaction, deal_id, 1), without),
        manager=Signed(
            offer=ended_offers.without(_offer(transaction, deal_id, manager), without),
            private=private_documents.read_private_figures(transaction, deal_id, manager),
        )
        if manager
        else None,
    )


def read_person_number(transaction: Transaction, deal_id: str) -> int:
    """Return the newest revision that a person of the seller's decided on; the first where that was not stored yet."""
    return documents.read_signed_number(transaction, deal_id, "manager", "rep") or 1


def read_rep_signer(transaction: Transaction, actor: str, owner: str | None) -> Signer:
    """Return the signer that "rep:ID" is with a rep's limits. The installation signs as the deal's owner."""
    limits = guard_rails.read_authority(transaction, f"rep:{owner}" if is_system(actor) else actor)
    return Signer(by="rep", limits=limits, day_percent=guard_rails.read_caps(transaction).day_percent)


def is_system(actor: str) -> bool:
    """Whether the installation itself acts."""
    return actor.startswith("system:")


def _offer(transaction: Transaction, deal_id: str, number: int) -> Offer:
    return documents.read_revision(transaction, deal_id, number).offer
