"""One event as it is stored and travels from the transaction that appended it to the open pages."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from portal.domain.ledger import ledger
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.shared_events import RevisionPublished


class TurnFacts(msgspec.Struct, frozen=True):
    """What a deal's turn is derived from, whoever looks."""

    state: str
    buyer_waits_since: datetime | None
    revision: int
    digest: str
    company: str
    open_asks: int
    oldest_ask: datetime | None
    # Minutes within which the seller means to answer.
    goal: int


class StoredEvent(NamedTuple):
    """One row of the ledger. `body` and `personal` are the stored bytes, which `ledger` decodes."""

    deal_id: str
    seq: int
    kind: str
    audience: str
    actor: str
    at: datetime
    body: bytes
    personal: bytes | None
    key: str | None
    buyer_seq: int | None
    seller_seq: int | None
    # Set where the reader asked for it: a message may have moved the turn.
    head: TurnFacts | None = None

    @property
    def erases_earlier(self) -> bool:
        """Whether a part of an earlier event was erased with it, as when a revision is taken back."""
        fact = ledger.decode_body(self.body) if self.kind == "revision" else None
        return isinstance(fact, RevisionPublished) and bool(fact.takes_back)

    def position(self, party: PartyName) -> int | None:
        """Return its number in a party's stream; None when that party may not know of it."""
        return self.buyer_seq if party == "buyer" else self.seller_seq
