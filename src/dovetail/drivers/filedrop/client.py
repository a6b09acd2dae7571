"""One watched folder behind the plant's small `Driver` protocol: each whole file is taken once, whatever happens.

A file's samples and that it was taken are durable together before anything is done to it; archiving it is repeated
after a kill, taking it is not. Polled, because no one tells of files that others write to a network share.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson

from dovetail.core import faults
from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.filedrop.address import parse_address
from dovetail.drivers.filedrop.folder import ARCHIVE, PIECE, QUARANTINE, Folder, GoneError, Lying
from dovetail.drivers.filedrop.options import FileDropOptions
from dovetail.drivers.filedrop.sheets import BadFileError, bad, sheet
from dovetail.drivers.filedrop.taking import Moment, identity, misplaced, note, plain, receipt, take
from dovetail.drivers.hand import Hand
from dovetail.drivers.heldrows import HeldRows
from dovetail.drivers.keeping import Keep, in_parcels, keep_of, must_keep
from dovetail.drivers.offlimits import not_ours
from dovetail.drivers.rowplaces import Place
from dovetail.drivers.rowtaking import Taken

LAST: Final = "last"  # under what it is remembered which value each address had last
ALIVE_US: Final = 2 * SECOND_US  # so long a folder that answered is not asked just for that
LISTED_MAX: Final = 500

log = logging.getLogger(__name__)


class FileDropDriver:
    """Takes what is put into a folder."""

    def __init__(self, options: FileDropOptions, around: Surroundings) -> None:
        self._options = options
        self._clock = around.clock
        self._keep = keep_of(around)
        self._folder = Folder(Path(options.folder), options.pattern)
        self._hand: Hand = around.shared.one(("filedrop", options.folder), lambda: Hand(options.folder))
        self._heard_us: int | None = None  # monotonic: when the folder answered last
        self._held = HeldRows()
        self._places: list[tuple[Point, Place]] = []
        self._seen: dict[str, tuple[Lying, int]] = {}  # by name: as it lies, and since when, monotonic
        self._through: dict[str, Lying] = {}  # by name: dealt with, and still there

    async def open(self) -> None:
        """See whether the folder is there and not our own, and may be written where files are to leave it."""
        await self._ask(lambda: not_ours(self._folder.path))
        await self._ask(self._folder.look)
        if self._options.after != "leave" and not await self._ask(lambda: os.access(self._options.folder, os.W_OK)):
            hint = "let the user that Dovetail runs as write there, or take files with `after: leave`"
            raise ConfigError(f"{self._options.folder} may not be written", code="filedrop-rights", hint=hint)

    async def close(self) -> None:
        """Nothing stays open."""

    async def probe(self) -> Alive:
        """The folder's last answer while it is young, else one look at it."""
        asked_us = self._clock.now_us()
        if self._heard_us is None or self._clock.monotonic_us() - self._heard_us > ALIVE_US:
            await self._ask(self._folder.look)
        return Alive(asked_us, self._clock.now_us())

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """What was taken last; on trial what the newest file says, which stays where it is."""
        if self._keep is None:
            held = await self._preview(points)
            return held.batches(points, self._clock.now_us())
        return self._held.batches(points, self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Take files until cancelled; raises LinkError when the folder cannot be reached."""
        keep = must_keep(self._keep)
        points = [point for group in groups for point in group.points]
        self._held.want(points, await keep.recall(LAST))
        self._places = self._well_placed(points)
        now_us = self._clock.now_us()
        on_notice(Notice(now_us, tuple(self._held.told(now_us))))
        while True:
            for file in await self._whole():
                await self._take(file, keep, on_notice)
            await self._clock.sleep(self._options.every_s)

    async def write(self, point: Point, value: Value) -> None:
        """Files come from others."""
        raise PointError(f"{point.address} can only be read", code="filedrop-read-only")

    async def browse(self, address: str | None = None) -> list[Found]:
        """The columns of the newest file."""
        if address is not None:
            return []
        data = await self._newest()
        if data is None:
            what = f"no file in {self._options.folder} is named like {self._options.pattern}"
            raise ConfigError(what, code="filedrop-empty", hint="put one of its kind there, then look again")
        try:
            return _columns(data, self._options)
        except BadFileError as error:
            raise _unreadable(error) from error

    # --- looking ------------------------------------------------------------------------------------------------

    async def _ask[T](self, work: Callable[[], T]) -> T:
        answer = await self._hand.ask(work)
        self._heard_us = self._clock.monotonic_us()
        return answer

    def _well_placed(self, points: Sequence[Point]) -> list[tuple[Point, Place]]:
        placed = [(point, parse_address(point.address)) for point in points]
        for point, place in placed:
            if misplaced(place, self._options):
                self._held.refuse(point)
        return [(point, place) for point, place in placed if not misplaced(place, self._options)]

    async def _whole(self) -> list[Lying]:
        """The files that are whole and not dealt with yet, the oldest first."""
        lying = await self._ask(self._folder.look)
        now_us, before = self._clock.monotonic_us(), self._seen
        self._seen = {
            one.name: (one, before[one.name][1] if before.get(one.name, (None,))[0] == one else now_us) for one in lying
        }
        self._through = {one.name: one for one in lying if self._through.get(one.name) == one}
        waiting = [one for one in lying if one.name not in self._through]
        if self._options.whole == "done":
            return await self._ask(lambda: [one for one in waiting if self._folder.has_done(one)]) if waiting else []
        rest_us = round(self._options.stable_s * SECOND_US)
        return [one for one in waiting if now_us - self._seen[one.name][1] >= rest_us]

    async def _bytes(self, file: Lying) -> bytes:
        """All of it, piece by piece. Raises GoneError when it is not there any more, or still written."""
        descriptor = await self._ask(lambda: self._folder.open(file))
        try:
            pieces: list[bytes] = []
            while piece := await self._ask(lambda: os.read(descriptor, PIECE)):
                pieces.append(piece)
                if sum(map(len, pieces)) > file.size:
                    raise GoneError(file.name)
            if not await self._ask(lambda: self._folder.is_same(descriptor, file)):
                raise GoneError(file.name)
            return b"".join(pieces)
        except OSError as error:
            raise LinkError(f"{file.name} cannot be read: {error.strerror}", code="filedrop-away") from error
        finally:
            if not self._hand.is_stuck:
                await asyncio.shield(asyncio.to_thread(os.close, descriptor))

    # --- taking -------------------------------------------------------------------------------------------------

    async def _take(self, file: Lying, keep: Keep, on_notice: Callable[[Notice], None]) -> None:
        if file.size > self._options.max_mb * 1e6:
            what = f"{file.size / 1e6:.1f} MB, and a file has at most {self._options.max_mb:g} MB"
            return await self._put_aside(file, bad(0, what))
        try:
            data = await self._bytes(file)
        except GoneError:
            self._seen.pop(file.name, None)  # what changed has to be still again
            return None
        key = identity(file.name, data, self._options)
        known = await keep.recall(key)
        if known is None:
            try:
                await self._keep_it(file, data, key, keep, on_notice)
            except BadFileError as error:
                return await self._put_aside(file, error)
        else:
            log.info("%s was taken before: %s", plain(file.name), known)
        await keep.delivered()
        return await self._tidy(file)

    async def _keep_it(
        self, file: Lying, data: bytes, key: str, keep: Keep, on_notice: Callable[[Notice], None]
    ) -> None:
        now_us = self._clock.now_us()
        at = Moment(now_us, now_us)
        taken: Taken = await asyncio.to_thread(take, data, self._places, self._options, at)
        if taken.skipped and self._options.after != "leave":
            said = note(file.name, taken.faults, self._options, at_us=now_us, whole=False)
            await self._ask(lambda: self._folder.leave_note(file.name, said))
        if taken.skipped:
            log.warning("%s: %d of %d rows were left out", plain(file.name), taken.skipped, taken.rows)
        newest_us = max((int(batch.ts.max()) for batch in taken.batches if len(batch)), default=None)
        if newest_us is not None:
            on_notice(Notice(self._clock.now_us(), true_us=newest_us))
        points = [point for point, _ in self._places]
        last = self._held.with_rows({points[index].tag_id: said for index, said in taken.last.items()})
        remember = {key: receipt(file.name, taken, at), LAST: orjson.dumps(last).decode()}
        await keep.put(in_parcels(taken.batches), remember)
        log.info("%s is taken: %d rows", plain(file.name), taken.rows)
        now_us = self._clock.now_us()
        if still := self._held.overtaken(taken.last, points, now_us):
            on_notice(Notice(now_us, tuple(still)))

    async def _put_aside(self, file: Lying, error: BadFileError) -> None:
        log.warning("%s is not taken: %s", plain(file.name), error)
        if self._options.after == "leave":
            self._through[file.name] = file
            return
        said = note(file.name, error.faults, self._options, at_us=self._clock.now_us(), whole=True)
        await self._ask(lambda: self._folder.move(file.name, QUARANTINE, note=said))

    async def _tidy(self, file: Lying) -> None:
        if self._options.after == "leave":
            self._through[file.name] = file
        elif self._options.after == "delete":
            await self._ask(lambda: self._folder.delete(file.name))
        else:
            await self._ask(lambda: self._folder.move(file.name, ARCHIVE))
        faults.point("filedrop.tidied")

    # --- on trial -----------------------------------------------------------------------------------------------

    async def _newest(self) -> bytes | None:
        lying = await self._ask(self._folder.look)
        for file in reversed(lying[-3:]):
            if file.size <= self._options.max_mb * 1e6:
                try:
                    return await self._bytes(file)
                except GoneError:
                    continue
        return None

    async def _preview(self, points: Sequence[Point]) -> HeldRows:
        held = HeldRows()
        held.want(points, None)
        placed = [(point, parse_address(point.address)) for point in points]
        data = await self._newest()
        if data is None:
            return held
        now_us = self._clock.now_us()
        for point, place in placed:  # each by itself: one that is not there yet spoils no other
            try:
                taken = await asyncio.to_thread(take, data, [(point, place)], self._options, Moment(now_us, now_us))
            except BadFileError as error:
                if error.faults[0].column != place.column.written:
                    raise _unreadable(error) from error
                held.refuse(point)
                continue
            held.with_rows(dict.fromkeys([point.tag_id], taken.last[0]) if taken.last else {})
        return held


def _unreadable(error: BadFileError) -> ConfigError:
    fault = error.faults[0]
    where = f"line {fault.line}: " if fault.line else ""
    hint = "compare format, encoding, delimiter and times with the file"
    return ConfigError(f"the newest file cannot be taken: {where}{fault.what}", code="filedrop-form", hint=hint)


def _columns(data: bytes, options: FileDropOptions) -> list[Found]:
    """The columns of a file as addresses. Raises BadFileError."""
    found = sheet(data, options)
    _, row = next(found.rows, (0, None))
    if options.format == "fixed" or row is None:
        return []
    if options.format == "csv":
        named = found.names or tuple(f"#{number + 1}" for number in range(len(row)))
        cells: list[tuple[str, Any]] = list(zip(named, row, strict=False))
    else:
        cells = list(row.items()) if isinstance(row, dict) else [(f"/{n}", cell) for n, cell in enumerate(row)]
    listed = cells[:LISTED_MAX]
    return [Found(_address(name, options), f"{name} = {cell}"[:80], False, _kind(cell)) for name, cell in listed]


def _address(name: str, options: FileDropOptions) -> str:
    return name if options.format == "csv" and options.header == "none" else quote(name, safe=" ()[].,;:+*!$'-_")


def _kind(cell: Any) -> Kind:
    if isinstance(cell, bool):
        return Kind.BOOL
    if isinstance(cell, (dict, list)):
        return Kind.JSON
    try:
        float(str(cell).strip().replace(",", "."))
    except ValueError:
        return Kind.STR
    return Kind.F64
