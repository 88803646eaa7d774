"""What a quote would look like at the table, before there is a deal: the same views, made from the offer alone."""

from dataclasses import dataclass

from portal.domain.ledger import settlement
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.rounds import NegotiationState
from portal.domain.offer.revision import Offer, Revision
from portal.domain.offer.totals import revise
from portal.reading.deal_page import deal_level_items, lines, summary
from portal.reading.deal_page.asks import Asking
from portal.reading.deal_page.deal_level_items import DealLevelItems
from portal.reading.deal_page.lines import Section, Standings, TermView
from portal.reading.deal_page.summary import Summary


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The parts of a `Table` that an offer has without a deal."""

    revision: Revision
    sections: tuple[Section, ...]
    terms: tuple[TermView, ...]
    whole: DealLevelItems
    summary: Summary
    revision_number: int = 0
    comparison: None = None
    party: PartyName = "seller"

    @property
    def offer(self) -> Offer:
        return self.revision.offer

    def can(self, capability: str) -> bool:
        """Nothing: there is no deal yet."""
        return False


def of_offer(offer: Offer) -> Preview:
    """Nothing asked, nothing said, nothing before it."""
    revision, nothing = revise(offer), Asking(state=NegotiationState(), notes={}, words={})
    standings = Standings.of(settlement.build_board(offer, (), ()), nothing, {}, {}, None)
    return Preview(
        revision=revision,
        sections=lines.sections(revision, standings),
        terms=lines.terms(revision, standings),
        whole=deal_level_items.deal_level_items(revision),
        summary=summary.summary(revision, None),
    )
