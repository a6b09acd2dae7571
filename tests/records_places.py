"""Where a test's records may lie: in a file of SQLite, or in a database of PostgreSQL that is emptied for each life."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.db.uow import Database
from shortcuts import Emptied


class Records(Protocol):
    """One place for records, opened as often as the site begins anew."""

    def open(self, clock: Clock, bus: Bus) -> Database: ...


class FileRecords:
    """A file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, clock: Clock, bus: Bus) -> Database:
        is_new = not self._path.exists()
        database = Database(f"sqlite:///{self._path}", clock=clock, bus=bus)
        if is_new:
            database.create_for_tests()
        return database


class ServerRecords:
    """A database of PostgreSQL: samples may lie beside them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._emptied = Emptied(url)

    def empty(self) -> None:
        self._emptied.close()  # a store of samples beside them may have cut every connection off
        self._emptied.clear()

    def open(self, clock: Clock, bus: Bus) -> Database:
        return Database(self.url, clock=clock, bus=bus)

    def close(self) -> None:
        self._emptied.close()
