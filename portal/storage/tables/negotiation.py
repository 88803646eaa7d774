"""Tables of what is asked, drafted, imported and waits to be published in a deal."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from portal.storage.tables.base import Instant, deal_column, metadata

counteroffer = Table(
    "counteroffer",
    metadata,
    Column("id", String(40), primary_key=True),
    deal_column(),
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

# A contact's drafts of a counteroffer. At most one is active: the one in "Your counteroffer".
scenario = Table(
    "scenario",
    metadata,
    Column("id", String(40), primary_key=True),
    deal_column(),
    Column("contact_id", String(40), ForeignKey("contact.id"), nullable=False),
    # "" when it was not named.
    Column("name", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default="0"),
    Column("base_revision", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
    Column("package", Boolean, nullable=False, server_default="0"),
    Column("made_at", Instant, nullable=False),
    # When it was shared with the buyer's other contacts; NULL when only its author may read it.
    Column("shared_at", Instant),
    Index(None, "deal_id", "contact_id"),
)

# Edits of the reps for the next revision; one per deal, shared by all reps.
revision_draft = Table(
    "revision_draft",
    metadata,
    deal_column(primary_key=True),
    Column("base_revision", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
)

# What the quote said when it was last imported, as an offer and its private figures: the base of the next requote.
imported_quote = Table(
    "imported_quote",
    metadata,
    deal_column(primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

approval = Table(
    "approval",
    metadata,
    Column("id", String(40), primary_key=True),
    deal_column(),
    Column("base_revision", Integer, nullable=False),
    Column("asked_by", String(60), nullable=False),
    Column("asked_at", Instant, nullable=False),
    # How it is published: "publish", "send", "requote" or "again".
    Column("road", String(12), nullable=False, server_default="publish"),
    # The arguments of publishing, and the rep's edits at that moment.
    Column("publication", LargeBinary, nullable=False),
    Column("edits", LargeBinary, nullable=False),
    # waiting, granted, refused or overtaken
    Column("state", String(12), nullable=False),
    Column("decided_by", String(60)),
    Column("decided_at", Instant),
    Index(None, "deal_id", "state"),
)
