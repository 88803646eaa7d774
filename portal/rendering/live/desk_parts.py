"""What frames carry for the seller alone: rows with private figures, notes, the inbox. No code for buyers imports this."""

from collections.abc import Mapping
from typing import Any

from portal import access
from portal.access import Deal, DeskSession
from portal.domain.ledger import ledger
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import people
from portal.reading.deal_page.deal_page import DealPage
from portal.reading.desk import activity, inbox, private
from portal.reading.desk.inbox_row import View
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.regions import Render
from portal.storage.session import Transaction


def context(transaction: Transaction, deal: Deal, table: DealPage) -> dict[str, Any]:
    """Return what the rep's lines need besides the deal page: the desk's addresses, and the seller's private figures."""
    return {
        "urls": Urls.desk(deal.id),
        "figures": private.figures(transaction, deal, table.offer),
        "line_template": "desk/_line.html",
    }


def note_or_pulse(render: Render, transaction: Transaction, event: StoredEvent, table: DealPage) -> str:
    """Return a note; for any other event the mark that makes the page fetch its answers, activity and moves."""
    if event.kind == "note":
        who = table.people.get(event.actor) or people.person(transaction, event.actor, table.seller)
        note = activity.happening(event, ledger.decode_body(event.body), {event.actor: who})
        content = render("desk/_note.html", note=note)
        return f'<hx-upsert hx-target="#note-log" key="data-seq">{content}</hx-upsert>'
    return regions.morph("#desk-pulse", f'<span id="desk-pulse" data-seq="{event.seller_seq}" hidden></span>')


def inbox_list(transaction: Transaction, render: Render, actor: DeskSession, query: Mapping[str, str]) -> str:
    view = _view(transaction, actor, query)
    content = render("desk/_inbox_list.html", inbox=inbox.load(transaction, view))
    return f'<hx-partial hx-target=".inbox-table" hx-swap="outerMorph">{content}</hx-partial>'


def inbox_row(
    transaction: Transaction, render: Render, actor: DeskSession, query: Mapping[str, str], deal_id: str
) -> str:
    """Return the row, or the mark that makes the page remove it when the view does not show it any more."""
    row = inbox.row(transaction, deal_id, _view(transaction, actor, query))
    if row is None:
        gone = f'<div id="deal-{deal_id}" class="inbox-row" role="row" data-left hidden></div>'
        return f'<hx-partial hx-target="[id=\'deal-{deal_id}\']" hx-swap="outerMorph">{gone}</hx-partial>'
    content = render("desk/_inbox_row.html", row=row)
    return f'<hx-upsert hx-target="#inbox-list" key="data-order">{content}</hx-upsert>'


def _view(transaction: Transaction, actor: DeskSession, query: Mapping[str, str]) -> View:
    return View.of(access.rep_for(transaction, actor.id).id, query)
