"""Long ledgers, put together at once."""

from collections.abc import Sequence

from portal.database.append_events import NewEvent, append_events
from portal.domain.ledger import buyer_events, event_body, ledger, seller_events, shared_events
from tests.cast import Table

SAID = shared_events.MessagePosted()
COMMENTED = shared_events.MessagePosted(anchor="line:press")
NOTED = seller_events.NoteSaved()
CONFIDED = buyer_events.TeamMessagePosted()
VIEWED = shared_events.Viewed(revision=1)


def goes_on(table: Table, bodies: Sequence[event_body.Body], text: str = "As agreed on the phone.") -> None:
    """Append one event for each, by whoever would."""
    bea, rita = table.bea.deal.actor, table.rita.deal.actor
    events = [
        NewEvent(
            deal_id=table.deal_id,
            actor=rita if isinstance(body, seller_events.NoteSaved) else bea,
            body=body,
            personal=None if isinstance(body, shared_events.Viewed) else ledger.Personal(body=text),
        )
        for body in bodies
    ]
    table.database.write_now(lambda work: append_events(work, events) and None)
