"""What people say of the past: the edits of the timeline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timeline_edit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("edit_id", sa.BigInteger(), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=True),
        sa.Column("says_reason", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("says_comment", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("by_id", sa.String(length=120), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("evidence_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_reason", sa.String(length=400), nullable=True),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_edit")),
    )
    op.create_index("ix_timeline_edit_equipment_t1", "timeline_edit", ["equipment_id", "t1_us"], unique=False)
    op.create_index("ix_timeline_edit_edit", "timeline_edit", ["edit_id"], unique=False)
