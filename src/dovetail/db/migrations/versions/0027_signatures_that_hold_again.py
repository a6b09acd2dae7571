"""From when on a signature holds, where a reopening was undone, and who took it back: only they undo that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift_signature", sa.Column("since", sa.BigInteger(), nullable=True))
    op.add_column("shift_signature", sa.Column("back_id", sa.String(120), nullable=True))
