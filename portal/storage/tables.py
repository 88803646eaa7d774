"""Every table. Amounts are integers (minor units), instants are microseconds UTC, documents are canonical bytes.

Migrations are generated from here; the test of storage compares the two.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime in a column of microseconds, exact and comparable on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _deal(**options: Any) -> Column[str]:
    return Column("deal_id", String(40), ForeignKey("deal.id"), nullable=False, **options)


installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # A restored backup gets another epoch, so that open pages load afresh.
    Column("epoch", String(40), nullable=False),
    Column("seller_name", Text, nullable=False, server_default=""),
    Column("hue", Integer, nullable=False, server_default="255"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)

rep = Table(
    "rep",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("language", String(35), nullable=False, server_default="en"),
    Column("created_at", Instant, nullable=False),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("rep_id", String(40), ForeignKey("rep.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

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
    # Heads of the ledger: the deal's counter and each party's own, with its chain.
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("buyer_seq", Integer, nullable=False, server_default="0"),
    Column("buyer_digest", String(64), nullable=False),
    Column("seller_seq", Integer, nullable=False, server_default="0"),
    Column("seller_digest", String(64), nullable=False),
    # Projections of the ledger, written where events are appended and nowhere else.
    Column("last_event_at", Instant, nullable=False),
    Column("buyer_waits_since", Instant),
    Column("contract_net", BigInteger, nullable=False, server_default="0"),
    Column("contract_total", BigInteger, nullable=False, server_default="0"),
    Index(None, "state", "valid_until"),
)

draft = Table(
    "draft",
    metadata,
    _deal(primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("private", LargeBinary, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    _deal(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(60), nullable=False),
)

# A table of its own, so that no query of a buyer's page can select it by accident.
revision_private = Table(
    "revision_private",
    metadata,
    _deal(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", String(40), primary_key=True),
    _deal(),
    Column("name", Text, nullable=False),
    Column("email", String(320), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("deal_id", "email"),
)

grant = Table(
    "grant_",
    metadata,
    Column("id", String(40), primary_key=True),
    _deal(),
    Column("contact_id", String(40), ForeignKey("contact.id"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("channel", String(10), nullable=False),
    Column("issued_by", String(60), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index(None, "contact_id"),
)

session = Table(
    "session",
    metadata,
    # SHA-256 of the cookie's random value: a stolen database opens no session.
    Column("id", String(64), primary_key=True),
    Column("party", String(10), nullable=False),
    Column("rep_id", String(40), ForeignKey("rep.id")),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("agent", Text, nullable=False, server_default=""),
    Column("address", String(64), nullable=False, server_default=""),
)

session_grant = Table(
    "session_grant",
    metadata,
    Column("session_id", String(64), ForeignKey("session.id"), primary_key=True),
    _deal(primary_key=True),
    Column("grant_id", String(40), ForeignKey("grant_.id"), nullable=False),
)

event = Table(
    "event",
    metadata,
    _deal(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("actor", String(60), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("personal", LargeBinary),
    # Survives erasure of `personal`, so the chain still verifies.
    Column("personal_digest", String(64)),
    Column("salt", LargeBinary, nullable=False),
    Column("key", String(100)),
    Column("buyer_seq", Integer),
    Column("buyer_digest", String(64)),
    Column("seller_seq", Integer),
    Column("seller_digest", String(64)),
    UniqueConstraint("deal_id", "buyer_seq"),
    UniqueConstraint("deal_id", "seller_seq"),
    UniqueConstraint("deal_id", "actor", "kind", "key"),
    Index(None, "deal_id", "kind", "seq"),
)

counteroffer = Table(
    "counteroffer",
    metadata,
    Column("id", String(40), primary_key=True),
    _deal(),
    Column("contact_id", String(40), ForeignKey("contact.id"), nullable=False),
    Column("base_revision", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("package", Boolean, nullable=False, server_default="0"),
    # open, answered, withdrawn, replaced or closed
    Column("state", String(12), nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "deal_id", "state"),
)

counteroffer_draft = Table(
    "counteroffer_draft",
    metadata,
    _deal(primary_key=True),
    Column("contact_id", String(40), ForeignKey("contact.id"), primary_key=True),
    Column("base_revision", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
    Column("package", Boolean, nullable=False, server_default="0"),
)

# The rep's own edits towards the next revision; one per deal, shared by the seller's side.
revision_draft = Table(
    "revision_draft",
    metadata,
    _deal(primary_key=True),
    Column("base_revision", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
)

approval = Table(
    "approval",
    metadata,
    Column("id", String(40), primary_key=True),
    _deal(),
    Column("base_revision", Integer, nullable=False),
    Column("asked_by", String(60), nullable=False),
    Column("asked_at", Instant, nullable=False),
    # What publishing was given, and the rep's own edits of that moment.
    Column("publication", LargeBinary, nullable=False),
    Column("edits", LargeBinary, nullable=False),
    # waiting, granted, refused or overtaken
    Column("state", String(12), nullable=False),
    Column("decided_by", String(60)),
    Column("decided_at", Instant),
    Index(None, "deal_id", "state"),
)

acceptance = Table(
    "acceptance",
    metadata,
    _deal(primary_key=True),
    Column("contact_id", String(40), ForeignKey("contact.id")),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    # Everything DESIGN asks an acceptance to keep, as canonical bytes.
    Column("evidence", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

order = Table(
    "order_",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    _deal(unique=True),
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
    # waiting, sent or failed
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("error", Text, nullable=False, server_default=""),
    Index(None, "state", "next_at"),
)

# The first result of a command, given again to whoever sends the same key with the same content.
command_key = Table(
    "command_key",
    metadata,
    Column("actor", String(60), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("command", String(40), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
