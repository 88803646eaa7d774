"""the ledger keeps two orders: a party's numbers need no index, and kinds are found without the messages

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NO_MESSAGE = sa.text("kind <> 'message'")


def upgrade() -> None:
    # First: SQLite copies the table to drop its constraints, and would copy into the index, too.
    op.drop_index(op.f("ix_event_deal_id_kind_seq"), table_name="event")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_event_deal_id_buyer_seq"), type_="unique")
        batch_op.drop_constraint(op.f("uq_event_deal_id_seller_seq"), type_="unique")

    op.create_index(
        op.f("ix_event_deal_id_kind_seq"),
        "event",
        ["deal_id", "kind", "seq"],
        unique=False,
        sqlite_where=NO_MESSAGE,
        postgresql_where=NO_MESSAGE,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_event_deal_id_kind_seq"), table_name="event")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f("uq_event_deal_id_buyer_seq"), ["deal_id", "buyer_seq"])
        batch_op.create_unique_constraint(op.f("uq_event_deal_id_seller_seq"), ["deal_id", "seller_seq"])

    op.create_index(op.f("ix_event_deal_id_kind_seq"), "event", ["deal_id", "kind", "seq"], unique=False)
