"""What is asked of the deal as a whole, and what stands on offer for it: the overall price, lines that are not there yet,
discounts and charges, and standing offers with what each would come to.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change import standing_offer
from portal.domain.change.change import buyer_fields
from portal.domain.change.fields import Field
from portal.domain.change.items import TOTAL, find_item
from portal.domain.offer.revision import (
    Adjustment,
    Condition,
    Line,
    Offer,
    Revision,
    StandingOffer,
    Term,
    Totals,
)
from portal.reading.deal_page.comments import Thread
from portal.reading.deal_page.lines import ItemView, Standings

# Conditions, and consequences, of a standing offer that a rep writes on the page.
EDITED = 4


@dataclass(frozen=True, kw_only=True)
class DealLevelItem(ItemView):
    """The overall price (`net` is the contract's), or a line that somebody wants, named by their words."""

    name: str
    net: Decimal | None
    open_fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        return self.subject.partition(":")[2]


@dataclass(frozen=True, kw_only=True)
class ConditionView:
    condition: Condition
    item: Line | Term
    # Whether the offer as it stands fulfils it.
    holds: bool


@dataclass(frozen=True, kw_only=True)
class ConsequenceView:
    """What one line costs before and after, net per `price_base_quantity`."""

    line: Line
    before: Decimal
    after: Decimal


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """`gap`: what taking it comes to over the whole contract, net; `after` the totals then."""

    offer: StandingOffer
    when: tuple[ConditionView, ...]
    then: tuple[ConsequenceView, ...]
    gap: Decimal
    after: Totals

    @property
    def key(self) -> str:
        return self.offer.key

    @property
    def editable(self) -> bool:
        """Whether the desk's form has rows enough for it."""
        return max(len(self.offer.when), len(self.offer.then)) <= EDITED


@dataclass(frozen=True, kw_only=True)
class DealLevelItems:
    total: DealLevelItem
    wishes: tuple[DealLevelItem, ...]
    adjustments: tuple[Adjustment, ...]
    standing: tuple[StandingView, ...]

    def view(self, subject: str) -> DealLevelItem | None:
        """The overall price, a line that is asked for, or one that nobody has asked for yet."""
        if subject.startswith("new:"):
            asked = (each for each in self.wishes if each.subject == subject)
            return next(asked, _view(subject, "New line", None, ("wish",), None))
        return self.total if subject == TOTAL else None


def deal_level_items(revision: Revision, standings: Standings | None = None) -> DealLevelItems:
    offer = revision.offer
    found = find_item(offer, TOTAL)
    assert found is not None
    rows = standings.rows if standings else {}
    return DealLevelItems(
        total=_view(TOTAL, found.name, revision.totals.contract.net, buyer_fields(found), standings),
        wishes=tuple(
            _view(row.subject, row.name, None, ("wish",), standings)
            for row in rows.values()
            if row.subject.startswith("new:")
        ),
        adjustments=offer.adjustments,
        standing=tuple(
            _offer_view(revision, each) for each in offer.standing_offers if standing_offer.fits(offer, each)
        ),
    )


def _view(
    subject: str,
    name: str,
    net: Decimal | None,
    fields: tuple[Field, ...],
    standings: Standings | None,
) -> DealLevelItem:
    here = standings if standings and subject in standings.rows else None
    return DealLevelItem(
        subject=subject,
        state=here.rows[subject].state if here else "offered",
        asks=here.asks(subject) if here else (),
        answers=here.answers(subject) if here else (),
        consent=here.consent(subject) if here else None,
        changed=None,
        added=False,
        thread=Thread(),
        name=name,
        net=net,
        open_fields=fields,
    )


def _offer_view(revision: Revision, each: StandingOffer) -> StandingView:
    offer = revision.offer
    taken = standing_offer.take(offer, each)
    after = taken.totals
    return StandingView(
        offer=each,
        when=tuple(
            ConditionView(condition=one, item=_about(offer, one), holds=standing_offer.holds(offer, one))
            for one in each.when
        ),
        then=tuple(
            ConsequenceView(line=line, before=line.net_unit_price, after=after_line.net_unit_price)
            for line, after_line in zip(offer.lines, taken.offer.lines, strict=True)
            if line.key in {consequence.line for consequence in each.then}
        ),
        gap=after.contract.net - revision.totals.contract.net,
        after=after,
    )


def _about(offer: Offer, condition: Condition) -> Line | Term:
    found = offer.line(condition.line) if condition.line else offer.term(condition.term)
    assert found is not None, "a standing offer names what is there"
    return found
