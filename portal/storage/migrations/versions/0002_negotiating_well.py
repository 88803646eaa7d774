"""negotiating well: scenarios in place of the single draft, policies and what they gave, reminders

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from portal.storage.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guard_rail",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_guard_rail")),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_table(
        "rail_change",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "number", name=op.f("pk_rail_change")),
    )
    op.create_table(
        "reminder_off",
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", name=op.f("pk_reminder_off")),
    )
    op.create_table(
        "policy_use",
        sa.Column("deal_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("concession", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_policy_use_deal_id")),
        sa.PrimaryKeyConstraint("deal_id", "revision", "policy_id", name=op.f("pk_policy_use")),
    )
    op.create_table(
        "reminder",
        sa.Column("deal_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("about", Instant(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_reminder_deal_id")),
        sa.PrimaryKeyConstraint("deal_id", "step", "about", name=op.f("pk_reminder")),
        sa.UniqueConstraint("deal_id", "day", name=op.f("uq_reminder_deal_id_day")),
    )
    op.create_table(
        "scenario",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("package", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("shared_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_scenario_contact_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_scenario_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
    )
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scenario_deal_id_contact_id"), ["deal_id", "contact_id"], unique=False
        )

    op.create_table(
        "policy_try",
        sa.Column("deal_id", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("counteroffer_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["counteroffer_id"], ["counteroffer.id"], name=op.f("fk_policy_try_counteroffer_id")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_policy_try_deal_id")),
        sa.PrimaryKeyConstraint("deal_id", "since", "subject", name=op.f("pk_policy_try")),
    )
    # What was being written goes on as the scenario that is worked on. A contact belongs to one deal and had one draft.
    op.execute(
        "INSERT INTO scenario (id, deal_id, contact_id, name, active, base_revision, changes, reasons, package, made_at)"
        " SELECT old.contact_id, old.deal_id, old.contact_id, '', true, old.base_revision, old.changes, old.reasons,"
        " old.package, deal.last_event_at FROM counteroffer_draft AS old JOIN deal ON deal.id = old.deal_id"
    )
    op.drop_table("counteroffer_draft")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_last_event_at"), ["last_event_at"], unique=False)

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("response_goal", sa.Integer(), server_default="240", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_column("response_goal")

    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_last_event_at"))

    op.create_table(
        "counteroffer_draft",
        sa.Column("deal_id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("package", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_counteroffer_draft_contact_id")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_counteroffer_draft_deal_id")),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name=op.f("pk_counteroffer_draft")),
    )
    op.drop_table("policy_try")
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_deal_id_contact_id"))

    op.drop_table("scenario")
    op.drop_table("reminder")
    op.drop_table("policy_use")
    op.drop_table("reminder_off")
    op.drop_table("rail_change")
    op.drop_table("policy")
    op.drop_table("guard_rail")
