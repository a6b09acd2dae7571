"""Which database role reads of which equipment: the one table that the views ask, written by whoever owns them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, String, Table

from dovetail.db.tables import metadata

ROLE_LENGTH: Final = 63  # PostgreSQL's own limit
bi_reader = Table(
    "bi_reader",
    metadata,
    Column("role_name", String(ROLE_LENGTH), primary_key=True),
    Column("path", String(400), primary_key=True),  # of an equipment, and of all below it; empty: of the whole plant
)
