"""Reminders that were sent, and those that somebody does not want."""

from sqlalchemy import Column, String, Table, UniqueConstraint

from portal.storage.tables.base import Instant, deal_column, metadata

# One row for what was reminded of: an end, a publication, a wait. Without a day nobody wanted to be told.
reminder = Table(
    "reminder",
    metadata,
    deal_column(primary_key=True),
    # expiry_3, expiry_1, unread or waiting
    Column("step", String(10), primary_key=True),
    Column("about", Instant, primary_key=True),
    Column("day", String(10)),
    Column("at", Instant, nullable=False),
    # However many processes look at the clock: one a day.
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
