"""Tables of a deal: its head, documents and ledger."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from portal.storage.tables.base import Instant, deal_column, metadata

deal = Table(
    "deal",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("external_id", String(200), nullable=False, unique=True),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("language", String(35), nullable=False),
    Column("owner_id", String(40), ForeignKey("rep.id")),
    Column("valid_until", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    # The current revision; 0 and "" before the first is published.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default=""),
    # The newest number of the ledger and of each party's stream, with the digest of its hash chain.
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("buyer_seq", Integer, nullable=False, server_default="0"),
    Column("buyer_digest", String(64), nullable=False),
    Column("seller_seq", Integer, nullable=False, server_default="0"),
    Column("seller_digest", String(64), nullable=False),
    # Projections of the ledger, written only where events are appended.
    Column("last_event_at", Instant, nullable=False),
    Column("buyer_waits_since", Instant),
    Column("contract_net", BigInteger, nullable=False, server_default="0"),
    Column("contract_total", BigInteger, nullable=False, server_default="0"),
    Index(None, "state", "valid_until"),
    Index(None, "last_event_at"),
)

draft = Table(
    "draft",
    metadata,
    deal_column(primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("private", LargeBinary, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    deal_column(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("document", LargeBinary, nullable=False),
    # The oldest schema that can read the document.
    Column("schema_version", Integer, nullable=False, server_default="1"),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(60), nullable=False),
    # domain.policy.gate.By: whose decision it is; "" of revisions from before this was stored.
    Column("signed_by", String(10), nullable=False, server_default=""),
)

# A separate table, so that no query for a buyer's page selects it by accident.
revision_private = Table(
    "revision_private",
    metadata,
    deal_column(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
)

_NO_MESSAGE = text("kind <> 'message'")

event = Table(
    "event",
    metadata,
    deal_column(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("actor", String(60), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("personal", LargeBinary),
    # Stays when `personal` is erased, so that the hash chain still verifies.
    Column("personal_digest", String(64)),
    Column("salt", LargeBinary, nullable=False),
    Column("key", String(100)),
    Column("buyer_seq", Integer),
    Column("buyer_digest", String(64)),
    Column("seller_seq", Integer),
    Column("seller_digest", String(64)),
    # The parties' numbers have no unique constraint: every index is written for every message. They are assigned under
    # the deal's lock, like `seq`, and `portal verify` checks them.
    # The key comes first, so that one query finds the keys of many messages.
    UniqueConstraint("key", "deal_id", "actor", "kind"),
    # Without messages, which are most events and are never queried by kind; see tables.kind_is().
    Index(None, "deal_id", "kind", "seq", sqlite_where=_NO_MESSAGE, postgresql_where=_NO_MESSAGE),
)
