"""Tables of sent reminders, and of reminders that a person has switched off."""

from sqlalchemy import Column, String, Table, UniqueConstraint

from portal.storage.tables.base import Instant, deal_column, metadata

# One row per occasion: the end of validity, a publication, a wait. `day` is NULL when nobody wanted the reminder.
reminder = Table(
    "reminder",
    metadata,
    deal_column(primary_key=True),
    # expiry_3, expiry_1, unread or waiting
    Column("step", String(10), primary_key=True),
    Column("about", Instant, primary_key=True),
    Column("day", String(10)),
    Column("at", Instant, nullable=False),
    # At most one a day, even when several processes check.
    UniqueConstraint("deal_id", "day"),
)

reminder_off = Table(
    "reminder_off",
    metadata,
    # contact:ID or rep:ID
    Column("person", String(60), primary_key=True),
    # expiry, unread or waiting
    Column("kind", String(10), primary_key=True),
    Column("since", Instant, nullable=False),
)
