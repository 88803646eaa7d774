"""The one rule of who waits for whom, for the deal's head, the inbox and the response times alike."""

from typing import Literal

from portal.domain.ledger.event_body import Body
from portal.domain.ledger.event_kinds import KINDS, TurnEffect
from portal.domain.ledger.ledger import by_buyer
from portal.domain.ledger.shared_events import CounterofferMade, CounterofferWithdrawn, RevisionPublished


def turn_effect(body: Body, actor: str) -> TurnEffect | Literal["lifts", "withdraws", "replaces"]:
    """Return what an event does to the buyer's wait; "lifts" ends it only if it began at the event's own instant.

    "withdraws" and "replaces" take an earlier ask out of it ("replaces" asks anew): what else is unanswered waits on.

    A policy answers the ask that it came with, and nothing that was said before.
    """
    if isinstance(body, RevisionPublished) and body.signed == "policy":
        return "lifts"
    if isinstance(body, RevisionPublished) and body.takes_back:
        # What it had answered waits again, from now on.
        return "begins" if body.reopens else "stays"
    if isinstance(body, CounterofferWithdrawn):
        return "withdraws"
    if isinstance(body, CounterofferMade) and body.replaces:
        return "replaces"
    kind = KINDS[body.kind]
    return kind.by_buyer if by_buyer(actor) else kind.by_seller
