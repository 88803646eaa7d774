"""A deal as one actor sees it."""

from datetime import datetime

import msgspec

from portal.domain.deal import lifecycle
from portal.domain.ledger.event_body import PartyName
from portal.errors import NotAllowed


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a deal, and the actor who asked for it. `state` takes expiry into account."""

    id: str
    number: str
    external_id: str
    state: str
    title: str
    company: str
    currency: str
    language: str
    owner_id: str | None
    valid_until: datetime
    revision: int
    digest: str
    seq: int
    buyer_seq: int
    seller_seq: int
    buyer_waits_since: datetime | None
    # The actor ("contact:ID", "rep:ID" or "system:NAME") and the party that the actor belongs to.
    actor: str
    actor_name: str
    party: PartyName
    role: str

    @property
    def position(self) -> int:
        """The number of the newest event in the actor's stream."""
        return self.buyer_seq if self.party == "buyer" else self.seller_seq

    @property
    def contact_id(self) -> str | None:
        return self.actor.removeprefix("contact:") if self.party == "buyer" else None

    def can(self, capability: str) -> bool:
        return lifecycle.can(self.state, self.role, capability)

    def require(self, capability: str) -> None:
        """Raise NotAllowed, with a sentence that says why, when the role or the state does not permit it."""
        if not self.can(capability):
            raise NotAllowed(lifecycle.refusal(self.state, self.role, capability))
