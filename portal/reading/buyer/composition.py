"""What a buyer confirms before options and if-you-then offers are sent: every line and every sum, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.effect import LineEffect, effect_of
from portal.domain.difference import difference_sentences
from portal.domain.difference.compare import compare
from portal.domain.difference.difference_sentences import DescribedComparison
from portal.domain.offer.revision import Revision
from portal.domain.offer.totals import revise


@dataclass(frozen=True, kw_only=True)
class Composition:
    """`lines` have another net or selection; `total` is the contract's with tax, then; `offers` the labels of the
    if-you-then offers that are used."""

    changes: tuple[Change, ...]
    lines: tuple[LineEffect, ...]
    differences: DescribedComparison
    offers: tuple[str, ...]
    total: Decimal


def composition(revision: Revision, changes: Sequence[Change]) -> Composition:
    offer = revision.offer
    after = revise(apply(offer, changes, concession=False))
    used = (offer.standing_offer(change.key) for change in changes if change.field == "use")
    return Composition(
        changes=tuple(changes),
        lines=effect_of(offer, changes).lines,
        differences=difference_sentences.describe(compare(revision, after)),
        offers=tuple(each.label for each in used if each),
        total=after.totals.contract.total,
    )
