"""The conventions that an installation chose, and the targets it set itself, as the plant code says them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("kpi_convention", "kpi_target"):
        op.create_table(
            name,
            sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
            sa.Column("key", sa.String(length=400), nullable=False),
            sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
            sa.Column(
                "body",
                sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
                nullable=True,
            ),
            sa.Column("known_from", sa.BigInteger(), nullable=False),
            sa.Column("known_to", sa.BigInteger(), nullable=True),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(f"ix_{name}_key", name, ["key", "valid_from_us"], unique=False)
