"""From the links to the sink: what comes within 50 ms of a commit shares the next; what cannot wait is declared.

In process the historian's head log is the outbox, so nothing is written twice. What waits is bounded: a link of which
much waits is read more slowly, and so are all where many bring little each (`pressure`). Where that does not help,
because the sink is away for too long, new frames are refused and counted, their sequence numbers stay unused (a hole
the sink sees), and the link that was refused treats it as an outage.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from dovetail.core.batch import Batch, Frame, Lane
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import DamagedError, LinkError
from dovetail.core.limits import (
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    COMMIT_SAMPLES_MAX,
    FRAMES_WAITING_MAX,
    GROUP_COMMIT_S,
)
from dovetail.core.sink import Resumed, Sink
from dovetail.edge.pressure import Pressure, weight

log = logging.getLogger(__name__)

GROUP_US: Final = round(GROUP_COMMIT_S * SECOND_US)
FRAMES_PER_COMMIT: Final = 500  # one commit stays short; the rest goes with the next
ROOM_AFTER_GAP: Final = FRAMES_WAITING_MAX // 2  # after an overflow, begin again only when half is free
TOO_LARGE_TRIES: Final = 4  # over 3.5 s: memory that somebody else had is there again, or it is the frame itself
RESERVE: Final = 200  # BAD samples and marks of lost links still fit: a gap must be declared


@dataclass(slots=True)
class Counted:
    """What became of frames and samples since the start; `gap_*` never reached the sink and are declared lost."""

    frames: int = 0
    samples: int = 0
    gap_frames: int = 0
    gap_samples: int = 0
    refused_frames: int = 0


class Waiting(NamedTuple):
    """A frame on its way to the sink, the link it is of, and what it costs in memory and time."""

    frame: Frame
    link: int
    cost: int


class Outbox:
    """One source's live lane into the sink."""

    def __init__(self, sink: Sink, source: str, clock: Clock) -> None:
        self.counted = Counted()
        self._sink = sink
        self._source = source
        self._clock = clock
        self._epoch = 0
        self._seq = 0
        self.pressure = Pressure()
        self._waiting: deque[Waiting] = deque()
        self._cost = 0  # of what waits
        self._handing: asyncio.Future[None] | None = None  # a commit that the sink has not answered yet
        self._handed = 0  # its samples
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._is_full = False
        self._too_large = (0, 0, 0)  # the frame that was last too much for the memory by itself, and how often
        self._trouble = ""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="edge-outbox")
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Frames not yet committed."""
        return len(self._waiting)

    async def resume(self, links: Sequence[int]) -> Resumed:
        """Begin a new epoch once everything before it is committed; says the last mark of each link."""
        with self.pressure.nothing_more():
            await self._empty.wait()
        resumed = await asyncio.get_running_loop().run_in_executor(self._thread, self._sink.resume, self._source, links)
        self._epoch, self._seq = resumed.epoch, 0
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="edge-outbox")
        return resumed

    def put(self, batches: Sequence[Batch], good_through: dict[int, int], *, even_when_full: bool = False) -> bool:
        """Queue one frame of one link; False when there is no room: a declared gap, and its number stays unused."""
        self._seq += 1
        frame = Frame(self._source, Lane.LIVE, self._epoch, self._seq, tuple(batches), good_through)
        if self._refuses(even_when_full):
            self._gap(len(frame))
            return False
        (link,) = good_through
        waiting = Waiting(frame, link, weight(frame))
        self._waiting.append(waiting)
        self._cost += waiting.cost
        self.pressure.came(link, waiting.cost)
        self._fill()
        self._empty.clear()
        self._arrived.set()
        return True

    def declare_gap(self, batches: Sequence[Batch]) -> None:
        """Samples that follow a refused frame are not stored either: their frame's number stays unused too."""
        self._seq += 1
        self._gap(sum(len(batch) for batch in batches))

    def _gap(self, samples: int) -> None:
        self.counted.gap_frames += 1
        self.counted.gap_samples += samples

    def _refuses(self, even_when_full: bool) -> bool:
        waiting = len(self._waiting)
        if even_when_full:
            return waiting >= FRAMES_WAITING_MAX + RESERVE
        if waiting >= FRAMES_WAITING_MAX and not self._is_full:
            self._is_full = True
            log.error("the store does not keep up: %d frames wait, a declared gap begins", waiting)
        elif self._is_full and waiting <= ROOM_AFTER_GAP:
            self._is_full = False
            log.warning("the store keeps up again: the gap was %d samples", self.counted.gap_samples)
        return self._is_full

    async def close(self, *, timeout_s: float) -> None:
        """Commit what waits, within the time given; the rest is counted as a gap, and what became of it is said."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._waiting and await self._commit():
                    pass
        lost = sum(len(one.frame) for one in self._waiting)
        if lost:
            self.counted.gap_frames += len(self._waiting)
            self.counted.gap_samples += lost
            open_end = "" if self._handing is None else f", though {self._handed} of them may still be written"
            log.error("stopped with %d samples of which nobody said that they are safe: a gap%s", lost, open_end)
        self._thread.shutdown(wait=self._handing is None)  # a store that hangs must not keep the stop from its end

    async def _run(self) -> None:
        failures, rested_us = 0, 0
        while True:
            await self._arrived.wait()
            if failures:
                await self._clock.sleep(self._pause_s(failures))
            elif self._cost < COMMIT_SAMPLES_MAX and (rest_us := rested_us - self._clock.monotonic_us()) > 0:
                await self._clock.sleep(rest_us / SECOND_US)
            began_us = self._clock.monotonic_us()
            failures = 0 if await self._commit() else failures + 1
            ended_us = self._clock.monotonic_us()
            rested_us = min(max(began_us + GROUP_US, 2 * ended_us - began_us), ended_us + GROUP_US)

    @staticmethod
    def _pause_s(failures: int) -> float:
        return min(BACKOFF_FIRST_S * 2 ** min(failures - 1, 8), BACKOFF_MAX_S)

    def _oldest(self) -> list[Waiting]:
        """What goes with the next commit: at least one frame, and otherwise no more than keeps the commit short."""
        oldest: list[Waiting] = []
        cost = 0
        for one in self._waiting:
            cost += one.cost
            if oldest and (cost > COMMIT_SAMPLES_MAX or len(oldest) == FRAMES_PER_COMMIT):
                break
            oldest.append(one)
        return oldest

    async def _commit(self) -> bool:
        """Hand over the oldest frames; they leave the queue only when the sink has kept them (a repeat is a no-op)."""
        oldest = self._oldest()
        try:
            await self._put_or_refuse([one.frame for one in oldest])
        except LinkError as error:
            self._say(str(error))
            return False
        self._say("")
        costs = Counter[int]()
        for one in oldest:
            self._waiting.popleft()
            self.counted.frames += 1
            self.counted.samples += len(one.frame)
            costs[one.link] += one.cost
        self._cost -= costs.total()
        if not self._waiting:
            self._arrived.clear()
            self._empty.set()
        self.pressure.went(costs)
        self._fill()
        return True

    def _fill(self) -> None:
        news = self.pressure.fill(len(self._waiting))
        if news == "crowded":
            log.warning(
                "the store does not keep up: %d frames wait, all links are read more slowly", len(self._waiting)
            )
        elif news == "room again":
            log.warning("the store keeps up again: all links are read at their own pace")

    def _say(self, trouble: str) -> None:
        """Log a store that does not take frames once, and once when it does again."""
        if trouble and not self._trouble:
            log.warning("the store takes nothing now: %s", trouble)
        elif self._trouble and not trouble:
            log.warning("the store takes frames again")
        self._trouble = trouble

    async def _put_or_refuse(self, frames: Sequence[Frame]) -> None:
        """One frame that cannot be stored must not hold up the others: it is counted as refused. Raises LinkError.

        What ails the store itself is no fault of any frame; only too little memory may be either's.
        """
        try:
            return await self._put(frames)
        except LinkError:
            raise
        except (DamagedError, OSError) as error:
            raise LinkError(f"the store is out of order: {error}") from error
        except Exception as error:
            if len(frames) == 1:
                if isinstance(error, MemoryError) and self._may_fit(frames[0]):
                    raise LinkError(f"there is no memory for a frame of {len(frames[0])} samples") from error
                self.counted.refused_frames += 1
                log.exception("the store refused frame %d (%d samples): %s", frames[0].seq, len(frames[0]), error)
                return None
        for frame in frames:
            await self._put_or_refuse([frame])
        return None

    def _may_fit(self, frame: Frame) -> bool:
        """Whether to try a frame again that was too much for the memory by itself; at the stop there is no later."""
        epoch, seq, tries = self._too_large
        tries = tries + 1 if (epoch, seq) == (frame.epoch, frame.seq) else 1
        self._too_large = frame.epoch, frame.seq, tries
        return tries < TOO_LARGE_TRIES and self._task is not None

    async def _put(self, frames: Sequence[Frame]) -> None:
        """One after the other: who was cancelled while the sink wrote has left a commit behind, which ends first."""
        while self._handing is not None:
            await asyncio.wait({self._handing})
        self._handing = asyncio.get_running_loop().run_in_executor(self._thread, self._sink.put, frames)
        self._handing.add_done_callback(self._answered)
        self._handed = sum(map(len, frames))
        await asyncio.shield(self._handing)

    def _answered(self, done: asyncio.Future[None]) -> None:
        self._handing = None
        if not done.cancelled():
            done.exception()  # told to whoever waits for it; nobody need
