"""The small line of the counting tests after its hour, with the steps of the records store under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counting_plant import Plant
from sqlalchemy import text

from dovetail.db.uow import Database


@dataclass
class World:
    """The line, and what SQL says of it."""

    plant: Plant
    database: Database
    url: str

    def rows(self, query: str, **given: Any) -> list[Any]:
        with self.database.read() as reading:
            return list(reading.connection.execute(text(query), given))
