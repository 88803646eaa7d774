"""Tables of acceptances, orders, and their delivery."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from portal.storage.tables.base import Instant, deal_column, metadata

acceptance = Table(
    "acceptance",
    metadata,
    deal_column(primary_key=True),
    Column("contact_id", String(40), ForeignKey("contact.id")),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    # The acceptance document: who accepted what, when and how, as canonical bytes.
    Column("evidence", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

order = Table(
    "order_",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    deal_column(unique=True),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("imported_ref", Text),
    Column("created_at", Instant, nullable=False),
)

work_order = Table(
    "work_order",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("order_id", String(40), ForeignKey("order_.id"), nullable=False),
    # operations (one per fulfilment group), accounting (the bill proposal) or analysis (the rows)
    Column("kind", String(20), nullable=False),
    Column("fulfilment", Text, nullable=False, server_default=""),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("order_id", "kind", "fulfilment"),
)

receiver = Table(
    "receiver",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("transport", String(10), nullable=False),
    Column("target", Text, nullable=False),
    Column("format", String(10), nullable=False),
    Column("secret", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default="1"),
    UniqueConstraint("kind", "transport", "target"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(40), primary_key=True),
    # mail, webhook or folder
    Column("transport", String(10), nullable=False),
    Column("deal_id", String(40), ForeignKey("deal.id")),
    Column("receiver_id", String(40), ForeignKey("receiver.id")),
    Column("work_order_id", String(40), ForeignKey("work_order.id")),
    Column("payload", LargeBinary, nullable=False),
    # waiting, sent or failed; or cancelled, for a mail that is no longer to be sent
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("error", Text, nullable=False, server_default=""),
    Index(None, "state", "next_at"),
)
