"""When people were last seen, from which browser, and whether a session has still to choose a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("seen_us", sa.BigInteger(), nullable=True))
    op.add_column("person_session", sa.Column("agent", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("person_session", sa.Column("password_due", sa.Boolean(), nullable=False, server_default=sa.false()))
