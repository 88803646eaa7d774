"""Long ledgers, put together at once."""

from collections.abc import Sequence

from portal.database.append_events import New, append_events
from portal.domain.ledger import ledger
from tests.cast import Table

SAID = ledger.MessagePosted()
COMMENTED = ledger.MessagePosted(anchor="line:press")
NOTED = ledger.NoteKept()
CONFIDED = ledger.Confided()
VIEWED = ledger.Viewed(revision=1)


def goes_on(table: Table, bodies: Sequence[ledger.Body], text: str = "As agreed on the phone.") -> None:
    """Append one event for each, by whoever would."""
    bea, rita = table.bea.deal.actor, table.rita.deal.actor
    events = [
        New(
            deal_id=table.deal_id,
            actor=rita if isinstance(body, ledger.NoteKept) else bea,
            body=body,
            personal=None if isinstance(body, ledger.Viewed) else ledger.Personal(body=text),
        )
        for body in bodies
    ]
    table.database.write_now(lambda work: append_events(work, events) and None)
