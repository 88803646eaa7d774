"""What an event does to the buyer's wait for the seller, by the one rule for head, inbox and figures alike."""

from typing import Literal

from portal.domain.ledger.event_body import Body
from portal.domain.ledger.ledger import by_buyer
from portal.domain.ledger.shared_events import (
    Accepted,
    CounterofferMade,
    Declined,
    MessagePosted,
    MoreTimeAsked,
    MoreTimeGiven,
    RevisionPublished,
    Withdrawn,
)

_ASKS = (MessagePosted, CounterofferMade, MoreTimeAsked)
_REPLIES = (MessagePosted, RevisionPublished, MoreTimeGiven, Withdrawn)
_ENDINGS = (Accepted, Declined, Withdrawn)


def turn_effect(body: Body, actor: str) -> Literal["begins", "ends", "lifts", "stays"]:
    """What an event does to the buyer's wait for the seller; "lifts" ends it only if it began at the event's own instant.

    A policy answers the ask that it came with, and nothing that was said before.
    """
    if isinstance(body, RevisionPublished) and body.signed == "policy":
        return "lifts"
    if isinstance(body, RevisionPublished) and body.takes_back:
        # What it had answered waits again, from now on.
        return "begins" if body.reopens else "stays"
    if isinstance(body, _ENDINGS) or (isinstance(body, _REPLIES) and not by_buyer(actor)):
        return "ends"
    return "begins" if isinstance(body, _ASKS) and by_buyer(actor) else "stays"
