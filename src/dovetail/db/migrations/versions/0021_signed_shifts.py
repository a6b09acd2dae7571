"""Shifts that somebody signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shift_signature",
        sa.Column("id", ID, nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.String(400), nullable=False),
        sa.Column("shift_name", sa.String(200), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.String(120), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("back_by", sa.String(200), nullable=True),
        sa.Column("back_us", sa.BigInteger(), nullable=True),
        sa.Column("back_why", sa.Text(), nullable=True),
        sa.Column("back_known", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_signature")),
    )
    op.create_index("ix_shift_signature_equipment_t1", "shift_signature", ["equipment_id", "t1_us"], unique=False)
