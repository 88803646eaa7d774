"""What frames carry of any event: its entry in the conversation, and the regions that it changes.

The regions are rendered from the present snapshot. Two frames may then show the same, and neither their order nor a
repetition does harm.
"""

from typing import Any

from msgspec.structs import replace

from portal.access import Deal, System, deal_for
from portal.domain.ledger import ledger
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.event_kinds import KINDS
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import affected_regions, conversation, deal_page, lines, people
from portal.reading.deal_page.conversation import Entry
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.live import buyer_parts, desk_parts
from portal.rendering.regions import Render
from portal.storage.session import Transaction

_READER = System("live")


def render_event(
    render: Render, transaction: Transaction, event: StoredEvent, party: PartyName, role: str
) -> str:
    """Return what an event changes on the pages of one party and role."""
    deal = deal_seen_by(transaction, event.deal_id, party, role)
    if event.audience == "buyer":
        return buyer_parts.room_entry(render, transaction, deal, event)
    page, body = deal_page.load(transaction, deal), ledger.decode_body(event.body)
    context: dict[str, Any] = {"deal": deal, "table": page, "urls": Urls.buyer(deal.id)}
    content = ""
    if KINDS[event.kind].in_conversation:
        who = page.people.get(event.actor) or people.person(transaction, event.actor, page.seller)
        content = render_entry(render, conversation.entry(event, party, who, lines.names(page.offer)))
    if party == "seller":
        context |= desk_parts.context(transaction, deal, page)
    affected = affected_regions.affected_regions(transaction, deal, page, body)
    content += regions.redrawn(render, affected.regions, affected.subjects, context)
    if party == "buyer" and event.kind == "revision":
        content += buyer_parts.sign_offs(render, transaction, deal)
    if party == "seller":
        content += desk_parts.note_or_pulse(render, transaction, event, page)
    return content


def render_entry(render: Render, entry: Entry) -> str:
    """Return an entry of the conversation; a comment stands beside its line or term as well."""
    template = "table/_message.html" if entry.kind == "message" else "table/_entry.html"
    content = regions.upserted("log", render(template, entry=entry, place="log"))
    if entry.anchor:
        place = f"thread-{regions.dom_id(entry.anchor)}"
        content += regions.upserted(place, render("table/_message.html", entry=entry, place=place))
    return content


def deal_seen_by(transaction: Transaction, deal_id: str, party: PartyName, role: str) -> Deal:
    """Return the deal as anybody of this party and role sees it."""
    return replace(deal_for(transaction, _READER, deal_id), party=party, role=role, actor="", actor_name="")
