"""Stops and failures in the ledger: marks of a slice, and the sums over them; what was cut before is cut again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SUMS = (
    "failures",
    "failing_us",
    "stops",
    "short_stops",
    "short_us",
    "short_rated_us",
    "short_mu",
    "short_failing_us",
    "short_external_us",
    "short_run_us",
    "short_run_rated_us",
    "busy_mu",
    "setup_mu",
    "elapsed_mu",
    "ideal_setup_ns",
    "ideal_good_setup_ns",
)


def upgrade() -> None:
    for name in ("stops", "failures"):
        op.add_column("slice", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    for name in ("failing", "short"):
        op.add_column("slice", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in SUMS:
        op.add_column("rollup_job", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "slice_recut",
        sa.Column("equipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reached_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("equipment_id", name=op.f("pk_slice_recut")),
    )
    op.execute(
        "insert into slice_recut (equipment_id, reached_us)"
        " select equipment_id, min(t0_us) from slice where known_to is null group by equipment_id"
    )
