"""Who signed the revisions of a deal, as the gate asks it.

It reads private figures, and is separate from `documents`, so that code for buyers cannot import it.
"""

from portal.domain.offer.revision import Offer
from portal.domain.policy.gate import Before, Signed
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


def read_before(transaction: Transaction, deal_id: str, revision: int) -> Before:
    """Return what was published up to `revision`; nothing before the first."""
    if not revision:
        return Before()
    manager = documents.read_signed_number(transaction, deal_id, "manager")
    return Before(
        current=_offer(transaction, deal_id, revision),
        first=_offer(transaction, deal_id, 1),
        manager=Signed(
            offer=_offer(transaction, deal_id, manager),
            private=private_documents.read_private_figures(transaction, deal_id, manager),
        )
        if manager
        else None,
    )


def read_person_number(transaction: Transaction, deal_id: str) -> int:
    """Return the newest revision that a person of the seller's decided on; the first where that was not stored yet."""
    return documents.read_signed_number(transaction, deal_id, "manager", "rep") or 1


def read_person_offer(transaction: Transaction, deal_id: str) -> Offer:
    return _offer(transaction, deal_id, read_person_number(transaction, deal_id))


def _offer(transaction: Transaction, deal_id: str, number: int) -> Offer:
    return documents.read_revision(transaction, deal_id, number).offer
