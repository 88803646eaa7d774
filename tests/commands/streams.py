"""What the ledger holds, seen from one party, and whether both chains hold."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from portal.domain.ledger import ledger
from portal.storage import tables
from tests.cast import Table


class Seen(NamedTuple):
    """An event as one party's stream has it."""

    seq: int
    kind: str
    actor: str
    body: Any
    personal: bytes | None
    digest: str


def rows(table: Table) -> list[Any]:
    query = select(tables.event).where(tables.event.c.deal_id == table.deal_id).order_by(tables.event.c.seq)
    return list(table.database.read_now(lambda transaction: transaction.connection.execute(query).all()))


def events(table: Table, party: str) -> list[Seen]:
    return [
        Seen(
            getattr(row, f"{party}_seq"),
            row.kind,
            row.actor,
            ledger.decode_body(row.body, row.personal),
            row.personal,
            row.buyer_digest,
        )
        for row in rows(table)
        if getattr(row, f"{party}_seq") is not None
    ]


def verify(table: Table) -> None:
    """Both chains from the first event on, recomputed from what is stored, meet the heads on the deal."""
    all_rows = rows(table)
    assert [row.seq for row in all_rows] == list(range(1, len(all_rows) + 1))
    head = table.database.read_now(
        lambda t: t.connection.execute(select(tables.deal).where(tables.deal.c.id == table.deal_id)).one()
    )
    for party in ("buyer", "seller"):
        digest, seq = ledger.GENESIS, 0
        for row in all_rows:
            if getattr(row, f"{party}_seq") is None:
                continue
            seq += 1
            assert getattr(row, f"{party}_seq") == seq
            if row.personal is not None:
                assert row.personal_digest == ledger.personal_digest(row.salt, row.personal)
            digest = ledger.chain(
                digest,
                ledger.Link(
                    deal=row.deal_id,
                    seq=seq,
                    at=row.at,
                    actor=row.actor,
                    body=msgspec.Raw(row.body),
                    personal=row.personal_digest,
                    salt=row.salt.hex(),
                ),
            )
            assert getattr(row, f"{party}_digest") == digest
        assert (getattr(head, f"{party}_seq"), getattr(head, f"{party}_digest")) == (seq, digest)
