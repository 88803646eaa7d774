"""One deal with everything its rep works with. For the seller's pages alone: it holds private figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.access import Deal, DeskSession, deal_for
from portal.reading.deal_page import deal_page as tables
from portal.reading.deal_page.deal_page import Table
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
    """`answering` is None for a draft; `owner` None while nobody owns the deal; `so_far` None before a second revision."""

    deal: Deal
    table: Table
    answering: Answering | None
    figures: Mapping[str, LineFigures]
    contacts: tuple[DealContact, ...]
    notes: tuple[Happening, ...]
    activity: tuple[Happening, ...]
    colleagues: tuple[Colleague, ...]
    so_far: SoFar | None
    # Why the current revision can't be taken back; "" when it can.
    stays: str

    @property
    def owner(self) -> Colleague | None:
        return next((each for each in self.colleagues if each.id == self.deal.owner_id), None)


def load(transaction: Transaction, actor: DeskSession, deal_id: str) -> DeskDeal:
    """NotFound when there is no such deal."""
    deal = deal_for(transaction, actor, deal_id)
    table = tables.load(transaction, deal)
    return DeskDeal(
        deal=deal,
        table=table,
        answering=answering.load(transaction, deal) if deal.revision else None,
        figures=private.figures(transaction, deal, table.offer),
        contacts=contacts.load(transaction, deal),
        notes=activity.notes(transaction, deal),
        activity=activity.log(transaction, deal),
        colleagues=installation.colleagues(transaction),
        so_far=concessions.so_far(transaction, deal),
        stays=obstacle(transaction, deal) if deal.can("take_back") else "",
    )
