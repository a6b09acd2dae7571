"""Bring the records store to the shape this version needs, in one transaction, forward only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dovetail.core.errors import ConfigError
from dovetail.db.uow import Database

FOLDER: Final = Path(__file__).parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Alembic's configuration on an open connection; no ini file, no logging of its own."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database) -> None:
    """Run the missing steps. Raises ConfigError for a store made by a newer version: it is not touched."""
    with database.writer.begin() as connection:
        upgrade(connection, "head")


def upgrade(connection: Connection, step: str) -> None:
    """Run the missing steps up to `step` in the caller's transaction. Raises ConfigError for one not known here."""
    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    for found in {current, step} - {None, "head"} - known:
        raise ConfigError(
            f"the records store is at step {found}, which this version does not know",
            code="db-newer",
            hint="run the version that made it, or a newer one",
        )
    command.upgrade(config, step)


@cache
def newest_step() -> str:
    """The step at which the records of this version stand: to know it, each step's file is read."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head() or ""
