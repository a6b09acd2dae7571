"""Why a machine stood, with the evidence, beside the reason; records of before say none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("state_record", sa.Column("because", sa.Text(), nullable=True))
