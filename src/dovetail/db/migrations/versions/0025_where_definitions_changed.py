"""An index of the transactions with which definitions changed: each start asks for them, and they are few of many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    defines = sa.text("kind = 'PlantApplied'")
    op.create_index(
        "ix_event_log_definitions", "event_log", ["known"], unique=False, sqlite_where=defines, postgresql_where=defines
    )
