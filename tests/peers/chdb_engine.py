"""ClickHouse's own engine as a process of its own: chDB, in an environment of its own, asked over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from peers_world import Counterpart

from dovetail.copies import dialect
from dovetail.copies.clickhouse import ColumnCopy
from dovetail.copies.httpengine import Address, HttpEngine
from dovetail.core.batch import Kind, Value
from plain_samples import Row
from site_copied import EVER

FOLDER = Path(__file__).parent / "chdb"
PYTHON = FOLDER / "env" / "bin" / "python"


class ChdbEngine(Counterpart):
    """The engine, and the copies in it."""

    def __init__(self) -> None:
        if not (FOLDER / "env" / ".done").exists():
            pytest.skip("chDB is not installed here: `make peers` installs it")
        super().__init__()

    def command(self) -> list[str]:
        return [str(PYTHON), str(FOLDER / "server.py"), str(self.port)]

    def engine(self) -> HttpEngine:
        return HttpEngine(Address("127.0.0.1", self.port, "plants", "default", ""))

    def open(self, site: str = "brno", owner: str = "one") -> ColumnCopy:
        return ColumnCopy(self.engine(), site=site, owner=owner)

    def empty(self) -> None:
        engine = self.engine()
        engine.tell("drop view if exists samples")
        for table in ("sample", "tag", "stretch", "settled", "owner"):
            engine.tell(f"drop table if exists {table} sync")
        engine.close()

    def rows(self) -> list[Row]:
        engine = self.engine()
        found = engine.ask(dialect.rows("brno", *EVER))
        engine.close()
        return [
            (tag, ts, _value(kind, f64, i64, text) if valid else None, quality)
            for tag, ts, kind, f64, i64, _, text, valid, quality, _, _ in found
        ]


def _value(kind: int, f64: float, i64: int, text: str) -> Value:
    """A sample's value: JSON says 7.0 as 7."""
    return {Kind.I64: i64, Kind.BOOL: i64 != 0, Kind.STR: text}.get(Kind(kind), float(f64))
