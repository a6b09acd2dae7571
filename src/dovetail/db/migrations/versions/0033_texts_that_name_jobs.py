"""Texts by which machines name what they run, and what became of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "job_text",
        sa.Column("row_id", id_type, primary_key=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("ts_us", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=12)),
        sa.Column("job_order", sa.String(length=120)),
        sa.Column("product", sa.String(length=400)),
        sa.Column("lot", sa.String(length=120)),
        sa.Column("standard_rate_upm", sa.Float()),
        sa.Column("mapping", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=120)),
        sa.Column("by_name", sa.String(length=200)),
        sa.Column("note", sa.Text()),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger()),
    )
    op.create_index("ix_job_text_equipment_ts", "job_text", ["equipment_id", "ts_us"])
    op.create_index("ix_job_text_id", "job_text", ["id"])
