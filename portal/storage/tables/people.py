"""Tables of people and access: reps, contacts, grants, sessions, and API tokens."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from portal.storage.tables.base import Instant, deal_column, metadata

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

contact = Table(
    "contact",
    metadata,
    Column("id", String(40), primary_key=True),
    deal_column(),
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
    deal_column(),
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
    # SHA-256 of the cookie's value, so that a stolen database does not open sessions.
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
    deal_column(primary_key=True),
    Column("grant_id", String(40), ForeignKey("grant_.id"), nullable=False),
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
