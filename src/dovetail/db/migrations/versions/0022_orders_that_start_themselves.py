"""Job orders that start themselves at their planned start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_order", sa.Column("start", sa.String(length=10), server_default="manual", nullable=False))
    op.create_index("ix_job_order_scheduled", "job_order", ["start", "known_to", "planned_start_us"], unique=False)
