"""Tables of the installation: its epoch, counters, and the stored results of commands."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from portal.storage.tables.base import Instant, metadata

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # A restored backup gets a new epoch, so that open pages reload.
    Column("epoch", String(40), nullable=False),
    Column("seller_name", Text, nullable=False, server_default=""),
    Column("hue", Integer, nullable=False, server_default="255"),
    # Minutes that a buyer may wait before the seller is reminded.
    Column("response_goal", Integer, nullable=False, server_default="240"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)

# Idempotency: the first result of a command is returned again for the same key with the same content.
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
