"""Jobs beside each other with their shares, and jobs handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_response", sa.Column("beside", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("job_response", sa.Column("share_ppm", sa.Integer(), nullable=True))
    op.add_column("job_response", sa.Column("follows", sa.String(length=36), nullable=True))
    op.add_column("job_response", sa.Column("note", sa.Text(), nullable=True))
