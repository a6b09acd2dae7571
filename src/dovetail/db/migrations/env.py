"""What Alembic runs for each step: on the connection it is given, inside the transaction that `migrate` opened."""

from __future__ import annotations

from alembic import context

from dovetail.core import faults
from dovetail.db.tables import metadata


def _applied(*_of: object, **_said: object) -> None:
    faults.point("migrate.step")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
    compare_type=True,
    on_version_apply=_applied,
)
with context.begin_transaction():
    context.run_migrations()
