"""Rows of the equipment room: identities that last for ever, definitions with their time, and the applied versions.

An identity is the id of an equipment, a connection or a tag; names and paths are versioned aliases of it. So a
renamed machine keeps its data, and an old report finds it under the name it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, UniqueConstraint, func, insert, select, update

from dovetail.db import versioned
from dovetail.db.tables import Id, Json, metadata
from dovetail.db.uow import Reading, UnitOfWork

head = versioned.versioned_table("plant_head_version")
classes = versioned.versioned_table("equipment_class_version")
equipment = versioned.versioned_table("equipment_version")
connections = versioned.versioned_table("connection_version")
scan_classes = versioned.versioned_table("scan_class_version")

equipment_identity = Table(
    "equipment_identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", String(400), nullable=False, unique=True),  # the path it has, or had last
)

connection_identity = Table(
    "connection_identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(400), nullable=False, unique=True),
)

tag_identity = Table(
    "tag_identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_kind", String(12), nullable=False),  # equipment or connection
    Column("owner_id", BigInteger, nullable=False),
    Column("property", String(80), nullable=False),
    UniqueConstraint("owner_kind", "owner_id", "property"),
)

plant_version = Table(
    "plant_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("known", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("valid_from_us", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("documents", Json, nullable=False),
    Column("summary", Json, nullable=False),
    Column("actor_id", String(120), nullable=False),
    Column("actor_name", String(200), nullable=False),
)

ROWS_AT_ONCE = 500  # below the number of bound parameters that SQLite and PostgreSQL take in one statement


@dataclass(frozen=True, slots=True)
class Version:
    """One applied plant. `digest` is the SHA-256 of its files; `summary` counts what it changed, by section."""

    version: int
    known: int
    at_us: int
    valid_from_us: int
    digest: str
    summary: Mapping[str, Mapping[str, int]]
    actor_id: str
    actor_name: str


def equipment_ids(uow: UnitOfWork, paths: Iterable[str]) -> dict[str, int]:
    """The id of each path: the one it has, or had when it was last in the plant, or a new one."""
    return _ids(uow, equipment_identity, "path", paths)


def connection_ids(uow: UnitOfWork, names: Iterable[str]) -> dict[str, int]:
    """The id of each connection, as for equipment."""
    return _ids(uow, connection_identity, "name", names)


def move_equipment(uow: UnitOfWork, moved: Mapping[str, str]) -> None:
    """Let identities go from their old paths to new ones ({new: old})."""
    _move(uow, equipment_identity, "path", moved)


def move_connections(uow: UnitOfWork, moved: Mapping[str, str]) -> None:
    """Let identities go from their old names to new ones ({new: old})."""
    _move(uow, connection_identity, "name", moved)


def _move(uow: UnitOfWork, table: Table, column: str, moved: Mapping[str, str]) -> None:
    for new, old in moved.items():
        stale = {column: f"{new}#{uow.known}"}  # something long gone had this name: it keeps its id, not the name
        uow.connection.execute(update(table).where(table.c[column] == new).values(stale))
        uow.connection.execute(update(table).where(table.c[column] == old).values({column: new}))


def _ids(uow: UnitOfWork, table: Table, column: str, wanted: Iterable[str]) -> dict[str, int]:
    names = list(dict.fromkeys(wanted))
    found: dict[str, int] = {}
    for start in range(0, len(names), ROWS_AT_ONCE):
        part = names[start : start + ROWS_AT_ONCE]
        rows = uow.connection.execute(select(table.c[column], table.c.id).where(table.c[column].in_(part)))
        found.update({row[0]: row[1] for row in rows})
    new = [name for name in names if name not in found]
    if new:
        first = _next_id(uow, table)
        made = {name: first + n for n, name in enumerate(new)}
        uow.connection.execute(insert(table), [{"id": number, column: name} for name, number in made.items()])
        found.update(made)
    return found


def _next_id(uow: UnitOfWork, table: Table) -> int:
    _ = uow.known  # on PostgreSQL this holds the one lock under which identities are given out
    return (uow.connection.scalar(select(func.max(table.c.id))) or 0) + 1


def tag_ids(
    uow: UnitOfWork,
    owner_kind: str,
    wanted: Mapping[int, Iterable[str]],
    *,
    moved: Mapping[tuple[int, str], str] | None = None,
) -> dict[tuple[int, str], int]:
    """The id of each (owner id, property); `moved` maps (owner id, new property) to the property it was before."""
    known = _tags_of(uow, owner_kind, list(wanted))
    for (owner, new), old in (moved or {}).items():
        if (owner, old) in known and (owner, new) not in known:
            number = known.pop((owner, old))
            uow.connection.execute(update(tag_identity).where(tag_identity.c.id == number).values(property=new))
            known[owner, new] = number
    keys = [(owner, name) for owner, names in wanted.items() for name in names]
    new_keys = [key for key in keys if key not in known]
    if new_keys:
        first = _next_id(uow, tag_identity)
        made = {key: first + n for n, key in enumerate(new_keys)}
        rows = [
            {"id": number, "owner_kind": owner_kind, "owner_id": owner, "property": name}
            for (owner, name), number in made.items()
        ]
        uow.connection.execute(insert(tag_identity), rows)
        known.update(made)
    return {key: known[key] for key in keys}


def _tags_of(uow: UnitOfWork, owner_kind: str, owners: list[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    table = tag_identity
    for start in range(0, len(owners), ROWS_AT_ONCE):
        part = owners[start : start + ROWS_AT_ONCE]
        query = select(table.c.owner_id, table.c.property, table.c.id).where(
            table.c.owner_kind == owner_kind, table.c.owner_id.in_(part)
        )
        found.update({(row[0], row[1]): row[2] for row in uow.connection.execute(query)})
    return found


def add_version(uow: UnitOfWork, version: Version, documents: Mapping[str, str]) -> None:
    """Keep what was applied, word for word."""
    row: dict[str, Any] = {
        "version": version.version,
        "known": version.known,
        "at_us": version.at_us,
        "valid_from_us": version.valid_from_us,
        "digest": version.digest,
        "documents": dict(documents),
        "summary": version.summary,
        "actor_id": version.actor_id,
        "actor_name": version.actor_name,
    }
    uow.connection.execute(insert(plant_version).values(row))


def versions(reading: Reading, *, before: int | None = None, limit: int | None = None) -> list[Version]:
    """The applied plants, newest first, without their files; `before` and `limit` make a page."""
    table = plant_version
    query = select(
        table.c.version, table.c.known, table.c.at_us, table.c.valid_from_us,
        table.c.digest, table.c.summary, table.c.actor_id, table.c.actor_name,
    ).order_by(table.c.version.desc())  # fmt: skip
    if before is not None:
        query = query.where(table.c.version < before)
    return [Version(*row) for row in reading.connection.execute(query.limit(limit))]


def boundaries(reading: Reading, as_of: int | None = None) -> list[tuple[int, int]]:
    """(from when, version that rules) of every moment known, by time: between two of them nothing changes."""
    table = plant_version
    query = select(table.c.valid_from_us, table.c.version).order_by(table.c.valid_from_us, table.c.version)
    seen = query if as_of is None else query.where(table.c.known <= as_of)
    return versioned.with_restated(reading, [(row[0], row[1]) for row in reading.connection.execute(seen)], as_of)


def documents(reading: Reading, version: int | None = None) -> tuple[Version, dict[str, str]] | None:
    """One version with its files (default: the newest); None when there is none."""
    table = plant_version
    found = versions(reading, before=None if version is None else version + 1, limit=1)
    if not found or (version is not None and found[0].version != version):
        return None
    text = reading.connection.scalar(select(table.c.documents).where(table.c.version == found[0].version))
    return found[0], dict(text or {})


def tag_ids_by_path(reading: Reading, paths: list[str]) -> dict[str, int]:
    """`<path>.<property>` → tag id, of equipment by its present or last path."""
    owners, tags = equipment_identity, tag_identity
    found: dict[str, int] = {}
    for start in range(0, len(paths), ROWS_AT_ONCE):
        query = (
            select(owners.c.path, tags.c.property, tags.c.id)
            .join(tags, (tags.c.owner_id == owners.c.id) & (tags.c.owner_kind == "equipment"))
            .where(owners.c.path.in_(paths[start : start + ROWS_AT_ONCE]))
        )
        found.update({f"{row[0]}.{row[1]}": row[2] for row in reading.connection.execute(query)})
    return found
