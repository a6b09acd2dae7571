"""A database in which somebody else's program writes a row for each number; its table is asked for what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, create_engine, text

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.testing.bench import STEP, Shows, Trial
from dovetail.testing.chaos import ChaosProxy

NAMES: Final = ("rejects", "pieces", "speed")


class SqlBench:
    """A table of a PostgreSQL that runs already: written to as `url` says, read as `reader`, through `socket`.

    Its server is everybody's: it is switched off by the cable alone, which ends the sessions.
    """

    driver = "sql"
    points = tuple(ScanPoint(Point(n, name, Kind.F64)) for n, name in enumerate(NAMES, 1))
    late_s = 2.5
    cannot: Mapping[Trial, str] = {
        "late reply": "the database itself ends a statement that takes longer than `timeout_s`"
    }
    shows: Mapping[Trial, Shows] = {
        "address gone": "one held",  # rows say nothing in that column
        "type changed": "held",  # a row with a fault is left out
        "clock skew": "held",
    }

    def __init__(self, url: str, *, reader: str, socket: str, table: str) -> None:
        self._url, self._reader, self._socket, self._table = url, reader, socket, table
        self._engine: Engine | None = None
        self._given: list[list[int]] = [[] for _ in NAMES]
        self._off = timedelta()
        self._first: str | None = None  # in place of the first number

    @property
    def port(self) -> int:
        return 0

    def options(self, port: int) -> Mapping[str, object]:
        wanted = f"select id, made_at, {', '.join(NAMES)} from {self._table}"  # noqa: S608 - names of our own
        read = {"statement": wanted, "watermark": "id", "time": "made_at", "start": "beginning", "bad_row": "skip"}
        url = f"postgresql://{self._reader}@127.0.0.1:{port}/postgres"
        return {"url": url, "every_s": 0.3, "timeout_s": 1.0, **read}

    def cable(self, seed: int) -> ChaosProxy:
        """From a port to the socket on which the server listens."""
        return ChaosProxy(seed=seed, socket=self._socket)

    def given(self, n: int) -> Sequence[int]:
        return self._given[n - 1]

    async def start(self) -> None:
        self._engine = create_engine(self._url)
        columns = "id bigserial, made_at timestamptz, rejects text, pieces float8, speed float8"
        await self._do(f"drop table if exists {self._table}")
        await self._do(f"create table {self._table} ({columns})")
        await self._do(f"grant select on {self._table} to {self._reader}")

    async def stop(self) -> None:
        await self._do(f"drop table {self._table}")
        if self._engine is not None:
            self._engine.dispose()

    async def switch_off(self) -> None:
        """The cable does it."""

    async def switch_on(self) -> None:
        """The cable does it."""

    async def make(self, number: int) -> None:
        """One row; the program that writes it has a way of its own."""
        first, *others = (STEP * number + n for n in range(1, len(NAMES) + 1))
        said = {None: str(first), "": None}.get(self._first, self._first)
        row = {"at": datetime.now(UTC) + self._off, "first": said, "second": others[0], "third": others[1]}
        into = f"{self._table} (made_at, {', '.join(NAMES)})"
        await self._do(f"insert into {into} values (:at, :first, :second, :third)", row)  # noqa: S608 - names of our own
        is_wrong = self._first == "text" or bool(self._off)
        for n, given in enumerate(self._given):
            if not is_wrong and (n or said is not None):
                given.append(number)

    async def lose(self) -> None:
        self._first = ""

    async def find(self) -> None:
        self._first = None

    async def retype(self) -> None:
        self._first = "text"

    async def untype(self) -> None:
        self._first = None

    def skew(self, offset_us: int) -> None:
        self._off = timedelta(microseconds=offset_us)

    async def _do(self, statement: str, given: Mapping[str, object] | None = None) -> None:
        engine = self._engine
        assert engine is not None

        def work() -> None:
            with engine.begin() as connection:
                connection.execute(text(statement), given or {})

        await asyncio.to_thread(work)
