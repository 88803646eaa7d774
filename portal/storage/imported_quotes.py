"""What a deal's quote said when it was last imported: the base that the next one is merged against. No private figures."""

import re

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.domain.offer.revision import Offer
from portal.storage import documents, tables
from portal.storage.session import Transaction

# Keys that were made for parts without one, in deals whose quote was not kept.
_GENERATED = re.compile(r"(line|term|adjustment|offer)-\d+")


class ImportedQuote(msgspec.Struct, frozen=True, kw_only=True):
    """The offer with the deal's keys; `generated`: the parts whose keys were made for them, as "line:KEY"."""

    offer: Offer
    generated: frozenset[str] = frozenset()


_decoder = msgspec.json.Decoder(ImportedQuote)


def read_imported_quote(transaction: Transaction, deal_id: str) -> ImportedQuote:
    """Return the base; of deals from before it was kept, what was sent first."""
    table = tables.imported_quote
    stored = transaction.connection.execute(
        select(table.c.document).where(table.c.deal_id == deal_id)
    ).scalar()
    if stored is not None:
        return _decoder.decode(stored)
    offer = documents.read_revision(transaction, deal_id, 1).offer
    parts = (
        ("line", offer.lines),
        ("term", offer.terms),
        ("adjustment", offer.adjustments),
        ("standing", offer.standing_offers),
    )
    return ImportedQuote(
        offer=offer,
        generated=frozenset(
            f"{kind}:{part.key}" for kind, found in parts for part in found if _GENERATED.fullmatch(part.key)
        ),
    )


def store_imported_quote(transaction: Transaction, deal_id: str, quote: ImportedQuote) -> None:
    """Keep the quote in place of the last one."""
    dialect = sqlite if transaction.connection.dialect.name == "sqlite" else postgresql
    table, document = tables.imported_quote, msgspec.json.encode(quote)
    transaction.connection.execute(
        dialect.insert(table)
        .values(deal_id=deal_id, document=document)
        .on_conflict_do_update(index_elements=[table.c.deal_id], set_={"document": document})
    )
