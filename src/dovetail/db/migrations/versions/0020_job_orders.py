"""Job orders: what is to run on an equipment, how much of it and from when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_order",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.String(length=400), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("planned_start_us", sa.BigInteger(), nullable=True),
        sa.Column("lot", sa.String(length=120), nullable=True),
        sa.Column("standard_rate_upm", sa.Float(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dispatched_us", sa.BigInteger(), nullable=True),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_job_order")),
    )
    op.create_index("ix_job_order_equipment", "job_order", ["equipment_id", "known_to"], unique=False)
    op.create_index("ix_job_order_id", "job_order", ["id"], unique=False)
