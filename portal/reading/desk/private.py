"""What only the seller knows of a deal's lines: cost, floor, margin. For the seller's templates alone.

Nothing that renders for buyers may import this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.access import Deal
from portal.domain.offer.revision import Line, LinePrivate, Offer
from portal.domain.policy import margin
from portal.storage import private_documents
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class LineFigures:
    """What only the seller knows of a line as it is offered: money per period, prices per `price_base_quantity`."""

    private: LinePrivate
    cost: Decimal | None
    margin: Decimal | None
    percent: Decimal | None
    below_floor: bool


def figures(transaction: Transaction, deal: Deal, offer: Offer) -> dict[str, LineFigures]:
    """The seller's own figures by line key, of the current revision or of the draft."""
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    margins = {each.key: each for each in margin.margin(offer, private).lines}
    below = {line.key for line in margin.below_floor(offer, private)}
    return {line.key: _figures(line, private.lines.get(line.key), margins, below) for line in offer.lines}


def _figures(
    line: Line, private: LinePrivate | None, margins: Mapping[str, margin.LineMargin], below: set[str]
) -> LineFigures:
    earned = margins.get(line.key)
    return LineFigures(
        private=private or LinePrivate(),
        cost=earned.cost if earned else None,
        margin=earned.amount if earned else None,
        percent=earned.percent if earned else None,
        below_floor=line.key in below,
    )
