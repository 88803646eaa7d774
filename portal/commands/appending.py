"""One event onto a deal's ledger: its numbers, its place in each party's chain, and what it does to a buyer's wait."""

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, insert, literal, select, update

from portal.domain import ledger
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Appended:
    """Where an event stands: the deal's number and each party's own (None where the party does not see it)."""

    seq: int
    buyer_seq: int | None
    seller_seq: int | None


def append_event(  # noqa: PLR0917 - the parts of an event
    work: Transaction,
    deal_id: str,
    actor: str,
    body: ledger.Body,
    personal: ledger.Personal | None,
    key: str | None,
) -> Appended:
    """Append to the (locked) deal; the chain of each party that may read the event goes on with it."""
    head = work.connection.execute(
        select(
            tables.deal.c.seq,
            tables.deal.c.buyer_seq,
            tables.deal.c.buyer_digest,
            tables.deal.c.seller_seq,
            tables.deal.c.seller_digest,
        ).where(tables.deal.c.id == deal_id)
    ).one()
    salt, stored, text = (
        secrets.token_bytes(16),
        ledger.encode_body(body),
        ledger.encode_personal(personal),
    )
    audience, hidden = body.audience(), ledger.personal_digest(salt, text)
    heads: dict[str, Any] = {"seq": head.seq + 1}
    for party in ("buyer", "seller"):
        if audience in ("table", party):
            seq = getattr(head, f"{party}_seq") + 1
            link = ledger.Link(
                deal=deal_id,
                seq=seq,
                at=work.now,
                actor=actor,
                body=msgspec.Raw(stored),
                personal=hidden,
                salt=salt.hex(),
            )
            heads[f"{party}_seq"] = seq
            heads[f"{party}_digest"] = ledger.chain(getattr(head, f"{party}_digest"), link)
    work.connection.execute(
        insert(tables.event).values(
            deal_id=deal_id,
            kind=body.kind,
            audience=audience,
            actor=actor,
            at=work.now,
            body=stored,
            personal=text,
            personal_digest=hidden,
            salt=salt,
            key=key,
            **heads,
        )
    )
    match ledger.waiting(body, actor):
        case "begins":
            heads["buyer_waits_since"] = func.coalesce(
                tables.deal.c.buyer_waits_since, literal(work.now, tables.Instant())
            )
        case "ends":
            heads["buyer_waits_since"] = None
    work.connection.execute(
        update(tables.deal).where(tables.deal.c.id == deal_id).values(last_event_at=work.now, **heads)
    )
    return Appended(seq=heads["seq"], buyer_seq=heads.get("buyer_seq"), seller_seq=heads.get("seller_seq"))
