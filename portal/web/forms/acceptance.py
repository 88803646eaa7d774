"""What the signer is shown before accepting: the statement, word for word as it is kept, and what it is about."""

from dataclasses import dataclass
from decimal import Decimal

from portal.access import Deal, new_id
from portal.domain.difference import difference_sentences
from portal.domain.difference.compare import compare
from portal.domain.difference.difference_sentences import DescribedComparison
from portal.domain.offer.revision import Revision
from portal.reading.deal_page import visible_revisions
from portal.reading.deal_page.deal_page import DealPage
from portal.rendering import formats
from portal.rendering.language import gettext as _
from portal.storage import documents
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Signing:
    """What was typed into the dialog. `seen` is the revision the person looked at, 0 when the dialog is just opened."""

    name: str = ""
    title: str = ""
    order_reference: str = ""
    key: str = ""
    seen: int = 0


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """`moved` tells what came while the dialog was open; None when nothing did."""

    revision: int
    digest: str
    position: int
    key: str
    statement: str
    lines: int
    due: Decimal
    total: Decimal
    typed: Signing
    moved: DescribedComparison | None


def view(transaction: Transaction, deal: Deal, table: DealPage, typed: Signing) -> Acceptance:
    moved = None
    if typed.seen not in (0, table.revision_number):
        seen = visible_revisions.seen_as(transaction, deal, typed.seen)
        then = documents.read_revision(transaction, deal.id, seen)
        moved = difference_sentences.describe(compare(then, table.revision))
    return Acceptance(
        revision=table.revision_number,
        digest=table.digest,
        position=table.position,
        # Another revision is another acceptance, so it gets a key of its own.
        key=new_id() if moved is not None or not typed.key else typed.key,
        statement=statement(deal.number, table.revision_number, table.revision, table.seller),
        lines=sum(line.selected for line in table.offer.lines),
        due=table.summary.due.sum.total,
        total=table.summary.contract.total,
        typed=typed,
        moved=moved,
    )


def statement(number: str, revision_number: int, revision: Revision, seller: str) -> str:
    """The sentence a signer stands by, in the language of the page."""
    offer = revision.offer
    return _(
        "On behalf of %(company)s I accept revision %(revision)s of proposal %(number)s, “%(title)s”, from %(seller)s "
        "for %(total)s with tax over the whole contract. Open requests end with this acceptance."
    ) % {
        "company": offer.buyer.name,
        "revision": revision_number,
        "number": number,
        "title": offer.title,
        "seller": seller,
        "total": formats.money(revision.totals.contract.total, offer.currency),
    }
