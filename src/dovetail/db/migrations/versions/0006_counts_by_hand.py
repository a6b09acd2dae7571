"""Pieces that people enter, and what they decide on held jumps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "count_entry",
        sa.Column("row_id", ROW_ID, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("less", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("job_response_id", sa.String(length=36), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("by_id", sa.String(length=120), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_count_entry")),
    )
    op.create_index("ix_count_entry_equipment_t1", "count_entry", ["equipment_id", "t1_us"], unique=False)
    op.create_index("ix_count_entry_entry", "count_entry", ["entry_id"], unique=False)
    op.create_table(
        "jump_decision",
        sa.Column("row_id", ROW_ID, nullable=False),
        sa.Column("held_id", sa.String(length=80), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("less", sa.String(length=10), nullable=True),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.String(length=10), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("seen_t0_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_t1_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_before", sa.BigInteger(), nullable=False),
        sa.Column("seen_after", sa.BigInteger(), nullable=False),
        sa.Column("seen_quantity", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("by_id", sa.String(length=120), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_jump_decision")),
    )
    op.create_index("ix_jump_decision_equipment_t1", "jump_decision", ["equipment_id", "seen_t1_us"], unique=False)
    op.create_index("ix_jump_decision_held", "jump_decision", ["held_id"], unique=False)
