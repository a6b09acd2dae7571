"""Lost time of whole shifts says how many stops began in it and what it would have made; old ones are summed anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("rated_us", "theoretical_mu", "begun"):
        op.add_column("rollup_reason", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute("delete from slice_recut")  # what an upgrade before this one left is done with it
    op.execute(
        "insert into slice_recut (equipment_id, reached_us)"
        " select equipment_id, min(t0_us) from slice where known_to is null group by equipment_id"
    )
