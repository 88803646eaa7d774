"""What the seller allows without asking: policies, caps, authority, each with its history; and what was tried and given."""

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

# Every state that a policy ("policy:ID") or a guard rail ever had.
rail_change = Table(
    "rail_change",
    metadata,
    Column("subject", String(60), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# A secret is tried once on a line or term until a rep's next revision: `since` is the number of the rep's last one.
policy_try = Table(
    "policy_try",
    metadata,
    deal_column(primary_key=True),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("subject", Text, primary_key=True),
    Column("counteroffer_id", String(40), ForeignKey("counteroffer.id"), nullable=False),
)

# What policies and private limits (policy_id "") have given: minor units, net, over the contract.
policy_use = Table(
    "policy_use",
    metadata,
    deal_column(primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("policy_id", String(40), primary_key=True),
    Column("concession", BigInteger, nullable=False),
)
