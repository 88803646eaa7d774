"""What a mail about a new revision tells: how each ask was answered, and what differs from the revision before.

It leaves the transaction as plain strings; words and formats are the mail's own language.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from portal.access import Deal
from portal.commands.revision.publish import Published
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.change.items import find_item
from portal.domain.difference import difference_sentences
from portal.domain.difference.compare import compare
from portal.domain.difference.difference_sentences import Kind
from portal.domain.difference.plain_differences import PlainDifference, plain_differences, price_base
from portal.domain.ledger.shared_events import Answered, Verdict
from portal.domain.offer.revision import Offer
from portal.storage import documents

# A mail is no second proposal: the page has the rest.
MOST = 20
# How the mail calls the number of each verdict.
_COUNTS: Mapping[Verdict, str] = {"accept": "accepted", "counter": "countered", "decline": "declined"}


def revision_values(  # noqa: PLR0917 - what was published, and in which words
    work: UnitOfWork,
    deal: Deal,
    published: Published,
    answers: Sequence[Answered] = (),
    reasons: Mapping[str, str] | None = None,
    note: str = "",
) -> dict[str, str]:
    """For the mail's context. `deal` as it was before; `reasons`: the seller's, by change id. No figure, unless figures may
    be mailed: a mail can't be taken back."""
    given = Counter(each.verdict for each in answers)
    told = {name: str(given[verdict]) for verdict, name in _COUNTS.items() if given[verdict]}
    if note:
        told["note"] = note
    return told | _figures(work, deal, published, answers, reasons or {}) if work.mail_figures else told


def _figures(
    work: UnitOfWork,
    deal: Deal,
    published: Published,
    answers: Sequence[Answered],
    reasons: Mapping[str, str],
) -> dict[str, str]:
    before, after = (
        documents.read_revision(work, deal.id, number) for number in (deal.revision, published.revision)
    )
    changed = plain_differences(difference_sentences.sentences(compare(before, after)))
    said = [_answer(before.offer, after.offer, each, reasons) for each in answers]
    return {
        "currency": deal.currency,
        "answers": _json(said[:MOST]),
        "changes": _json(changed[:MOST]),
        "more": str(max(0, len(said) - MOST) + max(0, len(changed) - MOST)),
    }


def _answer(before: Offer, after: Offer, given: Answered, reasons: Mapping[str, str]) -> PlainDifference:
    change, kind = given.change, difference_sentences.kind(given.change.field)
    return PlainDifference(
        name=_name(before, after, change),
        what=given.verdict,
        field=change.field,
        kind=kind,
        before=_text(kind, change.value),
        after=_text(kind, given.answered),
        reason=reasons.get(change.id, ""),
        **price_base(change.field, before.line(change.key)),
    )


def _text(kind: Kind, spelled: str) -> str:
    """A spelling as mails carry it: nothing of a whole part, and "" for a flag that is not set."""
    return "" if kind == "seen" or (kind == "flag" and spelled == "false") else spelled


def _name(before: Offer, after: Offer, change: Change) -> str:
    found = find_item(before, change.subject) or find_item(after, change.subject)
    return found.name if found else ""


def _json(those: Iterable[PlainDifference]) -> str:
    return msgspec.json.encode(list(those)).decode()
