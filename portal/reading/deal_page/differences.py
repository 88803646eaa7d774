"""Any two revisions of a deal beside each other: in sentences, and as a table with marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.access import Deal
from portal.domain.difference import difference_sentences
from portal.domain.difference.compare import compare
from portal.domain.difference.difference_sentences import DescribedComparison
from portal.domain.offer.revision import Line, Revision
from portal.integers import parse_integer
from portal.reading.deal_page import visible_revisions
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Marked:
    """One line that differs, as it was and as it is; None where it is new or gone. Nets are per period."""

    name: str
    before: Line | None
    after: Line | None
    net_before: Decimal | None
    net_after: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Differences:
    """From revision `earlier` to revision `later`, whichever is the older."""

    earlier: int
    later: int
    comparison: DescribedComparison
    lines: tuple[Marked, ...]


def load(transaction: Transaction, deal: Deal, query: Mapping[str, str]) -> Differences:
    """`from` and `to` are numbers of revisions; without them the newest two. NotFound for one that there is not."""
    hidden = visible_revisions.hidden_from(transaction, deal)
    later = _number(query.get("to", ""), deal.revision)
    earlier = _number(query.get("from", ""), max(1, visible_revisions.last_before(later, hidden)))
    then, now = (visible_revisions.read(transaction, deal, number) for number in (earlier, later))
    found = difference_sentences.describe(compare(then, now))
    return Differences(earlier=earlier, later=later, comparison=found, lines=marked(then, now, found))


def marked(then: Revision, now: Revision, found: DescribedComparison) -> tuple[Marked, ...]:
    """The lines that differ in quantity, price or total, in the order of the later revision; those that are gone last."""
    before, after = ({line.key: line for line in each.offer.lines} for each in (then, now))
    was, will = ({each.key: each.net for each in revision.totals.lines} for revision in (then, now))
    subjects = {*found.comparison.subjects}
    rows = [
        Marked(
            name=(after.get(key) or before[key]).name,
            before=before.get(key),
            after=after.get(key),
            net_before=was.get(key),
            net_after=will.get(key),
        )
        for key in after | before
        if f"line:{key}" in subjects
    ]
    return tuple(row for row in rows if _figures(row.before) != _figures(row.after))


def _figures(line: Line | None) -> tuple[object, ...]:
    return (line.quantity, line.net_unit_price, line.selected, line.periods) if line else ()


def _number(text: str, otherwise: int) -> int:
    found = parse_integer(text, digits=5)
    return otherwise if found is None else found
