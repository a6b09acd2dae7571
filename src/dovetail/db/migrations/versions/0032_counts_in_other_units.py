"""Pieces that people enter in another unit than the product's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("count_entry", sa.Column("unit", sa.String(length=60), nullable=True))
