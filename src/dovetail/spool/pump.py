"""Brings what waits on the edge's disk to the historian, oldest first, as often as it takes; it counts once.

A frame that the historian has already is a no-op there, so after a crash everything undelivered is simply sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from dovetail.core import faults
from dovetail.core.batch import Batch, Frame, Lane
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import LinkError, RefusedError
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, SPOOL_LOOK_S
from dovetail.core.sink import Sink
from dovetail.spool import parcels as codec
from dovetail.spool.store import Parcel, SpoolStore, Stock

SOURCE: Final = "spool"
AT_ONCE: Final = 8  # parcels of one commit: 40,000 samples, a few megabytes
RECENT_US: Final = 5 * SECOND_US  # what is older lies behind every mark of its link already
DRAIN_S: Final = 30.0  # a start does not wait longer for a historian that takes nothing

log = logging.getLogger(__name__)


class Spool:
    """The spool of one edge. Lives in the edge's loop; the file and the sink are asked in a thread of its own."""

    def __init__(self, path: Path, sink: Sink, clock: Clock) -> None:
        self._store = SpoolStore(path, now_us=clock.now_us())
        self._sink = sink
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="edge-spool")
        self._news = asyncio.Event()
        self._moved = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._trouble = ""
        self._is_closed = False
        self.refused = 0  # parcels that the historian will never take
        self.stock: Mapping[int, Stock] = {}  # by link, as it was at the last look

    async def start(self) -> None:
        """Bring over what a life before this one left, before links say how far their values are good; then go on."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while await self._in_thread(self._store.waiting) and await self._step():
                    pass
        self._news.set()
        self.stock = await self._in_thread(self._store.stock)
        self._tasks = [asyncio.create_task(work, name="edge-spool") for work in (self._run(), self._look())]

    async def stop(self) -> None:
        """End; what waits is on disk."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._is_closed = True
        self._thread.shutdown(wait=True)
        self._store.close()

    def of(self, link: int) -> LinkSpool:
        """The part of one link, by its good-through tag: that stays the same when the connection is renamed."""
        return LinkSpool(self, link)

    # --- for the links ------------------------------------------------------------------------------------------

    async def recall(self, link: int, key: str) -> str | None:
        """What a link remembered."""
        return await self._in_thread(lambda: self._store.recall(link, key))

    async def put(self, link: int, parcels: Sequence[Sequence[Batch]], remember: Mapping[str, str | None]) -> None:
        """Durable when it returns; when it is cancelled, all of it may stand or nothing. Raises LinkError."""

        def work() -> None:
            bodies = [(max(int(one.ts.max()) for one in each), codec.encode(each)) for each in parcels if each]
            self._store.put(link, bodies, remember, now_us=self._clock.now_us())

        await self._in_thread(work)
        self._news.set()

    async def waiting(self, link: int) -> int:
        """How many parcels of a link wait."""
        return await self._in_thread(lambda: self._store.waiting(link))

    async def delivered(self, link: int) -> None:
        """Until the historian has everything of a link."""
        async with self._moved:
            while await self._in_thread(lambda: self._store.waiting(link)):
                await self._moved.wait()

    # --- inside -------------------------------------------------------------------------------------------------

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise LinkError("this edge is being stopped", code="spool-closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _look(self) -> None:
        """What lies on disk, for people: not asked for while somebody waits, because the disk may be slow."""
        while True:
            await self._clock.sleep(SPOOL_LOOK_S)
            self.stock = await self._in_thread(self._store.stock)

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._news.wait()
            self._news.clear()
            while await self._in_thread(self._store.waiting):
                if await self._step():
                    failures = 0
                    continue
                await self._clock.sleep(min(BACKOFF_FIRST_S * 2 ** min(failures, 8), BACKOFF_MAX_S))
                failures += 1

    async def _step(self) -> bool:
        """Hand over the oldest; whether the historian took them."""
        try:
            await self._in_thread(self._deliver)
        except LinkError as error:
            if not self._trouble:
                log.warning("what was taken from files, tables and messages waits on disk: %s", error)
            self._trouble = error.message
            return False
        if self._trouble:
            log.warning("what waited on disk is brought over again")
        self._trouble = ""
        async with self._moved:
            self._moved.notify_all()
        return True

    def _deliver(self) -> None:
        found = self._store.oldest(AT_ONCE)
        self._hand_over(found)
        faults.point("spool.delivered")
        self._store.delivered([one.seq for one in found])

    def _hand_over(self, found: Sequence[Parcel]) -> None:
        """One that cannot be stored must not hold up the others: it is said, and given up. Raises LinkError."""
        try:
            frames = [self._frame(one) for one in found]
            return self._sink.put([frame for frame in frames if frame.batches])
        except LinkError:
            raise
        except Exception as error:
            if len(found) == 1:
                self.refused += 1
                log.exception("parcel %d of link %d cannot be stored: %s", found[0].seq, found[0].link, error)
                self._store.refuse(found[0], str(error))
                return None
        for one in found:
            self._hand_over([one])
        return None

    def _frame(self, parcel: Parcel) -> Frame:
        """With the link's mark where the samples are of now: none may lie past how far its values are good."""
        try:
            batches = codec.decode(parcel.body)
        except RefusedError:
            raise
        except Exception as error:
            raise RefusedError(f"cannot be read: {error}", code="spool-damaged") from error
        is_recent = parcel.latest_us > self._clock.now_us() - RECENT_US
        marks = {parcel.link: parcel.latest_us} if is_recent else {}
        return Frame(SOURCE, Lane.IMPORT, self._store.epoch, parcel.seq, batches, marks)


class LinkSpool:
    """What one link sees of the spool."""

    def __init__(self, spool: Spool, link: int) -> None:
        self._spool = spool
        self._link = link

    async def recall(self, key: str) -> str | None:
        """What was remembered under a key."""
        return await self._spool.recall(self._link, key)

    async def put(self, parcels: Sequence[Sequence[Batch]], remember: Mapping[str, str | None]) -> None:
        """Keep parcels of at most PARCEL_SAMPLES_MAX samples and what is to be remembered, all or nothing."""
        await self._spool.put(self._link, parcels, remember)

    async def waiting(self) -> int:
        """How many parcels of this link the historian does not have yet."""
        return await self._spool.waiting(self._link)

    async def delivered(self) -> None:
        """Until the historian has everything this link put."""
        await self._spool.delivered(self._link)
