"""What a draft, an earlier revision or a new quote that waits for a manager would come to. For the seller alone."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portal.access import Deal
from portal.reading.desk.new_quote import NewQuote, merged_with
from portal.reading.desk.outcome import Outcome, weigh_offer
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


def _of_draft(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    offer = documents.read_draft(transaction, deal.id)
    private = private_documents.read_private_figures(transaction, deal.id, 0)
    return weigh_offer(transaction, deal, offer, offer, private, publisher=row.asked_by)


def _of_earlier(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    earlier = documents.read_revision(transaction, deal.id, msgspec.json.decode(row.publication)["revision"])
    before = documents.read_revision(transaction, deal.id, deal.revision).offer
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    return weigh_offer(transaction, deal, before, earlier.offer, private, publisher=row.asked_by)


def _of_quote(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    quote = msgspec.json.decode(row.publication, type=NewQuote)
    merged, _, private = merged_with(transaction, deal, quote)
    before = documents.read_revision(transaction, deal.id, deal.revision).offer
    problems = [clash.problem(deal.currency) for clash in merged.clashes]
    return weigh_offer(
        transaction, deal, before, merged.offer, private, publisher=row.asked_by, problems=problems
    )


OUTCOMES: Mapping[str, Callable[[Transaction, Deal, Any], Outcome]] = {
    "again": _of_earlier,
    "send": _of_draft,
    "requote": _of_quote,
}
