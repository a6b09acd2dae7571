"""Sums of shifts say how much of their time has a rate; what was summed before is summed anew, day by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("busy_rated_us", "elapsed_rated_us"):
        op.add_column("rollup_job", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute("delete from slice_recut")  # what an upgrade before this one left is done with it
    op.execute(
        "insert into slice_recut (equipment_id, reached_us)"
        " select equipment_id, min(t0_us) from slice where known_to is null group by equipment_id"
    )
