"""What a mail about a new revision tells: how each ask was answered, and what differs from the revision before.

It leaves the transaction as plain strings; words and formats are the mail's own language.
"""

from collections.abc import Iterable, Mapping

import msgspec

from portal.access import Deal
from portal.commands.revision.publish import Published
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.change.items import item
from portal.domain.ledger.shared_events import Answered
from portal.domain.offer import difference_sentences
from portal.domain.offer.compare import compare
from portal.domain.offer.difference_sentences import Spelled
from portal.domain.offer.revision import Offer
from portal.storage import documents

# A mail is no second proposal: the page has the rest.
MOST = 20


def revision_values(
    work: UnitOfWork,
    deal: Deal,
    published: Published,
    answers: Iterable[Answered] = (),
    reasons: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """For the mail's context. `deal` as it was before; `reasons`: the seller's, by change id."""
    before, after = (
        documents.offered(work, deal.id, number) for number in (deal.revision, published.revision)
    )
    changed = difference_sentences.spelled(difference_sentences.sentences(compare(before, after)))
    said = [_answer(before.offer, after.offer, each, reasons or {}) for each in answers]
    return {
        "currency": deal.currency,
        "answers": _json(said[:MOST]),
        "changes": _json(changed[:MOST]),
        "more": str(max(0, len(said) - MOST) + max(0, len(changed) - MOST)),
    }


def _answer(before: Offer, after: Offer, given: Answered, reasons: Mapping[str, str]) -> Spelled:
    change = given.change
    readable = change.field in _READABLE
    return Spelled(
        name=_name(before, after, change),
        what=given.verdict,
        field=change.field,
        kind=difference_sentences.kind(change.field) if readable else "seen",
        before=_flag(change, change.value) if readable else "",
        after=_flag(change, given.answered) if readable else "",
        reason=reasons.get(change.id, ""),
    )


# Fields whose spelling is a value by itself; the others hold a whole part.
_READABLE = (
    *("quantity", "unit_price", "discount_percent", "selected", "choice", "delivery_date"),
    *("value", "target"),
)


def _flag(change: Change, text: str) -> str:
    return "" if change.field in ("selected", "choice") and text == "false" else text


def _name(before: Offer, after: Offer, change: Change) -> str:
    found = item(before, change.subject) or item(after, change.subject)
    return found.name if found else ""


def _json(those: Iterable[Spelled]) -> str:
    return msgspec.json.encode(list(those)).decode()
