"""One deal with everything its rep works with. For the seller's pages alone: it holds private figures."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.access import Deal, DeskSession, deal_for
from portal.reading.deal_page import deal_page
from portal.reading.deal_page.deal_page import DealPage
from portal.reading.desk import activity, answering, concessions, contacts, installation, private
from portal.reading.desk.activity import Happening
from portal.reading.desk.answering import Answering
from portal.reading.desk.concessions import SoFar
from portal.reading.desk.contacts import DealContact
from portal.reading.desk.installation import Colleague
from portal.reading.desk.private import LineFigures
from portal.reading.desk.take_back_rules import obstacle
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class DeskDeal:
    """A deal with the parts that were asked for; the others are empty.

    `answering` is None for a draft; `owner` None while nobody owns the deal; `so_far` None before a second revision.
    """

    deal: Deal
    table: DealPage
    answering: Answering | None = None
    figures: Mapping[str, LineFigures] = field(default_factory=dict)
    contacts: tuple[DealContact, ...] = ()
    notes: tuple[Happening, ...] = ()
    activity: tuple[Happening, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    so_far: SoFar | None = None
    # Why the current revision can't be taken back; "" when it can.
    stays: str = ""

    @property
    def owner(self) -> Colleague | None:
        return next((each for each in self.colleagues if each.id == self.deal.owner_id), None)


# How each part is read.
_READERS: Mapping[str, Callable[[Transaction, Deal, DealPage], object]] = {
    "answering": lambda transaction, deal, _: answering.load(transaction, deal) if deal.revision else None,
    "figures": lambda transaction, deal, table: private.figures(transaction, deal, table.offer),
    "contacts": lambda transaction, deal, _: contacts.load(transaction, deal),
    "notes": lambda transaction, deal, _: activity.notes(transaction, deal),
    "activity": lambda transaction, deal, _: activity.log(transaction, deal),
    "colleagues": lambda transaction, _deal, _table: installation.colleagues(transaction),
    "so_far": lambda transaction, deal, _: concessions.so_far(transaction, deal),
    "stays": lambda transaction, deal, _: obstacle(transaction, deal) if deal.can("take_back") else "",
}
ALL_PARTS = tuple(_READERS)


def load(
    transaction: Transaction, actor: DeskSession, deal_id: str, parts: Collection[str] = ALL_PARTS
) -> DeskDeal:
    """Read a deal with these parts, from one snapshot. NotFound when there is no such deal."""
    deal = deal_for(transaction, actor, deal_id)
    table = deal_page.load(transaction, deal)
    found: dict[str, Any] = {name: _READERS[name](transaction, deal, table) for name in parts}
    return DeskDeal(deal=deal, table=table, **found)
