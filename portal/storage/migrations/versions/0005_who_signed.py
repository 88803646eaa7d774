"""who signed a revision, what a quote said last, what waits besides answers, and tries of policies that failed

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("signed_by", sa.String(10), server_default="", nullable=False))
    op.add_column("approval", sa.Column("road", sa.String(12), server_default="publish", nullable=False))
    op.add_column("policy_try", sa.Column("failed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "policy_failure",
        sa.Column("policy_id", sa.String(40), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("counteroffer_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counteroffer_id"],
            ["counteroffer.id"],
            name=op.f("fk_policy_failure_counteroffer_id_counteroffer"),
        ),
        sa.PrimaryKeyConstraint("policy_id", "domain", "counteroffer_id", name=op.f("pk_policy_failure")),
    )
    op.create_table(
        "imported_quote",
        sa.Column("deal_id", sa.String(40), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_imported_quote_deal_id_deal")),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_imported_quote")),
    )


def downgrade() -> None:
    op.drop_table("imported_quote")
    op.drop_table("policy_failure")
    for table, column in (("policy_try", "failed"), ("approval", "road"), ("revision", "signed_by")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
