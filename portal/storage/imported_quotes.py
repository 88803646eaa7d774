"""What a deal's quote said when it was last imported: the base that the next one is merged against. No private figures."""

import re

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.domain.change.items import PARTS
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
    keys = ((kind, part.key) for kind, among in PARTS.items() for part in getattr(offer, among))
    generated = frozenset(f"{kind}:{key}" for kind, key in keys if _GENERATED.fullmatch(key))
    return ImportedQuote(offer=offer, generated=generated)


def store_imported_quote(transaction: Transaction, deal_id: str, quote: ImportedQuote) -> None:
    """Keep the quote in place of the last one."""
    dialect = sqlite if transaction.connection.dialect.name == "sqlite" else postgresql
    table, document = tables.imported_quote, msgspec.json.encode(quote)
    transaction.connection.execute(
        dialect.insert(table)
        .values(deal_id=deal_id, document=document)
        .on_conflict_do_update(index_elements=[table.c.deal_id], set_={"document": document})
    )
