"""What frames carry of the buyers' room, for buyers alone. No code for the desk imports this."""

from typing import Any

from portal.access import Deal
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.buyer import room
from portal.reading.deal_page import people
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.regions import Render
from portal.storage.session import Transaction


def room_entry(render: Render, transaction: Transaction, deal: Deal, event: StoredEvent) -> str:
    """Return the event in the room, and the sign-offs when it is one. A page without these places ignores it."""
    entry = room.entry(event, people.person(transaction, event.actor, ""))
    content = render("room/_entry.html", entry=entry, urls=Urls.buyer(deal.id))
    content = f'<hx-upsert hx-target="#room-log" key="data-seq">{content}</hx-upsert>'
    return content + sign_offs(render, transaction, deal) if event.kind == "sign_off" else content


def sign_offs(render: Render, transaction: Transaction, deal: Deal) -> str:
    """Return the sign-offs as they stand beside the next step, and in the room."""
    words = room.words(transaction, deal)
    context: dict[str, Any] = {"deal": deal, "urls": Urls.buyer(deal.id), "words": words}
    return "".join(
        regions.morph(f"#{name}", render(f"room/_{template}.html", **context))
        for name, template in (("sign-offs", "sign_offs"), ("room-words", "words"))
    )
