"""A memory of frames in place of the historian: keeps each once, and can be told to be away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.errors import LinkError, RefusedError
from dovetail.core.limits import SHARDS
from dovetail.core.sink import Resumed
from dovetail.transport.link import Link, connect, make_stream
from dovetail.transport.model import Address
from dovetail.transport.receiver import Counted, Receiver
from dovetail.transport.sender import Sender

GOOD = 0xC0
NOW_US = 1_767_225_600_000_000


def frame(seq: int, *, link: int = 1, rows: int = 1, source: str = "edge", epoch: int = 1) -> Frame:
    """A frame of one link; its samples say which it is."""
    samples = [(link + 100, NOW_US + seq * 1_000 + i, float(seq), GOOD) for i in range(rows)]
    return Frame(source, Lane.LIVE, epoch, seq, (Batch.of(Kind.F64, samples),), {link: NOW_US + seq * 1_000 + rows})


class FrameShelf:
    """What is kept, by shard and number; `repeated` counts what came again."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, int, int], Frame] = {}
        self.order: list[float] = []
        self.repeated = 0
        self.epoch = 0
        self.away = False
        self.trouble: Exception = LinkError("the database is away")
        self.refuses: set[float] = set()
        self.lock = threading.Lock()

    def put(self, arrivals: Sequence[tuple[int, Frame]]) -> None:
        if self.away:
            raise self.trouble
        if any(_value(one) in self.refuses for _, one in arrivals):
            raise RefusedError("not this one")
        with self.lock:
            for shard, one in arrivals:
                key = one.source, shard, one.epoch, one.seq
                self.repeated += key in self.kept
                self.order += [] if key in self.kept else [_value(one)]
                self.kept[key] = one

    def held(self, shard: int, numbered: tuple[str, Lane, int], seqs: Sequence[int]) -> list[int]:
        source, _, epoch = numbered
        return [seq for seq in seqs if (source, shard, epoch, seq) in self.kept]

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        self.epoch += 1
        marks = {tag: mark for one in self.kept.values() for tag, mark in one.good_through.items()}
        return Resumed(self.epoch, {tag: marks[tag] for tag in links if tag in marks})


def _value(one: Frame) -> float:
    return float(one.batches[0].value[0])


async def put(edge: Sender, frames: Sequence[Frame], *, within_s: float = 30.0) -> None:
    """As the edge's outbox does: again until they are kept."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                return await asyncio.to_thread(edge.put, frames)
            except LinkError:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def worker(address: Address, shelf: FrameShelf, *, bytes_max: int | None = None) -> AsyncIterator[Counted]:
    """A worker that serves every shard, as long as the block lasts."""
    link = await linked(address)
    await make_stream(link, address, **({} if bytes_max is None else {"bytes_max": bytes_max}))
    counted = Counted()
    receiver = Receiver(link, shelf, counted)
    task = asyncio.create_task(receiver.run())
    await receiver.serve(range(SHARDS))
    try:
        yield counted
    finally:
        await receiver.serve(())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await link.close()


async def linked(address: Address) -> Link:
    """A connection, as soon as the server answers."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await connect(address, name="test-worker", inbox="ingest")
            except LinkError:
                await asyncio.sleep(0.05)
