"""What frames carry of the buyers' room, for buyers alone. Nothing for the desk imports this."""

from typing import Any

from portal.access import Deal
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.buyer import room
from portal.reading.deal_page import people
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.regions import Renders
from portal.storage.session import Transaction


def drawn(render: Renders, transaction: Transaction, deal: Deal, event: StoredEvent) -> str:
    """The event in the room, and where sign-offs are told. A page that has no such place leaves it out."""
    entry = room.entry(event, people.person(transaction, event.actor, ""))
    content = render("room/_entry.html", entry=entry, urls=Urls.buyer(deal.id))
    content = f'<hx-upsert hx-target="#room-log" key="data-seq">{content}</hx-upsert>'
    return content + told(render, transaction, deal) if event.kind == "sign_off" else content


def told(render: Renders, transaction: Transaction, deal: Deal) -> str:
    """Where sign-offs are told: beside the next step, and in the room."""
    words = room.words(transaction, deal)
    context: dict[str, Any] = {"deal": deal, "urls": Urls.buyer(deal.id), "words": words}
    return "".join(
        regions.morph(f"#{name}", render(f"room/_{template}.html", **context))
        for name, template in (("sign-offs", "sign_offs"), ("room-words", "words"))
    )
