"""The tables that every room's transaction touches: the commit log that orders knowledge, and the event log."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite's row id is always 64 bit, under the name INTEGER

commit_log = Table(
    "commit_log",
    metadata,
    Column("known", Id, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor_id", String(120), nullable=False),
    Index("ix_commit_log_at_us", "at_us"),
)

event_log = Table(
    "event_log",
    metadata,
    Column("known", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("kind", String(80), nullable=False),
    Column("body", Json, nullable=False),
)

PLANT_APPLIED = "PlantApplied"  # the kind of event with which definitions change
_defines = event_log.c.kind == PLANT_APPLIED
Index("ix_event_log_definitions", event_log.c.known, sqlite_where=_defines, postgresql_where=_defines)

event_handled = Table(
    "event_handled",
    metadata,
    Column("handler", String(80), primary_key=True),
    Column("known", BigInteger, nullable=False),
)
