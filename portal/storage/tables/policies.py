"""Tables of policies, caps and authority, their history, and how far each deal has used them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from portal.storage.tables.base import Instant, deal_column, metadata

policy = Table(
    "policy",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    # domain.policy.Policy
    Column("document", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# By subject: "caps" (domain.policy.Caps), "rep:ID" (domain.authority.Authority).
guard_rail = Table(
    "guard_rail",
    metadata,
    Column("subject", String(60), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# The history of policies ("policy:ID") and guard rails.
rail_change = Table(
    "rail_change",
    metadata,
    Column("subject", String(60), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# A secret limit is tried once per line or term until a person answers or changes it; `since` is the revision that last did.
policy_try = Table(
    "policy_try",
    metadata,
    deal_column(primary_key=True),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("subject", Text, primary_key=True),
    Column("counteroffer_id", String(40), ForeignKey("counteroffer.id"), nullable=False),
    # Whether it went to a person.
    Column("failed", Boolean, nullable=False, server_default=false()),
)

# Tries of a policy that went to a person, by the buyer's mail domain.
policy_failure = Table(
    "policy_failure",
    metadata,
    Column("policy_id", String(40), primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("counteroffer_id", String(40), ForeignKey("counteroffer.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Concessions by policies and by private limits (policy_id ""): minor units, net, over the contract.
policy_use = Table(
    "policy_use",
    metadata,
    deal_column(primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("policy_id", String(40), primary_key=True),
    Column("concession", BigInteger, nullable=False),
)
