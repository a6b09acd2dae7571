"""One statement, asked again and again: each new row is taken once, whatever happens in between.

The rows of a page and how far they reach are durable together before the next page is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import orjson

from dovetail.core import faults
from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.hand import Hand
from dovetail.drivers.heldrows import HeldRows
from dovetail.drivers.keeping import Keep, in_parcels, keep_of, must_keep
from dovetail.drivers.rowplaces import Column, Place
from dovetail.drivers.rowtaking import Look, RowTaker, Taken, timed, wanted
from dovetail.drivers.rowtimes import reader
from dovetail.drivers.sql import pages
from dovetail.drivers.sql.address import parse_address
from dovetail.drivers.sql.database import Database, Rows
from dovetail.drivers.sql.options import SqlOptions
from dovetail.drivers.sql.pages import Position

LAST: Final = "last"
ALIVE_US: Final = 2 * SECOND_US
PREVIEW_ROWS: Final = 200  # of the newest, in which a tag on trial is looked for

log = logging.getLogger(__name__)


class SqlDriver:
    """Takes the rows that a statement brings."""

    def __init__(self, options: SqlOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._keep = keep_of(around)
        self._hand = Hand(options.where())
        self._database: Database | None = None
        self._heard_us: int | None = None
        self._held = HeldRows()
        self._points: list[Point] = []

    async def open(self) -> None:
        """Connect, and see that the statement is one."""
        password = self._around.behind(self._options.password)
        self._database = await self._hand.ask(lambda: Database(self._options, password))
        await self._ask(lambda: self._open().newest(1))

    async def close(self) -> None:
        """End the session; one that hangs ends with its answer."""
        database, self._database = self._database, None
        if database is not None and not self._hand.is_stuck:
            await asyncio.shield(self._hand.ask(database.close))

    async def probe(self) -> Alive:
        """The last answer while it is young, else the cheapest question."""
        asked_us = self._clock.now_us()
        if self._heard_us is None or self._clock.monotonic_us() - self._heard_us > ALIVE_US:
            await self._ask(self._open().alive)
        return Alive(asked_us, self._clock.now_us())

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """What was taken last; on trial what the newest rows say, which count as not taken."""
        held = self._held if self._keep is not None else await self._preview(points)
        return held.batches(points, self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Take rows until cancelled; raises LinkError when the database cannot be asked."""
        keep = must_keep(self._keep)
        await self._want([point for group in groups for point in group.points], await keep.recall(LAST))
        key = f"watermark:{self._options.watermark}"
        position = pages.loads(await keep.recall(key))
        if position is None and self._options.start == "now":
            position = await self._begin_now(keep, key)
        now_us = self._clock.now_us()
        on_notice(Notice(now_us, tuple(self._held.told(now_us))))
        while True:
            position, has_more = await self._take(position, key, keep, on_notice)
            if not has_more:
                await self._clock.sleep(self._options.every_s)

    async def write(self, point: Point, value: Value) -> None:
        """Nothing is written into somebody else's database."""
        raise PointError(f"{point.address} can only be read", code="sql-read-only")

    async def browse(self, address: str | None = None) -> list[Found]:
        """The columns of the statement."""
        if address is not None:
            return []
        found = await self._ask(lambda: self._open().newest(1))
        first = found.rows[0] if found.rows else [None] * len(found.names)
        cells = [(name, _cell(raw)) for name, raw in zip(found.names, first, strict=True)]
        return [Found(quote(name, safe=" _-.()"), f"{name} = {raw}"[:80], False, _kind(raw)) for name, raw in cells]

    # --- inside -------------------------------------------------------------------------------------------------

    def _open(self) -> Database:
        if self._database is None:
            raise LinkError(f"{self._options.where()} is not connected", code="sql-closed")
        return self._database

    async def _ask[T](self, work: Callable[[], T]) -> T:
        answer = await self._hand.ask(work)
        self._heard_us = self._clock.monotonic_us()
        return answer

    async def _want(self, points: Sequence[Point], remembered: str | None) -> None:
        """These tags; one whose column the statement does not bring is BAD alone."""
        self._held.want(points, remembered)
        names = (await self._ask(lambda: self._open().newest(1))).names
        self._points = [point for point in points if _has(names, parse_address(point.address))]
        for point in points:
            if point not in self._points:
                self._held.refuse(point)

    async def _begin_now(self, keep: Keep, key: str) -> Position | None:
        """Everything that is there counts as taken; None where nothing is there yet."""
        database, options = self._open(), self._options
        newest = await self._ask(lambda: database.newest(1))
        if not newest.rows:
            return None
        at = newest.rows[0][self._column(newest, options.watermark)]
        lower = Position(at).lower(options.look_back)
        there = await self._ask(lambda: database.page(lower, pages.SEEN_MAX))
        _, position = pages.advance(None, self._marks(there), options.look_back)
        assert position is not None
        await keep.put([], {key: position.dumps()})
        return position

    async def _take(
        self, before: Position | None, key: str, keep: Keep, on_notice: Callable[[Notice], None]
    ) -> tuple[Position | None, bool]:
        """One page; the position after it, and whether there may be more."""
        database, options = self._open(), self._options
        lower = None if before is None else before.lower(options.look_back)
        limit = options.max_rows + (0 if before is None else len(before.seen))
        found = await self._ask(lambda: database.page(lower, limit))
        new, position = pages.advance(before, self._marks(found), options.look_back)
        if not new or position is None:
            return before, False
        now_us = self._clock.now_us()
        rows = [(number, found.rows[index]) for number, index in enumerate(new, 1)]
        taken = await asyncio.to_thread(self._samples, found.names, rows, self._points, now_us)
        self._judge(taken, found, new)
        newest_us = max((int(batch.ts.max()) for batch in taken.batches if len(batch)), default=None)
        if newest_us is not None:
            on_notice(Notice(self._clock.now_us(), true_us=newest_us))
        last = self._held.with_rows({self._points[index].tag_id: said for index, said in taken.last.items()})
        await keep.put(in_parcels(taken.batches), {key: position.dumps(), LAST: orjson.dumps(last).decode()})
        faults.point("sql.taken")
        now_us = self._clock.now_us()
        if still := self._held.overtaken(taken.last, self._points, now_us):
            on_notice(Notice(now_us, tuple(still)))
        await keep.delivered()  # a historian that is away is not flooded when it comes back
        return position, len(found.rows) >= limit

    def _judge(self, taken: Taken, found: Rows, new: Sequence[int]) -> None:
        """What becomes of rows with faults. Raises ConfigError when they are to stop the link."""
        if not taken.faults:
            return
        first = taken.faults[0]
        mark = found.rows[new[first.line - 1]][self._column(found, self._options.watermark)]
        said = f"the row with {self._options.watermark} = {mark}, column {first.column}: {first.what}"
        if self._options.bad_row == "stop":
            hint = "mend the row or the tag, or leave such rows out with `bad_row: skip`"
            raise ConfigError(said, code="sql-row", hint=hint)
        log.warning("%s: %d of %d rows are left out; %s", self._options.where(), taken.skipped, taken.rows, said)

    def _marks(self, found: Rows) -> list[tuple[Any, str]]:
        at = self._column(found, self._options.watermark)
        tie = None if self._options.tie is None else self._column(found, self._options.tie)
        return [(row[at], pages.identity(row[at], None if tie is None else row[tie], row)) for row in found.rows]

    def _samples(
        self, names: Sequence[str], rows: Sequence[tuple[int, Any]], points: Sequence[Point], now_us: int
    ) -> Taken:
        places = [(point, parse_address(point.address)) for point in points]
        looks = [wanted(point, place, lambda column: self._look(names, column)) for point, place in places]
        time = None
        if self._options.time is not None:
            said = self._look(names, Column("name", self._options.time, name=self._options.time))
            time = timed(said, reader(self._options.time_format, self._options.zone))
        taker = RowTaker(looks, time, time_column=self._options.time or "")
        return taker.take(rows, now_us=now_us, arrived_us=now_us)

    def _look(self, names: Sequence[str], column: Column) -> Look:
        at = _found(names, column.name, self._options)
        return lambda row: _cell(row[at])

    def _column(self, found: Rows, name: str) -> int:
        return _found(found.names, name, self._options)

    async def _preview(self, points: Sequence[Point]) -> HeldRows:
        held = HeldRows()
        held.want(points, None)
        found = await self._ask(lambda: self._open().newest(PREVIEW_ROWS))
        rows = list(enumerate(reversed(found.rows), 1))
        for point in points:
            if not _has(found.names, parse_address(point.address)):
                held.refuse(point)
                continue
            taken = self._samples(found.names, rows, [point], self._clock.now_us())
            held.with_rows({point.tag_id: taken.last[0]} if taken.last else {})
        return held


def _has(names: Sequence[str], place: Place) -> bool:
    known = {name.lower() for name in names}
    return all(column.name.lower() in known for column in place.columns)


def _found(names: Sequence[str], name: str, options: SqlOptions) -> int:
    """Where a column stands; capitals count only where two columns differ by nothing else."""
    for wanted_name, given in ((name, list(names)), (name.lower(), [one.lower() for one in names])):
        if given.count(wanted_name) == 1:
            return given.index(wanted_name)
    hint = f"the statement brings: {', '.join(names)[:300]}"
    raise ConfigError(f"{options.where()} has no column {name!r}", code="sql-column", hint=hint)


def _cell(raw: Any) -> Any:
    """A cell as a device would say it: times and numbers of fixed point in plain words, an empty text is nothing."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, Decimal):
        is_whole = raw.is_finite() and raw.copy_abs() < 1 << 64 and raw == raw.to_integral_value()
        return int(raw) if is_whole else float(raw)
    if isinstance(raw, UUID):
        return str(raw)
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return bytes(raw).hex()
    return raw


def _kind(raw: Any) -> Kind:
    for kind, types in ((Kind.BOOL, bool), (Kind.I64, int), (Kind.F64, float), (Kind.JSON, (dict, list))):
        if isinstance(raw, types):
            return kind
    return Kind.STR if isinstance(raw, (str, datetime, date)) else Kind.F64
