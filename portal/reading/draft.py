"""What a quote would look like at the table, before there is a deal: the same views, made from the offer alone."""

from dataclasses import dataclass

from portal.domain import settlement
from portal.domain.ledger import PartyName
from portal.domain.revision import Offer, Revision
from portal.domain.totals import revise
from portal.reading import lines, summary, whole
from portal.reading.asks import Asking
from portal.reading.lines import Section, Standings, TermView
from portal.reading.summary import Summary
from portal.reading.whole import Whole


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The parts of a `Table` that an offer has without a deal."""

    revision: Revision
    sections: tuple[Section, ...]
    terms: tuple[TermView, ...]
    whole: Whole
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
    revision, nothing = revise(offer), Asking(open=(), given=(), notes={}, words={})
    standings = Standings.of(settlement.board(offer, (), ()), nothing, {}, {}, None)
    return Preview(
        revision=revision,
        sections=lines.sections(revision, standings),
        terms=lines.terms(revision, standings),
        whole=whole.whole(revision),
        summary=summary.summary(revision, None),
    )
